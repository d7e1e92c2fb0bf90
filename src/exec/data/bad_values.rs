//! Values that do not convert, collected while reading so that a column's are reported together.

/// How many different values are counted one by one; a column with more is broken as a whole.
const COUNTED: usize = 100;

/// One value that does not convert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BadValue {
    pub value: String,
    pub rows: usize,
    pub first_row: usize,
}

/// The values of one column that do not convert, in the order of first appearance.
#[derive(Clone, Default, Debug)]
pub(super) struct BadValues {
    list: Vec<BadValue>,
    /// Rows whose value came after the list was full.
    uncounted: usize,
}

impl BadValues {
    /// The values counted one by one.
    pub(super) fn list(&self) -> &[BadValue] {
        &self.list
    }

    /// Whether there are values beyond those in the list.
    pub(super) fn has_more(&self) -> bool {
        self.uncounted > 0
    }

    /// How many rows have such a value.
    pub(super) fn rows(&self) -> usize {
        self.uncounted + self.list.iter().map(|bad| bad.rows).sum::<usize>()
    }

    pub(super) fn add(&mut self, value: &str, row: usize) {
        self.count(value, row, 1);
    }

    /// A value of some rows that have no places.
    pub(super) fn add_rows(&mut self, value: &str, rows: usize) {
        self.count(value, 0, rows);
    }

    fn count(&mut self, value: &str, row: usize, rows: usize) {
        if let Some(known) = self.list.iter_mut().find(|bad| bad.value == value) {
            known.rows += rows;
        } else if self.list.len() < COUNTED {
            self.list.push(BadValue {
                value: value.to_owned(),
                rows,
                first_row: row,
            });
        } else {
            self.uncounted += rows;
        }
    }

    /// Adds the bad values of later rows, whose row numbers start at `start`.
    pub(super) fn append(&mut self, later: BadValues, start: usize) {
        for bad in later.list {
            self.count(&bad.value, start + bad.first_row, bad.rows);
        }
        self.uncounted += later.uncounted;
    }
}
