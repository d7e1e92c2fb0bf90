//! A sheet of a workbook as a table file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::archive::MOST_UNPACKED;
use super::cells::{Cells, ConvertedBatch, assemble, convert_batch, of_present};
use super::columns::ColumnRequest;
use super::csv::find_fields;
use super::files::unreadable;
use super::raw::{Numbering, RawTable};
use super::workbook::{SheetChoice, WorksheetRow, read_sheet};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Calendar;

/// Reads the wanted columns of the sheet that is called like the table, or else of the first.
pub(super) fn read(
    path: &Path,
    name: &str,
    table: &str,
    wanted: &[ColumnRequest],
    calendar: &Calendar,
) -> Result<RawTable, Problems> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_UNPACKED + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(name, &error))?;
    let mut rows = SheetTable {
        name,
        wanted,
        calendar,
        problems: Problems::default(),
        begun: None,
        batches: Vec::new(),
    };
    let choice = SheetChoice::NamedOrFirst(table);
    let read = read_sheet(&bytes, choice, |row| rows.take(row));
    if rows.problems.has_errors() {
        return Err(rows.problems);
    }
    read.map_err(|why| Diagnostic::data("D109", format!("`{name}` cannot be read: {why}")))?;
    rows.finish()
}

/// Rows of a sheet on the way to columns.
struct SheetTable<'a> {
    name: &'a str,
    wanted: &'a [ColumnRequest],
    calendar: &'a Calendar,
    problems: Problems,
    /// From the row of names on.
    begun: Option<Begun>,
    batches: Vec<ConvertedBatch>,
}

struct Begun {
    header: Vec<String>,
    present: Vec<bool>,
    /// Where in a row the columns that are there are, and what they are read as.
    places: Vec<usize>,
    read: Vec<ColumnRequest>,
    cells: Cells,
}

impl SheetTable<'_> {
    fn take(&mut self, row: WorksheetRow) -> Result<(), String> {
        let taken = match self.begun.is_some() {
            true => self.row(row),
            false => self.header(row),
        };
        taken.map_err(|problems| {
            self.problems.extend(problems);
            "told".to_string()
        })
    }

    fn header(&mut self, row: WorksheetRow) -> Result<(), Problems> {
        let names = row.cells.iter().map(|cell| cell.trim().to_string());
        let header: Vec<String> = names.collect();
        let fields = find_fields(&header, self.name, self.wanted)?;
        let present: Vec<bool> = fields.iter().map(Option::is_some).collect();
        let places: Vec<usize> = fields.into_iter().flatten().collect();
        let read = of_present(self.wanted, &present).cloned().collect();
        self.begun = Some(Begun {
            cells: Cells::new(places.len(), Numbering::told_rows()),
            header,
            present,
            places,
            read,
        });
        Ok(())
    }

    fn row(&mut self, row: WorksheetRow) -> Result<(), Problems> {
        let Some(begun) = &mut self.begun else {
            return Ok(());
        };
        let (width, length) = (begun.header.len(), row.cells.len());
        let surplus = row.cells.iter().skip(width);
        if surplus.into_iter().any(|cell| !cell.trim().is_empty()) {
            let message = format!(
                "`{}`, row {}: {length} cells where the header has {width}",
                self.name, row.number
            );
            return Err(Diagnostic::data("D109", message).into());
        }
        for place in &begun.places {
            let cell = row.cells.get(*place);
            begun.cells.push(cell.map_or("", String::as_str).as_bytes());
        }
        begun.cells.end_row(row.number);
        if begun.cells.is_full() {
            let next = Cells::new(begun.places.len(), Numbering::told_rows());
            let full = std::mem::replace(&mut begun.cells, next);
            let batch = convert_batch(self.name, full, &begun.read, self.calendar)?;
            self.batches.push(batch);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<RawTable, Problems> {
        let Some(begun) = self.begun else {
            let empty = Diagnostic::data("D108", format!("`{}` is empty", self.name));
            return Err(empty
                .help("the first row of a sheet has the names of the columns")
                .into());
        };
        if !begun.cells.is_empty() {
            let last = convert_batch(self.name, begun.cells, &begun.read, self.calendar)?;
            self.batches.push(last);
        }
        let numbering = Numbering::told_rows();
        let Begun {
            header, present, ..
        } = begun;
        Ok(assemble(
            header,
            self.wanted,
            &present,
            self.batches,
            numbering,
        ))
    }
}
