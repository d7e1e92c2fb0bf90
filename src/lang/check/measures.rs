//! Aggregates: the function, what it takes, and the rows it is of.

use super::conditions::{ConditionSite, condition};
use super::contradictions;
use super::durations;
use super::fields;
use super::populations::{AllRows, population, setting_of};
use super::relations::chosen_event;
use super::scope::{ReferenceKind, Scope};
use super::settled;
use super::stocks::kpi_as_value;
use super::traps;
use super::wording::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{FieldType, Unit};
use crate::lang::functions::{self, Function, Takes};
use crate::lang::model::{Measure, Measured, Population, Role, ScoreId, TableId};
use crate::lang::syntax::ast;

/// One aggregate, resolved. Every problem is reported.
pub(super) fn measure(
    scope: Scope,
    tree: &ast::AggregateCall,
    span: Span,
    problems: &mut Problems,
) -> Option<Measure> {
    let found = find_function(&tree.function, problems);
    let population = population(scope, &tree.population, AllRows::Refused, problems);
    let takes = found.map(|(function, _)| function.takes);
    if let Some(takes) = takes {
        check_with(takes, tree, problems)?;
    }
    let (function, parameter) = found?;
    let parameter = quantile(function, parameter, tree, problems)?;
    // The value needs the table alone, so a wrong role does not hide what is wrong with it.
    let table = scope.model.table_named(&tree.population.node.table.node)?;
    let value = value(scope, function, tree, table, problems);
    let population = population?;
    let with = match &tree.with {
        Some(with) => {
            let site = ConditionSite {
                table,
                setting: setting_of(population.role),
            };
            condition(scope, site, with, problems).map(Some)
        }
        None => Some(None),
    };
    let filter = tree.population.node.filter.as_ref();
    settled::advise(scope, &population, filter, problems);
    settled::advise(scope, &population, tree.with.as_ref(), problems);
    let test = with.as_ref().and_then(Option::as_ref);
    contradictions::advise_share(scope, &population, test.zip(tree.with.as_ref()), problems);
    let (value, unit) = value?;
    check_clock(function, value.as_ref(), &population, tree, problems)?;
    if let Some(time) = value.as_ref().zip(tree.value.as_ref()) {
        traps::advise_of_time(scope, &population, time, problems);
    }
    Some(Measure {
        function,
        parameter,
        value,
        population,
        with: with?,
        moment: None,
        unit: (function.unit)(unit),
        span,
    })
}

/// The fraction of `typical p75`, or of `p75` itself; other functions have none (K216).
fn quantile(
    function: &'static Function,
    own: Option<f64>,
    tree: &ast::AggregateCall,
    problems: &mut Problems,
) -> Option<Option<f64>> {
    let Some(written) = &tree.quantile else {
        return Some(own);
    };
    let name = &tree.function.node;
    let problem = match (function.takes, functions::percentile(&written.node)) {
        (Takes::Lifetime, Some(fraction)) if fraction > 0.0 && fraction < 1.0 => {
            return Some(Some(fraction));
        }
        (Takes::Lifetime, _) => Diagnostic::error(
            "K216",
            written.span,
            format!("`{}` is not a percentile of `{name}`", written.node),
        )
        .label("write p1 to p99")
        .help_edit("such as `p90`", "p90"),
        (Takes::Rows | Takes::Test | Takes::Number | Takes::Field, _) => Diagnostic::error(
            "K216",
            written.span,
            format!("`{name}` takes no percentile"),
        )
        .help(format!(
            "`{} time …` is a percentile of the rows that have got there, `typical {} time …` counts the others too",
            written.node, written.node
        )),
    };
    problems.push(problem);
    None
}

fn find_function(
    name: &ast::Identifier,
    problems: &mut Problems,
) -> Option<(&'static Function, Option<f64>)> {
    let found = functions::find(&name.node);
    if found.is_none() {
        let names = || functions::ALL.iter().map(|function| function.name);
        let problem = Diagnostic::error(
            "K207",
            name.span,
            format!("there is no function `{}`", name.node),
        );
        let problem = match functions::by_other_word(&name.node) {
            Some(word) => problem.meant(word),
            None => problem.suggest(&name.node, names()),
        };
        let all: Vec<&str> = names().collect();
        let known = format!(
            "functions are {}; percentiles are p0 to p100",
            all.join(", ")
        );
        let is_percentile = name.node.strip_prefix('p').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
        });
        problems.push(match is_percentile {
            true => problem.help_edit(known, "p90"),
            false => problem.help(known),
        });
    }
    found
}

/// `with` belongs to `share`, which needs it (K217).
fn check_with(takes: Takes, tree: &ast::AggregateCall, problems: &mut Problems) -> Option<()> {
    let problem = match (takes, &tree.with) {
        (Takes::Test, None) => Diagnostic::error(
            "K217",
            tree.function.span,
            "`share` of what? it needs a test after `with`",
        )
        .help("such as `share of findings found with environment = production`"),
        (Takes::Rows | Takes::Number | Takes::Field | Takes::Lifetime, Some(with)) => {
            Diagnostic::error(
                "K217",
                with.span,
                format!("`{}` takes no `with`", tree.function.node),
            )
            .label("write this test after `where`, or use `share`")
        }
        (Takes::Test, Some(_))
        | (Takes::Rows | Takes::Number | Takes::Field | Takes::Lifetime, None) => return Some(()),
    };
    problems.push(problem);
    None
}

/// The value that is aggregated and its unit.
fn value(
    scope: Scope,
    function: &'static Function,
    tree: &ast::AggregateCall,
    table: TableId,
    problems: &mut Problems,
) -> Option<(Option<Measured>, Unit)> {
    let Some(value) = &tree.value else {
        return match function.takes {
            Takes::Rows | Takes::Test => Some((None, Unit::Count)),
            Takes::Number | Takes::Field | Takes::Lifetime => {
                problems.push(value_missing(function, &tree.function));
                None
            }
        };
    };
    if matches!(function.takes, Takes::Rows | Takes::Test) {
        problems.push(value_superfluous(scope, tree, value));
        return None;
    }
    let (measured, unit) = measured(scope, function, &tree.function, table, value, problems)?;
    Some((Some(measured), unit))
}

fn value_missing(function: &Function, name: &ast::Identifier) -> Diagnostic {
    Diagnostic::error("K216", name.span, format!("`{}` of what value?", name.node))
        .label("a value stands between this and `of`")
        .help(format!(
            "{}, such as `{}`",
            function.signature, function.example
        ))
}

fn value_superfluous(
    scope: Scope,
    tree: &ast::AggregateCall,
    value: &Spanned<ast::Measured>,
) -> Diagnostic {
    if let Some(problem) = kpi_as_value(scope, &tree.function, value) {
        return problem;
    }
    let function = &tree.function.node;
    Diagnostic::error("K216", value.span, format!("`{function}` takes no value"))
        .label(format!("write `{function} of …`"))
        .edit("", &format!("write `{function} of …`"))
        .help("`distinct app of …` counts different values, `sum FIELD of …` adds numbers up")
}

fn measured(
    scope: Scope,
    function: &Function,
    name: &ast::Identifier,
    table: TableId,
    value: &Spanned<ast::Measured>,
    problems: &mut Problems,
) -> Option<(Measured, Unit)> {
    match &value.node {
        ast::Measured::Field(field) => {
            let found = field_or_score(scope, function, name, table, value, field, problems)?;
            if function.takes == Takes::Lifetime {
                problems.push(not_a_lifetime(function, value.span));
                return None;
            }
            Some(found)
        }
        ast::Measured::TimeFrom { from, to } => {
            let written = (from, to);
            let start = chosen_event(scope, table, from, "time from … to …", problems);
            let end = chosen_event(scope, table, to, "time from … to …", problems);
            refuse_field_only(function, value.span, problems)?;
            let (from, to) = (start?, end?);
            if from == to {
                problems.push(
                    Diagnostic::error("K216", value.span, "the time from an event to itself")
                        .label("always nothing"),
                );
                return None;
            }
            durations::warn_of_reversed(scope, (&from, &to), written, value.span, problems);
            Some((Measured::Between { from, to }, Unit::Duration))
        }
        ast::Measured::TimeSince(event) => {
            let event = chosen_event(scope, table, event, "time since", problems);
            refuse_field_only(function, value.span, problems)?;
            if function.takes == Takes::Lifetime {
                problems.push(not_a_lifetime(function, value.span));
                return None;
            }
            Some((Measured::Since(event?), Unit::Duration))
        }
    }
}

fn not_a_lifetime(function: &Function, span: Span) -> Diagnostic {
    Diagnostic::error(
        "K216",
        span,
        format!("`{}` takes a time from event to event", function.name),
    )
    .help(format!("such as `{}`", function.example))
}

fn refuse_field_only(function: &Function, span: Span, problems: &mut Problems) -> Option<()> {
    if function.takes != Takes::Field {
        return Some(());
    }
    problems.push(
        Diagnostic::error("K216", span, format!("`{}` takes a field", function.name))
            .help(format!("such as `{}`", function.example)),
    );
    None
}

fn field_or_score(
    scope: Scope,
    function: &Function,
    name: &ast::Identifier,
    table: TableId,
    value: &Spanned<ast::Measured>,
    written: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<(Measured, Unit)> {
    let word = &written.name.node;
    let is_field = scope.table(table).field_named(word).is_some();
    if written.table.is_none() && !is_field {
        if let Some(score) = scope
            .model
            .scores
            .iter()
            .position(|score| score.name == *word)
        {
            return score_of(scope, function, ScoreId(score), table, written, problems);
        }
        if scope.known.is_broken(ReferenceKind::Score, word) {
            return None;
        }
        if let Some(problem) = kpi_as_value(scope, name, value) {
            problems.push(problem);
            return None;
        }
        if scope.known.is_broken(ReferenceKind::Kpi, word) {
            return None;
        }
    }
    let field = fields::find(scope, table, written, problems)?;
    if function.takes == Takes::Number && *scope.field_type(field) != FieldType::Number {
        problems.push(not_a_number(scope, name, field, written.span()));
        return None;
    }
    if scope.known.is_broken_noun(field.table, word) {
        return None;
    }
    // What is rolled up of points is points.
    let unit = scope
        .model
        .roll_up(field)
        .map_or(Unit::Ratio, |roll_up| roll_up.measure.unit);
    Some((Measured::Field(field), unit))
}

fn score_of(
    scope: Scope,
    function: &Function,
    id: ScoreId,
    table: TableId,
    written: &ast::FieldRef,
    problems: &mut Problems,
) -> Option<(Measured, Unit)> {
    let score = &scope.model.scores[id.0];
    if score.table != table {
        let there = &scope.table(score.table).name;
        problems.push(
            Diagnostic::error(
                "K216",
                written.span(),
                format!(
                    "score `{}` is of {there}, not of {}",
                    score.name,
                    scope.table(table).name
                ),
            )
            .label(format!(
                "write `{} {} of {there} …`",
                function.name, score.name
            )),
        );
        return None;
    }
    refuse_field_only(function, written.span(), problems)?;
    Some((Measured::Score(id), Unit::Points))
}

fn not_a_number(
    scope: Scope,
    function: &ast::Identifier,
    field: crate::lang::model::FieldId,
    span: Span,
) -> Diagnostic {
    let (name, field_type) = (scope.field_name(field), scope.field_type(field));
    let problem = Diagnostic::error(
        "K216",
        span,
        format!(
            "`{}` takes a number, and `{name}` is {}",
            function.node,
            describe(field_type)
        ),
    );
    match field_type {
        FieldType::Text => problem.help(format!("to count its values: `distinct {name} of …`")),
        FieldType::YesNo => problem.help(format!(
            "for the part that is: `share of … with {name} = yes`"
        )),
        FieldType::Scale(_) => problem.help(
            "to weigh its values define a `score`; for a part of the rows use `share of … with …`",
        ),
        FieldType::Date => problem.help(
            "for a duration write `time from EVENT to EVENT`, or `time since EVENT` of a state",
        ),
        FieldType::Number => problem,
    }
}

/// `time since` is of states, `typical` of events (K404).
fn check_clock(
    function: &Function,
    value: Option<&Measured>,
    population: &Population,
    tree: &ast::AggregateCall,
    problems: &mut Problems,
) -> Option<()> {
    let is_event = matches!(population.role, Role::Event(_));
    let span = tree
        .value
        .as_ref()
        .map_or(tree.function.span, |value| value.span);
    if is_event && matches!(value, Some(Measured::Since(_))) {
        problems.push(
            Diagnostic::error("K404", span, "`time since` is of rows in a state")
                .label("an event has no \"now\" to measure to")
                .help("for a time up to an event write `time from EVENT to EVENT`"),
        );
        return None;
    }
    if !is_event && function.takes == Takes::Lifetime {
        problems.push(
            Diagnostic::error("K404", tree.population.span, "`typical` is of an event")
                .label("a state holds only rows that still run")
                .help(format!("such as `{}`", function.example)),
        );
        return None;
    }
    Some(())
}
