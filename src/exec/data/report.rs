//! The words of data problems that several formats share.

use super::bad_values::{BadValue, BadValues};
use super::columns::{ColumnRequest, Meaning};
use super::convert::advice;
use super::raw::Numbering;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::lang::model::Definitions;

/// How many values or rows a message names one by one.
pub(super) const NAMED: usize = 5;

/// Where a table's rows come from: how messages name them.
pub(super) enum Origin {
    File {
        /// The path as the user would type it.
        name: String,
        numbering: Numbering,
    },
    /// A table of a database: its rows have no places.
    Database { name: String },
    /// Rows written in a `test` definition, at these places.
    Given { table: String, spans: Vec<Span> },
}

impl Origin {
    /// `` `findings.csv` `` or `the given findings`.
    pub(super) fn name(&self) -> String {
        match self {
            Origin::File { name, .. } | Origin::Database { name } => format!("`{name}`"),
            Origin::Given { table, .. } => format!("the given {table}"),
        }
    }

    /// `line 14`, `row 13`.
    pub(super) fn row(&self, row: usize) -> String {
        match self {
            Origin::File { numbering, .. } => numbering.describe(row),
            Origin::Database { .. } | Origin::Given { .. } => format!("row {}", row + 1),
        }
    }

    /// An error about a row, at its place if it has one.
    pub(super) fn error(&self, code: &'static str, row: usize, message: String) -> Diagnostic {
        match self {
            Origin::File { .. } | Origin::Database { .. } => Diagnostic::data(code, message),
            Origin::Given { spans, .. } => match spans.get(row) {
                Some(span) => Diagnostic::error(code, *span, message),
                None => Diagnostic::data(code, message),
            },
        }
    }
}

/// Where a scale or table is defined, to stand behind its mention: ` (model/schema.kpi:8)`.
pub(super) fn place_of(definitions: &Definitions, kind: &str, name: &str) -> String {
    let place = definitions.places.get(&format!("{kind} {name}"));
    place.map_or_else(String::new, |place| format!(" ({place})"))
}

/// A column whose physical type cannot hold its field's values.
pub(super) fn wrong_type(name: &str, wanted: &ColumnRequest, held: &str) -> Diagnostic {
    Diagnostic::data(
        "D205",
        format!(
            "`{name}` column `{}` holds {held}, where {} are needed",
            wanted.name,
            plural(&wanted.meaning)
        ),
    )
}

fn plural(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Text | Meaning::Hash => "texts".to_owned(),
        Meaning::YesNo => "yes/no values".to_owned(),
        Meaning::Number => "numbers".to_owned(),
        Meaning::Date => "dates".to_owned(),
        Meaning::Scale(scale) => format!("values of the scale {}", scale.name),
    }
}

/// Reports the values of a column that do not convert (rule S27).
pub(super) fn report_bad_values(
    definitions: &Definitions,
    origin: &Origin,
    wanted: &ColumnRequest,
    bad: &BadValues,
    problems: &mut Problems,
) {
    let Some(first) = bad.list().first() else {
        return;
    };
    let (code, what) = match &wanted.meaning {
        Meaning::Text | Meaning::Hash => return,
        Meaning::Date => ("D201", "a date"),
        Meaning::Number => ("D202", "a number"),
        Meaning::YesNo => ("D203", "yes or no"),
        Meaning::Scale(_) => ("D204", "on the scale"),
    };
    let message = format!(
        "{} column `{}`: {}: {}",
        origin.name(),
        wanted.name,
        how_many(bad, what),
        listed(origin, bad)
    );
    let diagnostic = origin.error(code, first.first_row, message);
    let lines = advice(definitions, &wanted.meaning, &shortened(&first.value));
    problems.push(lines.into_iter().fold(diagnostic, Diagnostic::help));
}

fn how_many(bad: &BadValues, what: &str) -> String {
    match (bad.list().len(), bad.has_more()) {
        (1, false) => format!("1 value is not {what}"),
        (count, false) => format!("{count} values are not {what}"),
        (_, true) => format!("the values of {} rows are not {what}", bad.rows()),
    }
}

fn listed(origin: &Origin, bad: &BadValues) -> String {
    let named = bad.list().iter().take(NAMED);
    let mut parts: Vec<String> = named.map(|value| described(origin, value)).collect();
    let more = bad.list().len().saturating_sub(NAMED);
    if bad.has_more() {
        parts.push("…".to_owned());
    } else if more > 0 {
        parts.push(format!("and {more} more"));
    }
    parts.join(", ")
}

fn described(origin: &Origin, bad: &BadValue) -> String {
    let (value, place) = (shortened(&bad.value), origin.row(bad.first_row));
    if matches!(origin, Origin::Database { .. }) {
        let noun = if bad.rows == 1 { "row" } else { "rows" };
        return format!("`{value}` ({} {noun})", bad.rows);
    }
    match bad.rows {
        1 => format!("`{value}` ({place})"),
        rows => format!("`{value}` ({rows} rows, first in {place})"),
    }
}

/// A value as messages show it: on one line, and not too long.
pub(super) fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = value
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    // Quotes inside a message in backticks need no escape.
    shown = shown.replace("\\\"", "\"").replace("\\'", "'");
    if value.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
