//! Texts that a query asks for and that no row has: most likely misspelt. A checked query → what to say.

use std::collections::BTreeSet;

use super::session::Session;
use crate::base::diagnostic::nearest;
use crate::exec::data;
use crate::lang::model::{Condition, FieldId, Population, Query, Subject};
use crate::render;

impl Session {
    /// A line for each text of the query's own that its field never has in the data.
    pub(super) fn unknown_texts(&self, query: &Query) -> String {
        let definitions = &self.workspace.definitions;
        let sources = self.tables.borrow().known_sources(definitions);
        let known = |field| data::texts_of(definitions, &sources, field);
        let mut lines = Vec::new();
        for (field, word) in asked(query) {
            // Those of definitions are told by `riskql check --data`.
            let is_own = query.text.contains(word.as_str());
            let Some(known) = known(field).filter(|known| is_own && !known.contains(&word)) else {
                continue;
            };
            let name = &self.workspace.definitions.field(field).name;
            let advice = match nearest(&word, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("those there are: \\values {name}"),
            };
            let line = format!("no row has {name} = {word}; {advice}");
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let remark = |line: &String| render::remark(line, self.settings.look);
        lines.iter().map(remark).collect()
    }
}

/// The texts that the populations of a query compare with.
fn asked(query: &Query) -> BTreeSet<(FieldId, String)> {
    let mut found = BTreeSet::new();
    let mut of_population = |population: &Population| {
        if let Some(condition) = &population.filter {
            texts(condition, &mut found);
        }
    };
    match &query.subject {
        Subject::List(list) => of_population(&list.population),
        Subject::Values(values) => {
            let formulas = values.columns.iter().map(|column| &column.formula);
            for measure in formulas.flat_map(|formula| formula.measures()) {
                of_population(&measure.population);
            }
        }
    }
    found
}

fn texts(condition: &Condition, found: &mut BTreeSet<(FieldId, String)>) {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            for part in parts {
                texts(part, found);
            }
        }
        Condition::Not(inner) => texts(inner, found),
        Condition::Texts { field, allowed } => {
            found.extend(allowed.iter().map(|word| (*field, word.clone())));
        }
        Condition::Codes { .. }
        | Condition::ContainsText { .. }
        | Condition::Exists(_)
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_)
        | Condition::Within { .. } => {}
    }
}
