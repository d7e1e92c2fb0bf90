//! What is wrong with the rows of a report, all of it at once.

use std::collections::{BTreeMap, BTreeSet};

use super::dates::{DateOrders, DayOrder, OrderConflict};
use super::records::Unusable;
use super::report::UnreadDate;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::Span;
use crate::lang::model::{ReportSource, RowField};

/// How many examples of one mistake are told.
const MOST_TOLD: usize = 8;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowMistake {
    NoObject,
    UnknownField(String),
    Severity(Option<String>),
    Status(String),
    Date(&'static str, String),
    NoTitle,
    Record(Unusable),
}

/// Mistakes and the rows that have them.
#[derive(Default)]
pub(super) struct Mistakes {
    seen: BTreeMap<RowMistake, Occurrences>,
}

/// Dates that nothing reads, and that rows are kept without: by field, the first of them.
#[derive(Default)]
pub(super) struct UnreadDates {
    seen: BTreeMap<&'static str, (String, Occurrences)>,
    /// Fields of which a date was read.
    read: BTreeSet<&'static str>,
}

impl UnreadDates {
    pub fn add(&mut self, field: &'static str, text: String, row: u64) {
        let first = Occurrences {
            first: row,
            rows: 0,
        };
        self.seen.entry(field).or_insert((text, first)).1.rows += 1;
    }

    /// Notes that a date of a field was read.
    pub fn is_read(&mut self, field: &'static str) {
        self.read.insert(field);
    }

    /// Takes out the fields of which no date at all was read. Their dates are written in a way that is not
    /// known, which is a mistake, and none of single rows.
    pub fn unknown(&mut self) -> Mistakes {
        let seen = std::mem::take(&mut self.seen).into_iter();
        let (known, unknown) = seen.partition(|(field, _)| self.read.contains(field));
        self.seen = known;
        let unknown: BTreeMap<&'static str, (String, Occurrences)> = unknown;
        let mistakes = unknown.into_iter();
        let mistakes = mistakes.map(|(field, (text, seen))| (RowMistake::Date(field, text), seen));
        Mistakes {
            seen: mistakes.collect(),
        }
    }

    /// Adds those of rows that come after so many others.
    pub fn append(&mut self, later: UnreadDates, rows_before: u64) {
        self.read.extend(later.read);
        for (field, (text, seen)) in later.seen {
            let first = seen.first + rows_before;
            let known = self.seen.entry(field);
            known
                .or_insert((text, Occurrences { first, rows: 0 }))
                .1
                .rows += seen.rows;
        }
    }

    pub fn listed(self) -> Vec<UnreadDate> {
        let fields = self.seen.into_iter();
        let listed = fields.map(|(field, (text, seen))| UnreadDate {
            field: field.to_string(),
            text,
            first_row: seen.first,
            rows: seen.rows,
        });
        listed.collect()
    }
}

/// Which rows have a mistake.
#[derive(Clone, Copy)]
struct Occurrences {
    /// From 1.
    first: u64,
    rows: u64,
}

impl Mistakes {
    pub fn add(&mut self, mistake: RowMistake, row: u64) {
        let seen = self.seen.entry(mistake);
        seen.or_insert(Occurrences {
            first: row,
            rows: 0,
        })
        .rows += 1;
    }

    /// Adds those of rows that come after so many others.
    pub fn append(&mut self, later: Mistakes, rows_before: u64) {
        for (mistake, seen) in later.seen {
            let known = self.seen.entry(mistake).or_insert(Occurrences {
                first: seen.first + rows_before,
                rows: 0,
            });
            known.rows += seen.rows;
        }
    }

    /// All of them, for the report that is called `name`.
    pub fn told(&self, name: &str, source: &ReportSource) -> Problems {
        let mut problems = Problems::default();
        for (mistake, seen) in self.seen.iter().take(MOST_TOLD) {
            problems.push(told(name, source, mistake, *seen));
        }
        if self.seen.len() > MOST_TOLD {
            let more = self.seen.len() - MOST_TOLD;
            problems.push(Diagnostic::data(
                "D405",
                format!("`{name}`: {more} more mistakes of this kind"),
            ));
        }
        problems
    }
}

/// What is wrong, at the place in the source that would have to say otherwise.
fn told(name: &str, source: &ReportSource, mistake: &RowMistake, seen: Occurrences) -> Diagnostic {
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
        RowMistake::NoObject => problem("D405", rows, "the program gives what is no object".into()),
        RowMistake::NoTitle => problem("D405", rows, "a row has no `title`".into()),
        RowMistake::UnknownField(field) => {
            let words = RowField::ALL.iter().map(|known| known.word());
            let problem = problem("D405", rows, format!("rows have no field `{field}`"));
            match nearest(field, words) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            }
        }
        RowMistake::Severity(Some(word)) => problem(
            "D406",
            severities,
            format!("the severity \"{word}\" has no rule"),
        )
        .help(format!("add below `severity`: \"{word}\" to medium")),
        RowMistake::Severity(None) => problem(
            "D406",
            severities,
            "a row without a severity has no rule".into(),
        )
        .help("add below `severity`: otherwise to info"),
        RowMistake::Status(word) => {
            let place = clause(source.status.span, "status");
            problem("D406", place, format!("the status \"{word}\" has no rule"))
                .help(format!("add below `status`: \"{word}\" to open"))
        }
        RowMistake::Date(field, text) | RowMistake::Record(Unusable::Date(field, text)) => {
            let words = format!("`{field}` is \"{text}\", which is no date");
            problem("D407", rows, words)
                .help("add its format to the source: `dates \"%d %b %Y %H:%M:%S\"`")
        }
        RowMistake::Record(unusable) => {
            let (code, words, help) = unusable.told();
            // The mistake is in the records that a person wrote, not in the definition of the source.
            let problem = problem(code, rows, words).help(help);
            Diagnostic {
                span: None,
                ..problem
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

/// A report whose dates cannot be read in one order of day and month; `seen` is what they all tell.
pub(super) fn conflicting_order(
    name: &str,
    source: &ReportSource,
    conflict: &OrderConflict,
    seen: &DateOrders,
) -> Diagnostic {
    let by = &source.name;
    let problem =
        |words: String| Diagnostic::data("D417", format!("`{name}` by source {by}: {words}"));
    let option = |order: DayOrder| {
        let (first, word) = (order.first(), order.word());
        format!("if the {first} comes first in all of them, say so: --dates {word}")
    };
    match conflict {
        OrderConflict::Unknown(sample) => problem(format!(
            "\"{}\" {} may be two days, and no date of the report tells whether the day or the month comes first",
            sample.text, sample.place
        ))
        .help(option(DayOrder::DayFirst))
        .help(option(DayOrder::MonthFirst)),
        OrderConflict::Mixed(day, month) => problem(format!(
            "the day comes first in \"{}\" {}, and the month in \"{}\" {}",
            day.text, day.place, month.text, month.place
        ))
        .help("a file that was opened and saved by a spreadsheet may be so: export it anew, with dates such as 2026-03-31"),
        OrderConflict::Undeclared(sample, declared) => {
            let problem = problem(format!(
                "the source says that the {} comes first, and \"{}\" {} is no such date",
                declared.first(),
                sample.text,
                sample.place
            ));
            match seen.allows(declared.other()) {
                true => problem.help(option(declared.other())),
                false => problem.help("other dates are: export the report anew, with dates such as 2026-03-31"),
            }
        }
        OrderConflict::Mistold(sample, told) => {
            let problem = problem(format!(
                "\"{}\" {} is no date in which the {} comes first, as --dates {} says",
                sample.text,
                sample.place,
                told.first(),
                told.word()
            ));
            match seen.allows(told.other()) {
                true => problem.help(option(told.other())),
                false => problem.help("other dates are: export the report anew, with dates such as 2026-03-31"),
            }
        }
    }
}

/// A report of which not every row was read.
pub(super) fn miscounted(name: &str, source: &ReportSource, why: &str) -> Diagnostic {
    let by = &source.name;
    let paths: Vec<&str> = source
        .counted
        .iter()
        .map(|path| path.text.as_str())
        .collect();
    let message = format!("`{name}` by source {by}: {why}");
    Diagnostic::data("D411", message)
        .help(format!("rows are counted at {}", paths.join(", ")))
        .help("the report has another shape than the source expects: correct its program `rows`")
}

/// A program that a report does not suit.
pub(super) fn failed(name: &str, place: &str, span: Option<Span>, why: &str) -> Diagnostic {
    let message = format!("`{name}` by source {place}: the program fails: {why}");
    let problem = Diagnostic {
        span,
        ..Diagnostic::data("D404", message)
    };
    problem.help("the report has another shape than the source expects")
}
