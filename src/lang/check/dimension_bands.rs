//! Groups that are bands: `by time since found in (30 days, 90 days)`, `by cvss in (4, 7, 9)` (rule S58).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::dates;
use super::fields;
use super::formulas;
use super::relations::chosen_event;
use super::scope::Scope;
use super::wording::describe;
use crate::base::diagnostic::{Cause, Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{FieldType, Scale};
use crate::lang::format;
use crate::lang::model::{
    Bands, ChosenEvent, Condition, Dimension, EventOrder, Formula, Measure, NumberTest, OrderTest,
    Role, StateSource, TableId,
};
use crate::lang::syntax::ast::{self, WrittenLiteral};

/// The most bounds of a dimension: each is another look at every row.
const MOST_BOUNDS: usize = 50;

/// A dimension of bands over all tables. Every problem is reported.
pub(super) fn dimension(
    scope: Scope,
    tables: &BTreeSet<TableId>,
    written: &ast::GroupBy,
    problems: &mut Problems,
) -> Option<Dimension> {
    let name = written.name();
    let cuts: Vec<Option<Cut>> = tables
        .iter()
        .map(|table| cut(scope, *table, written, problems))
        .collect();
    let cuts: Option<Vec<Cut>> = cuts.into_iter().collect();
    // Of a field that is no number nothing is said of the bounds.
    if cuts.is_none() && matches!(written.of.node, ast::Measured::Field(_)) {
        return None;
    }
    let bounds = bounds(written, problems);
    let (cuts, bounds) = (cuts?, bounds?);
    let labels = labels(&written.bounds);
    let bands = tables.iter().zip(cuts).map(|(table, cut)| Bands {
        table: *table,
        name: name.clone(),
        labels: labels.clone(),
        tests: cut.tests(&bounds),
    });
    Some(Dimension {
        field_type: FieldType::Scale(Arc::new(Scale {
            name: name.clone(),
            values: labels.clone(),
            mapped: Vec::new(),
        })),
        fields: Vec::new(),
        bands: bands.collect(),
        name,
    })
}

/// What is cut into bands.
enum Cut {
    Field(crate::lang::model::FieldId),
    Time {
        from: ChosenEvent,
        to: Option<ChosenEvent>,
    },
}

impl Cut {
    /// The test of each band. A time at a bound is in the lower band, a number at a bound in the upper one (rule S31).
    fn tests(&self, bounds: &[f64]) -> Vec<Condition> {
        let lower = std::iter::once(None).chain(bounds.iter().copied().map(Some));
        let upper = bounds
            .iter()
            .copied()
            .map(Some)
            .chain(std::iter::once(None));
        let test = |(lower, upper): (Option<f64>, Option<f64>)| {
            let parts = lower.map(|bound| self.above(bound));
            let parts = parts
                .into_iter()
                .chain(upper.map(|bound| self.below(bound)));
            let mut parts: Vec<Condition> = parts.collect();
            match parts.len() {
                1 => parts.remove(0),
                _ => Condition::All(parts),
            }
        };
        lower.zip(upper).map(test).collect()
    }

    fn above(&self, bound: f64) -> Condition {
        match self {
            Cut::Field(field) => Condition::Number {
                field: *field,
                test: NumberTest::AtLeast(bound),
            },
            Cut::Time { .. } => self.elapsed(OrderTest::Greater, bound),
        }
    }

    fn below(&self, bound: f64) -> Condition {
        match self {
            Cut::Field(field) => Condition::Number {
                field: *field,
                test: NumberTest::Less(bound),
            },
            Cut::Time { .. } => self.elapsed(OrderTest::AtMost, bound),
        }
    }

    fn elapsed(&self, test: OrderTest, bound: f64) -> Condition {
        let Cut::Time { from, to } = self else {
            unreachable!("a field has no duration");
        };
        Condition::Elapsed {
            from: from.clone(),
            to: to.clone(),
            test,
            micros: bound as i64,
        }
    }
}

fn cut(
    scope: Scope,
    table: TableId,
    written: &ast::GroupBy,
    problems: &mut Problems,
) -> Option<Cut> {
    let span = written.of.span;
    match &written.of.node {
        ast::Measured::Field(field) => {
            let mut wrong = Problems::default();
            let found = fields::find(scope, table, field, &mut wrong);
            problems.extend(with_age(wrong, &field.name.node));
            let found = found?;
            match scope.field_type(found) {
                FieldType::Number => Some(Cut::Field(found)),
                other => {
                    problems.push(not_cut(&field.name.node, other, written));
                    None
                }
            }
        }
        ast::Measured::TimeSince(since) => {
            let from = chosen_event(scope, table, since, "time since", problems)?;
            Some(Cut::Time { from, to: None })
        }
        ast::Measured::TimeFrom { from, to } => {
            let from = chosen_event(scope, table, from, "time from … to …", problems);
            let to = chosen_event(scope, table, to, "time from … to …", problems);
            let (from, to) = (from?, to?);
            if from == to {
                problems.push(
                    Diagnostic::error("K216", span, "the time from an event to itself")
                        .label("always nothing"),
                );
                return None;
            }
            let to = Some(to);
            Some(Cut::Time { from, to })
        }
    }
}

/// `by age`: a row has no such field, but a time since each of its events.
pub(super) fn with_age(found: Problems, name: &str) -> Problems {
    match matches!(name, "age" | "age_days" | "days_open" | "open_age") {
        true if !found.is_empty() => {
            found.help("for bands of age write `by time since EVENT in (30 days, 90 days)`")
        }
        _ => found,
    }
}

/// Bands of a field that is no number (K615).
fn not_cut(name: &str, field_type: &FieldType, written: &ast::GroupBy) -> Diagnostic {
    let problem = Diagnostic::error(
        "K615",
        written.span(),
        format!(
            "bands are of numbers and times, and `{name}` is {}",
            describe(field_type)
        ),
    );
    match field_type {
        FieldType::Date => problem
            .label("for one value a month write `over month`")
            .help("for bands of age write `by time since EVENT in (30 days, 90 days)`"),
        _ => {
            let values: Vec<String> = written
                .bounds
                .iter()
                .map(|value| format::literal(&value.node))
                .collect();
            problem.label_write(name).help(format!(
                "to count only these: `where {name} in ({})`",
                values.join(", ")
            ))
        }
    }
}

/// The bounds in the engine's unit, ascending (K615).
fn bounds(written: &ast::GroupBy, problems: &mut Problems) -> Option<Vec<f64>> {
    let of = words(&written.of.node);
    if written.bounds.is_empty() {
        problems.push(
            Diagnostic::error(
                "K615",
                written.of.span,
                format!("`{of}` is a duration, and groups need names"),
            )
            .label_write(format!("{of} in (30 days, 90 days, 180 days)"))
            .help("each bound ends a band: up to 30 days, 30 to 90 days, …, over 180 days"),
        );
        return None;
    }
    let is_time = !matches!(written.of.node, ast::Measured::Field(_));
    if is_time && let Some(problem) = without_unit(&of, written) {
        problems.push(problem);
        return None;
    }
    let read: Vec<Option<f64>> = written
        .bounds
        .iter()
        .map(|bound| value_of(&of, is_time, bound, problems))
        .collect();
    let bounds: Vec<f64> = read.into_iter().collect::<Option<_>>()?;
    if bounds.len() > MOST_BOUNDS {
        problems.push(
            Diagnostic::error(
                "K615",
                written.span(),
                format!("{} bounds, and {MOST_BOUNDS} are the most", bounds.len()),
            )
            .label("leave some out"),
        );
        return None;
    }
    if bounds.windows(2).all(|pair| pair[0] < pair[1]) {
        return Some(bounds);
    }
    problems.push(
        Diagnostic::error(
            "K615",
            written.span(),
            "the bounds of bands ascend, each once",
        )
        .label_write(format!("{of} in ({})", ascending(&bounds, &written.bounds))),
    );
    None
}

/// Bare numbers among the bounds of a duration: days are most likely meant (K615).
fn without_unit(of: &str, written: &ast::GroupBy) -> Option<Diagnostic> {
    let bare = written
        .bounds
        .iter()
        .find(|bound| matches!(bound.node, WrittenLiteral::Number(_)))?;
    let with_unit = |bound: &Spanned<WrittenLiteral>| match &bound.node {
        WrittenLiteral::Number(number) => format!("{} days", number.written),
        other => format::literal(other),
    };
    let all: Vec<String> = written.bounds.iter().map(with_unit).collect();
    let bare = format::literal(&bare.node);
    Some(
        Diagnostic::error(
            "K615",
            written.span(),
            format!("{bare} what? `{of}` is a duration"),
        )
        .label_write(format!("{of} in ({})", all.join(", "))),
    )
}

fn ascending(bounds: &[f64], written: &[Spanned<WrittenLiteral>]) -> String {
    let mut sorted: Vec<(f64, String)> = bounds
        .iter()
        .zip(written)
        .map(|(bound, written)| (*bound, format::literal(&written.node)))
        .collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    sorted.dedup_by(|next, kept| next.0 == kept.0);
    let texts: Vec<String> = sorted.into_iter().map(|(_, text)| text).collect();
    texts.join(", ")
}

/// A bound in the engine's unit (K615).
fn value_of(
    of: &str,
    is_time: bool,
    bound: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<f64> {
    let written = format::literal(&bound.node);
    let problem = |message: String| Diagnostic::error("K615", bound.span, message);
    match (&bound.node, is_time) {
        (WrittenLiteral::Duration(duration), true) => {
            let duration = Spanned::new(duration.clone(), bound.span);
            dates::micros(&duration, problems).map(|micros| micros as f64)
        }
        (WrittenLiteral::Number(number), false) => Some(number.value),
        (_, true) => {
            problems.push(
                problem(format!("`{of}` is a duration, not `{written}`"))
                    .label("write a duration such as `30 days`"),
            );
            None
        }
        (_, false) => {
            problems.push(
                problem(format!("`{of}` is a number, not `{written}`"))
                    .label("write a number without a unit"),
            );
            None
        }
    }
}

/// The names of bands: `up to 30 days`, `30 to 90 days`, `over 90 days`; of numbers `below 4`, `4 to below 7`, `from 7`.
fn labels(bounds: &[Spanned<WrittenLiteral>]) -> Vec<String> {
    let written = |place: usize| format::literal(&bounds[place].node);
    let mut labels = Vec::new();
    let (Some(first), Some(last)) = (bounds.first(), bounds.len().checked_sub(1)) else {
        return labels;
    };
    let is_time = matches!(first.node, WrittenLiteral::Duration(_));
    labels.push(match is_time {
        true => format!("up to {}", written(0)),
        false => format!("below {}", written(0)),
    });
    for place in 0..last {
        labels.push(match (&bounds[place].node, &bounds[place + 1].node) {
            (WrittenLiteral::Duration(low), WrittenLiteral::Duration(high))
                if low.unit == high.unit =>
            {
                format!("{} to {}", low.amount.written, written(place + 1))
            }
            (WrittenLiteral::Duration(_), _) => {
                format!("{} to {}", written(place), written(place + 1))
            }
            _ => format!("{} to below {}", written(place), written(place + 1)),
        });
    }
    labels.push(match is_time {
        true => format!("over {}", written(last)),
        false => format!("from {}", written(last)),
    });
    labels
}

/// Bands of a time to the event that ends the state which is counted (K424).
fn after_the_state(
    scope: Scope,
    table: TableId,
    state: usize,
    dimension: &Dimension,
    span: Span,
) -> Option<Diagnostic> {
    let own = scope.table(table);
    let StateSource::Columns { until, .. } = &own.states[state].source else {
        return None;
    };
    let test = dimension.bands_of(table)?.tests.first()?.clone();
    let Condition::Elapsed { from, to, .. } = test.conjuncts().first()? else {
        return None;
    };
    let [event] = to.as_ref().unwrap_or(from).events.as_slice() else {
        return None;
    };
    let columns = own.events[event.event].source.columns();
    let ends = !columns.is_empty() && columns.iter().all(|column| until.contains(column));
    let (name, state, event) = (
        &own.name,
        &own.states[state].name,
        &own.events[event.event].name,
    );
    ends.then(|| {
        Diagnostic::error(
            "K424",
            span,
            format!("`{event}` ends `{state}`: no row that is counted has this time"),
        )
        .because(Cause::NoEvent)
        .label("all rows would be in no band")
        .help(format!(
            "count `{name} {event}`, which are judged at that event"
        ))
    })
}

/// What is cut, as it is written.
fn words(of: &ast::Measured) -> String {
    format::measured(of)
}

/// Refuses bands of a time that nothing has passed of, or that has not come, at the event that is counted (K424).
pub(super) fn refuse_untimely(
    scope: Scope,
    formula: &Formula,
    dimension: &Dimension,
    span: Span,
    problems: &mut Problems,
) -> Option<()> {
    let mut all_right = Some(());
    formulas::measures(scope, formula, &mut |measure| {
        if let Some(problem) = untimely(scope, measure, dimension, span) {
            problems.push(problem);
            all_right = None;
        }
    });
    all_right
}

fn untimely(
    scope: Scope,
    measure: &Measure,
    dimension: &Dimension,
    span: Span,
) -> Option<Diagnostic> {
    let table = measure.population.table;
    let counted = match measure.population.role {
        Role::Event(counted) => counted,
        Role::State(state) => return after_the_state(scope, table, state, dimension, span),
        Role::Rows => return None,
    };
    let test = dimension.bands_of(table)?.tests.first()?.clone();
    let Condition::Elapsed { from, to, .. } = test.conjuncts().first()? else {
        return None;
    };
    let last = to.as_ref().unwrap_or(from);
    let names = &scope.table(table).events;
    let (own, name) = (&names[counted].name, &scope.table(table).name);
    let problem =
        |message: String| Diagnostic::error("K424", span, message).because(Cause::NoEvent);
    if to.is_none() && last.events.iter().all(|event| event.event == counted) {
        return Some(
            problem(format!("the time since `{own}` is nothing at `{own}`"))
                .label("all rows would be in the first band")
                .help(format!(
                    "`{name} {own}` counts at that event: count rows at a later one, or in a state"
                )),
        );
    }
    let order = EventOrder::of(scope.model, table);
    let is_later = |event: usize| event != counted && order.is_later(event, counted);
    let later = last.events.iter().find(|event| is_later(event.event))?;
    if last.events.len() > 1 {
        return None;
    }
    let later = &names[later.event].name;
    Some(
        problem(format!(
            "`{later}` comes after `{own}`: no row has this time when it is counted"
        ))
        .label("all rows would be in no band")
        .help(format!(
            "count `{name} {later}`, which are judged at that event"
        )),
    )
}
