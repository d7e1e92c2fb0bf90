//! What people type: the command line, the session, and the progress line.

pub mod cli;
pub mod progress;
pub mod repl;
