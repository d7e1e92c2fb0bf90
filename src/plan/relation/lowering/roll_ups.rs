//! Roll-ups: numbers of a row made, at each instant, of the rows that belong to it (rule S57).

use super::conditions::{number_test, order_test};
use super::events::LINK;
use super::rows::Rows;
use crate::lang::model::{Condition, FieldId, Measure, Measured, OrderTest, Role, ScoreId};
use crate::plan::relation::{
    Aggregate, Expression, Literal, RelationalOperator, StepFold, StepFunction, StepPart,
};

impl Rows<'_> {
    /// The steps of a roll-up of this table; none for rows to which no row belongs.
    pub fn roll_up(&mut self, name: &str, place: usize) -> Expression {
        let definitions = self.context.definitions;
        let roll_up = &definitions.table(self.table).roll_ups[place];
        let measure = &roll_up.measure;
        let mut rows = Rows::new(self.context, measure.population.table);
        let (parts, tests) = rows.step_parts(measure);
        let steps = Aggregate::Steps {
            parts,
            fold: fold_of(measure),
        };
        let link = rows.link(roll_up.parent);
        let hint = format!("{name}_steps");
        let relation = rows.by_link(
            link,
            Some(Expression::all(tests)),
            vec![(hint.clone(), steps)],
        );
        let key = self.key();
        let joined = self.related(key, LINK, &[&hint], relation).remove(0);
        self.derive(&hint, Expression::PresentSteps(Box::new(joined)))
    }

    /// What each row of the rolled-up table brings, and which rows bring anything.
    fn step_parts(&mut self, measure: &Measure) -> (Vec<StepPart>, Vec<Expression>) {
        let population = &measure.population;
        let (mut sets, at) = match population.role {
            Role::State(state) => (vec![self.state(state).set()], None),
            Role::Event(event) => {
                let at = self.event(event);
                let after = Expression::Interval {
                    from: Box::new(at.clone()),
                    until: Box::new(Expression::missing_integer()),
                };
                (vec![after], Some(at))
            }
            Role::Rows => unreachable!("checking asks for an event or a state"),
        };
        let mut tests = Vec::new();
        let parts = population.filter.as_ref();
        for part in parts.map_or(Vec::new(), Condition::conjuncts) {
            match &at {
                None if self.depends_on_time(part, &[]) => sets.push(self.instants(part)),
                at => tests.push(self.holds(part, at.as_ref())),
            }
        }
        if !population.including_excluded {
            tests.extend(self.excluded().map(Expression::is_missing));
        }
        let set = match sets.len() {
            1 => sets.remove(0),
            _ => Expression::Intersection(sets),
        };
        if let Expression::Interval { from, .. } = &set {
            tests.push(from.as_ref().clone().is_present());
        }
        (self.valued(measure, set), tests)
    }

    /// The numbers of a row at the instants of a set.
    fn valued(&mut self, measure: &Measure, set: Expression) -> Vec<StepPart> {
        match &measure.value {
            None => vec![StepPart { set, value: None }],
            Some(Measured::Field(field)) => {
                let value = Some(self.field(*field));
                vec![StepPart { set, value }]
            }
            Some(Measured::Score(score)) => self.scored(*score, &set),
            Some(Measured::Between { .. } | Measured::Since(_)) => {
                unreachable!("checking refuses durations in roll-ups")
            }
        }
    }

    /// Each version of a score over the instants it applies to (rule S37).
    fn scored(&mut self, score: ScoreId, set: &Expression) -> Vec<StepPart> {
        let versions = &self.context.definitions.scores[score.0].versions;
        let starts: Vec<Option<i64>> = versions.iter().map(|version| version.since).collect();
        let part = |(version, since): (usize, Option<i64>)| {
            let value = self.score(score, version);
            let next = starts.get(version + 1).copied().flatten();
            let after = |instant: i64| Expression::Interval {
                from: Box::new(Expression::integer(instant)),
                until: Box::new(Expression::missing_integer()),
            };
            let mut sets = vec![set.clone()];
            sets.extend(since.map(after));
            sets.extend(next.map(|next| Expression::Complement(Box::new(after(next)))));
            let set = match sets.len() {
                1 => sets.remove(0),
                _ => Expression::Intersection(sets),
            };
            StepPart {
                set,
                value: Some(value),
            }
        };
        starts.iter().copied().enumerate().map(part).collect()
    }

    /// The number that a roll-up gives a row at each instant; `None` for other fields.
    pub fn step_function(&mut self, field: FieldId) -> Option<StepFunction> {
        let roll_up = self.context.definitions.roll_up(field)?;
        Some(StepFunction {
            steps: Box::new(self.field(field)),
            otherwise: roll_up.of_nothing(),
        })
    }

    /// A field, of a roll-up its number at an instant.
    pub fn field_at(&mut self, field: FieldId, at: &Expression) -> Expression {
        let Some(function) = self.step_function(field) else {
            return self.field(field);
        };
        let name = &self.context.definitions.field(field).name;
        let instant = Box::new(at.clone());
        self.derive(name, Expression::StepValue { function, instant })
    }

    /// Whether a field changes at instants.
    pub fn is_rolled_up(&self, field: FieldId) -> bool {
        self.context.definitions.roll_up(field).is_some()
    }

    /// The instants at which a test of a roll-up holds; `None` for tests of other fields.
    pub fn instants_of_roll_up(&mut self, condition: &Condition) -> Option<Expression> {
        let (field, test) = match condition {
            Condition::Number { field, test } => {
                let (comparison, limit) = number_test(*test);
                (*field, Some((comparison, number(limit))))
            }
            Condition::Present(field) => (*field, None),
            Condition::Fields { left, test, right } if self.is_rolled_up(*left) => {
                (*left, Some((order_test(*test), self.field(*right))))
            }
            Condition::Fields { left, test, right } if self.is_rolled_up(*right) => {
                (*right, Some((mirrored(*test), self.field(*left))))
            }
            _ => return None,
        };
        let function = self.step_function(field)?;
        let test = test.map(|(comparison, limit)| (comparison, Box::new(limit)));
        Some(Expression::InstantsWhere { function, test })
    }
}

fn number(value: f64) -> Expression {
    Expression::Literal(Literal::Number(value))
}

/// The comparison with its sides exchanged.
fn mirrored(test: OrderTest) -> RelationalOperator {
    match test {
        OrderTest::Equal => RelationalOperator::Equal,
        OrderTest::Less => RelationalOperator::Greater,
        OrderTest::AtMost => RelationalOperator::AtLeast,
        OrderTest::Greater => RelationalOperator::Less,
        OrderTest::AtLeast => RelationalOperator::AtMost,
    }
}

fn fold_of(measure: &Measure) -> StepFold {
    match measure.function.name {
        "count" => StepFold::Count,
        "sum" => StepFold::Sum,
        "min" => StepFold::Min,
        "max" => StepFold::Max,
        "mean" => StepFold::Mean,
        other => unreachable!("checking refuses {other} in roll-ups"),
    }
}
