//! A session at a terminal: reads lines, shows replies, stops queries, opens editor and pager.

use std::io;

use super::session::Session;
use crate::render::Look;

/// Talks until the user leaves.
pub fn run(_session: &mut Session, _look: &dyn Fn() -> Look) -> io::Result<()> {
    Ok(())
}
