//! Dates after the day on which their file was written: nobody could know of them yet.

use std::fs;
use std::time::UNIX_EPOCH;

use super::checked::CheckedRows;
use crate::base::calendar::{self, CalendarPeriod};
use crate::base::diagnostic::{Diagnostic, Problems, Severity};
use crate::base::types::Grain;
use crate::exec::data::{self, Location, RowDate};

/// Rows named in a message at most.
const MOST_NAMED: usize = 5;

/// Warns of them, a column at a time. Columns of events and of the beginnings and ends of states are
/// looked at; a field may hold a date to come.
pub(super) fn check(rows: &CheckedRows, locations: &[Location], problems: &mut Problems) {
    for location in locations {
        let Some(end) = end_of_day_written(rows, location) else {
            continue;
        };
        let Some(source) = rows.sources.table(location.table) else {
            continue;
        };
        let columns = event_columns(rows, location);
        for column in columns {
            let is_later = source
                .spans
                .get(&column)
                .is_some_and(|(_, last)| *last >= end);
            let place = (location.table, column);
            if is_later
                && let Some(found) = data::dates_after(
                    rows.definitions,
                    rows.sources,
                    place,
                    end - 1,
                    MOST_NAMED + 1,
                )
            {
                problems.push(later(rows, location, column, end, &found));
            }
        }
    }
}

/// The columns of events: what happened lies in the past of whoever wrote it down.
fn event_columns(rows: &CheckedRows, location: &Location) -> Vec<usize> {
    let table = rows.definitions.table(location.table);
    let mut columns: Vec<usize> = table
        .events
        .iter()
        .flat_map(|event| event.source.columns().iter().copied())
        .collect();
    // What is planned may lie ahead.
    columns.retain(|column| !table.columns[*column].is_planned);
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The first instant after the day of the last change of a file.
fn end_of_day_written(rows: &CheckedRows, location: &Location) -> Option<i64> {
    let modified = fs::metadata(&location.path).ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    let calendar = &rows.definitions.calendar;
    let day = calendar::local_day(calendar, i64::try_from(since.as_micros()).ok()?)?;
    let period = CalendarPeriod {
        grain: Grain::Day,
        start: day,
    };
    Some(calendar::end_instant(calendar, period))
}

fn later(
    rows: &CheckedRows,
    location: &Location,
    column: usize,
    end: i64,
    found: &[RowDate],
) -> Diagnostic {
    let calendar = &rows.definitions.calendar;
    let day = |micros: i64| {
        calendar::local_day(calendar, micros).map_or_else(String::new, |day| day.to_string())
    };
    let name = &rows.definitions.table(location.table).columns[column].name;
    let mut named: Vec<String> = found
        .iter()
        .take(MOST_NAMED)
        .map(|row| format!("{} ({})", row.row, day(row.instant)))
        .collect();
    if found.len() > MOST_NAMED {
        named.push("…".to_owned());
    }
    let message = format!(
        "`{}` was written on {}, and `{name}` lies after that in {}",
        location.path.display(),
        day(end - 1),
        named.join(", ")
    );
    let mut problem = Diagnostic::data("D925", message);
    problem.severity = Severity::Warning;
    problem.help("the latest date is the default as-of: mend these dates, or ask with --as-of")
}
