//! `\why`: which groups moved the number of the last query between two periods.

use super::recall;
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Grain;
use crate::insight::attribution;
use crate::lang::model::{ComparedWith, Period, Query, Subject, Versus};

pub(super) const WHY: SessionCommand = SessionCommand {
    name: "why",
    arguments: "[FIELD …] [from PERIOD to PERIOD | versus PERIOD]",
    help: "which groups moved the last number between two periods; by mix and by rate",
    takes: &[ArgumentKind::Field],
    run: show_why,
};

fn show_why(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let recalled = recall::last(session, "why")?;
    let mut query = recalled.query.clone();
    let (fields, periods) = split(arguments);
    match periods {
        Some(NamedPeriods::Both(range)) => {
            query.period = Some(both_periods(session, range)?);
            if let Subject::Values(values) = &mut query.subject {
                values.over = None;
                values.versus.clear();
            }
            attribution::compare_ends(&mut query);
        }
        Some(NamedPeriods::Other(period)) => {
            let period = other_period(session, period)?;
            compare_with(&mut query, period);
        }
        None => {}
    }
    let Subject::Values(values) = &query.subject else {
        return Err(
            Diagnostic::data("K970", "the last answer is a list: no number changed")
                .help("ask for a number first: mttr last month")
                .into(),
        );
    };
    let context = recalled.context(session);
    let groupings = attribution::groupings(context.definitions, values, &fields, "\\why")?;
    let mut why = attribution::why(&context, &query, &groupings)?;
    why.notes.extend(recalled.notes.iter().cloned());
    if values.columns.len() > 1 {
        why.notes
            .push(format!("only the first number, {}", why.name));
    }
    let (format, look) = (session.settings.format, session.settings.look);
    session.put_out(attribution::written(&why, format, look))
}

/// Periods that the command names.
enum NamedPeriods<'a> {
    /// `from 2026-01 to 2026-06`, as written.
    Both(&'a str),
    /// What stands behind `versus`.
    Other(&'a str),
}

/// Fields, and the periods beside them.
fn split(arguments: &str) -> (Vec<String>, Option<NamedPeriods<'_>>) {
    let (fields, periods) = match (arguments.split_once("versus"), from_to(arguments)) {
        (Some((fields, period)), _) => {
            (fields.to_string(), Some(NamedPeriods::Other(period.trim())))
        }
        (None, Some((fields, range))) => (fields, Some(NamedPeriods::Both(range))),
        (None, None) => (arguments.to_string(), None),
    };
    let is_between = |letter: char| letter == ',' || letter.is_whitespace();
    let names = fields
        .split(is_between)
        .filter(|name| !name.is_empty() && *name != "by");
    (names.map(ToString::to_string).collect(), periods)
}

/// What stands around `from PERIOD to PERIOD`, and that.
fn from_to(arguments: &str) -> Option<(String, &str)> {
    let mut words = arguments.split_whitespace();
    let from = words.find(|word| *word == "from")?;
    let (_, to, last) = (words.next()?, words.next()?, words.next()?);
    let place = |word: &str| word.as_ptr() as usize - arguments.as_ptr() as usize;
    let (start, end) = (place(from), place(last) + last.len());
    let others = format!("{} {}", &arguments[..start], &arguments[end..]);
    (to == "to").then_some((others, &arguments[start..end]))
}

/// `from 2026-01 to 2026-06` as the language reads it.
fn both_periods(session: &mut Session, text: &str) -> Result<Period, Problems> {
    session
        .read(text)?
        .query
        .period
        .ok_or_else(|| not_a_period(text))
}

fn not_a_period(text: &str) -> Problems {
    Diagnostic::data("K972", format!("`{text}` is not a period"))
        .help("\\why versus 2025-12, \\why versus previous year or \\why from 2025-12 to 2026-01")
        .into()
}

/// A period as the language writes it after `versus`: `2025-12`, `previous year`, `last quarter`.
fn other_period(session: &mut Session, text: &str) -> Result<Versus, Problems> {
    for grain in Grain::ALL {
        if text == format!("previous {}", grain.word()) {
            return Ok(Versus::Previous(grain));
        }
    }
    let named = ["in ", "from ", "last ", "this ", "past "];
    let clause = match named.iter().any(|word| text.starts_with(word)) {
        true => text.to_string(),
        false => format!("in {text}"),
    };
    let question = session.read(&clause)?;
    let is_alone = question.written.node.clauses.len() == 1;
    match question.query.period.filter(|_| is_alone) {
        Some(period) => Ok(Versus::Period(period)),
        None => Err(not_a_period(text)),
    }
}

fn compare_with(query: &mut Query, versus: Versus) {
    if let Subject::Values(values) = &mut query.subject {
        values.versus = vec![ComparedWith {
            versus,
            as_percent: false,
        }];
        if query.period.is_none() && values.over.is_none() {
            query.period = Some(Period::Last(1, Grain::Month));
        }
    }
}
