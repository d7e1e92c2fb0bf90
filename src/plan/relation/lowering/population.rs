//! Populations over an axis: which rows count at which points, and why others do not.

use std::sync::Arc;

use super::conditions::longest_within;
use super::cubes::PointRange;
use super::events::StateTime;
use super::rows::Rows;
use super::stretches::CountedStretch;
use crate::lang::model::{Condition, EventSource, Population, Role, StateSource};
use crate::plan::relation::{Axis, Expression, Name, RelationalOperator};

/// The rows of a population over an axis.
#[derive(Clone)]
pub(super) struct PopulationRows {
    pub axis: Arc<Axis>,
    pub when: CountedAt,
    /// Rows that would count, were they not excluded or pending.
    pub candidate: Expression,
    /// The number of the `exclude` line that leaves a row out.
    pub excluded: Option<Expression>,
    /// Rows of a flow too young to be judged (rule S20).
    pub pending: Option<Expression>,
    /// Rows whose interval ends before it starts (rule S34).
    pub reversed: Option<Expression>,
    /// Rows whose interval has an end and no start (rule S34).
    pub unbegun: Option<Expression>,
}

/// The points at which a row counts.
#[derive(Clone)]
pub(super) enum CountedAt {
    /// The bucket in which the event of a flow falls; the event's instant.
    Bucket { slot: Expression, at: Expression },
    /// Buckets overlap: those from `low` up to `high`. The event's instant.
    Windows {
        low: Expression,
        high: Expression,
        at: Expression,
    },
    /// Stretches of points, apart from each other; all instants in them as a set.
    Stretches {
        stretches: Vec<CountedStretch>,
        set: Expression,
    },
}

/// A row is cut to no more stretches by points: beyond, a list of ranges costs less.
const MOST_STRETCHES: usize = 2;

impl PopulationRows {
    /// Rows that count.
    pub fn counted(&self) -> Expression {
        let mut tests = vec![self.candidate.clone()];
        tests.extend(self.excluded.clone().map(Expression::is_missing));
        tests.extend(self.pending.clone().map(Expression::negated));
        Expression::all(tests)
    }

    /// The instant of a flow's event.
    pub fn at(&self) -> Option<&Expression> {
        match &self.when {
            CountedAt::Bucket { at, .. } | CountedAt::Windows { at, .. } => Some(at),
            CountedAt::Stretches { .. } => None,
        }
    }
}

impl Rows<'_> {
    /// The rows of a population. `with` is the test of a share: its `within` makes rows pending too.
    pub fn population(
        &mut self,
        population: &Population,
        with: Option<&Condition>,
        axis: &Arc<Axis>,
    ) -> PopulationRows {
        let parts = population
            .filter
            .as_ref()
            .map_or(Vec::new(), Condition::conjuncts);
        let settled = self.settled_by(population.role);
        let (timed, constant): (Vec<&Condition>, Vec<&Condition>) = parts
            .into_iter()
            .partition(|part| self.depends_on_time(part, &settled));
        let constant: Vec<Expression> = constant
            .into_iter()
            .map(|part| self.holds(part, None))
            .collect();
        let excluded = match population.including_excluded {
            true => None,
            false => self.excluded(),
        };
        let parts = Parts {
            axis,
            constant,
            timed,
            excluded,
        };
        match population.role {
            Role::Event(event) => {
                let conditions = population.filter.iter().chain(with);
                let within = conditions.filter_map(longest_within).max();
                let at = self.event(event);
                let name = &self.context.definitions.table(self.table).events[event].name;
                let (name, judged) = (name.clone(), at.clone());
                self.flow(&name, at, &judged, within, parts)
            }
            // Every row counts, as if something happened to it just before the end.
            Role::Rows => {
                let end = axis.ends.first().copied().unwrap_or_default();
                let at = Expression::integer(end - 1);
                self.flow("row", at, &Expression::integer(end), None, parts)
            }
            Role::State(state) => self.stock(state, parts),
        }
    }

    /// The columns that are known wherever rows of a population are judged: they are present, and in the past.
    pub fn settled_by(&self, role: Role) -> Vec<usize> {
        let table = self.context.definitions.table(self.table);
        let none = Vec::new();
        let columns: &Vec<usize> = match role {
            Role::Event(event) => match &table.events[event].source {
                EventSource::Columns(columns) => &columns.columns,
                EventSource::LastOf { .. } | EventSource::Due(_) | EventSource::Breach(_) => &none,
            },
            Role::State(state) => match &table.states[state].source {
                StateSource::Columns { from, .. } => &from.columns,
                StateSource::Intervals { .. } | StateSource::Overdue(_) => &none,
            },
            Role::Rows => &none,
        };
        // Of several, any may be the one.
        match columns.as_slice() {
            [only] => vec![*only],
            _ => Vec::new(),
        }
    }

    fn flow(
        &mut self,
        name: &str,
        at: Expression,
        judged: &Expression,
        within: Option<i64>,
        parts: Parts,
    ) -> PopulationRows {
        let (when, is_there) = self.buckets(name, &at, parts.axis);
        let pending = within.map(|micros| {
            let end = at.clone().plus(Expression::integer(micros));
            let as_of = Expression::integer(self.context.evaluation.as_of.instant);
            self.derive("pending", end.is(RelationalOperator::Greater, as_of))
        });
        let at_event: Vec<Expression> = parts
            .timed
            .iter()
            .map(|part| {
                let holds = self.holds(part, Some(judged));
                self.derive(&format!("at_{name}"), holds)
            })
            .collect();
        let mut tests = vec![is_there];
        tests.extend(parts.constant);
        match &pending {
            None => tests.extend(at_event),
            Some(pending) => {
                tests.push(Expression::Or(vec![
                    pending.clone(),
                    Expression::all(at_event),
                ]));
            }
        }
        PopulationRows {
            axis: parts.axis.clone(),
            when,
            candidate: Expression::all(tests),
            excluded: parts.excluded,
            pending,
            reversed: None,
            unbegun: None,
        }
    }

    /// The buckets that the event of a row falls in, and whether there are any.
    fn buckets(
        &mut self,
        name: &str,
        at: &Expression,
        axis: &Arc<Axis>,
    ) -> (CountedAt, Expression) {
        let Some(starts) = &axis.overlapping else {
            let slot = Expression::SlotOf {
                instant: Box::new(at.clone()),
                axis: axis.clone(),
            };
            let slot = self.derive(&format!("slot_{name}"), slot);
            let is_there = slot.clone().is_present();
            let at = at.clone();
            return (CountedAt::Bucket { slot, at }, is_there);
        };
        // A bucket has the event if it ends after it and does not start after it.
        let low = self.point_after(&format!("{name}_low"), at, axis);
        let high = self.point_after(&format!("{name}_high"), at, starts);
        let is_there = low.clone().is(RelationalOperator::Less, high.clone());
        let at = at.clone();
        (CountedAt::Windows { low, high, at }, is_there)
    }

    fn stock(&mut self, state: usize, parts: Parts) -> PopulationRows {
        let definitions = self.context.definitions;
        let definition = &definitions.table(self.table).states[state];
        let name = definition.name.clone();
        let time = self.state(state);
        let reversed = match &time {
            StateTime::Span { from, until } => Some(self.reversed(&name, from, until, &parts)),
            StateTime::Set(_) => None,
        };
        let unbegun = match (&time, &definition.source) {
            // Of several ends one may be there of a row that is never in the state.
            (StateTime::Span { from, until }, StateSource::Columns { until: ends, .. })
                if ends.len() == 1 =>
            {
                Some(self.unbegun(&name, from, until, &parts))
            }
            (StateTime::Span { .. } | StateTime::Set(_), _) => None,
        };
        let sets: Vec<Expression> = parts.timed.iter().map(|part| self.instants(part)).collect();
        let by_points = match &time {
            StateTime::Span { from, until } => self.points(&name, (from, until), &sets, parts.axis),
            StateTime::Set(_) => None,
        };
        let stretches = by_points.unwrap_or_else(|| {
            let sets = std::iter::once(time.set()).chain(sets);
            self.ranges(&name, sets.collect(), parts.axis)
        });
        let is_there = Expression::any(stretches.iter().map(CountedStretch::has_points));
        let set = match stretches.as_slice() {
            [only] => only.set.clone(),
            several => Expression::Union(several.iter().map(|one| one.set.clone()).collect()),
        };
        let when = CountedAt::Stretches { stretches, set };
        PopulationRows {
            axis: parts.axis.clone(),
            when,
            candidate: Expression::all(std::iter::once(is_there).chain(parts.constant)),
            excluded: parts.excluded,
            pending: None,
            reversed,
            unbegun,
        }
    }

    fn reversed(
        &mut self,
        name: &str,
        from: &Expression,
        until: &Expression,
        parts: &Parts,
    ) -> Expression {
        let before = until.clone().is(RelationalOperator::Less, from.clone());
        let point = self.point_after(&format!("{name}_low"), from, parts.axis);
        let points = Expression::integer(parts.axis.len() as i64);
        let mut tests = vec![before, point.is(RelationalOperator::Less, points)];
        tests.extend(parts.constant.iter().cloned());
        Expression::all(tests)
    }

    fn unbegun(
        &mut self,
        name: &str,
        from: &Expression,
        until: &Expression,
        parts: &Parts,
    ) -> Expression {
        let point = self.point_after(&format!("{name}_high"), until, parts.axis);
        let points = Expression::integer(parts.axis.len() as i64);
        let no_start = [from.clone().is_missing(), until.clone().is_present()];
        let mut tests = no_start.to_vec();
        tests.push(point.is(RelationalOperator::Less, points));
        tests.extend(parts.constant.iter().cloned());
        Expression::all(tests)
    }

    /// The stretches of a state that lie in all sets, where points alone can tell.
    fn points(
        &mut self,
        name: &str,
        (from, until): (&Expression, &Expression),
        sets: &[Expression],
        axis: &Arc<Axis>,
    ) -> Option<Vec<CountedStretch>> {
        let low = self.point_after(&format!("{name}_low"), from, axis);
        let high = Expression::Coalesce(vec![
            Expression::FirstPointAfter {
                instant: Box::new(until.clone()),
                axis: axis.clone(),
            },
            Expression::integer(axis.len() as i64),
        ]);
        let high = self.derive(&format!("{name}_high"), high);
        let span = StateTime::Span {
            from: from.clone(),
            until: until.clone(),
        };
        let whole = CountedStretch::whole(PointRange::Columns { low, high }, span.set());
        let mut stretches = vec![whole];
        for set in sets {
            stretches = self.cut_by_points(&stretches, set, axis)?;
            if stretches.len() > MOST_STRETCHES {
                return None;
            }
        }
        Some(stretches)
    }

    /// The first point after an instant.
    pub fn point_after(
        &mut self,
        hint: &str,
        instant: &Expression,
        axis: &Arc<Axis>,
    ) -> Expression {
        let point = Expression::FirstPointAfter {
            instant: Box::new(instant.clone()),
            axis: axis.clone(),
        };
        self.derive(hint, point)
    }

    /// Instants that are in all sets, as ranges of points.
    fn ranges(
        &mut self,
        name: &str,
        mut sets: Vec<Expression>,
        axis: &Arc<Axis>,
    ) -> Vec<CountedStretch> {
        let set = match sets.len() {
            1 => sets.remove(0),
            _ => Expression::Intersection(sets),
        };
        let set = self.derive(&format!("{name}_instants"), set);
        let ranges = self.covered(&format!("{name}_points"), set.clone(), axis);
        vec![CountedStretch::whole(PointRange::Ranges(ranges), set)]
    }

    /// The column of the points of an axis that lie in a set; missing where there are none.
    pub fn covered(&mut self, hint: &str, set: Expression, axis: &Arc<Axis>) -> Name {
        let covered = Expression::CoveredPoints {
            set: Box::new(set),
            axis: axis.clone(),
        };
        match self.derive(hint, covered) {
            Expression::Column(name) => name,
            other => unreachable!("what is derived is a column, not {other}"),
        }
    }
}

/// A population taken apart.
struct Parts<'p> {
    axis: &'p Arc<Axis>,
    /// Tests that do not depend on time.
    constant: Vec<Expression>,
    timed: Vec<&'p Condition>,
    excluded: Option<Expression>,
}
