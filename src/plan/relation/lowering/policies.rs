//! SLA clocks and scores (rules S36, S37).

use super::rows::Rows;
use crate::base::types::FieldType;
use crate::lang::model::{DueTime, Factor, ScoreId, SlaId, SlaVersion, Weights};
use crate::plan::relation::{Expression, Literal, RelationalOperator};

/// A score above this counts as missing: sums of larger ones might not fit [`Expression::FixedPoint`].
const LARGEST_SCORE: f64 = 1e12;

impl Rows<'_> {
    /// The due instant under an SLA: missing while the clock has not started, or stands still for longer than is known.
    pub fn due(&mut self, sla: SlaId) -> Expression {
        let definition = &self.context.definitions.slas[sla.0];
        let start = self.event(definition.starts.event);
        let limit = self.limit(&start, &definition.versions);
        let due = if definition.pauses.is_empty() {
            start.plus(limit)
        } else {
            let pauses = definition
                .pauses
                .iter()
                .map(|state| self.state(*state).set());
            let mut pauses: Vec<Expression> = pauses.collect();
            let pauses = match pauses.len() {
                1 => pauses.remove(0),
                _ => Expression::Union(pauses),
            };
            let limit = self.derive("limit", limit);
            Expression::Due {
                start: Box::new(start),
                limit: Box::new(limit),
                pauses: Box::new(pauses),
            }
        };
        self.derive("due", due)
    }

    /// The due instant, or one after all others while the clock has started and stands without an end.
    pub fn due_or_later(&mut self, sla: SlaId) -> Expression {
        let due = self.due(sla);
        let definition = &self.context.definitions.slas[sla.0];
        if definition.pauses.is_empty() {
            return due;
        }
        let start = self.event(definition.starts.event);
        let limit = self.limit(&start, &definition.versions);
        let limit = self.derive("limit", limit);
        let stands = Expression::all([
            due.clone().is_missing(),
            start.is_present(),
            limit.is_present(),
        ]);
        let later = Expression::Case {
            branches: vec![(stands, Expression::integer(i64::MAX))],
            otherwise: Box::new(due),
        };
        self.derive("due_or_later", later)
    }

    /// The time a row has: that of the version in force when the clock starts, of the first line that holds.
    fn limit(&mut self, start: &Expression, versions: &[SlaVersion]) -> Expression {
        let mut branches = Vec::new();
        // The latest version that has begun is the one in force.
        for version in versions.iter().rev() {
            let limit = self.line(start, version);
            match version.since {
                None => {
                    return Expression::Case {
                        branches,
                        otherwise: Box::new(limit),
                    }
                    .simplified();
                }
                Some(since) => {
                    let in_force = start
                        .clone()
                        .is(RelationalOperator::AtLeast, Expression::integer(since));
                    branches.push((in_force, limit));
                }
            }
        }
        Expression::Case {
            branches,
            otherwise: Box::new(Expression::missing_integer()),
        }
    }

    /// Dates in the filter of a line are read as they were when the clock started.
    fn line(&mut self, start: &Expression, version: &SlaVersion) -> Expression {
        let mut branches = Vec::new();
        for line in &version.lines {
            let limit = self.time_until(start, line.time);
            match &line.filter {
                Some(filter) => branches.push((self.holds(filter, Some(start)), limit)),
                None => {
                    return Expression::Case {
                        branches,
                        otherwise: Box::new(limit),
                    }
                    .simplified();
                }
            }
        }
        Expression::Case {
            branches,
            otherwise: Box::new(Expression::missing_integer()),
        }
    }

    /// How long a clock that starts at an instant runs when nothing pauses it. A date before the start is due at the
    /// start: nobody is late before the clock runs (rule S56).
    fn time_until(&mut self, start: &Expression, time: DueTime) -> Expression {
        match time {
            DueTime::Elapsed(micros) => Expression::integer(micros),
            DueTime::Calendar { count, grain } => Expression::CalendarAdd {
                instant: Box::new(start.clone()),
                count,
                grain,
                zone: self.context.definitions.calendar.timezone,
            }
            .minus(start.clone()),
            DueTime::At(field) => {
                let date = self.field(field);
                let later = Expression::Greatest(vec![date.clone(), start.clone()]);
                later.minus(start.clone()).only_if(date.is_present())
            }
        }
    }

    /// When the clock of an SLA stopped.
    pub fn stop(&mut self, sla: SlaId) -> Expression {
        let stops = &self.context.definitions.slas[sla.0].stops;
        let mut stops: Vec<Expression> = stops
            .iter()
            .map(|stop| self.past_event(stop.event))
            .collect();
        let stop = match stops.len() {
            1 => stops.remove(0),
            _ => Expression::Least(stops),
        };
        self.derive("stopped", stop)
    }

    /// When an SLA was breached: the due instant, where it has come and the clock had not stopped by then. A clock
    /// that stops at the very due instant has stopped in time.
    pub fn breach(&mut self, sla: SlaId) -> Expression {
        let (due, stop) = (self.due(sla), self.stop(sla));
        let as_of = Expression::integer(self.context.evaluation.as_of.instant);
        let missed = Expression::all([
            due.clone().is(RelationalOperator::Less, as_of),
            stop.is(RelationalOperator::AtMost, due.clone()).negated(),
        ]);
        self.derive("breach", due.only_if(missed))
    }

    /// The points of one version of a score; missing where a needed value is.
    pub fn score(&mut self, score: ScoreId, version: usize) -> Expression {
        let definition = &self.context.definitions.scores[score.0];
        let version = &definition.versions[version];
        let mut points = self.factor(&version.base);
        for factor in &version.times {
            points = Expression::Multiply(Box::new(points), Box::new(self.factor(factor)));
        }
        let points = self.derive(&definition.name, points);
        let number = |value: f64| Expression::Literal(Literal::Number(value));
        let cap = version.cap.unwrap_or(f64::INFINITY);
        let (limit, above) = match cap <= LARGEST_SCORE {
            true => (cap, number(cap)),
            false => (LARGEST_SCORE, Expression::missing_number()),
        };
        let capped = Expression::Case {
            branches: vec![(
                points
                    .clone()
                    .is(RelationalOperator::Greater, number(limit)),
                above,
            )],
            otherwise: Box::new(points),
        };
        self.derive(&definition.name, capped)
    }

    fn factor(&mut self, factor: &Factor) -> Expression {
        let field = self.field(factor.field);
        let field_type = &self.context.definitions.field(factor.field).field_type;
        match &factor.weights {
            Weights::Itself => field,
            Weights::Codes { by_code, missing } => {
                let literal = |code: usize| match field_type {
                    FieldType::YesNo => Literal::Boolean(code == 1),
                    FieldType::Scale(_) | FieldType::Text | FieldType::Number | FieldType::Date => {
                        Literal::Code(code as u8)
                    }
                };
                let listed = by_code.iter().enumerate();
                Expression::Weight {
                    of: Box::new(field),
                    listed: listed
                        .map(|(code, weight)| (literal(code), *weight))
                        .collect(),
                    otherwise: None,
                    missing: *missing,
                }
            }
            Weights::Texts { listed, otherwise } => Expression::Weight {
                of: Box::new(field),
                listed: listed
                    .iter()
                    .map(|(text, weight)| (Literal::Text(text.clone()), *weight))
                    .collect(),
                otherwise: Some(*otherwise),
                missing: Some(*otherwise),
            },
        }
    }
}
