//! Loads of tests: whatever is loaded can be queried, each column also alone.

use polars::prelude::{
    Column as FrameColumn, DataFrame, DataType, Engine, IntoLazy, LazyFrame, PolarsResult, col,
};
use riskql::base::diagnostic::Problems;
use riskql::exec::data::{Location, TableCache, TableSource, TableSources};
use riskql::lang::model::Definitions;
use riskql::plan::Requirements;

pub fn load(
    definitions: &Definitions,
    locations: &[Location],
    request: &Requirements,
) -> Result<TableSources, Problems> {
    let mut sources = TableCache::new(locations.to_vec()).sources(definitions, request)?;
    let frame = |table: &TableSource| {
        let frame = collect(&sources, table);
        columns_alone(&sources, table, &frame);
        frame.lazy()
    };
    let frames = sources.tables.iter();
    let frames: Vec<Option<LazyFrame>> = frames.map(|table| table.as_ref().map(frame)).collect();
    // The folder of a test may be gone when its values are looked at.
    for (table, frame) in sources.tables.iter_mut().zip(frames) {
        if let (Some(table), Some(frame)) = (table, frame) {
            table.frame = frame;
        }
    }
    Ok(sources)
}

/// Columns read alone, so that nothing else of the table is read, hold the same values.
#[track_caller]
fn columns_alone(sources: &TableSources, table: &TableSource, frame: &DataFrame) {
    for column in frame.columns() {
        let name = column.name().as_str();
        let alone = table.frame.clone().select([col(name)]);
        let alone = sources.run(|| streamed(alone)).expect("a query");
        assert_eq!(alone.height(), table.rows, "{name}");
        assert_eq!(written(&alone.columns()[0]), written(column), "{name}");
    }
}

pub fn collect(sources: &TableSources, table: &TableSource) -> DataFrame {
    let frame = sources
        .run(|| streamed(table.frame.clone()))
        .expect("a query");
    let names: Vec<String> = frame
        .get_column_names()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, table.scanned.columns);
    assert!(names.is_empty() || frame.height() == table.rows);
    frame
}

pub fn streamed(frame: LazyFrame) -> PolarsResult<DataFrame> {
    let result = frame.collect_with_engine(Engine::Streaming)?;
    Ok(result.unwrap_single())
}

/// Values in words; missing is `-`.
pub fn written(column: &FrameColumn) -> Vec<String> {
    let series = column.as_materialized_series();
    fn all<T>(values: impl Iterator<Item = Option<T>>, write: impl Fn(T) -> String) -> Vec<String> {
        values
            .map(|value| value.map_or_else(|| "-".to_owned(), &write))
            .collect()
    }
    match series.dtype() {
        DataType::UInt8 => all(series.u8().expect("codes").iter(), |code| code.to_string()),
        DataType::Boolean => all(series.bool().expect("answers").iter(), |answer| {
            u8::from(answer).to_string()
        }),
        DataType::Float64 => all(series.f64().expect("numbers").iter(), |number| {
            number.to_string()
        }),
        DataType::Int64 => all(series.i64().expect("instants").iter(), |micros| {
            let instant = chrono::DateTime::from_timestamp_micros(micros).expect("in range");
            instant.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()
        }),
        DataType::String => all(series.str().expect("texts").iter(), |text| {
            assert!(!text.trim().is_empty() || !text.is_ascii(), "blank");
            text.to_owned()
        }),
        other => panic!("no canonical type: {other}"),
    }
}
