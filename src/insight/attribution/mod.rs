//! Which groups moved a number between two periods.
//!
//! Takes the context to ask on and a checked query; gives a [`Attribution`]: the number in both periods, and
//! what each group of a dimension contributed to its change. The arithmetic is in `contributions`.

mod compared;
mod contributions;
mod groupings;
mod periods;
mod shown;
mod split;
mod stock;
mod words;

pub use contributions::{Contribution, Fraction, departure, of_quotient};
pub use groupings::groupings;
pub use periods::{PeriodPair, compare_ends, pair};
pub use shown::{json, table, text, written};
pub use split::{Decomposition, split};
pub use stock::StockChange;

use std::collections::BTreeMap;

use compared::Compared;

use crate::base::diagnostic::Problems;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, Cell, Context, Level, Row, Value};
use crate::exec::assemble;
use crate::exec::query_context::{QueryContext, QueryReply};
use crate::lang::model::{Definitions, Dimension, Direction, Query, ValueColumn};
use crate::plan::{self, EvaluationTime, Plan, TimeBucket};

/// Fewer rows than this are too few to trust a mean or a share.
pub const FEW_ROWS: u64 = 5;

/// The change of a number and where it comes from.
#[derive(Clone, Debug)]
pub struct Attribution {
    /// Name and title of the KPI or formula.
    pub name: String,
    pub title: String,
    pub unit: DisplayUnit,
    pub direction: Option<Direction>,
    pub dimensions: Vec<String>,
    pub before: Side,
    pub after: Side,
    pub how: ContributionMethod,
    /// What happened to the rows of a stock that adds up.
    pub stock: Option<StockChange>,
    /// The largest contributions first; where there are none, the groups with the most rows.
    pub groups: Vec<GroupChange>,
    pub context: Context,
    pub notes: Vec<String>,
}

/// How contributions are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContributionMethod {
    /// Each group's own change.
    Adds,
    /// Mix and rate.
    Quotient,
    /// There are none: the number does not follow from its groups.
    Not,
    /// There are none: one of the periods has no number.
    NoValue,
}

/// The number in one of the periods.
#[derive(Clone, PartialEq, Debug)]
pub struct Side {
    pub period: String,
    pub value: Option<f64>,
    pub reason: Option<String>,
    pub rows: u64,
}

/// One group in both periods. No rows and no value where it does not occur.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupChange {
    /// A value for each dimension; `None` is missing.
    pub values: Vec<Option<String>>,
    pub before: Side,
    pub after: Side,
    /// Shares of what stands below the line, where there is one.
    pub shares: Option<(f64, f64)>,
    pub contribution: Option<Contribution>,
    pub stock: Option<StockChange>,
}

impl Attribution {
    /// By how much the number changed.
    pub fn change(&self) -> Option<f64> {
        Some(self.after.value? - self.before.value?)
    }

    /// The change within groups and by their shares, where it falls into those: together they are the change.
    pub fn within_and_mix(&self) -> Option<(f64, f64)> {
        let own = self.groups.iter().filter_map(|group| group.contribution);
        let parts = own.fold((0.0, 0.0), |(within, mix), own| {
            (within + own.rate, mix + own.mix)
        });
        (self.how == ContributionMethod::Quotient).then_some(parts)
    }

    /// `better` or `worse`, where the KPI says which is which and something changed.
    pub fn verdict(&self) -> Option<&'static str> {
        let change = self.change().filter(|change| *change != 0.0)?;
        let is_better = match self.direction? {
            Direction::HigherIsBetter => change > 0.0,
            Direction::LowerIsBetter => change < 0.0,
        };
        Some(if is_better { "better" } else { "worse" })
    }

    /// How much the groups tell: see [`departure`].
    fn tells(&self) -> f64 {
        let total = |group: &GroupChange| group.contribution.map_or(0.0, Contribution::total);
        let size = |group: &GroupChange| match group.shares {
            Some((before, after)) => before + after,
            None => {
                group.before.value.unwrap_or(0.0).abs() + group.after.value.unwrap_or(0.0).abs()
            }
        };
        let contributions: Vec<f64> = self.groups.iter().map(total).collect();
        let sizes: Vec<f64> = self.groups.iter().map(size).collect();
        departure(&contributions, &sizes)
    }
}

impl GroupChange {
    /// Whether one of the periods has so few rows that a mean or share of them may be chance.
    pub fn has_few_rows(&self) -> bool {
        [&self.before, &self.after]
            .iter()
            .any(|side| (1..FEW_ROWS).contains(&side.rows))
    }
}

/// Why the first column of a query changed, by the one of some groupings whose groups moved least
/// alike; of equal ones the first. Groupings that the data cannot answer are left out.
///
/// # Errors
///
/// Periods that cannot be compared, and what keeps the data from being read for every grouping.
pub fn why(
    context: &QueryContext,
    query: &Query,
    groupings: &[Vec<Dimension>],
) -> Result<Attribution, Problems> {
    let mut best: Option<Attribution> = None;
    let mut failed: Vec<(String, Problems)> = Vec::new();
    for by in groupings {
        match why_by(context, query, by) {
            Ok(next) if best.as_ref().is_none_or(|best| next.tells() > best.tells()) => {
                best = Some(next);
            }
            Ok(_) => {}
            Err(problems) => failed.push((names(by).join(", "), problems)),
        }
    }
    let left_out = failed
        .iter()
        .map(|(by, _)| format!("not tried, for want of data: by {by}"));
    match best {
        Some(mut why) => {
            why.notes.extend(left_out);
            Ok(why)
        }
        None => Err(failed.remove(0).1),
    }
}

/// What [`from_first_to_last`] needs computed of a query: nothing where it shows fewer than two periods.
///
/// # Errors
///
/// Periods that cannot be planned.
pub fn plans_from_first_to_last(
    definitions: &Definitions,
    query: &Query,
    evaluation: &EvaluationTime,
) -> Result<Vec<Plan>, Problems> {
    let compared = Compared::of(
        definitions,
        query,
        &[],
        evaluation,
        &periods::first_and_last,
    )?;
    let plans = compared.map(|compared| compared.plans(definitions, query, evaluation));
    Ok(plans.transpose()?.into_iter().flatten().collect())
}

/// Why the first column of a query changed from the first period it shows to the last; `None` where it shows fewer than two.
///
/// # Errors
///
/// Periods that cannot be planned.
pub fn from_first_to_last(
    definitions: &Definitions,
    query: &Query,
    reply: &QueryReply,
) -> Result<Option<Attribution>, Problems> {
    let first_and_last = &periods::first_and_last;
    let compared = Compared::of(definitions, query, &[], &reply.evaluation, first_and_last)?;
    Ok(compared.map(|compared| compared.attribution(&reply.answers)))
}

fn why_by(
    context: &QueryContext,
    query: &Query,
    by: &[Dimension],
) -> Result<Attribution, Problems> {
    let definitions = context.definitions;
    let pair = |definitions: &Definitions, query: &Query, evaluation: &EvaluationTime| {
        pair(definitions, query, evaluation).map(Some)
    };
    let (sources, given) = context.load(&[&compared::read(query, by)])?;
    let evaluation = plan::evaluation_time(definitions, query, &given)?;
    let compared = Compared::of(definitions, query, by, &evaluation, &pair)?;
    let compared = compared.expect("there are two periods");
    let plans = compared.plans(definitions, query, &evaluation)?;
    let answers = assemble::answers(definitions, &sources, &plans)?;
    let mut why = compared.attribution(&answers);
    why.notes.extend(sources.notes);
    Ok(why)
}

/// What happened to the rows of the whole and of each group.
fn add_stock_changes(
    why: &mut Attribution,
    dimensions: usize,
    (before, after): (&Answer, &Answer),
) {
    let parts = |before: &[Value], after: &[Value]| {
        // The first column is the number itself.
        let rest = |values: &[Value]| values.get(1..).unwrap_or_default().to_vec();
        StockChange::of(&rest(before), &rest(after))
    };
    why.stock = Some(parts(&total(before, dimensions), &total(after, dimensions)));
    let groups = groups(dimensions, before, after);
    for group in &mut why.groups {
        group.stock = groups
            .get(&group.values)
            .map(|[before, after]| parts(before, after));
    }
}

fn names(by: &[Dimension]) -> Vec<String> {
    by.iter().map(|dimension| dimension.name.clone()).collect()
}

fn compose(
    column: &ValueColumn,
    split: &Decomposition,
    by: &[Dimension],
    pair: &PeriodPair,
    (before, after): (&Answer, &Answer),
) -> Attribution {
    let mut why = Attribution {
        name: column.name.clone(),
        title: column.title.clone(),
        unit: column.display,
        direction: column.direction,
        dimensions: names(by),
        before: side(&pair.before, total(before, by.len()).first()),
        after: side(&pair.after, total(after, by.len()).first()),
        how: ContributionMethod::NoValue,
        stock: None,
        groups: Vec::new(),
        context: after.context.clone(),
        notes: pair.notes.clone(),
    };
    let groups = groups(by.len(), before, after);
    let (how, found) = match why.change() {
        Some(_) => contributions_of(split, &groups),
        None => (ContributionMethod::NoValue, Contributions::new()),
    };
    why.how = how;
    let mut found = found.into_iter();
    let group = |(values, [first, second]): (Vec<Option<String>>, [Vec<Value>; 2])| {
        let (contribution, shares) = found.next().unzip();
        GroupChange {
            values,
            before: side(&pair.before, first.first()),
            after: side(&pair.after, second.first()),
            shares: shares.flatten(),
            contribution,
            stock: None,
        }
    };
    why.groups = groups.into_iter().map(group).collect();
    sort(&mut why.groups);
    why
}

/// The largest contributions first, or the most rows; equal ones by name.
fn sort(groups: &mut [GroupChange]) {
    let size = |group: &GroupChange| match group.contribution {
        Some(contribution) => contribution.total().abs(),
        None => (group.before.rows + group.after.rows) as f64,
    };
    groups.sort_by(|left, right| size(right).total_cmp(&size(left)));
}

/// By the values of the dimensions: the group's columns before and after, none where it is not.
type ValuesByGroup = BTreeMap<Vec<Option<String>>, [Vec<Value>; 2]>;
/// What a group contributes, and its shares of what stands below the line.
type Contributions = Vec<(Contribution, Option<(f64, f64)>)>;

/// What each group contributes, and how that is to be read.
fn contributions_of(
    split: &Decomposition,
    groups: &ValuesByGroup,
) -> (ContributionMethod, Contributions) {
    match split {
        Decomposition::Not => (ContributionMethod::Not, Contributions::new()),
        Decomposition::Adds => (ContributionMethod::Adds, own_changes(groups)),
        Decomposition::OfRows | Decomposition::Quotient { .. } => match quotients(split, groups) {
            Some(found) => (ContributionMethod::Quotient, found),
            None => (ContributionMethod::Not, Contributions::new()),
        },
    }
}

fn groups(dimensions: usize, before: &Answer, after: &Answer) -> ValuesByGroup {
    let mut groups = ValuesByGroup::new();
    for (index, answer) in [before, after].into_iter().enumerate() {
        for row in answer.rows.iter().filter(|row| row.level == Level::Group) {
            let names = row.cells[..dimensions].iter().map(name).collect();
            let both: &mut [Vec<Value>; 2] = groups.entry(names).or_default();
            both[index] = values(row);
        }
    }
    groups
}

fn name(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Missing => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.to_string()),
        Cell::Number(_) | Cell::Value(_) => unreachable!("dimensions are texts, scales and yes/no"),
    }
}

fn values(row: &Row) -> Vec<Value> {
    let value = |cell: &Cell| match cell {
        Cell::Value(value) => Some(value.as_ref().clone()),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    };
    row.cells.iter().filter_map(value).collect()
}

/// The numbers of the whole; none where nothing is in it.
fn total(answer: &Answer, dimensions: usize) -> Vec<Value> {
    let level = if dimensions == 0 {
        Level::Group
    } else {
        Level::Total
    };
    let row = answer.rows.iter().find(|row| row.level == level);
    row.map_or_else(Vec::new, values)
}

fn side(slot: &TimeBucket, value: Option<&Value>) -> Side {
    Side {
        period: slot.label.clone(),
        value: value.and_then(|value| value.value),
        reason: value.and_then(|value| value.reason.clone()),
        rows: value.map_or(0, |value| value.rows),
    }
}

fn number(values: &[Value], column: usize) -> f64 {
    values
        .get(column)
        .and_then(|value| value.value)
        .unwrap_or(0.0)
}

/// Of what adds up every group contributes its own change.
fn own_changes(groups: &ValuesByGroup) -> Contributions {
    let change = |[before, after]: &[Vec<Value>; 2]| {
        let rate = number(after, 0) - number(before, 0);
        (Contribution { mix: 0.0, rate }, None)
    };
    groups.values().map(change).collect()
}

fn quotients(split: &Decomposition, groups: &ValuesByGroup) -> Option<Contributions> {
    let fraction = |values: &Vec<Value>| match split {
        Decomposition::Quotient { .. } => Fraction {
            above: number(values, 1),
            below: number(values, 2),
        },
        Decomposition::OfRows | Decomposition::Adds | Decomposition::Not => {
            let below = values.first().map_or(0, |value| value.rows) as f64;
            Fraction {
                above: number(values, 0) * below,
                below,
            }
        }
    };
    let both = |[before, after]: &[Vec<Value>; 2]| (fraction(before), fraction(after));
    let fractions: Vec<(Fraction, Fraction)> = groups.values().map(both).collect();
    let contributions = of_quotient(&fractions)?;
    let below = |place: fn(&(Fraction, Fraction)) -> f64| fractions.iter().map(place).sum::<f64>();
    let all = (below(|both| both.0.below), below(|both| both.1.below));
    let shares = fractions
        .iter()
        .map(|both| Some((both.0.below / all.0, both.1.below / all.1)));
    Some(contributions.into_iter().zip(shares).collect())
}
