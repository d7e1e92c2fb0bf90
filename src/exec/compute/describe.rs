//! How a plan is computed and over what: its relations, what polars makes of them, and the files they scan.

use polars::prelude::LazyFrame;

use super::batches::compiled;
use super::cubes::Computed;
use super::{ExecutionContext, Tracks};
use crate::base::diagnostic::Problems;
use crate::base::types::Grain;
use crate::exec::data::{RelationRequest, ResultType, ScanReport, TableDatabase};
use crate::exec::lazy::{Compiler, TableFrames, optimized_plan};
use crate::lang::model::TableId;
use crate::plan::relation::{
    Cube, CubeLevel, CubeShape, ListRelation, Name, OutlineNode, Relation, SharedRelation,
    lower_list,
};
use crate::plan::{self, ListWork, Plan, Step, ValuesWork, Work};

/// How a query is computed.
pub struct PlanDescription {
    /// Canonical text of the query.
    pub query: String,
    pub as_of: String,
    /// Whether as-of was not given: it is the latest event of all tables.
    pub is_at_latest_event: bool,
    pub known_on: Option<String>,
    pub grain: Option<Grain>,
    /// Labels of the periods, ascending, and of those they are compared with.
    pub periods: Vec<String>,
    pub compared: Vec<String>,
    /// Every measure once; none for a list.
    pub measures: Vec<MeasureDescription>,
    /// Names of the dimensions.
    pub by: Vec<String>,
    pub bases: Vec<BaseDescription>,
    pub cubes: Vec<CubeDescription>,
    /// In the order of the definitions' tables.
    pub scans: Vec<ScanDescription>,
    pub notes: Vec<String>,
    /// The title of the database that has the tables, if they are no files: then queries are statements for it.
    pub database: Option<&'static str>,
}

/// A measure, in words.
pub struct MeasureDescription {
    pub measure: String,
    /// The columns of the answer whose formulas have it.
    pub columns: Vec<String>,
}

/// The rows of a table that cubes read by name.
pub struct BaseDescription {
    pub name: String,
    pub table: String,
    /// How many of the cubes read it.
    pub readers: usize,
    pub relation: Vec<OutlineNode>,
    /// In how many batches the rows pass by the queries that read them; `None` where they are made within the plan of each.
    pub batches: Option<usize>,
    /// What polars runs to make the rows of the first batch.
    pub polars: Option<String>,
}

/// One query over a base.
pub struct CubeDescription {
    pub gives: CubePurpose,
    /// The base it reads.
    pub base: String,
    pub serves: Vec<ServedMeasure>,
    pub relation: Vec<OutlineNode>,
    /// What polars runs over the rows; in the query that makes them, if there are batches.
    pub polars: String,
    /// What it runs when all batches have passed, over the rows that were kept of each; `None` where groups of batches are
    /// added up.
    pub polars_of_kept: Option<String>,
}

/// What a query over a base gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CubePurpose {
    /// Numbers of measures.
    Measures {
        method: CubeMethod,
        /// Buckets of a flow, instants of a stock.
        points: usize,
        /// All rows as one group, where groups do not add up.
        is_total: bool,
    },
    /// How many rows are not used, by reason.
    Exclusions,
    /// The rows of a list.
    Rows,
    /// How many rows a list has before its limit, and how many are not used.
    Counts,
}

/// How rows get to the points at which they count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CubeMethod {
    /// A row counts in one bucket.
    Flow,
    /// A row is added at the first point it counts at and taken away at the first it does not.
    Swept,
    /// A row stands at every point it counts at. Rows are sorted by value once, and counted along the points.
    Expanded,
}

/// A measure that a cube has the numbers of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServedMeasure {
    /// Index into [`PlanDescription::measures`].
    pub measure: usize,
    pub over: ServedPeriods,
}

/// Which periods of a query a cube is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServedPeriods {
    Own,
    /// Those that its own are compared with.
    Compared,
    /// All of its own as one, for totals and the order of groups.
    Whole,
}

/// A file that is read.
pub struct ScanDescription {
    pub table: String,
    pub rows: usize,
    pub report: ScanReport,
}

/// Describes how a plan is computed. Nothing is counted for it.
///
/// # Errors
///
/// A file that can no longer be read.
pub fn describe(context: ExecutionContext, plan: &Plan) -> Result<PlanDescription, Problems> {
    let mut described = PlanDescription {
        query: plan.query.clone(),
        as_of: context.evaluation.as_of.label.clone(),
        is_at_latest_event: false,
        known_on: context
            .evaluation
            .known_on_given
            .then(|| context.evaluation.known_on.label.clone()),
        grain: None,
        periods: Vec::new(),
        compared: Vec::new(),
        measures: Vec::new(),
        by: Vec::new(),
        bases: Vec::new(),
        cubes: Vec::new(),
        scans: scans(context),
        notes: Vec::new(),
        database: context
            .sources
            .database
            .as_ref()
            .map(|database| database.title()),
    };
    match &plan.work {
        Work::Values(work) => described.add_values(context, work)?,
        Work::List(work) => described.add_list(context, work)?,
    }
    Ok(described)
}

impl PlanDescription {
    fn add_values(&mut self, context: ExecutionContext, work: &ValuesWork) -> Result<(), Problems> {
        let labels =
            |slots: &[plan::TimeBucket]| slots.iter().map(|slot| slot.label.clone()).collect();
        self.grain = work.timeline.grain;
        self.periods = labels(&work.timeline.slots);
        self.compared = work
            .timeline
            .compared
            .iter()
            .flat_map(|line| labels(line))
            .collect();
        self.compared.dedup();
        self.by = work.by.iter().map(|by| by.name.clone()).collect();
        let measure = |step: &Step| MeasureDescription {
            measure: plan::measure(context.definitions, &step.measure),
            columns: columns_of(work, step),
        };
        self.measures = work.steps.iter().map(measure).collect();
        let mut computed = Computed::lowered(context, std::iter::once(work));
        if let Some(database) = &context.sources.database {
            self.bases = computed.bases_there();
            self.cubes = computed.described_there(database.as_ref())?;
            return Ok(());
        }
        let add_up = computed.lowering.cubes.iter().all(Cube::adds_up);
        if work.top.is_some() && !add_up {
            let note = "the rows of `other` are asked for once it is known which groups are shown";
            self.notes.push(note.to_string());
        }
        self.bases = computed.bases()?;
        computed.keep_no_rows()?;
        self.cubes = computed.exclusions_described()?;
        for job in computed.jobs() {
            self.cubes.push(computed.cube_described(&job)?);
        }
        // What is left out is said after the numbers.
        let exclusions = |cube: &CubeDescription| cube.gives == CubePurpose::Exclusions;
        self.cubes.sort_by_key(exclusions);
        Ok(())
    }

    fn add_list(&mut self, context: ExecutionContext, work: &ListWork) -> Result<(), Problems> {
        self.periods = vec![work.slot.label.clone()];
        let list = lower_list(context.definitions, context.evaluation, work);
        let compiler = Compiler::new(TableFrames {
            definitions: context.definitions,
            sources: context.sources,
        });
        let base = base_of(&list.counts);
        let name = name_of(base);
        self.bases = vec![BaseDescription {
            name: name.clone(),
            table: table_name(context, work.list.population.table),
            readers: 2,
            relation: base.outline(),
            batches: None,
            polars: None,
        }];
        let named = |columns: &[Name]| -> Vec<(Name, ResultType)> {
            let as_text = |name: &Name| (name.clone(), ResultType::Text);
            columns.iter().map(as_text).collect()
        };
        let counts = [ListRelation::FOUND.to_string()];
        for (gives, relation, columns) in [
            (CubePurpose::Rows, &list.rows, named(&list.columns)),
            (CubePurpose::Counts, &list.counts, named(&counts)),
        ] {
            let polars = match &context.sources.database {
                Some(database) => {
                    let request = RelationRequest {
                        title: "rows",
                        relation,
                        axis: None,
                        columns: &columns,
                    };
                    database.statement(context.definitions, &request)
                }
                None => polars_plan(context, compiled(compiler.compile(relation)))?,
            };
            self.cubes.push(CubeDescription {
                gives,
                base: name.clone(),
                serves: Vec::new(),
                relation: relation.outline(),
                polars,
                polars_of_kept: None,
            });
        }
        Ok(())
    }
}

/// The columns whose formulas have the measure of a step.
fn columns_of(work: &ValuesWork, step: &Step) -> Vec<String> {
    let has = |column: &&crate::lang::model::ValueColumn| {
        column.moment == step.moment && column.formula.measures().contains(&&step.measure)
    };
    let columns = work.columns.iter().filter(has);
    columns.map(|column| column.name.clone()).collect()
}

impl Computed<'_> {
    /// The rows of tables of a database: each statement makes them for itself.
    fn bases_there(&self) -> Vec<BaseDescription> {
        let bases = self.rows.iter().map(|(table, rows)| BaseDescription {
            name: name_of(rows),
            table: table_name(self.context, *table),
            readers: self.readers(*table),
            relation: rows.outline(),
            batches: None,
            polars: None,
        });
        bases.collect()
    }

    /// The cubes with the statements that a database is asked.
    fn described_there(
        &self,
        database: &dyn TableDatabase,
    ) -> Result<Vec<CubeDescription>, Problems> {
        let mut described = Vec::new();
        for job in self.jobs() {
            described.push(CubeDescription {
                polars: self.statement_there(database, job.0, &job.1),
                ..self.outlined(&job)
            });
        }
        Ok(described)
    }

    /// The rows of tables, before any are collected.
    fn bases(&mut self) -> Result<Vec<BaseDescription>, Problems> {
        let mut bases = Vec::new();
        for (table, rows) in self.rows.clone() {
            let first = compiled(self.first_batch(table));
            bases.push(BaseDescription {
                name: name_of(&rows),
                table: table_name(self.context, table),
                readers: self.readers(table),
                relation: rows.outline(),
                batches: Some(self.batches(table).len()),
                polars: Some(polars_plan(self.context, first)?),
            });
        }
        Ok(bases)
    }

    fn cube_described(&self, job: &(usize, CubeLevel)) -> Result<CubeDescription, Problems> {
        Ok(CubeDescription {
            polars: polars_plan(self.context, compiled(self.of_batch_compiled(job.0)))?,
            polars_of_kept: match self.of_kept_compiled(job) {
                Some(kept) => Some(polars_plan(self.context, compiled(kept))?),
                None => None,
            },
            ..self.outlined(job)
        })
    }

    /// A cube without what runs it.
    fn outlined(&self, job: &(usize, CubeLevel)) -> CubeDescription {
        let cube = &self.lowering.cubes[job.0];
        let method = match &cube.shape {
            CubeShape::Flow { .. } => CubeMethod::Flow,
            CubeShape::Swept(_) => CubeMethod::Swept,
            CubeShape::Expanded { .. } => CubeMethod::Expanded,
        };
        CubeDescription {
            gives: CubePurpose::Measures {
                method,
                points: cube.axis.len(),
                is_total: job.1 == CubeLevel::Total,
            },
            base: name_of(&self.rows[&cube.table]),
            serves: self.served_by(job.0),
            relation: self.relation(job).outline(),
            polars: String::new(),
            polars_of_kept: None,
        }
    }

    /// The measures that read a cube, of the one plan there is.
    fn served_by(&self, cube: usize) -> Vec<ServedMeasure> {
        let mut served = Vec::new();
        for work in &self.works {
            for (measure, step) in work.steps.iter().enumerate() {
                for (line, cells) in step.lines.iter().enumerate() {
                    let over = periods_of_line(&work.tracks, line);
                    let own = ServedMeasure { measure, over };
                    if cells.cube == cube && !served.contains(&own) {
                        served.push(own);
                    }
                }
            }
        }
        served
    }

    /// Counts of rows that are not used, one query a table.
    fn exclusions_described(&self) -> Result<Vec<CubeDescription>, Problems> {
        let mut described = Vec::new();
        for (table, rows) in &self.rows {
            let Some(relation) = self.lowering.exclusions_of(*table, rows) else {
                continue;
            };
            described.push(CubeDescription {
                gives: CubePurpose::Exclusions,
                base: name_of(rows),
                serves: Vec::new(),
                relation: relation.outline(),
                polars: polars_plan(self.context, compiled(self.compiler.compile(&relation)))?,
                polars_of_kept: None,
            });
        }
        Ok(described)
    }
}

fn periods_of_line(tracks: &Tracks, line: usize) -> ServedPeriods {
    match line {
        0 => ServedPeriods::Own,
        line if line <= tracks.compared().len() => ServedPeriods::Compared,
        _ => ServedPeriods::Whole,
    }
}

fn polars_plan(context: ExecutionContext, frame: LazyFrame) -> Result<String, Problems> {
    optimized_plan(context.sources, frame)
}

fn scans(context: ExecutionContext) -> Vec<ScanDescription> {
    let tables = context.sources.tables.iter().enumerate();
    let scans = tables.filter_map(|(id, source)| {
        let source = source.as_ref()?;
        Some(ScanDescription {
            table: table_name(context, TableId(id)),
            rows: source.rows,
            report: source.scanned.clone(),
        })
    });
    scans.collect()
}

fn table_name(context: ExecutionContext, table: TableId) -> String {
    context.definitions.table(table).name.clone()
}

/// The named relation that a relation over one table reads.
fn base_of(relation: &SharedRelation) -> &SharedRelation {
    match relation.as_ref() {
        Relation::Named { .. } => relation,
        other => base_of(other.inputs().first().expect("lists read a named relation")),
    }
}

fn name_of(rows: &SharedRelation) -> String {
    match rows.as_ref() {
        Relation::Named { name, .. } => name.clone(),
        other => other.line(),
    }
}
