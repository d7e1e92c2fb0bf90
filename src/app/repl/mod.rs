//! The session: an analyst types queries, definitions and commands, and keeps what she found.
//!
//! [`Session::answer`] takes what was typed and gives a [`Reply`]; it knows no terminal, so a script,
//! a test and the terminal all get the same. What helps while typing ([`complete`], [`hint`],
//! [`highlight`], [`input::is_unfinished`]) are pure functions of the text, the position in it and the
//! [`Catalogue`]. Only `editor` knows the line editor, only `terminal` and `script` print.

mod asking;
mod candidate;
mod catalogue;
mod commands;
mod complete;
mod dispatch;
mod draft;
mod editor;
mod highlight;
mod hint;
pub mod input;
mod keep;
mod loading;
mod menu;
mod misspelt;
mod output;
mod paths;
mod programs;
mod reply;
mod script;
mod session;
mod sound;
mod stamps;
mod terminal;
mod watch;
mod workspace;

pub use candidate::Candidate;
pub use catalogue::{
    Catalogue, ConditionWords, DashboardWords, FieldKind, FieldWords, KnownValues, KpiWords, Noun,
    TableWords,
};
pub use commands::COMMANDS;
pub use complete::{Completion, complete};
pub use highlight::{StyledRange, TokenClass, highlight};
pub use hint::hint;
pub use output::{not_for_results, not_here, own_input};
pub use reply::{Effect, Reply};
pub use script::{Script, run as run_script, start_up};
pub use session::{OpenFailure, Options, Session};
pub use stamps::{FileStamps, await_change, stamps, stamps_of};
pub use terminal::{hear_interrupts, run as run_terminal};
