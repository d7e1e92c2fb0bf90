//! All definitions of all files by kind and name; finds names that are taken twice.

use std::collections::BTreeMap;

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Span};
use crate::lang::functions;
use crate::lang::syntax::ast;

/// A definition and the place of all of it.
pub(super) struct IndexEntry<'a, T> {
    pub tree: &'a T,
    pub span: Span,
}

/// The definitions that are checked: of two with one name only the first, scores and SLAs apart,
/// whose versions share one.
#[derive(Default)]
pub(super) struct Index<'a> {
    pub calendars: Vec<IndexEntry<'a, ast::CalendarDefinition>>,
    pub scales: Vec<IndexEntry<'a, ast::ScaleDefinition>>,
    pub tables: Vec<IndexEntry<'a, ast::Table>>,
    pub conditions: Vec<IndexEntry<'a, ast::NamedCondition>>,
    pub scores: Vec<IndexEntry<'a, ast::Score>>,
    pub slas: Vec<IndexEntry<'a, ast::Sla>>,
    pub kpis: Vec<IndexEntry<'a, ast::Kpi>>,
    pub views: Vec<IndexEntry<'a, ast::View>>,
    pub dashboards: Vec<IndexEntry<'a, ast::Dashboard>>,
    pub sources: Vec<IndexEntry<'a, ast::ReportSource>>,
    pub matches: Vec<IndexEntry<'a, ast::Match>>,
    pub tests: Vec<IndexEntry<'a, ast::Test>>,
}

/// Sorts definitions by kind, reports names used twice (K200) and names of functions (K212).
pub(super) fn index<'a>(
    sources: &'a Sources,
    files: &'a [ast::File],
    problems: &mut Problems,
) -> Index<'a> {
    let mut index = Index::default();
    let mut taken = NamesInUse {
        sources,
        first: BTreeMap::new(),
    };
    for definition in files.iter().flat_map(|file| &file.definitions) {
        index.add(&definition.node, definition.span, &mut taken, problems);
    }
    index
}

impl<'a> Index<'a> {
    fn add(
        &mut self,
        definition: &'a ast::Definition,
        span: Span,
        taken: &mut NamesInUse<'a>,
        problems: &mut Problems,
    ) {
        let is_first = match named(definition) {
            Some((space, kind, name)) => taken.claim(space, kind, name, problems),
            None => true,
        };
        match definition {
            ast::Definition::Calendar(tree) => self.calendars.push(IndexEntry { tree, span }),
            ast::Definition::Score(tree) => self.scores.push(IndexEntry { tree, span }),
            ast::Definition::Sla(tree) => self.slas.push(IndexEntry { tree, span }),
            ast::Definition::Scale(tree) if is_first => self.scales.push(IndexEntry { tree, span }),
            ast::Definition::Table(tree) if is_first => self.tables.push(IndexEntry { tree, span }),
            ast::Definition::Condition(tree) if is_first => {
                self.conditions.push(IndexEntry { tree, span });
            }
            ast::Definition::Kpi(tree) if is_first => self.kpis.push(IndexEntry { tree, span }),
            ast::Definition::View(tree) if is_first => self.views.push(IndexEntry { tree, span }),
            ast::Definition::Dashboard(tree) if is_first => {
                self.dashboards.push(IndexEntry { tree, span });
            }
            ast::Definition::ReportSource(tree) if is_first => {
                self.sources.push(IndexEntry { tree, span })
            }
            ast::Definition::Match(tree) if is_first => {
                self.matches.push(IndexEntry { tree, span })
            }
            ast::Definition::Test(tree) if is_first => self.tests.push(IndexEntry { tree, span }),
            ast::Definition::Scale(_)
            | ast::Definition::Table(_)
            | ast::Definition::Condition(_)
            | ast::Definition::Kpi(_)
            | ast::Definition::View(_)
            | ast::Definition::Dashboard(_)
            | ast::Definition::ReportSource(_)
            | ast::Definition::Match(_)
            | ast::Definition::Test(_) => {}
        }
    }
}

/// The space a name must be alone in, the kind's word and the name. KPIs and views share a space
/// because a query may start with either. Scores and SLAs may come in versions: their own checks
/// tell those from repetitions.
fn named(definition: &ast::Definition) -> Option<(&'static str, &'static str, &ast::Identifier)> {
    match definition {
        ast::Definition::Calendar(_) => None,
        ast::Definition::Scale(tree) => Some(("scale", "scale", &tree.name)),
        ast::Definition::Table(tree) => Some(("table", "table", &tree.name)),
        ast::Definition::Condition(tree) => Some(("condition", "condition", &tree.name)),
        ast::Definition::Score(tree) => Some(("", "score", &tree.name)),
        ast::Definition::Sla(tree) => Some(("", "sla", &tree.name)),
        ast::Definition::Kpi(tree) => Some(("query", "kpi", &tree.name)),
        ast::Definition::View(tree) => Some(("query", "view", &tree.name)),
        ast::Definition::Dashboard(tree) => Some(("dashboard", "dashboard", &tree.name)),
        ast::Definition::ReportSource(tree) => Some(("source", "source", &tree.name)),
        ast::Definition::Match(tree) => Some(("match", "match", &tree.name)),
        ast::Definition::Test(tree) => Some(("test", "test", &tree.name)),
    }
}

struct NamesInUse<'a> {
    sources: &'a Sources,
    first: BTreeMap<(&'static str, &'a str), (&'static str, Span)>,
}

impl<'a> NamesInUse<'a> {
    /// Whether the name was still free.
    fn claim(
        &mut self,
        space: &'static str,
        kind: &'static str,
        name: &'a ast::Identifier,
        problems: &mut Problems,
    ) -> bool {
        refuse_function_name(kind, name, problems);
        if space.is_empty() {
            return true;
        }
        match self.first.get(&(space, name.node.as_str())) {
            None => {
                self.first.insert((space, &name.node), (kind, name.span));
                true
            }
            Some((first_kind, first)) => {
                let message = if *first_kind == kind {
                    format!("{kind} `{}` is defined twice", name.node)
                } else {
                    format!("`{}` is already a {first_kind}", name.node)
                };
                problems.push(
                    Diagnostic::error("K200", name.span, message)
                        .label("give it another name")
                        .help(format!("the first is at {}", place(self.sources, *first))),
                );
                false
            }
        }
    }
}

fn refuse_function_name(kind: &str, name: &ast::Identifier, problems: &mut Problems) {
    if kind == "test" || functions::find(&name.node).is_none() {
        return;
    }
    problems.push(
        Diagnostic::error(
            "K212",
            name.span,
            format!("`{}` is the name of a function", name.node),
        )
        .label(format!("give the {kind} another name")),
    );
}

/// `model/schema.kpi:8`.
pub(super) fn place(sources: &Sources, span: Span) -> String {
    let (line, _) = sources.line_column(span);
    format!("{}:{line}", sources.get(span.source).name)
}
