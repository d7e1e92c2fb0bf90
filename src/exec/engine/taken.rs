//! What a measure takes of each row, and how rows are grouped.

use std::sync::Arc;

use super::conditions::depends_on_time;
use super::groups::{Grouping, Key};
use super::nodes::NodeId;
use super::pass::{Pass, Taken, Test};
use super::steps::place;
use crate::base::types::FieldType;
use crate::lang::functions::{Keeps, Takes};
use crate::lang::model::{Condition, FieldId, Measure, Measured, ScoreId};

impl<'a> Pass<'a> {
    pub fn taken(&mut self, measure: &Measure, base: Option<NodeId>, axis: usize) -> Taken<'a> {
        match (&measure.value, measure.function.takes) {
            (None, _) => Taken::Row(self.test(measure.with.as_ref(), base)),
            (Some(Measured::Field(field)), Takes::Field) => {
                Taken::Field(self.program.field(*field))
            }
            (Some(Measured::Field(field)), _) => {
                Taken::Number(vec![(0, self.program.field(*field))])
            }
            (Some(Measured::Score(score)), _) => Taken::Number(self.versions(*score, axis)),
            (Some(Measured::Since(event)), _) => Taken::Since(self.program.event(event.event)),
            (Some(Measured::Between { from, to }), _) => {
                let from = self.program.event(from.event);
                let to = self.program.event(to.event);
                match measure.function.keeps {
                    Keeps::Lifetimes => Taken::Lifetime {
                        from,
                        to,
                        as_of: self.program.reader.as_of(),
                    },
                    Keeps::Tally
                    | Keeps::Total
                    | Keeps::Extremes
                    | Keeps::Values
                    | Keeps::Distinct => Taken::Between { from, to },
                }
            }
        }
    }

    fn test(&mut self, with: Option<&Condition>, base: Option<NodeId>) -> Test<'a> {
        match with {
            None => Test::None,
            Some(with) if base.is_none() && depends_on_time(with) => {
                Test::Timed(Arc::new(self.timed(with)))
            }
            Some(with) => Test::Mask(self.program.condition(with, base)),
        }
    }

    /// A version applies to the instants after its `since`: what ended by then keeps its numbers
    /// (rule S37).
    fn versions(&mut self, score: ScoreId, axis: usize) -> Vec<(u32, NodeId)> {
        let versions = &self.program.reader.definitions.scores[score.0].versions;
        let axis = &self.axes[axis];
        let first = |since: Option<i64>| since.map_or(0, |since| axis.first_after(since) as u32);
        let firsts: Vec<u32> = versions
            .iter()
            .map(|version| first(version.since))
            .collect();
        let nodes = firsts.into_iter().enumerate();
        nodes
            .map(|(version, first)| (first, self.program.score(score, version)))
            .collect()
    }

    pub fn grouping(&mut self, keys: &[FieldId]) -> usize {
        let keys = keys.iter().map(|field| Key {
            node: self.program.field(*field),
            values: self.values(*field),
        });
        let keys = keys.collect::<Vec<Key>>();
        place(&mut self.groupings, Grouping { keys })
    }

    fn values(&self, field: FieldId) -> u64 {
        match &self.program.reader.definitions.field(field).field_type {
            FieldType::Scale(scale) => scale.values.len() as u64,
            FieldType::YesNo => 2,
            FieldType::Text => self.program.dictionary(field).len() as u64,
            FieldType::Number | FieldType::Date => {
                unreachable!("checking refuses numbers and dates as dimensions")
            }
        }
    }
}
