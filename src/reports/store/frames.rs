//! Rows of reports ⇄ Parquet: the list of columns, read and written by it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use polars::io::parquet;
use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoSeries, NewChunkedArray, ParquetReader,
    ParquetWriter, SerReader, TimeUnit, TimeZone,
};

use super::errors::unreadable;
use super::manifest::RecordedScan;
use super::report_scans::RowOrigin;
use crate::base::diagnostic::Diagnostic;
use crate::base::instants;
use crate::base::types::Scale;
use crate::lang::model::{Definitions, Evidence, Status};
use crate::reports::ingest::{ReportRecord, ReportRow};

/// Rows that are written and read at a time, at least.
const GROUP: usize = 1 << 16;
const MEMORY: &str = "memory can be written";

/// A row of a report and the scan it is from.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Observation {
    /// The report it was seen in.
    pub segment: String,
    pub asset: String,
    /// Which of the scans of the report it is from.
    pub scan: usize,
    pub row: ReportRow,
}

/// A derived table: names of columns and their texts, a row each.
pub(super) type DerivedTable = Vec<(&'static str, Vec<Option<String>>)>;

/// How one field of a row is kept.
enum StoredField {
    Text(
        fn(&ReportRow) -> Option<&str>,
        fn(&mut ReportRow, Option<String>),
    ),
    Whole(
        fn(&ReportRow) -> Option<i64>,
        fn(&mut ReportRow, Option<i64>),
    ),
    Number(
        fn(&ReportRow) -> Option<f64>,
        fn(&mut ReportRow, Option<f64>),
    ),
    YesNo(
        fn(&ReportRow) -> Option<bool>,
        fn(&mut ReportRow, Option<bool>),
    ),
    /// Several values, one a line.
    Texts(
        fn(&ReportRow) -> Vec<String>,
        fn(&mut ReportRow, Vec<String>),
    ),
}

macro_rules! text {
    ($field:ident) => {
        (
            stringify!($field),
            StoredField::Text(|row| row.$field.as_deref(), |row, value| row.$field = value),
        )
    };
}

macro_rules! whole {
    ($field:ident, $type:ty) => {
        (
            stringify!($field),
            StoredField::Whole(
                |row| row.$field.map(i64::from),
                |row, value| row.$field = value.and_then(|value| <$type>::try_from(value).ok()),
            ),
        )
    };
}

macro_rules! number {
    ($field:ident) => {
        (
            stringify!($field),
            StoredField::Number(|row| row.$field, |row, value| row.$field = value),
        )
    };
}

/// Every column but `segment`, `asset_id`, `scan` and `severity`, in the order of the file. Instants are
/// microseconds. Files that were written before a column was there lack it.
const COLUMNS: &[(&str, StoredField)] = &[
    (
        "identity",
        StoredField::Text(
            |row| Some(&row.identity),
            |row, value| row.identity = value.unwrap_or_default(),
        ),
    ),
    text!(rule_id),
    (
        "title",
        StoredField::Text(
            |row| Some(&row.title),
            |row, value| row.title = value.unwrap_or_default(),
        ),
    ),
    text!(message),
    text!(severity_word),
    text!(severity_from),
    number!(cvss),
    text!(cvss_vector),
    (
        "cwe",
        StoredField::Texts(
            |row| row.cwe.iter().map(u32::to_string).collect(),
            |row, value| row.cwe = value.iter().filter_map(|cwe| cwe.parse().ok()).collect(),
        ),
    ),
    (
        "vulnerability_ids",
        StoredField::Texts(
            |row| row.vulnerability_ids.clone(),
            |row, value| row.vulnerability_ids = value,
        ),
    ),
    text!(file),
    whole!(line, u32),
    text!(url),
    text!(method),
    text!(parameter),
    text!(host),
    whole!(port, u32),
    text!(component),
    text!(version),
    text!(fixed_version),
    text!(manifest),
    text!(purl),
    text!(confidence),
    (
        "evidence",
        StoredField::Text(
            |row| row.evidence.map(Evidence::word),
            |row, value| row.evidence = value.and_then(|word| Evidence::from_word(&word)),
        ),
    ),
    (
        "status",
        StoredField::Text(
            |row| row.status.map(Status::word),
            |row, value| row.status = value.and_then(|word| Status::from_word(&word)),
        ),
    ),
    text!(status_reason),
    text!(native_id),
    text!(fingerprint),
    whole!(first_seen, i64),
    whole!(last_seen, i64),
    whole!(closed_at, i64),
    whole!(accepted_until, i64),
    number!(epss),
    (
        "known_exploited",
        StoredField::YesNo(
            |row| row.known_exploited,
            |row, value| row.known_exploited = value,
        ),
    ),
    text!(environment),
    text!(branch),
    text!(target),
    text!(tool),
    text!(scan_line),
];

/// The rows of a part of a report, as a Parquet file. Which scans they are from is not known yet.
pub(super) fn part(definitions: &Definitions, rows: &[ReportRow]) -> Vec<u8> {
    let scale = severity(definitions);
    let words = rows.iter().map(|row| {
        let code = usize::from(row.severity);
        scale
            .and_then(|scale| scale.values.get(code))
            .map(String::as_str)
    });
    let mut columns = vec![Column::new("severity".into(), words.collect::<Vec<_>>())];
    columns.extend(COLUMNS.iter().map(|(name, kept)| column(name, kept, rows)));
    written(rows.len(), columns)
}

const SEGMENT: &str = "segment";
const ASSET: &str = "asset_id";
const SCAN: &str = "scan";

/// The Parquet file of a report's rows: its parts one after the other. `scan_of` says which of the scans
/// a row is from. There is at least one part, unless there are no rows.
pub(super) fn observations(
    parts: &[Vec<u8>],
    segment: &str,
    scans: &[RecordedScan],
    scan_of: impl Fn(&RowOrigin) -> usize,
) -> Vec<u8> {
    one_after_another(parts, |part| whole(part, segment, scans, &scan_of))
}

/// One Parquet file of parts, of which there is at least one. Groups of rows are not smaller than those of other tables.
fn one_after_another(parts: &[Vec<u8>], whole: impl Fn(&[u8]) -> DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut group = whole(&parts[0]);
    let writer = ParquetWriter::new(&mut bytes).batched(group.schema());
    let mut writer = writer.expect("the columns are known");
    for part in &parts[1..] {
        if group.height() >= GROUP {
            write(&mut writer, &mut group);
            group = group.clear();
        }
        let stacked = group.vstack_mut_owned(whole(part));
        stacked.expect("parts have the same columns");
    }
    write(&mut writer, &mut group);
    writer.finish().expect(MEMORY);
    bytes
}

fn write(writer: &mut parquet::write::BatchedWriter<&mut Vec<u8>>, group: &mut DataFrame) {
    group.align_chunks_par();
    writer.write_batch(group).expect(MEMORY);
}

/// A part with all of its columns.
fn whole(
    part: &[u8],
    segment: &str,
    scans: &[RecordedScan],
    scan_of: impl Fn(&RowOrigin) -> usize,
) -> DataFrame {
    let mut frame = as_written(part);
    let said = ["target", "tool", "scan_line"].map(|name| {
        let column = frame.column(name).and_then(|column| column.str().cloned());
        column.expect("a column of texts")
    });
    let mut known: BTreeMap<RowOrigin, usize> = BTreeMap::new();
    let mut numbers = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let text = |column: usize| said[column].get(row).map(str::to_string);
        let said = RowOrigin {
            target: text(0),
            tool: text(1),
            scan_line: text(2),
        };
        let number = known.get(&said).copied();
        numbers.push(number.unwrap_or_else(|| {
            let number = scan_of(&said);
            known.insert(said, number);
            number
        }));
    }
    let asset = |number: &usize| scans.get(*number).map_or("", |scan| scan.asset.as_str());
    let assets: Vec<&str> = numbers.iter().map(asset).collect();
    let numbers: Vec<i64> = numbers.iter().map(|number| *number as i64).collect();
    let segments = vec![segment; assets.len()];
    let placed = frame
        .insert_column(0, Column::new(ASSET.into(), assets))
        .and_then(|frame| frame.insert_column(0, Column::new(SEGMENT.into(), segments)))
        .and_then(|frame| frame.insert_column(2, Column::new(SCAN.into(), numbers)));
    placed.expect("columns are as long as there are rows");
    frame
}

fn column(name: &str, kept: &StoredField, rows: &[ReportRow]) -> Column {
    let name = name.into();
    let rows = rows.iter();
    match kept {
        StoredField::Text(get, _) => Column::new(name, rows.map(get).collect::<Vec<_>>()),
        StoredField::Whole(get, _) => Column::new(name, rows.map(get).collect::<Vec<_>>()),
        StoredField::Number(get, _) => Column::new(name, rows.map(get).collect::<Vec<_>>()),
        StoredField::YesNo(get, _) => Column::new(name, rows.map(get).collect::<Vec<_>>()),
        StoredField::Texts(get, _) => {
            let one_line = |text: &String| text.replace(['\n', '\r'], " ");
            let lines = |row| get(row).iter().map(one_line).collect::<Vec<_>>().join("\n");
            let joined = |row| Some(lines(row)).filter(|text| !text.is_empty());
            Column::new(name, rows.map(joined).collect::<Vec<_>>())
        }
    }
}

/// A part that was just written.
fn as_written(part: &[u8]) -> DataFrame {
    let read = ParquetReader::new(Cursor::new(part)).finish();
    read.expect("it was just written")
}

/// The Parquet file of a report's records: its parts one after the other, of which there is at least one.
pub(super) fn records(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    match parts.len() {
        1 => parts.remove(0),
        _ => one_after_another(&parts, as_written),
    }
}

/// The records of texts of a part of a report, as a Parquet file.
pub(super) fn part_of_records(fields: &[&str], records: &[ReportRecord]) -> Vec<u8> {
    let columns = fields.iter().map(|field| {
        let values = records
            .iter()
            .map(|record| record.get(*field).map(String::as_str));
        Column::new((*field).into(), values.collect::<Vec<_>>())
    });
    written(records.len(), columns.collect())
}

/// The Parquet file of a derived table. Texts that all are instants, or all are numbers, are written as those: queries need
/// not take them apart.
pub(super) fn table(columns: &DerivedTable) -> Vec<u8> {
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    let columns = columns.iter().map(|(name, values)| {
        let column = match *name {
            name if name.ends_with("_at") => instant_column(name, values),
            "cvss" | "epss" => number_column(name, values),
            _ => None,
        };
        column.unwrap_or_else(|| {
            let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
            Column::new((*name).into(), values)
        })
    });
    written(rows, columns.collect())
}

/// What each text means; `None` if one of them means nothing.
fn read_all<T>(
    values: &[Option<String>],
    read: impl Fn(&str) -> Option<T>,
) -> Option<Vec<Option<T>>> {
    let values = values.iter().map(|value| match value {
        Some(text) => read(text).map(Some),
        None => Some(None),
    });
    values.collect()
}

/// Instants in UTC. Days are none: which instant they are depends on the calendar's time zone.
fn instant_column(name: &str, values: &[Option<String>]) -> Option<Column> {
    let instants = read_all(values, |text| {
        let instant = instants::parse(text)?;
        (instants::rfc3339(instant) == text).then_some(instant)
    })?;
    let instants = Int64Chunked::from_iter_options(name.into(), instants.into_iter());
    let instants = instants.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    Some(instants.into_series().into())
}

fn number_column(name: &str, values: &[Option<String>]) -> Option<Column> {
    let numbers = read_all(values, |text| {
        let number: f64 = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    })?;
    Some(Column::new(name.into(), numbers))
}

fn written(rows: usize, columns: Vec<Column>) -> Vec<u8> {
    let mut frame = DataFrame::new(rows, columns).expect("columns are as long as there are rows");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .finish(&mut frame)
        .expect(MEMORY);
    bytes
}

/// The Parquet file of the rows of several, as they stand in them.
pub(super) fn joined(files: &[(PathBuf, Vec<u8>)]) -> Result<Vec<u8>, Diagnostic> {
    let mut whole: Option<DataFrame> = None;
    for (path, bytes) in files {
        let next = with_all_columns(frame(path, bytes)?);
        match &mut whole {
            None => whole = Some(next),
            Some(whole) => {
                let joined = whole.vstack_mut(&next).map(|_| ());
                joined.map_err(|error| unreadable(path, error))?;
            }
        }
    }
    let mut whole = whole.unwrap_or_default();
    whole.align_chunks_par();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .finish(&mut whole)
        .expect(MEMORY);
    Ok(bytes)
}

/// The columns that a file lacks because it was written before they were there.
fn with_all_columns(frame: DataFrame) -> DataFrame {
    let rows = frame.height();
    let mut columns: Vec<Column> = Vec::new();
    for name in [SEGMENT, ASSET, SCAN, "severity"]
        .into_iter()
        .chain(COLUMNS.iter().map(|(name, _)| *name))
    {
        columns.push(match frame.column(name) {
            Ok(column) => column.clone(),
            Err(_) if name == SCAN => Column::new(name.into(), vec![None::<i64>; rows]),
            // All columns that were added since hold texts.
            Err(_) => Column::new(name.into(), vec![None::<&str>; rows]),
        });
    }
    DataFrame::new(rows, columns).expect("columns are as long as there are rows")
}

/// Reads the rows of a segment back from the bytes of its file. `scan_of` says which scan of its report
/// a row is from where the file does not: by the report and the asset.
pub(super) fn read_observations(
    definitions: &Definitions,
    path: &Path,
    bytes: &[u8],
    scan_of: impl Fn(&str, &str) -> usize,
) -> Result<Vec<Observation>, Diagnostic> {
    let frame = with_all_columns(frame(path, bytes)?);
    let scale = severity(definitions);
    let segments = texts(&frame, SEGMENT, path)?;
    let mut rows: Vec<(usize, ReportRow)> = vec![Default::default(); frame.height()];
    let numbers = frame.column(SCAN).and_then(|column| column.i64().cloned());
    let numbers = numbers.map_err(|error| unreadable(path, error))?;
    let assets = texts(&frame, ASSET, path)?;
    for (index, row) in rows.iter_mut().enumerate() {
        let text = |texts: &[Option<String>]| texts[index].clone().unwrap_or_default();
        row.0 = match numbers.get(index) {
            Some(number) => number as usize,
            None => scan_of(&text(&segments), &text(&assets)),
        };
    }
    for (row, value) in rows.iter_mut().zip(texts(&frame, "severity", path)?) {
        let code = value.and_then(|word| scale.and_then(|scale| scale.code(&word)));
        row.1.severity = code.unwrap_or_default();
    }
    for (name, kept) in COLUMNS {
        fill(&frame, name, kept, &mut rows, path)?;
    }
    Ok(rows
        .into_iter()
        .zip(segments)
        .zip(assets)
        .map(|(((scan, row), segment), asset)| Observation {
            segment: segment.unwrap_or_default(),
            asset: asset.unwrap_or_default(),
            scan,
            row,
        })
        .collect())
}

fn fill(
    frame: &DataFrame,
    name: &str,
    kept: &StoredField,
    rows: &mut [(usize, ReportRow)],
    path: &Path,
) -> Result<(), Diagnostic> {
    let failed = |error: polars::error::PolarsError| unreadable(path, error);
    match kept {
        StoredField::Text(_, set) => {
            for ((_, row), value) in rows.iter_mut().zip(texts(frame, name, path)?) {
                set(row, value);
            }
        }
        StoredField::Texts(_, set) => {
            for ((_, row), value) in rows.iter_mut().zip(texts(frame, name, path)?) {
                let lines = value.iter().flat_map(|text| text.split('\n'));
                set(row, lines.map(str::to_string).collect());
            }
        }
        StoredField::Whole(_, set) => {
            let column = frame.column(name).map_err(failed)?;
            for ((_, row), value) in rows.iter_mut().zip(column.i64().map_err(failed)?.iter()) {
                set(row, value);
            }
        }
        StoredField::Number(_, set) => {
            let column = frame.column(name).map_err(failed)?;
            for ((_, row), value) in rows.iter_mut().zip(column.f64().map_err(failed)?.iter()) {
                set(row, value);
            }
        }
        StoredField::YesNo(_, set) => {
            let column = frame.column(name).map_err(failed)?;
            for ((_, row), value) in rows.iter_mut().zip(column.bool().map_err(failed)?.iter()) {
                set(row, value);
            }
        }
    }
    Ok(())
}

/// Reads records of texts back.
pub(super) fn read_records(
    fields: &[&str],
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<BTreeMap<String, String>>, Diagnostic> {
    let frame = frame(path, bytes)?;
    let mut records = vec![BTreeMap::new(); frame.height()];
    for field in fields {
        for (record, value) in records.iter_mut().zip(texts(&frame, field, path)?) {
            if let Some(value) = value {
                record.insert((*field).to_string(), value);
            }
        }
    }
    Ok(records)
}

/// The texts of one field of records, each with how many records it stands in one after the other.
pub(super) fn read_runs(
    field: &str,
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<(Option<String>, usize)>, Diagnostic> {
    let failed = |error: polars::error::PolarsError| unreadable(path, error);
    let reader = ParquetReader::new(Cursor::new(bytes)).with_columns(Some(vec![field.to_string()]));
    let frame = reader.finish().map_err(failed)?;
    let column = frame.column(field).map_err(failed)?;
    let mut runs: Vec<(Option<String>, usize)> = Vec::new();
    for value in column.str().map_err(failed)?.iter() {
        match runs.last_mut() {
            Some((last, count)) if last.as_deref() == value => *count += 1,
            Some(_) | None => runs.push((value.map(str::to_string), 1)),
        }
    }
    Ok(runs)
}

/// Reads a derived table of these columns back.
pub(super) fn read_table(columns: DerivedTable, path: &Path) -> Result<DerivedTable, Diagnostic> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, error))?;
    let frame = frame(path, &bytes)?;
    let column = |(name, _)| Ok((name, texts(&frame, name, path)?));
    columns.into_iter().map(column).collect()
}

fn frame(path: &Path, bytes: &[u8]) -> Result<DataFrame, Diagnostic> {
    ParquetReader::new(Cursor::new(bytes))
        .finish()
        .map_err(|error| unreadable(path, error))
}

fn texts(frame: &DataFrame, name: &str, path: &Path) -> Result<Vec<Option<String>>, Diagnostic> {
    let failed = |error: polars::error::PolarsError| unreadable(path, error);
    let column = frame.column(name).map_err(failed)?;
    Ok(match column.dtype() {
        DataType::Datetime(..) => {
            let instants = column.datetime().map_err(failed)?.physical().iter();
            instants.map(|at| at.map(instants::rfc3339)).collect()
        }
        DataType::Float64 => {
            let numbers = column.f64().map_err(failed)?.iter();
            let written = numbers.map(|number| number.map(|number| number.to_string()));
            written.collect()
        }
        _ => {
            let values = column.str().map_err(failed)?.iter();
            values.map(|value| value.map(str::to_string)).collect()
        }
    })
}

fn severity(definitions: &Definitions) -> Option<&Scale> {
    let mut scales = definitions.scales.iter();
    scales
        .find(|scale| scale.name == "severity")
        .map(AsRef::as_ref)
}
