//! Texts that a query compares with and that no row has: most likely misspelt.
//!
//! A query's own texts are told whenever they are absent. Those of definitions only where the data has
//! nearly the same: that nothing is a false positive yet is no mistake.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::diagnostic::nearest;
use crate::exec::data::{self, TableSources};
use crate::lang::model::{Condition, Definitions, FieldId, Query, Subject};

/// Values of a field listed in a sentence at most.
const MOST_LISTED: usize = 8;

/// A text that a field has in no row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AbsentText {
    pub field: String,
    pub text: String,
    /// The value that is most likely meant.
    pub near: Option<String>,
    /// Some of the values there are.
    known: Vec<String>,
    is_list_whole: bool,
}

impl AbsentText {
    /// `no row has team = logstics`
    pub fn fact(&self) -> String {
        format!("no row has {} = {}", self.field, self.text)
    }

    /// What to type.
    pub fn advice(&self) -> String {
        match &self.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let more = if self.is_list_whole { "" } else { ", …" };
                format!("{} is one of {}{more}", self.field, self.known.join(", "))
            }
        }
    }

    /// The fact, and what to type.
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.fact(), self.advice())
    }
}

/// Every such text of a query, over tables that hold the fields it reads.
pub fn absent_texts(
    definitions: &Definitions,
    sources: &TableSources,
    query: &Query,
) -> Vec<AbsentText> {
    let mut asked: BTreeMap<FieldId, BTreeSet<&str>> = BTreeMap::new();
    let tests = conditions(query).into_iter();
    for test in tests.flat_map(Condition::tests_of_all_rows) {
        if let Condition::Texts { field, allowed } = test {
            let texts = asked.entry(*field).or_default();
            texts.extend(allowed.iter().map(String::as_str));
        }
    }
    let mut found = Vec::new();
    for (field, words) in asked {
        let absent = data::absent_texts(definitions, sources, field, &words);
        if absent.is_empty() {
            continue;
        }
        let Some(known) = data::texts_of(definitions, sources, field) else {
            continue;
        };
        let of_field = absent.into_iter().filter_map(|word| {
            let is_own = query.text.contains(word);
            let near = match is_own {
                true => near(word, &known),
                false => Some(variant(word, &known)?),
            };
            Some(AbsentText {
                field: definitions.field(field).name.clone(),
                text: word.to_owned(),
                near: near.map(str::to_owned),
                known: known.iter().take(MOST_LISTED).cloned().collect(),
                is_list_whole: known.len() <= MOST_LISTED,
            })
        });
        found.extend(of_field);
    }
    found
}

fn near<'k>(word: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    variant(word, known).or_else(|| nearest(word, known.iter().map(String::as_str)))
}

/// A value that differs by letter case, blanks or signs between words, a plural, or what follows it.
fn variant<'k>(word: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let asked = plain(word);
    let same = |value: &&String| plain(value) == asked;
    let begins = |value: &&String| {
        let value = plain(value);
        let shorter = value.len().min(asked.len());
        shorter > 2 && (value.starts_with(&asked) || asked.starts_with(&value))
    };
    let found = known
        .iter()
        .find(same)
        .or_else(|| known.iter().find(begins));
    found.map(String::as_str)
}

/// Letters and digits alone, in small letters and without the `s` of a plural.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    letters
        .strip_suffix('s')
        .map_or(letters.clone(), str::to_owned)
}

/// The conditions of a query's populations, those of its definitions among them.
fn conditions(query: &Query) -> Vec<&Condition> {
    match &query.subject {
        Subject::List(list) => list.population.filter.iter().collect(),
        Subject::Values(values) => {
            let formulas = values.columns.iter().map(|column| &column.formula);
            let measures = formulas.flat_map(|formula| formula.measures());
            measures
                .flat_map(|measure| measure.population.filter.iter().chain(&measure.with))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_differs_by_case_blanks_a_plural_or_its_end() {
        let known = BTreeSet::from([
            "Payments".to_owned(),
            "web shop".to_owned(),
            "prod".to_owned(),
        ]);
        for (word, value) in [
            ("payments", Some("Payments")),
            ("payment", Some("Payments")),
            ("web-shop", Some("web shop")),
            ("WebShops", Some("web shop")),
            ("production", Some("prod")),
            ("staging", None),
            ("p", None),
        ] {
            assert_eq!(variant(word, &known), value, "{word}");
        }
    }
}
