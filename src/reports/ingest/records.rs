//! Records of registers, verdicts and advisories: what they must say to be of use.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime};

use super::dates::SaidDate;
use super::report::ScanOutcome;
use crate::base::instants::rfc3339;
use crate::base::types::FieldType;
use crate::exec::data::is_loadable;
use crate::lang::model::{Decision, Fills, Table, ToolKind};

/// A mistake in a record.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Unusable {
    /// A field and its text, which is no date.
    Date(&'static str, String),
    Decision(Option<String>),
    NoDate,
    /// A verdict on nothing in particular.
    NoFinding,
    /// A record without a field that it is of no use without.
    Nameless(&'static str),
    /// A field and its text, which is none of the words there are.
    Word(&'static str, String, Vec<&'static str>),
    /// A field and its text, which loading would refuse, and what it takes.
    Value(&'static str, String, String),
    Number(&'static str, String),
}

impl Unusable {
    /// Code, message, and what to do.
    pub fn told(&self) -> (&'static str, String, String) {
        let (code, message, help) = match self {
            Unusable::Word(field, text, words) => {
                let help = format!("one of: {}", words.join(", "));
                return ("D439", format!("\"{text}\" is no `{field}`"), help);
            }
            Unusable::Value(field, text, takes) => {
                let message = format!("\"{text}\" is no `{field}`");
                return ("D439", message, takes.clone());
            }
            Unusable::Date(field, text) => (
                "D407",
                format!("`{field}` is \"{text}\", which is no date"),
                "write it so: 2026-03-31",
            ),
            Unusable::Decision(Some(word)) => (
                "D430",
                format!("\"{word}\" is no decision"),
                "one of: confirmed, accepted, claimed_fixed, out_of_scope, false_positive",
            ),
            Unusable::Decision(None) => (
                "D430",
                "a row has no `decision`".to_string(),
                "one of: confirmed, accepted, claimed_fixed, out_of_scope, false_positive",
            ),
            Unusable::NoDate => (
                "D431",
                "a decision does not say when it was taken".to_string(),
                "fill the column `at`: 2026-03-31",
            ),
            Unusable::NoFinding => (
                "D432",
                "a decision does not say which findings it is on".to_string(),
                "fill `finding_id`, or `asset_id` and one of rule_id, vulnerability_id, file, url, component",
            ),
            Unusable::Nameless(field) => (
                "D433",
                format!("a row has no `{field}`"),
                "every row needs one",
            ),
            Unusable::Number(field, text) => (
                "D434",
                format!("`{field}` is \"{text}\", which is no number from 0 to 1"),
                "write it so: 0.0425",
            ),
        };
        (code, message, help.to_string())
    }
}

/// Fields that hold dates.
pub(super) const DATES: &[&str] = &[
    "at",
    "until",
    "date",
    "finished_at",
    "commissioned_at",
    "retired_at",
];

/// What tells which findings a verdict is on.
const SELECTORS: &[&str] = &[
    "finding_id",
    "rule_id",
    "vulnerability_id",
    "file",
    "url",
    "component",
];

/// What a scan is of no use without.
const OF_SCANS: &[&str] = &["scan_id", "asset_id", "finished_at", "outcome"];

/// The types of the fields of a table that records fill, where the definitions have that table.
pub(super) struct RecordTypes<'a> {
    fields: BTreeMap<&'static str, &'a FieldType>,
}

impl<'a> RecordTypes<'a> {
    pub fn of(tables: &'a [Table], fills: Fills) -> RecordTypes<'a> {
        let mut tables = tables.iter();
        let table = tables.find(|table| table.name == fills.word());
        let type_of = |field: &&'static str| {
            let mut columns = table?.columns.iter();
            let column = columns.find(|column| column.name == **field)?;
            Some((*field, &column.field_type))
        };
        let fields = fills.record_fields().into_iter().flatten();
        RecordTypes {
            fields: fields.filter_map(type_of).collect(),
        }
    }

    /// What loading would refuse of a record: the store could not answer afterwards.
    fn refused(&self, record: &BTreeMap<String, String>) -> Vec<Unusable> {
        let refused = |(field, field_type): (&&'static str, &&FieldType)| {
            let text = record.get(*field)?;
            let is_date = DATES.contains(field);
            (!is_date && !is_loadable(field_type, text))
                .then(|| Unusable::Value(field, text.clone(), what_it_takes(field_type)))
        };
        self.fields.iter().filter_map(refused).collect()
    }
}

fn what_it_takes(field_type: &FieldType) -> String {
    match field_type {
        FieldType::Scale(scale) => format!(
            "one of: {}; another spelling is mapped below the scale {}",
            scale.values.join(", "),
            scale.name
        ),
        FieldType::YesNo => "one of: yes, no, true, false, 1, 0".to_string(),
        FieldType::Number => "write it so: 1234.5".to_string(),
        FieldType::Date => "write it so: 2026-03-31".to_string(),
        FieldType::Text => "any text".to_string(),
    }
}

/// Writes dates in one way, by what `said` reads of them, and gives what is wrong with the record.
pub(super) fn settle(
    fills: Fills,
    mut said: impl FnMut(&str) -> SaidDate,
    types: &RecordTypes,
    record: &mut BTreeMap<String, String>,
) -> Vec<Unusable> {
    let mut mistakes = Vec::new();
    for field in DATES {
        let Some(text) = record.get_mut(*field) else {
            continue;
        };
        match said(text) {
            SaidDate::At(instant) => *text = written(text, instant),
            SaidDate::Never => drop(record.remove(*field)),
            // The report is read again once its order is known, or refused.
            SaidDate::Undecided => {}
            SaidDate::Unread => mistakes.push(Unusable::Date(field, text.clone())),
        }
    }
    mistakes.extend(types.refused(record));
    let has = |field: &&str| record.contains_key(*field);
    match fills {
        Fills::Decisions => {
            let word = record.get("decision");
            if word.and_then(|word| Decision::from_word(word)).is_none() {
                mistakes.push(Unusable::Decision(word.cloned()));
            }
            if !has(&"at") {
                mistakes.push(Unusable::NoDate);
            }
            let is_of_asset = has(&"asset_id") || has(&"finding_id");
            if !is_of_asset || !SELECTORS.iter().any(has) {
                mistakes.push(Unusable::NoFinding);
            }
        }
        Fills::Scans => {
            let lacking = OF_SCANS.iter().filter(|field| !has(field));
            mistakes.extend(lacking.map(|field| Unusable::Nameless(field)));
            let outcomes = ScanOutcome::ALL.map(ScanOutcome::word);
            mistakes.extend(unknown_word(record, "outcome", &outcomes));
            let kinds: Vec<&str> = ToolKind::ALL.iter().map(|kind| kind.word()).collect();
            mistakes.extend(unknown_word(record, "tool_kind", &kinds));
        }
        Fills::Assets if !has(&"asset_id") => mistakes.push(Unusable::Nameless("asset_id")),
        Fills::Advisories => {
            if !has(&"vulnerability_id") {
                mistakes.push(Unusable::Nameless("vulnerability_id"));
            }
            if let Some(text) = record.get("epss").filter(|text| !is_probability(text)) {
                mistakes.push(Unusable::Number("epss", text.clone()));
            }
        }
        Fills::Assets | Fills::Observations | Fills::Findings => {}
    }
    mistakes
}

fn is_probability(text: &str) -> bool {
    let number = text.parse::<f64>();
    number.is_ok_and(|number| (0.0..=1.0).contains(&number))
}

/// A field that holds none of some words.
fn unknown_word(
    record: &BTreeMap<String, String>,
    field: &'static str,
    words: &[&'static str],
) -> Option<Unusable> {
    let text = record.get(field)?;
    (!words.contains(&text.as_str())).then(|| Unusable::Word(field, text.clone(), words.to_vec()))
}

/// A day stays a day: what names no time has no colon.
fn written(text: &str, instant: i64) -> String {
    let at = DateTime::from_timestamp_micros(instant).filter(|_| !text.contains(':'));
    let day = at.filter(|at| at.time() == NaiveTime::MIN);
    day.map_or_else(
        || rfc3339(instant),
        |day| day.format("%Y-%m-%d").to_string(),
    )
}
