//! CSV files: a header row, then records of the same number of fields.

use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::cells::{
    Cells, ConvertedBatch, assemble, convert_batch, convert_while_reading, of_present,
};
use super::columns::ColumnRequest;
use super::files::{RecordMeter, TextReader, unreadable};
use super::raw::{Numbering, RawTable};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// Reads the wanted columns of a file with this separator, packed by gzip or not.
pub(super) fn read(
    path: &Path,
    name: &str,
    (separator, compressed): (u8, bool),
    wanted: &[ColumnRequest],
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let (text, meter) =
        TextReader::open(path, compressed).map_err(|error| unreadable(name, &error))?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .buffer_capacity(1 << 18)
        .from_reader(text);
    let (header, breaks) = read_header(&mut reader, name)?;
    let ends_with_cr = reader.position().line() == 1 + breaks;
    if let Some(found) = other_separator(&header, wanted, separator) {
        return Err(of_other_separator(name, found, separator).into());
    }
    let fields = find_fields(&header, name, wanted)?;
    let present: Vec<bool> = fields.iter().map(Option::is_some).collect();
    let places: Vec<usize> = fields.into_iter().flatten().collect();
    let read: Vec<ColumnRequest> = of_present(wanted, &present).cloned().collect();
    let records = Records {
        separator,
        ends_with_cr,
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
    let mut header = texts
        .map(|text| text.map(|text| text.trim().to_owned()))
        .collect::<Result<Vec<String>, _>>()
        .map_err(|_| not_utf8(name))?;
    if let Some(plain) = header[0].strip_prefix('\u{feff}') {
        header[0] = plain.trim().trim_matches('"').to_owned();
    }
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

/// Where in a record each wanted column is; `None` where the header lacks it.
pub(super) fn find_fields(
    header: &[String],
    name: &str,
    wanted: &[ColumnRequest],
) -> Result<Vec<Option<usize>>, Problems> {
    let mut problems = Problems::default();
    let mut fields = Vec::with_capacity(wanted.len());
    for column in wanted {
        let mut places = (0..header.len()).filter(|place| header[*place] == column.name);
        fields.push(places.next());
        if places.next().is_some() {
            problems.push(Diagnostic::data(
                "D111",
                format!("`{name}` has two columns called `{}`", column.name),
            ));
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(fields)
}

/// The separator that a header of one field seems to have been written with.
fn other_separator(
    header: &[String],
    wanted: &[ColumnRequest],
    separator: u8,
) -> Option<(char, &'static str)> {
    if header.len() != 1 || wanted.iter().any(|column| column.name == header[0]) {
        return None;
    }
    let others = SEPARATORS
        .iter()
        .filter(|(other, _)| *other != char::from(separator));
    others
        .copied()
        .find(|(other, _)| header[0].contains(*other))
}

const SEPARATORS: [(char, &str); 4] = [
    (',', "commas"),
    (';', "semicolons"),
    ('\t', "tabs"),
    ('|', "`|`"),
];

fn of_other_separator(name: &str, (found, words): (char, &str), separator: u8) -> Diagnostic {
    let mut known = SEPARATORS.iter();
    let known = known.find(|(known, _)| *known == char::from(separator));
    let expected = known.map_or("", |(_, words)| *words);
    let message = format!("`{name}` is separated by {words}, not by {expected}");
    Diagnostic::data("D107", message).help(match found {
        '\t' => "name it `.tsv`, or save it as CSV with commas",
        ',' => "name it `.csv`",
        _ => "save it as CSV with commas",
    })
}

/// The records after the header.
struct Records<'a> {
    reader: Reader<TextReader>,
    meter: RecordMeter,
    name: &'a str,
    separator: u8,
    /// Whether lines end in CR LF.
    ends_with_cr: bool,
    /// The line the last record started on.
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
        self.last_line
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
        if record.len() != self.width {
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
