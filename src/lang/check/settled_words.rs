//! What is said of tests that are settled, and what to write instead.

use super::settled::{Fate, Settled, Why};
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Spanned;
use crate::base::types::{MICROS_PER_DAY, TimeUnit};
use crate::lang::format;
use crate::lang::model::{Role, StateSource};
use crate::lang::syntax::ast;

/// A test that always holds, or never (K423).
pub(super) fn told_fixed(
    settled: &Settled,
    tree: &Spanned<ast::Condition>,
    holds: bool,
    why: Why,
) -> Diagnostic {
    let written = format::condition(&tree.node);
    let (table, noun) = (&settled.table.name, noun(settled));
    let always = if holds { "always holds" } else { "never holds" };
    let problem = Diagnostic::warning(
        "K423",
        tree.span,
        format!("`{written}` {always} of {table} {noun}"),
    );
    match why {
        Why::Same => problem.label("this is what they are").help("leave it out"),
        Why::OwnCondition => {
            let problem = problem.label(format!("`{noun}` happens only to such rows"));
            match wider_event(settled) {
                Some(wider) => problem.help(format!("for all of them ask for `{table} {wider}`")),
                None => problem.help(format!(
                    "for all of them add an event without `where` to table {table}"
                )),
            }
        }
        Why::Excluded => problem.label("such rows are excluded").help(format!(
            "to take them in write `{table} {noun} including excluded`"
        )),
        Why::Ends => problem.label("they leave the state then").help(format!(
            "those that have left are counted by an event{}",
            ending(settled)
        )),
        Why::Begins => problem
            .label(format!(
                "judged just before `{noun}`, when it has not begun"
            ))
            .help(format!("as of now: `{written} so far`")),
        Why::Before(earlier) => {
            let earlier = &settled.table.events[earlier].name;
            problem
                .label(format!("`{earlier}` comes before `{noun}`"))
                .help(format!(
                    "to ask how many get there: `share of {table} {earlier} with {noun} so far`"
                ))
        }
        Why::WithinBefore(earlier) => {
            let earlier = &settled.table.events[earlier].name;
            let within = match &tree.node {
                ast::Condition::Within { within, .. } => {
                    format::literal(&ast::WrittenLiteral::Duration(within.node.clone()))
                }
                _ => "30 days".to_owned(),
            };
            let time = format!("time from {earlier} to {noun} < {within}");
            problem
                .label(format!(
                    "`{earlier}` comes before `{noun}`, and `within` looks at the time after it"
                ))
                .help(format!(
                    "of those {earlier}: `share of {table} {earlier} with {noun} within {within}`"
                ))
                .help_edit(format!("of those {noun}: `{time}`"), time)
        }
        Why::Lasts => problem
            .label(format!("`{noun}` comes before it ends"))
            .help(format!("as of now: `{}`", so_far(tree))),
        Why::NoTime => problem
            .label(format!(
                "judged at `{noun}` itself, when no time has passed"
            ))
            .help(format!("as of now: `{written} so far`"))
            .help(format!(
                "of those in a state: `{table} {} where {written}`",
                a_state(settled)
            )),
    }
}

/// A flow whose test is about what comes after its event (K422).
pub(super) fn told_later(
    settled: &Settled,
    tree: &Spanned<ast::Condition>,
    fate: Fate,
) -> Diagnostic {
    let written = format::condition(&tree.node);
    let (table, noun) = (&settled.table.name, noun(settled));
    let name = match fate {
        Fate::Event(event) => settled.table.events[event].name.as_str(),
        Fate::State(state) | Fate::End(state) => settled.table.states[state].name.as_str(),
    };
    let later = match fate {
        Fate::Event(_) | Fate::State(_) => format!("and `{name}` comes later"),
        Fate::End(_) => "and this ends later".to_owned(),
    };
    let problem = Diagnostic::warning(
        "K422",
        tree.span,
        format!("`{written}` is judged when a row is `{noun}`, {later}"),
    )
    .label("what becomes of the row later is not asked");
    let problem = match fate {
        Fate::Event(_) => problem.help(format!("within a time: `{name} within 30 days`")),
        Fate::State(_) | Fate::End(_) => problem,
    };
    let problem = problem.help(format!("as of now: `{}`", so_far(tree)));
    match stock(settled, fate) {
        Some(state) => problem.help(format!(
            "of those that are so at an instant: `{table} {state}`"
        )),
        None => problem,
    }
}

/// The same test, judged at as-of.
pub(super) fn so_far(tree: &Spanned<ast::Condition>) -> String {
    match &tree.node {
        ast::Condition::Not(inner) => format!("not {} so far", format::condition(&inner.node)),
        other => format!("{} so far", format::condition(other)),
    }
}

/// A window from an event to itself (K424).
pub(super) fn told_itself(
    settled: &Settled,
    tree: &Spanned<ast::Condition>,
    micros: i64,
) -> Diagnostic {
    let noun = noun(settled);
    let problem = Diagnostic::error(
        "K424",
        tree.span,
        format!("`{noun}` is always within any time of itself"),
    )
    .label("counts from the event that is counted");
    let earlier = settled.counted().and_then(|own| settled.order.earlier(own));
    match earlier {
        Some(earlier) => problem.help(format!(
            "for the time it took write `time from {} to {noun} at most {}`",
            settled.table.events[earlier].name,
            days(micros)
        )),
        None => problem.help("leave it out"),
    }
}

fn days(micros: i64) -> String {
    let (unit, word) = match micros % MICROS_PER_DAY {
        0 => (MICROS_PER_DAY, "days"),
        _ => (TimeUnit::Minutes.micros(), "minutes"),
    };
    match micros / unit {
        1 => format!("1 {}", word.trim_end_matches('s')),
        count => format!("{count} {word}"),
    }
}

pub(super) fn noun<'a>(settled: &Settled<'a>) -> &'a str {
    match settled.population.role {
        Role::Event(event) => &settled.table.events[event].name,
        Role::State(state) => &settled.table.states[state].name,
        Role::Rows => "rows",
    }
}

/// An event at the same time without a condition.
fn wider_event<'a>(settled: &Settled<'a>) -> Option<&'a str> {
    let own = settled.counted()?;
    let source = &settled.table.events[own].source;
    let mut events = settled.table.events.iter();
    let wider = events.find(|event| event.filter.is_none() && event.source == *source);
    wider.map(|event| event.name.as_str())
}

/// An event at which the state ends: `, such as findings closed`.
fn ending(settled: &Settled) -> String {
    let Role::State(state) = settled.population.role else {
        return String::new();
    };
    let StateSource::Columns { until, .. } = &settled.table.states[state].source else {
        return String::new();
    };
    let mut events = 0..settled.table.events.len();
    let found = events.find(|event| {
        settled.table.events[*event].filter.is_none()
            && settled
                .order
                .only_column(*event)
                .is_some_and(|column| until[..] == [column])
    });
    found.map_or(String::new(), |event| {
        let table = &settled.table;
        format!(", such as `{} {}`", table.name, table.events[event].name)
    })
}

fn a_state<'a>(settled: &Settled<'a>) -> &'a str {
    let first = settled.table.states.first();
    first.map_or("STATE", |state| state.name.as_str())
}

/// A state that holds the rows to which something has not happened yet, or has.
fn stock<'a>(settled: &Settled<'a>, fate: Fate) -> Option<&'a str> {
    match fate {
        Fate::State(state) | Fate::End(state) => Some(settled.table.states[state].name.as_str()),
        Fate::Event(_) => {
            let own = settled.counted()?;
            let mut states = 0..settled.table.states.len();
            let state = states.find(|state| settled.order.begins_at(*state, own))?;
            Some(settled.table.states[state].name.as_str())
        }
    }
}
