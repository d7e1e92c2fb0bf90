//! Texts that conditions ask for and that do not occur in the data (rule S28): most likely misspelt.

use std::collections::BTreeSet;

use super::checked::CheckedRows;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::{Sources, Span};
use crate::exec::data;
use crate::lang::model::{Condition, FieldId, Formula, Measure, Subject, Weights};

/// Values of a field listed in a message at most.
const MOST_LISTED: usize = 8;

/// Warns of every such text, at its place.
pub(super) fn check(rows: &CheckedRows, sources: &Sources, problems: &mut Problems) {
    let mut found = TextChecks {
        rows,
        sources,
        problems,
    };
    let definitions = rows.definitions;
    for table in &definitions.tables {
        let events = table
            .events
            .iter()
            .filter_map(|event| Some((event.filter.as_ref()?, event.span)));
        for (filter, span) in events {
            found.condition(filter, span);
        }
        for exclude in &table.excludes {
            found.condition(&exclude.filter, table.span);
        }
    }
    for sla in &definitions.slas {
        let lines = sla.versions.iter().flat_map(|version| &version.lines);
        for filter in lines.filter_map(|line| line.filter.as_ref()) {
            found.condition(filter, sla.span);
        }
    }
    found.scores();
    found.kpis();
}

struct TextChecks<'a> {
    rows: &'a CheckedRows<'a>,
    sources: &'a Sources,
    problems: &'a mut Problems,
}

impl<'a> TextChecks<'a> {
    fn scores(&mut self) {
        for score in &self.rows.definitions.scores {
            for version in &score.versions {
                for factor in std::iter::once(&version.base).chain(&version.times) {
                    match &factor.weights {
                        Weights::Texts { listed, .. } => {
                            let words = listed.iter().map(|(word, _)| word.as_str());
                            self.texts(factor.field, words, score.span);
                        }
                        Weights::Itself | Weights::Codes { .. } => {}
                    }
                }
            }
        }
    }

    fn kpis(&mut self) {
        let rows = self.rows;
        let columns = match &rows.everything.subject {
            Subject::Values(values) => values.columns.as_slice(),
            Subject::List(_) => &[],
        };
        for column in columns {
            self.formula(&column.formula);
        }
    }

    fn formula(&mut self, formula: &Formula) {
        match formula {
            Formula::Number(_) | Formula::Constant { .. } | Formula::Kpi(_) => {}
            Formula::Measure(measure) => self.measure(measure),
            Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => self.formula(inner),
            Formula::Binary { left, right, .. } => {
                self.formula(left);
                self.formula(right);
            }
        }
    }

    fn measure(&mut self, measure: &Measure) {
        let conditions = measure.population.filter.iter().chain(&measure.with);
        for condition in conditions {
            self.condition(condition, measure.span);
        }
    }

    fn condition(&mut self, condition: &Condition, span: Span) {
        for test in condition.tests_of_all_rows() {
            if let Condition::Texts { field, allowed } = test {
                self.texts(*field, allowed.iter().map(String::as_str), span);
            }
        }
    }

    fn texts<'t>(&mut self, field: FieldId, words: impl Iterator<Item = &'t str>, span: Span) {
        let Some(known) = self.known(field) else {
            return;
        };
        let name = &self.rows.definitions.field(field).name;
        for word in words.filter(|word| !known.contains(*word)) {
            let place = self.place_of(word, span);
            let message = format!("no row of the data has {name} = {word}");
            let mut problem = Diagnostic::warning("D922", place, message);
            problem = match nearest(word, known.iter().map(String::as_str)) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.help(listed(name, &known)),
            };
            self.problems.push(problem);
        }
    }

    /// All texts of a field in the data; `None` where nothing was loaded or all are missing.
    fn known(&self, field: FieldId) -> Option<BTreeSet<String>> {
        let rows = self.rows;
        data::texts_of(rows.definitions, rows.sources, field)
    }

    /// Where the word stands in the definition that a span begins in; the span if it does not, which
    /// is so for words of a named condition.
    fn place_of(&self, word: &str, span: Span) -> Span {
        let text = &self.sources.get(span.source).text;
        let start = span.start as usize;
        let lines = text[start..]
            .match_indices('\n')
            .map(|(newline, _)| start + newline + 1);
        let end = lines
            .into_iter()
            .find(|line| text[*line..].starts_with(|first: char| first.is_alphabetic()))
            .unwrap_or(text.len());
        let is_part = |character: Option<char>| {
            character
                .is_some_and(|character| character.is_alphanumeric() || "_-".contains(character))
        };
        let place = text[start..end]
            .match_indices(word)
            .map(|(at, _)| start + at)
            .find(|at| {
                !is_part(text[..*at].chars().next_back())
                    && !is_part(text[at + word.len()..].chars().next())
            });
        place.map_or(span, |at| Span {
            source: span.source,
            start: at as u32,
            end: (at + word.len()) as u32,
        })
    }
}

fn listed(name: &str, known: &BTreeSet<String>) -> String {
    let mut words: Vec<&str> = known.iter().map(String::as_str).take(MOST_LISTED).collect();
    if known.len() > MOST_LISTED {
        words.push("…");
    }
    format!("{name} is one of: {}", words.join(", "))
}
