//! Values that were recorded, and whether an answer says something else of the same periods (rule S38).
//!
//! Takes answers and the lines of a record file; gives the values as lines, and those that are restated: recorded
//! for a period that was over, and another number now. Pure: files are those of the caller.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Sources;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Level, Row, Value};
use crate::lang::format;
use crate::lang::model::Definitions;
use crate::lang::syntax;
use crate::lang::syntax::ast::{Formula, Query, QueryClause, Subject};
use crate::render;

/// A value with its stamps: a line of a record file.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct RecordedValue {
    /// What was asked, in canonical words.
    pub query: String,
    /// The KPI or formula with what confines and groups it, whatever periods it was asked over.
    pub question: String,
    /// `2026-03`, `2026-Q1`; empty without one.
    pub period: String,
    /// By dimension; null where the row has none.
    pub groups: BTreeMap<String, Option<String>>,
    /// `group` or `total`
    pub level: String,
    /// Unrounded, in the unit.
    pub value: Option<f64>,
    pub unit: String,
    pub rows: u64,
    /// The period was not over.
    pub provisional: bool,
    pub as_of: String,
    /// RFC 3339, UTC: the first instant that is no longer part of the answer.
    pub as_of_instant: String,
    pub known_on: Option<String>,
    /// The hash of the definitions.
    pub definitions: String,
    /// The hash of the data.
    pub data: String,
}

/// A value of an answer that may be recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct AnsweredValue {
    pub line: RecordedValue,
    unit: DisplayUnit,
}

/// A value that was recorded as another one.
#[derive(Clone, PartialEq, Debug)]
pub struct Restatement {
    pub recorded: RecordedValue,
    pub now: AnsweredValue,
}

/// Reads a record file: a JSON object on each line, the earliest first. Messages call the file `name`.
///
/// # Errors
///
/// All lines that hold no recorded value (D929).
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<RecordedValue>, Problems> {
    let mut problems = Problems::default();
    let mut recorded = Vec::new();
    for (place, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(value) => recorded.push(value),
            Err(error) => problems.push(
                Diagnostic::data(
                    "D929",
                    format!("`{name}`, line {}: no recorded value: {error}", place + 1),
                )
                .help("nothing was recorded; take the file as it was, or the line out of it"),
            ),
        }
    }
    match problems.is_empty() {
        true => Ok(recorded),
        false => Err(problems),
    }
}

/// The values of an answer, but for those of the row `other`, which is of other groups each time.
pub fn values(definitions: &Definitions, answer: &Answer) -> Vec<AnsweredValue> {
    let questions = Questions::of(definitions, &answer.query);
    let mut values = Vec::new();
    for row in answer.rows.iter().filter(|row| row.level != Level::Other) {
        for (column, cell) in answer.columns.iter().zip(&row.cells) {
            if let (ColumnRole::Value(about), Cell::Value(value)) = (&column.role, cell) {
                let question = questions.of_column(definitions, column);
                values.push(AnsweredValue {
                    line: line(answer, row, value, (question, about.unit)),
                    unit: about.unit,
                });
            }
        }
    }
    values
}

fn line(
    answer: &Answer,
    row: &Row,
    value: &Value,
    (question, unit): (String, DisplayUnit),
) -> RecordedValue {
    let mut period = None;
    let mut groups = BTreeMap::new();
    for (column, cell) in answer.columns.iter().zip(&row.cells) {
        match &column.role {
            ColumnRole::Period(_) => period = text(cell),
            ColumnRole::Dimension(_) => {
                groups.insert(column.name.clone(), text(cell));
            }
            ColumnRole::Value(_) | ColumnRole::Field(_) => {}
        }
    }
    let whole = answer.period.as_ref().map(|period| period.label.clone());
    let context = &answer.context;
    RecordedValue {
        query: answer.query.clone(),
        question,
        period: period.or(whole).unwrap_or_default(),
        groups,
        level: row.level.word().to_string(),
        value: value.value,
        unit: unit.word().to_string(),
        rows: value.rows,
        provisional: value.provisional,
        as_of: context.as_of.clone(),
        as_of_instant: context.as_of_instant.clone(),
        known_on: context.known_on.clone(),
        definitions: context.definitions.clone(),
        data: context.data.clone(),
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.to_string()),
        Cell::Number(number) => Some(render::plain(*number)),
        Cell::Missing | Cell::Value(_) => None,
    }
}

/// A query without what says over which periods, as of when and beside what its values are shown.
struct Questions {
    /// The name of a view, which confines its columns by itself.
    view: Option<String>,
    clauses: String,
}

impl Questions {
    fn of(definitions: &Definitions, written: &str) -> Questions {
        let mut sources = Sources::default();
        let id = sources.add("<query>", written);
        let Ok(query) = syntax::parse_query(&sources, id) else {
            unreachable!("the canonical text of a query is one: {written}");
        };
        let mut query = query.node;
        let view = match &query.subject {
            Subject::Formulas(formulas) => formulas.first().and_then(|first| match &first.node {
                Formula::Name(name) if definitions.kpi_named(&name.node).is_none() => {
                    Some(name.node.clone())
                }
                _ => None,
            }),
            Subject::Everything | Subject::List(_) => None,
        };
        let has = |wanted: fn(&QueryClause) -> bool| {
            let mut clauses = query.clauses.iter();
            clauses.any(|clause| wanted(&clause.node))
        };
        // There the periods shown decide which rows count.
        let is_of_range = has(|clause| matches!(clause, QueryClause::OnConstantScope));
        query.clauses.retain(|clause| match &clause.node {
            QueryClause::By(_)
            | QueryClause::Where(_)
            | QueryClause::Window(_)
            | QueryClause::OnConstantScope
            | QueryClause::At(_) => true,
            QueryClause::Period(_) | QueryClause::Over(_) => is_of_range,
            QueryClause::AsOf(_)
            | QueryClause::KnownOn(_)
            | QueryClause::Versus(_)
            | QueryClause::WithTotal
            | QueryClause::WithShare
            | QueryClause::WithEmpty
            | QueryClause::WithInterval(_)
            | QueryClause::WithVerdict
            | QueryClause::AtLeastRows(_)
            | QueryClause::Having(_)
            | QueryClause::Top { .. }
            | QueryClause::SortBy(_)
            | QueryClause::Limit(_)
            | QueryClause::Show(_) => false,
        });
        Questions {
            view,
            clauses: format::query(&Query {
                explain: false,
                subject: Subject::Everything,
                clauses: query.clauses,
            }),
        }
    }

    fn of_column(&self, definitions: &Definitions, column: &AnswerColumn) -> String {
        let name = match definitions.kpi_named(&column.name) {
            Some(_) => format::name(&column.name),
            None => column.title.clone(),
        };
        let view = self.view.iter().map(|view| format!("{view}:"));
        let clauses = Some(self.clauses.clone()).filter(|clauses| !clauses.is_empty());
        let parts: Vec<String> = view.chain([name]).chain(clauses).collect();
        parts.join(" ")
    }
}

impl RecordedValue {
    /// The same question of the same period and group.
    fn is_of(&self, other: &RecordedValue) -> bool {
        self.question == other.question
            && self.period == other.period
            && self.groups == other.groups
            && self.level == other.level
    }

    /// Its period will not change any more, unless it is restated.
    fn is_final(&self) -> bool {
        !self.provisional && !matches!(self.period.as_str(), "" | "all")
    }

    /// Recorded with no more in sight than there is now.
    fn is_before(&self, now: &RecordedValue) -> bool {
        self.as_of_instant <= now.as_of_instant
            && (now.known_on.is_none() || now.known_on == self.known_on)
    }

    fn differs(&self, other: &RecordedValue) -> bool {
        if self.unit != other.unit {
            return true;
        }
        match (self.value, other.value) {
            // A number that was written and read may differ in its last digit.
            (Some(one), Some(other)) => {
                (one - other).abs() > 1e-12 * one.abs().max(other.abs()).max(1.0)
            }
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        }
    }
}

/// The values of finished periods that the latest line about them has otherwise.
pub fn restated(recorded: &[RecordedValue], now: &[AnsweredValue]) -> Vec<Restatement> {
    let mut found = Vec::new();
    for value in now.iter().filter(|value| value.line.is_final()) {
        let mut known = recorded.iter().rev().filter(|known| known.is_final());
        let latest = known.find(|known| known.is_of(&value.line) && known.is_before(&value.line));
        if let Some(latest) = latest.filter(|latest| latest.differs(&value.line)) {
            found.push(Restatement {
                recorded: latest.clone(),
                now: value.clone(),
            });
        }
    }
    found
}

/// The file with the values added that it does not have, stamps included.
pub fn appended(bytes: &[u8], recorded: &[RecordedValue], now: &[AnsweredValue]) -> Vec<u8> {
    let written =
        |value: &RecordedValue| serde_json::to_string(value).expect("JSON can be written");
    let mut there: BTreeSet<String> = recorded.iter().map(written).collect();
    let mut bytes = bytes.to_vec();
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        bytes.push(b'\n');
    }
    for value in now {
        let line = written(&value.line);
        if there.insert(line.clone()) {
            bytes.extend(line.as_bytes());
            bytes.push(b'\n');
        }
    }
    bytes
}

impl Restatement {
    /// `mttr of 2026-05 is restated: 31.2 days, recorded as of 2026-06-30 as 28.4 days (+2.8); the data changed, the
    /// definitions did not`
    pub fn sentence(&self) -> String {
        let (old, new) = (&self.recorded, &self.now.line);
        let mut of = vec![new.period.clone()];
        let named = new.groups.iter();
        of.extend(
            named.filter_map(|(field, group)| match (group, new.level.as_str()) {
                (Some(group), _) => Some(group.clone()),
                (None, "total") => None,
                (None, _) => Some(format!("{field} missing")),
            }),
        );
        of.extend((new.level == Level::Total.word()).then(|| "total".to_string()));
        let shown = |value: &RecordedValue| match value.value {
            None => "none".to_string(),
            Some(number) if value.unit == new.unit => render::with_unit(number, self.now.unit),
            Some(number) => format!("{} ({})", render::plain(number), value.unit),
        };
        let change = match (old.value, new.value) {
            (Some(old_value), Some(value)) if old.unit == new.unit => {
                format!(" ({})", render::change(value - old_value, self.now.unit))
            }
            _ => String::new(),
        };
        let why = match (old.data != new.data, old.definitions != new.definitions) {
            (true, false) => "the data changed, the definitions did not",
            (false, true) => "the definitions changed, the data did not",
            (true, true) => "data and definitions changed",
            (false, false) => "neither the data nor the definitions changed",
        };
        format!(
            "{} of {} is restated: {}, recorded as of {} as {}{change}; {why}",
            new.question,
            of.join(", "),
            shown(new),
            old.as_of,
            shown(old)
        )
    }
}
