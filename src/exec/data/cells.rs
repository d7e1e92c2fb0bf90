//! Rows of text cells in one buffer: what CSV and JSON are read into before conversion.

use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::columns::{ColumnRequest, TypedColumn};
use super::convert::convert_cells;
use super::raw::{Numbering, RawTable};
use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// A batch is handed on when it has this many rows or bytes.
const BATCH_ROWS: usize = 16_384;
const BATCH_BYTES: usize = 8 << 20;

/// Some rows of the wanted columns. An empty cell is a missing one.
pub(super) struct Cells {
    width: usize,
    rows: usize,
    bytes: Vec<u8>,
    /// Where each cell ends, row by row.
    ends: Vec<u32>,
    pub numbering: Numbering,
}

impl Cells {
    pub(super) fn new(width: usize, numbering: Numbering) -> Self {
        Cells {
            width,
            rows: 0,
            bytes: Vec::new(),
            ends: Vec::new(),
            numbering,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether the batch should be handed on.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes.len() >= BATCH_BYTES
    }

    /// Adds a cell to the row that is being written.
    #[inline]
    pub(super) fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.ends.push(self.bytes.len() as u32);
    }

    /// Ends a row that came from this line, or is the row of this number.
    #[inline]
    pub(super) fn end_row(&mut self, number: u64) {
        self.numbering.push(self.rows, number);
        self.rows += 1;
    }

    /// The row and the column of the cell that holds the first byte that is not UTF-8.
    fn invalid_cell(&self) -> Option<(usize, usize)> {
        let place = match std::str::from_utf8(&self.bytes) {
            Ok(text) if text.is_ascii() => return None,
            // Two broken cells can look whole when they touch.
            Ok(text) => self
                .ends
                .iter()
                .position(|end| !text.is_char_boundary(*end as usize))?,
            Err(error) => self
                .ends
                .partition_point(|end| *end as usize <= error.valid_up_to()),
        };
        Some((place / self.width, place % self.width))
    }

    fn column<'a>(&'a self, text: &'a str, column: usize) -> impl Iterator<Item = Option<&'a str>> {
        (0..self.rows).map(move |row| {
            let place = row * self.width + column;
            let start = if place == 0 { 0 } else { self.ends[place - 1] };
            text.get(start as usize..self.ends[place] as usize)
        })
    }
}

/// What one batch became.
pub(super) struct ConvertedBatch {
    rows: usize,
    columns: Vec<TypedColumn>,
    numbering: Numbering,
}

/// Converts a batch; `name` is what messages call the file.
pub(super) fn convert_batch(
    name: &str,
    cells: Cells,
    wanted: &[ColumnRequest],
    calendar: &Calendar,
) -> Result<ConvertedBatch, Diagnostic> {
    cancellation::beat(cells.rows);
    if let Some((row, column)) = cells.invalid_cell() {
        return Err(Diagnostic::data(
            "D110",
            format!(
                "`{name}`, {}: column `{}` is not UTF-8 text",
                cells.numbering.describe(row),
                wanted[column].name
            ),
        )
        .help("save the file as UTF-8"));
    }
    let text = std::str::from_utf8(&cells.bytes).unwrap_or_default();
    let columns = wanted.iter().enumerate();
    let columns =
        columns.map(|(place, wanted)| convert_cells(cells.column(text, place), wanted, calendar));
    Ok(ConvertedBatch {
        rows: cells.rows,
        columns: columns.collect(),
        numbering: cells.numbering,
    })
}

/// Converts batches on all threads while `feed` reads the next ones, and returns the results in the
/// order of the batches. When enough of them wait, the reading thread converts one itself, so that
/// memory stays bounded and nothing ever blocks.
pub(super) fn convert_while_reading<B: Send, P: Send>(
    feed: impl FnOnce(&mut dyn FnMut(B)) -> Result<(), Diagnostic> + Send,
    convert: impl Fn(B) -> Result<P, Diagnostic> + Sync,
) -> Result<Vec<P>, Problems> {
    let results: Mutex<Vec<(usize, Result<P, Diagnostic>)>> = Mutex::new(Vec::new());
    let waiting = AtomicUsize::new(0);
    let most_waiting = 2 * rayon::current_num_threads();
    let work = |number: usize, batch: B| {
        let result = convert(batch);
        results
            .lock()
            .expect("no thread panics")
            .push((number, result));
    };
    let mut next = 0;
    let outcome = rayon::scope(|scope| {
        feed(&mut |batch| {
            cancellation::listen();
            let number = next;
            next += 1;
            if waiting.load(Ordering::Relaxed) >= most_waiting {
                work(number, batch);
                return;
            }
            waiting.fetch_add(1, Ordering::Relaxed);
            let (work, waiting) = (&work, &waiting);
            scope.spawn(move |_| {
                work(number, batch);
                waiting.fetch_sub(1, Ordering::Relaxed);
            });
        })
    });
    in_order(results.into_inner().expect("no thread panics"), outcome)
}

fn in_order<P: Send>(
    mut results: Vec<(usize, Result<P, Diagnostic>)>,
    outcome: Result<(), Diagnostic>,
) -> Result<Vec<P>, Problems> {
    results.par_sort_unstable_by_key(|(number, _)| *number);
    let mut converted = Vec::with_capacity(results.len());
    for (_, result) in results {
        converted.push(result?);
    }
    outcome?;
    Ok(converted)
}

/// Joins batches to a table. `present` says which of the wanted columns the file has; the cells of
/// the others are not in the batches.
pub(super) fn assemble(
    header: Vec<String>,
    wanted: &[ColumnRequest],
    present: &[bool],
    batches: Vec<ConvertedBatch>,
    mut numbering: Numbering,
) -> RawTable {
    let mut rows = 0;
    let read: Vec<&ColumnRequest> = of_present(wanted, present).collect();
    let mut parts: Vec<Vec<TypedColumn>> = read.iter().map(|_| Vec::new()).collect();
    for batch in batches {
        numbering.append(batch.numbering, rows);
        rows += batch.rows;
        for (parts, column) in parts.iter_mut().zip(batch.columns) {
            parts.push(column);
        }
    }
    let columns = read.into_par_iter().zip(parts);
    let columns: Vec<TypedColumn> = columns
        .map(|(wanted, parts)| TypedColumn::concat(wanted, parts))
        .collect();
    let mut columns = columns.into_iter();
    let columns = present
        .iter()
        .map(|present| present.then(|| columns.next()).flatten());
    RawTable {
        rows,
        header,
        columns: columns.collect(),
        numbering,
    }
}

/// The wanted columns that the file has.
pub(super) fn of_present<'a>(
    wanted: &'a [ColumnRequest],
    present: &'a [bool],
) -> impl Iterator<Item = &'a ColumnRequest> {
    wanted
        .iter()
        .zip(present)
        .filter_map(|(wanted, present)| present.then_some(wanted))
}
