//! Verdicts: targets and bands, on unrounded values (rules S18, S30, S31, S37).

use crate::base::types::{DisplayUnit, TimeUnit};
use crate::exec::answer::{Status, Verdict};
use crate::lang::model::{Allowed, Restriction, Target, ValueColumn};

/// A value of the engine in the unit a column shows.
pub fn shown(value: f64, display: DisplayUnit) -> f64 {
    match display {
        DisplayUnit::Time(unit) => value / TimeUnit::micros(unit) as f64,
        DisplayUnit::Count | DisplayUnit::Percent | DisplayUnit::Points | DisplayUnit::Ratio => {
            value
        }
    }
}

/// The verdict on a value read at `end`; `None` if no target judges it. `row` tells what the row's
/// dimensions confine a field to.
pub(super) fn target(
    column: &ValueColumn,
    value: Option<f64>,
    end: i64,
    row: impl Fn(&str) -> Option<Allowed>,
) -> Option<Verdict> {
    let target = applying(column, end, row)?;
    let status = match value {
        None => Status::NoData,
        Some(value) if target.bound.holds(value, target.limit) => Status::Pass,
        Some(_) => Status::Miss,
    };
    Some(Verdict {
        bound: target.bound,
        limit: shown(target.limit, column.display),
        written: format!("{} {}", target.bound.words(), target.written),
        span: target.span,
        status,
    })
}

/// The target that judges a row: the narrowest, among those the one that came into force last, among
/// those the first written.
fn applying(
    column: &ValueColumn,
    end: i64,
    row: impl Fn(&str) -> Option<Allowed>,
) -> Option<&Target> {
    let judges = |target: &&Target| {
        let in_force = target.since.is_none_or(|since| end > since);
        in_force
            && target
                .restrictions
                .iter()
                .all(|needed| meets(column, needed, &row))
    };
    let applying = column.targets.iter().filter(judges);
    applying.reduce(|best, next| {
        let rank = |target: &Target| (target.restrictions.len(), target.since);
        if rank(next) > rank(best) { next } else { best }
    })
}

/// Whether every row behind a value passes a test of the target: by the value of a dimension, or
/// because the population is confined to it.
fn meets(
    column: &ValueColumn,
    needed: &Restriction,
    row: &impl Fn(&str) -> Option<Allowed>,
) -> bool {
    let confined = column
        .restrictions
        .iter()
        .filter(|own| own.field == needed.field);
    let mut confined = confined
        .map(|own| own.allowed.clone())
        .chain(row(&needed.field));
    confined.any(|allowed| is_part(&allowed, &needed.allowed))
}

fn is_part(part: &Allowed, whole: &Allowed) -> bool {
    match (part, whole) {
        (Allowed::Codes(part), Allowed::Codes(whole)) => !part.is_empty() && part.is_subset(whole),
        (Allowed::Texts(part), Allowed::Texts(whole)) => !part.is_empty() && part.is_subset(whole),
        (Allowed::Codes(_) | Allowed::Texts(_), _) => false,
    }
}

/// The band a value lies in.
pub(super) fn band(column: &ValueColumn, value: Option<f64>) -> Option<String> {
    let value = value?;
    let holds = |band: &&crate::lang::model::Band| band.lower <= value && value < band.upper;
    column
        .bands
        .iter()
        .find(holds)
        .map(|band| band.label.clone())
}
