//! What reads like another question: a column for a state (K441), related events up to the event that is counted
//! (K442), a time to what has not happened to any row that counts (K443).

use super::scope::Scope;
use super::settled::Settled;
use super::settled_words::{noun, so_far};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::format;
use crate::lang::model::{EventOrder, Measured, Population};
use crate::lang::syntax::ast;

/// The column at which a state begins, in the place of the state (K441).
pub(super) fn told_begun(
    settled: &Settled,
    tree: &Spanned<ast::Condition>,
    state: usize,
) -> Diagnostic {
    let written = format::condition(&tree.node);
    let table = &settled.table.name;
    let state = &settled.table.states[state].name;
    let is_absence = match &tree.node {
        ast::Condition::Missing(_) => true,
        ast::Condition::Not(inner) => !matches!(inner.node, ast::Condition::Missing(_)),
        _ => false,
    };
    let (who, instead) = match is_absence {
        true => ("leaves out", format!("not {state}")),
        false => ("takes in", state.clone()),
    };
    Diagnostic::warning(
        "K441",
        tree.span,
        format!("`{written}` {who} rows that are `{state}` no longer"),
    )
    .label("this is when it began")
    .help_edit(format!("at the instant: `{instead}`"), instead)
    .help(format!(
        "if it ever began: add `event NAME at COLUMN` to table {table} and ask for that event"
    ))
}

/// Related events up to the event that is counted (K442).
pub(super) fn told_up_to_itself(settled: &Settled, tree: &Spanned<ast::Condition>) -> Diagnostic {
    let written = format::condition(&tree.node);
    let noun = noun(settled);
    let so_far = so_far(tree);
    Diagnostic::warning(
        "K442",
        tree.span,
        format!("`{written}` asks for what was up to `{noun}`, and not for what came after it"),
    )
    .help_edit(format!("as of now: `{so_far}`"), so_far)
}

/// Tells of a time to an event at which the state of the rows ends (K443).
pub(super) fn advise_of_time(
    scope: Scope,
    population: &Population,
    (value, written): (&Measured, &Spanned<ast::Measured>),
    problems: &mut Problems,
) {
    let settled = Settled {
        scope,
        population,
        table: scope.table(population.table),
        order: EventOrder::of(scope.model, population.table),
        asks_states: false,
    };
    let (Measured::Between { to, .. }, ast::Measured::TimeFrom { from, .. }) =
        (value, &written.node)
    else {
        return;
    };
    if !settled.has_ended_at(to) {
        return;
    }
    let events: Vec<&str> = from.events.iter().map(|name| name.node.as_str()).collect();
    let since = format!("time since {}", from.choice.written(&events));
    let (table, noun) = (&settled.table.name, noun(&settled));
    let warning = Diagnostic::warning(
        "K443",
        written.span,
        format!("no row of {table} {noun} has such a time"),
    );
    problems.push(
        warning
            .label("they leave the state then")
            .help_edit(format!("how long they have been in it: `{since}`"), since),
    );
}
