//! Rows of cells → an array of objects, one a row, by the names of their columns.

use std::collections::BTreeSet;

use jaq_json::{Map, Val};

use super::{Budget, fits, string};

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
    columns: Vec<TableColumn>,
    /// Names that several columns have, each once.
    repeated: Vec<String>,
    /// What stands above the table: the member `#` of its first row.
    above: Option<String>,
    rows: Vec<Val>,
}

/// A column of a table.
struct TableColumn {
    /// The name as the key of members, which all rows share.
    name: Val,
    /// Which of the names that several columns have is this one's.
    repeated: Option<usize>,
}

impl TableRows {
    /// A table with these columns, below a text.
    pub fn new(names: Vec<String>, above: String) -> TableRows {
        let repeated = repeated(&names);
        let columns = names.into_iter().map(|name| TableColumn {
            repeated: repeated.iter().position(|other| *other == name),
            name: string(name),
        });
        TableRows {
            columns: columns.collect(),
            repeated,
            above: Some(above).filter(|above| !above.is_empty()),
            rows: Vec::new(),
        }
    }

    /// Adds a row; `place` is what it is called. Blank ones are left out: spreadsheets write separators alone for
    /// empty lines. Where rows `may_end_early`, what is behind their last cell is blank.
    ///
    /// # Errors
    ///
    /// In words: it has more or fewer cells than there are columns, one is too long, or there are too many values.
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
        let (width, length) = (self.columns.len(), cells.clone().count());
        let mut surplus = cells.clone().skip(width);
        if surplus.any(|cell| !cell.trim().is_empty()) || length < width && !may_end_early {
            return Err(format!(
                "{place} has {length} cells, and the table {width} columns"
            ));
        }
        budget.take(width as u64)?;
        let longest = cells.clone().map(str::len).max().unwrap_or_default();
        fits(longest).map_err(|why| format!("{place}: {why}"))?;
        let mut members = self.members(cells.chain(std::iter::repeat("")));
        if let Some(above) = self.above.take() {
            members.insert(string("#"), string(above));
        }
        self.rows.push(Val::obj(members));
        Ok(())
    }

    /// The cells of a row by the names of their columns; those of columns of one name are a list of what is in them.
    fn members<'c>(&self, cells: impl Iterator<Item = &'c str>) -> Map {
        let mut members = Map::default();
        let mut lists = vec![Vec::new(); self.repeated.len()];
        for (column, cell) in self.columns.iter().zip(cells) {
            match column.repeated {
                None => drop(members.insert(column.name.clone(), string(cell))),
                Some(_) if cell.trim().is_empty() => {}
                Some(list) => lists[list].push(string(cell)),
            }
        }
        for (name, list) in self.repeated.iter().zip(lists) {
            members.insert(string(name.as_str()), list.into_iter().collect());
        }
        members
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows.
    pub fn finish(self) -> CellTable {
        let nulls = || {
            let names = self.columns.iter();
            Val::obj(
                names
                    .map(|column| (column.name.clone(), Val::Null))
                    .collect(),
            )
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
