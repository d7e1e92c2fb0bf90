//! JSON files: one object a line, or one array of objects, told apart by the first byte.
//!
//! Neither is ever held as a tree: lines are parsed in parallel batches, an array object by object.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Mutex;

use serde::Deserializer as _;

use super::cells::{
    Cells, ConvertedBatch, assemble, convert_batch, convert_while_reading, of_present,
};
use super::columns::ColumnRequest;
use super::files::{first_line, unreadable};
use super::json_rows::{ArrayVisitor, Keys, RowSeed, SeenKeys};
use super::raw::{Numbering, RawTable};
use super::text_reader::{RecordMeter, TextReader};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

const BATCH_LINES: usize = 8_192;
const BATCH_BYTES: usize = 4 << 20;

/// Reads the wanted columns of a JSON file. Keys that are not wanted are skipped.
pub(super) fn read(
    path: &Path,
    name: &str,
    compressed: bool,
    wanted: &[ColumnRequest],
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let (text, meter) =
        TextReader::open(path, compressed).map_err(|error| unreadable(name, &error))?;
    let source = JsonText {
        text: BufReader::with_capacity(1 << 18, text),
        meter,
        name,
    };
    let job = Job {
        name,
        wanted,
        calendar,
        keys: Keys::new(wanted),
        seen: Mutex::new(SeenKeys::none(wanted.len())),
    };
    job.read(source)
}

/// The text and where it comes from.
struct JsonText<'a> {
    text: BufReader<TextReader>,
    meter: RecordMeter,
    name: &'a str,
}

/// What all batches of a file share.
struct Job<'a> {
    name: &'a str,
    wanted: &'a [ColumnRequest],
    calendar: &'a Calendar,
    keys: Keys<'a>,
    seen: Mutex<SeenKeys>,
}

impl Job<'_> {
    fn read(self, mut source: JsonText<'_>) -> Result<RawTable, Problems> {
        let skipped = source.skip_blanks()?;
        let (batches, numbering) = match source.first_byte()? {
            Some(b'[') => (self.read_array(source)?, Numbering::told_rows()),
            Some(b'{') => (self.read_lines(source, skipped)?, Numbering::lines()),
            None => (Vec::new(), Numbering::lines()),
            Some(_) => return Err(self.neither().into()),
        };
        let seen = self.seen.into_inner().expect("no thread panics");
        let is_empty = batches.is_empty();
        // A file without rows tells nothing about its columns, so it lacks none.
        let present: Vec<bool> = seen.wanted.iter().map(|seen| *seen || is_empty).collect();
        let names = of_present(self.wanted, &present).map(|wanted| wanted.name.clone());
        let header = names.chain(seen.others).collect();
        let all = vec![true; present.len()];
        let mut table = assemble(header, self.wanted, &all, batches, numbering);
        for (column, present) in table.columns.iter_mut().zip(present) {
            *column = column.take().filter(|_| present);
        }
        Ok(table)
    }

    fn neither(&self) -> Diagnostic {
        Diagnostic::data(
            "D107",
            format!(
                "`{}` is neither JSON objects, one a line, nor an array of objects",
                self.name
            ),
        )
    }

    fn read_lines(
        &self,
        source: JsonText<'_>,
        skipped: u64,
    ) -> Result<Vec<ConvertedBatch>, Problems> {
        convert_while_reading(
            |submit| source.feed_lines(skipped + 1, submit),
            |lines: Lines| {
                let cells = self.parse_lines(&lines)?;
                convert_batch(self.name, cells, self.wanted, self.calendar)
            },
        )
    }

    fn parse_lines(&self, lines: &Lines) -> Result<Cells, Diagnostic> {
        let mut cells = Cells::new(self.wanted.len(), Numbering::lines());
        let mut seen = SeenKeys::none(self.wanted.len());
        let mut row = RowSeed::new(&self.keys);
        for (offset, line) in lines.bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let number = lines.first + offset as u64;
            let mut parser = serde_json::Deserializer::from_slice(line);
            row.read(&mut parser, &mut seen)
                .and_then(|()| parser.end())
                .map_err(|error| self.malformed(number, &error))?;
            row.write(&mut cells);
            cells.end_row(number);
        }
        self.seen.lock().expect("no thread panics").merge(seen);
        Ok(cells)
    }

    fn malformed(&self, line: u64, error: &serde_json::Error) -> Diagnostic {
        // serde_json counts lines from the start of what it was given.
        let text = error.to_string();
        let words = text.split(" at line ").next().unwrap_or_default();
        let message = format!("`{}`, line {line}: {}", self.name, first_line(words));
        let diagnostic = Diagnostic::data("D109", message);
        if error.is_eof() {
            diagnostic.help("every object stands on one line; or write one array of objects")
        } else {
            diagnostic
        }
    }

    fn read_array(&self, source: JsonText<'_>) -> Result<Vec<ConvertedBatch>, Problems> {
        convert_while_reading(
            |submit| self.feed_array(source, submit),
            |cells| convert_batch(self.name, cells, self.wanted, self.calendar),
        )
    }

    fn feed_array(
        &self,
        source: JsonText<'_>,
        submit: &mut dyn FnMut(Cells),
    ) -> Result<(), Diagnostic> {
        let mut seen = SeenKeys::none(self.wanted.len());
        let mut parser = serde_json::Deserializer::from_reader(source.text);
        let visitor = ArrayVisitor {
            row: RowSeed::new(&self.keys),
            seen: &mut seen,
            width: self.wanted.len(),
            meter: &source.meter,
            submit,
        };
        parser
            .deserialize_seq(visitor)
            .and_then(|()| parser.end())
            .map_err(|error| match error.io_error_kind() {
                Some(_) => unreadable(self.name, &error.into()),
                None => self.malformed(error.line() as u64, &error),
            })?;
        self.seen.lock().expect("no thread panics").merge(seen);
        Ok(())
    }
}

/// Some whole lines.
struct Lines {
    /// The number of the first of them.
    first: u64,
    bytes: Vec<u8>,
}

impl JsonText<'_> {
    /// Skips a byte order mark, blanks and line breaks; returns the number of line breaks.
    fn skip_blanks(&mut self) -> Result<u64, Diagnostic> {
        let mut breaks = 0;
        loop {
            let buffer = self
                .text
                .fill_buf()
                .map_err(|error| unreadable(self.name, &error))?;
            let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte);
            let blanks = buffer.iter().take_while(|byte| is_blank(byte)).count();
            let skipped = &buffer[..blanks];
            breaks += skipped.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.text.consume(blanks);
            if blanks == 0 {
                return Ok(breaks);
            }
        }
    }

    fn first_byte(&mut self) -> Result<Option<u8>, Diagnostic> {
        let buffer = self
            .text
            .fill_buf()
            .map_err(|error| unreadable(self.name, &error))?;
        Ok(buffer.first().copied())
    }

    fn feed_lines(
        mut self,
        mut first: u64,
        submit: &mut dyn FnMut(Lines),
    ) -> Result<(), Diagnostic> {
        loop {
            let mut bytes = Vec::new();
            let mut lines = 0;
            while lines < BATCH_LINES && bytes.len() < BATCH_BYTES {
                let length = self
                    .text
                    .read_until(b'\n', &mut bytes)
                    .map_err(|error| unreadable(self.name, &error))?;
                self.meter.reset();
                if length == 0 {
                    break;
                }
                lines += 1;
            }
            if lines == 0 {
                return Ok(());
            }
            submit(Lines { first, bytes });
            first += lines as u64;
        }
    }
}
