//! What is asked of both versions.

use std::collections::BTreeSet;

use crate::base::source::Sources;
use crate::insight::definition_diff::compare::{DefinitionDiff, DefinitionFate};
use crate::insight::definition_diff::facts::ChangeEffect;
use crate::insight::definition_diff::normal_form::{NormalForm, RenamedNames};
use crate::insight::gate;
use crate::lang::analyze;
use crate::lang::model::{Definitions, Kpi, Query, Subject, SymbolKind};

/// What is asked of both versions.
pub struct DiffQueries {
    pub(super) kpis: Vec<KpiQueries>,
    pub(super) views: Vec<ViewQueries>,
}

pub(super) struct KpiQueries {
    pub name: String,
    pub title: Option<String>,
    /// The rows that a target judges: `severity = critical`.
    pub part: Option<String>,
    pub old: Option<Query>,
    pub new: Option<Query>,
    /// Whether the rows that are counted may be others.
    pub has_other_rows: bool,
    /// A definition behind the change that says no `since`.
    pub is_undated: bool,
}

pub(super) struct ViewQueries {
    pub name: String,
    pub title: Option<String>,
    pub old: Option<Query>,
    pub new: Option<Query>,
}

/// The queries for everything that changed or is affected. Months are complete ones before as-of.
pub fn queries_of(
    sources: &mut Sources,
    diff: &DefinitionDiff,
    (old, new): (&Definitions, &Definitions),
    months: u32,
) -> DiffQueries {
    let mut queries = DiffQueries {
        kpis: Vec::new(),
        views: Vec::new(),
    };
    let undated = Undated::of(diff);
    for (name, title) in concerned(diff, SymbolKind::Kpi) {
        let was = old_name(diff, SymbolKind::Kpi, &name);
        let (old_kpi, new_kpi) = (kpi(old, &was), kpi(new, &name));
        let mut parts: Vec<Option<String>> = vec![None];
        for target in [old_kpi, new_kpi]
            .into_iter()
            .flatten()
            .flat_map(|kpi| &kpi.targets)
        {
            if !parts.contains(&target.restrictions_written)
                && target.restrictions_written.is_some()
            {
                parts.push(target.restrictions_written.clone());
            }
        }
        for part in parts {
            let mut ask = |definitions: &Definitions, kpi: &Kpi| {
                series(sources, definitions, &kpi.name, part.as_deref(), months)
            };
            let old_query = old_kpi.and_then(|kpi| ask(old, kpi));
            let new_query = new_kpi.and_then(|kpi| ask(new, kpi));
            queries.kpis.push(KpiQueries {
                name: name.clone(),
                title: title.clone(),
                has_other_rows: populations(old, old_query.as_ref(), &diff.renamed)
                    != populations(new, new_query.as_ref(), &RenamedNames::new())
                    || undated.is_of_schema,
                is_undated: undated.concerns(diff, &name),
                part,
                old: old_query,
                new: new_query,
            });
        }
    }
    for (name, title) in concerned(diff, SymbolKind::View) {
        let was = old_name(diff, SymbolKind::View, &name);
        let query = |definitions: &Definitions, name: &str| {
            let mut views = definitions.views.iter();
            let view = views.find(|view| view.name == name);
            view.map(|view| view.query.clone())
        };
        queries.views.push(ViewQueries {
            old: query(old, &was),
            new: query(new, &name),
            name,
            title,
        });
    }
    queries
}

/// Names and titles of what changed itself in value or verdict, or is affected.
fn concerned(diff: &DefinitionDiff, kind: SymbolKind) -> Vec<(String, Option<String>)> {
    let changed = diff
        .changes
        .iter()
        .filter(|change| change.kind == kind.word() && change.effect > ChangeEffect::Reading)
        .map(|change| (change.name.clone(), change.title.clone()));
    let affected = diff
        .affected
        .iter()
        .filter(|each| each.kind == kind)
        .map(|each| (each.name.clone(), each.title.clone()));
    let mut all: Vec<(String, Option<String>)> = changed.chain(affected).collect();
    all.sort();
    all.dedup_by(|left, right| left.0 == right.0);
    all
}

fn old_name(diff: &DefinitionDiff, kind: SymbolKind, new: &str) -> String {
    let mut renamed = diff.renamed.iter();
    let found = renamed.find(|((of, _, _), name)| *of == kind && *name == new);
    found.map_or_else(|| new.to_owned(), |((_, _, old), _)| old.clone())
}

fn kpi<'a>(definitions: &'a Definitions, name: &str) -> Option<&'a Kpi> {
    let id = definitions.kpi_named(name)?;
    Some(&definitions.kpis[id.0])
}

/// A part may name a value that the other version does not have: then that version has no such number.
fn series(
    sources: &mut Sources,
    definitions: &Definitions,
    name: &str,
    part: Option<&str>,
    months: u32,
) -> Option<Query> {
    let text = gate::series(name, part, months);
    let read = analyze::read(sources, definitions, "<diff>", &text);
    read.ok().map(|read| read.query)
}

/// What rows a query counts, as far as its formula says so.
fn populations(
    definitions: &Definitions,
    query: Option<&Query>,
    renamed: &RenamedNames,
) -> BTreeSet<String> {
    let normal = NormalForm {
        definitions,
        renamed,
    };
    let Some(Subject::Values(values)) = query.map(|query| &query.subject) else {
        return BTreeSet::new();
    };
    let measures = values
        .columns
        .iter()
        .flat_map(|each| each.formula.measures());
    measures
        .map(|measure| normal.population(&measure.population))
        .collect()
}

/// Which changes apply to all time.
struct Undated {
    labels: BTreeSet<String>,
    /// Tables, scales or SLAs changed: which rows are counted may have changed with them.
    is_of_schema: bool,
}

impl Undated {
    fn of(diff: &DefinitionDiff) -> Undated {
        let changed = diff.changes.iter().filter(|change| {
            change.fate == DefinitionFate::Changed && change.effect == ChangeEffect::Value
        });
        let undated = changed
            .clone()
            .filter(|change| change.lines.iter().any(|line| line.version.is_none()));
        let mut schema =
            changed.filter(|change| matches!(change.kind, "calendar" | "scale" | "table" | "sla"));
        Undated {
            labels: undated.map(|change| change.label()).collect(),
            is_of_schema: schema.next().is_some(),
        }
    }

    fn concerns(&self, diff: &DefinitionDiff, kpi: &str) -> bool {
        let own = self.labels.contains(&format!("kpi {kpi}"));
        let affected = diff
            .affected
            .iter()
            .find(|each| each.kind == SymbolKind::Kpi && each.name == kpi);
        let of_calendar = self.labels.contains("calendar");
        own || of_calendar
            || affected.is_some_and(|each| {
                let first = each.through.first();
                first.is_some_and(|first| {
                    let has_versions = first.starts_with("score ") || first.starts_with("sla ");
                    self.labels.contains(first) || !has_versions
                })
            })
    }
}
