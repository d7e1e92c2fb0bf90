//! Workbooks (`.xlsx`): a sheet as rows of texts, the first of which are the names of columns.
//!
//! A cell reads as the text that a CSV file would have of it. What a sheet shows and a table of texts cannot hold is
//! refused with its place: a formula without its result, an error, merged cells.

use std::io::Cursor;

use calamine::{DataRef, Dimensions, Reader, Sheet, SheetType, SheetVisible, Xlsx};

use super::archive::{ARCHIVE, check_members, open_archive};
use super::guard::guarded;
use crate::base::diagnostic::nearest;

/// Cells of one sheet, and texts of a workbook.
const MOST_CELLS: usize = 32_000_000;
/// Columns that a sheet can have.
const MOST_COLUMNS: u32 = 16_384;
/// The member that makes an archive a workbook.
const WORKBOOK: &str = "xl/workbook.xml";

/// Which sheet of a workbook is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SheetChoice<'a> {
    /// The first that is not hidden.
    First,
    Named(&'a str),
    /// One that is called so, or else the first.
    NamedOrFirst(&'a str),
}

/// A row of a sheet that has anything in it.
pub struct WorksheetRow<'a> {
    /// As the sheet counts rows, from 1.
    pub number: u64,
    /// From the first column on; rows may be shorter or longer than the first.
    pub cells: &'a [String],
}

/// Whether bytes are a workbook.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ARCHIVE)
        && memchr::memmem::find(bytes, WORKBOOK.as_bytes()).is_some()
        && open_archive(bytes).is_ok_and(|archive| archive.index_for_name(WORKBOOK).is_some())
}

/// Gives the rows of a sheet in their order, without those that are blank: the first has the names of the columns.
///
/// # Errors
///
/// In words: what is damaged, too large, or cannot be a text, and where; or what `take` says.
pub fn read_sheet(
    bytes: &[u8],
    choice: SheetChoice,
    take: impl FnMut(WorksheetRow) -> Result<(), String>,
) -> Result<(), String> {
    let mut archive = open_archive(bytes)?;
    let mut texts = 0;
    check_members(&mut archive, |_, part| {
        texts += memchr::memmem::find_iter(part, b"<si").count();
        match texts > MOST_CELLS {
            true => Err(too_many_cells()),
            false => Ok(()),
        }
    })?;
    guarded(move || {
        let workbook = Xlsx::new(Cursor::new(bytes));
        let mut workbook = workbook.map_err(|error| format!("it is no workbook: {error}"))?;
        let sheet = chosen(workbook.sheets_metadata(), choice)?;
        let merged = workbook
            .merge_cells_by_sheet_name(&sheet)
            .map_err(|error| format!("sheet `{sheet}`: {error}"))?;
        let of_sheet = |why: String| format!("sheet `{sheet}`: {why}");
        rows(&mut workbook, &sheet, &merged, take).map_err(of_sheet)
    })
}

/// The name of the sheet that is meant.
fn chosen(sheets: &[Sheet], choice: SheetChoice) -> Result<String, String> {
    let sheets: Vec<&Sheet> = sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .collect();
    let called = |name: &str| {
        let mut sheets = sheets.iter();
        sheets.find(|sheet| sheet.name.eq_ignore_ascii_case(name))
    };
    let first = || {
        let mut sheets = sheets.iter();
        sheets.find(|sheet| sheet.visible == SheetVisible::Visible)
    };
    let found = match choice {
        SheetChoice::First => first(),
        SheetChoice::Named(name) => called(name),
        SheetChoice::NamedOrFirst(name) => called(name).or_else(first),
    };
    match (found, choice) {
        (Some(sheet), _) => Ok(sheet.name.clone()),
        (None, SheetChoice::Named(name)) => {
            let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            let near = nearest(name, names.iter().copied());
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let all = names.join(", ");
            Err(format!("it has no sheet `{name}`, but {all}{near}"))
        }
        (None, SheetChoice::First | SheetChoice::NamedOrFirst(_)) => {
            Err("it has no sheet that is not hidden".to_string())
        }
    }
}

fn rows(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    merged: &[Dimensions],
    take: impl FnMut(WorksheetRow) -> Result<(), String>,
) -> Result<(), String> {
    let mut reader = workbook
        .worksheet_cells_reader(sheet)
        .map_err(|error| error.to_string())?;
    let mut rows = RowWriter {
        take,
        merged,
        row: None,
        cells: Vec::new(),
        used: 0,
        count: 0,
        first: None,
    };
    while let Some(cell) = reader
        .next_cell_with_formula_metadata()
        .map_err(|error| format!("behind {}: {error}", rows.place()))?
    {
        let place = cell.pos;
        let text = match (&cell.value, &cell.formula) {
            (DataRef::Empty, Some(_)) => Err(
                "has a formula whose result is not in the file: open it in a spreadsheet, and save it".to_string(),
            ),
            (value, _) => text_of(value),
        };
        let text = text.map_err(|why| format!("cell {} {why}", name_of(place)))?;
        rows.add(place, text)?;
    }
    rows.end_row()
}

/// Puts cells together to rows.
struct RowWriter<'a, T> {
    take: T,
    merged: &'a [Dimensions],
    /// The row that cells are of, from 0.
    row: Option<u32>,
    cells: Vec<String>,
    /// How many cells the row has up to its last.
    used: usize,
    count: usize,
    /// The first row with anything in it.
    first: Option<u32>,
}

impl<T: FnMut(WorksheetRow) -> Result<(), String>> RowWriter<'_, T> {
    fn add(&mut self, (row, column): (u32, u32), text: String) -> Result<(), String> {
        if column >= MOST_COLUMNS {
            return Err(format!(
                "a cell is in column {}; a sheet has {MOST_COLUMNS}",
                column + 1
            ));
        }
        match self.row {
            Some(known) if row < known => {
                return Err(format!("row {} comes behind row {}", row + 1, known + 1));
            }
            Some(known) if row == known => {}
            Some(_) | None => {
                self.end_row()?;
                self.row = Some(row);
            }
        }
        if (column as usize) < self.used {
            return Err(format!("cell {} comes twice", name_of((row, column))));
        }
        self.count += 1;
        if self.count > MOST_CELLS {
            return Err(too_many_cells());
        }
        let place = column as usize;
        if self.cells.len() <= place {
            self.cells.resize(place + 1, String::new());
        }
        self.cells[place] = text;
        self.used = place + 1;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), String> {
        let Some(row) = self.row else {
            return Ok(());
        };
        let cells = &self.cells[..self.used];
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            let first = *self.first.get_or_insert(row);
            let is_of_table = |region: &&Dimensions| {
                region.start != region.end
                    && (first.max(region.start.0)..=region.end.0).contains(&row)
            };
            if let Some(region) = self.merged.iter().find(is_of_table) {
                return Err(format!(
                    "cells {}:{} are merged, and only the first of them has a value: unmerge them, and fill each",
                    name_of(region.start),
                    name_of(region.end)
                ));
            }
            crate::base::cancellation::beat(1);
            (self.take)(WorksheetRow {
                number: u64::from(row) + 1,
                cells,
            })?;
        }
        self.cells.iter_mut().for_each(String::clear);
        self.used = 0;
        Ok(())
    }

    fn place(&self) -> String {
        self.row.map_or("its beginning".to_string(), |row| {
            format!("row {}", row + 1)
        })
    }
}

fn too_many_cells() -> String {
    format!("it has more than {MOST_CELLS} cells")
}

/// `B7`.
fn name_of((row, column): (u32, u32)) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", row + 1)
}

/// A cell as CSV has it.
fn text_of(value: &DataRef) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(date) if date.is_duration() => hours(date.as_f64()),
        DataRef::DateTime(date) => {
            let days = date.as_f64();
            // Up to the year 9999; what lies outside is shown as signs that are no date.
            if !(0.0..2_958_466.0).contains(&days) {
                return Err(format!("is shown as a date, and its number {days} is none"));
            }
            if days < 1.0 {
                return Ok(hours(days));
            }
            let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second, milli) {
                (0, 0, 0, 0) => day,
                (_, _, _, 0) => format!("{day}T{hour:02}:{minute:02}:{second:02}"),
                _ => format!("{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
            }
        }
        DataRef::Error(error) => {
            return Err(format!(
                "holds the error {error}: mend its formula, or empty it"
            ));
        }
    })
}

/// A number with the 15 digits that spreadsheets calculate with.
fn number_text(number: f64) -> String {
    let shown: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{shown}")
}

/// Days as `26:30:00`.
fn hours(days: f64) -> String {
    let seconds = (days * 86_400.0).round() as i64;
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)
}
