//! What people type: the command line, the session, and what both tell: progress, and what there is to know of a report.

pub mod cli;
pub mod demo;
pub mod places;
pub mod progress;
pub mod repl;
pub mod report_notes;
pub mod tables;
