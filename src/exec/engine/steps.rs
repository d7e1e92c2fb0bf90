//! Planned steps → jobs of one pass a table, and the way back from a step to its result.

use super::axis::Axis;
use super::fields::Reader;
use super::finish::{Finish, Finished, Reading};
use super::groups::Grouping;
use super::pass::{Found, Job, Pass, Unused};
use super::pieces::{Clock, Left};
use super::tracks::Tracks;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::TableId;
use crate::plan::{Step, ValuesWork};

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
    let mut groupings = compiler.passes.iter().flat_map(|pass| &pass.groupings);
    if groupings.any(|grouping| grouping.size().is_none()) {
        return Err(too_many_dimensions());
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

fn too_many_dimensions() -> Problems {
    let message =
        "the query groups by too many fields with too many values each to number the groups";
    Diagnostic {
        help: vec!["group by fewer fields".to_string()],
        ..Diagnostic::data(TOO_MANY, message)
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
            self.passes.push(Pass::new(self.reader, table));
            self.passes.len() - 1
        })
    }
}

/// The place of a value in a list that holds it once.
pub(super) fn place<T: PartialEq>(list: &mut Vec<T>, value: T) -> usize {
    list.iter()
        .position(|known| *known == value)
        .unwrap_or_else(|| {
            list.push(value);
            list.len() - 1
        })
}

impl<'a> Pass<'a> {
    /// Adds the job of a step over an axis; gives its place.
    pub fn add(&mut self, step: &Step, axis: Axis) -> usize {
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
}
