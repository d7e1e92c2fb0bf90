//! Where a command's words go: the result to stdout or a file, everything else to stderr.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::{ColorChoice, OutputOptions, ScreenOptions};
use super::failure::Failure;
use crate::app::progress::ProgressLine;
use crate::app::repl::{not_for_results, own_input};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::base::source::Sources;
use crate::render::{self, CsvTexts, OutputFormat, RenderOptions};

/// What a command needs to be heard: the texts that places refer to, and how to write.
pub struct Console {
    pub sources: Sources,
    screen: ScreenOptions,
    /// Problems are written as JSON.
    pub json: bool,
    /// Files of tables that are read.
    inputs: RefCell<Vec<PathBuf>>,
    /// Problems kept back for the end of the run: JSON is one array.
    held: RefCell<Problems>,
}

impl Console {
    pub fn new(screen: ScreenOptions) -> Console {
        Console {
            sources: Sources::default(),
            screen,
            json: false,
            inputs: RefCell::default(),
            held: RefCell::default(),
        }
    }

    /// How a result for stdout looks.
    pub fn stdout_look(&self) -> RenderOptions {
        self.look(io::stdout().is_terminal())
    }

    fn stderr_look(&self) -> RenderOptions {
        self.look(io::stderr().is_terminal())
    }

    fn look(&self, terminal: bool) -> RenderOptions {
        let color = match self.screen.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && terminal_has_color(),
        };
        RenderOptions {
            width: terminal.then(terminal_width),
            color,
            unicode: !terminal || locale_is_unicode(),
            rows: None,
            in_session: false,
            csv: CsvTexts::default(),
        }
    }

    /// Writes problems to stderr; of warnings alone, nothing when quiet.
    pub fn report(&self, problems: Problems) {
        if problems.is_empty() || (self.screen.quiet && !problems.has_errors()) {
            return;
        }
        if self.json {
            self.held.borrow_mut().extend(problems);
        } else {
            self.say(&self.rendered(&problems.sorted()));
        }
    }

    /// Notes files that a result must not be written over.
    pub fn reads(&self, tables: impl IntoIterator<Item = PathBuf>) {
        self.inputs.borrow_mut().extend(tables);
    }

    /// Whether a file is one that tables or definitions are read from.
    fn is_read(&self, file: &Path) -> bool {
        let inputs = self.inputs.borrow();
        let definitions = self
            .sources
            .iter()
            .map(|(_, source)| Path::new(&source.name));
        let mut read = inputs.iter().map(PathBuf::as_path).chain(definitions);
        read.any(|input| files::is_same(input, file))
    }

    /// Writes what was kept back.
    pub fn finish(self) {
        let held = self.held.take();
        if !held.is_empty() {
            self.say(&self.rendered(&held.sorted()));
        }
    }

    /// Problems as text or as JSON, whichever was asked for.
    pub fn rendered(&self, problems: &[Diagnostic]) -> String {
        if self.json {
            render::diagnostics_json(&self.sources, problems)
        } else {
            render::diagnostics(&self.sources, problems, &self.stderr_look())
        }
    }

    /// Writes a sentence to stderr, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.screen.quiet {
            let look = RenderOptions {
                color: false,
                ..self.stderr_look()
            };
            self.say(&render::harmless_lines(text, look));
        }
    }

    /// Writes a text for people to stdout, whatever names and titles stand in it.
    pub fn show(&self, text: &str) -> Result<(), Failure> {
        let look = RenderOptions {
            color: false,
            ..self.stdout_look()
        };
        write_stdout(render::harmless_lines(text, look).as_bytes())
    }

    /// The same for a text of `render` with its colours.
    pub fn show_rendered(&self, text: &str) -> Result<(), Failure> {
        write_stdout(render::harmless_lines(text, self.stdout_look()).as_bytes())
    }

    fn say(&self, text: &str) {
        // A stderr that is closed is no error: there is no other place to report it.
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
    }

    /// A line of progress on stderr, until it is dropped.
    pub fn progress(&self) -> ProgressLine {
        ProgressLine::start(self.is_watched(), self.stderr_look())
    }

    /// The same with words before it that change.
    pub fn progress_of(&self, before: impl Fn() -> String + Send + 'static) -> ProgressLine {
        ProgressLine::telling(self.is_watched(), self.stderr_look(), before)
    }

    fn is_watched(&self) -> bool {
        !self.screen.quiet && io::stderr().is_terminal()
    }
}

/// Where a result goes and in which format.
pub struct OutputTarget {
    pub format: OutputFormat,
    file: Option<PathBuf>,
    csv: CsvTexts,
}

impl OutputTarget {
    /// The format named, else the one of the file's ending, else the table.
    ///
    /// # Errors
    ///
    /// The ending is that of another format, and none is named.
    pub fn new(options: &OutputOptions) -> Result<OutputTarget, Failure> {
        let format = match (options.format, options.output.as_deref()) {
            (Some(format), _) => format,
            (None, Some(file)) => {
                OutputFormat::for_file(file).map_err(|ending| unknown_ending(file, &ending))?
            }
            (None, None) => OutputFormat::Table,
        };
        Ok(OutputTarget {
            format,
            file: options.output.clone(),
            csv: options.csv.texts,
        })
    }

    /// A format that the command chose itself.
    pub fn of(format: OutputFormat, file: Option<PathBuf>) -> OutputTarget {
        OutputTarget {
            format,
            file,
            csv: CsvTexts::default(),
        }
    }

    /// How the result looks: as on the terminal, or plain in a file.
    pub fn look(&self, console: &Console) -> RenderOptions {
        let look = match &self.file {
            Some(_) => console.look(false),
            None => console.stdout_look(),
        };
        RenderOptions {
            csv: self.csv,
            ..look
        }
    }

    /// The same where long answers give way on a terminal, so that they fit it; `full`: they do not.
    pub fn screenful(&self, console: &Console, full: bool) -> RenderOptions {
        let look = self.look(console);
        RenderOptions {
            rows: look.width.filter(|_| !full).map(|_| lines_for_answers()),
            ..look
        }
    }

    /// Whether the result goes to a terminal that can be cleared.
    pub fn is_screen(&self) -> bool {
        let can_clear = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        self.file.is_none() && can_clear && io::stdout().is_terminal()
    }

    /// Writes the whole result.
    pub fn write(&self, console: &Console, bytes: &[u8]) -> Result<(), Failure> {
        match &self.file {
            Some(file) if console.is_read(file) => Err(own_input(file).into()),
            Some(file) => write_result(file, bytes),
            None => write_stdout(bytes),
        }
    }
}

fn unknown_ending(file: &Path, ending: &str) -> Diagnostic {
    let formats = OutputFormat::ALL.map(OutputFormat::name).join(", ");
    Diagnostic::data(
        "K909",
        format!("no answer is written as `.{ending}`: `{}`", file.display()),
    )
    .help("end the name in .csv, .json, .jsonl, .md, .parquet, .svg, .html or, for a text table, .txt")
    .help(format!("or name a format: --format with {formats}"))
}

/// Writes bytes to stdout as they are: data for programs. Texts for people are written by [`Console::show`].
/// A reader that has gone away, such as `head`, is no failure.
pub fn write_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(Diagnostic::data("D902", format!("cannot write to stdout: {error}")).into())
        }
    }
}

/// Writes a result into a file, if that is a place for results.
pub fn write_result(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    takes_results(file)?;
    write_file(file, bytes)
}

/// Whether results may be written to a file, or into a folder.
pub fn takes_results(place: &Path) -> Result<(), Failure> {
    match not_for_results(place) {
        Some(problem) => Err(problem.into()),
        None => Ok(()),
    }
}

/// Writes a file whole or not at all: under another name first, then renamed. A device or a pipe,
/// such as `/dev/null`, is written into and stays what it is.
pub fn write_file(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::replace(file, bytes).map_err(|error| {
        Diagnostic::data(
            "D902",
            format!("cannot write `{}`: {error}", file.display()),
        )
        .into()
    })
}

/// Lines an answer may take so that it, its footer and the prompt fit the screen.
pub fn lines_for_answers() -> usize {
    let height = terminal_size::terminal_size().map_or(40, |(_, height)| usize::from(height.0));
    height.saturating_sub(6).max(10)
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0).max(40))
}

fn terminal_has_color() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether the terminal shows more than ASCII: unless the locale says otherwise.
fn locale_is_unicode() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_none_or(|locale| locale.to_lowercase().contains("utf"))
}
