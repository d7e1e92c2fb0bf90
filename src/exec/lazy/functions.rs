//! Elementwise functions that polars has no word for.
//!
//! They also listen for a wish to stop: polars calls them every few ten thousand rows.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use chrono_tz::Tz;
use polars::prelude::{
    BooleanChunked, ChunkedArray, Column, DataType, Expr, Field, Float64Chunked, Int64Chunked,
    IntoColumn, IntoSeries, ListChunked, PlHashMap, PlHashSet, PlSmallStr, PolarsError,
    PolarsNumericType, PolarsResult, StringChunked, UInt16Type, UInt32Chunked, UInt32Type,
    map_multiple,
};
use polars_arrow::array::{Array, ListArray, PrimitiveArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::types::NativeType;

use crate::base::calendar;
use crate::base::cancellation;
use crate::base::types::Grain;
use crate::plan::relation::{Axis, Literal};

/// What a query that was asked to stop ends with.
pub(super) const STOPPED: &str = "stopped";

/// Counts rows as done; an error if the work is to stop.
pub(super) fn listen(rows: usize) -> PolarsResult<()> {
    if cancellation::is_stopping() {
        return Err(PolarsError::ComputeError(STOPPED.into()));
    }
    cancellation::count(rows);
    Ok(())
}

/// A function of columns, row by row. Columns of one value stand for that value in every row. The name is for plans that
/// are shown.
pub(super) fn elementwise(
    name: &'static str,
    inputs: Vec<Expr>,
    data_type: DataType,
    function: impl Fn(&[Column], usize) -> PolarsResult<Column> + Send + Sync + 'static,
) -> Expr {
    let call = move |columns: &mut [Column]| {
        let has_none = columns.iter().any(|column| column.is_empty());
        let rows = columns.iter().map(Column::len).max().unwrap_or(0);
        let rows = if has_none { 0 } else { rows };
        listen(rows)?;
        let name = columns[0].name().clone();
        Ok(function(columns, rows)?.with_name(name))
    };
    let output = move |_: &polars::prelude::Schema, fields: &[Field]| {
        Ok(Field::new(fields[0].name().clone(), data_type.clone()))
    };
    let mut made = map_multiple(call, inputs, output);
    if let Expr::AnonymousFunction { fmt_str, .. } = &mut made {
        **fmt_str = name.into();
    }
    made
}

/// The numbers of a column, by row.
pub(super) struct DoubleColumn(PrimitiveArray<f64>);

impl DoubleColumn {
    pub fn of(column: &Column) -> PolarsResult<DoubleColumn> {
        let cast = column.cast(&DataType::Float64)?;
        let numbers = cast.as_materialized_series().f64()?.rechunk().into_owned();
        let array = numbers.downcast_iter().next();
        Ok(DoubleColumn(array.expect("one chunk").clone()))
    }

    #[inline]
    pub fn at(&self, row: usize) -> Option<f64> {
        let row = if self.0.len() == 1 { 0 } else { row };
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

/// The whole numbers of a column, by row.
pub(super) struct Integers(PrimitiveArray<i64>);

impl Integers {
    pub fn of(column: &Column) -> PolarsResult<Integers> {
        let cast = column.cast(&DataType::Int64)?;
        let numbers = cast.as_materialized_series().i64()?.rechunk().into_owned();
        let array = numbers.downcast_iter().next();
        Ok(Integers(array.expect("one chunk").clone()))
    }

    #[inline]
    pub fn at(&self, row: usize) -> Option<i64> {
        let row = if self.0.len() == 1 { 0 } else { row };
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

/// The type of points of an axis, as narrow as it may be: cubes are grouped by them.
pub(super) fn point_type(axis: &Axis) -> DataType {
    match axis.len() < usize::from(u16::MAX) {
        true => DataType::UInt16,
        false => DataType::UInt32,
    }
}

/// A function that gives each present instant a point; `of_missing` is the point of a missing one, if it has any.
fn points(
    name: &'static str,
    instant: Expr,
    axis: &Arc<Axis>,
    of_missing: Option<usize>,
    point: impl Fn(&Axis, i64) -> Option<usize> + Copy + Send + Sync + 'static,
) -> Expr {
    let data_type = point_type(axis);
    let is_narrow = data_type == DataType::UInt16;
    let axis = axis.clone();
    elementwise(name, vec![instant], data_type, move |columns, _| {
        let instants = columns[0].cast(&DataType::Int64)?;
        let instants = instants.as_materialized_series().i64()?;
        let point = |instant: Option<i64>| match instant {
            Some(instant) => point(&axis, instant),
            None => of_missing,
        };
        Ok(match is_narrow {
            true => {
                mapped::<UInt16Type>(instants, |instant| Some(point(instant)? as u16)).into_series()
            }
            false => {
                mapped::<UInt32Type>(instants, |instant| Some(point(instant)? as u32)).into_series()
            }
        }
        .into_column())
    })
}

/// A function of each value of a column. Values and what is missing are written apart: most columns miss nothing, or the
/// same as before.
fn mapped<T: PolarsNumericType>(
    of: &Int64Chunked,
    function: impl Fn(Option<i64>) -> Option<T::Native>,
) -> ChunkedArray<T> {
    let chunks = of.downcast_iter().map(|chunk| {
        let mut values = Vec::with_capacity(chunk.len());
        let mut missing = 0;
        let mut present = Vec::with_capacity(chunk.len());
        let mut push = |value: Option<T::Native>| {
            missing += usize::from(value.is_none());
            present.push(value.is_some());
            values.push(value.unwrap_or_default());
        };
        match chunk.validity() {
            None => chunk
                .values()
                .iter()
                .for_each(|value| push(function(Some(*value)))),
            Some(_) => chunk
                .iter()
                .for_each(|value| push(function(value.copied()))),
        }
        let validity = (missing > 0).then(|| present.iter().copied().collect::<Bitmap>());
        PrimitiveArray::from_vec(values).with_validity(validity)
    });
    ChunkedArray::from_chunk_iter(PlSmallStr::EMPTY, chunks)
}

/// The bucket an instant falls in.
pub(super) fn slot_of(instant: Expr, axis: &Arc<Axis>) -> Expr {
    points("slot_of", instant, axis, None, |axis, instant| {
        axis.slot_of(instant)
    })
}

/// The first point after an instant.
pub(super) fn first_point_after(instant: Expr, axis: &Arc<Axis>) -> Expr {
    points("first_point_after", instant, axis, None, |axis, instant| {
        Some(axis.first_after(instant))
    })
}

/// The first point after an instant; the end of the axis for a missing one.
pub(super) fn first_point_or_end(instant: Expr, axis: &Arc<Axis>) -> Expr {
    let end = Some(axis.len());
    points("first_point_or_end", instant, axis, end, |axis, instant| {
        Some(axis.first_after(instant))
    })
}

/// The instant of a point.
pub(super) fn instant_of_point(point: Expr, axis: &Arc<Axis>) -> Expr {
    let axis = axis.clone();
    elementwise(
        "instant_of_point",
        vec![point],
        DataType::Int64,
        move |columns, rows| {
            let points = Integers::of(&columns[0])?;
            let instant = |row| {
                points
                    .at(row)
                    .and_then(|point| axis.ends.get(point as usize).copied())
            };
            Ok((0..rows)
                .map(instant)
                .collect::<Int64Chunked>()
                .into_column())
        },
    )
}

/// The same local time so many units of the calendar later.
pub(super) fn calendar_add(instant: Expr, count: u32, grain: Grain, zone: Tz) -> Expr {
    elementwise(
        "calendar_add",
        vec![instant],
        DataType::Int64,
        move |columns, rows| {
            let instants = Integers::of(&columns[0])?;
            let later = |row| calendar::later(zone, instants.at(row)?, count, grain);
            Ok((0..rows).map(later).collect::<Int64Chunked>().into_column())
        },
    )
}

/// The weight of each value.
pub(super) fn weight(
    of: Expr,
    listed: &[(Literal, f64)],
    otherwise: Option<f64>,
    missing: Option<f64>,
) -> Expr {
    let mut codes = [otherwise; 256];
    let mut texts: PlHashMap<String, f64> = PlHashMap::default();
    for (value, weight) in listed {
        match value {
            Literal::Code(code) => codes[usize::from(*code)] = Some(*weight),
            Literal::Boolean(yes) => codes[usize::from(*yes)] = Some(*weight),
            // The first of several counts, as where they are looked up in order.
            Literal::Text(text) => drop(texts.entry(text.clone()).or_insert(*weight)),
            Literal::Band { .. }
            | Literal::Integer(_)
            | Literal::Number(_)
            | Literal::Missing(_) => {
                unreachable!("weights are of scales, yes/no and texts")
            }
        }
    }
    elementwise("weight", vec![of], DataType::Float64, move |columns, _| {
        let series = columns[0].as_materialized_series();
        let by_code = |code: Option<usize>| code.map_or(missing, |code| codes[code]);
        let weights: Float64Chunked = match series.dtype() {
            DataType::Boolean => series
                .bool()?
                .iter()
                .map(|yes| by_code(yes.map(usize::from)))
                .collect(),
            DataType::UInt8 => series
                .u8()?
                .iter()
                .map(|code| by_code(code.map(usize::from)))
                .collect(),
            _ => {
                let by_text = |text: Option<&str>| match text {
                    None => missing,
                    Some(text) => texts.get(text).copied().or(otherwise),
                };
                series.str()?.iter().map(by_text).collect()
            }
        };
        Ok(weights.into_column())
    })
}

/// Whether a value is one of many.
pub(super) fn is_listed(of: Expr, values: &[Literal]) -> Expr {
    let mut codes = [false; 256];
    let mut texts: PlHashSet<String> = PlHashSet::default();
    for value in values {
        match value {
            Literal::Code(code) => codes[usize::from(*code)] = true,
            Literal::Boolean(yes) => codes[usize::from(*yes)] = true,
            Literal::Text(text) => drop(texts.insert(text.clone())),
            Literal::Band { .. }
            | Literal::Integer(_)
            | Literal::Number(_)
            | Literal::Missing(_) => {
                unreachable!("lists are of scales, yes/no and texts")
            }
        }
    }
    elementwise(
        "is_listed",
        vec![of],
        DataType::Boolean,
        move |columns, _| {
            let series = columns[0].as_materialized_series();
            let listed: BooleanChunked = match series.dtype() {
                DataType::UInt8 => {
                    let is_listed =
                        |code: Option<u8>| code.is_some_and(|code| codes[usize::from(code)]);
                    series.u8()?.iter().map(is_listed).map(Some).collect()
                }
                _ => {
                    let is_listed =
                        |text: Option<&str>| text.is_some_and(|text| texts.contains(text));
                    series.str()?.iter().map(is_listed).map(Some).collect()
                }
            };
            Ok(listed.into_column())
        },
    )
}

/// Texts numbered in the order in which they are met, for as long as a query lasts.
#[derive(Default)]
pub struct Dictionary(RwLock<Numbered>);

#[derive(Default)]
struct Numbered {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Dictionary {
    /// How many texts there are so far.
    pub fn len(&self) -> usize {
        self.read().texts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All texts so far.
    pub fn texts(&self) -> Vec<String> {
        self.read().texts.clone()
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> String {
        self.read().texts[number as usize].clone()
    }

    /// The number of a text that was met.
    pub fn number(&self, text: &str) -> Option<u32> {
        self.read().numbers.get(text).copied()
    }

    /// The numbers of texts; those that were not met are added.
    pub fn numbers(&self, texts: &StringChunked) -> UInt32Chunked {
        let mut known: PlHashMap<&str, u32> = PlHashMap::default();
        let mut number = |text| {
            *known
                .entry(text)
                .or_insert_with(|| self.number_or_add(text))
        };
        texts.iter().map(|text| text.map(&mut number)).collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Numbered> {
        self.0
            .read()
            .expect("nothing panics while it holds the lock")
    }

    fn number_or_add(&self, text: &str) -> u32 {
        if let Some(known) = self.number(text) {
            return known;
        }
        let mut numbered = self
            .0
            .write()
            .expect("nothing panics while it holds the lock");
        // Another thread may have added it meanwhile.
        if let Some(known) = numbered.numbers.get(text) {
            return *known;
        }
        let next = numbered.texts.len() as u32;
        numbered.numbers.insert(text.to_string(), next);
        numbered.texts.push(text.to_string());
        next
    }
}

/// The number of each text. Numbers depend on the order in which rows are met, so nothing that is shown may.
pub(super) fn number_texts(of: Expr, dictionary: &Arc<Dictionary>) -> Expr {
    let dictionary = dictionary.clone();
    elementwise(
        "number_texts",
        vec![of],
        DataType::UInt32,
        move |columns, _| {
            let series = columns[0].as_materialized_series();
            Ok(dictionary.numbers(series.str()?).into_column())
        },
    )
}

/// Builds a column of lists row by row; an empty list is missing.
pub(super) struct Lists<T> {
    pub values: Vec<T>,
    offsets: Vec<i64>,
    present: Vec<bool>,
}

impl<T: NativeType> Lists<T> {
    pub fn with_rows(rows: usize) -> Lists<T> {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Lists {
            values: Vec::new(),
            offsets,
            present: Vec::with_capacity(rows),
        }
    }

    pub fn end_row(&mut self) {
        let end = self.values.len() as i64;
        self.present.push(self.offsets.last() != Some(&end));
        self.offsets.push(end);
    }

    /// Empty lists are missing.
    pub fn column(self) -> Column {
        let validity = self.present.iter().copied().collect();
        self.build(Some(validity))
    }

    /// Empty lists are empty lists.
    pub fn column_of_all(self) -> Column {
        self.build(None)
    }

    fn build(self, validity: Option<Bitmap>) -> Column {
        let inner = PrimitiveArray::from_vec(self.values);
        let data_type = ListArray::<i64>::default_datatype(inner.dtype().clone());
        let offsets = OffsetsBuffer::try_from(self.offsets);
        let offsets = offsets.expect("offsets ascend");
        let array = ListArray::<i64>::new(data_type, offsets, inner.boxed(), validity);
        ListChunked::with_chunk(PlSmallStr::EMPTY, array)
            .into_series()
            .into_column()
    }
}

/// Whether a text contains another that is in small letters, letter case aside; false if it is missing.
pub(super) fn contains_text(of: Expr, text: &str) -> Expr {
    let text = text.to_string();
    elementwise(
        "contains_text",
        vec![of],
        DataType::Boolean,
        move |columns, _| {
            let texts = columns[0].as_materialized_series();
            let holds = texts.str()?.iter().map(|own| {
                let contains = own.is_some_and(|own| own.to_lowercase().contains(&text));
                Some(contains)
            });
            let holds: BooleanChunked = holds.collect();
            Ok(holds.into_series().into_column())
        },
    )
}
