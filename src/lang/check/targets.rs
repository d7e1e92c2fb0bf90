//! Targets: the limit's unit, the rows it judges, and whether it agrees with the direction.

use std::collections::BTreeSet;

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::dates;
use super::limits::{LimitOwner, limit};
use super::restrictions::{confined, named};
use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{Bound, DisplayUnit, Unit};
use crate::lang::format;
use crate::lang::model::{Direction, Restriction, TableId, Target};
use crate::lang::syntax::ast::{self, DateLiteral, WrittenLiteral};

/// A `target` clause as written.
pub(super) struct WrittenTarget<'a> {
    pub bound: &'a Spanned<Bound>,
    pub limit: &'a Spanned<WrittenLiteral>,
    pub filter: Option<&'a Spanned<ast::Condition>>,
    pub since: Option<&'a Spanned<DateLiteral>>,
    pub span: Span,
}

/// What a target must agree with.
pub(super) struct Owner<'a> {
    pub name: &'a str,
    pub unit: Unit,
    pub display: DisplayUnit,
    pub direction: Option<Direction>,
    pub tables: &'a BTreeSet<TableId>,
}

/// One target. Every problem is reported.
pub(super) fn target(
    scope: Scope,
    owner: &Owner,
    written: &WrittenTarget,
    problems: &mut Problems,
) -> Option<Target> {
    warn_of_direction(owner, written.bound, problems);
    let clause = format!("target {}", written.bound.node.words());
    let judged = LimitOwner {
        kpi: owner.name,
        unit: owner.unit,
        display: owner.display,
        clause: &clause,
    };
    let limit = limit(&judged, written.limit, problems);
    let restrictions = match written.filter {
        Some(filter) => restrictions(scope, owner, filter, problems),
        None => Some(Vec::new()),
    };
    let since = match written.since {
        Some(date) => dates::since(&scope.model.calendar, date, problems).map(Some),
        None => Some(None),
    };
    Some(Target {
        bound: written.bound.node,
        limit: limit?,
        written: format::literal(&written.limit.node),
        restrictions: restrictions?,
        restrictions_written: written.filter.map(|filter| format::condition(&filter.node)),
        since: since?,
        span: written.span,
    })
}

/// `lower is better` with `at least` is most likely a slip (K224).
fn warn_of_direction(owner: &Owner, bound: &Spanned<Bound>, problems: &mut Problems) {
    let (direction, instead) = match (owner.direction, bound.node) {
        (Some(Direction::HigherIsBetter), Bound::Below | Bound::AtMost) => {
            ("higher is better", "at least")
        }
        (Some(Direction::LowerIsBetter), Bound::AtLeast | Bound::Above) => {
            ("lower is better", "at most")
        }
        (Some(Direction::HigherIsBetter), Bound::AtLeast | Bound::Above)
        | (Some(Direction::LowerIsBetter), Bound::Below | Bound::AtMost)
        | (None, _) => return,
    };
    problems.push(
        Diagnostic::warning(
            "K224",
            bound.span,
            format!("`{}` where {direction}", bound.node.words()),
        )
        .meant(instead),
    );
}

/// The values that `for` confines fields to: every population must have them, or the target could
/// not tell which rows it judges.
fn restrictions(
    scope: Scope,
    owner: &Owner,
    filter: &Spanned<ast::Condition>,
    problems: &mut Problems,
) -> Option<Vec<Restriction>> {
    let mut meanings = Vec::new();
    for table in owner.tables {
        let site = ConditionSite {
            table: *table,
            setting: ConditionContext::Constant("a target's `for`"),
        };
        let meaning = condition(scope, site, filter, problems)?;
        meanings.push(confined(&meaning));
    }
    if meanings.iter().any(|meaning| !meaning.others.is_empty()) {
        problems.push(
            Diagnostic::error(
                "K223",
                filter.span,
                "a target's `for` lists values of fields",
            )
            .label("use `=`, `in` and comparisons of scales, joined by `and`")
            .help("such as `for severity in (high, critical) and exposure = internet`"),
        );
        return None;
    }
    let mut all: Vec<Vec<Restriction>> = meanings
        .into_iter()
        .map(|meaning| named(scope, meaning))
        .collect();
    let first = all.pop()?;
    if all.iter().any(|other| *other != first) {
        problems.push(
            Diagnostic::error(
                "K223",
                filter.span,
                "this means different values in different tables",
            )
            .label(format!("`{}` is made of several tables", owner.name)),
        );
        return None;
    }
    if let Some(empty) = first.iter().find(|one| allows_nothing(one)) {
        problems.push(
            Diagnostic::error("K235", filter.span, "this can never hold")
                .label(format!("no value of `{}` passes all of it", empty.field)),
        );
        return None;
    }
    Some(first)
}

fn allows_nothing(restriction: &Restriction) -> bool {
    match &restriction.allowed {
        crate::lang::model::Allowed::Codes(codes) => codes.is_empty(),
        crate::lang::model::Allowed::Texts(texts) => texts.is_empty(),
    }
}
