//! The order in which events happen, as far as definitions say: a clock stops after it started, a state
//! ends after it began. A duration against it is most likely written the wrong way round (K281).

use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::lang::model::{ChosenEvent, EventId, EventSource, StateSource, Table};
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
    let (from, to) = (*from, *to);
    if !comes_before(scope, to, from) || comes_before(scope, from, to) {
        return;
    }
    let (earlier, later) = (&earlier.node, &later.node);
    let message =
        format!("`{later}` comes after `{earlier}`: no row has a time from the one to the other");
    let problem = Diagnostic::warning("K281", span, message);
    problems.push(problem.write(format!("time from {earlier} to {later}")));
}

/// Whether a definition says that one event comes before another.
fn comes_before(scope: Scope, first: EventId, second: EventId) -> bool {
    let table = scope.table(first.table);
    let of_clock =
        scope.model.slas.iter().any(|sla| {
            sla.table == first.table && sla.starts == first && sla.stops.contains(&second)
        });
    let of_state = table.states.iter().any(|state| match &state.source {
        StateSource::Columns { from, until } => {
            is_at(table, first.event, from) && is_at(table, second.event, until)
        }
        StateSource::Intervals { .. } | StateSource::Overdue(_) => false,
    });
    first.table == second.table && (of_clock || of_state)
}

/// Whether an event is at the first of these columns, and at no other.
fn is_at(table: &Table, event: usize, columns: &[usize]) -> bool {
    match &table.events[event].source {
        EventSource::Columns(own) => own.len() == 1 && columns.first() == own.first(),
        EventSource::LastOf { .. } | EventSource::Breach(_) => false,
    }
}
