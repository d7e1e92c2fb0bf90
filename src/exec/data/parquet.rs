//! Parquet files: row groups and columns in parallel, each straight into its final place.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{
    ArrowSchema, DataFrame, FileMetadata, ParallelStrategy, ParquetReader, SerReader,
};
use rayon::prelude::*;

use super::columns::{Column, Slot, Values, Wanted, ranges};
use super::dictionary::{Part, Words};
use super::faults::Faults;
use super::files::plain_words;
use super::frames::{check_type, convert_series};
use super::guard::guarded;
use super::parquet_pages;
use super::raw::{Numbering, RawTable};
use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// Row groups with more rows than this are read one column at a time, so that a file of few large
/// groups neither fills the memory nor leaves threads idle.
pub(super) const LARGE_GROUP: usize = 1 << 18;

/// Reads the wanted columns of a Parquet file.
pub(super) fn read(
    path: &Path,
    name: &str,
    wanted: &[Wanted],
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let file = Layout::read(path).map_err(|reason| damaged(name, &reason))?;
    let places = file.places(name, wanted)?;
    let lengths = file.lengths();
    let rows = checked_rows(name, &lengths, places.iter().flatten().count())?;
    let mut values: Vec<Option<Values>> = wanted
        .iter()
        .zip(&places)
        .map(|(wanted, place)| place.map(|_| Values::zeroed(&wanted.meaning, rows)))
        .collect();
    let columns = places.iter().flatten().count();
    let tasks = split_work(&mut values, &places, &lengths);
    let results: Vec<Vec<Done>> = tasks
        .into_par_iter()
        .with_max_len(1)
        .map(|task| {
            // A row is done when all its columns are.
            cancellation::beat(task.rows * task.columns.len() / columns);
            file.convert(path, task, wanted, calendar)
        })
        .collect::<Result<_, String>>()
        .map_err(|reason| damaged(name, &reason))?;
    Ok(RawTable {
        rows,
        header: file.header,
        columns: assemble(values, &lengths, results.into_iter().flatten().collect()),
        numbering: Numbering::rows(),
    })
}

/// What a file says of itself: its columns and how many rows it has.
pub(super) fn summary(path: &Path, name: &str) -> Result<(Arc<ArrowSchema>, usize), Diagnostic> {
    let file = Layout::read(path).map_err(|reason| damaged(name, &reason))?;
    let rows = checked_rows(name, &file.lengths(), 1)?;
    Ok((file.schema, rows))
}

/// Looks at the page headers of some columns in all row groups.
pub(super) fn check_pages(path: &Path, name: &str, wanted: &[Wanted]) -> Result<(), Problems> {
    let check = || {
        let file = Layout::read(path)?;
        let mut open = File::open(path).map_err(|error| error.to_string())?;
        let places = wanted.iter().filter_map(|wanted| file.place(wanted));
        let places: Vec<usize> = places.collect();
        (0..file.groups.len()).try_for_each(|group| file.check_pages(&mut open, group, &places))
    };
    guarded(check).map_err(|reason| damaged(name, &reason).into())
}

/// A damaged file, with the columnar library's words cut to one line.
pub(super) fn damaged(name: &str, reason: &str) -> Diagnostic {
    let message = format!("cannot read `{name}` as Parquet: {}", plain_words(reason));
    Diagnostic::data("D109", message)
}

/// Row numbers are 32 bits wide, and the memory has to be there.
fn checked_rows(name: &str, lengths: &[usize], columns: usize) -> Result<usize, Diagnostic> {
    let too_many = || Diagnostic::data("D114", format!("`{name}` has too many rows to be read"));
    let rows = lengths
        .iter()
        .try_fold(0usize, |rows, length| rows.checked_add(*length))
        .filter(|rows| *rows < super::NO_ROW as usize)
        .ok_or_else(too_many)?;
    Vec::<u64>::new()
        .try_reserve_exact(rows.saturating_mul(columns))
        .map_err(|_| too_many())?;
    Ok(rows)
}

/// What the end of the file tells: columns, and where the row groups are.
pub(super) struct Layout {
    header: Vec<String>,
    schema: Arc<ArrowSchema>,
    /// One for each row group, as if the file had no other.
    groups: Vec<Arc<FileMetadata>>,
}

impl Layout {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
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
            Ok(Layout {
                header: schema.iter_names().map(|name| name.to_string()).collect(),
                schema,
                groups: groups.collect(),
            })
        })
    }

    /// How many rows each row group has.
    pub(super) fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.num_rows).collect()
    }

    /// Where in the file a wanted column is.
    pub(super) fn place(&self, wanted: &Wanted) -> Option<usize> {
        self.header.iter().position(|name| *name == wanted.name)
    }

    /// Where in the file each wanted column is, if its type fits.
    fn places(&self, name: &str, wanted: &[Wanted]) -> Result<Vec<Option<usize>>, Problems> {
        let mut problems = Problems::default();
        let mut places = Vec::with_capacity(wanted.len());
        for column in wanted {
            let place = self.place(column);
            let field = place.and_then(|place| self.schema.get_at_index(place));
            if let Some((_, field)) = field
                && let Err(held) = check_type(&field.dtype, &column.meaning)
            {
                problems.push(super::report::wrong_type(name, column, &held));
            }
            places.push(place);
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(places)
    }

    fn convert(
        &self,
        path: &Path,
        task: Task<'_>,
        wanted: &[Wanted],
        calendar: &Calendar,
    ) -> Result<Vec<Done>, String> {
        guarded(|| {
            let places = task.columns.iter().map(|work| work.place).collect();
            let frame = self.decode(path, task.group, places)?;
            let mut done = Vec::with_capacity(task.columns.len());
            for mut work in task.columns {
                cancellation::listen();
                let wanted = &wanted[work.wanted];
                let column = frame
                    .column(&wanted.name)
                    .map_err(|error| error.to_string())?;
                let series = column.as_materialized_series();
                let faults = convert_series(series, &wanted.meaning, calendar, &mut work.slot)?;
                done.push(Done {
                    wanted: work.wanted,
                    group: task.group,
                    words: work.slot.into_words(),
                    faults,
                });
            }
            Ok(done)
        })
    }

    /// Some columns of a row group, given by their places in the file. To be called inside
    /// [`guarded`].
    pub(super) fn decode(
        &self,
        path: &Path,
        group: usize,
        places: Vec<usize>,
    ) -> Result<DataFrame, String> {
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

/// Some columns of one row group.
struct Task<'a> {
    group: usize,
    rows: usize,
    columns: Vec<Work<'a>>,
}

/// One column of it.
struct Work<'a> {
    /// Index into the wanted columns.
    wanted: usize,
    /// Index into the file's columns.
    place: usize,
    slot: Slot<'a>,
}

/// What converting one column of one row group told, beside the values.
struct Done {
    wanted: usize,
    group: usize,
    words: Words,
    faults: Faults,
}

fn split_work<'a>(
    values: &'a mut [Option<Values>],
    places: &[Option<usize>],
    lengths: &[usize],
) -> Vec<Task<'a>> {
    let mut groups: Vec<Vec<Work<'a>>> = lengths.iter().map(|_| Vec::new()).collect();
    for (wanted, (values, place)) in values.iter_mut().zip(places).enumerate() {
        let (Some(values), Some(place)) = (values, place) else {
            continue;
        };
        for (group, slot) in groups.iter_mut().zip(values.slots(lengths)) {
            group.push(Work {
                wanted,
                place: *place,
                slot,
            });
        }
    }
    let with_lengths = groups.into_iter().zip(lengths).enumerate();
    with_lengths
        .flat_map(|(group, (columns, rows))| tasks_of_group(group, *rows, columns))
        .collect()
}

fn tasks_of_group(group: usize, rows: usize, columns: Vec<Work<'_>>) -> Vec<Task<'_>> {
    if rows == 0 || columns.is_empty() {
        return Vec::new();
    }
    let task = |columns| Task {
        group,
        rows,
        columns,
    };
    if rows > LARGE_GROUP {
        columns.into_iter().map(|work| task(vec![work])).collect()
    } else {
        vec![task(columns)]
    }
}

fn assemble(
    values: Vec<Option<Values>>,
    lengths: &[usize],
    done: Vec<Done>,
) -> Vec<Option<Column>> {
    let mut by_column: Vec<Vec<Done>> = values.iter().map(|_| Vec::new()).collect();
    for one in done {
        by_column[one.wanted].push(one);
    }
    values
        .into_par_iter()
        .zip(by_column)
        .map(|(values, done)| values.map(|values| assemble_column(values, lengths, done)))
        .collect()
}

fn assemble_column(values: Values, lengths: &[usize], mut done: Vec<Done>) -> Column {
    done.sort_by_key(|one| one.group);
    let ranges = ranges(lengths);
    let mut faults = Faults::default();
    let mut parts = Vec::with_capacity(done.len());
    for one in done {
        let rows = ranges[one.group].clone();
        faults.append(one.faults, rows.start);
        parts.push(Part {
            rows,
            words: one.words,
        });
    }
    Column::from_parts(values, parts, faults)
}
