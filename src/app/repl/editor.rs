//! The line editor: the only place that knows rustyline.

use std::borrow::Cow;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Behavior, Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Event,
    EventContext, EventHandler, ExternalPrinter, Helper, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::candidate::Candidate;
use super::catalogue::Catalogue;
use super::complete::complete;
use super::highlight::{TokenClass, highlight};
use super::hint::hint;
use super::{input, menu, paths};
use crate::render::{self, RenderOptions};

/// What came of a prompt.
pub(super) enum PromptOutcome {
    /// Text to be answered, of one or several lines.
    Entered(String),
    /// Ctrl-C: nothing.
    Cleared,
    /// Ctrl-X Ctrl-E: the text goes on in the user's editor.
    ToEdit(String),
    /// Ctrl-D, or the terminal is gone.
    End,
}

/// A line editor with its history.
pub(super) struct Editor {
    inner: rustyline::Editor<Assistant, FileHistory>,
    /// The line that Ctrl-X Ctrl-E took away.
    taken: Arc<Mutex<Option<String>>>,
    keys: Arc<KeyState>,
    /// `None` once it cannot be written.
    history: Option<PathBuf>,
    /// The terminal can neither move the cursor nor erase.
    is_dumb: bool,
    printer: Option<Printer>,
}

/// Entries kept in the history.
const MOST_ENTRIES: usize = 10_000;

impl Editor {
    /// Opens the terminal and reads the history.
    pub fn new(history: Option<PathBuf>) -> io::Result<Editor> {
        let stdout_is_terminal = io::stdout().is_terminal();
        let config = Config::builder()
            .max_history_size(MOST_ENTRIES)
            .and_then(|config| config.history_ignore_dups(true))
            .map_err(failed)?
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            // A long menu is shown a screen at a time, which Ctrl-C ends; the question whether to show it
            // would not hear that.
            .completion_prompt_limit(usize::MAX)
            .bell_style(rustyline::config::BellStyle::None)
            // The assistant paints even without colour: it also erases what the menu would cover.
            .color_mode(ColorMode::Forced)
            // Results may go to a file while the prompt stays on the terminal.
            .behavior(if stdout_is_terminal {
                Behavior::Stdio
            } else {
                Behavior::PreferTerm
            })
            .build();
        let mut inner = rustyline::Editor::with_config(config).map_err(failed)?;
        inner.set_helper(Some(Assistant::default()));
        let keys: Arc<KeyState> = Arc::default();
        inner.bind_sequence(
            Event::Any,
            EventHandler::Conditional(Box::new(WatchKeys(Arc::clone(&keys)))),
        );
        let taken = Arc::new(Mutex::new(None));
        inner.bind_sequence(
            Event::KeySeq(vec![KeyEvent::ctrl('X'), KeyEvent::ctrl('E')]),
            EventHandler::Conditional(Box::new(TakeLine(Arc::clone(&taken)))),
        );
        if let Some(file) = &history {
            // A first session has none yet.
            let _ = inner.load_history(file);
        }
        // With a printer the editor also hears of another size at once, whichever thread the signal
        // meets; without one only when the signal meets the thread that reads.
        let printer = inner.create_external_printer().ok();
        let printer = printer.map(|printer| Printer(Arc::new(Mutex::new(printer))));
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Ok(Editor {
            inner,
            taken,
            keys,
            history,
            is_dumb,
            printer,
        })
    }

    /// Reads one entry. `initial` is put into the line for the user to go on with.
    pub fn read(
        &mut self,
        prompt: &str,
        initial: &str,
        catalogue: Arc<Catalogue>,
        look: RenderOptions,
    ) -> io::Result<PromptOutcome> {
        let has_history = self.inner.history().iter().next().is_some();
        self.keys.has_history.store(has_history, Ordering::Relaxed);
        self.inner.set_helper(Some(Assistant {
            catalogue,
            look,
            keys: Arc::clone(&self.keys),
        }));
        let read = self.inner.readline_with_initial(prompt, (initial, ""));
        let taken = self
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match (read, taken) {
            (Ok(line), _) if self.is_dumb => Ok(PromptOutcome::Entered(format!("{initial}{line}"))),
            (Ok(line), _) => Ok(PromptOutcome::Entered(line)),
            (Err(ReadlineError::Interrupted), Some(line)) => Ok(PromptOutcome::ToEdit(line)),
            (Err(ReadlineError::Interrupted), None) => Ok(PromptOutcome::Cleared),
            (Err(ReadlineError::Eof), _) => Ok(PromptOutcome::End),
            (Err(error), _) => Err(failed(error)),
        }
    }

    /// Adds an entry to the history, on disk too: a process that ends badly loses nothing. Tells,
    /// once, why it cannot.
    pub fn remember(&mut self, entry: &str) -> Option<String> {
        let is_new = self.inner.add_history_entry(entry).unwrap_or(false);
        let file = self.history.clone()?;
        if !is_new {
            return None;
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        let written =
            create_private(folder).and_then(|()| self.inner.append_history(&file).map_err(failed));
        let error = written.err()?;
        self.history = None;
        Some(format!(
            "the history is not kept: cannot write `{}`: {error}\n",
            file.display()
        ))
    }

    /// Whether the terminal can neither move the cursor nor erase.
    pub fn is_dumb(&self) -> bool {
        self.is_dumb
    }

    /// Writes above the prompt while the user types. `None`: this terminal cannot.
    pub fn printer(&self) -> Option<Printer> {
        self.printer.clone()
    }
}

/// Writes above the prompt.
#[derive(Clone)]
pub(super) struct Printer(Arc<Mutex<dyn ExternalPrinter + Send>>);

impl Printer {
    pub fn print(&self, text: String) {
        let mut printer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A terminal that is gone is no error: there is no other place to report it.
        let _ = printer.print(text);
    }
}

fn failed(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// A folder that only the user may look into.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What the editor does with keys, as far as their meaning depends on it.
#[derive(Default)]
struct KeyState {
    has_history: AtomicBool,
    /// Keys go to the search that Ctrl-R began.
    is_searching: AtomicBool,
    /// A menu is being listed, a screen at a time.
    is_listing: AtomicBool,
}

/// Enter in a search runs what was found, although the cursor stands in the middle of it; Ctrl-C ends the
/// listing of a menu. The editor's own keys do neither.
struct WatchKeys(Arc<KeyState>);

impl ConditionalEventHandler for WatchKeys {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, _: &EventContext) -> Option<Cmd> {
        let Event::KeySeq(keys) = event else {
            return None;
        };
        let KeyEvent(code, modifiers) = *keys.first()?;
        let is_control = modifiers == Modifiers::CTRL;
        let was_searching = self.0.is_searching.load(Ordering::Relaxed);
        let is_searching = match code {
            KeyCode::Char('R') if is_control => self.0.has_history.load(Ordering::Relaxed),
            KeyCode::Char('S' | 'H') if is_control => was_searching,
            KeyCode::Char(_) if modifiers == Modifiers::NONE => was_searching,
            KeyCode::Backspace => was_searching,
            _ => false,
        };
        self.0.is_searching.store(is_searching, Ordering::Relaxed);
        let is_enter =
            code == KeyCode::Enter || (is_control && matches!(code, KeyCode::Char('J' | 'M')));
        let is_stop = is_control && matches!(code, KeyCode::Char('C' | 'G'));
        if is_enter && was_searching {
            return Some(Cmd::AcceptLine);
        }
        if is_stop && self.0.is_listing.load(Ordering::Relaxed) {
            return Some(Cmd::SelfInsert(1, 'q'));
        }
        None
    }
}

struct TakeLine(Arc<Mutex<Option<String>>>);

impl ConditionalEventHandler for TakeLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = Some(context.line().to_string());
        Some(Cmd::Interrupt)
    }
}

/// What helps while typing: hands the text to the functions that know the language.
struct Assistant {
    catalogue: Arc<Catalogue>,
    look: RenderOptions,
    keys: Arc<KeyState>,
}

impl Default for Assistant {
    fn default() -> Self {
        Assistant {
            catalogue: Arc::default(),
            look: RenderOptions::PIPE,
            keys: Arc::default(),
        }
    }
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let completion = complete(line, position, &self.catalogue);
        let candidates = match completion.is_file {
            true => paths::complete(&line[completion.start..position]),
            false => completion.candidates,
        };
        // What cannot be shown cannot be typed.
        let can_be_typed =
            |candidate: &Candidate| !candidate.replacement.contains(render::is_harmful);
        let candidates: Vec<Candidate> = candidates
            .into_iter()
            .filter(can_be_typed)
            .take(menu::MOST)
            .collect();
        let displays = menu::lines(&candidates, self.look);
        let pair = |(candidate, display): (Candidate, String)| Pair {
            display,
            replacement: candidate.replacement,
        };
        Ok((
            completion.start,
            candidates.into_iter().zip(displays).map(pair).collect(),
        ))
    }
}

impl Hinter for Assistant {
    type Hint = HintBelow;

    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<HintBelow> {
        let words = hint(line, position, &self.catalogue)?;
        let room = self.look.width.unwrap_or(80).saturating_sub(1);
        let words = render::harmless(&words, self.look);
        Some(HintBelow(format!(
            "\n{}",
            render::shorten(&words, room, self.look)
        )))
    }
}

/// A hint that stands below the line and is not taken into it.
struct HintBelow(String);

impl Hint for HintBelow {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.look.color {
            return Cow::Borrowed(line);
        }
        let pieces = highlight(line).into_iter();
        let paint = |piece: super::highlight::StyledRange| {
            let text = &line[piece.range];
            match color(piece.paint) {
                Some(color) => format!("\x1b[{color}m{text}\x1b[0m"),
                None => text.to_string(),
            }
        };
        Cow::Owned(pieces.map(paint).collect())
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        // The line is drawn again: whatever was listed is.
        self.keys.is_listing.store(false, Ordering::Relaxed);
        match self.look.color {
            true => Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m")),
            false => Cow::Borrowed(prompt),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        match self.look.color {
            true => Cow::Owned(format!("\x1b[2m{hint}\x1b[0m")),
            false => Cow::Borrowed(hint),
        }
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        self.keys.is_listing.store(true, Ordering::Relaxed);
        Cow::Owned(match candidate.split_once("  ") {
            Some((name, about)) if self.look.color => {
                format!("{ERASE}{name}  \x1b[2m{about}\x1b[0m")
            }
            Some(_) | None => format!("{ERASE}{candidate}"),
        })
    }

    /// Colours lag by one key unless every key paints the line anew.
    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.look.color
    }
}

/// Erases the rest of the line: the menu begins where the hint stands.
const ERASE: &str = "\x1b[K";

/// The parameter of the ANSI escape.
fn color(paint: TokenClass) -> Option<&'static str> {
    match paint {
        TokenClass::Plain => None,
        TokenClass::Keyword => Some("36"),
        TokenClass::Number => Some("33"),
        TokenClass::Text => Some("32"),
        TokenClass::Comment => Some("2"),
        TokenClass::Command => Some("35"),
        TokenClass::Unclosed => Some("1;31"),
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        Ok(match input::is_unfinished(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}
