//! Every load of these tests is done both ways: into vectors, and as the source of a lazy query. They
//! have to agree in all they say and in every value.

use polars::prelude::{
    Column as FrameColumn, DataFrame, DataType, Engine, LazyFrame, PolarsResult, col,
};
use riskql::base::diagnostic::Problems;
use riskql::exec::data::{self, Dataset, Location, Request, TableCache, TableSource, TableSources};
use riskql::lang::model::{Definitions, TableId};

use super::fixture::{messages, shown};

pub fn load(
    definitions: &Definitions,
    locations: &[Location],
    request: &Request,
) -> Result<Dataset, Problems> {
    let dataset = data::load(definitions, locations, request);
    let sources = TableCache::new(locations.to_vec()).sources(definitions, request);
    match (&dataset, sources) {
        (Ok(dataset), Ok(sources)) => agree(definitions, request, dataset, &sources),
        (Ok(_), Err(problems)) => panic!("only lazily: {:#?}", messages(problems)),
        (Err(problems), Ok(_)) => panic!("not lazily: {:#?}", messages(problems.clone())),
        (Err(problems), Err(lazily)) => {
            assert_eq!(messages(problems.clone()), messages(lazily));
        }
    }
    dataset
}

#[track_caller]
fn agree(definitions: &Definitions, request: &Request, dataset: &Dataset, sources: &TableSources) {
    assert_eq!(dataset.notes, sources.notes);
    assert_eq!(dataset.fingerprint, sources.fingerprint);
    assert_eq!(
        data::watermark(definitions, dataset),
        data::latest_event(definitions, sources)
    );
    assert_eq!(dataset.tables.len(), sources.tables.len());
    for (id, table) in sources.tables.iter().enumerate() {
        let id = TableId(id);
        let (Some(table), Some(data)) = (table, dataset.table(id)) else {
            assert_eq!(table.is_some(), dataset.table(id).is_some());
            continue;
        };
        assert_eq!((data.rows, &data.absent), (table.rows, &table.absent));
        let frame = collect(sources, table);
        let asked = request.tables.get(&id);
        for column in asked.iter().flat_map(|asked| asked.columns.keys()) {
            let name = &definitions.table(id).columns[*column].name;
            let lazily = written(frame.column(name).expect("asked for"));
            assert_eq!(shown(dataset, id, *column), lazily, "{name}");
            // Alone, so that nothing else of the table is read.
            let alone = table.frame.clone().select([col(name.as_str())]);
            let alone = sources.run(|| streamed(alone)).expect("a query");
            assert_eq!(alone.height(), table.rows, "{name}");
            assert_eq!(written(&alone.columns()[0]), lazily, "{name}");
        }
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

/// Values as [`shown`] writes them.
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
