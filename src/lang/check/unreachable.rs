//! Lines of an SLA that no row can reach, because earlier ones take all its rows (K510).
//!
//! Exact for conjunctions of values of fields; other tests count as equal only when they are the
//! same. What cannot be decided is taken to be reachable.

use std::collections::BTreeMap;

use super::restrictions::{Confined, confined};
use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::lang::model::{Allowed, DueLine, FieldId};

/// Reports every line that cannot be reached.
pub(super) fn report(scope: Scope, lines: &[(DueLine, Span)], problems: &mut Problems) {
    let mut earlier: Vec<Confined> = Vec::new();
    for (line, span) in lines {
        let Some(filter) = &line.filter else {
            return;
        };
        let own = confined(filter);
        let problem = Diagnostic::error("K510", *span, "no row reaches this line");
        if own.fields.values().any(is_empty) {
            problems.push(problem.label("its tests exclude each other"));
        } else if earlier.iter().any(|before| takes_all(before, &own)) {
            problems.push(
                problem
                    .label("an earlier line takes all its rows")
                    .help("lines are tried in order and the first that matches wins: put the narrower line first"),
            );
        } else if let Some(field) = taken_together(&earlier, &own) {
            problems.push(problem.label(format!(
                "earlier lines together take every `{}` it allows",
                scope.field_name(field)
            )));
        }
        earlier.push(own);
    }
}

fn is_empty(allowed: &Allowed) -> bool {
    match allowed {
        Allowed::Codes(codes) => codes.is_empty(),
        Allowed::Texts(texts) => texts.is_empty(),
    }
}

/// Whether every row of `line` passes `before`.
fn takes_all(before: &Confined, line: &Confined) -> bool {
    before
        .others
        .iter()
        .all(|other| line.others.contains(other))
        && before
            .fields
            .iter()
            .all(|(field, allowed)| within(line.fields.get(field), allowed))
}

fn within(narrow: Option<&Allowed>, wide: &Allowed) -> bool {
    match (narrow, wide) {
        (Some(Allowed::Codes(narrow)), Allowed::Codes(wide)) => narrow.is_subset(wide),
        (Some(Allowed::Texts(narrow)), Allowed::Texts(wide)) => narrow.is_subset(wide),
        (Some(Allowed::Codes(_)), Allowed::Texts(_))
        | (Some(Allowed::Texts(_)), Allowed::Codes(_))
        | (None, _) => false,
    }
}

/// A field of which earlier lines, all else in them being met, take every value between them.
fn taken_together(earlier: &[Confined], line: &Confined) -> Option<FieldId> {
    line.fields.iter().find_map(|(field, allowed)| {
        let parts = earlier.iter().filter_map(|before| {
            let own = before.fields.get(field)?;
            let rest: BTreeMap<FieldId, Allowed> = before
                .fields
                .iter()
                .filter(|(other, _)| *other != field)
                .map(|(other, allowed)| (*other, allowed.clone()))
                .collect();
            let others = before.others.clone();
            let rest = Confined {
                fields: rest,
                others,
            };
            takes_all(&rest, line).then_some(own)
        });
        covers(parts, allowed).then_some(*field)
    })
}

fn covers<'a>(parts: impl Iterator<Item = &'a Allowed>, all: &Allowed) -> bool {
    match all {
        Allowed::Codes(codes) => {
            let mut left = codes.clone();
            for part in parts {
                if let Allowed::Codes(taken) = part {
                    left.retain(|code| !taken.contains(code));
                }
            }
            left.is_empty()
        }
        Allowed::Texts(texts) => {
            let mut left = texts.clone();
            for part in parts {
                if let Allowed::Texts(taken) = part {
                    left.retain(|text| !taken.contains(text));
                }
            }
            left.is_empty()
        }
    }
}
