//! The smallest pieces: names, texts, numbers, durations, dates, and when they need quotes.

use crate::base::types::Grain;
use crate::lang::syntax::ast::{DateLiteral, Duration, FieldRef, Identifier, Text};
use crate::lang::syntax::is_reserved;

/// A name as a definition writes it: in back-ticks if it is a reserved word or no plain identifier.
pub fn name(name: &str) -> String {
    if is_plain(name) && !is_reserved(name) {
        name.to_string()
    } else {
        format!("`{name}`")
    }
}

/// A value as a condition writes it: bare if it can be, else in quotes.
pub(super) fn value(value: &str) -> String {
    if is_plain(value) && !is_reserved(value) {
        value.to_string()
    } else {
        quoted(value)
    }
}

/// A text in double quotes, with `\"` and `\\` for the two characters that need it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// ` "Title"`, or nothing.
pub(super) fn title(title: &Option<Text>) -> String {
    title
        .as_ref()
        .map_or_else(String::new, |title| format!(" {}", quoted(&title.node)))
}

/// Names with a separator between them.
pub(super) fn names(list: &[Identifier], separator: &str) -> String {
    joined(list, separator, |item| name(&item.node))
}

/// `severity`, `findings.severity`
pub(super) fn field(field: &FieldRef) -> String {
    match &field.table {
        Some(table) => format!("{}.{}", name(&table.node), name(&field.name.node)),
        None => name(&field.name.node),
    }
}

/// `30 days`, `1 day`
pub fn duration(duration: &Duration) -> String {
    let unit = duration.unit.word();
    let unit = match duration.amount.written.as_str() {
        "1" => unit.trim_end_matches('s'),
        _ => unit,
    };
    format!("{} {unit}", duration.amount.written)
}

/// `12 months`, `1 month`
pub(super) fn grains(count: u64, grain: Grain) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {}{plural}", grain.word())
}

/// `2026`, `2026-Q1`, `2026-03`, `2026-W09`, `2026-03-31`, or an instant as it was written.
pub(super) fn date(date: &DateLiteral) -> String {
    match date {
        DateLiteral::Year(year) => format!("{year:04}"),
        DateLiteral::Quarter(year, quarter) => format!("{year:04}-Q{quarter}"),
        DateLiteral::Month(year, month) => format!("{year:04}-{month:02}"),
        DateLiteral::Week(year, week) => format!("{year:04}-W{week:02}"),
        DateLiteral::Day(year, month, day) => format!("{year:04}-{month:02}-{day:02}"),
        DateLiteral::Instant(written) => written.clone(),
    }
}

/// Each item's text, with a separator between them.
pub(super) fn joined<T>(list: &[T], separator: &str, text: impl Fn(&T) -> String) -> String {
    list.iter().map(text).collect::<Vec<_>>().join(separator)
}

fn is_plain(word: &str) -> bool {
    let mut letters = word.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}
