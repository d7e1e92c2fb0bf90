//! A session without a terminal: entries from a text, results to stdout, messages to stderr.

use std::io::{self, Write};

use super::input;
use super::reply::{Reply, Wish};
use super::session::Session;
use crate::diagnostic::Fault;

/// Answers all entries of a text. Stops at the first that fails, unless told to go on; gives the
/// first fault.
pub fn run(session: &mut Session, text: &str, keep_going: bool) -> io::Result<Option<Fault>> {
    let mut fault = None;
    for entry in input::entries(text) {
        let reply = session.entry(&entry);
        write(&reply)?;
        fault = fault.or(reply.fault);
        let is_over = reply.fault.is_some() && !keep_going;
        if is_over || reply.wish == Some(Wish::Leave) {
            break;
        }
    }
    Ok(fault)
}

fn write(reply: &Reply) -> io::Result<()> {
    let _ = io::stderr().lock().write_all(reply.told.as_bytes());
    let mut stdout = io::stdout().lock();
    stdout.write_all(&reply.shown)?;
    stdout.flush()
}
