//! Tables, events, states and fields as candidates.

use super::Candidate;
use crate::app::repl::catalogue::{Catalogue, FieldKind, FieldWords, KpiWords, Noun, TableWords};
use crate::lang::syntax::NameBeforeCursor;
use crate::render;

/// The tables that names are about; none named: all.
pub(in crate::app::repl) fn tables(
    about: &[NameBeforeCursor],
    catalogue: &Catalogue,
) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for named in about {
        match named {
            NameBeforeCursor::Table(name) => found.extend(catalogue.table(name)),
            NameBeforeCursor::Formula(name) => {
                found.extend(catalogue.formula(name).iter().flat_map(|own| &own.tables));
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|table| seen.insert(*table));
    found
}

/// Fields that all of some tables have, those that people group by first. Of no table in particular:
/// the fields of any.
pub(in crate::app::repl) fn fields<'c>(
    about: &[NameBeforeCursor],
    catalogue: &'c Catalogue,
) -> Vec<(usize, usize, &'c FieldWords)> {
    let tables = tables(about, catalogue);
    let anywhere: Vec<usize> = (0..catalogue.tables.len()).collect();
    let of = if tables.is_empty() {
        &anywhere
    } else {
        &tables
    };
    let mut found: Vec<(usize, usize, &FieldWords)> = Vec::new();
    for table in of {
        for (index, field) in catalogue.tables[*table].fields.iter().enumerate() {
            let is_known = found.iter().any(|(_, _, known)| known.name == field.name);
            let is_common = tables
                .iter()
                .all(|other| has(&catalogue.tables[*other], field));
            if !is_known && is_common {
                found.push((*table, index, field));
            }
        }
    }
    let about = if tables.is_empty() { &[] } else { about };
    let usual = usual(about, catalogue);
    let rank = |field: &FieldWords| {
        let place = usual.iter().position(|name| *name == field.name);
        (place.unwrap_or(usize::MAX), !field.is_declared)
    };
    found.sort_by_key(|(_, _, field)| rank(field));
    found
}

fn has(table: &TableWords, field: &FieldWords) -> bool {
    table.fields.iter().any(|own| own.name == field.name)
}

/// The dimensions that the KPIs meant list, in their order; where no KPI is named, those that most
/// KPIs over the tables list.
fn usual<'c>(about: &[NameBeforeCursor], catalogue: &'c Catalogue) -> Vec<&'c str> {
    let mut names: Vec<&str> = Vec::new();
    for named in about {
        if let NameBeforeCursor::Formula(name) = named
            && let Some(formula) = catalogue.formula(name)
        {
            names.extend(formula.dimensions.iter().map(String::as_str));
        }
    }
    if names.is_empty() {
        let tables = tables(about, catalogue);
        let is_over = |kpi: &&KpiWords| {
            tables.is_empty() || kpi.tables.iter().any(|table| tables.contains(table))
        };
        let all = catalogue.kpis.iter().filter(is_over);
        let all: Vec<&str> = all
            .flat_map(|kpi| &kpi.dimensions)
            .map(String::as_str)
            .collect();
        let count = |name: &str| all.iter().filter(|other| **other == name).count();
        names.clone_from(&all);
        names.sort_by_key(|name| std::cmp::Reverse(count(name)));
    }
    names
}

/// All tables, those of the most KPIs first.
pub(super) fn by_use(catalogue: &Catalogue) -> Vec<usize> {
    let mut tables: Vec<usize> = (0..catalogue.tables.len()).collect();
    let count = |table: usize| {
        catalogue
            .kpis
            .iter()
            .filter(|kpi| kpi.tables.contains(&table))
            .count()
    };
    tables.sort_by_key(|table| std::cmp::Reverse(count(*table)));
    tables
}

/// A field as a candidate.
pub(super) fn candidate(field: &FieldWords) -> Candidate {
    Candidate::new(name(&field.name), field.about.clone())
}

/// A name as it must be written: in back-ticks if it is a word of the language.
pub(super) fn name(name: &str) -> String {
    let mut letters = name.chars();
    let is_plain = letters
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && letters.all(crate::lang::syntax::is_name_character);
    match is_plain && !crate::lang::syntax::is_reserved(name) {
        true => name.to_string(),
        false => format!("`{name}`"),
    }
}

/// Nouns as candidates.
pub(super) fn nouns(nouns: &[Noun]) -> Vec<Candidate> {
    let candidates = nouns.iter();
    candidates
        .map(|noun| Candidate::new(name(&noun.name), noun.about.clone()))
        .collect()
}

/// Tables with their rows.
pub(super) fn table_candidates(catalogue: &Catalogue) -> Vec<Candidate> {
    let about = |table: &TableWords| match table.rows {
        Some(rows) if table.about.is_empty() => rows_words(rows as u64),
        Some(rows) => format!("{}, {}", table.about, rows_words(rows as u64)),
        None => table.about.clone(),
    };
    let tables = catalogue.tables.iter();
    tables
        .map(|table| Candidate::new(name(&table.name), about(table)))
        .collect()
}

/// `1,204 rows`
pub(in crate::app::repl) fn rows_words(rows: u64) -> String {
    match rows {
        1 => "1 row".to_string(),
        rows => format!("{} rows", render::count(rows)),
    }
}

/// Events, states or both of the tables meant; of no table in particular, of all.
pub(super) fn roles(
    about: &[NameBeforeCursor],
    catalogue: &Catalogue,
    of: impl Fn(&TableWords) -> Vec<Candidate>,
) -> Vec<Candidate> {
    let tables = tables(about, catalogue);
    let anywhere: Vec<usize> = (0..catalogue.tables.len()).collect();
    let of_tables = if tables.is_empty() { anywhere } else { tables };
    let words = of_tables.iter().map(|table| &catalogue.tables[*table]);
    words.flat_map(of).collect()
}

/// Whether a function can measure a field.
pub(super) fn is_number(field: &FieldWords) -> bool {
    field.kind == FieldKind::Number
}
