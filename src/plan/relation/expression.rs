//! Expressions over the columns of one row.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono_tz::Tz;

use super::{Axis, Name, StepFunction};
use crate::base::types::Grain;

#[derive(Clone, PartialEq, Debug)]
pub enum Expression {
    Column(Name),
    Literal(Literal),
    /// False if either side is missing.
    Compare {
        left: Box<Expression>,
        comparison: RelationalOperator,
        right: Box<Expression>,
    },
    /// True of none.
    And(Vec<Expression>),
    /// False of none.
    Or(Vec<Expression>),
    Not(Box<Expression>),
    IsMissing(Box<Expression>),
    /// Whether the value is one of these; false if it is missing.
    In {
        of: Box<Expression>,
        values: Vec<Literal>,
    },
    /// Whether a text contains another that is in small letters, letter case aside; false if it is missing.
    ContainsText {
        of: Box<Expression>,
        text: String,
    },
    /// The value of the first condition that holds.
    Case {
        branches: Vec<(Expression, Expression)>,
        otherwise: Box<Expression>,
    },
    /// The first that is present.
    Coalesce(Vec<Expression>),
    /// The smallest that is present.
    Least(Vec<Expression>),
    /// The largest that is present.
    Greatest(Vec<Expression>),
    Add(Box<Expression>, Box<Expression>),
    Subtract(Box<Expression>, Box<Expression>),
    Multiply(Box<Expression>, Box<Expression>),
    /// The number of a value in a table of weights: `missing` for a missing value, `otherwise` for one that
    /// is not listed. `None`: missing.
    Weight {
        of: Box<Expression>,
        listed: Vec<(Literal, f64)>,
        otherwise: Option<f64>,
        missing: Option<f64>,
    },
    /// A number as a whole multiple of 2^-60, cut off towards zero: sums of these are exact in 128 bits. Numbers are at
    /// most 10^12, so ten million of them fit.
    FixedPoint(Box<Expression>),
    /// The time bucket of a flow's axis in which an instant lies; missing outside all of them.
    SlotOf {
        instant: Box<Expression>,
        axis: Arc<Axis>,
    },
    /// The first point of an axis after an instant, the number of points if there is none; missing for a missing instant.
    FirstPointAfter {
        instant: Box<Expression>,
        axis: Arc<Axis>,
    },
    /// The instant of a point of an axis.
    InstantOfPoint {
        point: Box<Expression>,
        axis: Arc<Axis>,
    },
    /// The same local time so many days, weeks, months, quarters or years of the calendar later; a day that its month
    /// has not is the month's last. Of local times that clocks show twice the first, of one that they skip when they
    /// skip it.
    CalendarAdd {
        instant: Box<Expression>,
        count: u32,
        grain: Grain,
        zone: Tz,
    },
    /// When a clock that starts at an instant and stands still during a set of instants has run for a time
    /// (rule S36): missing if it never does, or if start or limit are missing.
    Due {
        start: Box<Expression>,
        limit: Box<Expression>,
        pauses: Box<Expression>,
    },
    /// Set: the instants in `(from, until]`. A missing `from` gives none, a missing `until` is unbounded.
    Interval {
        from: Box<Expression>,
        until: Box<Expression>,
    },
    /// Set: all instants if the condition holds, else none.
    AlwaysIf(Box<Expression>),
    /// Set: instants in all of these sets.
    Intersection(Vec<Expression>),
    /// Set: instants in any of these sets. A missing set is empty.
    Union(Vec<Expression>),
    /// Set: instants not in this set.
    Complement(Box<Expression>),
    /// Whether an instant is in a set; false if either is missing.
    Contains {
        set: Box<Expression>,
        instant: Box<Expression>,
    },
    /// The ranges of points of an axis that lie in a set; missing if there are none.
    CoveredPoints {
        set: Box<Expression>,
        axis: Arc<Axis>,
    },
    /// Steps, none where they are missing.
    PresentSteps(Box<Expression>),
    /// Set: the instants at which a row has a number, and one that passes a comparison if there is one.
    InstantsWhere {
        function: StepFunction,
        test: Option<(RelationalOperator, Box<Expression>)>,
    },
    /// The number at an instant.
    StepValue {
        function: StepFunction,
        instant: Box<Expression>,
    },
    /// The ranges of points of an axis that lie in a set, each with the number there; missing if there are none.
    SteppedPoints {
        function: StepFunction,
        set: Box<Expression>,
        axis: Arc<Axis>,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    Boolean(bool),
    /// The place of a value on its scale.
    Code(u8),
    /// A band of a dimension: its place and its name.
    Band {
        code: u8,
        name: String,
    },
    /// An instant, a duration or a count.
    Integer(i64),
    Number(f64),
    Text(String),
    Missing(MissingOf),
}

/// What a missing literal would be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MissingOf {
    Integer,
    Number,
    Band,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelationalOperator {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl RelationalOperator {
    pub fn sign(self) -> &'static str {
        match self {
            RelationalOperator::Equal => "=",
            RelationalOperator::Less => "<",
            RelationalOperator::AtMost => "<=",
            RelationalOperator::Greater => ">",
            RelationalOperator::AtLeast => ">=",
        }
    }
}

impl Expression {
    pub fn column(name: impl Into<Name>) -> Expression {
        Expression::Column(name.into())
    }

    pub fn integer(value: i64) -> Expression {
        Expression::Literal(Literal::Integer(value))
    }

    pub fn missing_integer() -> Expression {
        Expression::Literal(Literal::Missing(MissingOf::Integer))
    }

    pub fn missing_number() -> Expression {
        Expression::Literal(Literal::Missing(MissingOf::Number))
    }

    pub fn is(self, comparison: RelationalOperator, right: Expression) -> Expression {
        Expression::Compare {
            left: Box::new(self),
            comparison,
            right: Box::new(right),
        }
    }

    pub fn plus(self, right: Expression) -> Expression {
        Expression::Add(Box::new(self), Box::new(right))
    }

    pub fn minus(self, right: Expression) -> Expression {
        Expression::Subtract(Box::new(self), Box::new(right))
    }

    pub fn negated(self) -> Expression {
        Expression::Not(Box::new(self))
    }

    /// Whether an instant is in this set; false if it is missing. Intervals and what is made of them become comparisons: only sets
    /// of other rows, and steps, are looked into.
    pub fn contains(self, instant: &Expression) -> Expression {
        let needs_instant = match instant {
            Expression::Literal(_) => false,
            _ => {
                matches!(self, Expression::AlwaysIf(_) | Expression::Complement(_))
                    || self.has_parts()
            }
        };
        let tested = self.covers(instant);
        match needs_instant {
            true => Expression::all([instant.clone().is_present(), tested]),
            false => tested,
        }
    }

    fn has_parts(&self) -> bool {
        matches!(self, Expression::Intersection(_) | Expression::Union(_))
    }

    /// The same of an instant that is there.
    fn covers(self, instant: &Expression) -> Expression {
        match self {
            Expression::Interval { from, until } => Expression::all([
                from.is(RelationalOperator::Less, instant.clone()),
                Expression::Or(vec![
                    until.clone().is_missing(),
                    until.is(RelationalOperator::AtLeast, instant.clone()),
                ]),
            ]),
            Expression::AlwaysIf(condition) => *condition,
            Expression::Intersection(parts) => {
                Expression::all(parts.into_iter().map(|part| part.covers(instant)))
            }
            Expression::Union(parts) => {
                let parts = parts.into_iter();
                Expression::Or(parts.map(|part| part.covers(instant)).collect())
            }
            Expression::Complement(part) => part.covers(instant).negated(),
            other => Expression::Contains {
                set: Box::new(other),
                instant: Box::new(instant.clone()),
            },
        }
    }

    /// This set with what is no interval, and no set made of intervals, replaced.
    pub fn with_other_sets(self, replace: &mut impl FnMut(Expression) -> Expression) -> Expression {
        match self {
            Expression::Interval { .. } | Expression::AlwaysIf(_) => self,
            Expression::Intersection(parts) => {
                let parts = parts.into_iter();
                Expression::Intersection(parts.map(|part| part.with_other_sets(replace)).collect())
            }
            Expression::Union(parts) => {
                let parts = parts.into_iter();
                Expression::Union(parts.map(|part| part.with_other_sets(replace)).collect())
            }
            Expression::Complement(part) => {
                Expression::Complement(Box::new(part.with_other_sets(replace)))
            }
            other => replace(other),
        }
    }

    pub fn is_missing(self) -> Expression {
        Expression::IsMissing(Box::new(self))
    }

    pub fn is_present(self) -> Expression {
        self.is_missing().negated()
    }

    /// This where a condition holds, else a missing whole number.
    pub fn only_if(self, condition: Expression) -> Expression {
        Expression::Case {
            branches: vec![(condition, self)],
            otherwise: Box::new(Expression::missing_integer()),
        }
    }

    /// Whether all hold; those that are conjunctions themselves are joined to it.
    pub fn all(parts: impl IntoIterator<Item = Expression>) -> Expression {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Expression::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 {
            return flat.remove(0);
        }
        Expression::And(flat)
    }

    /// Whether any holds; one alone is itself.
    pub fn any(parts: impl IntoIterator<Item = Expression>) -> Expression {
        let mut parts: Vec<Expression> = parts.into_iter().collect();
        match parts.len() {
            1 => parts.remove(0),
            _ => Expression::Or(parts),
        }
    }

    /// A case without branches is its other value.
    pub fn simplified(self) -> Expression {
        match self {
            Expression::Case {
                branches,
                otherwise,
            } if branches.is_empty() => *otherwise,
            other => other,
        }
    }

    /// The expressions this one is made of.
    pub fn operands(&self) -> Vec<&Expression> {
        match self {
            Expression::Column(_) | Expression::Literal(_) => Vec::new(),
            Expression::Compare { left, right, .. }
            | Expression::Add(left, right)
            | Expression::Subtract(left, right)
            | Expression::Multiply(left, right)
            | Expression::Interval {
                from: left,
                until: right,
            }
            | Expression::Contains {
                set: left,
                instant: right,
            } => vec![left, right],
            Expression::And(parts)
            | Expression::Or(parts)
            | Expression::Coalesce(parts)
            | Expression::Least(parts)
            | Expression::Greatest(parts)
            | Expression::Intersection(parts)
            | Expression::Union(parts) => parts.iter().collect(),
            Expression::Not(of)
            | Expression::IsMissing(of)
            | Expression::In { of, .. }
            | Expression::ContainsText { of, .. }
            | Expression::Weight { of, .. }
            | Expression::FixedPoint(of)
            | Expression::SlotOf { instant: of, .. }
            | Expression::FirstPointAfter { instant: of, .. }
            | Expression::InstantOfPoint { point: of, .. }
            | Expression::CalendarAdd { instant: of, .. }
            | Expression::AlwaysIf(of)
            | Expression::Complement(of)
            | Expression::PresentSteps(of)
            | Expression::CoveredPoints { set: of, .. } => vec![of],
            Expression::InstantsWhere { function, test } => {
                let limit = test.iter().map(|(_, limit)| limit.as_ref());
                std::iter::once(function.steps.as_ref())
                    .chain(limit)
                    .collect()
            }
            Expression::StepValue {
                function,
                instant: of,
            }
            | Expression::SteppedPoints {
                function, set: of, ..
            } => vec![&function.steps, of],
            Expression::Case {
                branches,
                otherwise,
            } => {
                let mut parts: Vec<&Expression> = Vec::new();
                for (condition, value) in branches {
                    parts.extend([condition, value]);
                }
                parts.push(otherwise);
                parts
            }
            Expression::Due {
                start,
                limit,
                pauses,
            } => vec![start, limit, pauses],
        }
    }

    /// Adds the columns that are read to a set.
    pub fn add_columns_to(&self, names: &mut BTreeSet<Name>) {
        self.each_column(&mut |name| {
            names.insert(name.to_string());
        });
    }

    /// Hands every column that is read to a function, repeats included.
    pub fn each_column(&self, visit: &mut impl FnMut(&str)) {
        if let Expression::Column(name) = self {
            visit(name);
        }
        for operand in self.operands() {
            operand.each_column(visit);
        }
    }
}
