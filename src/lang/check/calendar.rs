//! The `calendar` definition: zone, weeks, years, history.

use chrono::{NaiveDate, Weekday};

use super::clauses::once;
use super::dates;
use super::index::{IndexEntry, place};
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::{Sources, Span, Spanned};
use crate::lang::model::Calendar;
use crate::lang::syntax::ast::{self, CalendarClause, DateLiteral};

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The project's calendar: UTC, weeks from Monday and years from January where nothing is written.
/// `first` is a place for the warning that there is none (K400).
pub(super) fn calendar(
    sources: &Sources,
    entries: &[IndexEntry<ast::CalendarDefinition>],
    first: Option<Span>,
    problems: &mut Problems,
) -> Calendar {
    let mut calendar = Calendar {
        timezone: chrono_tz::UTC,
        week_starts: Weekday::Mon,
        year_starts: 1,
        history_from: None,
    };
    match entries.first() {
        Some(entry) => read(entry.tree, &mut calendar, problems),
        None => first.into_iter().for_each(|span| {
            problems.push(
                Diagnostic::warning("K400", keyword(sources, span), "no calendar is defined")
                    .label("UTC, weeks from monday, years from january")
                    .help("write a `calendar` with `timezone`, `week starts` and `year starts`"),
            );
        }),
    }
    for second in entries.iter().skip(1) {
        problems.push(
            Diagnostic::error("K200", keyword(sources, second.span), "a second calendar")
                .label("a project has one")
                .help(format!(
                    "the first is at {}",
                    place(sources, entries[0].span)
                )),
        );
    }
    calendar
}

/// The first word of a definition.
fn keyword(sources: &Sources, definition: Span) -> Span {
    let text = sources.slice(definition);
    let length = text.find(char::is_whitespace).unwrap_or(text.len());
    Span {
        end: definition.start + length as u32,
        ..definition
    }
}

fn read(tree: &ast::CalendarDefinition, calendar: &mut Calendar, problems: &mut Problems) {
    let (mut zone, mut week, mut year, mut history) = (None, None, None, None);
    for clause in &tree.clauses {
        let span = clause.span;
        match &clause.node {
            CalendarClause::Timezone(text) => once(&mut zone, text, "timezone", span, problems),
            CalendarClause::WeekStarts(name) => {
                once(&mut week, name, "week starts", span, problems);
            }
            CalendarClause::YearStarts(name) => {
                once(&mut year, name, "year starts", span, problems);
            }
            CalendarClause::HistoryFrom(date) => {
                once(&mut history, date, "history from", span, problems);
            }
        }
    }
    if let Some(found) = zone.and_then(|text| timezone(text, problems)) {
        calendar.timezone = found;
    }
    let weekday = week.and_then(|name| one_of(name, &WEEKDAYS, "a day of the week", problems));
    if let Some(index) = weekday {
        calendar.week_starts = Weekday::try_from(index as u8).unwrap_or(Weekday::Mon);
    }
    let month = year.and_then(|name| one_of(name, &MONTHS, "a month", problems));
    if let Some(index) = month {
        calendar.year_starts = index as u32 + 1;
    }
    calendar.history_from = history.and_then(|date| first_day(calendar, date, problems));
}

fn timezone(text: &ast::Text, problems: &mut Problems) -> Option<chrono_tz::Tz> {
    let found = text.node.parse().ok();
    if found.is_none() {
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let message = format!("`{}` is not a time zone", text.node);
        let problem = Diagnostic::error("K401", text.span, message);
        let problem = match nearest(&text.node, zones) {
            Some(zone) => {
                let label = format!("did you mean `{zone}`?");
                problem.label(&label).edit(format!("\"{zone}\""), &label)
            }
            None => problem,
        };
        let help = "zones are named as in the IANA database, such as `Europe/Berlin`";
        problems.push(problem.help(help));
    }
    found
}

fn one_of(
    name: &ast::Identifier,
    words: &[&str],
    what: &str,
    problems: &mut Problems,
) -> Option<usize> {
    let found = words.iter().position(|word| *word == name.node);
    if found.is_none() {
        problems.push(
            Diagnostic::error("K401", name.span, format!("`{}` is not {what}", name.node))
                .suggest(&name.node, words.iter().copied())
                .help(format!("one of {}", words.join(", "))),
        );
    }
    found
}

/// The local day history starts on.
fn first_day(
    calendar: &Calendar,
    date: &Spanned<DateLiteral>,
    problems: &mut Problems,
) -> Option<NaiveDate> {
    dates::period(calendar, date, problems).map(|period| period.start)
}
