//! Dates far away from all others: typing errors, most likely, and the latest of them is the default
//! as-of of every query. Also dates after an instant, such as the day a file was written.

use polars::prelude::{Engine, Expr, LazyFrame, col, lit};

use super::watermark::event_columns;
use super::{TableSource, TableSources};
use crate::lang::model::{Definitions, TableId};

/// No more rows than these are few.
const FEW: usize = 3;
const DAY: i64 = 86_400_000_000;
/// How far few rows lie behind the rest where they are in question.
const FAR: i64 = 90 * DAY;
/// The same where there are so few others that they may well lie months apart.
const FAR_OF_SMALL: i64 = 180 * DAY;
const SMALL: usize = 20;

/// A row, by the value of its key or its number, and one of its dates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowDate {
    pub table: TableId,
    pub column: usize,
    pub row: String,
    pub instant: i64,
}

/// The few rows that the latest event rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FarDates {
    /// The earliest first.
    pub rows: Vec<RowDate>,
    /// The latest event of all other rows, in microseconds.
    pub others_until: i64,
}

/// The rows that the latest event rests on, if they are few and lie far after all others. `None` too
/// where a file can no longer be read: whoever asks it for more is told.
pub fn far_dates(
    definitions: &Definitions,
    sources: &TableSources,
    latest: i64,
) -> Option<FarDates> {
    let threshold = latest.saturating_sub(FAR);
    let columns = event_columns(definitions);
    let spans: Vec<(TableId, usize, i64)> = columns
        .into_iter()
        .filter_map(|(table, column)| {
            let source = sources.table(table)?;
            Some((table, column, source.spans.get(&column)?.1))
        })
        .collect();
    let mut rows: Vec<RowDate> = Vec::new();
    for (table, column, last) in &spans {
        if *last > threshold {
            let room = FEW + 1 - rows.len();
            rows.extend(dates_after(
                definitions,
                sources,
                (*table, *column),
                threshold,
                room,
            )?);
        }
        if rows.len() > FEW {
            return None;
        }
    }
    rows.sort_by_key(|row| row.instant);
    let mut others = 0;
    let mut others_until: Option<i64> = None;
    for (table, column, _) in spans {
        let (count, last) = until(definitions, sources, (table, column), threshold)?;
        others += count;
        others_until = others_until.max(last);
    }
    let others_until = others_until?;
    let far = if others < SMALL { FAR_OF_SMALL } else { FAR };
    let is_few = others >= 2 * rows.len();
    let gap = rows.first()?.instant - others_until;
    (is_few && gap >= far).then_some(FarDates { rows, others_until })
}

/// Some of the rows whose date in a column lies after an instant, in the order of the file.
pub fn dates_after(
    definitions: &Definitions,
    sources: &TableSources,
    (table, column): (TableId, usize),
    instant: i64,
    most: usize,
) -> Option<Vec<RowDate>> {
    let source = sources.table(table)?;
    let declared = definitions.table(table);
    let date = col(declared.columns[column].name.as_str());
    let frame = source.frame.clone().with_row_index("row number", None);
    let mut shown: Vec<Expr> = vec![col("row number"), date.clone().alias("date")];
    let key = declared
        .key
        .and_then(|key| key_column(source, &declared.fields[key].name));
    shown.extend(key.map(|key| key.alias("key")));
    let after = frame
        .filter(date.gt(lit(instant)))
        .select(shown)
        .limit(most as u32);
    let found = run(sources, after)?;
    let numbers = found
        .column("row number")
        .ok()?
        .as_materialized_series()
        .u32()
        .ok()?
        .clone();
    let dates = found
        .column("date")
        .ok()?
        .as_materialized_series()
        .i64()
        .ok()?
        .clone();
    let keys = found
        .column("key")
        .ok()
        .map(|keys| keys.as_materialized_series().str().cloned());
    let keys = keys.and_then(Result::ok);
    let row = |place: usize| {
        let key = keys.as_ref().and_then(|keys| keys.get(place));
        let number = || format!("row {}", numbers.get(place).unwrap_or_default() + 1);
        Some(RowDate {
            table,
            column,
            row: key.map_or_else(number, str::to_owned),
            instant: dates.get(place)?,
        })
    };
    (0..found.height()).map(row).collect()
}

/// The column of a key, if it was read: of large tables it is not.
fn key_column(source: &TableSource, name: &str) -> Option<Expr> {
    let mut columns = source.scanned.columns.iter();
    columns.any(|known| known == name).then(|| col(name))
}

/// How many dates of a column lie no later than an instant, and the last of them.
fn until(
    definitions: &Definitions,
    sources: &TableSources,
    (table, column): (TableId, usize),
    instant: i64,
) -> Option<(usize, Option<i64>)> {
    let source = sources.table(table)?;
    let date = col(definitions.table(table).columns[column].name.as_str());
    let others = date.clone().filter(date.lt_eq(lit(instant)));
    let asked = [
        others.clone().count().alias("count"),
        others.max().alias("last"),
    ];
    let found = run(sources, source.frame.clone().select(asked))?;
    let count = found
        .column("count")
        .ok()?
        .as_materialized_series()
        .u32()
        .ok()?
        .get(0)?;
    let last = found
        .column("last")
        .ok()?
        .as_materialized_series()
        .i64()
        .ok()?
        .get(0);
    Some((count as usize, last))
}

fn run(sources: &TableSources, frame: LazyFrame) -> Option<polars::prelude::DataFrame> {
    let found = sources.run(|| frame.collect_with_engine(Engine::Streaming));
    Some(found.ok()?.unwrap_single())
}
