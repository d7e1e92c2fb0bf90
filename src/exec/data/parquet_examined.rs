//! The values of a Parquet file looked at once and not kept: row groups in parallel, each dropped when
//! it was seen, so that a file may be larger than the memory.

use std::path::Path;

use rayon::prelude::*;

use super::columnar::Examined;
use super::columns::{Values, Wanted, ranges};
use super::frames::convert_series;
use super::guard::guarded;
use super::parquet::{LARGE_GROUP, Layout, damaged};
use crate::base::cancellation;
use crate::base::diagnostic::Problems;
use crate::lang::model::Calendar;

/// Examines columns that the file has; see [`super::columnar::ColumnarFile::examine`].
pub(super) fn examine(
    path: &Path,
    name: &str,
    wanted: &[Wanted],
    hashed: Option<usize>,
    calendar: &Calendar,
) -> Result<Vec<Examined>, Problems> {
    let work = Work {
        file: Layout::read(path).map_err(|reason| damaged(name, &reason))?,
        path,
        wanted,
        hashed,
        calendar,
    };
    let lengths = work.file.lengths();
    let parts: Vec<Vec<Part>> = tasks(&lengths, wanted.len())
        .into_par_iter()
        .with_max_len(1)
        .map(|task| work.examine(&task))
        .collect::<Result<_, String>>()
        .map_err(|reason| damaged(name, &reason))?;
    let ranges = ranges(&lengths);
    let mut examined: Vec<Examined> = wanted.iter().map(|_| Examined::default()).collect();
    for part in parts.into_iter().flatten() {
        examined[part.wanted].append(part.examined, ranges[part.group].start);
    }
    Ok(examined)
}

/// Columns of one row group, as indexes into the wanted ones.
struct Task {
    group: usize,
    wanted: Vec<usize>,
}

/// What one column of one row group told.
struct Part {
    group: usize,
    wanted: usize,
    examined: Examined,
}

/// In the order of row groups.
fn tasks(lengths: &[usize], columns: usize) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (group, rows) in lengths.iter().enumerate() {
        let together = if *rows > LARGE_GROUP { 1 } else { columns };
        if *rows == 0 || together == 0 {
            continue;
        }
        let all: Vec<usize> = (0..columns).collect();
        tasks.extend(all.chunks(together).map(|wanted| Task {
            group,
            wanted: wanted.to_vec(),
        }));
    }
    tasks
}

struct Work<'a> {
    file: Layout,
    path: &'a Path,
    wanted: &'a [Wanted],
    hashed: Option<usize>,
    calendar: &'a Calendar,
}

impl Work<'_> {
    fn examine(&self, task: &Task) -> Result<Vec<Part>, String> {
        guarded(|| {
            let wanted = task.wanted.iter().map(|index| &self.wanted[*index]);
            let places = wanted.map(|wanted| self.file.place(wanted).ok_or("a column is gone"));
            let places: Vec<usize> = places.collect::<Result<_, _>>()?;
            let frame = self.file.decode(self.path, task.group, places)?;
            // A row is done when all its columns are.
            cancellation::beat(frame.height() * task.wanted.len() / self.wanted.len());
            let part = |index: &usize| {
                cancellation::listen();
                let wanted = &self.wanted[*index];
                let column = frame.column(&wanted.name);
                let column = column.map_err(|error| error.to_string())?;
                let series = column.as_materialized_series();
                let mut values = Values::zeroed(&wanted.meaning, series.len());
                let mut slot = values.slots(&[series.len()]).remove(0);
                let faults = convert_series(series, &wanted.meaning, self.calendar, &mut slot)?;
                let keeps_hashes = self.hashed == Some(wanted.column);
                Ok(Part {
                    group: task.group,
                    wanted: *index,
                    examined: Examined::of(values, faults, keeps_hashes),
                })
            };
            task.wanted.iter().map(part).collect()
        })
    }
}
