//! Sets of instants as lists of intervals, for databases whose functions over lists take lambdas.

use super::{ALWAYS_AFTER, ALWAYS_UNTIL, SqlDialect, indented};

/// The functions over lists of such a database.
pub(super) trait Lambdas: SqlDialect {
    /// The list of what a lambda makes of each element.
    fn mapped(&self, one: &str, to: &str, list: &str) -> String;

    /// The elements for which a condition holds, which may be missing where it is false.
    fn filtered(&self, one: &str, condition: &str, list: &str) -> String;

    /// The elements of the lists in a list.
    fn flattened(&self, list: &str) -> String;

    /// The elements of two lists.
    fn concatenated(&self, first: &str, second: &str) -> String;

    /// A list of the pairs of elements of two lists as intervals.
    fn zipped(&self, after: &str, until: &str) -> String;

    /// A list of one element.
    fn single(&self, of: &str) -> String;

    /// How many elements a list has.
    fn length(&self, list: &str) -> String;

    /// An interval, a range or a step: its members with their names, in the order that they have everywhere.
    fn record(&self, members: &[(&str, &str)]) -> String;

    /// A member of one.
    fn member(&self, one: &str, name: &str) -> String;
}

fn after(of: &impl Lambdas, one: &str) -> String {
    of.member(one, "after")
}

fn until(of: &impl Lambdas, one: &str) -> String {
    of.member(one, "until")
}

pub(super) fn interval(of: &impl Lambdas, after: &str, until: &str) -> String {
    of.single(&of.record(&[("after", after), ("until", until)]))
}

/// Where two intervals begin and end to be in both.
pub(super) fn overlap(of: &impl Lambdas, one: &str, other: &str) -> (String, String) {
    (
        format!("greatest({}, {})", after(of, one), after(of, other)),
        format!("least({}, {})", until(of, one), until(of, other)),
    )
}

pub(super) fn intersection(
    of: &impl Lambdas,
    left: &str,
    right: &str,
    (one, other): (&str, &str),
) -> String {
    let (after, until) = overlap(of, one, other);
    let those = of.filtered(other, &format!("{after} < {until}"), right);
    let cut = of.record(&[("after", &after), ("until", &until)]);
    let pieces = of.mapped(other, &cut, &those);
    of.flattened(&of.mapped(one, &indented(&pieces, 2), left))
}

/// What lies between the intervals, before and after.
pub(super) fn complement(of: &impl Lambdas, set: &str, one: &str) -> String {
    let (first, last) = (of.integer(ALWAYS_AFTER), of.integer(ALWAYS_UNTIL));
    let begins = of.concatenated(&of.single(&first), &of.mapped(one, &until(of, one), set));
    let ends = of.concatenated(&of.mapped(one, &after(of, one), set), &of.single(&last));
    let between = of.zipped(&begins, &ends);
    of.filtered(
        one,
        &format!("{} < {}", after(of, one), until(of, one)),
        &between,
    )
}

/// Whether an interval holds an instant.
pub(super) fn holds(of: &impl Lambdas, one: &str, instant: &str) -> String {
    format!(
        "{} < {instant} AND {instant} <= {}",
        after(of, one),
        until(of, one)
    )
}

pub(super) fn contains(of: &impl Lambdas, set: &str, instant: &str, one: &str) -> String {
    let those = of.filtered(one, &holds(of, one, instant), set);
    format!("{} > 0", of.length(&those))
}

/// How many points there are up to an instant.
pub(super) fn points(of: &impl Lambdas, instants: &str, instant: &str) -> String {
    of.length(&of.filtered("p", &format!("p <= {instant}"), instants))
}

/// The ranges of points that lie in a set, none or some.
pub(super) fn covered(of: &impl Lambdas, set: &str, instants: &str, one: &str) -> String {
    let low = points(of, instants, &after(of, one));
    let high = points(of, instants, &until(of, one));
    let ranges = of.mapped(one, &of.record(&[("low", &low), ("high", &high)]), set);
    with_points(of, one, &ranges)
}

fn with_points(of: &impl Lambdas, one: &str, ranges: &str) -> String {
    let is_any = format!("{} < {}", of.member(one, "low"), of.member(one, "high"));
    of.filtered(one, &is_any, ranges)
}

/// The intervals of steps.
fn without_values(of: &impl Lambdas, steps: &str, one: &str) -> String {
    let interval = of.record(&[("after", &after(of, one)), ("until", &until(of, one))]);
    of.mapped(one, &interval, steps)
}

/// The set of the instants of those steps that pass a test.
pub(super) fn steps_where(of: &impl Lambdas, steps: &str, test: &str, one: &str) -> String {
    without_values(of, &of.filtered(one, test, steps), one)
}

/// The values of the steps that an instant lies in: one or none.
pub(super) fn values_at(of: &impl Lambdas, steps: &str, instant: &str, one: &str) -> String {
    let those = of.filtered(one, &holds(of, one, instant), steps);
    of.mapped(one, &of.member(one, "value"), &those)
}

/// The ranges of points at which steps lie in a set, with their values, none or some.
pub(super) fn stepped(
    of: &impl Lambdas,
    steps: &str,
    otherwise: &str,
    set: &str,
    instants: &str,
    [gap, step, piece]: [&str; 3],
) -> String {
    let gaps = of.complement(&without_values(of, steps, gap), gap);
    let valued = of.record(&[
        ("after", &after(of, gap)),
        ("until", &until(of, gap)),
        ("value", otherwise),
    ]);
    let all = of.concatenated(steps, &of.mapped(gap, &valued, &gaps));
    let (after, until) = overlap(of, step, piece);
    let those = of.filtered(piece, &format!("{after} < {until}"), set);
    let range = of.record(&[
        ("low", &points(of, instants, &after)),
        ("high", &points(of, instants, &until)),
        ("value", &of.member(step, "value")),
    ]);
    let pieces = of.mapped(piece, &range, &those);
    let ranges = of.flattened(&of.mapped(step, &indented(&pieces, 2), &all));
    with_points(of, piece, &ranges)
}

/// When a clock is up: what a pause changes of it, as the body of a lambda over `due` and `pause`.
pub(super) fn pushed_out(of: &impl Lambdas, start: &str) -> String {
    let after = format!("greatest({}, {start})", after(of, "pause"));
    let until = format!("greatest({}, {after})", until(of, "pause"));
    format!(
        "CASE\n    WHEN {after} < due THEN due + nullif({until}, {}) - {after}\n    ELSE due\n  END",
        of.integer(ALWAYS_UNTIL)
    )
}
