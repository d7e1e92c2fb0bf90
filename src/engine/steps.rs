//! Planned steps → jobs of one pass a table, and the way back from a step to its result.

use std::sync::Arc;

use super::axis::Axis;
use super::compile::{NodeKey, Program};
use super::conditions::{conjuncts, depends_on_time, longest_within};
use super::coverage::Coverage;
use super::fields::Reader;
use super::finish::{Finish, Finished, Reading};
use super::groups::{Grouping, Key};
use super::lifecycle::Intervals;
use super::nodes::{Node, NodeId};
use super::pass::{Found, Job, Pass, Taken, Test, Unused};
use super::pieces::{Clock, Left, Pool, Timed};
use super::tracks::Tracks;
use crate::diagnostic::{Diagnostic, Problems};
use crate::functions::{Keeps, Takes};
use crate::model::{
    Condition, EventSource, FieldId, Measure, Measured, Population, Role, ScoreId, StateSource,
    TableId,
};
use crate::plan::{Step, ValuesWork};
use crate::types::FieldType;

/// Everything computed for some plans of one standpoint.
pub(super) struct Computed<'a> {
    passes: Vec<(Pass<'a>, Found)>,
    /// What each step over each axis became: pass and job.
    places: Vec<(Step, Axis, usize, usize)>,
}

/// The result of one step over one axis.
pub(super) struct StepResult<'c, 'a> {
    pass: &'c Pass<'a>,
    found: &'c Found,
    job: usize,
    step: &'c Step,
    pub axis: &'c Axis,
}

/// Computes all steps of some works; equal ones once.
pub(super) fn compute<'a, 'w>(
    reader: &'a Reader<'a>,
    works: impl Iterator<Item = &'w ValuesWork>,
) -> Result<Computed<'a>, Problems> {
    let mut compiler = Compiler {
        reader,
        passes: Vec::new(),
        places: Vec::new(),
    };
    for work in works {
        let tracks = Tracks::new(work);
        for step in &work.steps {
            for slots in tracks.all() {
                let kind = step.measure.kind();
                let axis = Axis::new(slots, kind, step.moment, reader.calendar());
                compiler.add(step, axis);
            }
        }
    }
    let passes = compiler.passes.into_iter();
    let passes: Result<Vec<(Pass, Found)>, Problems> = passes
        .map(|pass| {
            let found = pass.run()?;
            Ok((pass, found))
        })
        .collect();
    Ok(Computed {
        passes: passes?,
        places: compiler.places,
    })
}

/// The code of a result that does not fit.
pub(super) const TOO_MANY: &str = "K490";

/// What to say of a measure with more cells than fit.
pub(super) fn too_many(groups: usize, points: usize) -> Problems {
    Diagnostic {
        help: vec![
            "group by fewer fields, ask for longer periods, or narrow the rows with `where`".to_string(),
        ],
        ..Diagnostic::data(
            TOO_MANY,
            format!(
                "the query would give more numbers than fit in memory: at least {groups} groups at {points} points in time"
            ),
        )
    }
    .into()
}

impl<'a> Computed<'a> {
    /// The result of a step over an axis; both were planned.
    pub fn result<'c>(&'c self, step: &Step, axis: &Axis) -> StepResult<'c, 'a> {
        let place = self
            .places
            .iter()
            .find(|(known, over, _, _)| known == step && over == axis);
        let (step, axis, pass, job) = place.expect("every step of every plan was computed");
        let (pass, found) = &self.passes[*pass];
        StepResult {
            pass,
            found,
            job: *job,
            step,
            axis,
        }
    }
}

impl StepResult<'_, '_> {
    /// The packed keys of the groups, in the order of [`StepResult::finish`]'s `to`.
    pub fn groups(&self) -> &[u64] {
        &self.found.packed[self.job]
    }

    pub fn grouping(&self) -> &Grouping {
        &self.pass.groupings[self.pass.jobs[self.job].grouping]
    }

    /// The value of each set of groups at each point of the axis.
    pub fn finish(&self, to: &[Option<u32>], sets: usize) -> Finished {
        let measure = &self.step.measure;
        Finish {
            kept: &self.found.kept[self.job],
            instants: &self.axis.ends,
            reading: Reading::of(&self.pass.jobs[self.job].taken),
            function: measure.function,
            parameter: measure.parameter,
        }
        .over(to, sets)
    }

    pub fn left(&self) -> &Left {
        &self.found.left[self.pass.jobs[self.job].pool]
    }

    pub fn unused(&self) -> Unused {
        self.found.unused[self.job]
    }
}

struct Compiler<'a> {
    reader: &'a Reader<'a>,
    /// One a table.
    passes: Vec<Pass<'a>>,
    places: Vec<(Step, Axis, usize, usize)>,
}

impl<'a> Compiler<'a> {
    fn add(&mut self, step: &Step, axis: Axis) {
        let known = |place: &(Step, Axis, usize, usize)| place.0 == *step && place.1 == axis;
        if self.places.iter().any(known) {
            return;
        }
        let pass = self.pass(step.measure.population.table);
        let job = self.passes[pass].add(step, axis.clone());
        self.places.push((step.clone(), axis, pass, job));
    }

    fn pass(&mut self, table: TableId) -> usize {
        let known = |pass: &Pass| pass.program.table == table;
        self.passes.iter().position(known).unwrap_or_else(|| {
            self.passes.push(Pass {
                program: Program::new(self.reader, table),
                axes: Vec::new(),
                pools: Vec::new(),
                groupings: Vec::new(),
                jobs: Vec::new(),
            });
            self.passes.len() - 1
        })
    }
}

/// The place of a value in a list that holds it once.
fn place<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter()
        .position(|known| *known == value)
        .unwrap_or_else(|| {
            list.push(value);
            list.len() - 1
        })
}

impl<'a> Pass<'a> {
    fn add(&mut self, step: &Step, axis: Axis) -> usize {
        let measure = &step.measure;
        let axis = place(&mut self.axes, axis);
        let pool = self.pool(measure, axis);
        let base = match &self.pools[pool].clock {
            Clock::Event(node) => Some(*node),
            Clock::Span { .. } | Clock::Intervals(_) => None,
        };
        let taken = self.taken(measure, base, axis);
        let grouping = self.grouping(&step.keys);
        self.jobs.push(Job {
            pool,
            grouping,
            keeps: measure.function.keeps,
            taken,
        });
        self.jobs.len() - 1
    }

    fn pool(&mut self, measure: &Measure, axis: usize) -> usize {
        let clock = self.clock(&measure.population);
        self.pool_of(&measure.population, measure.with.as_ref(), clock, axis)
    }

    fn pool_of(
        &mut self,
        population: &Population,
        with: Option<&Condition>,
        clock: Clock,
        axis: usize,
    ) -> usize {
        let base = match clock {
            Clock::Event(node) => Some(node),
            Clock::Span { .. } | Clock::Intervals(_) => None,
        };
        let parts = population.filter.as_ref().map_or(Vec::new(), conjuncts);
        let (timed, plain): (Vec<&Condition>, Vec<&Condition>) =
            parts.into_iter().partition(|part| depends_on_time(part));
        let mut masks: Vec<NodeId> = self.program.known().into_iter().collect();
        masks.extend(
            plain
                .into_iter()
                .map(|part| self.program.condition(part, None)),
        );
        let mask = self.program.joined(masks);
        let pool = Pool {
            clock,
            axis,
            mask,
            pending: base.and_then(|base| self.pending(population, with, base)),
            at_event: base.and_then(|base| self.at_event(&timed, base)),
            at_points: match base {
                Some(_) => None,
                None => self.at_points(&timed),
            },
            labels: match population.including_excluded {
                true => None,
                false => self.program.excludes(),
            },
        };
        place(&mut self.pools, pool)
    }

    fn clock(&mut self, population: &Population) -> Clock {
        match population.role {
            Role::Event(event) => Clock::Event(self.program.event(event)),
            Role::State(state) => self.state_clock(state),
            Role::Rows => unreachable!("checking asks every aggregate for an event or a state"),
        }
    }

    fn state_clock(&mut self, state: usize) -> Clock {
        let program = &mut self.program;
        match &program.reader.definitions.table(program.table).states[state].source {
            StateSource::Columns { from, until } => Clock::Span {
                from: program.columns(from),
                until: program.columns(until),
            },
            StateSource::Intervals { table, from, until } => {
                let intervals = Intervals::new(program.reader, program.table, *table, from, until);
                Clock::Intervals(Arc::new(intervals))
            }
            StateSource::Overdue(sla) => Clock::Span {
                from: program.breach(*sla),
                until: program.stop(*sla),
            },
        }
    }

    fn pending(
        &mut self,
        population: &Population,
        with: Option<&Condition>,
        base: NodeId,
    ) -> Option<NodeId> {
        let conditions = population.filter.iter().chain(with);
        let micros = conditions.filter_map(longest_within).max()?;
        let as_of = self.program.reader.as_of();
        let key = NodeKey::Pending(base, micros);
        Some(self.program.shared(key, |_| Node::Pending {
            base,
            micros,
            as_of,
        }))
    }

    fn at_event(&mut self, timed: &[&Condition], base: NodeId) -> Option<NodeId> {
        let masks = timed
            .iter()
            .map(|part| self.program.condition(part, Some(base)));
        let masks = masks.collect();
        self.program.joined(masks)
    }

    fn at_points(&mut self, timed: &[&Condition]) -> Option<Arc<Timed<'a>>> {
        if timed.is_empty() {
            return None;
        }
        let parts = timed.iter().map(|part| self.timed(part)).collect();
        Some(Arc::new(Timed::All(parts)))
    }

    fn timed(&mut self, condition: &Condition) -> Timed<'a> {
        let mut all = |parts: &[Condition]| parts.iter().map(|part| self.timed(part)).collect();
        match condition {
            Condition::All(parts) => Timed::All(all(parts)),
            Condition::AnyOf(parts) => Timed::AnyOf(all(parts)),
            Condition::Not(part) => Timed::Not(Box::new(self.timed(part))),
            Condition::Exists(exists) => {
                let program = &self.program;
                Timed::Covered(Coverage::new(program.reader, program.table, exists))
            }
            Condition::Codes { .. }
            | Condition::Texts { .. }
            | Condition::Number { .. }
            | Condition::Between { .. }
            | Condition::Fields { .. }
            | Condition::Present(_)
            | Condition::Within { .. } => Timed::Plain(self.program.condition(condition, None)),
        }
    }

    fn taken(&mut self, measure: &Measure, base: Option<NodeId>, axis: usize) -> Taken<'a> {
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

    /// A version applies to the points after its `since`. A point looks at what was just before it,
    /// so the end of February is not March's: as with targets, a period keeps its policy to its end.
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

    fn grouping(&mut self, keys: &[FieldId]) -> usize {
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

/// The rows of one population, for lists.
pub(super) struct Selection<'a> {
    pass: Pass<'a>,
}

impl<'a> Selection<'a> {
    pub fn new(reader: &'a Reader<'a>, population: &Population, axis: Axis) -> Selection<'a> {
        let mut pass = Pass {
            program: Program::new(reader, population.table),
            axes: vec![axis],
            pools: Vec::new(),
            groupings: Vec::new(),
            jobs: Vec::new(),
        };
        let clock = match population.role {
            // Without a role every row counts: as if something happened to it just before the end.
            Role::Rows => {
                let at = pass.axes[0].ends.first().map_or(0, |end| end - 1);
                let rows = reader.rows(population.table);
                Clock::Event(pass.program.add(Node::Ready(Arc::new(vec![at; rows]))))
            }
            Role::Event(_) | Role::State(_) => pass.clock(population),
        };
        pass.pool_of(population, None, clock, 0);
        Selection { pass }
    }

    /// The rows in the order of the file, and what was left out.
    pub fn rows(&self) -> (Vec<usize>, Left) {
        let found = self.pass.program.over_blocks(|block| {
            let mut left = Left::default();
            let pieces = self.pass.pools[0].pieces(block, &self.pass.axes[0], &mut left);
            let mut rows: Vec<usize> = pieces
                .iter()
                .map(|piece| block.rows.start + piece.row as usize)
                .collect();
            rows.dedup();
            (rows, left)
        });
        let mut all = (Vec::new(), Left::default());
        for (rows, left) in found {
            all.0.extend(rows);
            all.1.add(&left);
        }
        all
    }
}

/// Why rows of a measure could not be used, with their number: `found_at missing`.
pub(super) fn reasons(
    reader: &Reader,
    measure: &Measure,
    left: &Left,
    unused: Unused,
) -> Vec<(String, u64)> {
    let table = reader.definitions.table(measure.population.table);
    let labels = table.excludes.iter().map(|exclude| exclude.label.clone());
    let mut reasons: Vec<(String, u64)> = labels.zip(left.labelled.iter().copied()).collect();
    reasons.push(("pending".to_string(), left.pending));
    if let Role::State(state) = measure.population.role
        && let StateSource::Columns { from, until } = &table.states[state].source
    {
        let name = |columns: &[usize]| table.columns[columns[0]].name.clone();
        reasons.push((
            format!("{} before {}", name(until), name(from)),
            left.faults,
        ));
    }
    match &measure.value {
        None => {}
        Some(Measured::Field(field)) => {
            let name = &reader.definitions.field(*field).name;
            reasons.push((format!("{name} missing"), unused.first));
        }
        Some(Measured::Score(score)) => {
            let score = &reader.definitions.scores[score.0];
            let base = &reader.definitions.field(score.versions[0].base.field).name;
            reasons.push((format!("{base} missing"), unused.first));
        }
        Some(Measured::Since(event)) => {
            reasons.push((missing(reader, measure, event.event), unused.first));
        }
        Some(Measured::Between { from, to }) => {
            reasons.push((missing(reader, measure, from.event), unused.first));
            reasons.push((missing(reader, measure, to.event), unused.second));
            let name = |event: usize| &table.events[event].name;
            let reversed = format!("{} before {}", name(to.event), name(from.event));
            reasons.push((reversed, unused.reversed));
        }
    }
    reasons.retain(|(_, rows)| *rows > 0);
    reasons
}

fn missing(reader: &Reader, measure: &Measure, event: usize) -> String {
    let table = reader.definitions.table(measure.population.table);
    let event = &table.events[event];
    match &event.source {
        EventSource::Columns(columns) => {
            let names: Vec<&str> = columns
                .iter()
                .map(|column| table.columns[*column].name.as_str())
                .collect();
            format!("{} missing", names.join(" and "))
        }
        EventSource::LastOf { .. } | EventSource::Breach(_) => format!("{} missing", event.name),
    }
}
