//! Why rows of a population are not used, counted (rules S19, S20, S34, S39).

use super::measures::Taken;
use super::population::{CountedAt, PopulationRows};
use super::{Exclusion, Lowering};
use crate::lang::model::{
    ChosenEvent, EventSource, Factor, Measure, Measured, Population, Role, ScoreId, StateSource,
    TableId, Weights,
};
use crate::plan::ends::measured_events;
use crate::plan::relation::{Aggregate, Expression, Name, RelationalOperator, StepFunction};

impl Lowering<'_> {
    /// The reasons for which rows of a population are left out, whatever is measured.
    pub(super) fn exclusions_of_population(
        &mut self,
        population: &Population,
        rows: &PopulationRows,
    ) -> Vec<Exclusion> {
        let definition = self.context.definitions.table(population.table);
        let mut reasons = Vec::new();
        if let Some(excluded) = &rows.excluded {
            for (place, exclude) in (0..).zip(&definition.excludes) {
                let is_this = excluded
                    .clone()
                    .is(RelationalOperator::Equal, Expression::integer(place));
                reasons.push((exclude.label.clone(), vec![rows.candidate.clone(), is_this]));
            }
        }
        if let Some(pending) = &rows.pending {
            let mut tests = vec![rows.candidate.clone(), pending.clone()];
            tests.extend(rows.excluded.clone().map(Expression::is_missing));
            reasons.push(("pending".to_string(), tests));
        }
        if let Role::State(state) = population.role
            && let StateSource::Columns { from, until } = &definition.states[state].source
            && let Some(reversed) = &rows.reversed
        {
            let name = |columns: &[usize]| definition.columns[columns[0]].name.clone();
            let reason = format!("{} before {}", name(until), name(from));
            reasons.push((reason, vec![reversed.clone()]));
            let unbegun = rows.unbegun.iter().map(|test| vec![test.clone()]);
            reasons.extend(unbegun.map(|tests| (format!("{} missing", name(from)), tests)));
        }
        let table = population.table;
        reasons
            .into_iter()
            .map(|(reason, tests)| self.exclusion(table, reason, Expression::all(tests)))
            .collect()
    }

    /// The reasons for which rows of a measure cannot be used.
    pub(super) fn exclusions_of_measure(
        &mut self,
        measure: &Measure,
        rows: &PopulationRows,
        taken: &Taken,
    ) -> Vec<Exclusion> {
        let mut exclusions = self.exclusions_of_population(&measure.population, rows);
        for (reason, test) in self.unused(measure, rows, taken) {
            let test = Expression::all([rows.counted(), test]);
            exclusions.push(self.exclusion(measure.population.table, reason, test));
        }
        exclusions
    }

    /// Why a row that counts brings no value, with the test of it.
    fn unused(
        &mut self,
        measure: &Measure,
        rows: &PopulationRows,
        taken: &Taken,
    ) -> Vec<(String, Expression)> {
        let definitions = self.context.definitions;
        let table = measure.population.table;
        let event = |chosen: &ChosenEvent| {
            let names = chosen.events.iter().map(|event| {
                let events = &definitions.table(event.table).events;
                events[event.event].name.as_str()
            });
            chosen.choice.written(&names.collect::<Vec<&str>>())
        };
        match (&measure.value, taken) {
            (Some(Measured::Field(field)), Taken::Number(value) | Taken::Value(value)) => {
                let name = &definitions.field(*field).name;
                vec![(format!("{name} missing"), value.clone().is_missing())]
            }
            (Some(Measured::Field(field)), Taken::Stepped(function)) => {
                let is_own = definitions.origin(*field) == *field;
                if is_own && function.otherwise.is_some() {
                    return Vec::new();
                }
                let name = &definitions.field(*field).name;
                let test = self.without_number(table, rows, function);
                vec![(format!("{name} missing"), test)]
            }
            (Some(Measured::Score(score)), Taken::Score(versions)) => {
                let names = self.needed_fields(*score).join(" or ");
                let test = self.without_points(table, *score, rows, versions);
                vec![(format!("{names} missing"), test)]
            }
            (Some(Measured::Since(of)), Taken::Since(alternatives)) => {
                let missing = alternatives
                    .iter()
                    .map(|one| one.instant.clone().is_missing());
                vec![(self.missing(of, of), Expression::all(missing))]
            }
            (Some(Measured::Between { from: of, to: till }), Taken::Between { from, to, .. }) => {
                let reversed = format!("{} before {}", event(till), event(of));
                let is_after = to.clone().is(RelationalOperator::Less, from.clone());
                let no_end = [from.clone().is_present(), to.clone().is_missing()];
                vec![
                    (self.missing(of, till), from.clone().is_missing()),
                    (self.missing(till, of), Expression::all(no_end)),
                    (reversed, is_after),
                ]
            }
            (
                Some(Measured::Between { from: of, to: till }),
                Taken::Lifetime { from, micros, .. },
            ) => {
                let reversed = format!("{} before {}", event(till), event(of));
                let is_after = [from.clone().is_present(), micros.clone().is_missing()];
                vec![
                    (self.missing(of, till), from.clone().is_missing()),
                    (reversed, Expression::all(is_after)),
                ]
            }
            (None | Some(_), _) => Vec::new(),
        }
    }

    /// Whether a row has no number at a point at which it counts.
    fn without_number(
        &mut self,
        table: TableId,
        rows: &PopulationRows,
        function: &StepFunction,
    ) -> Expression {
        let CountedAt::Stretches { set, .. } = &rows.when else {
            unreachable!("steps are of states");
        };
        let present = Expression::InstantsWhere {
            function: function.clone(),
            test: None,
        };
        let absent = Expression::Complement(Box::new(present));
        let both = Expression::Intersection(vec![set.clone(), absent]);
        let rows_of_table = self.rows(table);
        let points = rows_of_table.covered("unknown_points", both, &rows.axis);
        Expression::column(&points).is_present()
    }

    /// Whether a version of a score that applies at a point of the row has no points for it.
    fn without_points(
        &mut self,
        table: TableId,
        score: ScoreId,
        rows: &PopulationRows,
        versions: &[(usize, Expression)],
    ) -> Expression {
        let definitions = &self.context.definitions.scores[score.0].versions;
        let point = |first: usize| Expression::integer(first as i64);
        let mut tests = Vec::new();
        for (place, (first, points)) in versions.iter().enumerate() {
            let next = versions.get(place + 1).map(|(next, _)| *next);
            let applies = match &rows.when {
                CountedAt::Bucket { slot, .. } => {
                    let mut bounds =
                        vec![slot.clone().is(RelationalOperator::AtLeast, point(*first))];
                    bounds.extend(
                        next.map(|next| slot.clone().is(RelationalOperator::Less, point(next))),
                    );
                    Expression::all(bounds)
                }
                CountedAt::Windows { low, high, .. } => {
                    overlaps((low.clone(), high.clone()), *first, next)
                }
                CountedAt::Stretches { stretches, set } => {
                    let ends = stretches.iter().map(|stretch| stretch.range.ends());
                    match ends.collect::<Option<Vec<(Expression, Expression)>>>() {
                        Some(ends) => {
                            let ends = ends.into_iter();
                            Expression::any(ends.map(|ends| overlaps(ends, *first, next)))
                        }
                        None => {
                            let since = definitions[place].since;
                            let end = definitions.get(place + 1).and_then(|next| next.since);
                            let both = Expression::Intersection(vec![
                                set.clone(),
                                while_it_applies(since, end),
                            ]);
                            let rows_of_table = self.rows(table);
                            let points = rows_of_table.covered("score_points", both, &rows.axis);
                            Expression::column(&points).is_present()
                        }
                    }
                }
            };
            tests.push(Expression::all([applies, points.clone().is_missing()]));
        }
        Expression::any(tests)
    }

    /// What is missing of a row that has no instant at one end of a time.
    fn missing(&self, end: &ChosenEvent, other: &ChosenEvent) -> String {
        let definitions = self.context.definitions;
        let events = match end == other {
            true => end.events.iter().map(|event| (*event, None)).collect(),
            false => measured_events(definitions, end, other),
        };
        let names = events.iter().flat_map(|(id, measured)| {
            let table = definitions.table(id.table);
            let event = &table.events[id.event];
            let columns = match (&event.source, measured) {
                (EventSource::Columns(_), Some(columns)) => columns.columns.as_slice(),
                (EventSource::Columns(columns), None) => &columns.columns,
                (EventSource::LastOf { .. } | EventSource::Due(_) | EventSource::Breach(_), _) => {
                    return vec![event.name.as_str()];
                }
            };
            let names = columns.iter();
            names
                .map(|column| table.columns[*column].name.as_str())
                .collect()
        });
        let mut unique: Vec<&str> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        format!("{} missing", unique.join(" and "))
    }

    /// The fields without which a score has no points.
    fn needed_fields(&self, score: ScoreId) -> Vec<&str> {
        let needs = |factor: &&Factor| match &factor.weights {
            Weights::Itself | Weights::Codes { missing: None, .. } => true,
            Weights::Codes { .. } | Weights::Texts { .. } => false,
        };
        let definitions = self.context.definitions;
        let versions = definitions.scores[score.0].versions.iter();
        let factors =
            versions.flat_map(|version| std::iter::once(&version.base).chain(&version.times));
        let names = factors
            .filter(needs)
            .map(|factor| definitions.field(factor.field));
        let mut names: Vec<&str> = names.map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn exclusion(&mut self, table: TableId, reason: String, test: Expression) -> Exclusion {
        Exclusion {
            reason,
            table,
            column: self.count_of(table, test),
        }
    }

    /// The column of one count of the table's rows; equal ones are one.
    pub(super) fn count_of(&mut self, table: TableId, test: Expression) -> Name {
        let counts = self.exclusions.entry(table).or_default();
        let aggregate = Aggregate::CountWhere(test);
        let known = counts.iter().find(|(_, known)| *known == aggregate);
        match known {
            Some((name, _)) => name.clone(),
            None => {
                let name = format!("excluded_{}", counts.len() + 1);
                counts.push((name.clone(), aggregate));
                name
            }
        }
    }
}

/// Whether a range of points has one from `first` on and before `next`.
fn overlaps(
    (low, high): (Expression, Expression),
    first: usize,
    next: Option<usize>,
) -> Expression {
    let point = |point: usize| Expression::integer(point as i64);
    let from = Expression::Greatest(vec![low, point(first)]);
    let until = match next {
        Some(next) => Expression::Least(vec![high, point(next)]),
        None => high,
    };
    from.is(RelationalOperator::Less, until)
}

/// The instants at which a version of a score applies that begins at one instant and ends at another.
fn while_it_applies(since: Option<i64>, end: Option<i64>) -> Expression {
    let bound = |instant: Option<i64>, otherwise: Expression| {
        Box::new(instant.map_or(otherwise, Expression::integer))
    };
    Expression::Interval {
        from: bound(since, Expression::integer(i64::MIN)),
        until: bound(end, Expression::missing_integer()),
    }
}
