//! What a query says of its groups: which are shown (`having`), what part of the whole each is (`with share`),
//! and those without rows (`with empty`).

use super::asked::QueryClauses;
use super::columns::ColumnDraft;
use super::formulas::inline;
use super::limits::{LimitOwner, limit};
use super::scope::Scope;
use super::sorting::not_a_column;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::base::types::{FieldType, StockMoment, Unit};
use crate::lang::format;
use crate::lang::functions;
use crate::lang::model::{
    Condition, Dimension, EmptyGroups, EmptyValues, FieldId, HavingTest, Measure, NumberTest,
    Population, Role, TableId, ValueColumn,
};
use crate::lang::syntax::ast::{self, ComparisonOperator};

fn without_groups(span: Span, clause: &str) -> Diagnostic {
    Diagnostic::error(
        "K601",
        span,
        format!("`{clause}` is about groups, and this query has none"),
    )
    .label("it needs `by`")
    .help(format!("such as `backlog by app {clause}`"))
}

/// The tests of `having`, each about a column of the query.
pub(super) fn having(
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Vec<HavingTest>> {
    let Some((tests, span)) = clauses.having else {
        return Some(Vec::new());
    };
    if clauses.by.is_none() && clauses.over.is_none() {
        problems.push(without_groups(span, "having backlog >= 5"));
        return None;
    }
    let tests: Vec<Option<HavingTest>> = tests
        .iter()
        .map(|test| having_test(drafts, test, problems))
        .collect();
    tests.into_iter().collect()
}

fn having_test(
    drafts: &[ColumnDraft],
    test: &ast::HavingTest,
    problems: &mut Problems,
) -> Option<HavingTest> {
    let mut names = drafts.iter().map(|draft| &draft.column.name);
    let Some(column) = names.position(|name| *name == test.column.node) else {
        problems.push(not_a_column(drafts, &test.column, "ask about"));
        return None;
    };
    let of = &drafts[column].column;
    let owner = LimitOwner {
        kpi: &of.name,
        unit: of.unit,
        display: of.display,
        clause: &format!(
            "having {} {}",
            of.name,
            format::comparison(test.operator.node)
        ),
    };
    let limit = limit(&owner, &test.value, problems)?;
    let (negated, test) = match test.operator.node {
        ComparisonOperator::Equal => (false, NumberTest::Equal(limit)),
        ComparisonOperator::NotEqual => (true, NumberTest::Equal(limit)),
        ComparisonOperator::Less => (false, NumberTest::Less(limit)),
        ComparisonOperator::AtMost => (false, NumberTest::AtMost(limit)),
        ComparisonOperator::Greater => (false, NumberTest::Greater(limit)),
        ComparisonOperator::AtLeast => (false, NumberTest::AtLeast(limit)),
    };
    Some(HavingTest {
        column,
        test,
        negated,
    })
}

/// Whether the columns of a query have parts of a whole; reports those that have none (K608).
pub(super) fn share(
    scope: Scope,
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> bool {
    let Some(span) = clauses.share else {
        return true;
    };
    if clauses.by.is_none() {
        problems.push(without_groups(span, "with share"));
        return false;
    }
    let mut all_add_up = true;
    for draft in drafts {
        let formula = inline(scope, &draft.column.formula, &mut Measure::clone);
        if draft.column.moment != StockMoment::Peak && formula.adds_up() {
            continue;
        }
        all_add_up = false;
        problems.push(
            Diagnostic::error(
                "K608",
                span,
                format!(
                    "the groups of `{}` do not add up to a whole",
                    draft.column.name
                ),
            )
            .label("counts and sums have shares of a total")
            .help("`with total` gives the number of all rows together"),
        );
    }
    all_add_up
}

/// Where groups without rows come from: the rows of the table that the dimensions are fields of.
pub(super) fn empty(
    scope: Scope,
    columns: &[ValueColumn],
    by: &[Dimension],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Option<EmptyGroups>> {
    let Some(span) = clauses.empty else {
        return Some(None);
    };
    if by.is_empty() {
        problems.push(without_groups(span, "with empty"));
        return None;
    }
    let measures: Vec<&Measure> = columns
        .iter()
        .flat_map(|column| column.formula.measures())
        .collect();
    let values: Result<Vec<EmptyValues>, Diagnostic> = by
        .iter()
        .map(|dimension| values(scope, dimension, &measures, span))
        .collect();
    let values = match values {
        Ok(values) => values,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let mut parents = values.iter().filter_map(|values| match values {
        EmptyValues::OfParent(field) => Some(field.table),
        EmptyValues::Every => None,
    });
    let parent = parents.next();
    if parents.any(|other| Some(other) != parent) {
        problems.push(
            Diagnostic::error("K609", span, "these groups are of rows of different tables")
                .label("group by fields of one of them"),
        );
        return None;
    }
    let measures = match parent {
        Some(parent) => counts_of(scope, parent, &measures, span),
        None => Vec::new(),
    };
    Some(Some(EmptyGroups { values, measures }))
}

fn values(
    scope: Scope,
    dimension: &Dimension,
    measures: &[&Measure],
    span: Span,
) -> Result<EmptyValues, Diagnostic> {
    if !dimension.bands.is_empty() {
        return Ok(EmptyValues::Every);
    }
    let origins: Vec<FieldId> = dimension
        .fields
        .iter()
        .map(|field| scope.model.origin(*field))
        .collect();
    let first = origins[0];
    let is_of_parent = origins.iter().all(|origin| *origin == first)
        && measures
            .iter()
            .any(|measure| measure.population.table != first.table);
    if is_of_parent {
        return Ok(EmptyValues::OfParent(first));
    }
    match dimension.field_type {
        FieldType::Scale(_) | FieldType::YesNo => Ok(EmptyValues::Every),
        FieldType::Text | FieldType::Number | FieldType::Date => {
            let name = &dimension.name;
            let table = &scope.table(dimension.fields[0].table).name;
            Err(Diagnostic::error(
                "K609",
                span,
                format!("which values of `{name}` have no row? only the rows of {table} tell which there are"),
            )
            .label("this is for fields of another table, scales and yes/no")
            .help("such as `backlog by app with empty`, where `app` is a field of assets"))
        }
    }
}

/// Counts of a table's rows, narrowed as each measure is by what it asks of that table. Of a table with one state the
/// rows in it: `in_service` of assets.
fn counts_of(scope: Scope, table: TableId, measures: &[&Measure], span: Span) -> Vec<Measure> {
    let role = match scope.table(table).states.as_slice() {
        [_] => Role::State(0),
        _ => Role::Rows,
    };
    let (count, _) = functions::find("count").expect("`count` is always there");
    let mut found: Vec<Measure> = Vec::new();
    for measure in measures {
        let parts = measure
            .population
            .filter
            .iter()
            .flat_map(Condition::conjuncts);
        let parts: Vec<Condition> = parts
            .filter_map(|part| of_table(scope, part, table))
            .collect();
        let counted = Measure {
            function: count,
            parameter: None,
            value: None,
            population: Population {
                table,
                role,
                including_excluded: false,
                filter: (!parts.is_empty()).then_some(Condition::All(parts)),
            },
            with: None,
            moment: Some(StockMoment::End),
            unit: Unit::Count,
            span,
        };
        if !found.contains(&counted) {
            found.push(counted);
        }
    }
    found
}

/// The same test of the table's own rows, if it is about nothing else.
fn of_table(scope: Scope, condition: &Condition, table: TableId) -> Option<Condition> {
    let own =
        |field: FieldId| Some(scope.model.origin(field)).filter(|origin| origin.table == table);
    let all = |parts: &[Condition]| -> Option<Vec<Condition>> {
        parts
            .iter()
            .map(|part| of_table(scope, part, table))
            .collect()
    };
    Some(match condition {
        Condition::All(parts) => Condition::All(all(parts)?),
        Condition::AnyOf(parts) => Condition::AnyOf(all(parts)?),
        Condition::Not(inner) => Condition::Not(Box::new(of_table(scope, inner, table)?)),
        Condition::Codes { field, allowed } => Condition::Codes {
            field: own(*field)?,
            allowed: allowed.clone(),
        },
        Condition::Texts { field, allowed } => Condition::Texts {
            field: own(*field)?,
            allowed: allowed.clone(),
        },
        Condition::ContainsText { field, text } => Condition::ContainsText {
            field: own(*field)?,
            text: text.clone(),
        },
        Condition::Number { field, test } => Condition::Number {
            field: own(*field)?,
            test: *test,
        },
        Condition::Between { field, from, until } => Condition::Between {
            field: own(*field)?,
            from: *from,
            until: *until,
        },
        Condition::Fields { left, test, right } => Condition::Fields {
            left: own(*left)?,
            test: *test,
            right: own(*right)?,
        },
        Condition::Present(field) => Condition::Present(own(*field)?),
        Condition::SoFar(inner) => Condition::SoFar(Box::new(of_table(scope, inner, table)?)),
        Condition::Exists(_)
        | Condition::AtInstants(_)
        | Condition::Within { .. }
        | Condition::InState(_)
        | Condition::Happened(_)
        | Condition::Elapsed { .. }
        | Condition::Near { .. } => return None,
    })
}
