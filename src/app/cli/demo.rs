//! `riskql demo`: a made-up year of reports, taken into a store, and what a dashboard shows of it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::args::{DataOptions, DemoArguments, IngestArguments};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::{ingest, workspace};
use crate::app::demo::{self, DemoOptions};
use crate::app::{repl, report_notes};
use crate::base::calendar;
use crate::base::cancellation;
use crate::base::diagnostic::Diagnostic;
use crate::base::types::Grain;
use crate::insight::dashboards;
use crate::lang::analyze;
use crate::lang::model::Definitions;
use crate::lang::project::{self, ProjectOrigin};
use crate::render::{self, OutputFormat};

/// Writes the reports, takes them in and shows the first layer of the first dashboard. Where the work fails or is
/// interrupted, nothing of it is left.
pub fn run(
    console: &mut Console,
    arguments: &DemoArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let done = cancellation::until_stopped(|| {
        // Not before: work that has not begun cannot be stopped, and Ctrl-C would do nothing.
        repl::hear_interrupts();
        make(console, arguments, defs)
    });
    match done {
        Some(done) => done,
        None => Err(Failure::interrupted()),
    }
}

fn make(
    console: &mut Console,
    arguments: &DemoArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    // Other definitions may lack the sources of the reports.
    let origin = defs.map_or(ProjectOrigin::Library, |defs| {
        ProjectOrigin::choose(Some(defs))
    });
    let (definitions, problems) = project::definitions(&mut console.sources, &origin);
    let Some(definitions) = definitions else {
        return Err(problems.into());
    };
    let options = options(console, &definitions, arguments)?;
    let folder = DemoFolder::make(arguments.keep.as_deref())?;
    let demo = Demo {
        definitions: &definitions,
        options,
        folder: folder.path(),
    };
    demo.run(console)?;
    folder.keep();
    console.show(&demo.next_steps(arguments.keep.is_none()))
}

fn options(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &DemoArguments,
) -> Result<DemoOptions, Failure> {
    let at = analyze::occasion(
        &mut console.sources,
        definitions,
        "--until",
        &arguments.until,
    )?;
    let until = calendar::local_day(&definitions.calendar, at).expect("a date was read");
    let options = DemoOptions {
        seed: arguments.seed,
        months: arguments.months,
        until,
    };
    let history = definitions.calendar.history_from;
    if let Some(history) = history.filter(|history| options.from() < *history) {
        let earliest = history + chrono::Months::new(arguments.months);
        return Err(Diagnostic::data(
            "K908",
            format!(
                "the demo would begin on {}, before the history of the calendar, {history}",
                options.from()
            ),
        )
        .help(format!("write --until {earliest}, or a later day"))
        .into());
    }
    Ok(options)
}

/// Where the demo is written: a temporary folder, or one that somebody named. It goes away unless it is kept.
enum DemoFolder {
    Temporary(TempDir),
    Named { path: PathBuf, is_kept: bool },
}

impl DemoFolder {
    fn make(named: Option<&Path>) -> Result<DemoFolder, Failure> {
        let Some(path) = named else {
            let made = tempfile::Builder::new().prefix("riskql-demo-").tempdir();
            let made = made.map_err(|error| cannot_write(&std::env::temp_dir(), &error))?;
            return Ok(DemoFolder::Temporary(made));
        };
        let is_empty = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(error) => return Err(cannot_write(path, &error)),
        };
        if !is_empty {
            return Err(
                Diagnostic::data("K904", format!("`{}` is not empty", path.display()))
                    .help("nothing was written; name another folder: riskql demo --keep DIR")
                    .into(),
            );
        }
        fs::create_dir_all(path).map_err(|error| cannot_write(path, &error))?;
        Ok(DemoFolder::Named {
            path: path.to_path_buf(),
            is_kept: false,
        })
    }

    fn path(&self) -> PathBuf {
        match self {
            DemoFolder::Temporary(folder) => folder.path().to_path_buf(),
            DemoFolder::Named { path, .. } => path.clone(),
        }
    }

    fn keep(mut self) {
        match &mut self {
            DemoFolder::Temporary(folder) => folder.disable_cleanup(true),
            DemoFolder::Named { is_kept, .. } => *is_kept = true,
        }
    }
}

impl Drop for DemoFolder {
    fn drop(&mut self) {
        if let DemoFolder::Named {
            path,
            is_kept: false,
        } = self
        {
            // It was empty, so all that is in it is of the demo.
            let _ = fs::remove_dir_all(path);
        }
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Diagnostic::data(
        "D902",
        format!("cannot write `{}`: {error}", path.display()),
    )
    .into()
}

struct Demo<'a> {
    definitions: &'a Definitions,
    options: DemoOptions,
    folder: PathBuf,
}

impl Demo<'_> {
    fn run(&self, console: &mut Console) -> Result<(), Failure> {
        self.write()?;
        let taken = self.take_in(console)?;
        console.show(&self.heading(taken))?;
        self.show(console)
    }

    fn reports(&self) -> PathBuf {
        self.folder.join("reports")
    }

    fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    fn page(&self) -> PathBuf {
        self.folder.join("dashboard.html")
    }

    /// Writes the reports.
    fn write(&self) -> Result<(), Failure> {
        for file in demo::files(&self.options) {
            cancellation::listen();
            let path = self.reports().join(&file.path);
            let parent = path.parent().expect("each file is in a folder");
            let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, &file.bytes));
            written.map_err(|error| cannot_write(&path, &error))?;
        }
        Ok(())
    }

    /// The day after, so that what a store holds depends on no clock.
    fn recorded_at(&self) -> String {
        let day = self.options.until;
        day.succ_opt().unwrap_or(day).to_string()
    }

    /// The arguments of `riskql ingest` for the reports of a folder.
    fn ingest(&self, folder: &str, environment: Option<&str>) -> IngestArguments {
        IngestArguments {
            files: vec![self.reports().join(folder)],
            environment: environment.map(str::to_string),
            store: self.store(),
            recorded_at: Some(self.recorded_at()),
            ..IngestArguments::default()
        }
    }

    /// How many reports went in, and how many rows.
    fn take_in(&self, console: &mut Console) -> Result<(u64, u64), Failure> {
        let (mut reports, mut rows) = (0, 0);
        for (folder, environment) in demo::FOLDERS {
            let arguments = self.ingest(folder, environment);
            let told = ingest::take(console, &arguments, self.definitions)?;
            ingest::fail(&told)?;
            reports += told.len() as u64;
            rows += told.iter().map(ingest::FileReport::rows).sum::<u64>();
        }
        Ok((reports, rows))
    }

    fn heading(&self, (reports, rows): (u64, u64)) -> String {
        let (applications, teams) = demo::size();
        let (from, until) = (self.options.from(), self.options.until);
        let mut text = format!(
            "A made-up company: {applications} applications of {teams} teams, {from} to {until}, seed {}.\n\
             {} with {} went into a store:\n",
            self.options.seed,
            render::counted(reports, "report", "reports"),
            render::counted(rows, "row", "rows"),
        );
        for (folder, environment) in demo::FOLDERS {
            let folder = word(&self.reports().join(folder));
            let of = environment.map_or(String::new(), |name| format!(" --environment {name}"));
            let (store, at) = (word(&self.store()), self.recorded_at());
            let program = program();
            text +=
                &format!("  {program} ingest {folder}{of} --recorded-at {at} --store {store}\n");
        }
        text + "\n"
    }

    /// Writes the first dashboard as a page, and shows its first layer.
    fn show(&self, console: &mut Console) -> Result<(), Failure> {
        let draft = dashboards::dashboard(self.definitions, None)?;
        let data = DataOptions {
            data: Some(self.store()),
            ..DataOptions::default()
        };
        let instants = workspace::instants(console, self.definitions, &data)?;
        let context = workspace::context(console, self.definitions, &data, instants)?;
        let page = OutputTarget::of(OutputFormat::Html, Some(self.page()));
        let mut board = workspace::board(console, &context, draft, page.format)?;
        workspace::write_board(console, &board, &page, true)?;
        board.layers.truncate(1);
        let screen = OutputTarget::of(OutputFormat::Table, None);
        workspace::write_board(console, &board, &screen, true)
    }

    /// Queries to go on with, as they are typed.
    fn next_steps(&self, is_temporary: bool) -> String {
        let (program, store) = (program(), word(&self.store()));
        let month = |day| {
            let calendar = &self.definitions.calendar;
            calendar::label(calendar, calendar::period_of(calendar, day, Grain::Month))
        };
        let (before, after) = self.options.around_sprint();
        let (before, after) = (month(before), month(after));
        let mut text = format!(
            "\nTry:\n  \
             {program} run \"mttr by severity over month last 6 months\" --data {store}\n  \
             {program} why \"risk_exposure from {before} to {after} by team\" --data {store}\n  \
             {program} explain \"escape_rate last quarter\" --data {store}\n\
             or ask in a session:\n  \
             {program} repl --data {store}\n\n\
             The whole dashboard as a page: {}\n",
            self.page().display()
        );
        if is_temporary {
            let folder = self.folder.display();
            text += &format!("All of it is in {folder}, until somebody removes that folder.\n");
        }
        text
    }
}

/// How this program was called, where that is a path.
fn program() -> String {
    let called = std::env::args_os().next().map(PathBuf::from);
    let called = called.filter(|called| called.components().count() > 1);
    called.map_or("riskql".to_string(), |called| word(&called))
}

/// A path as a shell takes it.
fn word(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+:@%".contains(letter);
    match path.chars().all(is_plain) {
        true => path,
        false => report_notes::quoted(&path),
    }
}
