//! When the event of related rows must have happened (rule S42): the period of a query binds its population, so `any`
//! says its own time wherever there is a period.

use super::formulas::measures;
use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::TimeUnit;
use crate::lang::format;
use crate::lang::model::{Condition, Exists, Formula, RelatedNoun, Timeframe};
use crate::lang::syntax::ast;

/// `any` of an event without a time, where there is a period (K420).
pub(super) fn unsaid(asked: &ast::Exists, span: Span) -> Diagnostic {
    let spelled = |timeframe: ast::Timeframe| {
        let timeframe = Some(Spanned::new(timeframe, span));
        format::condition(&ast::Condition::Exists(Box::new(ast::Exists {
            timeframe,
            ..asked.clone()
        })))
    };
    let days = ast::Duration {
        amount: ast::Number {
            value: 30.0,
            written: "30".to_owned(),
        },
        unit: TimeUnit::Days,
    };
    Diagnostic::error(
        "K420",
        span,
        format!(
            "{} {} when? a period is about the rows that are counted, not about these",
            asked.table.node, asked.role.node
        ),
    )
    .label("say when it must have happened")
    .help(format!(
        "`{}`: so short before",
        spelled(ast::Timeframe::Within(days))
    ))
    .help(format!(
        "`{}`: in the period asked about",
        spelled(ast::Timeframe::InThePeriod)
    ))
    .help(format!(
        "`{}`: at any time before",
        spelled(ast::Timeframe::Ever)
    ))
}

/// The same where the question stands in a condition with a name.
pub(super) fn unsaid_by_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "K420",
        span,
        format!("condition `{name}` asks `any …` of an event and does not say when"),
    )
    .label("there is a period here, which is not about related rows")
    .help("write `within 30 days`, `in the period` or `ever` behind the `any …` of the condition")
}

/// Whether a condition asks for related rows of a kind.
pub(super) fn asks(condition: &Condition, is_meant: &impl Fn(&Exists) -> bool) -> bool {
    let mut tests = condition.tests().into_iter();
    tests.any(|test| matches!(test, Condition::Exists(exists) if is_meant(exists)))
}

/// Whether the event of related rows has no time.
pub(super) fn is_unsaid(exists: &Exists) -> bool {
    matches!(exists.noun, RelatedNoun::Event(_, Timeframe::Unsaid))
}

pub(super) fn is_in_the_period(exists: &Exists) -> bool {
    matches!(exists.noun, RelatedNoun::Event(_, Timeframe::InThePeriod))
}

/// Whether a formula finds the period that it asks about; reports where there is none (K420).
pub(super) fn check_period(
    scope: Scope,
    formula: &Formula,
    span: Span,
    problems: &mut Problems,
) -> bool {
    if scope.has_period {
        return true;
    }
    let mut finds = true;
    measures(scope, formula, &mut |measure| {
        let mut conditions = measure.population.filter.iter().chain(&measure.with);
        finds &= !conditions.any(|condition| asks(condition, &is_in_the_period));
    });
    if !finds {
        problems.push(no_period(span));
    }
    finds
}

pub(super) fn no_period(span: Span) -> Diagnostic {
    Diagnostic::error(
        "K420",
        span,
        "`in the period` of what? the query names no period",
    )
    .label("asks for related rows in the period")
    .help("name one, such as `last month` or `in 2026-03`, or write `within 30 days` or `ever`")
}
