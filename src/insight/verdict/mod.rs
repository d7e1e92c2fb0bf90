//! Is it getting better? The answer in words to the question of a verdict card (rule S64).
//!
//! Takes the series that an answer rests on, as [`VerdictEvidence`]; gives a [`BoardVerdict`]. Pure: `insight::dashboards` asks for
//! the series.

mod decide;
mod sentences;

pub use decide::{decide, unanswered};

use crate::base::types::{DisplayUnit, Grain};
use crate::exec::answer::{BoardVerdict, Status};
use crate::lang::model::Direction;

/// What a verdict is made of. Values are in the units shown.
#[derive(Clone, Debug, PartialEq)]
pub struct VerdictEvidence {
    /// `Is risk decreasing?`
    pub question: String,
    /// What the question is about.
    pub subject: VerdictSeries,
    /// Fewer rows a period than this are few, for numbers that chance moves.
    pub fewest_rows: Option<u64>,
    /// The subject with the weights of today in every period, where other weights were in force in some.
    pub reweighted: Option<ReweightedSeries>,
    /// The subject over what was in scope at the end of every period, where its tables have a scope; with the weights of today.
    pub constant_scope: Option<Vec<VerdictPoint>>,
    /// Numbers the answer rests on, such as coverage.
    pub foundations: Vec<VerdictSeries>,
    /// What each group's number was in the first and in the last period, where groups add up; with the weights of today.
    pub groups: Vec<GroupEnds>,
    /// The targets of the board's number cards.
    pub targets: Vec<TargetStanding>,
}

impl VerdictEvidence {
    /// The subject as it is judged: with the weights of today in every period.
    fn points(&self) -> &[VerdictPoint] {
        match &self.reweighted {
            Some(reweighted) => &reweighted.points,
            None => &self.subject.points,
        }
    }
}

/// A number over periods that are over.
#[derive(Clone, Debug, PartialEq)]
pub struct VerdictSeries {
    /// `Risk exposure`
    pub title: String,
    pub unit: DisplayUnit,
    pub grain: Grain,
    /// Which way the number gets better.
    pub direction: Direction,
    pub points: Vec<VerdictPoint>,
    /// How the last value stands to its target: `at least 90%`.
    pub target: Option<(Status, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct VerdictPoint {
    pub period: String,
    pub value: Option<f64>,
    pub rows: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReweightedSeries {
    pub points: Vec<VerdictPoint>,
    /// The day from which on the weights of today hold.
    pub since: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GroupEnds {
    pub name: String,
    pub first: f64,
    pub last: f64,
}

/// How a number stands to its target.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetStanding {
    /// The title of the card.
    pub title: String,
    pub status: Status,
    /// `2`, `31.5 days`
    pub value: String,
    /// `at most 0`
    pub target: String,
    pub has_few_rows: bool,
    /// Where most of it is: `all in logistics`.
    pub mostly: Option<String>,
}
