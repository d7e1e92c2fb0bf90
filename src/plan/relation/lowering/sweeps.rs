//! Stocks whose numbers add up: what rows bring to a cube at the first point they count at, and take away at the first they do
//! not.

use super::contributions::cut;
use super::cubes::{CubeShape, PointRange, ROWS, SweepContribution, VALUE};
use super::elapsed::Alternative;
use super::measures::{Draft, RowTest, Taken, free_name};
use super::stretches::CountedStretch;
use super::{Lowering, Reading, Sum};
use crate::plan::relation::{Aggregate, Expression, Name, StepFunction};

/// What a row brings over a range of points.
pub(super) type ValuedRange = (SweepContribution, Expression);

/// The same over several ranges.
fn each(ranges: &[SweepContribution], value: &Expression) -> Vec<ValuedRange> {
    let ranges = ranges.iter().cloned();
    ranges.map(|range| (range, value.clone())).collect()
}

/// 1 where a test holds, else 0.
fn counted_if(test: &Expression) -> Expression {
    Expression::Case {
        branches: vec![(test.clone(), Expression::integer(1))],
        otherwise: Box::new(Expression::integer(0)),
    }
}

impl Lowering<'_> {
    /// The cells of numbers that add up.
    pub(super) fn swept(
        &mut self,
        draft: &Draft,
        stretches: &[CountedStretch],
        taken: &Taken,
    ) -> (usize, Name, Reading) {
        let cube = self.cube(draft.stock(CubeShape::Swept(Vec::new())));
        let whole: Vec<SweepContribution> = stretches
            .iter()
            .map(|stretch| stretch.range.clone())
            .collect();
        let one = Expression::integer(1);
        let rows_name = self.contribute(cube, ROWS, each(&whole, &one));
        let reading = match taken {
            Taken::Row(None) => Reading::Tally { with: None },
            Taken::Row(Some(RowTest::Constant(test))) => Reading::Tally {
                with: Some(self.contribute(cube, "with", each(&whole, &counted_if(test)))),
            },
            Taken::Row(Some(RowTest::Varying(test))) => {
                let (rows, axis) = (self.rows(draft.table), &draft.population.axis);
                let passing = stretches.iter();
                let passing = passing.flat_map(|stretch| rows.cut_to(stretch, test, axis));
                let passing: Vec<SweepContribution> =
                    passing.map(|stretch| stretch.range).collect();
                Reading::Tally {
                    with: Some(self.contribute(cube, "with", each(&passing, &one))),
                }
            }
            Taken::Number(value) => self.total(cube, each(&whole, value)),
            Taken::Stepped(function) => {
                let stepped = stretches.iter();
                let stepped = stepped.map(|stretch| self.stepped(draft, stretch, function));
                let stepped: Vec<SweepContribution> = stepped.collect();
                self.total(cube, each(&stepped, &Expression::column(VALUE)))
            }
            Taken::Score(versions) => {
                let parts = whole.iter().flat_map(|range| cut(range, versions));
                self.total(cube, parts.collect())
            }
            Taken::Between { micros, .. } => {
                let present = counted_if(&micros.clone().is_present());
                Reading::Total {
                    count: self.contribute(cube, "count", each(&whole, &present)),
                    sum: self.contribute(cube, "sum", each(&whole, micros)),
                    scale: Sum::Micros,
                }
            }
            Taken::Since(alternatives) => {
                let ages = whole.iter();
                let ages = ages.flat_map(|range| self.since(draft, range, alternatives));
                let ages: Vec<ValuedRange> = ages.collect();
                let counted = ages.iter().map(|(over, _)| (over.clone(), one.clone()));
                Reading::Total {
                    count: self.contribute(cube, "count", counted.collect()),
                    sum: self.contribute(cube, "sum", ages),
                    scale: Sum::Ages,
                }
            }
            Taken::Lifetime { .. } | Taken::Value(_) => {
                unreachable!("no function sums lifetimes or texts")
            }
        };
        (cube, rows_name, reading)
    }

    /// The points of a stretch with the number that a row has there.
    pub(super) fn stepped(
        &mut self,
        draft: &Draft,
        stretch: &CountedStretch,
        function: &StepFunction,
    ) -> SweepContribution {
        let points = Expression::SteppedPoints {
            function: function.clone(),
            set: Box::new(stretch.set.clone()),
            axis: draft.population.axis.clone(),
        };
        let Expression::Column(points) = self.rows(draft.table).derive("stepped_points", points)
        else {
            unreachable!("a derived column");
        };
        stretch.over(PointRange::Steps(points))
    }

    /// Count and exact sum of numbers, each over its points.
    fn total(&mut self, cube: usize, parts: Vec<ValuedRange>) -> Reading {
        let count = parts
            .iter()
            .map(|(over, value)| (over.clone(), counted_if(&value.clone().is_present())));
        let count = self.contribute(cube, "count", count.collect());
        let fixed = parts
            .into_iter()
            .map(|(over, value)| (over, Expression::FixedPoint(Box::new(value))));
        Reading::Total {
            count,
            sum: self.contribute(cube, "sum", fixed.collect()),
            scale: Sum::FixedPoint,
        }
    }

    /// Before its event a row has no age: it counts from the event on, until another takes its place.
    fn since(
        &mut self,
        draft: &Draft,
        range: &SweepContribution,
        alternatives: &[Alternative],
    ) -> Vec<ValuedRange> {
        let axis = &draft.population.axis;
        // A missing event has no point: such rows contribute nothing, and nothing takes their place.
        let points = Expression::integer(axis.len() as i64);
        let mut bound = |hint: &str, instant: &Expression| {
            let point = self.rows(draft.table).point_after(hint, instant, axis);
            Expression::Coalesce(vec![point, points.clone()])
        };
        let part = |one: &Alternative| {
            let mut over = range.clone().starting(bound("age_from", &one.instant));
            if let Some(replaced) = &one.replaced {
                over = over.until(bound("age_until", replaced));
            }
            (over, one.instant.clone())
        };
        alternatives.iter().map(part).collect()
    }

    /// The same for cubes that are expanded: rows count before all events too, without an age.
    pub(super) fn since_expanded(
        &mut self,
        draft: &Draft,
        range: &SweepContribution,
        alternatives: &[Alternative],
    ) -> Vec<ValuedRange> {
        if let [only] = alternatives {
            return vec![(range.clone(), only.instant.clone())];
        }
        let axis = &draft.population.axis;
        let first = alternatives.iter().map(|one| one.instant.clone()).collect();
        let first = Expression::Least(first);
        let begun = self.rows(draft.table).point_after("age_from", &first, axis);
        let mut parts = self.since(draft, range, alternatives);
        parts.push((range.clone().until(begun), Expression::missing_integer()));
        parts
    }

    /// Adds a column to a swept cube, fed over some ranges of points; the name of the one it already has if that is fed
    /// the same.
    fn contribute(&mut self, cube: usize, hint: &str, parts: Vec<ValuedRange>) -> Name {
        if let Some(known) = self.fed_the_same(cube, &parts) {
            return known;
        }
        let name = free_name(&self.cubes[cube], hint);
        let sum = Aggregate::Sum(Expression::column(&name));
        self.cubes[cube].aggregates.push((name.clone(), sum));
        for (over, value) in parts {
            self.add_value(cube, over, (name.clone(), value));
        }
        name
    }

    /// The column of a swept cube that is fed exactly these parts.
    fn fed_the_same(&self, cube: usize, parts: &[ValuedRange]) -> Option<Name> {
        let CubeShape::Swept(contributions) = &self.cubes[cube].shape else {
            unreachable!("only swept cubes have contributions that are summed");
        };
        let feeds = |name: &Name, (over, value): &ValuedRange| {
            let same_range = contributions.iter().find(|known| known.has_range_of(over));
            let mut values = same_range.into_iter().flat_map(|known| &known.values);
            values.any(|(own, of)| own == name && of == value)
        };
        let fed = |name: &Name| {
            let values = contributions.iter().flat_map(|one| &one.values);
            values.filter(|(own, _)| own == name).count()
        };
        let mut names = self.cubes[cube].aggregates.iter().map(|(name, _)| name);
        let same = names
            .find(|name| fed(name) == parts.len() && parts.iter().all(|part| feeds(name, part)));
        same.cloned()
    }

    fn add_value(&mut self, cube: usize, over: SweepContribution, value: (Name, Expression)) {
        let CubeShape::Swept(contributions) = &mut self.cubes[cube].shape else {
            unreachable!("only swept cubes have contributions that are summed");
        };
        let mut known = contributions.iter_mut();
        match known.find(|known| known.has_range_of(&over)) {
            Some(known) => known.values.push(value),
            None => contributions.push(SweepContribution {
                values: vec![value],
                ..over
            }),
        }
    }
}
