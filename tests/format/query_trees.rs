//! Random queries, each as the parser could have read it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::base::types::{Choice, Grain, StockMoment};
use riskql::lang::syntax::ast::{
    Formula, HavingTest, Measured, Period, Query, QueryClause, SeriesWindow, Subject, Versus,
    WrittenColumn, WrittenComparison, WrittenSortKey,
};

use super::expression_trees::{
    at, comparison, condition, date, dimension, field, formula, name, number, population, quantity,
    spanned, time,
};

fn shown() -> impl Strategy<Value = WrittenColumn> {
    let value = prop_oneof![
        (field().prop_map(Measured::Field), Just(None)),
        (time(), option::of(name())),
    ];
    value.prop_map(|(value, unit)| WrittenColumn {
        value: at(value),
        unit,
    })
}

/// Columns of a list. After `earliest of a, b` a comma goes on with events, so such a time is written last.
fn columns(shown: Vec<WrittenColumn>) -> Vec<WrittenColumn> {
    let last = shown.len() - 1;
    let column = |(place, mut column): (usize, WrittenColumn)| {
        match &mut column.value.node {
            Measured::TimeFrom { to: events, .. } | Measured::TimeSince(events) if place < last => {
                events.choice = Choice::First;
            }
            Measured::TimeFrom { .. } | Measured::TimeSince(_) | Measured::Field(_) => {}
        }
        column
    };
    shown.into_iter().enumerate().map(column).collect()
}

fn grain() -> impl Strategy<Value = Grain> {
    select(&Grain::ALL[..])
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        date().prop_map(Period::In),
        (date(), date()).prop_map(|(first, last)| Period::FromTo(first, last)),
        (spanned(1..100_u64), grain()).prop_map(|(count, grain)| Period::Last(count, grain)),
        grain().prop_map(Period::This),
        (spanned(1..100_u64), grain()).prop_map(|(count, grain)| Period::Past(count, grain)),
    ]
}

fn versus() -> impl Strategy<Value = Versus> {
    prop_oneof![
        Just(Versus::Target),
        grain().prop_map(Versus::Previous),
        period().prop_map(Versus::Period),
    ]
}

fn compared() -> impl Strategy<Value = WrittenComparison> {
    (versus(), any::<bool>()).prop_map(|(with, as_percent)| WrittenComparison { with, as_percent })
}

fn having_test() -> impl Strategy<Value = HavingTest> {
    (name(), comparison(), spanned(quantity())).prop_map(|(column, operator, value)| HavingTest {
        column,
        operator: at(operator),
        value,
    })
}

/// A formula, perhaps with a unit or a name.
fn asked() -> impl Strategy<Value = Formula> {
    let parts = (spanned(formula()), option::of(name()), option::of(name()));
    parts.prop_map(|(formula, unit, name)| match (&unit, &name) {
        (None, None) => formula.node,
        (Some(_), _) | (_, Some(_)) => Formula::Asked {
            formula: Box::new(formula),
            unit,
            name,
        },
    })
}

fn clause() -> impl Strategy<Value = QueryClause> {
    let keys = (field(), any::<bool>())
        .prop_map(|(field, descending)| WrittenSortKey { field, descending });
    prop_oneof![
        vec(dimension(), 1..3).prop_map(QueryClause::By),
        grain().prop_map(QueryClause::Over),
        spanned(condition()).prop_map(QueryClause::Where),
        period().prop_map(QueryClause::Period),
        date().prop_map(QueryClause::AsOf),
        date().prop_map(QueryClause::KnownOn),
        vec(spanned(compared()), 1..3).prop_map(QueryClause::Versus),
        Just(QueryClause::WithTotal),
        Just(QueryClause::WithShare),
        Just(QueryClause::WithEmpty),
        option::of(spanned(number())).prop_map(QueryClause::WithInterval),
        Just(QueryClause::WithVerdict),
        Just(QueryClause::OnConstantScope),
        spanned(0..100_u64).prop_map(QueryClause::AtLeastRows),
        Just(QueryClause::Window(SeriesWindow::Running)),
        (spanned(1..100_u64), grain())
            .prop_map(|(count, grain)| QueryClause::Window(SeriesWindow::Rolling(count, grain))),
        vec(having_test(), 1..3).prop_map(QueryClause::Having),
        (spanned(1..100_u64), option::of(name()))
            .prop_map(|(count, by)| QueryClause::Top { count, by }),
        vec(keys, 1..3).prop_map(QueryClause::SortBy),
        spanned(1..100_u64).prop_map(QueryClause::Limit),
        vec(shown(), 1..3).prop_map(|shown| QueryClause::Show(columns(shown))),
        select(&StockMoment::ALL[..]).prop_map(QueryClause::At),
    ]
}

fn subject() -> impl Strategy<Value = Subject> {
    prop_oneof![
        1 => Just(Subject::Everything),
        4 => vec(spanned(asked()), 1..3).prop_map(Subject::Formulas),
        2 => spanned(population()).prop_map(Subject::List),
    ]
}

pub fn query() -> impl Strategy<Value = Query> {
    (any::<bool>(), any_query()).prop_map(|(explain, query)| Query { explain, ..query })
}

/// A query inside a definition: explains nothing and is not empty. `expect (a + b)` and
/// `show number (a + b)` are left out, for they are refused as calls of a function.
pub fn inner_query() -> impl Strategy<Value = Query> {
    any_query().prop_filter("reads as a call", |query| {
        !riskql::lang::format::query(query).starts_with('(')
    })
}

fn any_query() -> impl Strategy<Value = Query> {
    (subject(), vec(clause(), 0..5)).prop_map(|(subject, clauses)| {
        let mut query = Query {
            explain: false,
            subject,
            clauses: Vec::new(),
        };
        for clause in clauses {
            let is_new = !query
                .clauses
                .iter()
                .any(|other| same_kind(&other.node, &clause));
            if is_new && !is_part_of_the_subject(&query.subject, &clause) {
                query.clauses.push(at(clause));
            }
        }
        if query.clauses.is_empty() && query.subject == Subject::Everything {
            query.clauses.push(at(QueryClause::WithTotal));
        }
        // A window is of a series; alone `running` would be the name of a KPI.
        let has = |query: &Query, wanted: fn(&QueryClause) -> bool| {
            query.clauses.iter().any(|clause| wanted(&clause.node))
        };
        if has(&query, |clause| matches!(clause, QueryClause::Window(_)))
            && !has(&query, |clause| matches!(clause, QueryClause::Over(_)))
        {
            query.clauses.push(at(QueryClause::Over(Grain::Week)));
        }
        if starts_with_its_only_where(&query) {
            query.clauses.push(at(QueryClause::Limit(at(7))));
        }
        query
    })
}

fn same_kind(left: &QueryClause, right: &QueryClause) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

/// A list has one `where`: its population's.
fn is_part_of_the_subject(subject: &Subject, clause: &QueryClause) -> bool {
    matches!(subject, Subject::List(_)) && matches!(clause, QueryClause::Where(_))
}

/// Such a `where` would have been read as its last population's, had it followed nothing else.
fn starts_with_its_only_where(query: &Query) -> bool {
    let ends_open = match &query.subject {
        Subject::Formulas(formulas) => !matches!(
            formulas.last().map(|last| &last.node),
            None | Some(Formula::Name(_) | Formula::Number(_))
        ),
        Subject::Everything | Subject::List(_) => false,
    };
    let only_where =
        matches!(&query.clauses[..], [only] if matches!(only.node, QueryClause::Where(_)));
    ends_open && only_where
}
