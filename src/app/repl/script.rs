//! A session without a terminal: entries from a text, results to stdout, messages to stderr.

use std::io::{self, Write};

use super::input::{self, Entry};
use super::reply::{Effect, Reply};
use super::session::{ScriptLine, Session};
use crate::base::diagnostic::Fault;
use crate::render::OutputFormat;

/// Entries, and what messages call the text they stand in.
pub struct Script {
    pub name: String,
    pub text: String,
}

/// How a script ended.
#[derive(Default)]
struct ScriptEnd {
    /// Of the first entry that failed.
    fault: Option<Fault>,
    /// Nothing more is to be done.
    is_over: bool,
}

/// Answers all entries of some scripts, one after the other. Stops at the first that fails, unless
/// told to go on; gives the first fault.
pub fn run(
    session: &mut Session,
    scripts: &[Script],
    keep_going: bool,
) -> io::Result<Option<Fault>> {
    let mut fault = None;
    for script in scripts {
        let ended = play(session, script, keep_going, &mut write)?;
        fault = fault.or(ended.fault);
        if ended.is_over {
            break;
        }
    }
    Ok(fault)
}

/// Answers a script before a session begins: nothing is shown, all mistakes are told.
pub fn start_up(session: &mut Session, script: &Script) -> Reply {
    let mut told = Reply::default();
    let mut keep_faults = |reply: Reply| {
        if reply.fault.is_some() {
            told.told += &reply.told;
        }
        Ok(())
    };
    play(session, script, true, &mut keep_faults).expect("nothing is written");
    told
}

/// All replies of a script as one; it stops at the first entry that fails.
pub(super) fn collected(session: &mut Session, script: &Script) -> Reply {
    let mut all = Reply::default();
    let mut collect = |reply: Reply| {
        all = std::mem::take(&mut all).then(reply);
        Ok(())
    };
    play(session, script, false, &mut collect).expect("nothing is written");
    all
}

fn play(
    session: &mut Session,
    script: &Script,
    keep_going: bool,
    hand_on: &mut dyn FnMut(Reply) -> io::Result<()>,
) -> io::Result<ScriptEnd> {
    let mut ended = ScriptEnd::default();
    let entries = input::numbered(&script.text);
    let are_many = entries.len() > 1;
    for (line, entry) in entries {
        hand_on(session.look_again())?;
        let place = ScriptLine {
            script: script.name.clone(),
            line,
        };
        session.place = Some(place.clone());
        let mut reply = session.entry(&entry);
        session.place = None;
        if reply.fault.is_some() && are_many && session.settings.format != OutputFormat::Json {
            let words = if keep_going { "failed" } else { "stopped here" };
            let line = place.line + comments_above(&entry);
            reply.told += &format!("{}:{line}: {words}\n", place.script);
        }
        ended.fault = ended.fault.or(reply.fault);
        ended.is_over =
            (reply.fault.is_some() && !keep_going) || reply.effect == Some(Effect::Leave);
        hand_on(without_screen(reply))?;
        if ended.is_over {
            break;
        }
    }
    Ok(ended)
}

/// Lines of comments that an entry begins with.
fn comments_above(entry: &Entry) -> usize {
    match entry {
        Entry::Command { .. } => 0,
        Entry::Definitions(text) | Entry::Query(text) => {
            let mut lines = text.lines();
            lines
                .position(|line| !line.trim_start().starts_with('#'))
                .unwrap_or(0)
        }
    }
}

/// There is no pager and no editor in a script.
fn without_screen(mut reply: Reply) -> Reply {
    match reply.effect.take() {
        Some(Effect::Page(text)) => reply.shown.extend(text),
        Some(Effect::Edit(_)) => reply.told += "`\\edit` does nothing in a script\n",
        Some(Effect::Leave) => reply.effect = Some(Effect::Leave),
        None => {}
    }
    reply
}

/// A stderr that is closed is no error: there is no other place to report it.
fn write(reply: Reply) -> io::Result<()> {
    let _ = io::stderr().lock().write_all(reply.told.as_bytes());
    let mut stdout = io::stdout().lock();
    stdout.write_all(&reply.shown)?;
    stdout.flush()
}
