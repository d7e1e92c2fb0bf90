//! Trees → definitions and queries known to be right.
//!
//! Resolves every name, types every value, works out every unit, and refuses what could not be
//! computed or would mislead. Takes trees that the grammar accepts; gives [`Definitions`] and
//! [`Query`], or all problems there are. An error in one definition neither hides nor causes others:
//! names whose definition is wrong are known as such. Reads no file, no clock and no data.

mod absence;
mod advice;
mod asked;
mod bands;
mod calendar;
mod clauses;
mod clocks;
mod codes;
mod columns;
mod comparable;
mod conditions;
mod constant_scope;
mod contradictions;
mod dashboards;
mod dates;
mod dimension_bands;
mod dimensions;
mod due_times;
mod durations;
mod evidence;
mod fields;
mod filters;
mod fingerprint;
mod formulas;
mod groups;
mod index;
mod kpis;
mod limits;
mod lists;
mod matches;
mod measures;
mod named;
mod narrowing;
mod near;
mod order;
mod parents;
mod periods;
mod populations;
mod queries;
mod refined;
mod related;
mod relations;
mod reports;
mod restrictions;
mod roll_ups;
mod row_keys;
mod scales;
mod scope;
mod scores;
mod series;
mod settled;
mod settled_words;
mod sizes;
mod sla;
mod sorting;
mod stocks;
mod symbols;
mod tables;
mod targets;
mod tests;
mod timeframes;
mod traps;
mod unit_advice;
mod units;
mod unreachable;
mod value_sets;
mod values;
mod versions;
mod views;
mod weights;
mod wording;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use codes::CODES;

use crate::base::diagnostic::Problems;
use crate::base::source::{Sources, Spanned};
use crate::base::types::Scale;
use crate::lang::model::{Calendar, Definitions, Moment, Query, SymbolTable};
use crate::lang::syntax::ast;
use index::{Index, index, place};
use reports::ReportSeverity;
use scope::{KnownNames, ReferenceKind, Scope};
use tables::TableChecker;

/// Checks all definitions of all files together. There are definitions only if there is no error, here
/// or in the form of a definition; warnings may come with them.
pub fn definitions(sources: &Sources, files: &[ast::File]) -> (Option<Definitions>, Problems) {
    let mut problems = Problems::default();
    let index = index(sources, files, &mut problems);
    let first = files.iter().flat_map(|file| &file.definitions).next();
    let unread: Vec<_> = files.iter().flat_map(|file| &file.mistaken).collect();
    let no_calendar = !unread.iter().any(|unread| unread.kind == Some("calendar"));
    let first = first
        .map(|definition| definition.span)
        .filter(|_| no_calendar);
    let calendar = calendar::calendar(sources, &index.calendars, first, &mut problems);
    let mut model = empty(calendar);
    let mut known = KnownNames::default();
    unread.iter().for_each(|unread| known.break_unread(unread));
    let found = &mut problems;
    schema(sources, &index, &mut model, &mut known, found);
    named::conditions(&index.conditions, &mut model, &mut known, found);
    filters::filters(&index.tables, &mut model, &known, found);
    sla::slas(sources, &index.slas, &mut model, &known, found);
    scores::scores(sources, &index.scores, &mut model, &mut known, found);
    roll_ups::roll_ups(&index.tables, &mut model, &mut known, found);
    kpis::kpis(&index.kpis, &mut model, &mut known, found);
    views::views(&index.views, &mut model, &mut known, found);
    let scope = Scope::of(&model, &known);
    let dashboards = dashboards::dashboards(scope, &index.dashboards, found);
    let tests = tests::tests(scope, &index.tests, found);
    let severity = model.scales.iter().find(|scale| scale.name == "severity");
    let severity = match severity {
        Some(scale) => ReportSeverity::Scale(scale),
        None if known.is_broken(ReferenceKind::Scale, "severity") => ReportSeverity::Broken,
        None => ReportSeverity::Absent,
    };
    model.reports = reports::sources(&index.sources, severity, found);
    model.matches = matches::matches(&index.matches, found);
    model.dashboards = dashboards;
    model.tests = tests;
    if problems.has_errors() || !unread.is_empty() {
        return (None, problems);
    }
    // A name that is wrong without a word about it would leave a gap in what is computed.
    assert!(!known.has_broken(), "every broken name has its problem");
    model.fingerprint = fingerprint::fingerprint(sources, files);
    model.symbols = symbols::symbols(&model, &index);
    (Some(model), problems)
}

/// Checks one query against definitions. With the query come its warnings.
pub fn query(
    definitions: &Definitions,
    query: &Spanned<ast::Query>,
) -> Result<(Query, Problems), Problems> {
    let mut problems = Problems::default();
    let known = KnownNames::of(definitions);
    let scope = Scope::of(definitions, &known);
    match queries::query(scope, query, &mut problems) {
        Some(checked) => Ok((checked, problems)),
        None => {
            assert!(problems.has_errors(), "a refused query has its problem");
            Err(problems)
        }
    }
}

fn empty(calendar: Calendar) -> Definitions {
    Definitions {
        calendar,
        scales: Vec::new(),
        tables: Vec::new(),
        conditions: Vec::new(),
        scores: Vec::new(),
        slas: Vec::new(),
        kpis: Vec::new(),
        views: Vec::new(),
        dashboards: Vec::new(),
        tests: Vec::new(),
        reports: Vec::new(),
        matches: Vec::new(),
        fingerprint: String::new(),
        places: BTreeMap::new(),
        symbols: SymbolTable::default(),
    }
}

/// Scales and tables with all their nouns: what everything else names.
fn schema(
    sources: &Sources,
    index: &Index,
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    let mut scales: BTreeMap<String, Arc<Scale>> = BTreeMap::new();
    for entry in &index.scales {
        let name = &entry.tree.name;
        let scale = scales::scale(entry, problems);
        if scale.values.is_empty() {
            known.break_name(ReferenceKind::Scale, &name.node);
            continue;
        }
        let place = place(sources, name.span);
        model.places.insert(format!("scale {}", name.node), place);
        model.scales.push(scale.clone());
        scales.insert(name.node.clone(), scale);
    }
    for entry in &index.tables {
        let name = &entry.tree.name;
        let place = place(sources, name.span);
        model.places.insert(format!("table {}", name.node), place);
    }
    let mut reading = TableChecker {
        scales: &scales,
        known,
        problems,
    };
    model.tables = tables::tables(&index.tables, &mut reading);
    parents::join(&mut model.tables, &index.tables, &mut reading);
    clocks::clocks(&mut model.tables, &index.tables, &mut reading);
    sla::nouns(&index.slas, model, known, problems);
}

/// The instant that a date names, as `as of` takes it: the end of a period (rule S1).
pub fn moment(
    definitions: &Definitions,
    date: &Spanned<ast::DateLiteral>,
) -> Result<Moment, Problems> {
    let mut problems = Problems::default();
    dates::moment(&definitions.calendar, date, &mut problems).ok_or(problems)
}
