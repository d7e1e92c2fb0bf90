//! Columnar files as lazy frames: a query reads the columns and row groups it needs, and their values
//! are converted a batch at a time.

use polars::prelude::{
    CastColumnsPolicy, Column as FrameColumn, DataFrame, DataType, DslBuilder, Engine, Expr,
    ExtraColumnsPolicy, Field, HiveOptions, IntoColumn, IntoLazy, LazyFrame, MissingColumnsPolicy,
    ParquetOptions, PlRefPath, PolarsResult, Scalar, ScanSources, Schema, SchemaRef,
    UnifiedScanArgs, UnionArgs, all, col, concat, lit, polars_err,
};

use super::columnar_parts::ColumnarPart;
use super::columns::ColumnRequest;
use super::files::Format;
use super::frames::convert_series;
use super::guard::{guarded_query, uncaught};
use super::source::Scan;
use crate::base::cancellation;

/// The columns of the files of a table in canonical types, in the order given. Consecutive files that are read alike are one
/// scan, which skips those that a slice leaves out.
pub(super) fn lazy_frame(scan: &Scan) -> Result<LazyFrame, String> {
    let alike = scan
        .file
        .parts
        .chunk_by(|left, right| are_read_alike(scan, left, right));
    let frames: Result<Vec<LazyFrame>, String> = alike.map(|parts| frame_of(scan, parts)).collect();
    let mut frames = frames?;
    if frames.len() == 1 {
        return Ok(frames.remove(0));
    }
    concat(frames, UnionArgs::default()).map_err(|error| error.to_string())
}

/// Whether two files have the same of the wanted columns, in the same types, and the same values in the names of folders.
fn are_read_alike(scan: &Scan, left: &ColumnarPart, right: &ColumnarPart) -> bool {
    let held = |part: &ColumnarPart, wanted: &ColumnRequest| {
        let field = part.file.schema.get(&wanted.name);
        field.map(|field| field.dtype.clone())
    };
    let mut wanted = scan.wanted.iter();
    wanted.all(|wanted| {
        held(left, wanted) == held(right, wanted) && left.told(wanted) == right.told(wanted)
    })
}

/// The rows of files that are read alike.
fn frame_of(scan: &Scan, parts: &[ColumnarPart]) -> Result<LazyFrame, String> {
    let words = |error: polars::error::PolarsError| error.to_string();
    let first = &parts[0];
    let (present, absent): (Vec<&ColumnRequest>, Vec<&ColumnRequest>) = scan
        .wanted
        .iter()
        .partition(|wanted| first.file.has(wanted));
    if present.is_empty() {
        let rows = parts.iter().map(|part| part.file.rows).sum();
        let constants = absent.iter().map(|wanted| {
            let constant = first.constant(wanted, rows, &scan.calendar)?;
            Ok(constant.series.into_column())
        });
        let constants: Result<Vec<FrameColumn>, String> = constants.collect();
        let frame = DataFrame::new(rows, constants?).map_err(words)?;
        return Ok(frame.lazy());
    }
    let read: Vec<Expr> = present
        .iter()
        .map(|wanted| converted(scan, wanted))
        .collect();
    let frame = open(parts, &present).map_err(words)?.select(read);
    if absent.is_empty() {
        return Ok(frame);
    }
    let absent = absent.iter().map(|wanted| constant(scan, first, wanted));
    let absent: Result<Vec<Expr>, String> = absent.collect();
    let order: Vec<Expr> = scan
        .wanted
        .iter()
        .map(|wanted| col(wanted.name.as_str()))
        .collect();
    Ok(frame.with_columns(absent?).select(order))
}

/// Whether a lazy query can read what was read before: the library has two readers of Arrow files, and
/// they do not refuse the same damage.
pub(super) fn can_be_scanned(scan: &Scan) -> bool {
    let query = || {
        let frame = lazy_frame(scan).map_err(|reason| polars_err!(ComputeError: "{reason}"))?;
        let counts = frame.select([all().as_expr().null_count()]);
        counts.collect_with_engine(Engine::Streaming)
    };
    let outcome = guarded_query(query);
    cancellation::listen();
    outcome.is_ok()
}

/// A column that files lack: the value that the names of their folders tell, or missing.
fn constant(scan: &Scan, part: &ColumnarPart, wanted: &ColumnRequest) -> Result<Expr, String> {
    let one = part.constant(wanted, 1, &scan.calendar)?.series;
    let value = one.get(0).map_err(|error| error.to_string())?.into_static();
    let value = Scalar::new(wanted.meaning.data_type(), value);
    Ok(lit(value).alias(wanted.name.as_str()))
}

fn open(parts: &[ColumnarPart], present: &[&ColumnRequest]) -> PolarsResult<LazyFrame> {
    let paths = parts
        .iter()
        .map(|part| PlRefPath::try_from_path(&part.file.path));
    let sources = ScanSources::Paths(paths.collect::<PolarsResult<_>>()?);
    let file = &parts[0].file;
    let args = UnifiedScanArgs {
        glob: false,
        hive_options: HiveOptions::new_disabled(),
        cast_columns_policy: CastColumnsPolicy::ERROR_ON_MISMATCH,
        missing_columns_policy: MissingColumnsPolicy::Raise,
        // The schema names only what is wanted: other columns may be of types that are not read.
        extra_columns_policy: ExtraColumnsPolicy::Ignore,
        ..UnifiedScanArgs::default()
    };
    let fields = present
        .iter()
        .filter_map(|wanted| file.schema.get(&wanted.name));
    let builder = match file.format {
        Format::Parquet => {
            let options = ParquetOptions {
                schema: Some(SchemaRef::new(fields.map(Field::from).collect())),
                ..ParquetOptions::default()
            };
            DslBuilder::scan_parquet(sources, options, args)?
        }
        Format::Arrow => DslBuilder::scan_ipc(sources, Default::default(), args)?,
        Format::Csv | Format::Tsv | Format::Workbook | Format::Json => {
            unreachable!("text files are read whole")
        }
    };
    Ok(builder.build().into())
}

fn converted(scan: &Scan, wanted: &ColumnRequest) -> Expr {
    let (meaning, calendar) = (wanted.meaning.clone(), scan.calendar.clone());
    let file = scan.file.name.clone();
    let convert = move |column: FrameColumn| -> PolarsResult<FrameColumn> {
        let series = column.as_materialized_series();
        let work = || convert_series(series, &meaning, &calendar);
        let converted = uncaught(work).map_err(|reason| polars_err!(ComputeError: "{reason}"))?;
        if converted.bad.list().is_empty() {
            return Ok(converted.series.into_column());
        }
        let name = series.name();
        Err(polars_err!(ComputeError: "`{file}` column `{name}` has changed since it was checked"))
    };
    let to: DataType = wanted.meaning.data_type();
    let field = move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), to.clone()));
    col(wanted.name.as_str()).map_with_fmt_str(convert, field, "canonical")
}
