//! Random formulas, conditions and literals, each as the parser could have read it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::base::source::{SourceId, Span, Spanned};
use riskql::base::types::{Adjustment, Choice, NearSide, TimeUnit};
use riskql::lang::syntax::ast::{
    AggregateCall, Arithmetic, ChosenEvents, ComparisonOperator, Condition, DateLiteral, Duration,
    Exists, FieldRef, Formula, GroupBy, Identifier, Measured, Number, Population, Text, Timeframe,
    WrittenLiteral,
};

/// Places do not matter: equality ignores them.
pub fn at<T>(node: T) -> Spanned<T> {
    let nowhere = Span {
        source: SourceId(0),
        start: 0,
        end: 0,
    };
    Spanned::new(node, nowhere)
}

pub fn spanned<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
) -> impl Strategy<Value = Spanned<T>> {
    strategy.prop_map(at)
}

/// Mostly plain, sometimes words that need back-ticks.
pub fn name() -> impl Strategy<Value = Identifier> {
    const ODD: &[&str] = &[
        "last",
        "where",
        "otherwise",
        "a-b",
        "two words",
        "größe",
        "2fa",
        "total",
        "days",
        "desc",
        "_",
        "list",
        "target",
        "time",
    ];
    spanned(prop_oneof![
        5 => "[a-z][a-z0-9_]{0,7}x",
        1 => select(ODD).prop_map(str::to_string),
    ])
}

/// A word where the grammar takes any word but no back-ticks.
pub fn plain_word() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,7}x"
}

pub fn text() -> impl Strategy<Value = Text> {
    spanned("[ -~äß漢]{0,12}")
}

pub fn field() -> impl Strategy<Value = FieldRef> {
    (option::weighted(0.2, name()), name()).prop_map(|(table, name)| FieldRef { table, name })
}

pub fn number() -> impl Strategy<Value = Number> {
    "(0|[1-9][0-9]{0,3})([.][0-9]{1,3})?".prop_map(|written| Number {
        value: written.parse().expect("a number"),
        written,
    })
}

pub fn signed_number() -> impl Strategy<Value = Number> {
    (number(), any::<bool>()).prop_map(|(number, negative)| match negative && number.value != 0.0 {
        true => Number {
            value: -number.value,
            written: format!("-{}", number.written),
        },
        false => number,
    })
}

pub fn duration() -> impl Strategy<Value = Duration> {
    (number(), select(&TimeUnit::ALL[..])).prop_map(|(amount, unit)| Duration { amount, unit })
}

/// A date that is no bare year, which could be a number.
pub fn long_date() -> impl Strategy<Value = DateLiteral> {
    let year = 1990..2100_i32;
    prop_oneof![
        (year.clone(), 1..=4_u32).prop_map(|(year, quarter)| DateLiteral::Quarter(year, quarter)),
        (year.clone(), 1..=12_u32).prop_map(|(year, month)| DateLiteral::Month(year, month)),
        (year.clone(), 1..=52_u32).prop_map(|(year, week)| DateLiteral::Week(year, week)),
        (year, 1..=12_u32, 1..=28_u32)
            .prop_map(|(year, month, day)| DateLiteral::Day(year, month, day)),
        select(&["2026-03-31T10:00:00Z", "2026-03-31T10:00:00.5+02:00"][..])
            .prop_map(|written| DateLiteral::Instant(written.to_string())),
    ]
}

pub fn date() -> impl Strategy<Value = Spanned<DateLiteral>> {
    spanned(prop_oneof![
        5 => long_date(),
        1 => (1990..2100_i32).prop_map(DateLiteral::Year),
    ])
}

pub fn literal() -> impl Strategy<Value = WrittenLiteral> {
    prop_oneof![
        5 => plain_word().prop_map(WrittenLiteral::Word),
        2 => text().prop_map(|text| WrittenLiteral::Text(text.node)),
        1 => signed_number().prop_map(WrittenLiteral::Number),
        1 => signed_number().prop_map(WrittenLiteral::Percent),
        1 => duration().prop_map(WrittenLiteral::Duration),
        1 => long_date().prop_map(WrittenLiteral::Date),
        1 => (name(), name()).prop_map(|(table, name)| WrittenLiteral::Field(FieldRef {
            table: Some(table),
            name,
        })),
    ]
}

pub fn comparison() -> impl Strategy<Value = ComparisonOperator> {
    select(vec![
        ComparisonOperator::Equal,
        ComparisonOperator::NotEqual,
        ComparisonOperator::Less,
        ComparisonOperator::AtMost,
        ComparisonOperator::Greater,
        ComparisonOperator::AtLeast,
    ])
}

pub fn condition() -> impl Strategy<Value = Condition> {
    let group = |inner: Condition| Condition::Group(Box::new(at(inner)));
    test().prop_recursive(3, 12, 3, move |inner| {
        let operand = prop_oneof![
            test(),
            inner.clone().prop_map(group),
            inner
                .clone()
                .prop_map(move |inner| { Condition::Not(Box::new(at(group(inner)))) }),
            test().prop_map(|inner| Condition::Not(Box::new(at(inner)))),
            exists(spanned(inner).prop_map(Some).boxed()),
            test()
                .prop_map(|inner| Condition::SoFar(Box::new(at(inner))))
                .boxed(),
        ];
        prop_oneof![
            operand.clone(),
            vec(spanned(operand.clone()), 2..4).prop_map(Condition::And),
            vec(spanned(operand), 2..4).prop_map(Condition::Or),
        ]
    })
}

fn test() -> impl Strategy<Value = Condition> + Clone {
    prop_oneof![
        (field(), comparison(), spanned(literal())).prop_map(|(field, operator, value)| {
            Condition::Compare {
                field,
                operator: at(operator),
                value,
            }
        }),
        (field(), any::<bool>(), vec(spanned(literal()), 1..4)).prop_map(
            |(field, negated, values)| Condition::In {
                field,
                negated,
                values,
            }
        ),
        (field(), any::<bool>(), text()).prop_map(|(field, negated, text)| {
            Condition::Contains {
                field,
                negated,
                value: at(WrittenLiteral::Text(text.node)),
            }
        }),
        field().prop_map(Condition::Missing),
        field().prop_map(Condition::Present),
        exists(Just(None).boxed()),
        elapsed(),
        (name(), spanned(duration()))
            .prop_map(|(event, within)| Condition::Within { event, within }),
        (
            field(),
            select(&[NearSide::Next, NearSide::Last][..]),
            spanned(duration())
        )
            .prop_map(|(of, side, within)| Condition::Near { of, side, within }),
        name().prop_map(Condition::Name),
    ]
    .boxed()
}

fn exists(filter: BoxedStrategy<Option<Spanned<Condition>>>) -> BoxedStrategy<Condition> {
    let timeframe = prop_oneof![
        duration().prop_map(Timeframe::Within),
        Just(Timeframe::InThePeriod),
        Just(Timeframe::Ever),
    ];
    let parts = (
        option::of(spanned(0..100u64)),
        name(),
        option::of(name()),
        name(),
        filter,
        option::of(spanned(timeframe)),
    );
    parts
        .prop_map(
            |(at_least, table, shared_parent, role, filter, timeframe)| {
                Condition::Exists(Box::new(Exists {
                    at_least,
                    table,
                    shared_parent,
                    role,
                    filter,
                    timeframe,
                }))
            },
        )
        .boxed()
}

fn elapsed() -> BoxedStrategy<Condition> {
    let parts = (spanned(time()), comparison(), spanned(duration()));
    parts
        .prop_map(|(time, operator, limit)| Condition::Elapsed {
            time,
            operator: at(operator),
            limit,
        })
        .boxed()
}

pub fn time() -> BoxedStrategy<Measured> {
    prop_oneof![
        (events(), events()).prop_map(|(from, to)| Measured::TimeFrom { from, to }),
        events().prop_map(Measured::TimeSince),
    ]
    .boxed()
}

fn events() -> BoxedStrategy<ChosenEvents> {
    let parts = (choice(), vec(name(), 1..3));
    parts
        .prop_map(|(choice, events)| ChosenEvents { choice, events })
        .boxed()
}

pub fn choice() -> impl Strategy<Value = Choice> {
    select(vec![Choice::First, Choice::Earliest, Choice::Latest])
}

pub fn filter() -> impl Strategy<Value = Option<Spanned<Condition>>> {
    option::weighted(0.4, spanned(condition()))
}

pub fn population() -> impl Strategy<Value = Population> {
    let parts = (name(), option::of(name()), any::<bool>(), filter());
    parts.prop_map(|(table, role, including_excluded, filter)| Population {
        table,
        role,
        including_excluded,
        filter,
    })
}

/// What rows are grouped by: a field, or bands of one or of a time.
pub fn dimension() -> BoxedStrategy<GroupBy> {
    let group = |(of, bounds)| GroupBy { of, bounds };
    let field = || spanned(field().prop_map(Measured::Field));
    let bounds = || vec(spanned(literal()), 1..4);
    prop_oneof![
        (field(), Just(Vec::new())).prop_map(group),
        (field(), bounds()).prop_map(group),
        (spanned(time()), bounds()).prop_map(group),
    ]
    .boxed()
}

pub fn aggregate() -> BoxedStrategy<AggregateCall> {
    let function = select(&["count", "share", "sum", "p95", "mean"][..]);
    let measured = prop_oneof![field().prop_map(Measured::Field), time(),];
    let parts = (
        function,
        option::of(spanned(measured)),
        spanned(population()),
        filter(),
    );
    (parts, option::weighted(0.3, 0..=100_u32))
        .prop_map(|((function, value, population, with), percentile)| {
            // A percentile stands before a time alone.
            let of_time = value
                .as_ref()
                .is_some_and(|value| !matches!(value.node, Measured::Field(_)));
            let quantile = percentile.filter(|_| of_time);
            AggregateCall {
                function: at(function.to_string()),
                quantile: quantile.map(|percentile| at(format!("p{percentile}"))),
                value,
                population,
                with,
            }
        })
        .boxed()
}

fn adjustment() -> impl Strategy<Value = Adjustment> {
    select(vec![
        Adjustment::Otherwise,
        Adjustment::AtMost,
        Adjustment::AtLeast,
    ])
}

/// A number, perhaps with a sign and a unit.
pub fn quantity() -> impl Strategy<Value = WrittenLiteral> {
    prop_oneof![
        2 => signed_number().prop_map(WrittenLiteral::Number),
        1 => signed_number().prop_map(WrittenLiteral::Percent),
        1 => duration().prop_map(WrittenLiteral::Duration),
    ]
}

fn operator() -> impl Strategy<Value = Arithmetic> {
    select(vec![
        Arithmetic::Add,
        Arithmetic::Subtract,
        Arithmetic::Multiply,
        Arithmetic::Divide,
    ])
}

/// Operands of an operator are in parentheses or simple, so precedence cannot turn the tree.
pub fn formula() -> impl Strategy<Value = Formula> {
    let leaf = prop_oneof![
        number().prop_map(Formula::Number),
        name().prop_map(Formula::Name),
        number().prop_map(|number| Formula::Constant(WrittenLiteral::Percent(number))),
        duration().prop_map(|time| Formula::Constant(WrittenLiteral::Duration(time))),
        aggregate().prop_map(|call| Formula::Aggregate(Box::new(call))),
    ]
    .boxed();
    leaf.clone().prop_recursive(3, 8, 2, move |inner| {
        let group = inner.prop_map(|inner| Formula::Group(Box::new(at(inner))));
        let operand = prop_oneof![leaf.clone(), group].boxed();
        let negated = operand
            .clone()
            .prop_map(|inner| Formula::Negate(Box::new(at(inner))));
        let side = prop_oneof![3 => operand.clone(), 1 => negated.clone()].boxed();
        let adjusted = (side.clone(), adjustment(), spanned(quantity())).prop_map(
            |(formula, adjustment, value)| Formula::Adjusted {
                formula: Box::new(at(formula)),
                adjustment: at(adjustment),
                value,
            },
        );
        prop_oneof![
            operand,
            negated,
            adjusted,
            (side.clone(), operator(), side).prop_map(|(left, operator, right)| Formula::Binary {
                operator: at(operator),
                left: Box::new(at(left)),
                right: Box::new(at(right)),
            }),
        ]
    })
}
