//! The session, without a terminal.

mod answers;
mod charts;
mod refining;
mod saving;
mod talk;
