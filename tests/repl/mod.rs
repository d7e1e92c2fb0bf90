//! The session, without a terminal.

mod exploring;
mod profiles;
