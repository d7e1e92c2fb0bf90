//! CSV files: a header row, then records of the same number of fields. `dialect` says how they are written.

use std::io;
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::cells::{
    Cells, ConvertedBatch, assemble, convert_batch, convert_while_reading, of_present,
};
use super::columns::ColumnRequest;
use super::dialect::{cell_text, column_name};
use super::files::{Format, format_of, unreadable};
use super::raw::{Numbering, RawTable};
use super::text_reader::{RecordMeter, TextReader};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// Reads the wanted columns of a file, packed by gzip or not. Where its first line has no separator, it is this one.
pub(super) fn read(
    path: &Path,
    name: &str,
    (separator, compressed): (u8, bool),
    wanted: &[ColumnRequest],
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let (text, meter, begun) =
        open(path, compressed, separator).map_err(|error| unreadable(name, &error))?;
    let mut reader = reader(text, begun.separator);
    let (header, breaks) = read_header(&mut reader, name)?;
    let ends_with_cr = reader.position().line() == 1 + breaks;
    let fields = find_fields(&header, name, wanted)?;
    let present: Vec<bool> = fields.iter().map(Option::is_some).collect();
    let places: Vec<usize> = fields.into_iter().flatten().collect();
    let read: Vec<ColumnRequest> = of_present(wanted, &present).cloned().collect();
    let records = Records {
        separator: begun.separator,
        ends_with_cr,
        lines_above: begun.lines_above,
        last_line: 1,
        reader,
        meter,
        name,
        width: header.len(),
        places,
    };
    let batches: Vec<ConvertedBatch> = convert_while_reading(
        |submit| records.feed(submit),
        |cells| convert_batch(name, cells, &read, calendar),
    )?;
    let numbering = Numbering::lines();
    Ok(assemble(header, wanted, &present, batches, numbering))
}

/// What the beginning of a file says of the rest.
struct TableStart {
    separator: u8,
    /// Lines above the names of columns.
    lines_above: u64,
}

/// Opens a file at its line of names.
fn open(
    path: &Path,
    compressed: bool,
    otherwise: u8,
) -> io::Result<(TextReader, RecordMeter, TableStart)> {
    let (mut text, meter) = TextReader::open(path, compressed)?;
    let head = text.head()?;
    let valid = std::str::from_utf8(head).map_or_else(|error| error.valid_up_to(), str::len);
    let whole = std::str::from_utf8(&head[..valid]).unwrap_or_default();
    let told = cell_text(
        whole.trim_start_matches(['\u{feff}', '\r', '\n']),
        otherwise,
    );
    let above = whole.len() - told.table.len();
    let begun = TableStart {
        separator: told.separator,
        lines_above: whole[..above].matches('\n').count() as u64,
    };
    text.skip(above);
    Ok((text, meter, begun))
}

fn reader(text: TextReader, separator: u8) -> Reader<TextReader> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .buffer_capacity(1 << 18)
        .from_reader(text)
}

/// Whether other programs read a table file as it is read here, told its ending alone: text is UTF-8, and the first line
/// of a CSV file has the names of the columns, written as tables declare them but for capitals, and separated by commas
/// (in `.tsv` by tabs).
///
/// # Errors
///
/// `D105`, `D108` to `D110`: it cannot be read.
pub fn is_plain(path: &Path, columns: &[&str]) -> Result<bool, Diagnostic> {
    let name = path.display().to_string();
    let Some((format, compressed)) = format_of(path) else {
        return Ok(true);
    };
    let separator = match format {
        Format::Csv => b',',
        Format::Tsv => b'\t',
        Format::Json => {
            let opened = TextReader::open(path, compressed);
            let (text, _) = opened.map_err(|error| unreadable(&name, &error))?;
            return Ok(!text.is_wide());
        }
        Format::Workbook | Format::Parquet | Format::Arrow => return Ok(true),
    };
    let (text, _, begun) =
        open(path, compressed, separator).map_err(|error| unreadable(&name, &error))?;
    let is_first = !text.is_wide() && begun.lines_above == 0;
    let (header, _) = read_header(&mut reader(text, begun.separator), &name)?;
    let is_renamed = |header: &String| {
        let name = column_name(header);
        !header.eq_ignore_ascii_case(&name) && columns.contains(&name.as_str())
    };
    Ok(is_first && begun.separator == separator && !header.iter().any(is_renamed))
}

/// The column names, and how many line breaks are inside them.
fn read_header(
    reader: &mut Reader<TextReader>,
    name: &str,
) -> Result<(Vec<String>, u64), Diagnostic> {
    let mut record = ByteRecord::new();
    let found = reader
        .read_byte_record(&mut record)
        .map_err(|error| broken(name, error))?;
    if !found {
        return Err(Diagnostic::data("D108", format!("`{name}` is empty"))
            .help("a CSV file starts with a line of column names"));
    }
    let texts = record.iter().map(std::str::from_utf8);
    let header = texts
        .map(|text| text.map(|text| text.trim().to_owned()))
        .collect::<Result<Vec<String>, _>>()
        .map_err(|_| not_utf8(name))?;
    Ok((header, line_breaks(&record)))
}

fn line_breaks(record: &ByteRecord) -> u64 {
    record
        .as_slice()
        .iter()
        .filter(|byte| **byte == b'\n')
        .count() as u64
}

fn not_utf8(name: &str) -> Diagnostic {
    Diagnostic::data(
        "D110",
        format!("`{name}`, line 1: the header is not UTF-8 text"),
    )
    .help("save the file as UTF-8")
}

/// Where in a record each wanted column is; `None` where the header lacks it. A name that is written otherwise counts
/// where none is written as the column is: `Found At` for `found_at`.
pub(super) fn find_fields(
    header: &[String],
    name: &str,
    wanted: &[ColumnRequest],
) -> Result<Vec<Option<usize>>, Problems> {
    let plain: Vec<String> = header.iter().map(|name| column_name(name)).collect();
    let mut problems = Problems::default();
    let mut fields = Vec::with_capacity(wanted.len());
    for column in wanted {
        let places_of = |names: &[String], name: &str| -> Vec<usize> {
            let places = (0..names.len()).filter(|place| names[*place] == name);
            places.collect()
        };
        let mut places = places_of(header, &column.name);
        if places.is_empty() {
            places = places_of(&plain, &column_name(&column.name));
        }
        fields.push(places.first().copied());
        if let [first, second, ..] = places[..] {
            let (first, second) = (&header[first], &header[second]);
            let message = match first == second {
                true => format!("`{name}` has two columns called `{first}`"),
                false => format!(
                    "`{name}` has two columns that may be `{}`: `{first}` and `{second}`",
                    column.name
                ),
            };
            problems.push(
                Diagnostic::data("D111", message)
                    .help("leave out or rename all but one of them in the file"),
            );
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(fields),
    }
}

/// The records after the header.
struct Records<'a> {
    reader: Reader<TextReader>,
    meter: RecordMeter,
    name: &'a str,
    separator: u8,
    /// Whether lines end in CR LF.
    ends_with_cr: bool,
    /// Lines above the names of columns.
    lines_above: u64,
    /// The line the last record started on, from the line of names on.
    last_line: u64,
    /// The number of fields of every record.
    width: usize,
    /// Where the wanted fields are.
    places: Vec<usize>,
}

impl Records<'_> {
    /// Reads all records and submits them in batches.
    fn feed(mut self, submit: &mut dyn FnMut(Cells)) -> Result<(), Diagnostic> {
        let mut record = ByteRecord::new();
        let mut cells = self.new_batch();
        let mut is_last_open = false;
        loop {
            let found = self
                .reader
                .read_byte_record(&mut record)
                .map_err(|error| broken(self.name, error))?;
            self.meter.reset();
            if !found {
                break;
            }
            is_last_open = self.is_open(&record);
            self.add(&record, &mut cells)?;
            if cells.is_full() {
                submit(std::mem::replace(&mut cells, self.new_batch()));
            }
        }
        if is_last_open {
            return Err(self.open_quote());
        }
        if !cells.is_empty() {
            submit(cells);
        }
        Ok(())
    }

    /// The line a record starts on. The reader counts line breaks as it meets them: after a record
    /// that ends in a line feed its own is counted, after one that ends in CR LF it is not yet.
    fn line(&mut self, record: &ByteRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::line);
        let end = self.reader.position().line();
        let inside = if end == start + 1 {
            0
        } else {
            line_breaks(record)
        };
        let own = u64::from(!self.ends_with_cr);
        self.last_line = (self.last_line + 1).max(end.saturating_sub(inside + own));
        self.last_line + self.lines_above
    }

    /// Whether a record, if it is the last, ended with the file inside quotes. Its last field then
    /// holds what only quotes allow, and the text does not end with a quote.
    fn is_open(&self, record: &ByteRecord) -> bool {
        if !self.meter.at_end() || self.meter.last_letter() == b'"' {
            return false;
        }
        let last = record.iter().next_back().unwrap_or_default();
        let only_in_quotes = |byte: &u8| *byte == self.separator || matches!(byte, b'\n' | b'\r');
        last.iter().any(only_in_quotes)
    }

    fn open_quote(&self) -> Diagnostic {
        Diagnostic::data(
            "D109",
            format!("`{}` ends inside a quoted value", self.name),
        )
        .help("a quote is left open, or the file is cut short")
    }

    fn new_batch(&self) -> Cells {
        Cells::new(self.places.len(), Numbering::lines())
    }

    fn add(&mut self, record: &ByteRecord, cells: &mut Cells) -> Result<(), Diagnostic> {
        let line = self.line(record);
        // Spreadsheets write separators alone for empty lines and columns.
        let is_blank = |cell: &[u8]| cell.trim_ascii().is_empty();
        if record.iter().all(is_blank) {
            return Ok(());
        }
        let is_longer = record.iter().skip(self.width).any(|cell| !is_blank(cell));
        if record.len() < self.width || is_longer {
            return Err(self.ragged(record.len(), line));
        }
        for place in &self.places {
            cells.push(&record[*place]);
        }
        cells.end_row(line);
        Ok(())
    }

    fn ragged(&self, fields: usize, line: u64) -> Diagnostic {
        Diagnostic::data(
            "D109",
            format!(
                "`{}`, line {line}: {fields} {} where the header has {}",
                self.name,
                if fields == 1 { "field" } else { "fields" },
                self.width
            ),
        )
        .help(
            "a comma, a quote or a line break inside a value needs double quotes around the value",
        )
    }
}

fn broken(name: &str, error: csv::Error) -> Diagnostic {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => unreadable(name, &error),
        other => Diagnostic::data("D109", format!("`{name}` is not CSV: {other:?}")),
    }
}
