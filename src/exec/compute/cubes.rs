//! Running the cubes of some plans.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use polars::prelude::{DataFrame, DataType, LazyFrame, PolarsResult};

use super::cells::{CubeCells, DimensionValue, Tuple, whole_numbers};
use super::{ExecutionContext, Tracks};
use crate::base::diagnostic::Problems;
use crate::base::types::FieldType;
use crate::exec::lazy::{Compiler, KeySize, TableFrames, Window, collect_all};
use crate::lang::model::TableId;
use crate::plan::ValuesWork;
use crate::plan::relation::{
    Aggregate, CubeLevel, CubeShape, Literal, Lowering, MeasureCells, Name, POINT, ROWS, Reading,
    Relation, SharedRelation,
};

/// Everything computed for some plans of one evaluation time.
pub struct Computed<'a> {
    pub(super) context: ExecutionContext<'a>,
    pub(super) lowering: Lowering<'a>,
    pub(super) compiler: Compiler<'a>,
    pub(super) rows: BTreeMap<TableId, SharedRelation>,
    /// Cubes whose totals are asked for.
    with_total: Vec<usize>,
    pub works: Vec<WorkCells>,
    /// By cube.
    groups: Vec<CubeCells>,
    totals: HashMap<usize, CubeCells>,
    /// Counts of rows that are not used.
    exclusions: HashMap<(TableId, Name), u64>,
}

/// Where the numbers of one plan are.
pub struct WorkCells {
    pub tracks: Tracks,
    /// By step of the plan.
    pub steps: Vec<StepCells>,
}

/// Where the numbers of a step are, by line of the plan's tracks.
pub struct StepCells {
    pub lines: Vec<MeasureCells>,
}

impl<'a> Computed<'a> {
    /// Lowers and runs all steps of some works; equal ones once.
    ///
    /// # Errors
    ///
    /// More cells than fit; a file that can no longer be read.
    pub fn new<'w>(
        context: ExecutionContext<'a>,
        works: impl Iterator<Item = &'w ValuesWork>,
    ) -> Result<Computed<'a>, Problems> {
        let mut computed = Computed::lowered(context, works);
        computed.keep_rows()?;
        computed.run()?;
        Ok(computed)
    }

    /// All steps of some works, lowered; nothing is run.
    pub(super) fn lowered<'w>(
        context: ExecutionContext<'a>,
        works: impl Iterator<Item = &'w ValuesWork>,
    ) -> Computed<'a> {
        let mut lowering = Lowering::new(context.definitions, context.evaluation);
        let mut with_total = Vec::new();
        let works: Vec<WorkCells> = works
            .map(|work| {
                let cells = lower(&mut lowering, work);
                if work.with_total {
                    let of_steps = cells.steps.iter().flat_map(|step| &step.lines);
                    with_total.extend(of_steps.map(|cells| cells.cube));
                }
                cells
            })
            .collect();
        let tables = TableFrames {
            definitions: context.definitions,
            sources: context.sources,
        };
        let mut computed = Computed {
            context,
            rows: lowering.rows_of_tables(),
            lowering,
            compiler: Compiler::new(tables),
            with_total,
            works,
            groups: Vec::new(),
            totals: HashMap::new(),
            exclusions: HashMap::new(),
        };
        computed.code_keys();
        computed
    }

    /// The cubes to run, and for which groups.
    pub(super) fn jobs(&self) -> Vec<(usize, CubeLevel)> {
        let mut jobs: Vec<(usize, CubeLevel)> = (0..self.lowering.cubes.len())
            .map(|cube| (cube, CubeLevel::Groups))
            .collect();
        for (cube, of) in self.lowering.cubes.iter().enumerate() {
            if self.with_total.contains(&cube) && !of.adds_up() && !of.keys.is_empty() {
                jobs.push((cube, CubeLevel::Total));
            }
        }
        jobs
    }

    fn run(&mut self) -> Result<(), Problems> {
        let jobs = self.jobs();
        let frames = self.frames_of(&jobs, true)?;
        for ((cube, level), frame) in jobs.iter().zip(frames) {
            let of = &self.lowering.cubes[*cube];
            let dictionaries = &self.compiler.codes[&of.table].dictionaries;
            match level {
                CubeLevel::Groups => {
                    self.groups
                        .push(CubeCells::of(of, &of.keys, &frame, dictionaries)?)
                }
                CubeLevel::Total | CubeLevel::Outside(_) => {
                    let cells = CubeCells::of(of, &[], &frame, dictionaries)?;
                    self.totals.insert(*cube, cells);
                }
            }
        }
        Ok(())
    }

    /// Numbers the texts that rows are grouped by, and says how many values keys have.
    fn code_keys(&mut self) {
        for cube in &self.lowering.cubes {
            let table = self.context.definitions.table(cube.table);
            let codes = self.compiler.codes.entry(cube.table).or_default();
            for key in &cube.keys {
                let field = table
                    .field_named(key)
                    .map(|field| &table.fields[field].field_type);
                let (values, data_type) = match field {
                    Some(FieldType::Scale(scale)) => (scale.values.len() as u64, DataType::UInt8),
                    Some(FieldType::YesNo) => (2, DataType::Boolean),
                    Some(FieldType::Text | FieldType::Number | FieldType::Date) | None => {
                        codes.dictionaries.entry(key.clone()).or_default();
                        (u64::from(u32::MAX), DataType::UInt32)
                    }
                };
                codes
                    .sizes
                    .insert(key.clone(), KeySize { values, data_type });
            }
            // Points of all cubes are one key: the longest axis says how many there are.
            let points = codes.sizes.entry(POINT.to_string()).or_insert(KeySize {
                values: 0,
                data_type: DataType::UInt32,
            });
            points.values = points.values.max(cube.axis.len() as u64 + 1);
        }
    }

    /// How many cubes and counts of exclusions read the rows of a table.
    pub(super) fn readers(&self, table: TableId) -> usize {
        let cubes = self.lowering.cubes.iter();
        cubes.filter(|cube| cube.table == table).count()
            + usize::from(self.lowering.exclusions.contains_key(&table))
    }

    /// Collects the rows of tables that several cubes read, narrow as they are.
    pub(super) fn keep_rows(&mut self) -> Result<(), Problems> {
        let shared: Vec<(TableId, SharedRelation)> = self
            .rows
            .iter()
            .filter(|(table, _)| self.readers(**table) > 1)
            .map(|(table, rows)| (*table, rows.clone()))
            .collect();
        let frames: PolarsResult<Vec<LazyFrame>> = shared
            .iter()
            .map(|(_, rows)| self.compiler.compile(rows))
            .collect();
        let frames = collect_all(self.context.sources, compiled(frames))?;
        for ((table, rows), frame) in shared.iter().zip(frames) {
            self.compiler.keep(rows, frame);
            self.size_keys(*table, rows)?;
        }
        Ok(())
    }

    /// How many texts there are, and how long lifetimes are, is known once rows are collected.
    fn size_keys(&mut self, table: TableId, rows: &SharedRelation) -> Result<(), Problems> {
        let longest = self.longest_lifetime(table, rows)?;
        let codes = self.compiler.codes.entry(table).or_default();
        for (name, dictionary) in &codes.dictionaries {
            if let Some(size) = codes.sizes.get_mut(name) {
                size.values = dictionary.len() as u64;
            }
        }
        if let Some(longest) = longest {
            let size = KeySize {
                values: longest.unsigned_abs() + 1,
                data_type: DataType::Int64,
            };
            codes.sizes.insert(Reading::MICROS.to_string(), size);
        }
        Ok(())
    }

    /// The longest duration that rows of a table are grouped by.
    fn longest_lifetime(
        &self,
        table: TableId,
        rows: &SharedRelation,
    ) -> Result<Option<i64>, Problems> {
        let durations = self
            .lowering
            .cubes
            .iter()
            .filter_map(|cube| match &cube.shape {
                CubeShape::Flow {
                    also_by: Some((_, micros)),
                    ..
                } if cube.table == table => Some(Aggregate::Max(micros.clone())),
                CubeShape::Flow { .. } | CubeShape::Swept(_) | CubeShape::Expanded(_) => None,
            });
        let aggregates: Vec<(Name, Aggregate)> = (0..)
            .map(|place: usize| format!("longest {place}"))
            .zip(durations)
            .collect();
        if aggregates.is_empty() {
            return Ok(None);
        }
        let relation = Arc::new(Relation::Aggregate {
            input: rows.clone(),
            keys: Vec::new(),
            aggregates,
        });
        let lazy = self.compiler.compile(&relation).map(|lazy| vec![lazy]);
        let longest = collect_all(self.context.sources, compiled(lazy))?.remove(0);
        Ok(longest
            .columns()
            .iter()
            .map(|column| whole_numbers(column)[0])
            .max())
    }

    /// The rows of cubes at some levels, and the counts of exclusions if they are wanted, in one query.
    fn frames_of(
        &mut self,
        jobs: &[(usize, CubeLevel)],
        with_exclusions: bool,
    ) -> Result<Vec<DataFrame>, Problems> {
        let mut lazy = Vec::new();
        let mut counted = Vec::new();
        for (table, rows) in &self.rows {
            if with_exclusions && let Some(relation) = self.lowering.exclusions_of(*table, rows) {
                counted.push(*table);
                lazy.push(self.compiler.compile(&relation));
            }
        }
        let small = jobs
            .iter()
            .filter(|(cube, _)| !self.lowering.cubes[*cube].is_expanded());
        lazy.extend(small.map(|job| self.compile(job)));
        let lazy: PolarsResult<Vec<LazyFrame>> = lazy.into_iter().collect();
        let mut frames = collect_all(self.context.sources, compiled(lazy))?.into_iter();
        for table in counted {
            let frame = frames.next().expect("one frame a table");
            for column in frame.columns() {
                let count = whole_numbers(column)[0] as u64;
                self.exclusions
                    .insert((table, column.name().to_string()), count);
            }
        }
        let mut of_jobs = Vec::new();
        for job in jobs {
            of_jobs.push(match self.lowering.cubes[job.0].is_expanded() {
                true => self.expanded(job)?,
                false => frames.next().expect("one frame a cube"),
            });
        }
        Ok(of_jobs)
    }

    pub(super) fn compile(&self, job: &(usize, CubeLevel)) -> PolarsResult<LazyFrame> {
        self.compiler.compile(&changes_of(&self.relation(job)))
    }

    pub(super) fn relation(&self, (cube, level): &(usize, CubeLevel)) -> SharedRelation {
        let cube = &self.lowering.cubes[*cube];
        cube.relation(&self.rows[&cube.table], level)
    }

    /// The rows of a cube that stand at every point, some points at a time.
    fn expanded(&mut self, job: &(usize, CubeLevel)) -> Result<DataFrame, Problems> {
        let mut whole: Option<DataFrame> = None;
        for window in self.windows(job.0)? {
            self.compiler.window = Some(window);
            let lazy = self.compile(job).map(|lazy| vec![lazy]);
            let part = collect_all(self.context.sources, compiled(lazy));
            self.compiler.window = None;
            let part = part?.remove(0);
            whole = Some(match whole {
                None => part,
                Some(whole) => whole.vstack(&part).expect("parts have the same columns"),
            });
        }
        Ok(whole.expect("there is at least one window"))
    }

    /// Points cut into windows, so that the rows × points of each fit in memory. How many rows stand at a point is swept
    /// first, which costs little.
    pub(super) fn windows(&self, cube: usize) -> Result<Vec<Window>, Problems> {
        /// Rows × points that are made at once.
        const MOST: i64 = 12_000_000;
        let counts = self.lowering.cubes[cube].rows_by_point();
        let relation = counts.relation(&self.rows[&counts.table], &CubeLevel::Total);
        let lazy = self
            .compiler
            .compile(&changes_of(&relation))
            .map(|lazy| vec![lazy]);
        let frame = collect_all(self.context.sources, compiled(lazy))?.remove(0);
        let cells = CubeCells::of(&counts, &[], &frame, &BTreeMap::new())?;
        let (mut windows, mut low, mut rows) = (Vec::new(), 0, 0);
        for (point, count) in cells.counts(ROWS).iter().enumerate() {
            if rows + count > MOST && low < point {
                windows.push((low, point));
                (low, rows) = (point, 0);
            }
            rows += count;
        }
        windows.push((low, counts.axis.len()));
        Ok(windows)
    }

    /// The cells of a measure's groups.
    pub fn groups(&self, cells: &MeasureCells) -> &CubeCells {
        &self.groups[cells.cube]
    }

    /// The cells of all groups together, of a measure whose groups do not add up.
    pub fn total(&self, cells: &MeasureCells) -> &CubeCells {
        let cube = &self.lowering.cubes[cells.cube];
        match cube.keys.is_empty() {
            true => &self.groups[cells.cube],
            false => &self.totals[&cells.cube],
        }
    }

    /// Whether the numbers of a measure's groups add up.
    pub fn adds_up(&self, cells: &MeasureCells) -> bool {
        self.lowering.cubes[cells.cube].adds_up()
    }

    /// The cells of all rows outside some groups together.
    ///
    /// # Errors
    ///
    /// A file that can no longer be read.
    pub fn outside(
        &mut self,
        cells: &MeasureCells,
        groups: &[Tuple],
    ) -> Result<CubeCells, Problems> {
        let cube = &self.lowering.cubes[cells.cube];
        let dictionaries = &self.compiler.codes[&cube.table].dictionaries;
        let literal = |(value, key): (&DimensionValue, &Name)| match value {
            DimensionValue::Missing => None,
            DimensionValue::Text(text) => {
                let number = dictionaries[key].number(text);
                Some(Literal::Integer(i64::from(
                    number.expect("groups that are shown were met"),
                )))
            }
            DimensionValue::Code(code) => {
                let table = self.context.definitions.table(cube.table);
                let field = table.field_named(key).map(|field| &table.fields[field]);
                Some(match field.map(|field| &field.field_type) {
                    Some(FieldType::YesNo) => Literal::Boolean(*code == 1),
                    Some(_) | None => Literal::Code(*code),
                })
            }
        };
        let groups = groups.iter().map(|tuple| {
            let values = tuple.iter().zip(&cube.keys);
            values.map(literal).collect()
        });
        let job = (cells.cube, CubeLevel::Outside(groups.collect()));
        let frame = self.frames_of(std::slice::from_ref(&job), false)?.remove(0);
        CubeCells::of(
            &self.lowering.cubes[cells.cube],
            &[],
            &frame,
            &BTreeMap::new(),
        )
    }

    /// How many rows were not used, by reason, in the order of the reasons; reasons without rows left out.
    pub fn exclusions(&self, cells: &MeasureCells) -> Vec<(String, u64)> {
        let rows = cells.exclusions.iter().map(|exclusion| {
            let key = (exclusion.table, exclusion.column.clone());
            (exclusion.reason.clone(), self.exclusions[&key])
        });
        rows.filter(|(_, rows)| *rows > 0).collect()
    }
}

fn lower(lowering: &mut Lowering, work: &ValuesWork) -> WorkCells {
    let tracks = Tracks::new(work);
    let steps = work.steps.iter().map(|step| StepCells {
        lines: tracks
            .all()
            .enumerate()
            .map(|(line, slots)| lowering.add(step, slots, line == 0))
            .collect(),
    });
    WorkCells {
        steps: steps.collect(),
        tracks,
    }
}

/// The changes that a sweep sums along its points: cells are few by then, and summed when they are made dense.
fn changes_of(relation: &SharedRelation) -> SharedRelation {
    match relation.as_ref() {
        Relation::Running { input, .. } => input.clone(),
        _ => relation.clone(),
    }
}

pub(super) fn compiled<T>(result: PolarsResult<T>) -> T {
    result.unwrap_or_else(|error| unreachable!("polars refuses a relation: {error}"))
}
