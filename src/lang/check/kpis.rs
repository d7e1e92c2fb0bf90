//! KPIs: formula, unit, direction, targets and bands.

use std::collections::BTreeMap;

use super::advice;
use super::bands::{self, bands};
use super::clauses::{needed, once};
use super::dimensions;
use super::evidence;
use super::formulas::{self, TypedFormula, formula};
use super::index::IndexEntry;
use super::order::{self, ordered};
use super::restrictions;
use super::scope::{KnownNames, ReferenceKind, Scope};
use super::sizes::{Size, size, too_large};
use super::stocks::at_of_flow;
use super::targets::{self, target};
use super::units;
use crate::base::diagnostic::Problems;
use crate::base::source::{Span, Spanned};
use crate::base::types::{DisplayUnit, StockMoment, Unit};
use crate::lang::format;
use crate::lang::model::{Definitions, Direction, Formula, Kind as Clock, Kpi, KpiId, Target};
use crate::lang::syntax::ast::{self, KpiClause};

/// Adds all KPIs, in the order of the text; one with an error keeps its place and is known as broken.
pub(super) fn kpis(
    entries: &[IndexEntry<ast::Kpi>],
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    let places = order::places(entries.iter().map(|entry| &entry.tree.name));
    let needs: Vec<Vec<usize>> = entries.iter().map(|entry| needs(entry, &places)).collect();
    let name = |index: usize| &entries[index].tree.name;
    let order = ordered(&needs, "kpi", name, problems);
    for entry in entries {
        known.break_name(ReferenceKind::Kpi, &entry.tree.name.node);
    }
    model.kpis = entries.iter().map(|entry| placeholder(entry)).collect();
    let mut sizes = vec![Size::default(); entries.len()];
    for index in order.sorted {
        let name = &entries[index].tree.name;
        let scope = Scope::of(model, known).with_period(true);
        let Some(kpi) = kpi(scope, &entries[index], problems) else {
            continue;
        };
        sizes[index] = size(&kpi.formula, &sizes);
        if sizes[index].is_too_large() {
            problems.push(too_large(name));
            continue;
        }
        model.kpis[index] = kpi;
        known.mend_kpi(&name.node, KpiId(index));
    }
    for index in order.circles.iter().flatten() {
        check_beside_circle(
            Scope::of(model, known).with_period(true),
            &entries[*index],
            problems,
        );
    }
}

/// What a formula in a circle measures itself is still checked.
fn check_beside_circle(scope: Scope, entry: &IndexEntry<ast::Kpi>, problems: &mut Problems) {
    let is = entry
        .tree
        .clauses
        .iter()
        .find_map(|clause| match &clause.node {
            KpiClause::Is(formula) => Some(formula),
            KpiClause::Note(_)
            | KpiClause::Owner(_)
            | KpiClause::As(_)
            | KpiClause::By(_)
            | KpiClause::At(_)
            | KpiClause::AtLeastRows(_)
            | KpiClause::HigherIsBetter
            | KpiClause::LowerIsBetter
            | KpiClause::Target { .. }
            | KpiClause::Band { .. } => None,
        });
    if let Some(is) = is {
        formula(scope, is, problems);
    }
}

fn needs(entry: &IndexEntry<ast::Kpi>, places: &BTreeMap<&str, usize>) -> Vec<usize> {
    let mut needs = Vec::new();
    for clause in &entry.tree.clauses {
        if let KpiClause::Is(formula) = &clause.node {
            names_in(&formula.node, &mut |name| {
                needs.extend(places.get(name).copied());
            });
        }
    }
    needs
}

fn names_in<'a>(tree: &'a ast::Formula, visit: &mut impl FnMut(&'a str)) {
    match tree {
        ast::Formula::Number(_) | ast::Formula::Constant(_) => {}
        ast::Formula::Name(name) => visit(&name.node),
        // `sum backlog of …` is refused by what `backlog` is, so that must be known.
        ast::Formula::Aggregate(aggregate) => {
            if let Some(value) = &aggregate.value
                && let ast::Measured::Field(field) = &value.node
            {
                visit(&field.name.node);
            }
        }
        ast::Formula::Binary { left, right, .. } => {
            names_in(&left.node, visit);
            names_in(&right.node, visit);
        }
        ast::Formula::Negate(inner)
        | ast::Formula::Group(inner)
        | ast::Formula::Adjusted { formula: inner, .. }
        | ast::Formula::Asked { formula: inner, .. } => names_in(&inner.node, visit),
    }
}

/// Stands for a KPI until it is checked, and for one that is wrong.
fn placeholder(entry: &IndexEntry<ast::Kpi>) -> Kpi {
    Kpi {
        name: entry.tree.name.node.clone(),
        title: None,
        note: None,
        owner: None,
        formula: Formula::Number(0.0),
        unit: Unit::Ratio,
        display: DisplayUnit::Ratio,
        kind: Clock::Mixed,
        moment: StockMoment::End,
        dimensions: Vec::new(),
        direction: None,
        targets: Vec::new(),
        bands: Vec::new(),
        fewest_rows: None,
        restrictions: Vec::new(),
        span: entry.tree.name.span,
        written: String::new(),
    }
}

/// The clauses of a KPI, each where it belongs.
#[derive(Default)]
struct KpiClauses<'a> {
    note: Option<&'a Vec<ast::Text>>,
    owner: Option<&'a ast::Text>,
    is: Option<&'a Spanned<ast::Formula>>,
    shown: Option<&'a ast::Identifier>,
    by: Option<&'a [ast::GroupBy]>,
    at: Option<Spanned<StockMoment>>,
    fewest_rows: Option<(&'a Spanned<u64>, Span)>,
    direction: Option<Direction>,
    targets: Vec<targets::WrittenTarget<'a>>,
    bands: Vec<bands::WrittenBand<'a>>,
}

fn sort_clauses<'a>(tree: &'a ast::Kpi, problems: &mut Problems) -> KpiClauses<'a> {
    let mut sorted = KpiClauses::default();
    for clause in &tree.clauses {
        sorted.add(&clause.node, clause.span, problems);
    }
    sorted
}

/// The texts of a note as one.
fn joined(texts: &[ast::Text]) -> String {
    let texts: Vec<&str> = texts.iter().map(|text| text.node.as_str()).collect();
    texts.join(" ")
}

impl<'a> KpiClauses<'a> {
    fn add(&mut self, clause: &'a KpiClause, span: Span, problems: &mut Problems) {
        match clause {
            KpiClause::Note(texts) => once(&mut self.note, texts, "note", span, problems),
            KpiClause::Owner(text) => once(&mut self.owner, text, "owner", span, problems),
            KpiClause::Is(formula) => once(&mut self.is, formula, "is", span, problems),
            KpiClause::As(name) => once(&mut self.shown, name, "as", span, problems),
            KpiClause::By(fields) => once(&mut self.by, fields, "by", span, problems),
            KpiClause::At(moment) => once(&mut self.at, *moment, "at", span, problems),
            KpiClause::AtLeastRows(rows) => {
                let rows = (rows, span);
                once(
                    &mut self.fewest_rows,
                    rows,
                    "at least … rows",
                    span,
                    problems,
                );
            }
            KpiClause::HigherIsBetter => once(
                &mut self.direction,
                Direction::HigherIsBetter,
                "… is better",
                span,
                problems,
            ),
            KpiClause::LowerIsBetter => once(
                &mut self.direction,
                Direction::LowerIsBetter,
                "… is better",
                span,
                problems,
            ),
            KpiClause::Target {
                bound,
                limit,
                filter,
                since,
            } => self.targets.push(targets::WrittenTarget {
                bound,
                limit,
                filter: filter.as_ref(),
                since: since.as_ref(),
                span,
            }),
            KpiClause::Band {
                label,
                lower,
                upper,
            } => self.bands.push(bands::WrittenBand {
                label,
                lower: lower.as_ref(),
                upper: upper.as_ref(),
                span,
            }),
        }
    }
}

fn kpi(scope: Scope, entry: &IndexEntry<ast::Kpi>, problems: &mut Problems) -> Option<Kpi> {
    let tree = entry.tree;
    let name = &tree.name;
    let clauses = sort_clauses(tree, problems);
    let is = needed(
        clauses.is,
        "kpi",
        name,
        "is",
        "is count of findings open",
        problems,
    )?;
    let typed = formula(scope, is, problems)?;
    // From here on nothing stops the check of what is left.
    let display = display(&typed, clauses.shown, &name.node, problems);
    let unit = display.map_or(typed.unit, |display| match display {
        DisplayUnit::Percent => Unit::Percent,
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => {
            typed.unit
        }
    });
    let shown = display.unwrap_or(units::default_display(typed.unit));
    let by = clauses.by.unwrap_or_default();
    let dimensions = dimensions::of_kpi(scope, &name.node, &typed.formula, by, problems);
    let moment = moment(typed.kind, clauses.at, &name.node, problems);
    let targets = all_targets(scope, name, unit, shown, &typed, &clauses, problems);
    let formulas = std::iter::once(&typed.formula);
    let fewest_rows = evidence::fewest_rows(scope, clauses.fewest_rows, formulas, problems);
    let bands = bands(&name.node, unit, shown, &clauses.bands, problems);
    let kpi = Kpi {
        name: name.node.clone(),
        title: tree.title.as_ref().map(|title| title.node.clone()),
        note: clauses.note.map(|texts| joined(texts)),
        owner: clauses.owner.map(|owner| owner.node.clone()),
        restrictions: restrictions::common(scope, &typed.formula),
        formula: typed.formula,
        unit,
        display: display?,
        kind: typed.kind,
        moment,
        dimensions: dimensions?,
        direction: clauses.direction,
        targets: targets?,
        bands: bands?,
        fewest_rows: fewest_rows?,
        span: name.span,
        written: format::formula(&is.node),
    };
    advice::on_kpi(&kpi, problems);
    Some(kpi)
}

fn display(
    typed: &TypedFormula,
    written: Option<&ast::Identifier>,
    kpi: &str,
    problems: &mut Problems,
) -> Option<DisplayUnit> {
    let Some(word) = written else {
        return Some(units::default_display(typed.unit));
    };
    units::written(word, typed.unit, kpi, problems)
}

fn moment(
    kind: Clock,
    written: Option<Spanned<StockMoment>>,
    kpi: &str,
    problems: &mut Problems,
) -> StockMoment {
    let Some(moment) = written else {
        return StockMoment::End;
    };
    if kind == Clock::Flow {
        problems.push(at_of_flow(kpi, moment));
    }
    moment.node
}

fn all_targets(
    scope: Scope,
    name: &ast::Identifier,
    unit: Unit,
    display: DisplayUnit,
    typed: &TypedFormula,
    clauses: &KpiClauses,
    problems: &mut Problems,
) -> Option<Vec<Target>> {
    let tables = formulas::tables(scope, &typed.formula);
    let owner = targets::Owner {
        name: &name.node,
        unit,
        display,
        direction: clauses.direction,
        tables: &tables,
    };
    let targets: Vec<Option<Target>> = clauses
        .targets
        .iter()
        .map(|written| target(scope, &owner, written, problems))
        .collect();
    targets.into_iter().collect()
}
