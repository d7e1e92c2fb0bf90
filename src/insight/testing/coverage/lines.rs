//! What tests should hit: definitions, and the lines of definitions that decide about rows or values.

use crate::base::source::{Sources, Span, Spanned};
use crate::insight::testing::mutation::one_line;
use crate::lang::format;
use crate::lang::model::{Definitions, SymbolId, SymbolKind};
use crate::lang::project::Project;
use crate::lang::syntax::ast::{
    Definition, FieldRef, KpiClause, Measured, ScoreClause, SlaClause, TableClause, Weight,
};

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LineKind {
    /// Hit when a test depends on it.
    Definition,
    /// Hit when a test expects a verdict by it.
    Target,
    /// Hit when a test expects it as the band of a value.
    Band,
    /// These three: hit when a row of a test falls on it.
    Due,
    Weight,
    Exclusion,
}

impl LineKind {
    pub const ALL: [LineKind; 6] = [
        LineKind::Definition,
        LineKind::Target,
        LineKind::Band,
        LineKind::Due,
        LineKind::Weight,
        LineKind::Exclusion,
    ];

    pub fn word(self) -> &'static str {
        match self {
            LineKind::Definition => "definition",
            LineKind::Target => "target",
            LineKind::Band => "band",
            LineKind::Due => "due",
            LineKind::Weight => "weight",
            LineKind::Exclusion => "exclusion",
        }
    }

    /// What several are called.
    pub fn plural(self) -> &'static str {
        match self {
            LineKind::Definition => "definitions",
            LineKind::Target => "targets",
            LineKind::Band => "bands",
            LineKind::Due => "due lines",
            LineKind::Weight => "weights",
            LineKind::Exclusion => "exclusions",
        }
    }
}

/// Something that a test should hit.
#[derive(Clone, Debug)]
pub struct CoverageLine {
    pub kind: LineKind,
    /// The definition it belongs to.
    pub symbol: SymbolId,
    pub span: Span,
    /// As written, on one line; a definition's is its label.
    pub text: String,
    /// The query that lists the rows which fall on it.
    pub(super) rows: Option<String>,
    /// The label of a band.
    pub(super) label: Option<String>,
}

/// The kinds whose names make or show numbers.
const KINDS: [SymbolKind; 7] = [
    SymbolKind::Event,
    SymbolKind::State,
    SymbolKind::Condition,
    SymbolKind::Score,
    SymbolKind::Sla,
    SymbolKind::Kpi,
    SymbolKind::View,
];

/// All lines of the definitions, in the order of files and texts.
pub(super) fn lines(sources: &Sources, project: &Project) -> Vec<CoverageLine> {
    let mut found = Collector {
        sources,
        definitions: &project.definitions,
        lines: Vec::new(),
    };
    found.definitions();
    let trees = project.files.iter().flat_map(|file| &file.definitions);
    trees.for_each(|definition| found.within(&definition.node));
    let mut lines = found.lines;
    lines.sort_by_key(|line| (line.span, line.kind));
    lines
}

struct Collector<'a> {
    sources: &'a Sources,
    definitions: &'a Definitions,
    lines: Vec<CoverageLine>,
}

impl Collector<'_> {
    /// Definitions that have a text; what an SLA adds to a table is the SLA's.
    fn definitions(&mut self) {
        for (id, symbol) in self.definitions.symbols.iter() {
            if KINDS.contains(&symbol.kind) && !symbol.names.is_empty() {
                self.lines.push(CoverageLine {
                    kind: LineKind::Definition,
                    symbol: id,
                    span: symbol.place,
                    text: symbol.label(),
                    rows: None,
                    label: None,
                });
            }
        }
    }

    fn within(&mut self, definition: &Definition) {
        match definition {
            Definition::Table(table) => self.exclusions(&table.name.node, &table.clauses),
            Definition::Score(score) => self.weights(&score.name.node, &score.clauses),
            Definition::Sla(sla) => self.due_lines(&sla.name.node, &sla.clauses),
            Definition::Kpi(kpi) => self.targets_and_bands(&kpi.name.node, &kpi.clauses),
            Definition::Calendar(_)
            | Definition::Scale(_)
            | Definition::Condition(_)
            | Definition::View(_)
            | Definition::Dashboard(_)
            | Definition::ReportSource(_)
            | Definition::Match(_)
            | Definition::Test(_) => {}
        }
    }

    fn push(&mut self, kind: LineKind, of: (SymbolKind, &str), span: Span, rows: Option<String>) {
        let Some(symbol) = self.definitions.symbols.find(of.0, None, of.1) else {
            return;
        };
        self.lines.push(CoverageLine {
            kind,
            symbol,
            span,
            text: one_line(self.sources.slice(span)),
            rows,
            label: None,
        });
    }

    fn exclusions(&mut self, table: &str, clauses: &[Spanned<TableClause>]) {
        let mut before: Vec<String> = Vec::new();
        for clause in clauses {
            if let TableClause::Exclude { filter, .. } = &clause.node {
                let condition = format::condition(&filter.node);
                let test = first_of(&before, &condition);
                let name = format::name(table);
                let rows = format!("list {name} including excluded where {test}");
                let of = (SymbolKind::Table, table);
                self.push(LineKind::Exclusion, of, clause.span, Some(rows));
                before.push(condition);
            }
        }
    }

    fn due_lines(&mut self, sla: &str, clauses: &[Spanned<SlaClause>]) {
        let table = clauses.iter().find_map(|clause| match &clause.node {
            SlaClause::Of(table) => Some(format::name(&table.node)),
            _ => None,
        });
        let table = table.unwrap_or_default();
        let mut before: Vec<String> = Vec::new();
        for clause in clauses {
            if let SlaClause::Due { filter, .. } = &clause.node {
                let rows = match filter {
                    Some(filter) => {
                        let condition = format::condition(&filter.node);
                        let test = first_of(&before, &condition);
                        before.push(condition);
                        format!("list {table} where {test}")
                    }
                    None if before.is_empty() => format!("list {table}"),
                    None => format!("list {table} where {}", none_of(&before)),
                };
                self.push(
                    LineKind::Due,
                    (SymbolKind::Sla, sla),
                    clause.span,
                    Some(rows),
                );
            }
        }
    }

    fn weights(&mut self, score: &str, clauses: &[Spanned<ScoreClause>]) {
        let table = clauses.iter().find_map(|clause| match &clause.node {
            ScoreClause::Of(table) => Some(format::name(&table.node)),
            _ => None,
        });
        let table = table.unwrap_or_default();
        for clause in clauses {
            let (field, weights) = match &clause.node {
                ScoreClause::Base { field, weights } | ScoreClause::Times { field, weights } => {
                    (field, weights)
                }
                ScoreClause::Of(_) | ScoreClause::Cap(_) | ScoreClause::Since(_) => continue,
            };
            for weight in weights {
                let test = weighed(field, weights, &weight.node);
                let rows = format!("list {table} where {test}");
                self.push(
                    LineKind::Weight,
                    (SymbolKind::Score, score),
                    weight.span,
                    Some(rows),
                );
            }
        }
    }

    fn targets_and_bands(&mut self, kpi: &str, clauses: &[Spanned<KpiClause>]) {
        for clause in clauses {
            let of = (SymbolKind::Kpi, kpi);
            match &clause.node {
                KpiClause::Target { .. } => self.push(LineKind::Target, of, clause.span, None),
                KpiClause::Band { label, .. } => {
                    self.push(LineKind::Band, of, clause.span, None);
                    if let Some(line) = self.lines.last_mut() {
                        line.label = Some(label.node.clone());
                    }
                }
                KpiClause::Note(_)
                | KpiClause::Owner(_)
                | KpiClause::Is(_)
                | KpiClause::As(_)
                | KpiClause::By(_)
                | KpiClause::AtLeastRows(_)
                | KpiClause::At(_)
                | KpiClause::HigherIsBetter
                | KpiClause::LowerIsBetter => {}
            }
        }
    }
}

/// The rows of which the first condition that holds is this one.
fn first_of(before: &[String], condition: &str) -> String {
    match before.is_empty() {
        true => condition.to_owned(),
        false => format!("({condition}) and {}", none_of(before)),
    }
}

fn none_of(conditions: &[String]) -> String {
    let nots: Vec<String> = conditions
        .iter()
        .map(|each| format!("not ({each})"))
        .collect();
    nots.join(" and ")
}

/// The rows that a weight weighs: those of its value, or of none that is listed.
fn weighed(field: &FieldRef, weights: &[Spanned<Weight>], weight: &Weight) -> String {
    let field = format::measured(&Measured::Field(field.clone()));
    if let Some(value) = &weight.value {
        return format!("{field} = {}", format::literal(&value.node));
    }
    let listed = weights.iter().filter_map(|other| other.node.value.as_ref());
    let tests: Vec<String> = listed
        .map(|value| format!("{field} != {}", format::literal(&value.node)))
        .collect();
    match tests.is_empty() {
        true => format!("({field} is present or {field} is missing)"),
        false => tests.join(" and "),
    }
}
