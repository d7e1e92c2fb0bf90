//! Rows of cells → an array of objects, one a row, by the names of their columns.

use std::collections::BTreeSet;

use jaq_json::Val;

use super::{Budget, object, string};

/// A table.
pub(super) struct CellTable {
    /// Objects, one a row.
    pub rows: Val,
    /// What reports are recognised by: the first row, or where there is none one of nulls.
    pub sample: Val,
    /// Names that several columns have; none where there is no row.
    pub repeated: Vec<String>,
}

/// Takes the rows of a table.
pub(super) struct TableRows {
    names: Vec<String>,
    /// Names that several columns have, each once.
    repeated: Vec<String>,
    /// What stands above the table: the member `#` of its first row.
    above: Option<String>,
    rows: Vec<Val>,
}

impl TableRows {
    /// A table with these columns, below a text.
    pub fn new(names: Vec<String>, above: String) -> TableRows {
        TableRows {
            repeated: repeated(&names),
            names,
            above: Some(above).filter(|above| !above.is_empty()),
            rows: Vec::new(),
        }
    }

    /// Adds a row; `place` is what it is called. Blank ones are left out: spreadsheets write separators alone for
    /// empty lines. Where rows `may_end_early`, what is behind their last cell is blank.
    ///
    /// # Errors
    ///
    /// In words: it has more or fewer cells than there are columns, or there are too many values.
    pub fn add<'c>(
        &mut self,
        place: &str,
        cells: impl Iterator<Item = &'c str> + Clone,
        may_end_early: bool,
        budget: &mut Budget,
    ) -> Result<(), String> {
        if cells.clone().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let (width, length) = (self.names.len(), cells.clone().count());
        let mut surplus = cells.clone().skip(width);
        if surplus.any(|cell| !cell.trim().is_empty()) || length < width && !may_end_early {
            return Err(format!(
                "{place} has {length} cells, and the table {width} columns"
            ));
        }
        budget.take(width as u64)?;
        let mut members = self.members(cells.chain(std::iter::repeat("")));
        if let Some(above) = self.above.take() {
            members.push(("#".to_string(), string(above)));
        }
        self.rows.push(object(members));
        Ok(())
    }

    /// The cells of a row by the names of their columns; those of columns of one name are a list of what is in them.
    fn members<'c>(&self, cells: impl Iterator<Item = &'c str> + Clone) -> Vec<(String, Val)> {
        let once = self.names.iter().zip(cells.clone());
        let once = once.filter(|(name, _)| !self.repeated.contains(name));
        let mut members: Vec<(String, Val)> = once
            .map(|(name, cell)| (name.clone(), string(cell)))
            .collect();
        for name in &self.repeated {
            let cells = self.names.iter().zip(cells.clone());
            let cells = cells.filter(|(other, cell)| *other == name && !cell.trim().is_empty());
            members.push((name.clone(), cells.map(|(_, cell)| string(cell)).collect()));
        }
        members
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows.
    pub fn finish(self) -> CellTable {
        let nulls = || {
            let names = self.names.iter();
            object(names.map(|name| (name.clone(), Val::Null)).collect())
        };
        let sample = self.rows.first().cloned().unwrap_or_else(nulls);
        CellTable {
            repeated: match self.rows.is_empty() {
                true => Vec::new(),
                false => self.repeated,
            },
            rows: self.rows.into_iter().collect(),
            sample: std::iter::once(sample).collect(),
        }
    }
}

/// Names that several columns have, each once. Columns without a name are read by nobody.
fn repeated(names: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut repeated = Vec::new();
    for name in names.iter().filter(|name| !name.trim().is_empty()) {
        if !seen.insert(name) && !repeated.contains(name) {
            repeated.push(name.clone());
        }
    }
    repeated
}
