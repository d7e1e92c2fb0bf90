//! Quantiles, extremes and counts of different values of the rows that stand at each point.
//!
//! Asked as a query, each row would be written once for every point at which it stands. Here the rows of a group are sorted
//! by value once, whatever the number of points. Runs of about the square root of their number are counted along the points,
//! which says in which run the value of a rank lies at each point; only that run is looked through.

use polars::prelude::{
    Column, DataFrame, DataType, Float64Chunked, IdxCa, Int64Chunked, IntoColumn, PlHashMap,
    UInt32Chunked,
};
use rayon::prelude::*;

use super::cells::{checked_size, column, run_along};
use super::groups::RowGroups;
use crate::base::cancellation;
use crate::base::diagnostic::Problems;
use crate::base::statistics::interval_ranks;
use crate::exec::lazy::{Window, number_of_rank, rank_of_number};
use crate::plan::relation::{Aggregate, Axis, Cube, CubeShape, HIGH, LOW, Name, POINT, VALUE};

/// The aggregates of an expanded cube by group and point, of what its rows contribute ([`Cube::contributed_rows`]) at the
/// points of a window. Points at which no row stands are left out.
///
/// # Errors
///
/// More cells than fit.
pub(super) fn order_statistics(
    frame: &DataFrame,
    cube: &Cube,
    keys: &[Name],
    window: Window,
) -> Result<DataFrame, Problems> {
    let CubeShape::Expanded { are_ages, .. } = cube.shape else {
        unreachable!("only rows of expanded cubes stand at points");
    };
    let groups = RowGroups::of(frame, keys);
    checked_size(groups.first_rows.len(), cube.axis.len())?;
    let mut standing = Standing::of(frame, &groups, &cube.axis, are_ages, window);
    let wanted: Vec<Wanted> = cube
        .aggregates
        .iter()
        .map(|(_, of)| Wanted::of(of))
        .collect();
    let of_groups: Vec<Vec<PointValues>> = std::mem::take(&mut standing.by_group)
        .into_par_iter()
        .map(|mut entries| {
            let walk = Walk {
                points: cube.axis.len(),
                ages_at: are_ages.then_some(cube.axis.ends.as_slice()),
                shown: standing.shown,
            };
            walk.values(&mut entries, &wanted)
        })
        .collect();
    Ok(assembled(frame, cube, keys, &groups, &standing, &of_groups))
}

/// A row with a value, over a range of points.
#[derive(Clone, Copy)]
struct RankedRange {
    /// In the order of the values; see [`RankOf`].
    rank: i64,
    low: u32,
    high: u32,
}

/// How a rank becomes the value again.
#[derive(Clone, Copy)]
enum RankOf {
    Whole,
    Number,
}

/// The rows of all groups.
struct Standing {
    by_group: Vec<Vec<RankedRange>>,
    /// At `group * (points + 1) + point`: rows that stand there, with a value or without.
    rows: Vec<i64>,
    shown: RankOf,
}

impl Standing {
    fn of(
        frame: &DataFrame,
        groups: &RowGroups,
        axis: &Axis,
        are_ages: bool,
        window: Window,
    ) -> Standing {
        let points = axis.len();
        let count = groups.first_rows.len();
        let lows = clipped(column(frame, LOW), window);
        let highs = clipped(column(frame, HIGH), window);
        let (ranks, shown) = ranks(column(frame, VALUE));
        let entry = |row: usize| {
            let (low, high, rank) = (lows[row], highs[row], ranks[row]);
            // An age begins at the first point after its instant; the later the instant, the lower the age.
            let (rank, low) = match are_ages && rank != MISSING {
                true => (-rank, low.max(axis.first_after(rank) as u32)),
                false => (rank, low),
            };
            (rank != MISSING && low < high).then_some(RankedRange { rank, low, high })
        };
        let mut rows = vec![0_i64; count * (points + 1)];
        let mut sizes = vec![0; count];
        for (row, group) in groups.of_row.iter().enumerate() {
            let at = *group as usize * (points + 1);
            if lows[row] < highs[row] {
                rows[at + lows[row] as usize] += 1;
                rows[at + highs[row] as usize] -= 1;
                sizes[*group as usize] += usize::from(entry(row).is_some());
            }
        }
        run_along(&mut rows, points + 1);
        let mut by_group: Vec<Vec<RankedRange>> =
            sizes.into_iter().map(Vec::with_capacity).collect();
        for (row, group) in groups.of_row.iter().enumerate() {
            by_group[*group as usize].extend(entry(row));
        }
        Standing {
            by_group,
            rows,
            shown,
        }
    }
}

/// Points cut to a window.
fn clipped(points: &Column, (first, end): Window) -> Vec<u32> {
    let cast = points.cast(&DataType::UInt32).expect("points are whole");
    let series = cast.as_materialized_series();
    let points = series.u32().expect("it was cast").iter();
    let clip = |point: Option<u32>| (point.unwrap_or(0) as usize).clamp(first, end) as u32;
    points.map(clip).collect()
}

/// The rank of a missing value.
const MISSING: i64 = i64::MIN;

/// Whole numbers in the order of the values of a column.
fn ranks(values: &Column) -> (Vec<i64>, RankOf) {
    let series = values.as_materialized_series();
    match series.dtype() {
        DataType::Float64 => {
            let numbers = series.f64().expect("the type was looked at").iter();
            let ranks = numbers.map(|number| number.map_or(MISSING, rank_of_number));
            (ranks.collect(), RankOf::Number)
        }
        DataType::String => {
            let mut known: PlHashMap<&str, i64> = PlHashMap::default();
            let texts = series.str().expect("the type was looked at").iter();
            let ranks = texts.map(|text| {
                let next = known.len() as i64;
                text.map_or(MISSING, |text| *known.entry(text).or_insert(next))
            });
            (ranks.collect(), RankOf::Whole)
        }
        _ => {
            let cast = series
                .cast(&DataType::Int64)
                .expect("values are numbers, texts or codes");
            let whole = cast.i64().expect("it was cast").iter();
            let ranks = whole.map(|value| value.unwrap_or(MISSING)).collect();
            (ranks, RankOf::Whole)
        }
    }
}

/// What is wanted at each point.
#[derive(Clone, Copy)]
enum Wanted {
    Rows,
    Present,
    Different,
    /// The value at `floor(fraction * (n - 1)) + next` of `n` in ascending order, counted from 0, or the last.
    Rank {
        fraction: f64,
        next: usize,
    },
    /// One end of a confidence interval; undefined where the values are too few.
    IntervalEnd {
        fraction: f64,
        level: f64,
        is_upper: bool,
    },
}

impl Wanted {
    fn of(aggregate: &Aggregate) -> Wanted {
        match aggregate {
            Aggregate::Count => Wanted::Rows,
            Aggregate::CountPresent(_) => Wanted::Present,
            Aggregate::CountDistinct(_) => Wanted::Different,
            Aggregate::Min(_) => Wanted::Rank {
                fraction: 0.0,
                next: 0,
            },
            Aggregate::Max(_) => Wanted::Rank {
                fraction: 1.0,
                next: 0,
            },
            Aggregate::OrderStatistic { fraction, .. } => Wanted::Rank {
                fraction: *fraction,
                next: 0,
            },
            Aggregate::NextOrderStatistic { fraction, .. } => Wanted::Rank {
                fraction: *fraction,
                next: 1,
            },
            Aggregate::IntervalEnd {
                fraction,
                level,
                is_upper,
                ..
            } => Wanted::IntervalEnd {
                fraction: *fraction,
                level: *level,
                is_upper: *is_upper,
            },
            Aggregate::CountWhere(_)
            | Aggregate::Sum(_)
            | Aggregate::CoveredInstants { .. }
            | Aggregate::Steps { .. } => {
                unreachable!("these are swept")
            }
        }
    }
}

impl Wanted {
    fn is_rank(&self) -> bool {
        matches!(self, Wanted::Rank { .. } | Wanted::IntervalEnd { .. })
    }

    /// The place in ascending order, counted from 0, of the value that is wanted of so many.
    fn rank(&self, count: i64) -> Option<i64> {
        match self {
            Wanted::Rank { fraction, next } => {
                let last = count - 1;
                Some(((fraction * last as f64).floor() as i64 + *next as i64).min(last))
            }
            Wanted::IntervalEnd {
                fraction,
                level,
                is_upper,
            } => {
                let (low, high) = interval_ranks(count as u64, *fraction, *level)?;
                Some(if *is_upper { high } else { low } as i64)
            }
            Wanted::Rows | Wanted::Present | Wanted::Different => None,
        }
    }
}

/// One aggregate of a group at every point.
enum PointValues {
    /// Those of all rows, with a value or without.
    OfRows,
    Counts(Vec<i64>),
    /// Undefined at points without a value.
    Values(Vec<f64>),
}

/// The walk over the entries of one group.
struct Walk<'w> {
    points: usize,
    /// Where values are ages: the instants of the points.
    ages_at: Option<&'w [i64]>,
    shown: RankOf,
}

impl Walk<'_> {
    fn values(&self, entries: &mut [RankedRange], wanted: &[Wanted]) -> Vec<PointValues> {
        cancellation::par_sort_unstable_by(entries, |left, right| left.rank.cmp(&right.rank));
        let present = self.counts(entries);
        let ranks: Vec<Vec<Option<i64>>> = wanted
            .iter()
            .filter(|wanted| wanted.is_rank())
            .map(|wanted| present.iter().map(|count| wanted.rank(*count)).collect())
            .collect();
        let mut at_ranks = self.at_ranks(entries, &ranks).into_iter();
        let value = |wanted: &Wanted| match wanted {
            Wanted::Rows => PointValues::OfRows,
            Wanted::Present => PointValues::Counts(present.clone()),
            Wanted::Different => PointValues::Counts(self.different(entries)),
            Wanted::Rank { .. } | Wanted::IntervalEnd { .. } => {
                PointValues::Values(at_ranks.next().expect("one for each rank"))
            }
        };
        wanted.iter().map(value).collect()
    }

    /// How many entries stand at each point.
    fn counts(&self, entries: &[RankedRange]) -> Vec<i64> {
        let mut counts = vec![0; self.points + 1];
        self.count_into(entries, &mut counts);
        counts
    }

    fn count_into(&self, entries: &[RankedRange], counts: &mut [i64]) {
        counts.fill(0);
        for entry in entries {
            counts[entry.low as usize] += 1;
            counts[entry.high as usize] -= 1;
        }
        run_along(counts, self.points + 1);
    }

    /// For each list of ranks by point its value at each point.
    fn at_ranks(&self, entries: &[RankedRange], ranks: &[Vec<Option<i64>>]) -> Vec<Vec<f64>> {
        let mut values = vec![vec![f64::NAN; self.points]; ranks.len()];
        if ranks.is_empty() {
            return values;
        }
        let mut before = vec![0_i64; self.points];
        let mut counts = vec![0_i64; self.points + 1];
        for run in entries.chunks(entries.len().isqrt().max(1)) {
            cancellation::listen();
            self.count_into(run, &mut counts);
            for point in 0..self.points {
                let ends = before[point] + counts[point];
                for (rank, values) in ranks.iter().zip(&mut values) {
                    let Some(place) = rank[point] else {
                        continue;
                    };
                    if (before[point]..ends).contains(&place) {
                        let skipped = (place - before[point]) as usize;
                        values[point] = self.value_at(run, point, skipped);
                    }
                }
                before[point] = ends;
            }
        }
        values
    }

    /// The value of an entry of a run at a point, after so many others that stand there.
    fn value_at(&self, run: &[RankedRange], point: usize, skipped: usize) -> f64 {
        let at = point as u32;
        let mut standing = run
            .iter()
            .filter(|entry| entry.low <= at && at < entry.high);
        let entry = standing.nth(skipped).expect("the run was counted");
        match (self.ages_at, self.shown) {
            (Some(instants), _) => (instants[point] + entry.rank) as f64,
            (None, RankOf::Whole) => entry.rank as f64,
            (None, RankOf::Number) => number_of_rank(entry.rank),
        }
    }

    /// How many different values stand at each point: a value counts once where several rows with it stand.
    fn different(&self, entries: &mut [RankedRange]) -> Vec<i64> {
        let mut counts = vec![0_i64; self.points + 1];
        for same in entries.chunk_by_mut(|left, right| left.rank == right.rank) {
            same.sort_unstable_by_key(|entry| entry.low);
            let mut covered = 0;
            for entry in same {
                let low = entry.low.max(covered);
                if low < entry.high {
                    counts[low as usize] += 1;
                    counts[entry.high as usize] -= 1;
                    covered = entry.high;
                }
            }
        }
        run_along(&mut counts, self.points + 1);
        counts
    }
}

/// The aggregates as a frame of keys, points and values.
fn assembled(
    frame: &DataFrame,
    cube: &Cube,
    keys: &[Name],
    groups: &RowGroups,
    standing: &Standing,
    of_groups: &[Vec<PointValues>],
) -> DataFrame {
    let points = cube.axis.len();
    let rows = |group: usize, point: usize| standing.rows[group * (points + 1) + point];
    let cells: Vec<(usize, usize)> = (0..of_groups.len())
        .flat_map(|group| (0..points).map(move |point| (group, point)))
        .filter(|(group, point)| rows(*group, *point) > 0)
        .collect();
    let first_rows = cells.iter().map(|(group, _)| groups.first_rows[*group]);
    let first_rows: IdxCa = first_rows.map(Some).collect();
    let mut columns: Vec<Column> = keys
        .iter()
        .map(|key| {
            let key = column(frame, key).take(&first_rows);
            key.expect("groups have a first row")
        })
        .collect();
    let point = cells.iter().map(|(_, point)| Some(*point as u32));
    columns.push(named(POINT, point.collect::<UInt32Chunked>().into_column()));
    for (place, (name, _)) in cube.aggregates.iter().enumerate() {
        let count = |(group, point): &(usize, usize)| match &of_groups[*group][place] {
            PointValues::OfRows => Some(rows(*group, *point)),
            PointValues::Counts(counts) => Some(counts[*point]),
            PointValues::Values(_) => None,
        };
        let value = |(group, point): &(usize, usize)| match &of_groups[*group][place] {
            PointValues::Values(values) => Some(values[*point]).filter(|value| !value.is_nan()),
            PointValues::OfRows | PointValues::Counts(_) => None,
        };
        let is_count = matches!(
            Wanted::of(&cube.aggregates[place].1),
            Wanted::Rows | Wanted::Present | Wanted::Different
        );
        columns.push(named(
            name,
            match is_count {
                true => cells
                    .iter()
                    .map(count)
                    .collect::<Int64Chunked>()
                    .into_column(),
                false => cells
                    .iter()
                    .map(value)
                    .collect::<Float64Chunked>()
                    .into_column(),
            },
        ));
    }
    DataFrame::new(cells.len(), columns).expect("columns have different names")
}

fn named(name: &str, column: Column) -> Column {
    column.with_name(name.into())
}
