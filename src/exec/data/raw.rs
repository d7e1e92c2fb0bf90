//! What every format reader hands back, and how rows are named in messages.

use super::columns::TypedColumn;

/// A file's wanted columns, converted; keys and parents are still unchecked.
pub(super) struct RawTable {
    pub rows: usize,
    /// All column names of the file.
    pub header: Vec<String>,
    /// By wanted column; `None`: the file has none of that name.
    pub columns: Vec<Option<TypedColumn>>,
    pub numbering: Numbering,
}

/// More changes than this are not kept: after them, lines are off by some.
const MOST_RUNS: usize = 1 << 20;

/// What a row is called: `line 14` of a text file, `row 13` of a table.
#[derive(Clone, Debug)]
pub(super) struct Numbering {
    word: &'static str,
    /// Rows from which on the number is a given one and grows by one a row.
    runs: Vec<(usize, u64)>,
    /// The files that rows are in, each with its first row; numbers are then those in the file.
    parts: Vec<(usize, String)>,
}

impl Numbering {
    /// Rows are numbered from 1.
    pub(super) fn rows() -> Self {
        Numbering {
            word: "row",
            runs: vec![(0, 1)],
            parts: Vec::new(),
        }
    }

    /// Rows are numbered from 1 in each of several files, which are given with their first row.
    pub(super) fn rows_of(parts: Vec<(usize, String)>) -> Self {
        Numbering {
            parts,
            ..Numbering::rows()
        }
    }

    /// Rows are named by lines that are told later.
    pub(super) fn lines() -> Self {
        Numbering {
            word: "line",
            ..Numbering::told_rows()
        }
    }

    /// Rows are named by numbers that are told later.
    pub(super) fn told_rows() -> Self {
        Numbering {
            word: "row",
            runs: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Tells the number of a row later than all told so far.
    #[inline]
    pub(super) fn push(&mut self, row: usize, number: u64) {
        let expected = self.number(row);
        if expected != Some(number) && self.runs.len() < MOST_RUNS {
            self.runs.push((row, number));
        }
    }

    fn number(&self, row: usize) -> Option<u64> {
        let after = match self.runs.last() {
            Some((start, _)) if *start <= row => self.runs.len(),
            Some(_) | None => self.runs.partition_point(|(start, _)| *start <= row),
        };
        let (start, number) = self.runs.get(after.checked_sub(1)?)?;
        Some(number + (row - start) as u64)
    }

    /// Adds the numbers of later rows, which start at `start`.
    pub(super) fn append(&mut self, later: Numbering, start: usize) {
        for (row, number) in later.runs {
            self.push(start + row, number);
        }
    }

    /// ``line 14``, ``row 13`` or ``row 13 of `part-0.parquet` ``.
    pub(super) fn describe(&self, row: usize) -> String {
        let after = self.parts.partition_point(|(start, _)| *start <= row);
        if let Some((start, part)) = after.checked_sub(1).map(|place| &self.parts[place]) {
            return format!("{} {} of `{part}`", self.word, row - start + 1);
        }
        format!(
            "{} {}",
            self.word,
            self.number(row).unwrap_or(row as u64 + 1)
        )
    }
}
