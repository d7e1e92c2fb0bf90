//! Rows of cells → an array of objects, one a row, by the names in the first of them.

use jaq_json::Val;

use super::{Budget, object, string};

/// Takes the rows of a table.
pub(super) struct TableRows {
    names: Vec<String>,
    /// What the first row says beside its cells.
    comment: Option<String>,
    rows: Vec<Val>,
}

impl TableRows {
    /// A table with these columns; `comment` becomes the member `#` of its first row.
    pub fn new(names: Vec<String>, comment: String) -> TableRows {
        TableRows {
            names,
            comment: Some(comment).filter(|comment| !comment.is_empty()),
            rows: Vec::new(),
        }
    }

    /// Adds a row; `place` is what it is called. Blank ones are left out: spreadsheets write separators alone for
    /// empty lines. What is behind the last cell is blank, where rows `may_end_early`.
    ///
    /// # Errors
    ///
    /// In words: it has another length than the first row, a name stands twice, or there are too many values.
    pub fn add<'c>(
        &mut self,
        place: &str,
        cells: &(impl Iterator<Item = &'c str> + Clone),
        may_end_early: bool,
        budget: &mut Budget,
    ) -> Result<(), String> {
        if cells.clone().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.rows.is_empty() {
            unique(&self.names)?;
        }
        let (width, length) = (self.names.len(), cells.clone().count());
        let has_surplus = cells.clone().skip(width).any(|cell| !cell.trim().is_empty());
        if has_surplus || length < width && !may_end_early {
            return Err(format!("{place} has {length} cells, and the first {} {width}", first_of(place)));
        }
        budget.take(width as u64)?;
        let cells = cells.clone().chain(std::iter::repeat(""));
        let members = self.names.iter().zip(cells);
        let mut members: Vec<(String, Val)> = members
            .map(|(name, cell)| (name.clone(), string(cell)))
            .collect();
        if let Some(comment) = self.comment.take() {
            members.push(("#".to_string(), string(comment)));
        }
        self.rows.push(object(members));
        Ok(())
    }

    /// All rows, and what the format is recognised by: the first of them, or where there is none one of nulls.
    pub fn finish(self) -> (Val, Val) {
        let nulls = || object(self.names.iter().map(|name| (name.clone(), Val::Null)).collect());
        let sample = self.rows.first().cloned().unwrap_or_else(nulls);
        (self.rows.into_iter().collect(), std::iter::once(sample).collect())
    }
}

/// What rows are called: the first word of `line 7`.
fn first_of(place: &str) -> &str {
    place.split(' ').next().unwrap_or_default()
}

fn unique(names: &[String]) -> Result<(), String> {
    for (index, name) in names.iter().enumerate() {
        if !name.trim().is_empty() && names[..index].contains(name) {
            return Err(format!("two columns are called `{name}`"));
        }
    }
    Ok(())
}
