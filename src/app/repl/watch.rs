//! Definition files that change while a session goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::reply::Reply;
use super::session::Session;
use super::stamps::{FileStamps, stamps};
use super::workspace::{Reloaded, Workspace};
use crate::lang::analyze;
use crate::lang::project::ProjectOrigin;
use crate::render::{self, RenderOptions};

impl Session {
    /// Reads the definitions again if they are watched and have changed.
    pub fn look_again(&mut self) -> Reply {
        let Some(before) = &self.watched else {
            return Reply::default();
        };
        let now = stamps(&self.workspace.origin);
        if *before == now {
            return Reply::default();
        }
        self.watched = Some(now);
        self.reload()
    }

    /// Reads the definitions again and says what changed. Tables stay read as far as definitions
    /// read them as before.
    pub(super) fn reload(&mut self) -> Reply {
        let tables = self.table_names();
        let reloaded = self.workspace.reload();
        let told = self.rendered(&reloaded.problems);
        if reloaded.is_kept {
            return Reply {
                fault: reloaded.problems.fault(),
                ..Reply::told(told).then(Reply::told(KEPT))
            };
        }
        let mut reply = Reply::told(told).then(Reply::told(in_words(&reloaded)));
        if self.table_names() != tables
            && let Err(problems) = self.locate()
        {
            reply = reply.then(self.failed(&problems));
        }
        self.check_last_again();
        self.refresh_catalogue();
        reply
    }

    /// The last query by the definitions as they are now; forgotten if they no longer have its words.
    pub(super) fn check_last_again(&mut self) {
        let Some(mut last) = self.last.take() else {
            return;
        };
        let workspace = &mut self.workspace;
        let read = analyze::read(
            &mut workspace.sources,
            &workspace.definitions,
            "<query>",
            &last.query.text,
        );
        if let Ok(question) = read {
            last.query = question.query;
            self.last = Some(last);
        }
    }

    fn table_names(&self) -> Vec<String> {
        let tables = self.workspace.definitions.tables.iter();
        tables.map(|table| table.name.clone()).collect()
    }
}

const KEPT: &str = "the definitions stay as they were before";

/// `definitions read again: 1 added, 2 changed`
fn in_words(reloaded: &Reloaded) -> String {
    let counts = [
        (reloaded.added, "added"),
        (reloaded.changed, "changed"),
        (reloaded.gone, "gone"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match parts.is_empty() {
        true => "definitions read again: nothing has changed".to_string(),
        false => format!("definitions read again: {}", parts.join(", ")),
    }
}

/// Looks at the files of an origin from time to time, and tells of changes while the user waits at
/// the prompt. The session reads them before its next entry.
pub struct Watcher {
    is_over: Arc<AtomicBool>,
}

const INTERVAL: Duration = Duration::from_millis(250);

impl Watcher {
    pub fn start(
        origin: ProjectOrigin,
        known: FileStamps,
        look: RenderOptions,
        is_waiting: Arc<AtomicBool>,
        mut tell: impl FnMut(String) + Send + 'static,
    ) -> Watcher {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        thread::spawn(move || {
            let mut told = known;
            let mut seen = told.clone();
            while !ends.load(Ordering::Relaxed) {
                thread::sleep(INTERVAL);
                let now = stamps(&origin);
                // A file that is still being written changes between two looks.
                let is_calm = now == seen;
                seen = now;
                if !is_waiting.load(Ordering::Relaxed) {
                    told = seen.clone();
                } else if is_calm && seen != told {
                    told = seen.clone();
                    tell(news(&origin, look));
                }
            }
        });
        Watcher { is_over }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// What there is to say about definitions that have changed.
fn news(origin: &ProjectOrigin, look: RenderOptions) -> String {
    let (workspace, problems) = Workspace::open(origin.clone());
    if problems.has_errors() {
        return render::diagnostics(&workspace.sources, &problems.sorted(), &look);
    }
    "definitions have changed: the next entry sees them\n".to_string()
}
