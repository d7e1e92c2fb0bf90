//! A definition as facts: what each says, which are compared one by one between two versions.

mod measures;
mod policy;
mod schema;

use std::collections::BTreeMap;

use super::normal_form::{NormalForm, RenamedNames};
use crate::base::calendar;
use crate::base::source::{Span, Spanned};
use crate::lang::format;
use crate::lang::model::{Definitions, SymbolKind};
use crate::lang::project::Project;
use crate::lang::syntax::ast::{Definition, Identifier, Text};

/// What a change of a fact changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChangeEffect {
    /// What people read; no number and no verdict.
    Wording,
    /// How reports are read: numbers where they are read again.
    Reading,
    /// What a number is judged by.
    Verdict,
    /// Numbers.
    Value,
}

impl ChangeEffect {
    pub fn word(self) -> &'static str {
        match self {
            ChangeEffect::Wording => "wording",
            ChangeEffect::Reading => "reading of reports",
            ChangeEffect::Verdict => "verdict",
            ChangeEffect::Value => "value",
        }
    }
}

/// Kind, table and name of a symbol.
pub type SymbolPath = (SymbolKind, Option<String>, String);

/// One thing that a definition says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is about, once in a definition: `is`, `weight of severity critical`.
    pub about: String,
    /// The version it belongs to: `since 2026-01-01`.
    pub version: Option<String>,
    /// As a definition writes it.
    pub written: String,
    /// Equal where the meaning is.
    pub meaning: String,
    pub effect: ChangeEffect,
    /// What of the definition depends on it, where that is not all of it.
    pub root: Option<SymbolPath>,
}

impl Fact {
    fn new(about: impl Into<String>, written: impl Into<String>, effect: ChangeEffect) -> Fact {
        let written = written.into();
        Fact {
            about: about.into(),
            version: None,
            meaning: written.clone(),
            written,
            effect,
            root: None,
        }
    }

    fn meaning(mut self, meaning: impl Into<String>) -> Fact {
        self.meaning = meaning.into();
        self
    }

    fn of_version(mut self, version: Option<&String>) -> Fact {
        self.version = version.cloned();
        self
    }

    fn root(mut self, kind: SymbolKind, table: &str, name: &str) -> Fact {
        self.root = Some((kind, Some(table.to_owned()), name.to_owned()));
        self
    }
}

/// A definition with everything it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefinitionFacts {
    /// `kpi`, `calendar`, …
    pub kind: &'static str,
    pub name: String,
    pub title: Option<String>,
    pub place: Span,
    pub facts: Vec<Fact>,
}

/// A definition's kind and name.
pub type DefinitionKey = (&'static str, String);

/// All definitions of a project; versions of one policy are one definition.
pub fn facts(
    project: &Project,
    renamed: &RenamedNames,
) -> BTreeMap<DefinitionKey, DefinitionFacts> {
    let mut found: BTreeMap<DefinitionKey, DefinitionFacts> = BTreeMap::new();
    let reader = FactReader {
        project,
        definitions: &project.definitions,
        normal: NormalForm {
            definitions: &project.definitions,
            renamed,
        },
    };
    for definition in project.files.iter().flat_map(|file| &file.definitions) {
        let head = head(&definition.node, definition.span);
        let key = (head.kind, head.name.to_owned());
        if found.contains_key(&key) {
            continue;
        }
        let mut facts = reader.definition(definition);
        if let Some(title) = head.title {
            let written = format!("title {:?}", title.node);
            facts.push(Fact::new("title", written, ChangeEffect::Wording));
        }
        let definition = DefinitionFacts {
            kind: head.kind,
            name: head.name.to_owned(),
            title: head.title.map(|title| title.node.clone()),
            place: head.place,
            facts,
        };
        found.insert(key, definition);
    }
    found
}

struct DefinitionHead<'a> {
    kind: &'static str,
    name: &'a str,
    title: Option<&'a Text>,
    place: Span,
}

fn head(definition: &Definition, whole: Span) -> DefinitionHead<'_> {
    match definition {
        Definition::Calendar(_) => DefinitionHead {
            kind: "calendar",
            name: "",
            title: None,
            place: whole,
        },
        Definition::Scale(tree) => named("scale", &tree.name, None),
        Definition::Table(tree) => named("table", &tree.name, tree.title.as_ref()),
        Definition::Condition(tree) => named("condition", &tree.name, None),
        Definition::Score(tree) => named("score", &tree.name, tree.title.as_ref()),
        Definition::Sla(tree) => named("sla", &tree.name, tree.title.as_ref()),
        Definition::Kpi(tree) => named("kpi", &tree.name, tree.title.as_ref()),
        Definition::View(tree) => named("view", &tree.name, tree.title.as_ref()),
        Definition::Dashboard(tree) => named("dashboard", &tree.name, tree.title.as_ref()),
        Definition::ReportSource(tree) => named("source", &tree.name, tree.title.as_ref()),
        Definition::Match(tree) => named("match", &tree.name, tree.title.as_ref()),
        Definition::Test(tree) => named("test", &tree.name, None),
    }
}

fn named<'a>(
    kind: &'static str,
    name: &'a Identifier,
    title: Option<&'a Text>,
) -> DefinitionHead<'a> {
    DefinitionHead {
        kind,
        name: &name.node,
        title,
        place: name.span,
    }
}

/// Turns trees and the model of one project into facts.
struct FactReader<'a> {
    project: &'a Project,
    definitions: &'a Definitions,
    normal: NormalForm<'a>,
}

impl FactReader<'_> {
    fn definition(&self, definition: &Spanned<Definition>) -> Vec<Fact> {
        match &definition.node {
            Definition::Calendar(_) => self.calendar(),
            Definition::Scale(tree) => self.scale(&tree.name.node),
            Definition::Table(tree) => self.table(definition, tree),
            Definition::Condition(tree) => self.condition(tree),
            Definition::Score(tree) => self.score(&tree.name.node),
            Definition::Sla(tree) => self.sla(&tree.name.node),
            Definition::Kpi(tree) => self.kpi(&tree.name.node),
            Definition::View(tree) => self.view(&tree.name.node),
            Definition::Dashboard(tree) => self.dashboard(&tree.name.node),
            Definition::ReportSource(_) | Definition::Match(_) => {
                written(definition, ChangeEffect::Reading)
            }
            Definition::Test(_) => written(definition, ChangeEffect::Wording),
        }
    }

    /// The day from which a version applies.
    fn since(&self, instant: Option<i64>) -> Option<String> {
        let day = calendar::local_day(&self.definitions.calendar, instant?)?;
        Some(format!("since {day}"))
    }
}

/// What is compared as it is written: a fact for each clause, in any order.
fn written(definition: &Spanned<Definition>, effect: ChangeEffect) -> Vec<Fact> {
    let (_, clauses) = format::outline(definition);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut facts = Vec::new();
    for clause in clauses {
        let text = match clause.lines.is_empty() {
            true => clause.text,
            false => format!("{} {}", clause.text, clause.lines.join(" ")),
        };
        let word = text.split(' ').next().unwrap_or_default().to_string();
        let number = count.entry(word.clone()).or_default();
        *number += 1;
        let about = match *number {
            1 => word,
            number => format!("{word} {number}"),
        };
        facts.push(Fact::new(about, text, effect));
    }
    facts
}
