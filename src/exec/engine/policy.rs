//! SLA clocks and scores over a block of rows.

use std::sync::Arc;

use super::compile::{NodeKey, Program};
use super::lifecycle::Intervals;
use super::nodes::{Block, Node, NodeId};
use crate::exec::data::{MISSING_CODE, MISSING_INSTANT};
use crate::lang::model::{Factor, ScoreId, ScoreVersion, SlaId, SlaVersion, StateSource, Weights};

/// What a due instant is worked out from.
pub(super) struct DueClock {
    start: NodeId,
    versions: Vec<ClockVersion>,
    pauses: Vec<Pause>,
}

struct ClockVersion {
    since: i64,
    /// Masks and limits, tried in order; no mask always holds.
    lines: Vec<(Option<NodeId>, i64)>,
}

enum Pause {
    Columns { from: NodeId, until: NodeId },
    Intervals(Arc<Intervals>),
}

impl DueClock {
    /// The due instant of each row: missing while the clock has not started, or stands still for
    /// longer than is known.
    pub fn due(&self, block: &Block) -> Vec<i64> {
        let starts = block.instants(self.start);
        let mut pauses = Vec::new();
        (0..block.rows.len())
            .map(|index| {
                let Some(limit) = self.limit(block, index, starts[index]) else {
                    return MISSING_INSTANT;
                };
                self.pauses_of(block, index, &mut pauses);
                push_out(starts[index], limit, &mut pauses)
            })
            .collect()
    }

    fn limit(&self, block: &Block, index: usize, start: i64) -> Option<i64> {
        if start == MISSING_INSTANT {
            return None;
        }
        let version = self
            .versions
            .iter()
            .rfind(|version| version.since <= start)?;
        let applies =
            |(mask, _): &&(Option<NodeId>, i64)| mask.is_none_or(|mask| block.mask(mask)[index]);
        version
            .lines
            .iter()
            .find(applies)
            .map(|(_, micros)| *micros)
    }

    fn pauses_of(&self, block: &Block, index: usize, into: &mut Vec<(i64, i64)>) {
        into.clear();
        for pause in &self.pauses {
            match pause {
                Pause::Columns { from, until } => {
                    let from = block.instants(*from)[index];
                    if from != MISSING_INSTANT {
                        into.push((from, block.instants(*until)[index]));
                    }
                }
                Pause::Intervals(intervals) => {
                    into.extend_from_slice(intervals.of(block.rows.start + index));
                }
            }
        }
    }
}

/// The instant at which a clock has run for `limit`, not counting pauses.
fn push_out(start: i64, limit: i64, pauses: &mut [(i64, i64)]) -> i64 {
    pauses.sort_unstable();
    let mut due = start.saturating_add(limit);
    let mut counted_to = start;
    for (from, until) in pauses.iter().copied() {
        let from = from.max(counted_to);
        if from >= due {
            break;
        }
        if until == MISSING_INSTANT {
            return MISSING_INSTANT;
        }
        if until > from {
            due = due.saturating_add(until - from);
            counted_to = until;
        }
    }
    due
}

/// A score above this counts as missing.
const LARGEST_SCORE: f64 = 1e12;

/// One version of a score, as lookups.
pub(super) struct ScoreTable {
    factors: Vec<FactorTable>,
    cap: f64,
}

enum FactorTable {
    Itself(NodeId),
    /// By code; NaN where the definition gives no weight.
    Codes(NodeId, Box<[f64; 256]>),
    /// By text code, and for texts that are missing.
    Texts(NodeId, Vec<f64>, f64),
}

impl ScoreTable {
    /// Points of each row; NaN where a needed value is missing.
    pub fn points(&self, block: &Block) -> Vec<f64> {
        let mut points = vec![1.0; block.rows.len()];
        for factor in &self.factors {
            factor.multiply(block, &mut points);
        }
        for points in &mut points {
            // `min` would turn a missing score into the cap.
            if *points > self.cap {
                *points = self.cap;
            }
            // Sums of larger ones might not fit: see `store::NUMBER_SCALE`.
            if *points > LARGEST_SCORE {
                *points = f64::NAN;
            }
        }
        points
    }
}

impl FactorTable {
    fn multiply(&self, block: &Block, points: &mut [f64]) {
        match self {
            FactorTable::Itself(node) => {
                for (points, number) in points.iter_mut().zip(block.numbers(*node)) {
                    *points *= number;
                }
            }
            FactorTable::Codes(node, weights) => {
                for (points, code) in points.iter_mut().zip(block.codes(*node)) {
                    *points *= weights[*code as usize];
                }
            }
            FactorTable::Texts(node, weights, otherwise) => {
                for (points, text) in points.iter_mut().zip(block.texts(*node)) {
                    *points *= weights.get(*text as usize).unwrap_or(otherwise);
                }
            }
        }
    }
}

impl<'a> Program<'a> {
    /// The due instant under an SLA.
    pub fn due(&mut self, sla: SlaId) -> NodeId {
        self.shared(NodeKey::Due(sla), |program| {
            let definition = &program.reader.definitions.slas[sla.0];
            let start = program.event(definition.starts.event);
            let versions = definition.versions.iter();
            let versions = versions
                .map(|version| program.clock_version(version))
                .collect();
            let pauses = definition.pauses.iter();
            let pauses = pauses.map(|state| program.pause(*state)).collect();
            Node::Due(DueClock {
                start,
                versions,
                pauses,
            })
        })
    }

    fn clock_version(&mut self, version: &SlaVersion) -> ClockVersion {
        let lines = version.lines.iter().map(|line| {
            let filter = line.filter.as_ref();
            (
                filter.map(|filter| self.condition(filter, None)),
                line.micros,
            )
        });
        ClockVersion {
            since: version.since.unwrap_or(i64::MIN),
            lines: lines.collect(),
        }
    }

    fn pause(&mut self, state: usize) -> Pause {
        match &self.reader.definitions.table(self.table).states[state].source {
            StateSource::Columns { from, until } => Pause::Columns {
                from: self.columns(from),
                until: self.columns(until),
            },
            StateSource::Intervals { .. } => Pause::Intervals(self.intervals(state)),
            StateSource::Overdue(_) => unreachable!("checking refuses a clock that pauses itself"),
        }
    }

    /// When the clock of an SLA stopped.
    pub fn stop(&mut self, sla: SlaId) -> NodeId {
        self.shared(NodeKey::Stop(sla), |program| {
            let stops = &program.reader.definitions.slas[sla.0].stops;
            Node::Earliest(stops.iter().map(|stop| program.event(stop.event)).collect())
        })
    }

    /// When an SLA was breached.
    pub fn breach(&mut self, sla: SlaId) -> NodeId {
        self.shared(NodeKey::Breach(sla), |program| Node::Breach {
            due: program.due(sla),
            stop: program.stop(sla),
            as_of: program.reader.as_of(),
        })
    }

    /// The points of one version of a score.
    pub fn score(&mut self, score: ScoreId, version: usize) -> NodeId {
        self.shared(NodeKey::Score(score, version), |program| {
            let definition = &program.reader.definitions.scores[score.0].versions[version];
            Node::Score(program.score_table(definition))
        })
    }

    fn score_table(&mut self, version: &ScoreVersion) -> ScoreTable {
        let mut factors = vec![self.factor(&version.base)];
        factors.extend(version.times.iter().map(|factor| self.factor(factor)));
        ScoreTable {
            factors,
            cap: version.cap.unwrap_or(f64::INFINITY),
        }
    }

    fn factor(&mut self, factor: &Factor) -> FactorTable {
        let node = self.field(factor.field);
        match &factor.weights {
            Weights::Itself => FactorTable::Itself(node),
            Weights::Codes { by_code, missing } => {
                let mut weights = Box::new([f64::NAN; 256]);
                weights[..by_code.len()].copy_from_slice(by_code);
                weights[MISSING_CODE as usize] = missing.unwrap_or(f64::NAN);
                FactorTable::Codes(node, weights)
            }
            Weights::Texts { listed, otherwise } => {
                let weight = |text: &String| {
                    let listed = listed.iter().find(|(value, _)| value == text);
                    listed.map_or(*otherwise, |(_, weight)| *weight)
                };
                let dictionary = self.dictionary(factor.field);
                FactorTable::Texts(node, dictionary.iter().map(weight).collect(), *otherwise)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::push_out;
    use crate::exec::data::MISSING_INSTANT;

    #[test]
    fn pauses_push_the_due_instant_out() {
        assert_eq!(push_out(0, 10, &mut []), 10);
        assert_eq!(push_out(0, 10, &mut [(2, 5)]), 13);
        // A pause that begins after the due instant no longer helps; one before the start counts
        // from the start.
        assert_eq!(push_out(0, 10, &mut [(10, 20)]), 10);
        assert_eq!(push_out(0, 10, &mut [(-5, 3)]), 13);
        // Overlapping pauses count once; a pause within the pushed-out time counts too.
        assert_eq!(push_out(0, 10, &mut [(2, 6), (4, 8)]), 16);
        assert_eq!(push_out(0, 10, &mut [(2, 5), (11, 12)]), 14);
        assert_eq!(
            push_out(0, 10, &mut [(2, MISSING_INSTANT)]),
            MISSING_INSTANT
        );
    }
}
