//! What cannot be done with KPIs because of their kind: aggregates of a KPI, which are of rows, above
//! all of a stock over time; and `at` of a flow.

use super::scope::Scope;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::{Span, Spanned};
use crate::base::types::StockMoment;
use crate::lang::model::{Formula, Kind as Clock, Kpi, Measure, Role};
use crate::lang::syntax::ast;

/// `sum backlog of …`, where `backlog` is a KPI: aggregates are of rows (K402 for a stock).
pub(super) fn kpi_as_value(
    scope: Scope,
    function: &ast::Identifier,
    value: &Spanned<ast::Measured>,
) -> Option<Diagnostic> {
    let ast::Measured::Field(written) = &value.node else {
        return None;
    };
    let name = &written.name.node;
    let kpi = scope.kpi_at(scope.kpi(name)?);
    Some(match kpi.kind {
        Clock::Stock => summed_stock(scope, kpi, &function.node, value.span, None),
        Clock::Flow | Clock::Mixed => Diagnostic::error(
            "K216",
            value.span,
            format!("`{name}` is a kpi, and `{}` is of rows", function.node),
        )
        .label("a kpi is a number already")
        .help(format!(
            "write `{name}` alone; `over month` gives it for each month"
        )),
    })
}

/// A stock aggregated over time (K402); `grain` is the word after `over`, if any.
pub(super) fn summed_stock(
    scope: Scope,
    kpi: &Kpi,
    function: &str,
    span: Span,
    grain: Option<&str>,
) -> Diagnostic {
    let done = match function {
        "sum" => "summed",
        "mean" => "averaged",
        _ => "aggregated",
    };
    let grain = grain.unwrap_or("period");
    let name = &kpi.name;
    let what = match &kpi.formula {
        Formula::Measure(measure) if measure.function.name == "count" => {
            format!("the number {} at an instant", state_name(scope, measure))
        }
        Formula::Measure(_)
        | Formula::Number(_)
        | Formula::Constant { .. }
        | Formula::Kpi(_)
        | Formula::Binary { .. }
        | Formula::Negate(_)
        | Formula::Adjusted { .. } => "the value at an instant".to_owned(),
    };
    let problem = Diagnostic::error("K402", span, format!("a stock cannot be {done} over time"))
        .help(format!(
            "`{name}` is {what}; over a {grain} it is the number at its end"
        ));
    match function {
        "mean" => problem.help(format!(
            "for the mean of its daily ends write `{name} at average`"
        )),
        "max" => problem.help(format!(
            "for the highest of its daily ends write `{name} at peak`"
        )),
        _ => problem,
    }
}

fn state_name<'a>(scope: Scope<'a>, measure: &Measure) -> &'a str {
    match measure.population.role {
        Role::State(state) => &scope.table(measure.population.table).states[state].name,
        Role::Event(_) | Role::Rows => "there",
    }
}

/// `at peak` of something that belongs to a whole period (K405).
pub(super) fn at_of_flow(name: &str, moment: Spanned<StockMoment>) -> Diagnostic {
    Diagnostic::error(
        "K405",
        moment.span,
        format!(
            "`{name}` counts events and has no `at {}`",
            moment.node.word()
        ),
    )
    .leave_out("leave this out")
    .help("`at` says where in a period a stock is read; events belong to all of it")
}
