//! What to say of a report that no source knows: what it looks like, and what to do.

use jaq_json::Val;

use super::values::text;
use crate::base::diagnostic::{Cause, Diagnostic};
use crate::lang::model::{ReportSource, Shape};

/// How many names of a report's members are told.
const MOST_NAMES: usize = 12;
/// How many sources a report is said to be like.
const MOST_LIKE: usize = 4;

/// Says what was looked at, so that the reader sees how the report differs from what is known.
pub(super) fn unknown(
    name: &str,
    shape: Shape,
    value: &Val,
    sources: &[ReportSource],
) -> Diagnostic {
    let names = names(value);
    let what = match value {
        Val::Null => ", null".to_string(),
        Val::Arr(values) if values.is_empty() => ", an empty list".to_string(),
        _ if names.is_empty() => String::new(),
        _ => format!(" with {}", names[..names.len().min(MOST_NAMES)].join(", ")),
    };
    let problem = Diagnostic::data(
        "D401",
        format!(
            "`{name}` is {}{what}: no source knows this report",
            shape.word()
        ),
    )
    .because(Cause::NoReport);
    let problem = match is_bare(value) && shape != Shape::Csv {
        true => problem
            .help(super::shapes::SAYS_NOTHING)
            .help(super::shapes::SAY_WHOSE),
        false => problem,
    };
    // It may be a clean scan: among the files of a folder it is none that may be passed over.
    let problem = match says_nothing(value) {
        true => problem.because(Cause::Unspecified),
        false => problem,
    };
    let like = like(&names, shape, sources);
    let problem = match like.is_empty() {
        true => problem,
        false => problem.help(format!("it looks most like: {}", like.join(", "))),
    };
    problem
        .help("the formats known: riskql sources")
        .help("a new one is a file in kpi-defs/sources")
}

/// A report of which somebody says that it is of a source that does not know it.
pub(super) fn of_another(name: &str, source: &ReportSource, known: &[&str]) -> Diagnostic {
    let message = format!("`{name}` is no report of source {}", source.name);
    let problem = Diagnostic::data("D401", message);
    match known {
        [] => problem.help(format!("what it is: riskql sources test {name}")),
        known => problem.help(format!("it is one of: {}", known.join(", "))),
    }
}

/// Whether a report holds nothing at all: whoever knows whose it is may say so.
pub(super) fn says_nothing(value: &Val) -> bool {
    match value {
        Val::Null => true,
        Val::Arr(values) => values.is_empty(),
        Val::Obj(members) => members.values().all(|member| match member {
            Val::Null => true,
            Val::Arr(values) => values.is_empty(),
            Val::Obj(members) => members.is_empty(),
            Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => false,
        }),
        Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => false,
    }
}

/// Whether there is nothing but empty lists and a word or two beside them.
fn is_bare(value: &Val) -> bool {
    let is_empty = |value: &Val| match value {
        Val::Arr(values) => values.is_empty(),
        Val::Obj(members) => members.is_empty(),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => true,
    };
    match value {
        Val::Obj(members) => members.values().all(is_empty),
        _ => is_empty(value),
    }
}

/// The names of the members of a report, or of its first row.
fn names(value: &Val) -> Vec<String> {
    let first = match value {
        Val::Arr(values) => values.first().unwrap_or(value),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) | Val::Obj(_) => value,
    };
    match first {
        Val::Obj(members) => members.keys().filter_map(text).collect(),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) | Val::Arr(_) => {
            Vec::new()
        }
    }
}

/// The sources that ask for most of the names, where they are few.
fn like<'a>(names: &[String], shape: Shape, sources: &'a [ReportSource]) -> Vec<&'a str> {
    let asks_for = |source: &ReportSource| {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        let words = source.known_by.node.split(|letter| !is_word(letter));
        let words: Vec<&str> = words.collect();
        let asked = names.iter().filter(|name| words.contains(&name.as_str()));
        asked.count()
    };
    let readers = sources.iter().filter(|own| own.reads.contains(&shape));
    let scores: Vec<(usize, &str)> = readers
        .map(|source| (asks_for(source), source.name.as_str()))
        .collect();
    let best = scores.iter().map(|(score, _)| *score).max();
    let best = scores
        .iter()
        .filter(|(score, _)| *score > 0 && Some(*score) == best);
    let best: Vec<&str> = best.map(|(_, name)| *name).collect();
    match best.len() {
        1..=MOST_LIKE => best,
        _ => Vec::new(),
    }
}
