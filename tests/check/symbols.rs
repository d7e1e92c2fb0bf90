//! The symbol table, through what rests on it: renaming, and the graph of what uses what.

use std::collections::BTreeMap;

use rayon::prelude::*;
use riskql::base::source::{SourceId, Sources};
use riskql::insight::definition_diff;
use riskql::insight::lineage::{self, LineageDirection, LineageGraph};
use riskql::lang::lookup::lookup;
use riskql::lang::model::{SymbolId, SymbolKind};
use riskql::lang::project::{self, Project, ProjectOrigin};
use riskql::lang::rename;

fn library(sources: &mut Sources) -> (Vec<SourceId>, Project) {
    let ids = project::read(sources, &ProjectOrigin::Library).expect("the library");
    let (project, problems) = project::parsed(sources, &ids);
    (ids, project.unwrap_or_else(|| panic!("{problems:?}")))
}

/// Every name of the library is renamed, alone or with the fields of other tables that are one dimension with it: all
/// uses follow, or checking would not know one of them; all names mean what they did; and renaming back gives the texts
/// there were.
#[test]
fn every_name_of_the_library_can_be_renamed_and_renamed_back() {
    let mut sources = Sources::default();
    let (ids, _) = library(&mut sources);
    // Sources name no definition but the scale of severities, and reading them takes most of the time.
    let ids: Vec<SourceId> = ids
        .into_iter()
        .filter(|id| !sources.get(*id).name.contains("/sources/"))
        .collect();
    let (project, problems) = project::parsed(&sources, &ids);
    let project = project.unwrap_or_else(|| panic!("{problems:?}"));
    let symbols = &project.definitions.symbols;
    let is_tried = |(id, kind): &(SymbolId, SymbolKind)| {
        let is_written = !symbols.get(*id).names.is_empty() || *kind == SymbolKind::Column;
        rename::KINDS.contains(kind) && is_written
    };
    let all: Vec<(SymbolId, SymbolKind)> = symbols
        .iter()
        .map(|(id, symbol)| (id, symbol.kind))
        .filter(is_tried)
        .collect();
    assert!(all.len() > 100, "{}", all.len());
    let failed: Vec<String> = all
        .par_iter()
        .filter_map(|(id, kind)| there_and_back(&sources, &ids, &project, *id, *kind).err())
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn there_and_back(
    sources: &Sources,
    ids: &[SourceId],
    project: &Project,
    id: SymbolId,
    kind: SymbolKind,
) -> Result<(), String> {
    let symbols = &project.definitions.symbols;
    let symbol = symbols.get(id);
    let new = format!("{}_anew", symbol.name);
    let is_field = matches!(kind, SymbolKind::Column | SymbolKind::Field);
    let renamed = match is_field {
        true => lookup(symbols, rename::KINDS, &format!("field {}", symbol.name)),
        false => Ok(vec![id]),
    };
    let label = symbol.label();
    let told = |problem: String| format!("{label}: {problem}");
    let renamed = renamed.map_err(|problem| told(problem.message))?;
    let plan = match rename::rename(sources, &project.definitions, &renamed, &new) {
        Ok(plan) => plan,
        Err(problems) => return Err(told(format!("{problems:?}"))),
    };
    let mut changed = sources.clone();
    let after_ids = changed_ids(&mut changed, ids, &plan.texts);
    let (after, problems) = project::parsed(&changed, &after_ids);
    let Some(after) = after else {
        return Err(told(format!("{:?}", problems.sorted().first())));
    };
    rename::check_meanings(&project.definitions, &after.definitions, &renamed, &new)
        .map_err(|problem| told(problem.message))?;
    let back = rename::rename(&changed, &after.definitions, &renamed, &symbol.name)
        .map_err(|problems| told(format!("back: {problems:?}")))?;
    let mut again = changed.clone();
    let again_ids = changed_ids(&mut again, &after_ids, &back.texts);
    for (first, last) in ids.iter().zip(&again_ids) {
        if sources.get(*first).text != again.get(*last).text {
            return Err(told("another text after renaming back".to_string()));
        }
    }
    Ok(())
}

fn changed_ids(
    sources: &mut Sources,
    ids: &[SourceId],
    texts: &BTreeMap<SourceId, String>,
) -> Vec<SourceId> {
    ids.iter()
        .map(|id| match texts.get(id) {
            Some(text) => {
                let name = sources.get(*id).name.clone();
                sources.add(name, text.clone())
            }
            None => *id,
        })
        .collect()
}

#[test]
fn nothing_depends_on_itself() {
    let mut sources = Sources::default();
    let (_, project) = library(&mut sources);
    let graph = LineageGraph::new(&project.definitions);
    for (id, symbol) in project.definitions.symbols.iter() {
        if !lineage::KINDS.contains(&symbol.kind) {
            continue;
        }
        for user in graph.next(id, LineageDirection::Users) {
            let above = graph.reached(&[*user], LineageDirection::Users);
            assert!(!above.contains(&id), "{} depends on itself", symbol.label());
        }
    }
    // Every KPI rests on a column.
    for (id, symbol) in project.definitions.symbols.iter() {
        if symbol.kind == SymbolKind::Kpi {
            let below = graph.reached(&[id], LineageDirection::Sources);
            let mut kinds = below
                .iter()
                .map(|id| project.definitions.symbols.get(*id).kind);
            assert!(
                kinds.any(|kind| kind == SymbolKind::Column),
                "{}",
                symbol.name
            );
        }
    }
}

/// The library compared with itself, and with itself laid out otherwise.
#[test]
fn the_library_does_not_differ_from_itself() {
    let mut sources = Sources::default();
    let (ids, project) = library(&mut sources);
    let diff = definition_diff::compare(&project, &project);
    assert!(diff.is_empty(), "{:?}", diff.changes);
    let texts = ids.iter().rev().map(|id| {
        let source = sources.get(*id);
        // Programs of sources are texts over several lines: their blanks count.
        match source.name.contains("/sources/") {
            true => source.text.clone(),
            false => format!(
                "# a comment\n\n{}",
                source.text.replace("\n  ", "\n\n     ")
            ),
        }
    });
    let mut other = Sources::default();
    let texts: Vec<String> = texts.collect();
    let other_ids: Vec<SourceId> = texts.into_iter().map(|text| other.add("x", text)).collect();
    let (other_project, problems) = project::parsed(&other, &other_ids);
    let other_project = other_project.unwrap_or_else(|| panic!("{problems:?}"));
    let diff = definition_diff::compare(&project, &other_project);
    assert!(diff.is_empty(), "{:#?}", diff.changes);
    let diff = definition_diff::compare(&other_project, &project);
    assert!(diff.is_empty(), "{:#?}", diff.changes);
}
