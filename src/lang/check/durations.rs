//! The order in which events happen, as far as definitions say: a clock stops after it started, a state
//! ends after it began. A duration against it is most likely written the wrong way round (K281).

use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::lang::model::{ChosenEvent, EventOrder};
use crate::lang::syntax::ast;

/// Warns of `time from A to B` where B always comes before A.
pub(super) fn warn_of_reversed(
    scope: Scope,
    (from, to): (&ChosenEvent, &ChosenEvent),
    written: (&ast::ChosenEvents, &ast::ChosenEvents),
    span: Span,
    problems: &mut Problems,
) {
    // Of several events each row has its own: no definition says in which order they come.
    let ([from], [to]) = (from.events.as_slice(), to.events.as_slice()) else {
        return;
    };
    let ([later], [earlier]) = (written.0.events.as_slice(), written.1.events.as_slice()) else {
        return;
    };
    let order = EventOrder::of(scope.model, from.table);
    let is_reversed = order.is_before(to.event, from.event);
    if !is_reversed || order.is_before(from.event, to.event) {
        return;
    }
    let (earlier, later) = (&earlier.node, &later.node);
    let message =
        format!("`{later}` comes after `{earlier}`: no row has a time from the one to the other");
    let problem = Diagnostic::warning("K281", span, message);
    problems.push(problem.write(format!("time from {earlier} to {later}")));
}
