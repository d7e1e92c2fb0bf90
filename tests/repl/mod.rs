//! The session, without a terminal.

mod answers;
mod charts;
mod exploring;
mod profiles;
mod refining;
mod rows;
mod saving;
mod talk;
mod why;
