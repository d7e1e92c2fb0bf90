//! A baseline: misses that are accepted until a day, each with a reason.
//!
//! A CSV file with the columns `kpi`, `for`, `until`, `reason`. `for` is empty where the target is of the whole KPI.

use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::Sources;
use crate::lang::analyze;
use crate::lang::model::Definitions;

/// An accepted miss.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AcceptedMiss {
    pub kpi: String,
    /// The rows that the target judges, in its canonical words.
    pub part: Option<String>,
    /// The last day, as written.
    pub until: String,
    /// The first instant that is no longer accepted; microseconds.
    pub end: i64,
    pub reason: String,
    /// Its line in the file, from 1.
    pub line: u64,
}

const COLUMNS: [&str; 4] = ["kpi", "for", "until", "reason"];

/// Reads a baseline; messages call its file `name`.
///
/// # Errors
///
/// All lines that are no accepted miss of a target of the definitions (K926).
pub fn read(
    sources: &mut Sources,
    definitions: &Definitions,
    name: &str,
    bytes: &[u8],
) -> Result<Vec<AcceptedMiss>, Problems> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .flexible(true)
        .from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let header = reader.headers().map_err(|error| unreadable(name, &error))?;
    if header.iter().ne(COLUMNS) {
        let written = header.iter().collect::<Vec<_>>().join(",");
        let message = format!("{name}: the columns of a baseline are not `{written}`");
        let problem = Diagnostic::data("K926", message);
        return Err(problem
            .help("write `kpi,for,until,reason` in the first line")
            .into());
    }
    let mut problems = Problems::default();
    let mut accepted: Vec<AcceptedMiss> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("{name}:{line}");
        match entry(sources, definitions, &record, line) {
            Ok(miss)
                if accepted
                    .iter()
                    .any(|other| other.is_of(&miss.kpi, &miss.part)) =>
            {
                problems.push(Diagnostic::data(
                    "K926",
                    format!("{place}: the miss is accepted twice"),
                ));
            }
            Ok(miss) => accepted.push(miss),
            Err(problem) => problems.push(Diagnostic {
                message: format!("{place}: {}", problem.message),
                ..problem
            }),
        }
    }
    match problems.is_empty() {
        true => Ok(accepted),
        false => Err(problems),
    }
}

impl AcceptedMiss {
    /// Whether it is about a target.
    pub fn is_of(&self, kpi: &str, part: &Option<String>) -> bool {
        self.kpi == kpi && self.part == *part
    }
}

fn unreadable(name: &str, error: &csv::Error) -> Problems {
    Diagnostic::data("K926", format!("{name} is no CSV file: {error}")).into()
}

fn entry(
    sources: &mut Sources,
    definitions: &Definitions,
    record: &csv::StringRecord,
    line: u64,
) -> Result<AcceptedMiss, Diagnostic> {
    let problem = |message: String| Diagnostic::data("K926", message);
    if record.len() != COLUMNS.len() {
        let message = format!("{} values under {} columns", record.len(), COLUMNS.len());
        return Err(problem(message).help("put a value with a comma in it in double quotes"));
    }
    let (kpi, part, until, reason) = (&record[0], &record[1], &record[2], &record[3]);
    let part = targeted(definitions, kpi, part)?;
    if reason.is_empty() {
        return Err(problem(format!(
            "the miss of `{kpi}` is accepted without a reason"
        )));
    }
    let end = analyze::moment(sources, definitions, "until", until).map_err(|_| {
        problem(format!("`{until}` is no day")).help("write the last day as 2026-12-31")
    })?;
    Ok(AcceptedMiss {
        kpi: kpi.to_owned(),
        part,
        until: until.to_owned(),
        end: end.instant,
        reason: reason.to_owned(),
        line,
    })
}

/// The part in the words of the target that is meant.
fn targeted(
    definitions: &Definitions,
    name: &str,
    part: &str,
) -> Result<Option<String>, Diagnostic> {
    let problem = |message: String| Diagnostic::data("K926", message);
    let Some(id) = definitions.kpi_named(name) else {
        let mut judged = definitions
            .kpis
            .iter()
            .filter(|kpi| !kpi.targets.is_empty());
        let names = judged.by_ref().map(|kpi| kpi.name.as_str());
        let found = problem(format!("there is no KPI `{name}`"));
        return Err(match nearest(name, names) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help("all KPIs and their targets: riskql kpis"),
        });
    };
    let collapse = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let targets = &definitions.kpis[id.0].targets;
    let mut parts = targets.iter().map(|target| &target.restrictions_written);
    let is_meant = |written: &&Option<String>| written.as_deref().unwrap_or("") == collapse(part);
    if let Some(found) = parts.find(is_meant) {
        return Ok(found.clone());
    }
    let there_are: Vec<String> = targets
        .iter()
        .map(|target| match &target.restrictions_written {
            Some(part) => format!("`{part}`"),
            None => "none".to_owned(),
        })
        .collect();
    let message = match part {
        "" => format!("`{name}` has no target of all its rows"),
        part => format!("`{name}` has no target for `{part}`"),
    };
    Err(match there_are.is_empty() {
        true => problem(message).help(format!("`{name}` has no target at all")),
        false => problem(message).help(format!("in `for` can stand: {}", there_are.join(", "))),
    })
}
