//! The values of one field → its profile. Numbers and dates are sorted once: all else can be read
//! off.

use std::cmp::Ordering;

use polars::prelude::{
    DataFrame, DataType, Engine, LazyFrame, Series, SortMultipleOptions, col, len,
};
use rayon::prelude::*;

use super::frames::{fields_frame, is_loaded};
use super::{Dates, Distribution, Numbers, Profile, STRETCHES, Texts};
use crate::base::calendar;
use crate::base::cancellation;
use crate::base::diagnostic::Problems;
use crate::base::types::{FieldType, Grain};
use crate::exec::data::TableSources;
use crate::lang::model::{Calendar, CalendarPeriod, Definitions, FieldId};

/// Values that are sorted at a time.
const BLOCK: usize = 1 << 16;

/// With more periods than this a longer one is taken.
const MOST_PERIODS: usize = 36;

pub(super) const VALUE: &str = "value";
pub(super) const ROWS: &str = "rows";

/// The values of a field over the rows of its table.
struct FieldRows<'a> {
    sources: &'a TableSources,
    /// One column, [`VALUE`].
    frame: LazyFrame,
    rows: u64,
}

/// The profile of a field over the rows of its table; `None` if a policy works it out, or its table is
/// not loaded.
pub(super) fn profile(
    definitions: &Definitions,
    sources: &TableSources,
    id: FieldId,
) -> Result<Option<Profile>, Problems> {
    let fields = [(id, VALUE.to_string())];
    let (Some(frame), Some(source)) = (
        fields_frame(definitions, sources, id.table, &fields),
        sources.table(id.table),
    ) else {
        return Ok(None);
    };
    let of = FieldRows {
        sources,
        frame,
        rows: source.rows as u64,
    };
    cancellation::beat(source.rows);
    if !is_loaded(definitions, sources, id) {
        return Ok(Some(of.nothing()));
    }
    let profile = match &definitions.field(id).field_type {
        FieldType::Scale(scale) => of.ordered(scale.values.clone()),
        FieldType::YesNo => of.ordered(vec!["no".to_string(), "yes".to_string()]),
        FieldType::Text => of.texts(),
        FieldType::Number => of.present().map(|found| {
            let mut values: Vec<f64> = found.f64().expect("numbers").iter().flatten().collect();
            sort(&mut values, f64::total_cmp);
            of.numbers(&values)
        }),
        FieldType::Date => of.present().map(|found| {
            let mut instants: Vec<i64> = found.i64().expect("instants").iter().flatten().collect();
            sort(&mut instants, i64::cmp);
            of.dates(&definitions.calendar, &instants)
        }),
    };
    profile.map(Some)
}

/// Sorts blocks and then what they make together, which can be stopped between blocks and is no
/// slower: dates mostly come nearly in order.
fn sort<T: Copy + Send>(values: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    values.par_chunks_mut(BLOCK).for_each(|block| {
        cancellation::beat(0);
        block.sort_unstable_by(&order);
    });
    values.par_sort_by(&order);
}

impl FieldRows<'_> {
    fn collect(&self, frame: LazyFrame) -> Result<DataFrame, Problems> {
        let query = || frame.collect_with_engine(Engine::Streaming);
        let result = self.sources.run(query)?;
        Ok(result.unwrap_single())
    }

    /// The values that are there.
    fn present(&self) -> Result<Series, Problems> {
        let values = self.frame.clone().select([col(VALUE).drop_nulls()]);
        let values = self.collect(values)?;
        Ok(values.columns()[0].as_materialized_series().clone())
    }

    fn profile(&self, present: u64, distinct: u64, spread: Distribution) -> Profile {
        Profile {
            rows: self.rows,
            missing: self.rows - present,
            distinct,
            spread,
        }
    }

    fn nothing(&self) -> Profile {
        self.profile(0, 0, Distribution::Nothing)
    }

    /// Of a scale or of yes and no, whose values are given in their order.
    fn ordered(&self, values: Vec<String>) -> Result<Profile, Problems> {
        let counted = counted_codes(&self.frame);
        let rows = rows_by_code(&self.collect(counted)?, values.len());
        let present: u64 = rows.iter().sum();
        let distinct = rows.iter().filter(|rows| **rows > 0).count() as u64;
        let spread = Distribution::Ordered(values.into_iter().zip(rows).collect());
        Ok(self.profile(present, distinct, spread))
    }

    fn texts(&self) -> Result<Profile, Problems> {
        let texts = Texts::of(&self.collect(counted_texts(&self.frame))?);
        if texts.words.is_empty() {
            return Ok(self.nothing());
        }
        let present = texts.iter().map(|(_, rows)| rows).sum();
        let distinct = texts.words.len() as u64;
        Ok(self.profile(present, distinct, Distribution::Texts(texts)))
    }

    fn numbers(&self, sorted: &[f64]) -> Profile {
        let (Some(lowest), Some(highest)) = (sorted.first(), sorted.last()) else {
            return self.nothing();
        };
        let edge = |part: f64| lowest * (1.0 - part) + highest * part;
        // 0 and -0 are one number.
        let distinct = 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
        let spread = Distribution::Numbers(Numbers {
            lowest: *lowest,
            highest: *highest,
            mean: mean(sorted),
            median: median(sorted),
            stretches: stretches(sorted, lowest < highest, |value, part| *value < edge(part)),
        });
        self.profile(sorted.len() as u64, distinct, spread)
    }

    fn dates(&self, calendar: &Calendar, sorted: &[i64]) -> Profile {
        let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
            return self.nothing();
        };
        let edge = |part: f64| first + ((last - first) as f64 * part) as i64;
        let distinct = 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
        let spread = Distribution::Dates(Dates {
            first: *first,
            last: *last,
            stretches: stretches(sorted, first < last, |instant, part| *instant < edge(part)),
            periods: periods(calendar, sorted),
        });
        self.profile(sorted.len() as u64, distinct, spread)
    }
}

/// Each value of a frame and its rows.
fn counted(frame: &LazyFrame) -> LazyFrame {
    let values = frame.clone().group_by([col(VALUE)]);
    values.agg([len().alias(ROWS)])
}

/// Each place on a scale, or no and yes as 0 and 1, and its rows.
pub(super) fn counted_codes(frame: &LazyFrame) -> LazyFrame {
    counted(frame).with_column(col(VALUE).cast(DataType::UInt8))
}

/// Each text and its rows, the most frequent first, equally frequent ones in their order.
pub(super) fn counted_texts(frame: &LazyFrame) -> LazyFrame {
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let texts = counted(frame).filter(col(VALUE).is_not_null());
    texts.sort([ROWS, VALUE], order)
}

/// The rows of each of so many codes.
pub(super) fn rows_by_code(counted: &DataFrame, different: usize) -> Vec<u64> {
    let mut by_code = vec![0; different];
    let [codes, rows] =
        [VALUE, ROWS].map(|name| counted.column(name).expect("both were asked for"));
    let codes = codes.u8().expect("codes are of one byte");
    let rows = rows.u32().expect("counts are of four bytes");
    for (code, rows) in codes.iter().zip(rows.iter()) {
        if let (Some(code), Some(rows)) = (code, rows) {
            by_code[usize::from(code)] = u64::from(rows);
        }
    }
    by_code
}

impl Texts {
    /// From texts and their rows, in the order of the texts' profile.
    pub(super) fn of(counted: &DataFrame) -> Texts {
        let [words, rows] =
            [VALUE, ROWS].map(|name| counted.column(name).expect("both were asked for"));
        Texts {
            words: words.str().expect("texts").clone(),
            rows: rows.u32().expect("counts are of four bytes").clone(),
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    // A fixed way of adding gives a fixed sum.
    let parts = values.par_chunks(BLOCK);
    let parts: Vec<f64> = parts.map(|part| part.iter().sum()).collect();
    parts.iter().sum::<f64>() / values.len() as f64
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        (sorted[middle - 1] + sorted[middle]) / 2.0
    }
}

/// How many of sorted values lie in each of some equal stretches; the last one holds its end. One
/// stretch if all values are the same.
fn stretches<T>(sorted: &[T], differ: bool, is_before: impl Fn(&T, f64) -> bool) -> Vec<u64> {
    if !differ {
        return vec![sorted.len() as u64];
    }
    let mut counts = Vec::with_capacity(STRETCHES);
    let mut counted = 0;
    for stretch in 1..=STRETCHES {
        let part = stretch as f64 / STRETCHES as f64;
        let until = match stretch {
            STRETCHES => sorted.len(),
            _ => sorted
                .partition_point(|value| is_before(value, part))
                .max(counted),
        };
        counts.push((until - counted) as u64);
        counted = until;
    }
    counts
}

/// Rows by the shortest of month, quarter and year that gives few enough periods.
fn periods(calendar: &Calendar, sorted: &[i64]) -> Vec<(CalendarPeriod, u64)> {
    for grain in [Grain::Month, Grain::Quarter] {
        if let Some(found) = periods_of(calendar, sorted, grain, MOST_PERIODS) {
            return found;
        }
    }
    periods_of(calendar, sorted, Grain::Year, usize::MAX).unwrap_or_default()
}

/// Rows by period, without the empty ones; `None` if they are more than `most`, or instants lie
/// beyond the years that dates can name.
fn periods_of(
    calendar: &Calendar,
    sorted: &[i64],
    grain: Grain,
    most: usize,
) -> Option<Vec<(CalendarPeriod, u64)>> {
    let mut found = Vec::new();
    let mut rest = sorted;
    while let Some(first) = rest.first() {
        let day = calendar::local_day(calendar, *first)?;
        let period = calendar::period_of(calendar, day, grain);
        let end = calendar::end_instant(calendar, period);
        // An instant is always in its own period, whatever the clocks do.
        let count = rest.partition_point(|instant| *instant < end).max(1);
        found.push((period, count as u64));
        rest = &rest[count..];
        if found.len() > most {
            return None;
        }
    }
    Some(found)
}
