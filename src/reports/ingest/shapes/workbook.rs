//! A sheet of a workbook → an array of objects, as of the CSV file that a spreadsheet writes of it.

use super::Budget;
use super::table::{CellTable, TableRows};
use crate::exec::data::{SheetChoice, read_sheet};

/// Reads the sheet of this name, or the first; a row without a cell in a column has a blank there.
///
/// # Errors
///
/// In words: what is damaged or too large, or no table, and where.
pub(super) fn read(
    bytes: &[u8],
    sheet: Option<&str>,
    budget: &mut Budget,
) -> Result<CellTable, String> {
    let choice = sheet.map_or(SheetChoice::First, SheetChoice::Named);
    let mut table: Option<TableRows> = None;
    read_sheet(bytes, choice, |row| match &mut table {
        None => {
            let names = row.cells.iter().map(|name| name.trim().to_string());
            table = Some(TableRows::new(names.collect(), String::new()));
            Ok(())
        }
        Some(table) => {
            let cells = row.cells.iter().map(String::as_str);
            table.add(&format!("row {}", row.number), cells, true, budget)
        }
    })?;
    let table = table.ok_or("it is empty: its first row would have the names of columns")?;
    Ok(table.finish())
}
