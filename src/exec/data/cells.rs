//! Rows of text cells in one buffer: what CSV and JSON are read into before conversion.

use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::columns::{Chunk, Column, Meaning, Values, Wanted, join};
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
pub(super) struct Piece {
    rows: usize,
    chunks: Vec<Chunk>,
    numbering: Numbering,
}

/// Converts a batch; `name` is what messages call the file.
pub(super) fn convert_batch(
    name: &str,
    cells: Cells,
    wanted: &[Wanted],
    calendar: &Calendar,
) -> Result<Piece, Diagnostic> {
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
    let chunks = wanted.iter().enumerate().map(|(column, wanted)| {
        let mut values = Values::zeroed(&wanted.meaning, cells.rows);
        let mut slots = values.slots(&[cells.rows]);
        let mut slot = slots.remove(0);
        let texts = cells.column(text, column);
        let faults = convert_cells(texts, &wanted.meaning, calendar, &mut slot);
        let words = slot.into_words();
        Chunk {
            values,
            words,
            faults,
        }
    });
    Ok(Piece {
        rows: cells.rows,
        chunks: chunks.collect(),
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
    let mut pieces = Vec::with_capacity(results.len());
    for (_, result) in results {
        pieces.push(result?);
    }
    outcome?;
    Ok(pieces)
}

/// Joins batches to a table. `present` says which of the wanted columns the file has; the cells of
/// the others are not in the pieces.
pub(super) fn assemble(
    header: Vec<String>,
    wanted: &[Wanted],
    present: &[bool],
    pieces: Vec<Piece>,
    mut numbering: Numbering,
) -> RawTable {
    let mut rows = 0;
    let mut chunks = Vec::with_capacity(pieces.len());
    for piece in pieces {
        numbering.append(piece.numbering, rows);
        rows += piece.rows;
        chunks.push((piece.rows, piece.chunks));
    }
    let meanings: Vec<Meaning> = of_present(wanted, present)
        .map(|wanted| wanted.meaning.clone())
        .collect();
    let mut read = join(&meanings, chunks).into_iter();
    let columns: Vec<Option<Column>> = present
        .iter()
        .map(|present| present.then(|| read.next()).flatten())
        .collect();
    RawTable {
        rows,
        header,
        columns,
        numbering,
    }
}

/// The wanted columns that the file has.
pub(super) fn of_present<'a>(
    wanted: &'a [Wanted],
    present: &'a [bool],
) -> impl Iterator<Item = &'a Wanted> {
    wanted
        .iter()
        .zip(present)
        .filter_map(|(wanted, present)| present.then_some(wanted))
}
