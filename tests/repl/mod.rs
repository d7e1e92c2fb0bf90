//! The session, without a terminal.

mod exploring;
