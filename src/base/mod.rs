//! Words that every folder shares: texts and places in them, problems, units, the calendar, cancellation, files
//! written whole or not at all, statistics. Knows nothing of the language or of data.

pub mod calendar;
pub mod cancellation;
pub mod deep_stacks;
pub mod diagnostic;
pub mod files;
pub mod instants;
pub mod iso_dates;
pub mod memory;
pub mod parallel;
pub mod source;
pub mod statistics;
pub mod types;
