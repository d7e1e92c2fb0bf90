//! Parquet files: row groups in parallel, each column of them looked at on its own.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{
    ArrowSchema, DataFrame, FileMetadata, ParallelStrategy, ParquetReader, SerReader,
};

use super::columns::{ColumnRequest, TypedColumn};
use super::files::plain_words;
use super::frames::convert_series;
use super::guard::guarded;
use super::parquet_pages;
use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::parallel::in_parallel;
use crate::lang::model::Calendar;

/// Row groups with more rows than this are read one column at a time, so that a file of few large
/// groups neither fills the memory nor leaves threads idle.
const LARGE_GROUP: usize = 1 << 18;

/// Converts columns that the file has, row group by row group, and gives what `look` makes of each: by
/// column, in the order of row groups. Nothing else is kept, so that a file may be larger than the
/// memory.
pub(super) fn visit<T: Send>(
    path: &Path,
    name: &str,
    wanted: &[ColumnRequest],
    calendar: &Calendar,
    look: impl Fn(&ColumnRequest, TypedColumn) -> T + Sync,
) -> Result<Vec<Vec<T>>, Problems> {
    let file = ParquetLayout::read(path).map_err(|reason| damaged(name, &reason))?;
    let visit = |task: &RowGroupTask| {
        guarded(|| {
            let wanted_here = &wanted[task.columns.clone()];
            let places = wanted_here.iter().map(|wanted| file.place(wanted));
            let places: Option<Vec<usize>> = places.collect();
            let frame = file.decode(path, task.group, places.ok_or("a column is gone")?)?;
            // A row is done when all its columns are.
            cancellation::beat(frame.height() * wanted_here.len() / wanted.len());
            let convert = |wanted: &ColumnRequest| {
                cancellation::listen();
                let column = frame.column(&wanted.name);
                let column = column.map_err(|error| error.to_string())?;
                let series = column.as_materialized_series();
                let typed = convert_series(series, &wanted.meaning, calendar)?;
                Ok(look(wanted, typed))
            };
            wanted_here.iter().map(convert).collect()
        })
    };
    let tasks = tasks(&file.lengths(), wanted.len());
    // Not as tasks of a pool: a task that waits for the columnar library would run others on top of itself, each of which maps
    // the file.
    let done: Result<Vec<Vec<T>>, String> = in_parallel(&tasks, visit).into_iter().collect();
    let done = done.map_err(|reason| damaged(name, &reason))?;
    let mut by_column: Vec<Vec<T>> = wanted.iter().map(|_| Vec::new()).collect();
    for (task, done) in tasks.iter().zip(done) {
        for (column, one) in task.columns.clone().zip(done) {
            by_column[column].push(one);
        }
    }
    Ok(by_column)
}

/// Consecutive columns of one row group, as indexes into the wanted ones.
struct RowGroupTask {
    group: usize,
    columns: Range<usize>,
}

/// In the order of row groups.
fn tasks(lengths: &[usize], columns: usize) -> Vec<RowGroupTask> {
    let mut tasks = Vec::new();
    for (group, rows) in lengths.iter().enumerate().filter(|(_, rows)| **rows > 0) {
        let together = if *rows > LARGE_GROUP { 1 } else { columns };
        tasks.extend(
            (0..columns)
                .step_by(together.max(1))
                .map(|first| RowGroupTask {
                    group,
                    columns: first..(first + together).min(columns),
                }),
        );
    }
    tasks
}

/// What a file says of itself: its columns and how many rows it has.
pub(super) fn summary(path: &Path, name: &str) -> Result<(Arc<ArrowSchema>, usize), Diagnostic> {
    let file = ParquetLayout::read(path).map_err(|reason| damaged(name, &reason))?;
    let rows = checked_rows(name, &file.lengths(), 1)?;
    Ok((file.schema, rows))
}

/// Looks at the page headers of some columns in all row groups.
pub(super) fn check_pages(
    path: &Path,
    name: &str,
    wanted: &[ColumnRequest],
) -> Result<(), Problems> {
    let check = || {
        let file = ParquetLayout::read(path)?;
        let mut open = File::open(path).map_err(|error| error.to_string())?;
        let places = wanted.iter().filter_map(|wanted| file.place(wanted));
        let places: Vec<usize> = places.collect();
        (0..file.groups.len()).try_for_each(|group| file.check_pages(&mut open, group, &places))
    };
    guarded(check).map_err(|reason| damaged(name, &reason).into())
}

/// A damaged file, with the columnar library's words cut to one line.
fn damaged(name: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read `{name}` as Parquet: {}", plain_words(reason));
    Diagnostic::data("D109", message)
}

/// Row numbers are 32 bits wide, and the memory has to be there.
fn checked_rows(name: &str, lengths: &[usize], columns: usize) -> Result<usize, Diagnostic> {
    let too_many = || Diagnostic::data("D114", format!("`{name}` has too many rows to be read"));
    let rows = lengths
        .iter()
        .try_fold(0usize, |rows, length| rows.checked_add(*length))
        .filter(|rows| *rows < super::MOST_ROWS)
        .ok_or_else(too_many)?;
    Vec::<u64>::new()
        .try_reserve_exact(rows.saturating_mul(columns))
        .map_err(|_| too_many())?;
    Ok(rows)
}

/// What the end of the file tells: columns, and where the row groups are.
struct ParquetLayout {
    header: Vec<String>,
    schema: Arc<ArrowSchema>,
    /// One for each row group, as if the file had no other.
    groups: Vec<Arc<FileMetadata>>,
}

impl ParquetLayout {
    fn read(path: &Path) -> Result<Self, String> {
        guarded(|| {
            let file = File::open(path).map_err(|error| error.to_string())?;
            let mut reader = ParquetReader::new(file);
            let whole = reader
                .get_metadata()
                .map_err(|error| error.to_string())?
                .clone();
            let schema = reader.schema().map_err(|error| error.to_string())?;
            let groups = whole.row_groups.iter().map(|group| {
                let mut alone = without_groups(&whole);
                alone.num_rows = group.num_rows();
                alone.max_row_group_height = group.num_rows();
                alone.row_groups.push(group.clone());
                Arc::new(alone)
            });
            Ok(ParquetLayout {
                header: schema.iter_names().map(|name| name.to_string()).collect(),
                schema,
                groups: groups.collect(),
            })
        })
    }

    /// How many rows each row group has.
    fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.num_rows).collect()
    }

    /// Where in the file a wanted column is.
    fn place(&self, wanted: &ColumnRequest) -> Option<usize> {
        self.header.iter().position(|name| *name == wanted.name)
    }

    /// Some columns of a row group, given by their places in the file. To be called inside
    /// [`guarded`].
    fn decode(&self, path: &Path, group: usize, places: Vec<usize>) -> Result<DataFrame, String> {
        let mut file = File::open(path).map_err(|error| error.to_string())?;
        self.check_pages(&mut file, group, &places)?;
        let mut reader = ParquetReader::new(file)
            .read_parallel(ParallelStrategy::None)
            .with_projection(Some(places));
        reader.set_metadata(self.groups[group].clone());
        let frame = reader.finish().map_err(|error| error.to_string())?;
        let rows = self.groups[group].num_rows;
        if frame.columns().iter().any(|column| column.len() != rows) {
            return Err("a row group has fewer rows than it says".to_owned());
        }
        Ok(frame)
    }

    fn check_pages(&self, file: &mut File, group: usize, places: &[usize]) -> Result<(), String> {
        let rows = self.groups[group].num_rows;
        let group = &self.groups[group].row_groups[0];
        for place in places {
            let chunks = group.columns_under_root_iter(&self.header[*place]);
            for chunk in chunks.into_iter().flatten() {
                if chunk.num_values() != rows as i64 {
                    return Err("a column has more or fewer values than rows".to_owned());
                }
                parquet_pages::check(file, chunk.byte_range(), rows)?;
            }
        }
        Ok(())
    }
}

/// Everything of the metadata but the row groups, which are the bulk of it.
fn without_groups(whole: &FileMetadata) -> FileMetadata {
    FileMetadata {
        version: whole.version,
        num_rows: 0,
        max_row_group_height: 0,
        created_by: None,
        row_groups: Vec::new(),
        key_value_metadata: whole.key_value_metadata.clone(),
        schema_descr: whole.schema_descr.clone(),
        column_orders: None,
        footer_buf: whole.footer_buf.clone(),
    }
}
