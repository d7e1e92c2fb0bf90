//! Conditions in the language's own spelling.

use std::collections::BTreeSet;

use chrono::DateTime;

use super::time::{duration, instant};
use crate::base::calendar;
use crate::base::types::{FieldType, Grain};
use crate::lang::model::{
    Calendar, CalendarPeriod, ChosenEvent, Condition, Definitions, EventId, Exists, FieldId,
    FixedTest, NearDate, NumberTest, OrderTest, RelatedNoun, StateId, TableRelation, Timeframe,
    singular,
};

/// `severity in (high, critical) and team = "payments-core"`
pub fn condition(definitions: &Definitions, condition: &Condition) -> String {
    match condition {
        Condition::All(parts) => joined(definitions, parts, " and "),
        Condition::AnyOf(parts) => joined(definitions, parts, " or "),
        Condition::Not(inner) => negation(definitions, inner),
        Condition::Codes { field, allowed } => {
            let words = code_words(definitions, *field, allowed);
            membership(name(definitions, *field), words, ("=", "in"))
        }
        Condition::Texts { field, allowed } => {
            let texts = text_values(allowed);
            membership(name(definitions, *field), texts, ("=", "in"))
        }
        Condition::ContainsText { field, text } => {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("{} contains \"{text}\"", name(definitions, *field))
        }
        Condition::Number { field, test } => {
            let (operator, number) = number_test(test);
            format!("{} {operator} {number}", name(definitions, *field))
        }
        Condition::Between { field, from, until } => between(
            &definitions.calendar,
            name(definitions, *field),
            *from,
            *until,
        ),
        Condition::Fields { left, test, right } => {
            let table = &definitions.table(right.table).name;
            let (left, right) = (name(definitions, *left), name(definitions, *right));
            format!("{left} {} {table}.{right}", order_test(*test))
        }
        Condition::Present(field) => format!("{} is present", name(definitions, *field)),
        Condition::Exists(exists) => existence(definitions, exists),
        Condition::Within { event, micros } => {
            format!(
                "{} within {}",
                event_name(definitions, *event),
                duration(*micros)
            )
        }
        Condition::InState(state) => state_name(definitions, *state).to_owned(),
        Condition::Happened(event) => event_name(definitions, *event).to_owned(),
        Condition::Elapsed {
            from,
            to,
            test,
            micros,
        } => {
            let from = chosen_name(definitions, from);
            let time = match to {
                Some(to) => format!("time from {from} to {}", chosen_name(definitions, to)),
                None => format!("time since {from}"),
            };
            format!("{time} {} {}", order_test(*test), duration(*micros))
        }
        Condition::Near { of, side, micros } => {
            let of = match of {
                NearDate::Field(field) => name(definitions, *field),
                NearDate::Event(event) => event_name(definitions, *event),
            };
            format!("{of} within {} {}", side.word(), duration(*micros))
        }
        Condition::SoFar(inner) => so_far(definitions, inner),
        Condition::AtInstants(test) => fixed(definitions, test),
    }
}

/// `at the end of each of 6 periods (assets in_service and …)`
fn fixed(definitions: &Definitions, test: &FixedTest) -> String {
    let words = condition(definitions, &test.condition);
    let table = &definitions.table(test.table).name;
    format!(
        "at the end of each of {} periods ({table} {words})",
        test.instants.len()
    )
}

fn so_far(definitions: &Definitions, inner: &Condition) -> String {
    let words = condition(definitions, inner);
    match inner {
        Condition::All(_) | Condition::AnyOf(_) | Condition::Not(_) => format!("({words}) so far"),
        _ => format!("{words} so far"),
    }
}

fn joined(definitions: &Definitions, parts: &[Condition], word: &str) -> String {
    let written: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Condition::All(inner) | Condition::AnyOf(inner) if inner.len() > 1 => {
                format!("({})", condition(definitions, part))
            }
            // Two bounds of a date are written with `and`.
            Condition::Between { from, until, .. }
                if word == " or " && *from > i64::MIN && *until < i64::MAX =>
            {
                format!("({})", condition(definitions, part))
            }
            Condition::All(_)
            | Condition::AnyOf(_)
            | Condition::Not(_)
            | Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::ContainsText { .. }
            | Condition::Number { .. }
            | Condition::Between { .. }
            | Condition::Fields { .. }
            | Condition::Present(_)
            | Condition::Exists(_)
            | Condition::InState(_)
            | Condition::Happened(_)
            | Condition::Elapsed { .. }
            | Condition::Near { .. }
            | Condition::SoFar(_)
            | Condition::AtInstants(_)
            | Condition::Within { .. } => condition(definitions, part),
        })
        .collect();
    written.join(word)
}

fn negation(definitions: &Definitions, inner: &Condition) -> String {
    match inner {
        Condition::Present(field) => format!("{} is missing", name(definitions, *field)),
        Condition::Codes { field, allowed } => {
            let words = code_words(definitions, *field, allowed);
            membership(name(definitions, *field), words, ("!=", "not in"))
        }
        Condition::Texts { field, allowed } => {
            let texts = text_values(allowed);
            membership(name(definitions, *field), texts, ("!=", "not in"))
        }
        Condition::Exists(_)
        | Condition::InState(_)
        | Condition::Happened(_)
        | Condition::SoFar(_)
        | Condition::Near { .. }
        | Condition::Within { .. } => format!("not {}", condition(definitions, inner)),
        Condition::All(_)
        | Condition::AnyOf(_)
        | Condition::Not(_)
        | Condition::ContainsText { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Elapsed { .. }
        | Condition::AtInstants(_)
        | Condition::Fields { .. } => format!("not ({})", condition(definitions, inner)),
    }
}

/// `severity = high`, `team in (web, shop)`.
fn membership(field: &str, mut values: Vec<String>, (equal, within): (&str, &str)) -> String {
    if values.len() == 1 {
        return format!("{field} {equal} {}", values.remove(0));
    }
    format!("{field} {within} ({})", values.join(", "))
}

/// The words of a scale's or yes/no field's codes.
fn code_words(definitions: &Definitions, field: FieldId, codes: &BTreeSet<u8>) -> Vec<String> {
    let kind = &definitions.field(field).field_type;
    codes.iter().map(|code| code_word(kind, *code)).collect()
}

fn text_values(texts: &BTreeSet<String>) -> Vec<String> {
    texts.iter().map(|text| text_value(text)).collect()
}

/// The word of a scale's or yes/no field's code.
pub(super) fn code_word(field_type: &FieldType, code: u8) -> String {
    match field_type {
        FieldType::Scale(scale) => scale
            .values
            .get(usize::from(code))
            .cloned()
            .unwrap_or_else(|| code.to_string()),
        FieldType::YesNo => if code == 0 { "no" } else { "yes" }.to_owned(),
        FieldType::Text | FieldType::Number | FieldType::Date => code.to_string(),
    }
}

/// A text as a value: bare where it is a plain word, else in quotes.
pub(super) fn text_value(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if plain {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

/// `found_at = 2026-03` for a whole period, else its bounds.
fn between(calendar: &Calendar, field: &str, from: i64, until: i64) -> String {
    if let Some(period) = whole_period(calendar, from, until) {
        return format!("{field} = {}", calendar::label(calendar, period));
    }
    let lower = (from > i64::MIN).then(|| format!("{field} >= {}", bound(calendar, from)));
    let upper = (until < i64::MAX).then(|| format!("{field} < {}", bound(calendar, until)));
    match (lower, upper) {
        (Some(_), Some(_)) if until == from.saturating_add(1) => {
            format!("{field} = {}", bound(calendar, from))
        }
        (Some(lower), Some(upper)) => format!("{lower} and {upper}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => format!("{field} is present"),
    }
}

fn whole_period(calendar: &Calendar, from: i64, until: i64) -> Option<CalendarPeriod> {
    let day = calendar::local_day(calendar, from)?;
    calendar::local_day(calendar, until)?;
    Grain::ALL
        .into_iter()
        .map(|grain| calendar::period_of(calendar, day, grain))
        .find(|period| {
            calendar::start_instant(calendar, *period) == from
                && calendar::end_instant(calendar, *period) == until
        })
}

/// A day where the instant is the start of one, else the timestamp in UTC.
fn bound(calendar: &Calendar, micros: i64) -> String {
    let written = instant(calendar, micros);
    if !written.contains(' ') {
        return written;
    }
    DateTime::from_timestamp_micros(micros).map_or(written, |instant| {
        instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    })
}

fn existence(definitions: &Definitions, exists: &Exists) -> String {
    let related = definitions.table(exists.table());
    let mut words = match exists.at_least {
        1 => format!("any {}", related.name),
        count => format!("at least {count} {}", related.name),
    };
    if let TableRelation::Sibling {
        related: parent, ..
    } = exists.relation
    {
        let parent = &definitions.table(related.parents[parent].table).name;
        words += &format!(" of its {}", singular(parent));
    }
    words += &match exists.noun {
        RelatedNoun::Event(event, _) => format!(" {}", event_name(definitions, event)),
        RelatedNoun::State(state) => format!(" {}", state_name(definitions, state)),
    };
    if let Some(filter) = &exists.filter {
        words += &format!(" (where {})", condition(definitions, filter));
    }
    if let RelatedNoun::Event(_, timeframe) = exists.noun {
        words += &match timeframe {
            Timeframe::Within(micros) => format!(" within {}", duration(micros)),
            Timeframe::InThePeriod => " in the period".to_owned(),
            Timeframe::Ever => " ever".to_owned(),
            Timeframe::Unsaid => String::new(),
        };
    }
    words
}

/// `verified`, `earliest of verified, closed`
pub(super) fn chosen_name(definitions: &Definitions, chosen: &ChosenEvent) -> String {
    let names = chosen.events.iter();
    let names = names.map(|event| event_name(definitions, *event));
    chosen.choice.written(&names.collect::<Vec<&str>>())
}

fn event_name(definitions: &Definitions, event: EventId) -> &str {
    &definitions.table(event.table).events[event.event].name
}

pub(super) fn state_name(definitions: &Definitions, state: StateId) -> &str {
    &definitions.table(state.table).states[state.state].name
}

pub(super) fn name(definitions: &Definitions, field: FieldId) -> &str {
    &definitions.field(field).name
}

fn number_test(test: &NumberTest) -> (&'static str, f64) {
    match test {
        NumberTest::Equal(number) => ("=", *number),
        NumberTest::Less(number) => ("<", *number),
        NumberTest::AtMost(number) => ("<=", *number),
        NumberTest::Greater(number) => (">", *number),
        NumberTest::AtLeast(number) => (">=", *number),
    }
}

fn order_test(test: OrderTest) -> &'static str {
    match test {
        OrderTest::Equal => "=",
        OrderTest::Less => "<",
        OrderTest::AtMost => "<=",
        OrderTest::Greater => ">",
        OrderTest::AtLeast => ">=",
    }
}
