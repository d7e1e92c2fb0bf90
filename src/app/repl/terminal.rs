//! A session at a terminal: reads lines, shows replies, stops queries, opens editor and pager.

use std::io::{self, IsTerminal, Write};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::editor::{Editor, PromptOutcome};
use super::programs;
use super::reply::{Effect, Reply};
use super::session::Session;
use super::watch::Watcher;
use crate::app::places;
use crate::app::progress::ProgressLine;
use crate::base::cancellation;
use crate::render::RenderOptions;

/// Talks until the user leaves, or nobody reads what is shown.
pub fn run(session: &mut Session, look: &dyn Fn() -> RenderOptions) -> io::Result<()> {
    hear_interrupts();
    let editor = Editor::new(places::history_file())?;
    let mut terminal = Terminal {
        session,
        look,
        editor,
        initial: String::new(),
        is_waiting: Arc::default(),
        watcher: None,
    };
    match terminal.talk() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        ended => ended,
    }
}

/// How long a query may take to stop before another Ctrl-C ends the process.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a shell says of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Makes Ctrl-C stop the work under way. At the prompt it is a key like others.
pub fn hear_interrupts() {
    let mut asked = Instant::now();
    let heard = ctrlc::set_handler(move || {
        if cancellation::is_stopping() && asked.elapsed() > PATIENCE {
            process::exit(INTERRUPTED);
        }
        if !cancellation::is_stopping() {
            asked = Instant::now();
        }
        cancellation::stop();
    });
    // Without it Ctrl-C ends the process, as in any command.
    drop(heard);
}

struct Terminal<'a> {
    session: &'a mut Session,
    look: &'a dyn Fn() -> RenderOptions,
    editor: Editor,
    /// Stands in the next line already.
    initial: String,
    /// Whether the user is at the prompt.
    is_waiting: Arc<AtomicBool>,
    watcher: Option<Watcher>,
}

impl Terminal<'_> {
    fn talk(&mut self) -> io::Result<()> {
        loop {
            self.session.set_look((self.look)());
            // What changes from here on is told at the prompt.
            self.is_waiting.store(true, Ordering::Relaxed);
            let again = self.session.look_again();
            self.put(again)?;
            let line = self.read()?;
            // The terminal may have another size now.
            self.session.set_look((self.look)());
            match line {
                PromptOutcome::Entered(text) => {
                    if !self.enter(&text)? {
                        return Ok(());
                    }
                }
                PromptOutcome::ToEdit(text) => self.edit(&text),
                PromptOutcome::Cleared => {}
                PromptOutcome::End => return Ok(()),
            }
        }
    }

    fn read(&mut self) -> io::Result<PromptOutcome> {
        let initial = std::mem::take(&mut self.initial);
        let prompt = self.session.prompt();
        let line = self
            .editor
            .read(&prompt, &initial, self.session.catalogue(), (self.look)());
        self.is_waiting.store(false, Ordering::Relaxed);
        line
    }

    /// Answers what was entered; whether the session goes on.
    fn enter(&mut self, text: &str) -> io::Result<bool> {
        if text.trim().is_empty() {
            return Ok(true);
        }
        if let Some(complaint) = self.editor.remember(text.trim_end()) {
            tell(&complaint);
        }
        let again = self.session.look_again();
        self.put(again)?;
        let mut reply = self.answer(text);
        let wish = reply.effect.take();
        self.put(reply)?;
        self.follow_watching();
        match wish {
            Some(Effect::Leave) => return Ok(false),
            Some(Effect::Edit(text)) => self.edit(&text),
            Some(Effect::Page(text)) => programs::page(&text)?,
            None => {}
        }
        Ok(true)
    }

    fn answer(&mut self, text: &str) -> Reply {
        let start = Instant::now();
        let look = (self.look)();
        let answered = cancellation::until_stopped(|| {
            let _progress = ProgressLine::start(io::stderr().is_terminal(), look);
            self.session.answer(text)
        });
        answered.unwrap_or_else(|| stopped(start))
    }

    /// Writes a reply; Ctrl-C stops this too.
    fn put(&mut self, reply: Reply) -> io::Result<()> {
        let start = Instant::now();
        if reply.tells_first() {
            tell(&reply.told);
        }
        match cancellation::until_stopped(|| write(&reply.shown)) {
            Some(written) => written?,
            None => tell(&format!("\n{}", stopped(start).told)),
        }
        if !reply.tells_first() {
            tell(&reply.told);
        }
        Ok(())
    }

    fn edit(&mut self, text: &str) {
        match programs::edit(text) {
            Ok(edited) => self.initial = edited,
            Err(problems) => {
                self.initial = text.to_string();
                tell(&self.session.rendered(&problems));
            }
        }
        if self.editor.is_dumb() && !self.initial.is_empty() {
            tell(&format!("{}\n", self.initial));
        }
    }

    /// Watches files while the session does.
    fn follow_watching(&mut self) {
        let Some(known) = self.session.watched.clone() else {
            self.watcher = None;
            return;
        };
        if let (None, Some(printer)) = (&self.watcher, self.editor.printer()) {
            let origin = self.session.workspace.origin.clone();
            let is_waiting = Arc::clone(&self.is_waiting);
            let tell = move |text| printer.print(text);
            let watcher = Watcher::start(origin, known, (self.look)(), is_waiting, tell);
            self.watcher = Some(watcher);
        }
    }
}

fn stopped(start: Instant) -> Reply {
    let seconds = start.elapsed().as_secs_f64();
    Reply::told(format!("stopped after {seconds:.1} s"))
}

/// Bytes written at once.
const BLOCK: usize = 1 << 13;

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for block in bytes.chunks(BLOCK) {
        cancellation::listen();
        stdout.write_all(block)?;
    }
    stdout.flush()
}

/// A stderr that is closed is no error: there is no other place to report it.
fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
