//! The session, without a terminal.

mod answers;
mod charts;
mod refining;
mod rows;
mod saving;
mod talk;
mod why;
