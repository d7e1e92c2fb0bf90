//! The rows of a cube → cells by group and point, and numbers made of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use polars::prelude::{Column, DataFrame, DataType};

use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::lazy::Dictionary;
use crate::lang::functions::{Function, Kept, LifetimeCount};
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
    /// By cell in order, of a cube of lifetimes.
    lifetimes: Vec<(usize, LifetimeCount)>,
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
}

impl Finished {
    pub fn at(&self, set: usize, point: usize) -> (Option<f64>, u64) {
        self.cells[set * self.points + point]
    }
}

/// The code of a result that does not fit.
pub(super) const TOO_MANY: &str = "K490";

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
        if groups.len().saturating_mul(points) > LARGEST {
            return Err(too_many(groups.len(), points));
        }
        let place = whole_numbers(column(frame, POINT));
        let cells: Vec<usize> = of_row
            .iter()
            .zip(&place)
            .map(|(group, point)| *group as usize * points + *point as usize)
            .collect();
        let mut made = CubeCells {
            groups,
            points,
            columns: HashMap::new(),
            lifetimes: Vec::new(),
        };
        if let CubeShape::Flow {
            also_by: Some((by, _)),
            ..
        } = &cube.shape
        {
            made.lifetimes = lifetimes(frame, &cells, by, cube);
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

    fn dense(&self, of: &Column, cells: &[usize], is_swept: bool) -> CellColumn {
        cancellation::listen();
        let size = self.groups.len() * self.points;
        match of.dtype() {
            DataType::Int128 => {
                let mut sums = vec![0_i128; size];
                let series = of.as_materialized_series();
                let values = series.i128().expect("the type was looked at");
                for (cell, value) in cells.iter().zip(values.iter()) {
                    sums[*cell] += value.unwrap_or(0);
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
                    numbers[*cell] = value.unwrap_or(f64::NAN);
                }
                CellColumn::Values(numbers)
            }
            _ => {
                let mut counts = vec![0_i64; size];
                for (cell, value) in cells.iter().zip(whole_numbers(of)) {
                    counts[*cell] += value;
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
        }
    }
}

/// Sums along the points of each group: a point has what was there before it and what it brings.
fn run_along<T: Copy + std::ops::Add<Output = T>>(cells: &mut [T], points: usize) {
    if points == 0 {
        return;
    }
    for group in cells.chunks_exact_mut(points) {
        for point in 1..points {
            group[point] = group[point] + group[point - 1];
        }
    }
}

fn column<'f>(frame: &'f DataFrame, name: &str) -> &'f Column {
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
    if keys.is_empty() {
        return (vec![Vec::new()], vec![0; frame.height()]);
    }
    let coded: Vec<Coded> = keys
        .iter()
        .map(|key| Coded::of(column(frame, key), dictionaries.get(key)))
        .collect();
    let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
    let mut of_row: Vec<u32> = Vec::with_capacity(frame.height());
    let mut codes: Vec<u32> = Vec::with_capacity(keys.len());
    for row in 0..frame.height() {
        codes.clear();
        codes.extend(coded.iter().map(|coded| coded.codes[row]));
        let next = known.len() as u32;
        match known.get(codes.as_slice()) {
            Some(group) => of_row.push(*group),
            None => {
                known.insert(codes.clone(), next);
                of_row.push(next);
            }
        }
    }
    let mut groups: Vec<(Tuple, u32)> = known
        .into_iter()
        .map(|(codes, group)| {
            let values = coded.iter().zip(&codes);
            let tuple = values.map(|(coded, code)| coded.values[*code as usize].clone());
            (tuple.collect(), group)
        })
        .collect();
    groups.sort_unstable();
    let mut place = vec![0_u32; groups.len()];
    for (at, (_, group)) in groups.iter().enumerate() {
        place[*group as usize] = at as u32;
    }
    for group in &mut of_row {
        *group = place[*group as usize];
    }
    (groups.into_iter().map(|(tuple, _)| tuple).collect(), of_row)
}

/// A key column as numbers of its different values.
struct Coded {
    values: Vec<DimensionValue>,
    codes: Vec<u32>,
}

impl Coded {
    fn of(column: &Column, dictionary: Option<&Arc<Dictionary>>) -> Coded {
        let mut values = Vec::new();
        let series = column.as_materialized_series();
        let codes = match series.dtype() {
            DataType::UInt8 => {
                let codes = series.u8().expect("the type was looked at");
                number(codes.iter(), &mut values, DimensionValue::Code)
            }
            DataType::Boolean => {
                let yes = series.bool().expect("the type was looked at").iter();
                number(yes, &mut values, |yes| DimensionValue::Code(u8::from(yes)))
            }
            _ => {
                let numbers = series.u32().expect("texts are numbered").iter();
                let dictionary = dictionary.expect("texts that rows are grouped by have numbers");
                number(numbers, &mut values, |number| {
                    DimensionValue::Text(dictionary.text(number))
                })
            }
        };
        Coded { values, codes }
    }
}

fn number<T: Eq + std::hash::Hash + Copy>(
    values: impl Iterator<Item = Option<T>>,
    different: &mut Vec<DimensionValue>,
    shown: impl Fn(T) -> DimensionValue,
) -> Vec<u32> {
    let mut known: HashMap<Option<T>, u32> = HashMap::new();
    values
        .map(|value| {
            *known.entry(value).or_insert_with(|| {
                different.push(value.map_or(DimensionValue::Missing, &shown));
                different.len() as u32 - 1
            })
        })
        .collect()
}

/// Rows by duration, in the order of cells and durations; rows without a duration are left out.
fn lifetimes(
    frame: &DataFrame,
    cells: &[usize],
    by: &str,
    cube: &Cube,
) -> Vec<(usize, LifetimeCount)> {
    let count = |place: usize| {
        let name = cube.aggregates.get(place).map(|(name, _)| name.as_str());
        whole_numbers(column(frame, name.expect("lifetimes have two counts")))
    };
    let (rows, ended) = (count(0), count(1));
    let micros = column(frame, by)
        .cast(&DataType::Int64)
        .expect("durations are whole numbers");
    let series = micros.as_materialized_series();
    let micros = series.i64().expect("it was cast");
    let mut lifetimes: Vec<(usize, LifetimeCount)> = micros
        .iter()
        .enumerate()
        .filter_map(|(row, micros)| {
            let count = LifetimeCount {
                duration: micros? as f64,
                ended: ended[row] as u64,
                rows: rows[row] as u64,
            };
            Some((cells[row], count))
        })
        .collect();
    lifetimes.sort_unstable_by(|left, right| {
        left.0
            .cmp(&right.0)
            .then(left.1.duration.total_cmp(&right.1.duration))
    });
    lifetimes
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

    fn lifetimes(&self) -> Vec<(Option<f64>, u64)> {
        let points = self.cells.points;
        let mut by_set: Vec<Vec<LifetimeCount>> = vec![Vec::new(); self.sets() * points];
        for (cell, count) in &self.cells.lifetimes {
            if let Some(set) = self.set_of(cell / points) {
                by_set[set * points + cell % points].push(*count);
            }
        }
        let finish = |mut counts: Vec<LifetimeCount>| {
            counts.sort_unstable_by(|left, right| left.duration.total_cmp(&right.duration));
            // Groups of a set may have the same durations: what ends at one time is at risk together.
            counts.dedup_by(|next, kept| {
                let is_same = next.duration == kept.duration;
                if is_same {
                    kept.ended += next.ended;
                    kept.rows += next.rows;
                }
                is_same
            });
            let rows = counts.iter().map(|count| count.rows).sum();
            (self.value(Kept::Lifetimes(&counts)), rows)
        };
        by_set.into_iter().map(finish).collect()
    }
}
