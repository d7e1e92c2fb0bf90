//! Objects of a row program → typed rows. What has no rule is kept as a mistake.

use std::collections::BTreeMap;

use jaq_json::{Map, Val};

use super::dates::{DateOrders, DatePlace, DateReader, SaidDate};
use super::identity::identity;
use super::mistakes::{Mistakes, RowMistake, UnreadDates};
use super::places::kind;
use super::records::{self, RecordTypes};
use super::report::{LeftOut, ReportRecord, ReportRow};
use super::values::{list, number, text, truth, whole};
use crate::base::types::Scale;
use crate::lang::model::{Evidence, ReportSource, RowField, Status};

/// The highest score of CVSS.
const HIGHEST_CVSS: f64 = 10.0;

/// Collects rows of a report.
pub(super) struct RowReader<'a> {
    source: &'a ReportSource,
    severity: Option<&'a Scale>,
    types: &'a RecordTypes<'a>,
    dates: DateReader<'a>,
    /// The name of the member that says why a row is no finding.
    dropped: Val,
    found: ProgramOutput,
}

/// What the row program gave for a part of a report.
#[derive(Default)]
pub(super) struct ProgramOutput {
    /// Values of the program, whatever became of them.
    pub seen: u64,
    pub rows: Vec<ReportRow>,
    pub records: Vec<ReportRecord>,
    pub dropped: BTreeMap<String, u64>,
    pub mistakes: Mistakes,
    /// Dates that rows can do without, and that nothing reads.
    pub unread_dates: UnreadDates,
    /// What the dates tell of the order of day and month.
    pub orders: DateOrders,
    /// What had another type than a field takes, and was left out.
    pub left_out: BTreeMap<LeftOut, u64>,
}

impl ProgramOutput {
    /// Adds what a later part gave.
    pub fn append(&mut self, later: ProgramOutput) {
        self.mistakes.append(later.mistakes, self.seen);
        self.unread_dates.append(later.unread_dates, self.seen);
        self.orders.append(later.orders, self.seen);
        self.seen += later.seen;
        self.rows.extend(later.rows);
        self.records.extend(later.records);
        for (what, times) in later.left_out {
            *self.left_out.entry(what).or_default() += times;
        }
        for (reason, rows) in later.dropped {
            *self.dropped.entry(reason).or_default() += rows;
        }
    }
}

impl<'a> RowReader<'a> {
    pub fn new(
        source: &'a ReportSource,
        severity: Option<&'a Scale>,
        types: &'a RecordTypes<'a>,
        dates: DateReader<'a>,
    ) -> Self {
        RowReader {
            source,
            severity,
            types,
            dates,
            dropped: Val::from(RowField::Dropped.word().to_string()),
            found: ProgramOutput::default(),
        }
    }

    /// Takes one value of the program.
    pub fn add(&mut self, value: &Val) {
        self.found.seen += 1;
        crate::base::cancellation::beat(1);
        let Val::Obj(members) = value else {
            return self.mistake(RowMistake::NoObject);
        };
        if let Some(reason) = members.get(&self.dropped).and_then(text) {
            *self.found.dropped.entry(reason).or_default() += 1;
            return self.dates_of_dropped(members);
        }
        if let Some(fields) = self.source.fills.record_fields() {
            return self.record(members, fields);
        }
        let mut row = ReportRow::default();
        let mut words = ReportWords::default();
        for (key, value) in members.iter() {
            let key = text(key).unwrap_or_default();
            match RowField::from_word(&key) {
                // The row is kept: no reason stands there.
                Some(RowField::Dropped) => {}
                Some(field) => {
                    self.type_of(field, value);
                    self.field(field, value, &mut row, &mut words);
                }
                None => self.mistake(RowMistake::UnknownField(key)),
            }
        }
        self.finish_row(row, words);
    }

    /// What is no finding has dates of the report too, which tell of their order.
    fn dates_of_dropped(&mut self, members: &Map) {
        for (key, value) in members.iter() {
            let key = text(key).unwrap_or_default();
            let field = RowField::from_word(&key);
            let is_date = match self.source.fills.record_fields() {
                Some(_) => records::DATES.contains(&key.as_str()),
                None => field.is_some_and(|field| DATES.contains(&field)),
            };
            if let Some(text) = text(value).filter(|_| is_date) {
                let _ = self.date(&text);
            }
        }
    }

    /// Notes a list or an object where a field takes one text or number.
    fn type_of(&mut self, field: RowField, value: &Val) {
        let takes_lists = matches!(field, RowField::Cwe | RowField::VulnerabilityIds);
        let is_odd = match value {
            Val::Obj(_) => true,
            Val::Arr(_) => !takes_lists,
            Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => false,
        };
        if is_odd {
            let what = LeftOut {
                place: format!("`{}` of a row", field.word()),
                found: kind(value),
            };
            *self.found.left_out.entry(what).or_default() += 1;
        }
    }

    /// A number from 0 to the highest. What is less stands for none in many tools; what is more, or no number at all, is
    /// left out and told.
    fn score(&mut self, field: RowField, value: &Val, highest: f64) -> Option<f64> {
        let score = number(value);
        let is_none = score.is_none() && !matches!(value, Val::Num(_));
        if score.is_none_or(|score| score > highest) && !is_none {
            let what = LeftOut::out_of_range(field.word());
            *self.found.left_out.entry(what).or_default() += 1;
        }
        score.filter(|score| (0.0..=highest).contains(score))
    }

    /// A row of a table that is filled as it is.
    fn record(&mut self, members: &Map, fields: &[&str]) {
        let mut record = BTreeMap::new();
        for (key, value) in members.iter() {
            let key = text(key).unwrap_or_default();
            if key == RowField::Dropped.word() {
                continue;
            }
            if !fields.contains(&key.as_str()) {
                self.mistake(RowMistake::UnknownField(key));
                continue;
            }
            if let Some(value) = text(value) {
                record.insert(key, value);
            }
        }
        let place = DatePlace::Row(self.found.seen);
        let said = |text: &str| self.dates.said(text, place);
        let unusable = records::settle(self.source.fills, said, self.types, &mut record);
        for unusable in unusable {
            self.mistake(RowMistake::Record(unusable));
        }
        self.found.records.push(record);
    }

    pub fn finish(self) -> ProgramOutput {
        ProgramOutput {
            orders: self.dates.seen,
            ..self.found
        }
    }

    fn mistake(&mut self, mistake: RowMistake) {
        self.found.mistakes.add(mistake, self.found.seen);
    }

    fn field(
        &mut self,
        field: RowField,
        value: &Val,
        row: &mut ReportRow,
        words: &mut ReportWords,
    ) {
        match field {
            RowField::RuleId => row.rule_id = text(value),
            RowField::Title => row.title = text(value).unwrap_or_default(),
            RowField::Message => row.message = text(value),
            RowField::Severity => row.severity_word = text(value),
            RowField::SeverityFrom => row.severity_from = text(value),
            RowField::Cvss => row.cvss = self.score(field, value, HIGHEST_CVSS),
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
            RowField::FirstSeen => row.first_seen = self.optional_date(field, value),
            RowField::LastSeen => row.last_seen = self.optional_date(field, value),
            RowField::ClosedAt => row.closed_at = self.optional_date(field, value),
            RowField::AcceptedUntil => row.accepted_until = self.end_date(field, value),
            RowField::Epss => row.epss = self.score(field, value, 1.0),
            RowField::KnownExploited => row.known_exploited = truth(value),
            RowField::Target => row.target = text(value),
            RowField::Tool => row.tool = text(value),
            RowField::ScanLine => row.scan_line = text(value),
            RowField::Environment => row.environment = text(value),
            RowField::Branch => row.branch = text(value),
            RowField::Dropped => {}
        }
    }

    /// A date that a row can do without: one that nothing reads is counted, if others of its field are read.
    fn optional_date(&mut self, field: RowField, value: &Val) -> Option<i64> {
        let text = text(value)?;
        let row = self.found.seen;
        match self.date(&text) {
            Ok(at) => {
                self.found.unread_dates.is_read(field.word());
                at
            }
            Err(()) => {
                self.found.unread_dates.add(field.word(), text, row);
                None
            }
        }
    }

    /// A date without which a row would say something else: an acceptance without an end never ends.
    fn end_date(&mut self, field: RowField, value: &Val) -> Option<i64> {
        let text = text(value)?;
        match self.date(&text) {
            Ok(at) => at,
            Err(()) => {
                self.mistake(RowMistake::Date(field.word(), text));
                None
            }
        }
    }

    fn date(&mut self, text: &str) -> Result<Option<i64>, ()> {
        match self.dates.said(text, DatePlace::Row(self.found.seen)) {
            SaidDate::At(at) => Ok(Some(at)),
            SaidDate::Never | SaidDate::Undecided => Ok(None),
            SaidDate::Unread => Err(()),
        }
    }

    fn finish_row(&mut self, mut row: ReportRow, words: ReportWords) {
        if row.title.is_empty() {
            self.mistake(RowMistake::NoTitle);
        }
        match self.severity_of(row.severity_word.as_deref()) {
            Some(code) => row.severity = code,
            None => self.mistake(RowMistake::Severity(row.severity_word.clone())),
        }
        row.evidence = words.evidence.and_then(|word| self.evidence_of(&word));
        if let Some(word) = words.status {
            row.status = self.status_of(&word);
            if row.status.is_none() {
                self.mistake(RowMistake::Status(word));
            }
        }
        row.identity = identity(self.source, &row);
        self.found.rows.push(row);
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
}

/// Fields that hold dates.
const DATES: [RowField; 4] = [
    RowField::FirstSeen,
    RowField::LastSeen,
    RowField::ClosedAt,
    RowField::AcceptedUntil,
];

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
