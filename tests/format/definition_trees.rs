//! Random definitions, each as the parser could have read it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::base::source::Spanned;
use riskql::base::types::{Bound, Grain, StockMoment};
use riskql::lang::syntax::ast::*;

use super::expression_trees::{
    aggregate, at, choice, condition, date, dimension, duration, field, filter, formula, literal,
    name, plain_word, signed_number, spanned, text,
};
use super::query_trees::inner_query;

pub fn definition() -> impl Strategy<Value = Spanned<Definition>> {
    spanned(prop_oneof![
        1 => clauses(calendar_clause()).prop_map(|clauses| Definition::Calendar(CalendarDefinition { clauses })),
        3 => scale().prop_map(Definition::Scale),
        2 => titled(table_clause()).prop_map(|(name, title, clauses)| {
            Definition::Table(Table { name, title, clauses })
        }),
        3 => (name(), spanned(condition())).prop_map(|(name, condition)| {
            Definition::Condition(NamedCondition { name, condition })
        }),
        2 => titled(score_clause()).prop_map(|(name, title, clauses)| {
            Definition::Score(Score { name, title, clauses })
        }),
        2 => titled(sla_clause()).prop_map(|(name, title, clauses)| {
            Definition::Sla(Sla { name, title, clauses })
        }),
        3 => titled(kpi_clause()).prop_map(|(name, title, clauses)| {
            Definition::Kpi(Kpi { name, title, clauses })
        }),
        1 => titled(inner_query()).prop_map(|(name, title, shows)| {
            Definition::View(View { name, title, shows })
        }),
        2 => titled(layer()).prop_map(|(name, title, layers)| {
            Definition::Dashboard(Dashboard { name, title, layers })
        }),
        2 => (text(), clauses(test_clause()))
            .prop_map(|(name, clauses)| Definition::Test(Test { name, clauses })),
    ])
}

fn clauses<T: std::fmt::Debug>(
    clause: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<Spanned<T>>> {
    vec(spanned(clause), 0..5)
}

fn titled<T: std::fmt::Debug>(
    clause: impl Strategy<Value = T>,
) -> impl Strategy<Value = (Identifier, Option<Text>, Vec<Spanned<T>>)> {
    (name(), option::of(text()), clauses(clause))
}

fn names() -> impl Strategy<Value = Vec<Identifier>> {
    vec(name(), 1..3)
}

fn calendar_clause() -> impl Strategy<Value = CalendarClause> {
    prop_oneof![
        text().prop_map(CalendarClause::Timezone),
        name().prop_map(CalendarClause::WeekStarts),
        name().prop_map(CalendarClause::YearStarts),
        date().prop_map(CalendarClause::HistoryFrom),
    ]
}

fn scale() -> impl Strategy<Value = ScaleDefinition> {
    let map = (text(), name()).prop_map(|(from, to)| ScaleMap { from, to });
    (name(), names(), vec(spanned(map), 0..2)).prop_map(|(name, values, maps)| ScaleDefinition {
        name,
        values,
        maps,
    })
}

fn columns() -> BoxedStrategy<TimeColumns> {
    let column = (any::<bool>(), name());
    let column = column.prop_map(|(is_planned, name)| TimeColumn { is_planned, name });
    let parts = (choice(), vec(column, 1..3));
    parts
        .prop_map(|(choice, columns)| TimeColumns { choice, columns })
        .boxed()
}

fn table_clause() -> impl Strategy<Value = TableClause> {
    let time = prop_oneof![
        columns().prop_map(EventTime::Columns),
        (name(), name()).prop_map(|(column, table)| EventTime::LastOf { column, table }),
    ];
    let field_type = prop_oneof![
        plain_word().prop_map(FieldTypeName::Plain),
        plain_word().prop_map(FieldTypeName::Planned),
        name().prop_map(FieldTypeName::Scale),
    ];
    let origin = prop_oneof![
        field().prop_map(FieldOrigin::Parent),
        spanned(aggregate()).prop_map(|call| FieldOrigin::RollUp(Box::new(call))),
    ]
    .boxed();
    prop_oneof![
        name().prop_map(TableClause::Key),
        (name(), name()).prop_map(|(table, column)| TableClause::BelongsTo { table, column }),
        (name(), time, filter()).prop_map(|(name, at, filter)| TableClause::Event {
            name,
            at,
            filter
        }),
        (name(), option::of(name()), columns(), columns()).prop_map(
            |(name, intervals, from, until)| TableClause::State {
                name,
                intervals,
                from,
                until,
            }
        ),
        name().prop_map(TableClause::Known),
        (name(), spanned(field_type), option::of(origin)).prop_map(|(name, field_type, from)| {
            TableClause::Field {
                name,
                field_type,
                from,
            }
        }),
        (spanned(condition()), text())
            .prop_map(|(filter, label)| TableClause::Exclude { filter, label }),
        (name(), filter()).prop_map(|(state, filter)| TableClause::Scope { state, filter }),
    ]
}

fn score_clause() -> impl Strategy<Value = ScoreClause> {
    let weight = (option::of(spanned(literal())), spanned(signed_number()))
        .prop_map(|(value, weight)| Weight { value, weight });
    let weights = vec(spanned(weight), 0..4).boxed();
    prop_oneof![
        name().prop_map(ScoreClause::Of),
        (field(), weights.clone())
            .prop_map(|(field, weights)| ScoreClause::Base { field, weights }),
        (field(), weights).prop_map(|(field, weights)| ScoreClause::Times { field, weights }),
        spanned(signed_number()).prop_map(ScoreClause::Cap),
        date().prop_map(ScoreClause::Since),
    ]
}

fn sla_clause() -> impl Strategy<Value = SlaClause> {
    prop_oneof![
        text().prop_map(SlaClause::Owner),
        name().prop_map(SlaClause::Of),
        name().prop_map(SlaClause::Starts),
        names().prop_map(SlaClause::Stops),
        names().prop_map(SlaClause::Pauses),
        name().prop_map(SlaClause::Prefix),
        (spanned(due_time()), filter()).prop_map(|(time, filter)| SlaClause::Due { time, filter }),
        date().prop_map(SlaClause::Since),
    ]
}

fn due_time() -> impl Strategy<Value = DueTime> {
    prop_oneof![
        duration().prop_map(DueTime::Elapsed),
        (spanned(0..100u64), select(&Grain::ALL[..]))
            .prop_map(|(count, grain)| DueTime::Calendar { count, grain }),
        name().prop_map(DueTime::At),
    ]
}

fn kpi_clause() -> impl Strategy<Value = KpiClause> {
    let limits = (
        option::of(spanned(literal())),
        option::of(spanned(literal())),
    );
    prop_oneof![
        vec(text(), 1..4).prop_map(KpiClause::Note),
        text().prop_map(KpiClause::Owner),
        spanned(formula()).prop_map(KpiClause::Is),
        name().prop_map(KpiClause::As),
        vec(dimension(), 1..3).prop_map(KpiClause::By),
        spanned(select(&StockMoment::ALL[..])).prop_map(KpiClause::At),
        spanned(0..100_u64).prop_map(KpiClause::AtLeastRows),
        Just(KpiClause::HigherIsBetter),
        Just(KpiClause::LowerIsBetter),
        (
            spanned(select(&Bound::ALL[..])),
            spanned(literal()),
            filter(),
            option::of(date())
        )
            .prop_map(|(bound, limit, filter, since)| KpiClause::Target {
                bound,
                limit,
                filter,
                since,
            }),
        (text(), limits)
            .prop_filter("a band has a bound", |(_, limits)| *limits != (None, None))
            .prop_map(|(label, (lower, upper))| KpiClause::Band {
                label,
                lower,
                upper,
            }),
    ]
}

fn layer() -> impl Strategy<Value = Layer> {
    let card = (
        name(),
        option::of(text()),
        spanned(inner_query()),
        option::of(text()),
    )
        .prop_map(|(kind, title, query, next_step)| Card {
            kind,
            title,
            query,
            next_step,
        });
    (name(), option::of(text()), vec(spanned(card), 0..3)).prop_map(|(name, title, cards)| Layer {
        name,
        title,
        cards,
    })
}

fn test_clause() -> impl Strategy<Value = TestClause> {
    prop_oneof![
        date().prop_map(TestClause::AsOf),
        date().prop_map(TestClause::KnownOn),
        (name(), grid()).prop_map(|(table, rows)| TestClause::Given { table, rows }),
        (spanned(inner_query()), grid())
            .prop_map(|(query, rows)| TestClause::Expect { query, rows }),
    ]
}

fn grid() -> impl Strategy<Value = Grid> {
    const ODD: &[&str] = &[
        "",
        " ",
        "|",
        "#",
        "a # b",
        "\"",
        "\"q\"",
        "\\",
        "\\\\",
        "a|b\\",
        "漢字",
        "  padded ",
    ];
    let cell = prop_oneof![
        3 => "[a-z0-9 -]{0,8}",
        1 => select(ODD).prop_map(str::to_string),
    ];
    let row = vec(spanned(cell), 1..4).boxed();
    (row.clone(), vec(row, 0..3)).prop_map(|(header, rows)| Grid { header, rows })
}

/// A file whose places are all nowhere; only good for writing it.
pub fn file() -> impl Strategy<Value = File> {
    vec(definition(), 0..5).prop_map(|definitions| File {
        source: at(()).span.source,
        definitions,
        comments: Vec::new(),
        mistaken: Vec::new(),
    })
}
