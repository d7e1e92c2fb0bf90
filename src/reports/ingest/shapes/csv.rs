//! CSV → an array of objects, one a row, by the names in the first line, or in the first line of the table
//! where other lines stand above it.
//!
//! What is not whole is refused: a cell whose quotes never end, a row that is longer or shorter than the
//! first. Half a table read as a whole one would close what it does not reach. The cells of columns of one
//! name are a list: whether that may be is the source's to say.

use std::borrow::Cow;

use jaq_json::Val;

use super::preamble;
use super::table::{CellTable, TableRows};
use super::{Budget, begun};
use crate::exec::data::{CellText, cell_text};
use crate::lang::model::ArrayPath;

/// Reads rows; the separator is the one that the first line has most of, or that a line `sep=;` names. What
/// stands in comment lines above the names, and other lines above the table, is the member `#` of the first
/// row, of each portion too. Columns of a table without names are called `1`, `2`, ….
///
/// # Errors
///
/// In words: what is not whole, and in which line.
pub(super) fn read(text: &str, budget: &mut Budget) -> Result<CellTable, String> {
    let Located {
        above,
        table,
        separator,
        is_named,
        lines_before,
    } = located(text)?;
    let mut reader = reader(table, separator, is_named);
    let names = names(&mut reader, is_named)?;
    // Counted before any of it is kept: a row has a value in every column.
    Budget::new().take(count(table, separator, is_named) * names.len() as u64)?;
    let mut rows = TableRows::new(names, above);
    for record in reader.records() {
        let record = record.map_err(|error| format!("it is no CSV: {error}"))?;
        let line = record.position().map_or(0, |at| at.line() as usize) + lines_before;
        rows.add(&format!("line {line}"), record.iter(), false, budget)?;
    }
    Ok(rows.finish())
}

/// A large table, to be read when it is known how.
pub struct LargeTable<'a> {
    text: Cow<'a, str>,
    /// What stands above the table.
    above: String,
    separator: u8,
    names: Vec<String>,
    /// Where in the text its rows begin, and in which line.
    rows: LinePlace,
}

/// A byte of a text, and its line, from 1.
#[derive(Clone, Copy)]
struct LinePlace {
    byte: usize,
    line: usize,
}

impl<'a> LargeTable<'a> {
    /// Looks for the table of a text.
    ///
    /// # Errors
    ///
    /// In words: a cell whose quotes never end.
    pub fn new(text: Cow<'a, str>) -> Result<LargeTable<'a>, String> {
        let whole = begun(&text);
        let located = located(whole)?;
        let table = text.len() - located.table.len();
        let mut reader = reader(located.table, located.separator, located.is_named);
        let names = names(&mut reader, located.is_named)?;
        let mut rows = LinePlace {
            byte: table,
            line: located.lines_before + 1,
        };
        if located.is_named {
            rows.byte += reader.position().byte() as usize;
            rows.line = located.lines_before + reader.position().line() as usize;
        }
        let (above, separator) = (located.above, located.separator);
        Ok(LargeTable {
            above,
            separator,
            names,
            rows,
            text,
        })
    }

    /// What the format is recognised by, without other rows.
    pub(super) fn sample(&self) -> Result<CellTable, String> {
        self.table(self.rows, self.text.len(), 1)
    }

    pub fn whole(&self) -> Result<Val, String> {
        Ok(read(begun(&self.text), &mut Budget::new())?.rows)
    }

    /// Divides the rows into runs of so many bytes at least; one where the rows are not to be divided.
    pub fn portions(&self, paths: &[ArrayPath], portion: usize) -> TablePortions<'_> {
        let is_divided = paths.iter().any(|path| path.0.is_empty());
        let rows = &self.text[self.rows.byte..];
        let mut reader = reader(rows, self.separator, false);
        let mut record = ::csv::ByteRecord::new();
        let mut starts = vec![self.rows];
        // Where the next portion begins, if another row comes: none is without rows.
        let mut next: Option<LinePlace> = None;
        let (mut from, mut has_rows) = (0, false);
        while let Ok(true) = reader.read_byte_record(&mut record) {
            if !record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                has_rows = true;
                starts.extend(next.take());
            }
            let at = reader.position();
            let byte = at.byte() as usize;
            if is_divided && has_rows && next.is_none() && byte - from >= portion {
                from = byte;
                next = Some(LinePlace {
                    byte: self.rows.byte + byte,
                    line: self.rows.line + at.line() as usize - 1,
                });
            }
        }
        TablePortions {
            table: self,
            starts,
        }
    }

    /// The first rows between two places, below what stands above the table.
    fn table(&self, from: LinePlace, to: usize, most: usize) -> Result<CellTable, String> {
        let mut rows = TableRows::new(self.names.clone(), self.above.clone());
        let mut reader = reader(&self.text[from.byte..to], self.separator, false);
        let mut budget = Budget::new();
        for record in reader.records() {
            let record = record.map_err(|error| format!("it is no CSV: {error}"))?;
            let line = record.position().map_or(1, |at| at.line() as usize) + from.line - 1;
            rows.add(&format!("line {line}"), record.iter(), false, &mut budget)?;
            if rows.len() == most {
                break;
            }
        }
        Ok(rows.finish())
    }
}

/// What of a table is read at a time.
pub struct TablePortions<'a> {
    table: &'a LargeTable<'a>,
    starts: Vec<LinePlace>,
}

impl TablePortions<'_> {
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The rows of a portion.
    pub fn value(&self, index: usize) -> Result<Val, String> {
        let end = self.starts.get(index + 1);
        let end = end.map_or(self.table.text.len(), |next| next.byte);
        Ok(self.table.table(self.starts[index], end, usize::MAX)?.rows)
    }
}

/// A table, and what is told of it above.
struct Located<'a> {
    above: String,
    table: &'a str,
    separator: u8,
    /// Whether the first line of the table are the names of its columns.
    is_named: bool,
    lines_before: usize,
}

/// Where in a text its table is.
fn located(text: &str) -> Result<Located<'_>, String> {
    let CellText {
        comment: mut above,
        separator,
        table,
    } = cell_text(text, b',');
    let line_of = |table: &str| text[..text.len() - table.len()].matches('\n').count();
    if let Some(line) = open_quotes(table, separator) {
        let line = line + line_of(table);
        return Err(format!(
            "line {line}: a cell begins with a quote that never ends, so what comes after it is missing or part of it"
        ));
    }
    let (table, is_named) = match preamble::below(table, separator) {
        Some(found) => {
            above += found.above.trim();
            (found.table, found.is_named)
        }
        None => (table, true),
    };
    Ok(Located {
        above,
        table,
        separator,
        is_named,
        lines_before: line_of(table),
    })
}

/// The line of a cell whose quotes are still open at the end.
fn open_quotes(table: &str, separator: u8) -> Option<usize> {
    let mut line = 1;
    // The line in which the quotes began that are open; whether a cell begins here.
    let mut open = None;
    let mut is_start = true;
    let mut bytes = table.bytes().peekable();
    while let Some(byte) = bytes.next() {
        line += usize::from(byte == b'\n');
        match (byte, open) {
            (b'"', Some(_)) => match bytes.peek() {
                // Two quotes inside of quotes are one.
                Some(b'"') => drop(bytes.next()),
                _ => open = None,
            },
            (_, Some(_)) => {}
            (b'"', None) if is_start => open = Some(line),
            (_, None) => is_start = byte == separator || byte == b'\n' || byte == b'\r',
        }
        if open.is_some() {
            is_start = false;
        }
    }
    open
}

/// The names of the columns: the first line, or numbers from 1 where that is a row.
fn names(reader: &mut ::csv::Reader<&[u8]>, is_named: bool) -> Result<Vec<String>, String> {
    let first = reader.headers();
    let first = first.map_err(|error| format!("it is no CSV: {error}"))?;
    if is_named {
        return Ok(first.iter().map(str::to_string).collect());
    }
    Ok((1..=first.len()).map(|number| number.to_string()).collect())
}

/// Reads lines of any width; the first is a row unless it are names.
pub(super) fn reader(text: &str, separator: u8, is_named: bool) -> ::csv::Reader<&[u8]> {
    ::csv::ReaderBuilder::new()
        .has_headers(is_named)
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// How many rows there are; a mistake in them is found when they are read.
fn count(text: &str, separator: u8, is_named: bool) -> u64 {
    let mut reader = reader(text, separator, is_named);
    let mut record = ::csv::ByteRecord::new();
    let mut rows = 0;
    while let Ok(true) = reader.read_byte_record(&mut record) {
        rows += 1;
    }
    rows
}
