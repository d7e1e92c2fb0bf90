//! Values of a field as candidates.

use super::fields::rows_words;
use super::{Candidate, fields, times};
use crate::repl::catalogue::{Catalogue, FieldKind, FieldWords, Values};
use crate::syntax::{self, Named};

/// The field that a name means: its table and place, and its words.
pub(in crate::repl) fn field<'c>(
    about: &[Named],
    wanted: &(Option<String>, String),
    catalogue: &'c Catalogue,
) -> Option<(usize, usize, &'c FieldWords)> {
    let (table, name) = wanted;
    let of_table = |table: usize| {
        let fields = &catalogue.tables[table].fields;
        let index = fields.iter().position(|field| field.name == *name)?;
        Some((table, index, &fields[index]))
    };
    match table {
        Some(table) => of_table(catalogue.table(table)?),
        None => {
            let tables = fields::tables(about, catalogue);
            let named = tables.into_iter().find_map(of_table);
            named.or_else(|| fields::by_use(catalogue).into_iter().find_map(of_table))
        }
    }
}

/// Values that a field may have: in the order of its scale, or as often as they were found.
pub(super) fn candidates(
    about: &[Named],
    wanted: &(Option<String>, String),
    catalogue: &Catalogue,
) -> Vec<Candidate> {
    let Some((table, index, words)) = field(about, wanted, catalogue) else {
        return Vec::new();
    };
    if words.kind == FieldKind::Date {
        return times::dates(catalogue);
    }
    match catalogue.values(table, index) {
        Values::Open => Vec::new(),
        Values::Ordered(values) => {
            let values = values.into_iter();
            let about = |rows: Option<u64>| rows.map(rows_words).unwrap_or_default();
            values
                .filter_map(|(value, rows)| Some(Candidate::new(written(&value)?, about(rows))))
                .collect()
        }
        Values::Found(values, _) => {
            let values = values.into_iter();
            values
                .filter_map(|(value, rows)| {
                    Some(Candidate::new(written(&value)?, rows_words(rows)))
                })
                .collect()
        }
    }
}

/// A value as the language writes it; none if it cannot.
fn written(value: &str) -> Option<String> {
    match syntax::is_bare(value) {
        true => Some(value.to_string()),
        false => syntax::quoted(value),
    }
}
