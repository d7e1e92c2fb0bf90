//! CSV → an array of objects, one a row, by the names in the first line, or in the first line of the table
//! where other lines stand above it.
//!
//! What is not whole is refused: a cell whose quotes never end, a row that is longer or shorter than the
//! first. Half a table read as a whole one would close what it does not reach. The cells of columns of one
//! name are a list: whether that may be is the source's to say.

use super::Budget;
use super::preamble;
use super::table::{CellTable, TableRows};

/// Reads rows; the separator is the one that the first line has most of, or that a line `sep=;` names. What
/// stands in comment lines above the names, and other lines above the table, is the member `#` of the first
/// row. Columns of a table without names are called `1`, `2`, ….
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
    let (mut above, table) = commented(text);
    let (separator, table) = match told_separator(table) {
        Some((separator, rest)) => (separator, rest),
        None => (most_frequent(table), table),
    };
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

/// The comment lines, and the table below them.
fn commented(text: &str) -> (String, &str) {
    let mut table = text;
    let mut comment = String::new();
    while table.starts_with('#') {
        let (line, rest) = table.split_once('\n').unwrap_or((table, ""));
        comment += line;
        table = rest;
    }
    (comment, table)
}

/// The separator that spreadsheets name in a line of its own.
fn told_separator(table: &str) -> Option<(u8, &str)> {
    let (line, rest) = table.split_once('\n')?;
    let line = line.trim_end_matches('\r').trim_matches('"');
    match line.as_bytes() {
        [named @ .., separator] if named.eq_ignore_ascii_case(b"sep=") && separator.is_ascii() => {
            Some((*separator, rest))
        }
        _ => None,
    }
}

/// The separator that the first line has most of, outside of quotes.
fn most_frequent(table: &str) -> u8 {
    let first = table.lines().next().unwrap_or_default();
    let mut counts = SEPARATORS.map(|separator| (separator, 0));
    let mut is_quoted = false;
    for byte in first.bytes() {
        is_quoted ^= byte == b'"';
        let count = counts.iter_mut().find(|(separator, _)| *separator == byte);
        if let Some((_, count)) = count.filter(|_| !is_quoted) {
            *count += 1;
        }
    }
    // The last of equals wins; a comma where there is none of any.
    let found = counts.into_iter().max_by_key(|(_, count)| *count);
    found.map_or(b',', |(separator, _)| separator)
}

const SEPARATORS: [u8; 4] = [b'|', b'\t', b';', b','];

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
