//! Views: queries with a name, which a query may refine.

use super::index::IndexEntry;
use super::queries::plain;
use super::scope::{KnownNames, ReferenceKind, Scope};
use crate::base::diagnostic::{Diagnostic, Problems};
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
        match view(Scope::of(model, known), entry.tree, &names, problems) {
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
