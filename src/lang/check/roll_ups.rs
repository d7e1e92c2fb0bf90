//! Roll-ups: fields of a row made of the rows that belong to it (rule S57).

use super::conditions::fields_of;
use super::index::IndexEntry;
use super::measures::measure;
use super::scope::{KnownNames, Scope};
use super::timeframes;
use super::wording::{list, singular};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::format;
use crate::lang::model::{
    Condition, Definitions, FieldId, FieldSource, Measure, Measured, RollUp, TableId,
};
use crate::lang::syntax::ast::{self, FieldOrigin, TableClause};

/// The functions whose numbers a row can have at each instant.
const FUNCTIONS: [&str; 5] = ["count", "sum", "min", "max", "mean"];

/// Says of each field that is rolled up how. Every problem is reported.
pub(super) fn roll_ups(
    entries: &[IndexEntry<ast::Table>],
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    for (index, entry) in entries.iter().enumerate() {
        let table = TableId(index);
        for clause in &entry.tree.clauses {
            let TableClause::Field {
                name,
                from: Some(FieldOrigin::RollUp(call)),
                ..
            } = &clause.node
            else {
                continue;
            };
            let scope = Scope::of(model, known).with_period(true);
            match roll_up(scope, table, &name.node, call, problems) {
                Some(found) => model.tables[index].roll_ups.push(found),
                None => known.break_noun(table, &name.node),
            }
        }
    }
}

fn roll_up(
    scope: Scope,
    table: TableId,
    field: &str,
    call: &Spanned<ast::AggregateCall>,
    problems: &mut Problems,
) -> Option<RollUp> {
    let mut found = Problems::default();
    let measure = measure(scope, &call.node, call.span, &mut found);
    let is_right = !found.has_errors();
    problems.extend(found);
    let rows = scope
        .model
        .table_named(&call.node.population.node.table.node)?;
    let parents = &scope.table(rows).parents;
    let parent = parents.iter().position(|parent| parent.table == table);
    if parent.is_none() {
        problems.push(not_of_this(scope, table, rows, &call.node));
    }
    let measure = measure.filter(|_| is_right)?;
    let is_kept = [
        refuse_function(scope, field, &measure, call, problems),
        refuse_duration(&measure, call, problems),
        refuse_conditions(scope, &measure, call, problems),
        refuse_roll_up(scope, &measure, call, problems),
    ];
    let parent = parent?;
    is_kept
        .iter()
        .all(Option::is_some)
        .then_some(RollUp { measure, parent })
}

/// The rows belong to other rows than these (K304).
fn not_of_this(
    scope: Scope,
    table: TableId,
    rows: TableId,
    call: &ast::AggregateCall,
) -> Diagnostic {
    let (own, there) = (&scope.table(table).name, &scope.table(rows).name);
    let span = call.population.node.table.span;
    if rows == table {
        return Diagnostic::error(
            "K304",
            span,
            format!("{own} do not belong to {own}: a roll-up is of another table's rows"),
        )
        .label("name a table whose rows belong to these");
    }
    let problem = Diagnostic::not_on_table(
        "K304",
        span,
        format!("{there} do not belong to {own}, so a row has none to roll up"),
    );
    let children: Vec<&str> = scope
        .model
        .tables
        .iter()
        .filter(|child| child.parents.iter().any(|parent| parent.table == table))
        .map(|child| child.name.as_str())
        .collect();
    let problem = match children.is_empty() {
        true => problem,
        false => problem.help(format!("rows of {} belong to {own}", list(children))),
    };
    problem.help(format!(
        "if each row of {there} names one, add `belongs to {own} by {}_id` to table {there}",
        singular(own)
    ))
}

/// Other functions than [`FUNCTIONS`] (K245).
fn refuse_function(
    scope: Scope,
    field: &str,
    measure: &Measure,
    call: &Spanned<ast::AggregateCall>,
    problems: &mut Problems,
) -> Option<()> {
    let name = measure.function.name;
    if FUNCTIONS.contains(&name) {
        return Some(());
    }
    let written = &call.node.function;
    let problem = Diagnostic::error(
        "K245",
        written.span,
        format!("a field cannot be rolled up by `{}`", written.node),
    )
    .label("a field is rolled up by count, sum, min, max or mean");
    problems.push(match name {
        "share" => {
            let count = |with: Option<&Spanned<ast::Condition>>| {
                let mut population = call.node.population.clone();
                let own = population.node.filter.take();
                population.node.filter = joined(own, with);
                format::formula(&ast::Formula::Aggregate(Box::new(ast::AggregateCall {
                    function: Spanned::new("count".to_owned(), written.span),
                    quantile: None,
                    value: None,
                    population,
                    with: None,
                })))
            };
            let all = count(None);
            let some = count(call.node.with.as_ref());
            let part = part_name(scope, field);
            problem.help(format!(
                "roll both counts up, and divide in the formula that reads them: `field {field} number from {all}`, `field {part} number from {some}`"
            ))
        }
        _ => problem,
    });
    None
}

/// A name that no field has.
fn part_name(scope: Scope, field: &str) -> String {
    let is_taken = |name: &String| {
        let mut tables = scope.model.tables.iter();
        tables.any(|table| table.field_named(name).is_some())
    };
    let numbered = (2..).map(|number| format!("{field}_part_{number}"));
    let mut names = std::iter::once(format!("{field}_part")).chain(numbered);
    names
        .find(|name| !is_taken(name))
        .expect("there are more numbers than fields")
}

fn joined(
    own: Option<Spanned<ast::Condition>>,
    with: Option<&Spanned<ast::Condition>>,
) -> Option<Spanned<ast::Condition>> {
    match (own, with.cloned()) {
        (Some(own), Some(with)) => {
            let span = own.span;
            let grouped = |part: Spanned<ast::Condition>| match part.node {
                ast::Condition::Or(_) => {
                    let span = part.span;
                    Spanned::new(ast::Condition::Group(Box::new(part)), span)
                }
                _ => part,
            };
            let parts = vec![grouped(own), grouped(with)];
            Some(Spanned::new(ast::Condition::And(parts), span))
        }
        (own, with) => own.or(with),
    }
}

/// A field holds a number, and a duration is none (K245).
fn refuse_duration(
    measure: &Measure,
    call: &Spanned<ast::AggregateCall>,
    problems: &mut Problems,
) -> Option<()> {
    let Some(Measured::Between { .. } | Measured::Since(_)) = &measure.value else {
        return Some(());
    };
    let span = call
        .node
        .value
        .as_ref()
        .map_or(call.span, |value| value.span);
    let written = format::formula(&ast::Formula::Aggregate(Box::new(call.node.clone())));
    problems.push(
        Diagnostic::error("K245", span, "a field is a number, and a duration is none")
            .label("roll up a number field or a score")
            .help(format!(
                "durations are asked for by group: `{written} by FIELD`, with a field that {} have from this table",
                call.node.population.node.table.node
            )),
    );
    None
}

/// Tests that need a period or the end of a time, which a row at an instant has not (K245).
fn refuse_conditions(
    scope: Scope,
    measure: &Measure,
    call: &Spanned<ast::AggregateCall>,
    problems: &mut Problems,
) -> Option<()> {
    let Some(filter) = &measure.population.filter else {
        return Some(());
    };
    let span = filter_span(&call.node);
    let mut all_right = Some(());
    if timeframes::asks(filter, &timeframes::is_in_the_period) {
        problems.push(
            Diagnostic::error(
                "K245",
                span,
                "a roll-up is judged at instants, not in a period",
            )
            .label("`in the period` of what?")
            .help("write `within 30 days` or `ever` in place of `in the period`"),
        );
        all_right = None;
    }
    for test in filter.tests() {
        if let Condition::Within { event, .. } = test {
            let name = &scope.table(event.table).events[event.event].name;
            problems.push(
                Diagnostic::error(
                    "K245",
                    span,
                    "`within` waits until its time is over, and a roll-up is judged at each instant",
                )
                .label(format!("write `{name}`, if it is to have happened by then")),
            );
            all_right = None;
        }
    }
    all_right
}

fn filter_span(call: &ast::AggregateCall) -> Span {
    let filter = call.population.node.filter.as_ref();
    filter.map_or(call.population.span, |filter| filter.span)
}

/// A roll-up that reads another one, its own included (K246).
fn refuse_roll_up(
    scope: Scope,
    measure: &Measure,
    call: &Spanned<ast::AggregateCall>,
    problems: &mut Problems,
) -> Option<()> {
    let mut read: Vec<(FieldId, Span)> = Vec::new();
    if let Some(Measured::Field(field)) = &measure.value {
        let span = call
            .node
            .value
            .as_ref()
            .map_or(call.span, |value| value.span);
        read.push((*field, span));
    }
    if let Some(filter) = &measure.population.filter {
        let span = filter_span(&call.node);
        each_field(filter, &mut |field| read.push((field, span)));
    }
    read.retain(|(field, _)| is_rolled_up(scope, *field));
    let Some((field, span)) = read.first().copied() else {
        return Some(());
    };
    let origin = scope.model.origin(field);
    let from = &scope.table(origin.table).name;
    problems.push(
        Diagnostic::error(
            "K246",
            span,
            format!("`{}` of {from} is a roll-up itself", scope.field_name(field)),
        )
        .label("a roll-up reads fields of rows, not other roll-ups")
        .help("roll up here what that field is made of, or ask for it in a formula: `mean …`, `max …`"),
    );
    None
}

/// Every field that a condition reads, of related rows too.
fn each_field(condition: &Condition, visit: &mut impl FnMut(FieldId)) {
    for test in condition.tests_of_all_rows() {
        fields_of(test, visit);
    }
}

/// Whether a field changes at instants, here or where it is taken from.
pub(super) fn is_rolled_up(scope: Scope, field: FieldId) -> bool {
    let origin = scope.model.origin(field);
    matches!(scope.model.field(origin).source, FieldSource::RollUp(_))
}

/// Refuses a roll-up where a number must be the same at all instants: `owner` is a score, for one (K246).
pub(super) fn refuse_changing(
    scope: Scope,
    field: FieldId,
    owner: &str,
    span: Span,
    problems: &mut Problems,
) -> Option<()> {
    if !is_rolled_up(scope, field) {
        return Some(());
    }
    problems.push(
        Diagnostic::error(
            "K246",
            span,
            format!(
                "`{}` changes with the instant, and {owner} reads fields that do not",
                scope.field_name(field)
            ),
        )
        .label("it is rolled up from other rows")
        .help("read it in a formula, such as `mean …`, or in a condition"),
    );
    None
}
