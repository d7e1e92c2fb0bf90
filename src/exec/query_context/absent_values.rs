//! Values that a query compares with and that no row has: texts that are most likely misspelt, numbers and dates that
//! lie outside of all there are.
//!
//! A query's own values are told whenever no row has them. Texts of definitions only where the data has
//! nearly the same: that nothing is a false positive yet is no mistake.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::calendar;
use crate::base::diagnostic::nearest;
use crate::exec::answer::{Answer, Cell};
use crate::exec::data::{self, TableSources};
use crate::lang::model::{Condition, Definitions, FieldId, NumberTest, Query, Subject};

/// Values of a field listed in a sentence at most.
const MOST_LISTED: usize = 8;

/// No shorter beginning of a text is looked for in its place.
const SHORTEST_PART: usize = 3;

/// A test of a value that no row passes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AbsentValue {
    pub field: String,
    /// `epss > 50`
    test: String,
    /// What is most likely meant: `logistics`.
    pub near: Option<String>,
    /// What there is: `epss goes from 0.02 to 0.9`.
    there: String,
    /// Whether `\values` of the session lists what there is.
    pub is_listed: bool,
}

impl AbsentValue {
    /// `no row has team = logstics`
    pub fn fact(&self) -> String {
        format!("no row has {}", self.test)
    }

    /// What to type.
    pub fn advice(&self) -> String {
        match &self.near {
            Some(near) => format!("did you mean `{near}`?"),
            None => self.there.clone(),
        }
    }

    /// The fact, and what to type.
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.fact(), self.advice())
    }
}

/// Every such value of some queries, each once, over tables that hold the fields they read.
pub fn absent_values<'a>(
    definitions: &Definitions,
    sources: &TableSources,
    answered: impl IntoIterator<Item = (&'a Query, &'a Answer)>,
) -> Vec<AbsentValue> {
    let mut asked = AskedTexts::new();
    let mut found: Vec<AbsentValue> = Vec::new();
    for (query, answer) in answered {
        let search = ValueSearch {
            definitions,
            sources,
            query,
        };
        for absent in of_query(&search, answer, &mut asked) {
            if !found.contains(&absent) {
                found.push(absent);
            }
        }
    }
    found
}

/// Which of some texts a field has nowhere: the cards of a board ask for the same again and again.
type AskedTexts<'a> = BTreeMap<(FieldId, BTreeSet<&'a str>), Vec<&'a str>>;

fn of_query<'a>(
    search: &ValueSearch<'a>,
    answer: &Answer,
    asked: &mut AskedTexts<'a>,
) -> Vec<AbsentValue> {
    let tests = conditions(search.query).into_iter();
    let tests: Vec<&Condition> = tests.flat_map(Condition::tests_of_all_rows).collect();
    let mut found = search.texts(&tests, asked);
    // Looking for parts of texts reads them all: that is for answers in which nothing is.
    let is_empty = has_no_rows(answer);
    for test in tests {
        let absent = match test {
            Condition::Number { field, test } => search.number(*field, *test),
            Condition::Between { field, from, until } => search.date(*field, *from, *until),
            Condition::ContainsText { field, text } if is_empty => search.part(*field, text),
            _ => None,
        };
        if let Some(absent) = absent
            && !found.contains(&absent)
        {
            found.push(absent);
        }
    }
    found
}

/// Whether no row stands behind any value.
fn has_no_rows(answer: &Answer) -> bool {
    let mut cells = answer.rows.iter().flat_map(|row| &row.cells);
    answer.rows.is_empty()
        || !cells.any(|cell| match cell {
            Cell::Value(value) => value.rows > 0,
            Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => false,
        })
}

/// A query, and what its tests are looked for in.
struct ValueSearch<'s> {
    definitions: &'s Definitions,
    sources: &'s TableSources,
    query: &'s Query,
}

impl<'s> ValueSearch<'s> {
    fn texts(&self, tests: &[&'s Condition], asked: &mut AskedTexts<'s>) -> Vec<AbsentValue> {
        let mut compared: BTreeMap<FieldId, BTreeSet<&str>> = BTreeMap::new();
        for test in tests {
            if let Condition::Texts { field, allowed } = test {
                let texts = compared.entry(*field).or_default();
                texts.extend(allowed.iter().map(String::as_str));
            }
        }
        let (definitions, sources) = (self.definitions, self.sources);
        let mut found = Vec::new();
        for (field, words) in compared {
            let absent = asked
                .entry((field, words))
                .or_insert_with_key(|(field, words)| {
                    data::absent_texts(definitions, sources, *field, words)
                });
            if absent.is_empty() {
                continue;
            }
            let Some(known) = data::texts_of(definitions, sources, field) else {
                continue;
            };
            let absent = absent.iter();
            found.extend(absent.filter_map(|word| self.text(field, word, &known)));
        }
        found
    }

    fn text(&self, field: FieldId, word: &str, known: &BTreeSet<String>) -> Option<AbsentValue> {
        let near = match self.query.text.contains(word) {
            true => near(word, known),
            false => Some(variant(word, known)?),
        };
        let name = self.name(field);
        let listed = known.iter().take(MOST_LISTED).cloned();
        let listed = listed.collect::<Vec<String>>().join(", ");
        let more = if known.len() <= MOST_LISTED {
            ""
        } else {
            ", …"
        };
        Some(AbsentValue {
            field: name.to_owned(),
            test: format!("{name} = {word}"),
            near: near.map(str::to_owned),
            there: format!("{name} is one of {listed}{more}"),
            is_listed: true,
        })
    }

    fn name(&self, field: FieldId) -> &str {
        &self.definitions.field(field).name
    }

    /// Whether the query itself names the field: what a definition compares with is no mistake because nothing is so yet.
    fn is_own(&self, field: FieldId) -> bool {
        let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let mut words = self.query.text.split(|letter| !is_of_name(letter));
        words.any(|word| word == self.name(field))
    }

    fn number(&self, field: FieldId, test: NumberTest) -> Option<AbsentValue> {
        if !self.is_own(field) {
            return None;
        }
        let (lowest, highest) = data::number_span(self.definitions, self.sources, field)?;
        let (word, limit, may_hold) = match test {
            NumberTest::Equal(limit) => {
                let is_there = data::has_number(self.definitions, self.sources, field, limit);
                ("=", limit, is_there.unwrap_or(true))
            }
            NumberTest::Less(limit) => ("<", limit, lowest < limit),
            NumberTest::AtMost(limit) => ("<=", limit, lowest <= limit),
            NumberTest::Greater(limit) => (">", limit, highest > limit),
            NumberTest::AtLeast(limit) => (">=", limit, highest >= limit),
        };
        let name = self.name(field);
        // Of fractions a percentage may have been meant, and the other way round.
        let is_fraction = lowest >= 0.0 && highest <= 1.0 && limit > 1.0;
        (!may_hold).then(|| AbsentValue {
            field: name.to_owned(),
            test: format!("{name} {word} {limit}"),
            near: (is_fraction && limit <= 100.0)
                .then(|| format!("{name} {word} {}", limit / 100.0)),
            there: format!("{name} goes from {lowest} to {highest}"),
            is_listed: false,
        })
    }

    fn date(&self, field: FieldId, from: i64, until: i64) -> Option<AbsentValue> {
        if !self.is_own(field) {
            return None;
        }
        let (first, last) = data::date_span(self.definitions, self.sources, field)?;
        if from <= last && first < until {
            return None;
        }
        let day = |micros: i64| {
            let day = calendar::local_day(&self.definitions.calendar, micros);
            day.map_or_else(|| "?".to_owned(), |day| day.to_string())
        };
        let name = self.name(field);
        let test = match (from, until) {
            (i64::MIN, until) => format!("{name} before {}", day(until)),
            (from, i64::MAX) => format!("{name} from {} on", day(from)),
            (from, until) => format!("{name} from {} to {}", day(from), day(until - 1)),
        };
        Some(AbsentValue {
            field: name.to_owned(),
            test,
            near: None,
            there: format!("{name} goes from {} to {}", day(first), day(last)),
            is_listed: false,
        })
    }

    /// A text that stands in none; most likely a shorter one does.
    fn part(&self, field: FieldId, text: &str) -> Option<AbsentValue> {
        if !self.query.text.to_lowercase().contains(text) {
            return None;
        }
        let trimmed = text.trim();
        let ends = trimmed
            .char_indices()
            .map(|(at, letter)| at + letter.len_utf8());
        let shorter = ends
            .skip(SHORTEST_PART - 1)
            .map(|end| trimmed[..end].trim_end().to_owned());
        let parts: Vec<String> = shorter.chain([text.to_owned()]).collect();
        let last = data::last_contained(self.definitions, self.sources, field, &parts)?;
        if last == Some(parts.len() - 1) {
            return None;
        }
        let near = last.map(|place| &parts[place]);
        let name = self.name(field);
        Some(AbsentValue {
            field: name.to_owned(),
            test: format!("{name} contains \"{text}\""),
            near: near.map(|part| format!("{name} contains \"{part}\"")),
            there: "the letters must stand in it as written, one behind the other".to_owned(),
            is_listed: true,
        })
    }
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
