//! Values of a field as candidates.

use super::fields::rows_words;
use super::word::Word;
use super::{Candidate, fields, times};
use crate::app::repl::catalogue::{Catalogue, FieldKind, FieldWords, KnownValues};
use crate::lang::syntax::{self, NameBeforeCursor};
use crate::render;

/// The field that a name means: its table and place, and its words.
pub(in crate::app::repl) fn field<'c>(
    about: &[NameBeforeCursor],
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

/// Of so many values one is looked for that a misspelt one may mean.
const MOST_COMPARED: usize = 300;

/// Values that a field may have and that hold what was typed: in the order of its scale, or as often
/// as they were found. If none holds it, some to compare it with.
pub(super) fn candidates(
    about: &[NameBeforeCursor],
    wanted: &(Option<String>, String),
    word: &Word,
    catalogue: &Catalogue,
) -> Vec<Candidate> {
    let Some((table, index, words)) = field(about, wanted, catalogue) else {
        return Vec::new();
    };
    if words.kind == FieldKind::Date {
        return times::dates(catalogue);
    }
    let Some(choices) = catalogue.choices(table, index) else {
        return declared(&catalogue.values(table, index));
    };
    let typed = word.typed.to_lowercase();
    let holding = choices
        .iter()
        .filter(|choice| choice.lower.contains(&typed));
    let holding: Vec<Candidate> = holding.map(|choice| choice.candidate.clone()).collect();
    if !holding.is_empty() || word.is_long {
        return holding;
    }
    let some = choices.iter().take(MOST_COMPARED);
    some.map(|choice| choice.candidate.clone()).collect()
}

/// What a definition lists, as long as nothing is counted.
fn declared(values: &KnownValues) -> Vec<Candidate> {
    match values {
        KnownValues::Open | KnownValues::Found(..) => Vec::new(),
        KnownValues::Ordered(values) => values
            .iter()
            .filter_map(|(value, rows)| Candidate::of_value(value, *rows))
            .collect(),
    }
}

impl Candidate {
    /// A value as the language writes it; none if it cannot be written or shown.
    pub(in crate::app::repl) fn of_value(value: &str, rows: Option<u64>) -> Option<Candidate> {
        if value.chars().any(render::is_harmful) {
            return None;
        }
        let written = match syntax::is_bare(value) {
            true => value.to_string(),
            false => syntax::quoted(value)?,
        };
        Some(Candidate {
            replacement: written,
            about: rows.map(rows_words).unwrap_or_default(),
        })
    }
}
