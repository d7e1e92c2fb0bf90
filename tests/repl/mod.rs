//! The session: what is typed, what is answered, and the terminal around it.

mod pty;
mod scene;
mod scripts;
mod terminal;
mod watching;
