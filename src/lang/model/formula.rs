//! What is computed: formulas, measures, populations, conditions.

use std::collections::BTreeSet;

use super::{EventId, FieldId, KpiId, ScoreId, StateId, TableId};
use crate::base::source::Span;
use crate::base::types::{Adjustment, Choice, NearSide, StockMoment, Unit};
use crate::lang::functions::Function;

/// Arithmetic over measures. Durations are in microseconds, percents are fractions.
#[derive(Clone, Debug)]
pub enum Formula {
    Number(f64),
    /// `30 days`, `15%`
    Constant {
        value: f64,
        unit: Unit,
    },
    Measure(Box<Measure>),
    /// Another KPI's formula, by name.
    Kpi(KpiId),
    Binary {
        operator: Operator,
        left: Box<Formula>,
        right: Box<Formula>,
    },
    Negate(Box<Formula>),
    /// `(a / b) otherwise 0`; the value is in the formula's unit.
    Adjusted {
        of: Box<Formula>,
        adjustment: Adjustment,
        value: f64,
        unit: Unit,
    },
}

impl Formula {
    /// The measures of a formula without KPI names, from left to right, repeats included. Depth is
    /// bounded where the tree is built.
    pub fn measures(&self) -> Vec<&Measure> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Measure>) {
        match self {
            Formula::Number(_) | Formula::Constant { .. } => {}
            Formula::Measure(measure) => found.push(measure),
            Formula::Kpi(_) => unreachable!("checking puts a KPI's formula in place of its name"),
            Formula::Binary { left, right, .. } => {
                left.collect(found);
                right.collect(found);
            }
            Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => inner.collect(found),
        }
    }
}

impl Formula {
    /// The formula with each of its measures changed.
    pub fn with_measures(&self, change: &mut impl FnMut(&mut Measure)) -> Formula {
        match self {
            Formula::Number(_) | Formula::Constant { .. } | Formula::Kpi(_) => self.clone(),
            Formula::Measure(measure) => {
                let mut measure = measure.clone();
                change(&mut measure);
                Formula::Measure(measure)
            }
            Formula::Binary {
                operator,
                left,
                right,
            } => Formula::Binary {
                operator: *operator,
                left: Box::new(left.with_measures(change)),
                right: Box::new(right.with_measures(change)),
            },
            Formula::Negate(inner) => Formula::Negate(Box::new(inner.with_measures(change))),
            Formula::Adjusted {
                of,
                adjustment,
                value,
                unit,
            } => Formula::Adjusted {
                of: Box::new(of.with_measures(change)),
                adjustment: *adjustment,
                value: *value,
                unit: *unit,
            },
        }
    }

    /// Whether the formula of all rows is the sum of the same formula of their groups.
    pub fn adds_up(&self) -> bool {
        let is_number =
            |formula: &Formula| matches!(formula, Formula::Number(_) | Formula::Constant { .. });
        match self {
            Formula::Measure(measure) => {
                ["count", "sum"].contains(&measure.function.name)
                    && measure.moment != Some(StockMoment::Peak)
            }
            Formula::Negate(inner) => inner.adds_up(),
            Formula::Binary {
                operator,
                left,
                right,
            } => match operator {
                Operator::Add | Operator::Subtract => left.adds_up() && right.adds_up(),
                Operator::Multiply => {
                    (left.adds_up() && is_number(right)) || (is_number(left) && right.adds_up())
                }
                Operator::Divide => left.adds_up() && is_number(right),
            },
            // A number of its own would count once for each group.
            Formula::Number(_) | Formula::Constant { .. } | Formula::Kpi(_) => false,
            // The largest of a whole is not the sum of the largest of its groups.
            Formula::Adjusted { .. } => false,
        }
    }

    /// Whether chance moves the number: a mean, a share, a quantile or a quotient of few rows says little of others. Counts,
    /// sums and extremes are what they are, however few the rows (rule S59).
    pub fn is_moved_by_chance(&self) -> bool {
        match self {
            Formula::Number(_) | Formula::Constant { .. } => false,
            Formula::Measure(measure) => {
                !["count", "sum", "distinct", "min", "max"].contains(&measure.function.name)
            }
            Formula::Kpi(_) => unreachable!("checking puts a KPI's formula in place of its name"),
            Formula::Binary {
                operator,
                left,
                right,
            } => {
                let is_quotient = *operator == Operator::Divide && !right.measures().is_empty();
                is_quotient || left.is_moved_by_chance() || right.is_moved_by_chance()
            }
            Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => {
                inner.is_moved_by_chance()
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Whether a number belongs to a stretch of time or to an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Made of events: belongs to a period.
    Flow,
    /// Made of states: belongs to an instant; never summed over time.
    Stock,
    /// A formula over both.
    Mixed,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Flow => "flow",
            Kind::Stock => "stock",
            Kind::Mixed => "mixed",
        }
    }
}

/// One aggregate over one population. Two equal measures are computed once.
#[derive(Clone, Debug)]
pub struct Measure {
    pub function: &'static Function,
    /// For `p95`: 0.95. `None` for functions without a parameter.
    pub parameter: Option<f64>,
    pub value: Option<Measured>,
    pub population: Population,
    /// The numerator's test of `share`.
    pub with: Option<Condition>,
    /// Where in a period the stock is read, if a KPI that the formula names says so; `None`: where
    /// the column is read.
    pub moment: Option<StockMoment>,
    pub unit: Unit,
    pub span: Span,
}

impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
            && self.parameter == other.parameter
            && self.value == other.value
            && self.population == other.population
            && self.with == other.with
            && self.moment == other.moment
    }
}

impl Measure {
    pub fn kind(&self) -> Kind {
        match self.population.role {
            Role::Event(_) => Kind::Flow,
            Role::State(_) => Kind::Stock,
            Role::Rows => Kind::Flow,
        }
    }
}

/// What is aggregated for each row.
#[derive(Clone, PartialEq, Debug)]
pub enum Measured {
    /// A number field; for `distinct`, a field of any type.
    Field(FieldId),
    Score(ScoreId),
    /// `time from A to B`: microseconds.
    Between {
        from: ChosenEvent,
        to: ChosenEvent,
    },
    /// `time since A` at the instant of evaluation: microseconds. Of a state only.
    Since(ChosenEvent),
}

/// Events of one table, of which one counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChosenEvent {
    pub choice: Choice,
    /// At least one.
    pub events: Vec<EventId>,
}

impl ChosenEvent {
    /// The one event, where there is no choice.
    pub fn only(event: EventId) -> ChosenEvent {
        ChosenEvent {
            choice: Choice::First,
            events: vec![event],
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Population {
    pub table: TableId,
    pub role: Role,
    pub including_excluded: bool,
    /// The definition's `where` and the query's, joined.
    pub filter: Option<Condition>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Index into the table's events.
    Event(usize),
    /// Index into the table's states.
    State(usize),
    /// Every row: `list` only.
    Rows,
}

/// A test of a row. Two-valued: a comparison with a missing value is false, its negation true
/// (rule S15), so `!=` and `not in` are written as [`Condition::Not`].
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    All(Vec<Condition>),
    AnyOf(Vec<Condition>),
    Not(Box<Condition>),
    /// A scale or yes/no field whose code is one of these; yes/no has 0 for no and 1 for yes.
    Codes {
        field: FieldId,
        allowed: BTreeSet<u8>,
    },
    /// A text field that equals one of these.
    Texts {
        field: FieldId,
        allowed: BTreeSet<String>,
    },
    /// A text field that contains this text, letter case aside.
    ContainsText {
        field: FieldId,
        /// In small letters.
        text: String,
    },
    Number {
        field: FieldId,
        test: NumberTest,
    },
    /// A date field within `[from, until)`, in microseconds; `i64::MIN` and `i64::MAX` are open ends.
    Between {
        field: FieldId,
        from: i64,
        until: i64,
    },
    /// Two fields of one table and type; false when either is missing. Texts compare for equality only.
    Fields {
        left: FieldId,
        test: OrderTest,
        right: FieldId,
    },
    Present(FieldId),
    /// `any scans completed within 30 days`: judged at the instant of evaluation (rule S13).
    Exists(Box<Exists>),
    /// `open`: in the state just before the instant (rule S40).
    InState(StateId),
    /// `verified`: it has happened by the instant (rule S40).
    Happened(EventId),
    /// `time from found to verified <= 30 days`, once both have happened.
    Elapsed {
        from: ChosenEvent,
        /// `None`: the instant.
        to: Option<ChosenEvent>,
        test: OrderTest,
        micros: i64,
    },
    /// `due_at within next 14 days`: an instant near the one asked about (rule S54).
    Near {
        of: NearDate,
        side: NearSide,
        micros: i64,
    },
    /// Judged at as-of, wherever it stands (rule S41).
    SoFar(Box<Condition>),
    /// Judged at fixed instants, wherever it stands: made by planning, never written.
    AtInstants(Box<FixedTest>),
    /// `verified within 14 days` of the population's event; younger rows are pending (rule S20).
    Within {
        event: EventId,
        micros: i64,
    },
}

/// A test of a row, or of a row that it belongs to, at fixed instants: it holds where it does at each of them.
#[derive(Clone, PartialEq, Debug)]
pub struct FixedTest {
    /// The way to the row tested: indexes into the parents of each table on it. Empty: the row itself.
    pub parents: Vec<usize>,
    /// The table of the row tested.
    pub table: TableId,
    /// Of the row tested. Asks of no period, and of no time after an event.
    pub condition: Condition,
    /// Microseconds.
    pub instants: Vec<i64>,
}

impl Condition {
    /// The parts that all hold where it holds.
    pub fn conjuncts(&self) -> Vec<&Condition> {
        match self {
            Condition::All(parts) => parts.iter().flat_map(Condition::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// The tests that it is made of by `and`, `or`, `not` and `so far`, in the order written. The condition on related rows
    /// is part of its test.
    pub fn tests(&self) -> Vec<&Condition> {
        match self {
            Condition::All(parts) | Condition::AnyOf(parts) => {
                parts.iter().flat_map(Condition::tests).collect()
            }
            Condition::Not(inner) | Condition::SoFar(inner) => inner.tests(),
            test => vec![test],
        }
    }

    /// The same, with the tests of conditions on related rows behind them.
    pub fn tests_of_all_rows(&self) -> Vec<&Condition> {
        let mut all = Vec::new();
        for test in self.tests() {
            all.push(test);
            if let Condition::Exists(exists) = test
                && let Some(filter) = &exists.filter
            {
                all.extend(filter.tests_of_all_rows());
            }
        }
        all
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum NumberTest {
    Equal(f64),
    Less(f64),
    AtMost(f64),
    Greater(f64),
    AtLeast(f64),
}

impl NumberTest {
    pub fn holds(self, value: f64) -> bool {
        match self {
            NumberTest::Equal(limit) => value == limit,
            NumberTest::Less(limit) => value < limit,
            NumberTest::AtMost(limit) => value <= limit,
            NumberTest::Greater(limit) => value > limit,
            NumberTest::AtLeast(limit) => value >= limit,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderTest {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// Whether a row has, at an instant, so many related rows.
#[derive(Clone, PartialEq, Debug)]
pub struct Exists {
    pub relation: TableRelation,
    pub noun: RelatedNoun,
    /// Judged at the instant that the question is.
    pub filter: Option<Condition>,
    /// 1 for `any`.
    pub at_least: u32,
}

impl Exists {
    /// The table asked about.
    pub fn table(&self) -> TableId {
        match self.noun {
            RelatedNoun::Event(event, _) => event.table,
            RelatedNoun::State(state) => state.table,
        }
    }
}

/// What is asked of related rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelatedNoun {
    Event(EventId, Timeframe),
    /// In the state just before the instant.
    State(StateId),
}

/// When the event of a related row must have happened (rules S13, S42).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeframe {
    /// In the so many microseconds before the instant.
    Within(i64),
    /// In the period that the instant belongs to.
    InThePeriod,
    /// At any time before the instant.
    Ever,
    /// Nothing said: as `ever`, and refused where there is a period.
    Unsaid,
}

/// A date whose distance from the instant is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NearDate {
    Field(FieldId),
    Event(EventId),
}

/// How rows of the table asked about relate to the row that asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableRelation {
    /// The related rows belong to this row: scans of an asset. Index into the related table's parents.
    Child { parent: usize },
    /// Both belong to the same row: scans of the asset a finding belongs to. Indexes into the
    /// parents of the asking and of the related table.
    Sibling { own: usize, related: usize },
}

/// A field confined to some of its values; what a conjunction of simple tests amounts to.
#[derive(Clone, PartialEq, Debug)]
pub struct Restriction {
    /// The field's name: restrictions of different tables compare by name.
    pub field: String,
    pub allowed: Allowed,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Allowed {
    Codes(BTreeSet<u8>),
    Texts(BTreeSet<String>),
}
