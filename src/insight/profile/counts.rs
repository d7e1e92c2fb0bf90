//! How often each value of a field occurs, over the rows of the table that has the field.

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::{CodedValue, FieldAccess, way};
use crate::base::types::FieldType;
use crate::exec::data::{ColumnData, TableCache};
use crate::lang::model::{Definitions, FieldId};

/// Where the values of a field are: a column, and the way to it from the rows of the field's table.
/// Cheap to clone, so that counting can happen elsewhere.
#[derive(Clone, Debug)]
pub struct FieldPath {
    way: FieldAccess,
    column: Arc<ColumnData>,
    field_type: FieldType,
}

/// Rows by code of the value.
struct Counts {
    by_code: Vec<u64>,
    /// Rows without a value, or without a parent that could have one.
    missing: u64,
}

/// Values and how many rows have them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ValueCounts {
    /// Scale values in the order of the scale, `yes` and `no`; texts by frequency, then by name.
    pub listed: Vec<(String, u64)>,
    /// How many further values there are that are not listed.
    pub more: usize,
    pub missing: u64,
}

impl FieldPath {
    /// The way to a field's values; none if a column or parent on it is not in memory, or if it is
    /// no column but worked out.
    pub fn find(
        definitions: &Definitions,
        memory: &TableCache,
        field: FieldId,
    ) -> Option<FieldPath> {
        let way = way(definitions, |table| memory.table(table), field)?;
        Some(FieldPath {
            column: way.end.clone()?,
            way,
            field_type: definitions.field(field).field_type.clone(),
        })
    }

    /// Whether two ways lead to the same values in memory.
    pub fn is_same(&self, other: &FieldPath) -> bool {
        let mut hops = self.way.hops.iter().zip(&other.way.hops);
        Arc::ptr_eq(&self.column, &other.column)
            && self.way.hops.len() == other.way.hops.len()
            && self.field_type == other.field_type
            && hops.all(|(own, other)| Arc::ptr_eq(own, other))
    }

    /// How many different values there can be; none for numbers and dates.
    pub fn different(&self) -> Option<usize> {
        match (&*self.column, &self.field_type) {
            (ColumnData::Codes(_), FieldType::Scale(scale)) => Some(scale.values.len()),
            (ColumnData::Codes(_), _) => Some(2),
            (ColumnData::Texts { dictionary, .. }, _) => Some(dictionary.len()),
            (ColumnData::Numbers(_) | ColumnData::Instants(_), _) => None,
        }
    }

    /// Rows by code; none for numbers and dates.
    fn counts(&self) -> Option<Counts> {
        let different = self.different()?;
        Some(match &*self.column {
            ColumnData::Codes(codes) => self.tally(codes, different),
            ColumnData::Texts { codes, .. } => self.tally(codes, different),
            ColumnData::Numbers(_) | ColumnData::Instants(_) => return None,
        })
    }

    /// Values with their rows, at most so many of texts; none for numbers and dates.
    pub fn values(&self, most: usize) -> Option<ValueCounts> {
        let counts = self.counts()?;
        let (names, is_text): (Vec<&str>, bool) = match (&*self.column, &self.field_type) {
            (ColumnData::Texts { dictionary, .. }, _) => {
                (dictionary.iter().map(String::as_str).collect(), true)
            }
            (_, FieldType::Scale(scale)) => {
                (scale.values.iter().map(String::as_str).collect(), false)
            }
            (_, _) => (vec!["no", "yes"], false),
        };
        let mut pairs: Vec<(&str, u64)> = names.into_iter().zip(counts.by_code).collect();
        if is_text {
            pairs.retain(|(_, rows)| *rows > 0);
            pairs.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        } else if !matches!(self.field_type, FieldType::Scale(_)) {
            pairs.reverse();
        }
        let more = if is_text {
            pairs.len().saturating_sub(most)
        } else {
            0
        };
        pairs.truncate(pairs.len() - more);
        let listed = pairs
            .into_iter()
            .map(|(name, rows)| (name.to_string(), rows));
        Some(ValueCounts {
            listed: listed.collect(),
            more,
            missing: counts.missing,
        })
    }

    /// Not [`FieldAccess::tally`]: this goes on in the background, where a request to stop is meant for other work.
    fn tally<C: CodedValue>(&self, codes: &[C], different: usize) -> Counts {
        let workers = rayon::current_num_threads().max(1);
        let length = self.way.rows.div_ceil(workers).max(1);
        let parts = (0..self.way.rows).step_by(length).collect::<Vec<usize>>();
        let count = |start: usize| {
            let mut counts = Counts {
                by_code: vec![0; different],
                missing: 0,
            };
            for row in start..(start + length).min(self.way.rows) {
                match self.way.row(row).and_then(|at| codes[at].place()) {
                    Some(place) => counts.by_code[place] += 1,
                    None => counts.missing += 1,
                }
            }
            counts
        };
        let nothing = || Counts {
            by_code: vec![0; different],
            missing: 0,
        };
        parts.into_par_iter().map(count).reduce(nothing, add)
    }
}

fn add(mut left: Counts, right: Counts) -> Counts {
    for (own, more) in left.by_code.iter_mut().zip(right.by_code) {
        *own += more;
    }
    left.missing += right.missing;
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::data::{MISSING_CODE, MISSING_TEXT, NO_ROW};

    fn path(
        hops: Vec<Arc<Vec<u32>>>,
        rows: usize,
        column: Arc<ColumnData>,
        field_type: FieldType,
    ) -> FieldPath {
        let end = Some(Arc::clone(&column));
        FieldPath {
            way: FieldAccess { rows, hops, end },
            column,
            field_type,
        }
    }

    fn texts(codes: Vec<u32>, words: &[&str]) -> Arc<ColumnData> {
        let dictionary = words.iter().map(|word| word.to_string()).collect();
        Arc::new(ColumnData::Texts {
            codes,
            dictionary: Arc::new(dictionary),
        })
    }

    #[test]
    fn a_parents_values_count_the_childs_rows() {
        let path = path(
            vec![Arc::new(vec![0, 1, 1, NO_ROW, 2, 1])],
            6,
            texts(vec![1, 0, MISSING_TEXT], &["core", "web"]),
            FieldType::Text,
        );
        let counts = path.counts().expect("texts are counted");
        assert_eq!(counts.by_code, [3, 1]);
        assert_eq!(counts.missing, 2);
        let values = path.values(1).expect("texts are counted");
        assert_eq!(values.listed, [("core".to_string(), 3)]);
        assert_eq!(values.more, 1);
    }

    #[test]
    fn the_frequent_come_first_and_ties_go_by_name() {
        let path = path(
            Vec::new(),
            4,
            texts(vec![0, 1, 2, 2, 3], &["b", "c", "d", "a-unused"]),
            FieldType::Text,
        );
        let listed = path.values(10).expect("texts are counted").listed;
        let names: Vec<&str> = listed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["d", "b", "c"]);
    }

    #[test]
    fn yes_comes_before_no() {
        let path = path(
            Vec::new(),
            4,
            Arc::new(ColumnData::Codes(vec![0, 1, 0, MISSING_CODE])),
            FieldType::YesNo,
        );
        let values = path.values(10).expect("yes and no are counted");
        assert_eq!(
            values.listed,
            [("yes".to_string(), 1), ("no".to_string(), 2)]
        );
        assert_eq!(values.missing, 1);
    }
}
