//! Whatever is typed goes from here to what answers it: commands, definitions and queries.

use std::time::Instant;

use super::commands;
use super::input::{self, Entry};
use super::reply::Reply;
use super::session::{OpenFailure, Options, Session};
use crate::base::diagnostic::Problems;

impl Session {
    /// Opens a session; the reply is its first screen. Mistakes in definitions are told and leave
    /// those definitions out.
    ///
    /// # Errors
    ///
    /// Data or dates that the options name cannot be read. A session without them would answer other
    /// questions than the ones that were meant.
    pub fn open(options: Options) -> Result<(Session, Reply), OpenFailure> {
        let (mut session, told) = Session::open_silently(options)?;
        session.refresh_catalogue();
        let first = commands::first_screen(&mut session);
        Ok((session, told.then(first)))
    }

    /// Answers what was typed, which may be several entries. Stops at the first that fails.
    pub fn answer(&mut self, typed: &str) -> Reply {
        let mut reply = Reply::default();
        // A query that was stopped may have left them.
        (self.place, self.depth) = (None, 0);
        for entry in input::entries(typed) {
            reply = reply.then(self.entry(&entry));
            if reply.fault.is_some() || reply.effect.is_some() {
                break;
            }
        }
        reply
    }

    /// Answers one entry.
    pub fn entry(&mut self, entry: &Entry) -> Reply {
        let start = Instant::now();
        let readings = self.tables.borrow().readings();
        let reply = match entry {
            Entry::Command { name, arguments } => commands::run(self, name, arguments),
            Entry::Definitions(text) => self.define(text),
            Entry::Query(text) => match commands::in_plain_words(self, text) {
                Some(name) => commands::run(self, name, ""),
                None => self
                    .query(text)
                    .map_err(|problems| commands::advise(text, problems)),
            },
        };
        let reply = reply.unwrap_or_else(|problems| self.failed(&problems));
        if self.tables.borrow().readings() != readings {
            self.refresh_catalogue();
        }
        if self.settings.is_timed {
            let took = start.elapsed();
            return reply.then(Reply::told(format!("{:.3} s", took.as_secs_f64())));
        }
        reply
    }

    fn define(&mut self, text: &str) -> Result<Reply, Problems> {
        let (name, text) = self.source("<typed>", text);
        let added = self.workspace.add(&name, &text);
        let added = added.map_err(|problems| match input::with_clause_below(&text) {
            Some(right) => problems.help(format!("clauses stand below, indented:\n{right}")),
            None => problems,
        })?;
        let located = match added.names.iter().any(|name| decides_tables(name)) {
            true => self.locate(),
            false => Ok(()),
        };
        self.check_last_again();
        self.refresh_catalogue();
        let warnings = self.rendered(&added.warnings);
        let mut words = format!("added {}", added.names.join(", "));
        if !added.replaced.is_empty() {
            words += &format!(
                "; in this session only, in place of the {} there was",
                added.replaced.join(", ")
            );
        }
        let reply = Reply::told(warnings).then(Reply::told(words));
        Ok(match located {
            Ok(()) => reply,
            Err(problems) => reply.then(self.failed(&problems)),
        })
    }
}

/// Whether tables are others by a definition: where their files are, or what follows from a store.
fn decides_tables(label: &str) -> bool {
    let kinds = ["table ", "scale ", "match "];
    kinds.iter().any(|kind| label.starts_with(kind))
}
