//! `riskql ingest`: reports into a store.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::IngestArguments;
use super::console::{Console, write_stdout};
use super::failure::{Failure, Kind};
use super::workspace;
use crate::diagnostic::{Diagnostic, Problems};
use crate::ingest::{Reader, Report};
use crate::model::Definitions;
use crate::question;
use crate::render::{aligned, count};
use crate::store::{self, Context, Store};

/// Folders nested deeper than this are a loop of links.
const DEEPEST: usize = 64;

/// Reads every report and adds it; one that fails does not keep the others out.
pub fn run(
    console: &mut Console,
    arguments: &IngestArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let context = context(console, &definitions, arguments)?;
    let files = files(&arguments.files)?;
    let store = match arguments.dry_run {
        true => None,
        false => Some(Store::open_or_create(&arguments.store)?),
    };
    let mut taking = Taking {
        reader: Reader::new(&definitions),
        definitions: &definitions,
        store: store.as_ref(),
        context: &context,
        lines: Vec::new(),
        sums: Sums::default(),
        problems: Problems::default(),
    };
    let progress = console.progress();
    for file in &files {
        taking.take(file);
    }
    drop(progress);
    let text = format!(
        "{}{}\n",
        aligned(taking.lines, console.stdout_look()),
        taking.sums.words(arguments.dry_run)
    );
    write_stdout(text.as_bytes())?;
    if taking.problems.has_errors() {
        return Err(Failure {
            kind: Kind::Environment,
            problems: taking.problems,
        });
    }
    Ok(())
}

struct Taking<'a> {
    reader: Reader<'a>,
    definitions: &'a Definitions,
    store: Option<&'a Store>,
    context: &'a Context,
    lines: Vec<Vec<String>>,
    sums: Sums,
    problems: Problems,
}

#[derive(Default)]
struct Sums {
    added: u64,
    rows: u64,
    known: u64,
    failed: u64,
}

impl Sums {
    fn words(&self, is_dry: bool) -> String {
        let verb = if is_dry { "would be added" } else { "added" };
        let reports = if self.added == 1 { "report" } else { "reports" };
        let mut parts = vec![format!(
            "{} {reports} {verb} ({} rows)",
            count(self.added),
            count(self.rows)
        )];
        if self.known > 0 {
            parts.push(format!("{} already there", count(self.known)));
        }
        if self.failed > 0 {
            parts.push(format!("{} failed", count(self.failed)));
        }
        parts.join(", ")
    }
}

impl Taking<'_> {
    fn take(&mut self, file: &Path) {
        let name = file.display().to_string();
        match self.added(file, &name) {
            Ok((report, word)) => {
                let rows = report.rows.len() + report.records.len();
                self.lines.push(vec![
                    name,
                    report.source,
                    format!("{} rows", count(rows as u64)),
                    word.to_string(),
                ]);
            }
            Err(problems) => {
                self.sums.failed += 1;
                self.lines.push(vec![
                    name,
                    String::new(),
                    String::new(),
                    "failed".to_string(),
                ]);
                self.problems.extend(problems);
            }
        }
    }

    fn added(&mut self, file: &Path, name: &str) -> Result<(Report, &'static str), Problems> {
        let bytes = fs::read(file)
            .map_err(|error| Diagnostic::data("D901", format!("cannot read `{name}`: {error}")))?;
        let report = self.reader.read(name, &bytes)?;
        let Some(store) = self.store else {
            self.sums.added += 1;
            self.sums.rows += report.rows.len() as u64;
            return Ok((report, "would be added"));
        };
        let added = store::add(store, self.definitions, name, &bytes, &report, self.context)?;
        if added.is_known {
            self.sums.known += 1;
            return Ok((report, "already there"));
        }
        self.sums.added += 1;
        self.sums.rows += added.manifest.rows;
        Ok((report, "added"))
    }
}

fn context(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &IngestArguments,
) -> Result<Context, Failure> {
    let mut instant = |option: &str, text: &Option<String>| match text {
        Some(text) => at(console, definitions, option, text).map(Some),
        None => Ok(None),
    };
    let finished_at = instant("--at", &arguments.at)?;
    let recorded_at = instant("--recorded-at", &arguments.recorded_at)?;
    Ok(Context {
        asset: arguments.asset.clone(),
        environment: arguments.environment.clone(),
        branch: arguments.branch.clone(),
        at: finished_at,
        is_partial: arguments.partial,
        recorded_at: recorded_at.unwrap_or_else(now),
    })
}

/// The instant of an option; a day stands for its beginning, because a scan is an event of that day.
fn at(
    console: &mut Console,
    definitions: &Definitions,
    option: &str,
    text: &str,
) -> Result<i64, Failure> {
    let moment = question::moment(&mut console.sources, definitions, option, text)?;
    let is_day = moment.label.len() == "2026-03-31".len();
    let day = 24 * 3600 * 1_000_000;
    Ok(if is_day {
        moment.instant - day
    } else {
        moment.instant
    })
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as i64)
}

/// The files named and all files below the folders named, hidden ones left out.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problems> {
    let mut found = Vec::new();
    let mut problems = Problems::default();
    for path in paths {
        if let Err(problem) = collect(path, 0, &mut found) {
            problems.push(problem);
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(found)
}

fn collect(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    let failed = |error: &dyn std::fmt::Display| {
        Diagnostic::data("D901", format!("cannot read `{}`: {error}", path.display()))
    };
    if !path.is_dir() {
        found.push(path.to_path_buf());
        return Ok(());
    }
    if depth > DEEPEST {
        return Err(failed(&"folders are nested too deeply"));
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| failed(&error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            collect(&entry.path(), depth + 1, found)?;
        }
    }
    Ok(())
}
