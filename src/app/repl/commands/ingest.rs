//! `\ingest`: reports into the store that the session reads.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{ArgumentKind, SessionCommand, first_screen};
use crate::app::repl::output::path;
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::app::report_notes::KnownLines;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::render::{self, Sheet};
use crate::reports::ingest::{DayOrder, ReportReader};
use crate::reports::store::{self, AddOutcome, IngestContext, Manifest, Segment, Store};

pub(super) const INGEST: SessionCommand = SessionCommand {
    name: "ingest",
    arguments: "FILE … [--asset NAME] [--environment NAME] [--at DATE] [--source NAME] …",
    help: "takes scanner reports into the store that the session reads",
    takes: &[ArgumentKind::File],
    run: ingest,
};

/// What may be said about reports, as after `riskql ingest`, and whether a value follows.
const OPTIONS: &[(&str, bool)] = &[
    ("asset", true),
    ("environment", true),
    ("at", true),
    ("branch", true),
    ("source", true),
    ("scan-line", true),
    ("dates", true),
    ("sheet", true),
    ("recorded-at", true),
    ("partial", false),
    ("dry-run", false),
];

/// What was typed behind the command.
#[derive(Default)]
struct IngestLine {
    files: Vec<String>,
    context: IngestContext,
    source: Option<String>,
    dates: Option<DayOrder>,
    is_dry: bool,
}

/// Adds every report; one that fails does not keep the others out. Then the tables are looked at anew.
fn ingest(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let folder = session.settings.tables.data.clone();
    let folder = folder.filter(|folder| store::is_store(folder));
    let store = Store::open(&folder.ok_or_else(no_store)?)?;
    let line = read_line(session, arguments)?;
    let mut sheet = Sheet::new()
        .texts("report")
        .words("source")
        .numbers("rows")
        .words("");
    let mut known = KnownLines::of(Some(&store));
    let (mut notes, mut problems) = (Problems::default(), Problems::default());
    for file in &line.files {
        match take(session, &store, file, &line) {
            Ok((manifest, word)) => {
                notes.extend(known.told(&manifest));
                let rows = render::count(manifest.rows);
                sheet.row([file.clone(), manifest.source, rows, word.to_string()]);
            }
            Err(of_file) => problems.extend(of_file),
        }
    }
    session.locate()?;
    let shown = sheet.render(session.settings.look);
    let warnings = Reply::told(session.rendered(&notes));
    let reply = Reply::shown(shown)
        .then(warnings)
        .then(first_screen(session));
    Ok(match problems.has_errors() {
        true => reply.then(session.failed(&problems)),
        false => reply,
    })
}

/// The files, and what is said about them.
fn read_line(session: &mut Session, arguments: &str) -> Result<IngestLine, Problems> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut line = IngestLine::default();
    line.context.recorded_at = since.map_or(0, |since| since.as_micros() as i64);
    let mut words = words(arguments)?.into_iter();
    while let Some(word) = words.next() {
        let Some((option, value)) = option(&word)? else {
            line.files.push(word);
            continue;
        };
        let takes_value = OPTIONS.contains(&(option, true));
        let value = match (takes_value, value) {
            (true, Some(value)) => value,
            (true, None) => words.next().unwrap_or_default(),
            (false, None) => String::new(),
            (false, Some(_)) => {
                let message = format!("`--{option}` takes no value");
                return Err(Diagnostic::data("K966", message)
                    .help(format!("write --{option} alone, or leave it out"))
                    .into());
            }
        };
        let value = value.trim();
        if takes_value && (value.is_empty() || value.starts_with("--")) {
            return Err(Diagnostic::data("K966", format!("`--{option}` names none"))
                .help(format!(
                    "write --{option} {}, or leave it out",
                    example(option)
                ))
                .into());
        }
        set(session, &mut line, option, value)?;
    }
    if line.files.is_empty() {
        return Err(Diagnostic::data("K966", "which report?")
            .help("\\ingest zap.xml --asset shop --environment production")
            .into());
    }
    Ok(line)
}

fn set(
    session: &mut Session,
    line: &mut IngestLine,
    option: &str,
    value: &str,
) -> Result<(), Problems> {
    let text = || Some(value.to_string());
    let context = &mut line.context;
    match option {
        "asset" => context.asset = text(),
        "environment" => context.environment = text(),
        "branch" => context.branch = text(),
        "scan-line" => context.scan_line = text(),
        "sheet" => context.sheet = text(),
        "source" => line.source = text(),
        "at" => context.at = Some(session.occasion("--at", value)?),
        "recorded-at" => context.recorded_at = session.occasion("--recorded-at", value)?,
        "partial" => context.is_partial = true,
        "dry-run" => line.is_dry = true,
        "dates" => {
            let order = DayOrder::ALL
                .into_iter()
                .find(|order| order.word() == value);
            let unknown = || {
                Diagnostic::data("K966", format!("`{value}` is no order of day and month"))
                    .help("write --dates dmy where the day comes first, and --dates mdy where the month does")
            };
            line.dates = Some(order.ok_or_else(unknown)?);
        }
        other => unreachable!("`{other}` is not among the options"),
    }
    Ok(())
}

/// The option that a word is, and its value if it is in the same word: `--asset`, `--asset=shop`, `asset=shop`.
fn option(word: &str) -> Result<Option<(&'static str, Option<String>)>, Diagnostic> {
    let known = |name: &str| {
        let mut options = OPTIONS.iter();
        options
            .find(|(known, _)| *known == name)
            .map(|(name, _)| *name)
    };
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value.to_string())),
        None => (word, None),
    };
    match name.strip_prefix("--") {
        Some(name) => match known(name) {
            Some(name) => Ok(Some((name, value))),
            None => Err(unknown_option(name)),
        },
        None => Ok(value.and_then(|value| Some((known(name)?, Some(value))))),
    }
}

fn unknown_option(name: &str) -> Diagnostic {
    let names = || OPTIONS.iter().map(|(name, _)| *name);
    let problem = Diagnostic::data("K966", format!("there is no option `--{name}`"));
    match (name, nearest(name, names())) {
        ("store", _) => {
            problem.help("reports go into the store that the session reads: \\data DIR")
        }
        (_, Some(near)) => problem.help(format!("did you mean `--{near}`?")),
        (_, None) => {
            let all: Vec<String> = names().map(|name| format!("--{name}")).collect();
            problem.help(format!("the options: {}", all.join(", ")))
        }
    }
}

fn example(option: &str) -> &'static str {
    match option {
        "at" | "recorded-at" => "2026-03-31",
        "dates" => "dmy",
        _ => "NAME",
    }
}

/// Words between blanks; one in quotes may have blanks in it.
fn words(text: &str) -> Result<Vec<String>, Diagnostic> {
    let mut words: Vec<String> = Vec::new();
    let mut quote = None;
    let mut is_inside = false;
    for letter in text.chars() {
        match (letter, quote) {
            (_, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                if !is_inside {
                    words.push(String::new());
                    is_inside = true;
                }
            }
            (_, None) if letter.is_whitespace() => is_inside = false,
            (_, Some(_) | None) => {
                if !is_inside {
                    words.push(String::new());
                    is_inside = true;
                }
                words.last_mut().expect("a word was begun").push(letter);
            }
        }
    }
    match quote {
        Some(open) => Err(
            Diagnostic::data("K966", format!("a quote {open} is not closed"))
                .help("\\ingest 'my report.xml' --asset \"my shop\""),
        ),
        None => Ok(words),
    }
}

/// Adds a report; what is recorded of it, and what became of it.
fn take(
    session: &Session,
    store: &Store,
    typed: &str,
    line: &IngestLine,
) -> Result<(Manifest, &'static str), Problems> {
    let file = path(typed);
    let segment = read(session, &file, line)?;
    let word = match line.is_dry {
        true => {
            let name = &segment.manifest.segment;
            match store.has(name)? && store.withdrawals()?.counts(name) {
                true => "already there",
                false => "would be added",
            }
        }
        false => match store::add(store, &segment)? {
            AddOutcome::New => "added",
            AddOutcome::Known => "already there",
            AddOutcome::Mended => "mended",
            AddOutcome::Restored => "added again",
        },
    };
    Ok((segment.manifest, word))
}

fn read(session: &Session, file: &Path, line: &IngestLine) -> Result<Segment, Problems> {
    let definitions = &session.workspace.definitions;
    let name = file.display().to_string();
    let bytes = store::read_report(file)?;
    let reader = ReportReader::new(definitions)
        .in_order(line.dates)
        .of_sheet(line.context.sheet.as_deref());
    let reader = match &line.source {
        Some(source) => reader.of_source(source)?,
        None => reader,
    };
    Segment::read(&reader, definitions, &name, bytes, &line.context)
}

fn no_store() -> Problems {
    Diagnostic::data("K984", "the session reads no store")
        .help("begin one: riskql ingest REPORT --store DIR; then \\data DIR")
        .into()
}
