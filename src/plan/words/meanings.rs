//! What the parts of a condition stand for that its spelling does not say.

use super::conditions::condition;
use super::populations::{end_words, event_words, origin, state_words};
use super::time::duration;
use crate::base::types::NearSide;
use crate::lang::model::{
    Condition, Definitions, Exists, FieldId, FieldSource, NearDate, RelatedNoun, TableRelation,
    Timeframe,
};

/// Sentences on fields of other tables, on related rows and on events that must follow, each once.
pub(super) fn meanings(definitions: &Definitions, test: &Condition) -> Vec<String> {
    let mut sentences = Vec::new();
    collect(definitions, test, &mut sentences);
    let mut unique: Vec<String> = Vec::new();
    for sentence in sentences {
        if !unique.contains(&sentence) {
            unique.push(sentence);
        }
    }
    unique
}

fn collect(definitions: &Definitions, test: &Condition, sentences: &mut Vec<String>) {
    match test {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            for part in parts {
                collect(definitions, part, sentences);
            }
        }
        Condition::Not(inner) => collect(definitions, inner, sentences),
        Condition::AtInstants(test) => collect(definitions, &test.condition, sentences),
        Condition::SoFar(inner) => {
            sentences.push(format!(
                "`{}` is judged as of the whole query, not at each instant: it follows up to as-of",
                condition(definitions, test)
            ));
            collect(definitions, inner, sentences);
        }
        Condition::InState(state) => {
            let state = state_words(definitions, *state);
            sentences.push(format!(
                "`{}` reads {state}, just before the instant asked about",
                condition(definitions, test)
            ));
        }
        Condition::Happened(event) => {
            let event = event_words(definitions, *event);
            sentences.push(format!(
                "`{}` reads {event}, by the instant asked about",
                condition(definitions, test)
            ));
        }
        Condition::Elapsed { from, to, .. } => {
            let ends = match to {
                Some(to) => vec![
                    end_words(definitions, from, to),
                    end_words(definitions, to, from),
                ],
                None => vec![end_words(definitions, from, from)],
            };
            let instant = if to.is_none() {
                " and the instant asked about"
            } else {
                ""
            };
            sentences.push(format!(
                "`{}` reads {}{instant}",
                condition(definitions, test),
                ends.join(" and ")
            ));
        }
        Condition::Codes { field, .. }
        | Condition::Texts { field, .. }
        | Condition::ContainsText { field, .. }
        | Condition::Number { field, .. }
        | Condition::Between { field, .. }
        | Condition::Present(field) => sentences.extend(elsewhere(definitions, *field)),
        Condition::Fields { left, right, .. } => {
            sentences.extend(elsewhere(definitions, *left));
            sentences.extend(elsewhere(definitions, *right));
        }
        Condition::Exists(exists) => {
            sentences.push(related(definitions, test, exists));
            if let Some(filter) = &exists.filter {
                collect(definitions, filter, sentences);
            }
        }
        Condition::Near { of, side, micros } => {
            let read = match of {
                NearDate::Field(field) => origin(definitions, *field),
                NearDate::Event(event) => event_words(definitions, *event),
            };
            let where_it_lies = match side {
                NearSide::Next => "from the instant asked about on, less than",
                NearSide::Last => "before the instant asked about, at most",
            };
            sentences.push(format!(
                "`{}` reads {read}: it lies {where_it_lies} {} away",
                condition(definitions, test),
                duration(*micros)
            ));
        }
        Condition::Within { event, .. } => {
            sentences.push(format!(
                "`{}` reads {}; rows whose time is not over by as-of are pending and not counted",
                condition(definitions, test),
                event_words(definitions, *event)
            ));
        }
    }
}

/// Where a field comes from, unless it is the row's own column.
fn elsewhere(definitions: &Definitions, field: FieldId) -> Option<String> {
    match definitions.field(field).source {
        FieldSource::Column(_) => None,
        FieldSource::Parent { .. } | FieldSource::Due(_) | FieldSource::RollUp(_) => {
            Some(format!("reads {}", origin(definitions, field)))
        }
    }
}

/// Rule S13: what is looked for, and when.
fn related(definitions: &Definitions, test: &Condition, exists: &Exists) -> String {
    let table = definitions.table(exists.table());
    let (parent, how) = match exists.relation {
        TableRelation::Child { parent } => (parent, "of this row"),
        TableRelation::Sibling { related, .. } => (related, "of the same row"),
    };
    let link = &table.parents[parent];
    let of = &definitions.table(link.table).name;
    let column = &table.columns[link.column].name;
    let (read, when) = match exists.noun {
        RelatedNoun::State(state) => (
            state_words(definitions, state),
            "just before the instant asked about".to_owned(),
        ),
        RelatedNoun::Event(event, timeframe) => {
            let when = match timeframe {
                Timeframe::Within(micros) => {
                    format!("in the {} before the instant asked about", duration(micros))
                }
                Timeframe::InThePeriod => "in the period asked about".to_owned(),
                Timeframe::Ever | Timeframe::Unsaid => "before the instant asked about".to_owned(),
            };
            (event_words(definitions, event), when)
        }
    };
    let many = match exists.at_least {
        1 => String::new(),
        count => format!("{count} or more "),
    };
    format!(
        "`{}`: {many}{} {how} of {of} (by {column}) with {} {when}",
        condition(definitions, test),
        table.name,
        read
    )
}

/// Whether a condition asks for an event within a time of the population's (rule S20).
pub(in crate::plan) fn mentions_within(condition: &Condition) -> bool {
    let mut tests = condition.tests().into_iter();
    tests.any(|test| matches!(test, Condition::Within { .. }))
}
