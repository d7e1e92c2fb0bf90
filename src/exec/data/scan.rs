//! Columnar files as lazy frames: a query reads the columns and row groups it needs, and their values
//! are converted a batch at a time.

use polars::prelude::{
    CastColumnsPolicy, Column as FrameColumn, DataFrame, DataType, DslBuilder, Engine, Expr,
    ExtraColumnsPolicy, Field, HiveOptions, IntoColumn, IntoLazy, LazyFrame, MissingColumnsPolicy,
    NULL, ParquetOptions, PlRefPath, PolarsResult, ScanSources, Schema, SchemaRef, UnifiedScanArgs,
    all, col, lit, polars_err,
};

use super::columns::{ColumnRequest, TypedColumn};
use super::files::Format;
use super::frames::convert_series;
use super::guard::{guarded_query, uncaught};
use super::source::Scan;
use crate::base::cancellation;

/// The columns of a file in canonical types, in the order given.
pub(super) fn lazy_frame(scan: &Scan) -> Result<LazyFrame, String> {
    let words = |error: polars::error::PolarsError| error.to_string();
    let present: Vec<&ColumnRequest> = scan
        .wanted
        .iter()
        .filter(|wanted| scan.file.has(wanted))
        .collect();
    if present.is_empty() {
        let missing = scan.wanted.iter().map(|wanted| {
            TypedColumn::missing(wanted, scan.file.rows)
                .series
                .into_column()
        });
        let frame = DataFrame::new(scan.file.rows, missing.collect()).map_err(words)?;
        return Ok(frame.lazy());
    }
    let read: Vec<Expr> = present
        .iter()
        .map(|wanted| converted(scan, wanted))
        .collect();
    let absent = scan.wanted.iter().filter(|wanted| !scan.file.has(wanted));
    let absent: Vec<Expr> = absent.map(missing).collect();
    let frame = open(scan, &present).map_err(words)?.select(read);
    if absent.is_empty() {
        return Ok(frame);
    }
    let order: Vec<Expr> = scan
        .wanted
        .iter()
        .map(|wanted| col(wanted.name.as_str()))
        .collect();
    Ok(frame.with_columns(absent).select(order))
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

fn missing(wanted: &ColumnRequest) -> Expr {
    lit(NULL)
        .cast(wanted.meaning.data_type())
        .alias(wanted.name.as_str())
}

fn open(scan: &Scan, present: &[&ColumnRequest]) -> PolarsResult<LazyFrame> {
    let path = PlRefPath::try_from_path(&scan.file.path)?;
    let sources = ScanSources::Paths([path].into_iter().collect());
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
        .filter_map(|wanted| scan.file.schema.get(&wanted.name));
    let builder = match scan.file.format {
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
