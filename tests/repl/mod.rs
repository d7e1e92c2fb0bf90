//! Sessions, without a terminal.

mod rows;
mod why;
