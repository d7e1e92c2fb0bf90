//! What moved a stock between two instants: rows that came, went, changed, or came into or out of what is asked about.
//!
//! A row is in the state or not, and counted or not, at each of the two instants. So the change of a count or a sum falls
//! into five parts without a rest (rule S60); each is the same formula over some of the rows.

use crate::base::types::StockMoment;
use crate::exec::answer::Value;
use crate::lang::model::{
    Condition, FixedTest, Kind, Measure, Population, RelatedNoun, Role, StateId, Timeframe,
    ValueColumn,
};
use crate::plan::TimeBucket;

/// The change of a stock by what happened to its rows. Each part is a difference; together they are the change.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct StockChange {
    /// Rows that were not in the state before.
    pub opened: f64,
    /// Rows that are no longer in the state.
    pub closed: f64,
    /// Rows counted at both instants, whose numbers or bands changed.
    pub rescored: f64,
    /// Rows in the state at both instants, and counted only at the later one.
    pub scope_in: f64,
    /// Rows in the state at both instants, and counted only at the earlier one.
    pub scope_out: f64,
}

/// How many columns [`stock_columns`] gives.
pub(super) const COLUMNS: usize = 6;

impl StockChange {
    /// From the values of [`stock_columns`] before and after; those at the instant that a column is not about are not read.
    pub(super) fn of(before: &[Value], after: &[Value]) -> StockChange {
        let number = |values: &[Value], column: usize| {
            values
                .get(column)
                .and_then(|value| value.value)
                .unwrap_or(0.0)
        };
        StockChange {
            opened: number(after, 0),
            closed: -number(before, 1),
            scope_in: number(after, 2),
            scope_out: -number(before, 3),
            rescored: number(after, 4) - number(before, 5),
        }
    }

    /// The parts with the words for them, in the order shown.
    pub fn parts(&self) -> [(&'static str, f64); 5] {
        [
            ("opened", self.opened),
            ("closed", self.closed),
            ("re-scored", self.rescored),
            ("scope in", self.scope_in),
            ("scope out", self.scope_out),
        ]
    }
}

/// The column over the rows of each part; `None` where it is no stock that adds up, or asks for what has a period of its
/// own.
pub(super) fn stock_columns(
    column: &ValueColumn,
    before: &TimeBucket,
    after: &TimeBucket,
) -> Option<[ValueColumn; COLUMNS]> {
    let instant = |slot: &TimeBucket| match column.moment {
        StockMoment::End => Some(slot.end),
        StockMoment::Start => Some(slot.start),
        StockMoment::Average | StockMoment::Peak => None,
    };
    let (before, after) = (instant(before)?, instant(after)?);
    let is_read_there = |measure: &&Measure| {
        measure.kind() == Kind::Stock
            && measure.moment.is_none_or(|moment| moment == column.moment)
            && !asks_in_period(&measure.population)
    };
    if column.kind != Kind::Stock || !column.formula.measures().iter().all(is_read_there) {
        return None;
    }
    let not = |condition: Condition| Condition::Not(Box::new(condition));
    let in_state = |of: &Population, at: i64| fixed(of, state(of), at);
    let counted = |of: &Population, at: i64| match &of.filter {
        Some(filter) => Condition::All(vec![in_state(of, at), fixed(of, filter.clone(), at)]),
        None => in_state(of, at),
    };
    let scope =
        |of: &Population, at: i64| Condition::All(vec![in_state(of, at), not(counted(of, at))]);
    let only = |name: &str, test: &dyn Fn(&Population) -> Condition| narrowed(column, name, test);
    Some([
        only("opened", &|of| not(in_state(of, before))),
        only("closed", &|of| not(in_state(of, after))),
        only("scope in", &|of| scope(of, before)),
        only("scope out", &|of| scope(of, after)),
        only("stayed", &|of| counted(of, before)),
        only("stays", &|of| counted(of, after)),
    ])
}

/// Whether the population asks for related rows in the period, which an instant alone does not have.
fn asks_in_period(population: &Population) -> bool {
    let tests = population
        .filter
        .iter()
        .flat_map(Condition::tests_of_all_rows);
    let mut nouns = tests.filter_map(|test| match test {
        Condition::Exists(exists) => Some(exists.noun),
        _ => None,
    });
    nouns.any(|noun| matches!(noun, RelatedNoun::Event(_, Timeframe::InThePeriod)))
}

fn state(population: &Population) -> Condition {
    let Role::State(state) = population.role else {
        unreachable!("a stock is of a state");
    };
    Condition::InState(StateId {
        table: population.table,
        state,
    })
}

fn fixed(of: &Population, condition: Condition, instant: i64) -> Condition {
    Condition::AtInstants(Box::new(FixedTest {
        parents: Vec::new(),
        table: of.table,
        condition,
        instants: vec![instant],
    }))
}

/// The column over fewer rows, with a name that no other column has.
fn narrowed(
    column: &ValueColumn,
    name: &str,
    test: &dyn Fn(&Population) -> Condition,
) -> ValueColumn {
    ValueColumn {
        name: format!("{}: {name}", column.name),
        kpi: None,
        targets: Vec::new(),
        bands: Vec::new(),
        formula: column.formula.with_measures(&mut |measure| {
            let test = test(&measure.population);
            let filter = measure.population.filter.take();
            measure.population.filter = Some(match filter {
                Some(filter) => Condition::All(vec![filter, test]),
                None => test,
            });
        }),
        ..column.clone()
    }
}
