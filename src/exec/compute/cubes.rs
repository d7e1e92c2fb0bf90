//! Running the cubes of some plans.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::DataType;

use super::cells::{CubeCells, DimensionValue, Tuple};
use super::database::comes_as_rows;
use super::{ExecutionContext, Tracks};
use crate::base::diagnostic::Problems;
use crate::base::types::FieldType;
use crate::exec::lazy::{Compiler, KeySize, TableFrames};
use crate::lang::model::{FieldSource, TableId};
use crate::plan::ValuesWork;
use crate::plan::relation::{
    CubeLevel, Literal, Lowering, MeasureCells, Name, POINT, SharedRelation,
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
    pub(super) groups: Vec<CubeCells>,
    pub(super) totals: HashMap<usize, CubeCells>,
    /// By cube whose groups do not add up: the rows that it counts, collected.
    pub(super) counted: HashMap<usize, SharedRelation>,
    /// Counts of rows that are not used.
    pub(super) exclusions: HashMap<(TableId, Name), u64>,
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
            counted: HashMap::new(),
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

    /// Numbers the texts that rows are grouped by, and says how many values keys have at most.
    fn code_keys(&mut self) {
        for cube in &self.lowering.cubes {
            let table = self.context.definitions.table(cube.table);
            let codes = self.compiler.codes.entry(cube.table).or_default();
            for key in &cube.keys {
                let field = table
                    .field_named(key)
                    .map(|field| &table.fields[field].field_type);
                let (values, data_type) = match field {
                    _ if cube.bands.contains_key(key) => {
                        (cube.bands[key].len() as u64, DataType::UInt8)
                    }
                    Some(FieldType::Scale(scale)) => (scale.values.len() as u64, DataType::UInt8),
                    Some(FieldType::YesNo) => (2, DataType::Boolean),
                    Some(FieldType::Text | FieldType::Number | FieldType::Date) | None => {
                        codes.dictionaries.entry(key.clone()).or_default();
                        let rows = rows_of_origin(self.context, cube.table, key);
                        (rows as u64, DataType::UInt32)
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
        let database = self.context.sources.database.as_ref();
        let is_elsewhere = database.is_some() && !comes_as_rows(cube);
        let literal = |(value, key): (&DimensionValue, &Name)| match value {
            DimensionValue::Missing => None,
            DimensionValue::Text(text) => {
                // Where groups are aggregated elsewhere, so are those outside of them: there texts are what they are.
                if is_elsewhere {
                    return Some(Literal::Text(text.clone()));
                }
                // A group of another table may have no row here: no text has the largest number.
                let number = dictionaries[key].number(text).unwrap_or(u32::MAX);
                Some(Literal::Integer(i64::from(number)))
            }
            DimensionValue::Code(code) => {
                let table = self.context.definitions.table(cube.table);
                let field = table.field_named(key).map(|field| &table.fields[field]);
                Some(match field.map(|field| &field.field_type) {
                    Some(FieldType::YesNo) => Literal::Boolean(*code == 1),
                    None if is_elsewhere => Literal::Band {
                        code: *code,
                        name: cube.bands[key][usize::from(*code)].clone(),
                    },
                    Some(_) | None => Literal::Code(*code),
                })
            }
        };
        let groups = groups.iter().map(|tuple| {
            let values = tuple.iter().zip(&cube.keys);
            values.map(literal).collect()
        });
        let outside = CubeLevel::Outside(groups.collect());
        if let Some(database) = database {
            return self.cells_there(database.as_ref(), cells.cube, &outside);
        }
        let frame = self.frame_of(cells.cube, &outside)?;
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

impl Computed<'_> {
    /// All texts that a key has in the table of another that it is read from: numbered there, whether rows count or not.
    /// `None` for keys that are no texts of another table.
    pub fn texts_of_parent(&self, cells: &MeasureCells, key: &str) -> Option<Vec<String>> {
        let cube = &self.lowering.cubes[cells.cube];
        let table = self.context.definitions.table(cube.table);
        let field = &table.fields[table.field_named(key)?];
        let is_of_parent = matches!(field.source, FieldSource::Parent { .. });
        let dictionaries = &self.compiler.codes.get(&cube.table)?.dictionaries;
        is_of_parent.then(|| Some(dictionaries.get(key)?.texts()))?
    }

    /// A count of rows of a table.
    pub fn count(&self, table: TableId, column: &Name) -> u64 {
        self.exclusions[&(table, column.clone())]
    }
}

/// How many rows the table has that a key is read from, through parents: it has no more texts.
fn rows_of_origin(context: ExecutionContext, table: TableId, key: &str) -> usize {
    let of_table = context.definitions.table(table);
    let field = of_table
        .field_named(key)
        .map(|field| &of_table.fields[field]);
    if let Some(FieldSource::Parent { parent, field }) = field.map(|field| &field.source) {
        let parent = of_table.parents[*parent].table;
        let key = &context.definitions.table(parent).fields[*field].name;
        return rows_of_origin(context, parent, key);
    }
    context.sources.table(table).map_or(0, |source| source.rows)
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
