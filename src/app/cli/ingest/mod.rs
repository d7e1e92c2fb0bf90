//! `riskql ingest`: reports into a store.
//!
//! Several reports are read at once, and added in the order in which they were named.

mod files;
mod parallel;
mod told;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::files::ReportFile;
use self::told::FileOutcome;
pub use self::told::FileReport;
use super::args::{IngestArguments, TextOrJson};
use super::console::{Console, write_stdout};
use super::failure::Failure;
use super::reports;
use super::workspace;
use crate::app::repl::not_here;
use crate::app::report_notes::KnownLines;
use crate::base::cancellation;
use crate::base::diagnostic::{Cause, Diagnostic, Problems, Severity};
use crate::exec::objects::is_address;
use crate::lang::analyze;
use crate::lang::model::Definitions;
use crate::reports::ingest::ReportReader;
use crate::reports::store::{self, AddOutcome, IngestContext, Segment, Store};

/// Reads every report and adds it; one that fails does not keep the others out.
pub fn run(
    console: &mut Console,
    arguments: &IngestArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let told = take(console, arguments, &definitions)?;
    match arguments.format {
        TextOrJson::Table => {
            let look = console.stdout_look();
            console.show_rendered(&told::text(&told, arguments.dry_run, look))?;
        }
        TextOrJson::Json => write_stdout(told::json(&told).as_bytes())?,
    }
    fail(&told)
}

/// Reads every report and adds it; tells what there is to tell of them, and gives what became of each.
pub fn take(
    console: &mut Console,
    arguments: &IngestArguments,
    definitions: &Definitions,
) -> Result<Vec<FileReport>, Failure> {
    let taking = IngestRun {
        reader: reader(definitions, arguments)?,
        definitions,
        store: store_of(arguments)?,
        context: context(console, definitions, arguments)?,
        is_dry: arguments.dry_run,
    };
    let candidates = files::candidates(&arguments.files)?;
    let told = taking.all(console, &candidates)?;
    for each in &told {
        console.report(each.notes.clone());
    }
    if told
        .iter()
        .all(|each| matches!(each.fate, FileOutcome::Skipped(_)))
    {
        console.report(nothing(&arguments.files).into());
    }
    Ok(told)
}

/// The problems of the reports that failed, if there are any.
pub fn fail(told: &[FileReport]) -> Result<(), Failure> {
    let mut problems = Problems::default();
    for each in told {
        if let FileOutcome::Failed(own) = &each.fate {
            problems.extend(own.clone());
        }
    }
    match problems.has_errors() {
        false => Ok(()),
        true => Err(problems.into()),
    }
}

fn reader<'a>(
    definitions: &'a Definitions,
    arguments: &'a IngestArguments,
) -> Result<ReportReader<'a>, Diagnostic> {
    let reader = ReportReader::new(definitions)
        .in_order(arguments.dates)
        .of_sheet(arguments.sheet.as_deref());
    match &arguments.source {
        Some(name) => reader.of_source(name),
        None => Ok(reader),
    }
}

/// The store to add to; to look into where nothing is to be added, if it is there.
fn store_of(arguments: &IngestArguments) -> Result<Option<Store>, Diagnostic> {
    if is_address(&arguments.store) {
        return Err(not_here(&arguments.store));
    }
    match arguments.dry_run {
        false => Store::open_or_create(&arguments.store).map(Some),
        true if store::is_store(&arguments.store) => Store::open(&arguments.store).map(Some),
        true => Ok(None),
    }
}

struct IngestRun<'a> {
    reader: ReportReader<'a>,
    definitions: &'a Definitions,
    store: Option<Store>,
    context: IngestContext,
    is_dry: bool,
}

impl IngestRun<'_> {
    fn all(
        &self,
        console: &Console,
        candidates: &[ReportFile],
    ) -> Result<Vec<FileReport>, Failure> {
        let done = Arc::new(AtomicUsize::new(0));
        let (counted, all) = (done.clone(), candidates.len());
        let progress = console
            .progress_of(move || format!("{} of {all} reports, ", counted.load(Ordering::Relaxed)));
        let mut told = Vec::with_capacity(candidates.len());
        let mut known = KnownLines::of(self.store.as_ref());
        let read = |candidate: &ReportFile| {
            let segment = self.read(&candidate.path);
            done.fetch_add(1, Ordering::Relaxed);
            segment
        };
        parallel::each(candidates, bytes, read, |candidate, segment| {
            cancellation::listen();
            told.push(self.add(candidate, segment, &mut known));
        });
        drop(progress);
        Ok(told)
    }

    fn read(&self, path: &Path) -> Result<Segment, Problems> {
        let name = path.display().to_string();
        let bytes = reports::bytes(path)?;
        Segment::read(&self.reader, self.definitions, &name, bytes, &self.context)
    }

    fn add(
        &self,
        candidate: &ReportFile,
        segment: Result<Segment, Problems>,
        known: &mut KnownLines,
    ) -> FileReport {
        let file = candidate.path.display().to_string();
        let added = segment.and_then(|segment| {
            let fate = self.fate(&segment)?;
            Ok((fate, segment.manifest))
        });
        match added {
            Ok((fate, manifest)) => {
                let notes = known.told(&manifest);
                FileReport {
                    file,
                    fate,
                    manifest: Some(manifest),
                    notes,
                }
            }
            Err(problems) => FileReport {
                file,
                notes: match candidate.is_found && is_no_report(&problems) {
                    true => passed_over(&problems),
                    false => Problems::default(),
                },
                fate: match candidate.is_found && is_no_report(&problems) {
                    true => FileOutcome::Skipped(problems),
                    false => FileOutcome::Failed(problems),
                },
                manifest: None,
            },
        }
    }

    fn fate(&self, segment: &Segment) -> Result<FileOutcome, Problems> {
        let Some(store) = &self.store else {
            return Ok(FileOutcome::Expected);
        };
        if self.is_dry {
            let name = &segment.manifest.segment;
            let is_known = store.has(name)? && store.withdrawals()?.counts(name);
            return Ok(match is_known {
                true => FileOutcome::Known,
                false => FileOutcome::Expected,
            });
        }
        Ok(match store::add(store, segment)? {
            AddOutcome::New => FileOutcome::Added,
            AddOutcome::Known => FileOutcome::Known,
            AddOutcome::Mended => FileOutcome::Mended,
            AddOutcome::Restored => FileOutcome::Restored,
        })
    }
}

/// Folders without a report are no mistake of those who look into them every hour.
fn nothing(folders: &[PathBuf]) -> Diagnostic {
    let folders: Vec<String> = folders
        .iter()
        .map(|folder| format!("`{}`", folder.display()))
        .collect();
    let message = format!("there is no report in {}", folders.join(", "));
    Diagnostic {
        severity: Severity::Warning,
        ..Diagnostic::data("D401", message)
            .help("why a file is none: riskql sources test FILE")
            .help("the formats known: riskql sources")
    }
}

/// A file in a folder of reports that no source knows: a picture, a page of notes.
fn is_no_report(problems: &Problems) -> bool {
    let problems = problems.clone().sorted();
    problems
        .iter()
        .all(|problem| problem.cause == Cause::NoReport)
}

/// That a file of a folder was taken for no report is told, though it is no mistake.
fn passed_over(problems: &Problems) -> Problems {
    let mut told = Problems::default();
    for problem in problems.clone().sorted() {
        told.push(Diagnostic {
            severity: Severity::Warning,
            ..problem
        });
    }
    told
}

/// A file that cannot be looked at has none: it is found out when it is read.
fn bytes(candidate: &ReportFile) -> u64 {
    fs::metadata(&candidate.path).map_or(0, |file| file.len())
}

fn context(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &IngestArguments,
) -> Result<IngestContext, Failure> {
    let mut instant = |option: &str, text: &Option<String>| {
        let text = text.as_deref();
        let at =
            text.map(|text| analyze::occasion(&mut console.sources, definitions, option, text));
        at.transpose()
    };
    let finished_at = instant("--at", &arguments.at)?;
    let recorded_at = instant("--recorded-at", &arguments.recorded_at)?;
    Ok(IngestContext {
        asset: arguments.asset.clone(),
        environment: arguments.environment.clone(),
        branch: arguments.branch.clone(),
        scan_line: arguments.scan_line.clone(),
        sheet: arguments.sheet.clone(),
        at: finished_at,
        is_partial: arguments.partial,
        recorded_at: recorded_at.unwrap_or_else(reports::now),
    })
}
