//! Which groups moved a number between two periods.
//!
//! Takes the context to ask on and a checked query; gives a [`Attribution`]: the number in both periods, and
//! what each group of a dimension contributed to its change. The arithmetic is in `contributions`.

mod contributions;
mod groupings;
mod periods;
mod shown;
mod split;
mod words;

pub use contributions::{Contribution, Fraction, departure, of_quotient};
pub use groupings::groupings;
pub use periods::{PeriodPair, compare_ends, pair};
pub use shown::{json, table, text, written};
pub use split::{Decomposition, split};

use std::collections::BTreeMap;

use crate::base::diagnostic::Problems;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, Cell, Context, Level, Row, Value};
use crate::exec::assemble;
use crate::exec::query_context::QueryContext;
use crate::lang::model::{Dimension, Direction, Query, Subject, ValueColumn};
use crate::plan::{self, Plan, TimeBucket, Timeline, Work};

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
}

impl Attribution {
    /// By how much the number changed.
    pub fn change(&self) -> Option<f64> {
        Some(self.after.value? - self.before.value?)
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

fn why_by(
    context: &QueryContext,
    query: &Query,
    by: &[Dimension],
) -> Result<Attribution, Problems> {
    let column = first_column(query);
    let split = split(&column);
    let grouped = grouped(query, &column, &split, by);
    let (sources, given) = context.load(&[&grouped])?;
    let evaluation = plan::evaluation_time(context.definitions, query, &given)?;
    let pair = pair(context.definitions, &bare(query, &column), &evaluation)?;
    let plan = plan::plan(context.definitions, &timeless(&grouped), &evaluation)?;
    let plans = [within(&plan, &pair.before), within(&plan, &pair.after)];
    let answers = assemble::answers(context.definitions, &sources, &plans)?;
    let mut why = compose(&column, &split, by, &pair, (&answers[0], &answers[1]));
    why.notes.extend(sources.notes);
    Ok(why)
}

fn names(by: &[Dimension]) -> Vec<String> {
    by.iter().map(|dimension| dimension.name.clone()).collect()
}

fn first_column(query: &Query) -> ValueColumn {
    match &query.subject {
        Subject::Values(values) => values.columns[0].clone(),
        Subject::List(_) => unreachable!("only values have reasons"),
    }
}

/// The query with one column and nothing that orders or cuts rows.
fn bare(query: &Query, column: &ValueColumn) -> Query {
    let mut query = query.clone();
    if let Subject::Values(values) = &mut query.subject {
        values.columns = vec![column.clone()];
        values.ungroup();
        values.left_out.clear();
    }
    query
}

/// The column by some dimensions, with what stands above and below its line, and the total.
fn grouped(query: &Query, column: &ValueColumn, split: &Decomposition, by: &[Dimension]) -> Query {
    let mut query = bare(query, column);
    if let Subject::Values(values) = &mut query.subject {
        values.by = by.to_vec();
        values.with_total = !by.is_empty();
        if let Decomposition::Quotient { above, below } = split {
            values
                .columns
                .extend([above.as_ref().clone(), below.as_ref().clone()]);
        }
    }
    query
}

/// A query whose time line does not matter: another takes its place.
fn timeless(query: &Query) -> Query {
    let mut query = query.clone();
    query.period = Some(crate::lang::model::Period::Last(
        1,
        crate::base::types::Grain::Day,
    ));
    if let Subject::Values(values) = &mut query.subject {
        values.over = None;
        values.versus.clear();
    }
    query
}

/// The plan over one slot.
fn within(plan: &Plan, slot: &TimeBucket) -> Plan {
    let mut plan = plan.clone();
    if let Work::Values(work) = &mut plan.work {
        work.shows_period = false;
        work.timeline = Timeline {
            grain: None,
            slots: vec![slot.clone()],
            compared: Vec::new(),
            is_windowed: false,
            notes: Vec::new(),
        };
    }
    plan
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
        before: side(&pair.before, total(before, by.len()).as_ref()),
        after: side(&pair.after, total(after, by.len()).as_ref()),
        how: ContributionMethod::NoValue,
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

/// The number of the whole.
fn total(answer: &Answer, dimensions: usize) -> Option<Value> {
    let level = if dimensions == 0 {
        Level::Group
    } else {
        Level::Total
    };
    let row = answer.rows.iter().find(|row| row.level == level)?;
    values(row).into_iter().next()
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
