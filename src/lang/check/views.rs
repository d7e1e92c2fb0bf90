//! Views: queries with a name, which a query may refine.

use std::mem::discriminant;

use super::index::IndexEntry;
use super::queries::plain;
use super::scope::{KnownNames, ReferenceKind, Scope};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::format;
use crate::lang::model::{Definitions, View};
use crate::lang::syntax::ast;

/// Adds all views.
pub(super) fn views(
    entries: &[IndexEntry<ast::View>],
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    let names: Vec<&str> = entries
        .iter()
        .map(|entry| entry.tree.name.node.as_str())
        .collect();
    let mut views = Vec::new();
    for entry in entries {
        match view(Scope { model, known }, entry.tree, &names, problems) {
            Some(view) => views.push(view),
            None => known.break_name(ReferenceKind::View, &entry.tree.name.node),
        }
    }
    model.views = views;
}

fn view(scope: Scope, tree: &ast::View, views: &[&str], problems: &mut Problems) -> Option<View> {
    let name = &tree.name;
    let Some(show) = tree.shows.first() else {
        problems.push(
            Diagnostic::error(
                "K211",
                name.span,
                format!("view `{}` shows nothing", name.node),
            )
            .help("add a line such as `show backlog by app`"),
        );
        return None;
    };
    for second in &tree.shows[1..] {
        problems.push(
            Diagnostic::error("K606", second.span, "a view shows one query")
                .label("make this a view of its own, or list the kpis after one `show`"),
        );
    }
    refuse_views(&show.node, views, problems)?;
    let mut query = plain(scope, &show.node, show.span, problems)?;
    query.text = format::query(&show.node);
    Some(View {
        name: name.node.clone(),
        title: tree.title.as_ref().map(|title| title.node.clone()),
        query,
        tree: show.clone(),
        span: name.span,
    })
}

/// A view is made of KPIs, so that reading one is enough (K606).
fn refuse_views(tree: &ast::Query, views: &[&str], problems: &mut Problems) -> Option<()> {
    let ast::Subject::Formulas(formulas) = &tree.subject else {
        return Some(());
    };
    let mut all_right = Some(());
    for formula in formulas {
        if let ast::Formula::Name(name) = &formula.node
            && views.contains(&name.node.as_str())
        {
            problems.push(
                Diagnostic::error("K606", name.span, format!("`{}` is a view", name.node))
                    .label("a view is made of kpis"),
            );
            all_right = None;
        }
    }
    all_right
}

/// If a query's subject is a view: the view's query, with the clauses of this one in place of its
/// own of the same kind.
pub(super) fn refined(scope: Scope, tree: &ast::Query) -> Option<ast::Query> {
    let ast::Subject::Formulas(formulas) = &tree.subject else {
        return None;
    };
    let [
        Spanned {
            node: ast::Formula::Name(name),
            ..
        },
    ] = formulas.as_slice()
    else {
        return None;
    };
    let view = &scope.view(&name.node)?.tree.node;
    let kept = view.clauses.iter().filter(|clause| {
        let kind = discriminant(&clause.node);
        tree.clauses
            .iter()
            .all(|given| discriminant(&given.node) != kind)
    });
    Some(ast::Query {
        explain: tree.explain || view.explain,
        subject: subject(view, tree),
        clauses: kept.chain(&tree.clauses).cloned().collect(),
    })
}

/// The subject of a view; the `where` of a list is inside it and gives way like any clause.
fn subject(view: &ast::Query, given: &ast::Query) -> ast::Subject {
    let mut subject = view.subject.clone();
    let narrows = given
        .clauses
        .iter()
        .any(|clause| matches!(clause.node, ast::QueryClause::Where(_)));
    if let ast::Subject::List(population) = &mut subject
        && narrows
    {
        population.node.filter = None;
    }
    subject
}
