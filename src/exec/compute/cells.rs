//! The rows of a cube → cells by group and point, and numbers made of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use polars::prelude::{AnyValue, Column, DataFrame, DataType};

use super::groups::RowGroups;
use super::lifetimes::Lifetimes;
use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::lazy::Dictionary;
use crate::lang::functions::{Function, Kept};
use crate::plan::relation::{Axis, Cube, CubeShape, MeasureCells, Name, POINT, Reading, Sum};

/// The most cells one measure may have: 50 million sums take 800 MB.
const LARGEST: usize = 50_000_000;

/// One value of a dimension. The order is the one shown: scales as they are ordered, texts by name, missing last
/// (rule S24).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DimensionValue {
    /// The place on a scale; 1 for yes and 0 for no.
    Code(u8),
    Text(String),
    Missing,
}

/// The values of a group, one a dimension.
pub type Tuple = Vec<DimensionValue>;

/// The aggregates of a cube, dense: cells are at `group * points + point`.
pub struct CubeCells {
    pub groups: Vec<Tuple>,
    points: usize,
    columns: HashMap<Name, CellColumn>,
    /// Of a cube of lifetimes.
    lifetimes: Lifetimes,
}

enum CellColumn {
    Counts(Vec<i64>),
    Sums(Vec<i128>),
    /// NaN is missing.
    Values(Vec<f64>),
}

impl CellColumn {
    fn whole(&self, cell: usize) -> i128 {
        match self {
            CellColumn::Counts(counts) => i128::from(counts[cell]),
            CellColumn::Sums(sums) => sums[cell],
            CellColumn::Values(_) => unreachable!("sums are whole numbers"),
        }
    }
}

/// Which groups a number is of.
pub enum GroupSets<'g> {
    /// Each for itself: for each group of the cells its place among those shown.
    Each {
        places: &'g [Option<u32>],
        sets: usize,
    },
    /// All cells are of one group.
    Together,
}

/// One function over sets of groups at every point.
pub struct Finished {
    points: usize,
    /// At `set * points + point`: the value in the engine's unit, and the rows behind it.
    cells: Vec<(Option<f64>, u64)>,
    /// Of a quantile with confidence intervals, in the same order.
    intervals: Vec<Option<(f64, f64)>>,
}

impl Finished {
    pub fn at(&self, set: usize, point: usize) -> (Option<f64>, u64) {
        self.cells[set * self.points + point]
    }

    /// The confidence interval of a quantile, if one was asked for and the rows are enough.
    pub fn interval_at(&self, set: usize, point: usize) -> Option<(f64, f64)> {
        *self.intervals.get(set * self.points + point)?
    }
}

/// The code of a result that does not fit.
pub(super) const TOO_MANY: &str = "K490";

/// Refuses more cells than fit, before room is made for them; gives how many there are.
pub fn checked_size(groups: usize, points: usize) -> Result<usize, Problems> {
    let size = groups.saturating_mul(points);
    match size <= LARGEST {
        true => Ok(size),
        false => Err(too_many(groups, points)),
    }
}

fn too_many(groups: usize, points: usize) -> Problems {
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

impl CubeCells {
    /// The cells of a cube's rows; `keys` are the columns rows are grouped by, none for a total.
    ///
    /// # Errors
    ///
    /// More cells than fit.
    pub fn of(
        cube: &Cube,
        keys: &[Name],
        frame: &DataFrame,
        dictionaries: &BTreeMap<Name, Arc<Dictionary>>,
    ) -> Result<CubeCells, Problems> {
        let points = cube.axis.len();
        let (groups, of_row) = grouped(frame, keys, dictionaries);
        let size = checked_size(groups.len(), points)?;
        let place = whole_numbers(column(frame, POINT));
        let cells: Vec<u32> = of_row
            .iter()
            .zip(&place)
            .map(|(group, point)| group * points as u32 + *point as u32)
            .collect();
        let mut made = CubeCells {
            groups,
            points,
            columns: HashMap::new(),
            lifetimes: Lifetimes::default(),
        };
        if let CubeShape::Flow {
            also_by: Some((by, _)),
            ..
        } = &cube.shape
        {
            made.lifetimes = Lifetimes::of(frame, &cells, by, size);
            return Ok(made);
        }
        for (name, _) in &cube.aggregates {
            let dense = made.dense(
                column(frame, name),
                &cells,
                matches!(cube.shape, CubeShape::Swept(_)),
            );
            made.columns.insert(name.clone(), dense);
        }
        Ok(made)
    }

    /// A column of counts.
    pub fn counts(&self, name: &str) -> &[i64] {
        match &self.columns[name] {
            CellColumn::Counts(counts) => counts,
            CellColumn::Sums(_) | CellColumn::Values(_) => unreachable!("not a column of counts"),
        }
    }

    fn dense(&self, of: &Column, cells: &[u32], is_swept: bool) -> CellColumn {
        cancellation::listen();
        let size = self.groups.len() * self.points;
        match of.dtype() {
            DataType::Int128 => {
                let mut sums = vec![0_i128; size];
                let series = of.as_materialized_series();
                let values = series.i128().expect("the type was looked at");
                for (cell, value) in cells.iter().zip(values.iter()) {
                    sums[*cell as usize] += value.unwrap_or(0);
                }
                if is_swept {
                    run_along(&mut sums, self.points);
                }
                CellColumn::Sums(sums)
            }
            DataType::Float64 => {
                let mut numbers = vec![f64::NAN; size];
                let series = of.as_materialized_series();
                let values = series.f64().expect("the type was looked at");
                for (cell, value) in cells.iter().zip(values.iter()) {
                    numbers[*cell as usize] = value.unwrap_or(f64::NAN);
                }
                CellColumn::Values(numbers)
            }
            _ => {
                let mut counts = vec![0_i64; size];
                for (cell, value) in cells.iter().zip(whole_numbers(of)) {
                    counts[*cell as usize] += value;
                }
                if is_swept {
                    run_along(&mut counts, self.points);
                }
                CellColumn::Counts(counts)
            }
        }
    }

    /// The number of each set of groups at each point.
    pub fn finish(
        &self,
        cells: &MeasureCells,
        function: &'static Function,
        parameter: Option<f64>,
        groups: &GroupSets,
    ) -> Finished {
        let finish = Finish {
            cells: self,
            function,
            parameter,
            groups,
            axis: &cells.axis,
        };
        Finished {
            points: self.points,
            cells: finish.of(cells),
            intervals: finish.intervals(cells),
        }
    }
}

/// Sums along the points of each group: a point has what was there before it and what it brings.
pub(super) fn run_along<T: Copy + std::ops::Add<Output = T>>(cells: &mut [T], points: usize) {
    if points == 0 {
        return;
    }
    for group in cells.chunks_exact_mut(points) {
        for point in 1..points {
            group[point] = group[point] + group[point - 1];
        }
    }
}

pub(super) fn column<'f>(frame: &'f DataFrame, name: &str) -> &'f Column {
    frame.column(name).expect("the relation has this column")
}

/// Whole numbers of any type that polars counts in; missing ones are 0.
pub fn whole_numbers(of: &Column) -> Vec<i64> {
    let cast = of
        .cast(&DataType::Int64)
        .expect("counts and points are whole numbers");
    let series = cast.as_materialized_series();
    let values = series.i64().expect("it was cast");
    values.iter().map(|value| value.unwrap_or(0)).collect()
}

/// The groups of a frame in the order of their values, and for each row its group.
fn grouped(
    frame: &DataFrame,
    keys: &[Name],
    dictionaries: &BTreeMap<Name, Arc<Dictionary>>,
) -> (Vec<Tuple>, Vec<u32>) {
    let RowGroups {
        first_rows,
        mut of_row,
    } = RowGroups::of(frame, keys);
    if keys.is_empty() {
        return (vec![Vec::new()], of_row);
    }
    let columns: Vec<(&Column, Option<&Arc<Dictionary>>)> = keys
        .iter()
        .map(|key| (column(frame, key), dictionaries.get(key)))
        .collect();
    let tuple = |row: u32| {
        let values = columns.iter();
        let value = |(column, dictionary): &(&Column, Option<&Arc<Dictionary>>)| {
            dimension_value(column, row as usize, *dictionary)
        };
        values.map(value).collect::<Tuple>()
    };
    let mut groups: Vec<(Tuple, usize)> = first_rows
        .iter()
        .enumerate()
        .map(|(group, row)| (tuple(*row), group))
        .collect();
    groups.sort_unstable();
    let mut ordered = vec![0_u32; groups.len()];
    for (at, (_, group)) in groups.iter().enumerate() {
        ordered[*group] = at as u32;
    }
    for group in &mut of_row {
        *group = ordered[*group as usize];
    }
    (groups.into_iter().map(|(tuple, _)| tuple).collect(), of_row)
}

fn dimension_value(
    column: &Column,
    row: usize,
    dictionary: Option<&Arc<Dictionary>>,
) -> DimensionValue {
    match column.get(row).expect("groups have a first row") {
        AnyValue::Null => DimensionValue::Missing,
        AnyValue::UInt8(code) => DimensionValue::Code(code),
        AnyValue::Boolean(yes) => DimensionValue::Code(u8::from(yes)),
        AnyValue::UInt32(number) => {
            let dictionary = dictionary.expect("texts that rows are grouped by have numbers");
            DimensionValue::Text(dictionary.text(number))
        }
        other => unreachable!("{other} is no key"),
    }
}

/// Makes numbers of cells.
struct Finish<'f> {
    cells: &'f CubeCells,
    function: &'static Function,
    parameter: Option<f64>,
    groups: &'f GroupSets<'f>,
    axis: &'f Axis,
}

impl Finish<'_> {
    fn of(&self, cells: &MeasureCells) -> Vec<(Option<f64>, u64)> {
        match &cells.reading {
            Reading::Tally { with } => self.tallies(&cells.rows, with.as_ref()),
            Reading::Total { count, sum, scale } => self.totals(count, sum, *scale),
            Reading::Extremes { count, min, max } => self.each(count, None, |at, rows| {
                let (min, max) = (self.number(min, at), self.number(max, at));
                Kept::Extremes { min, max, rows }
            }),
            Reading::Quantile {
                count,
                lower,
                upper,
                fraction,
                interval: _,
            } => self.each(count, None, |at, rows| Kept::Quantile {
                lower: self.number(lower, at),
                upper: self.number(upper, at),
                fraction: *fraction,
                rows,
            }),
            Reading::Distinct { count, different } => self.each(count, Some(0.0), |at, _| {
                Kept::Distinct(self.number(different, at) as u64)
            }),
            Reading::Lifetimes { .. } => self.lifetimes(),
        }
    }

    fn sets(&self) -> usize {
        match self.groups {
            GroupSets::Each { sets, .. } => *sets,
            GroupSets::Together => 1,
        }
    }

    fn set_of(&self, group: usize) -> Option<usize> {
        match self.groups {
            GroupSets::Each { places, .. } => places[group].map(|set| set as usize),
            GroupSets::Together => Some(0),
        }
    }

    fn value(&self, kept: Kept) -> Option<f64> {
        (self.function.finish)(kept, self.parameter).filter(|value| value.is_finite())
    }

    /// Cells of counts or sums, added up over the groups of each set.
    fn by_set(&self, name: &str) -> Vec<i128> {
        let points = self.cells.points;
        let column = &self.cells.columns[name];
        let mut merged = vec![0_i128; self.sets() * points];
        for group in 0..self.cells.groups.len() {
            let Some(set) = self.set_of(group) else {
                continue;
            };
            for point in 0..points {
                merged[set * points + point] += column.whole(group * points + point);
            }
        }
        merged
    }

    fn number(&self, name: &str, cell: usize) -> f64 {
        match &self.cells.columns[name] {
            CellColumn::Counts(counts) => counts[cell] as f64,
            CellColumn::Sums(sums) => sums[cell] as f64,
            CellColumn::Values(values) => values[cell],
        }
    }

    fn tallies(&self, rows: &str, with: Option<&Name>) -> Vec<(Option<f64>, u64)> {
        let all = self.by_set(rows);
        let with = with.map_or_else(|| vec![0; all.len()], |with| self.by_set(with));
        let finish = |(all, with): (i128, i128)| {
            let (all, with) = (all as u64, with as u64);
            (self.value(Kept::Tally { with, all }), all)
        };
        all.into_iter().zip(with).map(finish).collect()
    }

    fn totals(&self, count: &str, sum: &str, scale: Sum) -> Vec<(Option<f64>, u64)> {
        const FIXED_POINT: f64 = (1_u64 << 60) as f64;
        let (counts, sums) = (self.by_set(count), self.by_set(sum));
        let points = self.cells.points;
        let finish = |(index, (rows, sum)): (usize, (i128, i128))| {
            let sum = match scale {
                Sum::Micros => sum as f64,
                Sum::FixedPoint => sum as f64 / FIXED_POINT,
                Sum::Ages => (i128::from(self.axis.ends[index % points]) * rows - sum) as f64,
            };
            let rows = rows as u64;
            (self.value(Kept::Total { sum, rows }), rows)
        };
        counts
            .into_iter()
            .zip(sums)
            .enumerate()
            .map(finish)
            .collect()
    }

    /// Cells that do not add up: each set is one group. `none` is the number of no rows.
    fn each<'k>(
        &self,
        count: &str,
        none: Option<f64>,
        kept: impl Fn(usize, u64) -> Kept<'k>,
    ) -> Vec<(Option<f64>, u64)> {
        let points = self.cells.points;
        let counts = &self.cells.columns[count];
        let mut made = vec![(none, 0); self.sets() * points];
        for group in 0..self.cells.groups.len() {
            let Some(set) = self.set_of(group) else {
                continue;
            };
            for point in 0..points {
                let cell = group * points + point;
                let rows = counts.whole(cell) as u64;
                if rows > 0 {
                    made[set * points + point] = (self.value(kept(cell, rows)), rows);
                }
            }
        }
        made
    }

    /// The order statistics that a quantile lies between with confidence; none where they are not asked for.
    fn intervals(&self, cells: &MeasureCells) -> Vec<Option<(f64, f64)>> {
        let Reading::Quantile {
            interval: Some((low, high)),
            ..
        } = &cells.reading
        else {
            return Vec::new();
        };
        let points = self.cells.points;
        let mut made = vec![None; self.sets() * points];
        for group in 0..self.cells.groups.len() {
            let Some(set) = self.set_of(group) else {
                continue;
            };
            for point in 0..points {
                let at = group * points + point;
                let (low, high) = (self.number(low, at), self.number(high, at));
                // Where the rows are too few, neither rank has a value.
                let is_known = low.is_finite() && high.is_finite();
                made[set * points + point] = is_known.then_some((low, high));
            }
        }
        made
    }

    fn lifetimes(&self) -> Vec<(Option<f64>, u64)> {
        let points = self.cells.points;
        let mut groups_of: Vec<Vec<usize>> = vec![Vec::new(); self.sets()];
        for group in 0..self.cells.groups.len() {
            if let Some(set) = self.set_of(group) {
                groups_of[set].push(group);
            }
        }
        let cells = (0..self.sets() * points).map(|cell| {
            let groups = &groups_of[cell / points];
            let ascending = self
                .cells
                .lifetimes
                .of_groups(groups, points, cell % points);
            let rows = ascending.len() as u64;
            (self.value(Kept::Lifetimes(&ascending)), rows)
        });
        cells.collect()
    }
}
