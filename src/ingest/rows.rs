//! Objects of a row program → typed rows; what has no rule is refused, all of it at once.

use std::collections::BTreeMap;

use jaq_json::{Map, Val};

use super::dates;
use super::identity::identity;
use super::reader::unread_date;
use super::records::{self, Unusable};
use super::report::Row;
use super::values::{list, number, text, truth, whole};
use crate::diagnostic::{Diagnostic, Problems, nearest};
use crate::model::{Evidence, ReportSource, RowField, Status};
use crate::source::Span;
use crate::types::Scale;

/// How many examples of one mistake are told.
const MOST_TOLD: usize = 8;

/// Collects the rows of a report.
pub(super) struct RowReader<'a> {
    name: &'a str,
    source: &'a ReportSource,
    severity: Option<&'a Scale>,
    rows: Vec<Row>,
    records: Vec<BTreeMap<String, String>>,
    dropped: BTreeMap<String, u64>,
    seen: u64,
    mistakes: BTreeMap<Mistake, Seen>,
}

/// Which rows have a mistake.
#[derive(Clone, Copy)]
struct Seen {
    /// From 1.
    first: u64,
    rows: u64,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mistake {
    NoObject,
    UnknownField(String),
    Severity(Option<String>),
    Status(String),
    Date(&'static str, String),
    NoTitle,
    Record(Unusable),
}

impl<'a> RowReader<'a> {
    pub fn new(name: &'a str, source: &'a ReportSource, severity: Option<&'a Scale>) -> Self {
        RowReader {
            name,
            source,
            severity,
            rows: Vec::new(),
            records: Vec::new(),
            dropped: BTreeMap::new(),
            seen: 0,
            mistakes: BTreeMap::new(),
        }
    }

    /// How many rows came so far.
    pub fn count(&self) -> u64 {
        self.seen
    }

    /// Takes one value of the program.
    pub fn add(&mut self, value: &Val) {
        self.seen += 1;
        crate::pulse::beat(1);
        let Val::Obj(members) = value else {
            return self.mistake(Mistake::NoObject);
        };
        if let Some(fields) = self.source.fills.record_fields() {
            return self.record(members, fields);
        }
        let mut row = Row::default();
        let mut words = ReportWords::default();
        for (key, value) in members.iter() {
            let key = text(key).unwrap_or_default();
            match RowField::from_word(&key) {
                Some(RowField::Dropped) => {
                    if let Some(reason) = text(value) {
                        *self.dropped.entry(reason).or_default() += 1;
                        return;
                    }
                }
                Some(field) => self.field(field, value, &mut row, &mut words),
                None => self.mistake(Mistake::UnknownField(key)),
            }
        }
        self.finish_row(row, words);
    }

    /// A row of a table that is filled as it is.
    fn record(&mut self, members: &Map, fields: &[&str]) {
        let mut record = BTreeMap::new();
        for (key, value) in members.iter() {
            let key = text(key).unwrap_or_default();
            if !fields.contains(&key.as_str()) {
                self.mistake(Mistake::UnknownField(key));
                continue;
            }
            if let Some(value) = text(value) {
                record.insert(key, value);
            }
        }
        for unusable in records::settle(self.source.fills, &self.source.dates, &mut record) {
            self.mistake(Mistake::Record(unusable));
        }
        self.records.push(record);
    }

    /// What was found, or all mistakes.
    pub fn finish(self) -> Result<Found, Problems> {
        if self.mistakes.is_empty() {
            return Ok(Found {
                rows: self.rows,
                records: self.records,
                dropped: self.dropped,
            });
        }
        let mut problems = Problems::default();
        for (mistake, seen) in self.mistakes.iter().take(MOST_TOLD) {
            problems.push(self.told(mistake, *seen));
        }
        if self.mistakes.len() > MOST_TOLD {
            let more = self.mistakes.len() - MOST_TOLD;
            problems.push(Diagnostic::data(
                "D405",
                format!("`{}`: {more} more mistakes of this kind", self.name),
            ));
        }
        Err(problems)
    }

    fn mistake(&mut self, mistake: Mistake) {
        let first = self.seen;
        let seen = self.mistakes.entry(mistake);
        seen.or_insert(Seen { first, rows: 0 }).rows += 1;
    }

    fn field(&mut self, field: RowField, value: &Val, row: &mut Row, words: &mut ReportWords) {
        match field {
            RowField::RuleId => row.rule_id = text(value),
            RowField::Title => row.title = text(value).unwrap_or_default(),
            RowField::Message => row.message = text(value),
            RowField::Severity => row.severity_word = text(value),
            RowField::SeverityFrom => row.severity_from = text(value),
            RowField::Cvss => row.cvss = number(value),
            RowField::CvssVector => row.cvss_vector = text(value),
            RowField::Cwe => row.cwe = sorted(list(value).into_iter().filter_map(whole)),
            RowField::VulnerabilityIds => {
                row.vulnerability_ids = sorted(list(value).into_iter().filter_map(text));
            }
            RowField::File => row.file = text(value),
            RowField::Line => row.line = whole(value),
            RowField::Url => row.url = text(value),
            RowField::Method => row.method = text(value),
            RowField::Parameter => row.parameter = text(value),
            RowField::Host => row.host = text(value),
            RowField::Port => row.port = whole(value),
            RowField::Component => row.component = text(value),
            RowField::Version => row.version = text(value),
            RowField::FixedVersion => row.fixed_version = text(value),
            RowField::Manifest => row.manifest = text(value),
            RowField::Purl => row.purl = text(value),
            RowField::Confidence => row.confidence = text(value),
            RowField::Evidence => words.evidence = text(value),
            RowField::Status => words.status = text(value),
            RowField::StatusReason => row.status_reason = text(value),
            RowField::NativeId => row.native_id = text(value),
            RowField::Fingerprint => row.fingerprint = text(value),
            RowField::FirstSeen => row.first_seen = self.date("first_seen", value),
            RowField::LastSeen => row.last_seen = self.date("last_seen", value),
            RowField::ClosedAt => row.closed_at = self.date("closed_at", value),
            RowField::AcceptedUntil => row.accepted_until = self.date("accepted_until", value),
            RowField::Epss => row.epss = number(value),
            RowField::KnownExploited => row.known_exploited = truth(value),
            RowField::Target => row.target = text(value),
            RowField::Environment => row.environment = text(value),
            RowField::Branch => row.branch = text(value),
            RowField::Dropped => {}
        }
    }

    fn date(&mut self, field: &'static str, value: &Val) -> Option<i64> {
        let text = text(value)?;
        let read = dates::read(&text, &self.source.dates);
        if read.is_none() {
            self.mistake(Mistake::Date(field, text));
        }
        read
    }

    fn finish_row(&mut self, mut row: Row, words: ReportWords) {
        if row.title.is_empty() {
            self.mistake(Mistake::NoTitle);
        }
        match self.severity_of(row.severity_word.as_deref()) {
            Some(code) => row.severity = code,
            None => self.mistake(Mistake::Severity(row.severity_word.clone())),
        }
        row.evidence = words.evidence.and_then(|word| self.evidence_of(&word));
        if let Some(word) = words.status {
            row.status = self.status_of(&word);
            if row.status.is_none() {
                self.mistake(Mistake::Status(word));
            }
        }
        row.identity = identity(self.source, &row);
        self.rows.push(row);
    }

    /// The source's own words first, then those of the scale, then what any other word means.
    fn severity_of(&self, word: Option<&str>) -> Option<u8> {
        let words = &self.source.severity;
        let known = word.and_then(|word| {
            let on_scale = || self.severity.and_then(|scale| scale.code(word));
            words.listed(word).or_else(on_scale)
        });
        known.or(words.otherwise)
    }

    fn status_of(&self, word: &str) -> Option<Status> {
        let words = &self.source.status;
        words.listed(word).or(words.otherwise)
    }

    fn evidence_of(&self, word: &str) -> Option<Evidence> {
        let words = &self.source.evidence;
        words.listed(word).or(words.otherwise)
    }

    /// What is wrong, at the place in the source that would have to say otherwise.
    fn told(&self, mistake: &Mistake, seen: Seen) -> Diagnostic {
        let (name, source) = (self.name, self.source);
        let counted = match seen.rows {
            1 => format!("row {}", seen.first),
            rows => format!("{rows} rows, the first is row {}", seen.first),
        };
        let problem = |code, place, words: String| {
            let by = &source.name;
            let message = format!("`{name}` by source {by}: {words} ({counted})");
            Diagnostic::error(code, place, message)
        };
        let rows = start(source.rows.span, "\"\"\"");
        let clause = |span: Option<Span>, name| span.map_or(rows, |span| start(span, name));
        let severities = clause(source.severity.span, "severity");
        match mistake {
            Mistake::NoObject => {
                problem("D405", rows, "the program gives what is no object".into())
            }
            Mistake::NoTitle => problem("D405", rows, "a row has no `title`".into()),
            Mistake::UnknownField(field) => {
                let words = RowField::ALL.iter().map(|known| known.word());
                let problem = problem("D405", rows, format!("rows have no field `{field}`"));
                match nearest(field, words) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                }
            }
            Mistake::Severity(Some(word)) => problem(
                "D406",
                severities,
                format!("the severity \"{word}\" has no rule"),
            )
            .help(format!("add below `severity`: \"{word}\" to medium")),
            Mistake::Severity(None) => problem(
                "D406",
                severities,
                "a row without a severity has no rule".into(),
            )
            .help("add below `severity`: otherwise to info"),
            Mistake::Status(word) => {
                let place = clause(source.status.span, "status");
                problem("D406", place, format!("the status \"{word}\" has no rule"))
                    .help(format!("add below `status`: \"{word}\" to open"))
            }
            Mistake::Date(field, text) | Mistake::Record(Unusable::Date(field, text)) => {
                unread_date(name, source, rows, field, text)
            }
            Mistake::Record(unusable) => {
                let (code, words, help) = unusable.told();
                // The mistake is in the table of somebody, not in the definition.
                let problem = problem(code, rows, words).help(help);
                Diagnostic {
                    span: None,
                    ..problem
                }
            }
        }
    }
}

/// The first word of a clause.
pub(super) fn start(clause: Span, word: &str) -> Span {
    Span {
        end: clause.start + word.len() as u32,
        ..clause
    }
}

/// What the row program gave.
pub(super) struct Found {
    pub rows: Vec<Row>,
    pub records: Vec<BTreeMap<String, String>>,
    pub dropped: BTreeMap<String, u64>,
}

/// Words that the source's tables give a meaning.
#[derive(Default)]
struct ReportWords {
    status: Option<String>,
    evidence: Option<String>,
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}
