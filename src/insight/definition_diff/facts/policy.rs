//! Facts of conditions, scores and SLAs.

use super::{ChangeEffect, Fact, FactReader};
use crate::base::types::FieldType;
use crate::insight::definition_diff::normal_form::NormalForm;
use crate::lang::format;
use crate::lang::model::{EventId, Factor, Score, ScoreVersion, Sla, StateId, Weights};
use crate::lang::syntax::ast::{self, Definition, SlaClause};

impl FactReader<'_> {
    pub(super) fn condition(&self, tree: &ast::NamedCondition) -> Vec<Fact> {
        let mut conditions = self.definitions.conditions.iter();
        let named = conditions.find(|named| named.name == tree.name.node);
        let mut meanings: Vec<String> = named
            .iter()
            .flat_map(|named| &named.meanings)
            .map(|(_, meaning)| self.normal.condition(meaning))
            .collect();
        meanings.sort();
        let written = format!("is {}", format::condition(&tree.condition.node));
        vec![Fact::new("is", written, ChangeEffect::Value).meaning(meanings.join("; "))]
    }

    /// Weights one by one, for each word of a scale: `otherwise` stands for those that have no line.
    pub(super) fn score(&self, name: &str) -> Vec<Fact> {
        let mut scores = self.definitions.scores.iter();
        let Some(score) = scores.find(|score| score.name == name) else {
            return Vec::new();
        };
        let table = self.normal.table(score.table);
        let mut facts = vec![Fact::new("of", format!("of {table}"), ChangeEffect::Value)];
        for version in &score.versions {
            facts.extend(self.score_version(score, version));
        }
        facts
    }

    fn score_version(&self, score: &Score, version: &ScoreVersion) -> Vec<Fact> {
        let since = self.since(version.since);
        let mut facts = self.factor(score, "base", &version.base);
        for factor in &version.times {
            facts.extend(self.factor(score, "times", factor));
        }
        if let Some(cap) = version.cap {
            facts.push(Fact::new("cap", format!("cap {cap}"), ChangeEffect::Value));
        }
        facts
            .into_iter()
            .map(|fact| fact.of_version(since.as_ref()))
            .collect()
    }

    fn factor(&self, score: &Score, word: &str, factor: &Factor) -> Vec<Fact> {
        let field = self.definitions.field(factor.field);
        let owner = &self.definitions.table(score.table).name;
        let name = self.normal.name(
            crate::lang::model::SymbolKind::Field,
            Some(owner),
            &field.name,
        );
        let about = format!("{word} {name}");
        let line = |value: &str, weight: f64| {
            let about = match value.is_empty() {
                true => about.clone(),
                false => format!("{about} {value}"),
            };
            let written = format!("{about} {weight}");
            Fact::new(about, written, ChangeEffect::Value)
        };
        match &factor.weights {
            Weights::Itself => vec![Fact::new(
                about.clone(),
                format!("{about} itself"),
                ChangeEffect::Value,
            )],
            Weights::Codes { by_code, missing } => {
                let codes = by_code.iter().enumerate();
                let word = |code: usize| word_of(&field.field_type, code);
                let lines = codes.map(|(code, weight)| line(&word(code), *weight));
                lines
                    .chain(missing.map(|weight| line("missing", weight)))
                    .collect()
            }
            Weights::Texts { listed, otherwise } => {
                // A listed text that weighs what all others do says nothing.
                let said = listed.iter().filter(|(_, weight)| weight != otherwise);
                let lines = said.map(|(text, weight)| line(&format!("{text:?}"), *weight));
                lines.chain([line("otherwise", *otherwise)]).collect()
            }
        }
    }

    pub(super) fn sla(&self, name: &str) -> Vec<Fact> {
        let mut slas = self.definitions.slas.iter();
        let Some(sla) = slas.find(|sla| sla.name == name) else {
            return Vec::new();
        };
        let mut facts = self.clock(sla);
        let written = self.written_due_lines(name);
        for (version, written) in sla.versions.iter().zip(written) {
            let since = self.since(version.since);
            let lines = version.lines.iter().zip(written).enumerate();
            facts.extend(lines.map(|(place, (line, written))| {
                let filter = self.normal.filter(line.filter.as_ref());
                Fact::new(
                    format!("due line {}", place + 1),
                    written,
                    ChangeEffect::Value,
                )
                .meaning(format!("{}{filter}", self.normal.due_time(line.time)))
                .of_version(since.as_ref())
            }));
        }
        facts
    }

    fn clock(&self, sla: &Sla) -> Vec<Fact> {
        let value = |about: &str, names: Vec<String>| {
            let written = format!("{about} {}", names.join(", "));
            Fact::new(about, written, ChangeEffect::Value)
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let table = sla.table;
        let stops = sla.stops.iter().map(|event| self.normal.event(*event));
        let pauses = sla.pauses.iter();
        let pauses = pauses.map(|state| {
            self.normal.state(StateId {
                table,
                state: *state,
            })
        });
        let starts: EventId = sla.starts;
        let mut facts = vec![
            value("of", vec![self.normal.table(table)]),
            value("starts", vec![self.normal.event(starts)]),
            value("stops", sorted(stops.collect())),
        ];
        if !sla.pauses.is_empty() {
            facts.push(value("pauses", sorted(pauses.collect())));
        }
        if let Some(prefix) = &sla.prefix {
            facts.push(value("prefix", vec![prefix.clone()]));
        }
        if let Some(owner) = &sla.owner {
            let written = format!("owner {owner:?}");
            facts.push(Fact::new("owner", written, ChangeEffect::Wording));
        }
        facts
    }

    /// The `due` lines of each version as they are written, in the order in which versions apply.
    fn written_due_lines(&self, name: &str) -> Vec<Vec<String>> {
        let mut versions: Vec<(Option<String>, Vec<String>)> = Vec::new();
        let all = self.project.files.iter().flat_map(|file| &file.definitions);
        for definition in all {
            let Definition::Sla(tree) = &definition.node else {
                continue;
            };
            if tree.name.node != name {
                continue;
            }
            let (_, texts) = format::outline(definition);
            let clauses = || tree.clauses.iter().zip(&texts);
            let due = clauses().filter(|(clause, _)| matches!(clause.node, SlaClause::Due { .. }));
            let mut since = clauses()
                .filter(|(clause, _)| matches!(clause.node, SlaClause::Since(_)))
                .map(|(_, written)| written.text.clone());
            versions.push((
                since.next(),
                due.map(|(_, written)| written.text.clone()).collect(),
            ));
        }
        versions.sort();
        versions.into_iter().map(|(_, lines)| lines).collect()
    }
}

fn word_of(field_type: &FieldType, code: usize) -> String {
    NormalForm::word(field_type, u8::try_from(code).unwrap_or(u8::MAX))
}
