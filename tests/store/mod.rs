//! Stores: what follows from reports, in whatever order they come.

mod accepted;
mod command;
mod correlation;
mod decisions;
mod evaluation_times;
mod history;
mod lifecycle;
mod lines;
mod parts;
mod recurrence;
mod replay;
mod scans;
mod traps;
mod withdrawals;
mod worlds;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::OnceLock;

use polars::prelude::{Column, DataType, ParquetReader, SerReader, TimeUnit};
use riskql::base::diagnostic::Problems;
use riskql::base::instants::rfc3339;
use riskql::base::source::Sources;
use riskql::exec::answer::Answer;
use riskql::exec::data::Horizon;
use riskql::exec::query_context::QueryContext;
use riskql::lang::analyze;
use riskql::lang::model::{Definitions, Moment, Query};
use riskql::lang::project;
use riskql::lang::syntax;
use riskql::reports::ingest::ReportReader;
use riskql::reports::store::{self, AddOutcome, IngestContext, Segment, Store};
use tempfile::TempDir;

/// A format of these tests that names the rules it ran, beside the shipped ones.
const OWN: &str = r#"
source ruled "A report that names its rules"
  tool     "ruled"
  kind     sast
  reads    json
  known by """ type == "object" and has("ruled") """
  scan     """ { rules, tool, finished_at: .at, outcome, scope } """
  rows     """ .ruled[] """
  identity rule_id, file
"#;

pub fn definitions() -> &'static Definitions {
    &library().1
}

fn library() -> &'static (Sources, Definitions) {
    static LOADED: OnceLock<(Sources, Definitions)> = OnceLock::new();
    LOADED.get_or_init(|| read(OWN))
}

/// The shipped definitions and some more.
pub fn with(more: &str) -> Definitions {
    read(more).1
}

fn read(more: &str) -> (Sources, Definitions) {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    let texts = project::library_texts()
        .into_iter()
        .map(|(path, text)| (path, text.to_string()));
    for (path, text) in texts.chain([("own.kpi".to_string(), more.to_string())]) {
        let id = sources.add(path, text);
        let (file, problems) = syntax::parse_file(&sources, id);
        assert!(!problems.has_errors(), "{problems:?}");
        files.push(file);
    }
    let (definitions, problems) = riskql::lang::check::definitions(&sources, &files);
    let definitions = definitions.unwrap_or_else(|| panic!("{problems:?}"));
    (sources, definitions)
}

pub type Record = BTreeMap<String, String>;

/// A store in a folder of its own.
pub struct Room {
    _folder: TempDir,
    pub store: Store,
    pub context: IngestContext,
}

impl Room {
    pub fn new() -> Room {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_or_create(&folder.path().join("store")).expect("a store");
        Room {
            _folder: folder,
            store,
            context: IngestContext {
                asset: Some("shop".to_string()),
                recorded_at: micros("2026-12-01"),
                ..IngestContext::default()
            },
        }
    }

    /// The same with tables in parts of so many observations.
    pub fn in_parts_of(self, observations: u64) -> Room {
        let store = self.store.with_observations_a_part(observations);
        Room { store, ..self }
    }

    /// How many parts of tables are kept, one for every range of assets and what was known of them.
    pub fn parts(&self) -> usize {
        let ranges = entries(&self.store.folder().join("derived/parts"));
        ranges.iter().map(|range| entries(range).len()).sum()
    }

    /// Takes a report in; whether it is new.
    pub fn try_take(&self, report: &str, context: &IngestContext) -> Result<bool, Problems> {
        thread_local! {
            static READER: ReportReader<'static> = ReportReader::new(definitions());
        }
        let bytes = report.as_bytes().to_vec();
        let segment =
            READER.with(|reader| Segment::read(reader, definitions(), "report", bytes, context))?;
        store::add(&self.store, &segment).map(|added| added == AddOutcome::New)
    }

    /// Takes a report of that day in that was recorded then, or on another day.
    pub fn take_late(&self, day: &str, recorded: &str, report: &str) {
        let context = IngestContext {
            at: Some(micros(day)),
            recorded_at: micros(recorded),
            ..self.context.clone()
        };
        self.try_take(report, &context).expect("the report goes in");
    }

    /// What queries are answered, asked together: by `as_of` and `known_on` where they do not say.
    pub fn ask(&self, texts: &[String], horizon: Horizon) -> Result<Vec<Answer>, Problems> {
        let (sources, definitions) = library();
        let mut sources = sources.clone();
        let queries: Vec<Query> = texts
            .iter()
            .map(|text| {
                let read = analyze::read(&mut sources, definitions, "<query>", text);
                read.expect("a query").query
            })
            .collect();
        let moment = |instant| Moment {
            label: "then".to_string(),
            instant,
        };
        let query_context = QueryContext {
            definitions,
            sources: &sources,
            tables: Rc::new(store::locate(definitions, Some(self.store.folder()), &[])?),
            as_of: horizon.as_of.map(moment),
            known_on: horizon.known_on.map(moment),
            watermark: None,
        };
        let queries: Vec<&Query> = queries.iter().collect();
        Ok(query_context.answers(&queries)?.answers)
    }

    /// A scan of that day.
    pub fn take(&self, day: &str, report: &str) {
        let context = IngestContext {
            at: Some(micros(day)),
            ..self.context.clone()
        };
        self.try_take(report, &context).expect("the report goes in");
    }

    pub fn table(&self, name: &str) -> Vec<Record> {
        self.table_by(definitions(), name)
    }

    pub fn table_by(&self, definitions: &Definitions, name: &str) -> Vec<Record> {
        self.read(&self.folder(definitions, Horizon::default()), name)
    }

    /// The table as it is seen from a horizon.
    pub fn table_at(&self, horizon: Horizon, name: &str) -> Vec<Record> {
        self.read(&self.folder(definitions(), horizon), name)
    }

    pub fn folder(&self, definitions: &Definitions, horizon: Horizon) -> PathBuf {
        store::tables(&self.store, definitions, horizon).expect("tables")
    }

    fn read(&self, folder: &Path, name: &str) -> Vec<Record> {
        let parts = folder.join(name);
        let files = match parts.is_dir() {
            true => entries(&parts),
            false => vec![folder.join(format!("{name}.parquet"))],
        };
        files.iter().flat_map(|file| records(file)).collect()
    }

    /// `title: found – closed resolution`, in the order of titles and times.
    pub fn story(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.table("findings").iter().map(line).collect();
        lines.sort();
        lines
    }
}

/// What is in a folder, in the order of names.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn records(file: &Path) -> Vec<Record> {
    let file = File::open(file).expect("a table");
    let frame = ParquetReader::new(file).finish().expect("Parquet");
    let mut records = vec![Record::new(); frame.height()];
    for column in frame.columns() {
        for (record, value) in records.iter_mut().zip(texts(column)) {
            let value = value.replace("T00:00:00Z", "");
            record.insert(column.name().to_string(), value);
        }
    }
    records
}

/// Texts as they are, instants in RFC 3339, numbers; empty where there is none.
fn texts(column: &Column) -> Vec<String> {
    let written: Vec<Option<String>> = match column.dtype() {
        DataType::String => {
            let texts = column.str().expect("texts").iter();
            texts.map(|text| text.map(str::to_owned)).collect()
        }
        DataType::Float64 => {
            let numbers = column.f64().expect("numbers").iter();
            numbers.map(|number| Some(number?.to_string())).collect()
        }
        DataType::Datetime(TimeUnit::Microseconds, Some(zone)) => {
            assert_eq!(zone.as_str(), "UTC");
            let instants = column.datetime().expect("instants").physical().iter();
            instants.map(|at| at.map(rfc3339)).collect()
        }
        other => panic!("{} holds {other}", column.name()),
    };
    written.into_iter().map(Option::unwrap_or_default).collect()
}

fn line(finding: &Record) -> String {
    let text = format!(
        "{}: {} – {} {}",
        finding["title"], finding["found_at"], finding["closed_at"], finding["resolution"]
    );
    text.trim_end().to_string()
}

/// The codes of problems, in order.
pub fn codes(problems: Problems) -> Vec<&'static str> {
    let sorted = problems.sorted();
    sorted.iter().map(|problem| problem.code).collect()
}

/// The instant of a day, or of RFC 3339.
pub fn micros(text: &str) -> i64 {
    let text = match text.contains('T') {
        true => text.to_string(),
        false => format!("{text}T00:00:00Z"),
    };
    let instant: chrono::DateTime<chrono::Utc> = text.parse().expect("an instant");
    instant.timestamp_micros()
}

/// A generic report of a tool that saw weaknesses of these titles.
pub fn saw(titles: &[&str]) -> String {
    let findings: Vec<String> = titles
        .iter()
        .map(|title| format!(r#"{{"title": "{title}", "severity": "High"}}"#))
        .collect();
    report(&findings.join(", "))
}

/// A generic report with these findings.
pub fn report(findings: &str) -> String {
    format!(r#"{{"name": "scan", "type": "probe", "findings": [{findings}]}}"#)
}
