//! Running cubes: the rows of a table pass by in batches, and every cube takes its part of each.
//!
//! A batch is one query. Its narrow rows are made once and handed to all cubes over the table as they come, so that files
//! are decoded and instants looked up once, and no batch is in memory as a whole. Batches bound how far a cube may lag behind.
//! Groups that add up are added up over batches. Of cubes whose groups do not (quantiles, extremes, distinct counts) and
//! of lifetimes the rows that count are kept, with the columns that are aggregated, and grouped when all have passed.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{DataFrame, LazyFrame, PolarsResult};

use super::Computed;
use super::cells::{CubeCells, whole_numbers};
use super::order_statistics::order_statistics;
use crate::base::cancellation;
use crate::base::diagnostic::Problems;
use crate::exec::lazy::{Window, collect_all};
use crate::lang::model::TableId;
use crate::plan::relation::{Cube, CubeLevel, CubeShape, Name, Relation, SharedRelation};

impl Computed<'_> {
    /// Runs all cubes.
    ///
    /// # Errors
    ///
    /// More cells than fit; a file that can no longer be read.
    pub(super) fn run(&mut self) -> Result<(), Problems> {
        if let Some(database) = &self.context.sources.database {
            return self.run_there(database.as_ref());
        }
        let mut frames: BTreeMap<usize, DataFrame> = BTreeMap::new();
        let tables = self.rows.keys().copied();
        let (small, large): (Vec<TableId>, Vec<TableId>) =
            tables.partition(|table| self.batches(*table).len() == 1);
        self.run_tables(&small, &mut frames)?;
        for table in large {
            self.run_tables(&[table], &mut frames)?;
        }
        for cube in 0..self.lowering.cubes.len() {
            let frame = match frames.remove(&cube) {
                Some(frame) => frame,
                None => self.frame_of(cube, &CubeLevel::Groups)?,
            };
            let of = &self.lowering.cubes[cube];
            let dictionaries = &self.compiler.codes[&of.table].dictionaries;
            let cells = CubeCells::of(of, &of.keys, &frame, dictionaries)?;
            self.groups.push(cells);
        }
        for (cube, level) in self.jobs() {
            if level == CubeLevel::Total {
                let frame = self.frame_of(cube, &level)?;
                let cells =
                    CubeCells::of(&self.lowering.cubes[cube], &[], &frame, &BTreeMap::new())?;
                self.totals.insert(cube, cells);
            }
        }
        Ok(())
    }

    /// Passes over the rows of some tables. Cubes that add up leave their groups in `frames`, others their rows in
    /// [`Computed::counted`].
    fn run_tables(
        &mut self,
        tables: &[TableId],
        frames: &mut BTreeMap<usize, DataFrame>,
    ) -> Result<(), Problems> {
        let cubes: Vec<usize> = (0..self.lowering.cubes.len())
            .filter(|cube| {
                let of = &self.lowering.cubes[*cube];
                let keeps_rows = self.rows_of(of.table) <= self.context.limits.kept;
                tables.contains(&of.table) && (keeps_rows || is_added_up(of))
            })
            .collect();
        let of_cubes = cubes.iter().map(|cube| {
            let rows = &self.rows[&self.lowering.cubes[*cube].table];
            self.of_batch(*cube, rows)
        });
        let mut relations: Vec<SharedRelation> = of_cubes.collect();
        let mut counted = Vec::new();
        for table in tables {
            if let Some(counts) = self.lowering.exclusions_of(*table, &self.rows[table]) {
                counted.push(*table);
                relations.push(counts);
            }
        }
        let mut parts = self.pass(tables, &relations)?.into_iter();
        for cube in cubes {
            let part = parts.next().expect("one part a cube");
            match is_added_up(&self.lowering.cubes[cube]) {
                true => drop(frames.insert(cube, part)),
                false => self.keep_counted(cube, part),
            }
        }
        for (table, counts) in counted.into_iter().zip(parts) {
            for column in counts.columns() {
                let count = whole_numbers(column).iter().sum::<i64>() as u64;
                self.exclusions
                    .insert((table, column.name().to_string()), count);
            }
        }
        Ok(())
    }

    /// Passes over the rows of one table batch by batch, or of several whole; the rows of each relation over them.
    fn pass(
        &mut self,
        tables: &[TableId],
        relations: &[SharedRelation],
    ) -> Result<Vec<DataFrame>, Problems> {
        let rows: Vec<SharedRelation> = tables
            .iter()
            .map(|table| self.rows[table].clone())
            .collect();
        let mut parts: Vec<Option<DataFrame>> = relations.iter().map(|_| None).collect();
        for slice in self.slices(tables)? {
            cancellation::listen();
            rows.iter().for_each(|rows| self.compiler.forget(rows));
            self.compiler.slice = slice;
            let lazy: PolarsResult<Vec<LazyFrame>> = rows
                .iter()
                .map(|rows| self.compiler.compile(rows))
                .collect();
            self.compiler.slice = None;
            for (rows, lazy) in rows.iter().zip(compiled(lazy)) {
                self.compiler.share(rows, lazy);
            }
            let lazy: PolarsResult<Vec<LazyFrame>> = relations
                .iter()
                .map(|relation| self.compiler.compile(relation))
                .collect();
            let of_batch = collect_all(self.context.sources, compiled(lazy))?;
            for (part, more) in parts.iter_mut().zip(of_batch) {
                append(part, more);
            }
        }
        rows.iter().for_each(|rows| self.compiler.forget(rows));
        let parts = parts.into_iter();
        Ok(parts
            .map(|part| part.expect("there is at least one batch"))
            .collect())
    }

    /// The slices of the scan of one table; `None` for whole tables.
    fn slices(&mut self, tables: &[TableId]) -> Result<Vec<Slice>, Problems> {
        let [table] = tables else {
            return Ok(vec![None]);
        };
        let batches = self.batches(*table);
        if batches.len() == 1 {
            return Ok(vec![None]);
        }
        let rows = self.rows[table].clone();
        self.keep_joined(&rows)?;
        let scan = leftmost(&rows);
        let slices = batches.into_iter().map(|batch| Some((scan.clone(), batch)));
        Ok(slices.collect())
    }

    fn rows_of(&self, table: TableId) -> usize {
        let source = self.context.sources.table(table);
        source.map_or(0, |source| source.rows)
    }

    /// What a cube takes of a batch: its groups, or the rows that it counts.
    fn of_batch(&self, cube: usize, rows: &SharedRelation) -> SharedRelation {
        let cube = &self.lowering.cubes[cube];
        match is_added_up(cube) {
            true => cube.relation(rows, &CubeLevel::Groups),
            false => kept_rows(cube, rows),
        }
    }

    pub(super) fn keep_counted(&mut self, cube: usize, frame: DataFrame) {
        let rows = &self.rows[&self.lowering.cubes[cube].table];
        let counted = named_rows(&self.lowering.cubes[cube], cube, rows);
        self.compiler.keep(&counted, frame);
        self.counted.insert(cube, counted);
    }

    /// The relation of a cube.
    pub(super) fn relation(&self, (cube, level): &(usize, CubeLevel)) -> SharedRelation {
        let cube = &self.lowering.cubes[*cube];
        cube.relation(&self.rows[&cube.table], level)
    }

    /// The rows of a table of the first batch.
    pub(super) fn first_batch(&mut self, table: TableId) -> PolarsResult<LazyFrame> {
        let batch = self.batches(table)[0];
        self.rows_within(table, batch)
    }

    fn rows_within(&mut self, table: TableId, batch: (usize, usize)) -> PolarsResult<LazyFrame> {
        let rows = self.rows[&table].clone();
        self.compiler.slice = Some((leftmost(&rows), batch));
        let lazy = self.compiler.compile(&rows);
        self.compiler.slice = None;
        lazy
    }

    /// Keeps frames without rows in place of the rows of every table, and of what cubes that do not add up count: so the
    /// query of each cube can be looked at without the query that makes the rows.
    pub(super) fn keep_no_rows(&mut self) -> Result<(), Problems> {
        for (table, rows) in self.rows.clone() {
            let lazy = compiled(self.rows_within(table, (0, 0)));
            let frame = collect_all(self.context.sources, vec![lazy])?.remove(0);
            self.compiler.keep(&rows, frame);
        }
        for cube in 0..self.lowering.cubes.len() {
            if !is_added_up(&self.lowering.cubes[cube]) {
                let lazy = compiled(self.of_batch_compiled(cube));
                let frame = collect_all(self.context.sources, vec![lazy])?.remove(0);
                self.keep_counted(cube, frame);
            }
        }
        Ok(())
    }

    /// What polars is asked for a cube in each batch.
    pub(super) fn of_batch_compiled(&self, cube: usize) -> PolarsResult<LazyFrame> {
        let rows = &self.rows[&self.lowering.cubes[cube].table];
        self.compiler.compile(&self.of_batch(cube, rows))
    }

    /// What polars is asked when all batches have passed; `None` where groups of batches are added up.
    pub(super) fn of_kept_compiled(
        &self,
        (cube, level): &(usize, CubeLevel),
    ) -> Option<PolarsResult<LazyFrame>> {
        if is_added_up(&self.lowering.cubes[*cube]) {
            return None;
        }
        let of_kept = of_kept(&self.lowering.cubes[*cube], &self.counted[cube], level);
        Some(self.compiler.compile(&of_kept))
    }

    /// Where batches of the rows of a table begin, and how many rows they have.
    pub(super) fn batches(&self, table: TableId) -> Vec<(usize, usize)> {
        let (rows, batch) = (self.rows_of(table), self.context.limits.batch);
        let starts = (0..rows.max(1)).step_by(batch);
        starts
            .map(|start| (start, batch.min(rows - start)))
            .collect()
    }

    /// Collects the right sides of the joins that make the rows of a table: every batch joins the same.
    fn keep_joined(&mut self, rows: &SharedRelation) -> Result<(), Problems> {
        let mut at = rows.clone();
        while let Some(input) = at.inputs().first().map(|input| (*input).clone()) {
            if let Relation::Join { left, right, .. } = at.as_ref() {
                let lazy = self.compiler.right_side(left, right).map(|lazy| vec![lazy]);
                let frame = collect_all(self.context.sources, compiled(lazy))?.remove(0);
                self.compiler.keep(right, frame);
            }
            at = input;
        }
        Ok(())
    }

    /// The groups of a cube that does not add up, from the rows that it counts.
    pub(super) fn frame_of(
        &mut self,
        cube: usize,
        level: &CubeLevel,
    ) -> Result<DataFrame, Problems> {
        let points = (0, self.lowering.cubes[cube].axis.len());
        if let Some(counted) = self.counted.get(&cube) {
            return self.groups_of(&self.lowering.cubes[cube], counted, level, points);
        }
        let mut whole = None;
        for points in self.windows_of_passes(cube) {
            let of = self.lowering.cubes[cube].within(points);
            let rows = self.rows[&of.table].clone();
            let part = self.pass(&[of.table], &[kept_rows(&of, &rows)])?.remove(0);
            let counted = named_rows(&of, cube, &rows);
            self.compiler.keep(&counted, part);
            let groups = self.groups_of(&of, &counted, level, points)?;
            self.compiler.forget(&counted);
            append(&mut whole, groups);
        }
        Ok(whole.expect("there is at least one window"))
    }

    /// Points cut into as many windows as it takes to keep the rows of one.
    fn windows_of_passes(&self, cube: usize) -> Vec<Window> {
        let cube = &self.lowering.cubes[cube];
        let passes = self
            .rows_of(cube.table)
            .div_ceil(self.context.limits.kept)
            .max(1);
        let points = cube.axis.len().max(1);
        let length = points.div_ceil(passes);
        let starts = (0..points).step_by(length);
        starts
            .map(|start| (start, (start + length).min(points)))
            .collect()
    }

    /// The groups of a cube at some points over what was kept of its rows; of lifetimes, the rows.
    fn groups_of(
        &self,
        of: &Cube,
        kept: &SharedRelation,
        level: &CubeLevel,
        points: Window,
    ) -> Result<DataFrame, Problems> {
        let relation = of_kept(of, kept, level);
        let lazy = self.compiler.compile(&relation).map(|lazy| vec![lazy]);
        let frame = collect_all(self.context.sources, compiled(lazy))?.remove(0);
        cancellation::listen();
        Ok(match &of.shape {
            CubeShape::Expanded { .. } => {
                let keys: &[Name] = match level {
                    CubeLevel::Groups => &of.keys,
                    CubeLevel::Total | CubeLevel::Outside(_) => &[],
                };
                order_statistics(&frame, of, keys, points)?
            }
            CubeShape::Flow { .. } | CubeShape::Swept(_) => frame,
        })
    }
}

/// The rows that a cube counts, with a name to keep them by.
fn named_rows(of: &Cube, cube: usize, rows: &SharedRelation) -> SharedRelation {
    Arc::new(Relation::Named {
        name: format!("rows of cube {cube}"),
        input: kept_rows(of, rows),
    })
}

/// What is kept of the rows of a cube whose groups are not added up over batches.
pub(super) fn kept_rows(of: &Cube, rows: &SharedRelation) -> SharedRelation {
    match is_grouped_here(of) {
        true => of.contributed_rows(rows),
        false => of.counted_rows(rows),
    }
}

/// What is asked of the rows that were kept.
fn of_kept(of: &Cube, kept: &SharedRelation, level: &CubeLevel) -> SharedRelation {
    match is_grouped_here(of) {
        true => of.contributed_at(kept, level),
        false => of.of_counted().relation(kept, level),
    }
}

/// Whether rows are sorted and counted by [`order_statistics`] and [`super::lifetimes`] instead of by a query.
pub(super) fn is_grouped_here(cube: &Cube) -> bool {
    match &cube.shape {
        CubeShape::Expanded { .. } => true,
        CubeShape::Flow { also_by, .. } => also_by.is_some(),
        CubeShape::Swept(_) => false,
    }
}

/// The rows to which a scan is confined, if it is.
type Slice = Option<(SharedRelation, (usize, usize))>;

/// Whether the groups of batches are added up. Lifetimes could be, but have nearly as many groups as rows.
fn is_added_up(cube: &Cube) -> bool {
    cube.adds_up() && !is_grouped_here(cube)
}

fn append(whole: &mut Option<DataFrame>, more: DataFrame) {
    *whole = Some(match whole.take() {
        None => more,
        Some(whole) => whole.vstack(&more).expect("parts have the same columns"),
    });
}

/// The scan of a table's own rows.
fn leftmost(rows: &SharedRelation) -> SharedRelation {
    let mut at = rows.clone();
    while let Some(input) = at.inputs().first().map(|input| (*input).clone()) {
        at = input;
    }
    at
}

pub(super) fn compiled<T>(result: PolarsResult<T>) -> T {
    result.unwrap_or_else(|error| unreachable!("polars refuses a relation: {error}"))
}
