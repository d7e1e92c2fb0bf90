//! Dashboards: layers of cards, each a query that fits how it is drawn.

use super::index::IndexEntry;
use super::queries::query;
use super::scope::Scope;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::lang::model::{Card, CardKind, Dashboard, Layer, Query, Subject, ValuesQuery};
use crate::lang::syntax::ast;

/// All dashboards without errors.
pub(super) fn dashboards(
    scope: Scope,
    entries: &[IndexEntry<ast::Dashboard>],
    problems: &mut Problems,
) -> Vec<Dashboard> {
    entries
        .iter()
        .map(|entry| dashboard(scope, entry.tree, problems))
        .collect()
}

fn dashboard(scope: Scope, tree: &ast::Dashboard, problems: &mut Problems) -> Dashboard {
    if tree.layers.is_empty() {
        problems.push(empty(
            &tree.name,
            "dashboard",
            "layer",
            "layer executive \"Is risk decreasing?\"",
        ));
    }
    let mut names: Vec<&str> = Vec::new();
    for layer in &tree.layers {
        let name = &layer.node.name;
        if names.contains(&name.node.as_str()) {
            problems.push(
                Diagnostic::error(
                    "K200",
                    name.span,
                    format!("layer `{}` is defined twice in this dashboard", name.node),
                )
                .label("give it another name"),
            );
        }
        names.push(&name.node);
    }
    Dashboard {
        name: tree.name.node.clone(),
        title: tree.title.as_ref().map(|title| title.node.clone()),
        layers: tree
            .layers
            .iter()
            .map(|layer| self::layer(scope, &layer.node, problems))
            .collect(),
        span: tree.name.span,
    }
}

fn empty(name: &ast::Identifier, kind: &str, part: &str, example: &str) -> Diagnostic {
    Diagnostic::error(
        "K612",
        name.span,
        format!("{kind} `{}` has no {part}", name.node),
    )
    .help(format!("add a line such as `{example}`"))
}

fn layer(scope: Scope, tree: &ast::Layer, problems: &mut Problems) -> Layer {
    if tree.cards.is_empty() {
        problems.push(empty(&tree.name, "layer", "card", "show number backlog"));
    }
    Layer {
        name: tree.name.node.clone(),
        title: tree.title.as_ref().map(|title| title.node.clone()),
        cards: tree
            .cards
            .iter()
            .filter_map(|card| self::card(scope, &card.node, problems))
            .collect(),
    }
}

fn card(scope: Scope, tree: &ast::Card, problems: &mut Problems) -> Option<Card> {
    let kind = kind(&tree.kind, problems);
    let query = query(scope, &tree.query, problems);
    let (kind, query) = (kind?, query?);
    check_fit(kind, &query, &tree.kind, problems);
    let title = match &tree.title {
        Some(title) => title.node.clone(),
        None => title(scope, tree, &query),
    };
    if let Some(text) = &tree.next_step {
        check_next_step(scope, kind, &query, text, problems);
    }
    let next_step = tree.next_step.as_ref().map(|text| text.node.clone());
    Some(Card {
        kind,
        title,
        query,
        next_step,
    })
}

fn kind(name: &ast::Identifier, problems: &mut Problems) -> Option<CardKind> {
    let mut kinds = CardKind::ALL.into_iter();
    let found = kinds.find(|kind| kind.word() == name.node);
    if found.is_none() {
        problems.push(
            Diagnostic::error(
                "K610",
                name.span,
                format!("`{}` is not a kind of card", name.node),
            )
            .suggest(&name.node, CardKind::ALL.map(CardKind::word))
            .help("a card is a verdict, a number, a line, an area, a matrix, a table or a list: `show line backlog over month`"),
        );
    }
    found
}

/// A card of a kind shows a query of a shape (K611).
fn check_fit(kind: CardKind, query: &Query, name: &ast::Identifier, problems: &mut Problems) {
    let problem = match (kind, &query.subject) {
        (CardKind::List, Subject::List(_)) | (CardKind::Table, Subject::Values(_)) => None,
        (CardKind::Number, Subject::Values(values)) => number_misfit(values, name.span),
        (CardKind::Verdict, Subject::Values(values)) => verdict_misfit(values, name.span),
        (CardKind::Line | CardKind::Area, Subject::Values(values)) => needs_periods(values, name),
        (CardKind::Matrix, Subject::Values(values)) => matrix_misfit(values, name),
        (CardKind::List, Subject::Values(_)) => Some(
            misfit(name.span, "a list card shows rows")
                .label("write `show table`, or a query that starts with `list`")
                .edit(
                    "table",
                    "write `show table`, or a query that starts with `list`",
                ),
        ),
        (
            CardKind::Verdict
            | CardKind::Number
            | CardKind::Line
            | CardKind::Area
            | CardKind::Matrix
            | CardKind::Table,
            Subject::List(_),
        ) => {
            let label = "write `show list`";
            Some(
                misfit(name.span, "this query lists rows")
                    .label(label)
                    .edit("list", label),
            )
        }
    };
    problems_extend(problems, problem);
}

fn problems_extend(problems: &mut Problems, problem: Option<Diagnostic>) {
    if let Some(problem) = problem {
        problems.push(problem);
    }
}

fn misfit(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("K611", span, message)
}

/// Names in braces are columns of a card with rows (K613).
fn check_next_step(
    scope: Scope,
    kind: CardKind,
    query: &Query,
    text: &ast::Text,
    problems: &mut Problems,
) {
    if !matches!(kind, CardKind::List | CardKind::Table) {
        let problem = Diagnostic::error("K613", text.span, "this card has no rows to act on");
        problems.push(problem.label("`then` stands below `show list` or `show table`"));
        return;
    }
    let columns = columns(scope, query);
    let mut rest = text.node.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            let problem = Diagnostic::error("K613", text.span, "a brace is not closed");
            problems.push(problem.help("the name of a column stands between braces: {team}"));
            return;
        };
        if !columns.iter().any(|column| column == name) {
            let message = format!("the card has no column `{name}`");
            let problem = Diagnostic::error("K613", text.span, message);
            problems.push(problem.help(format!("it has {}", columns.join(", "))));
        }
        rest = after;
    }
}

/// The names of the columns of an answer to a query.
fn columns(scope: Scope, query: &Query) -> Vec<String> {
    match &query.subject {
        Subject::List(list) => {
            let shown = list.show.iter();
            shown.map(|column| column.name(scope.model)).collect()
        }
        Subject::Values(values) => {
            let period = values.over.map(|_| "period".to_owned());
            let dimensions = values.by.iter().map(|dimension| dimension.name.clone());
            let numbers = values.columns.iter().map(|column| column.name.clone());
            period
                .into_iter()
                .chain(dimensions)
                .chain(numbers)
                .collect()
        }
    }
}

fn needs_periods(values: &ValuesQuery, name: &ast::Identifier) -> Option<Diagnostic> {
    let kind = &name.node;
    let article = if kind == "area" { "an" } else { "a" };
    values.over.is_none().then(|| {
        misfit(name.span, &format!("{article} {kind} needs `over`"))
            .help("add `over month last 12 months`, for example")
    })
}

/// One number, groups below each other and periods side by side.
fn matrix_misfit(values: &ValuesQuery, name: &ast::Identifier) -> Option<Diagnostic> {
    if values.columns.len() != 1 {
        let problem = misfit(name.span, "a matrix shows one kpi");
        return Some(problem.label("make a card for each, or `show table`"));
    }
    if values.by.is_empty() {
        let problem = misfit(name.span, "a matrix needs groups");
        return Some(problem.label("add `by`, or make it a line"));
    }
    needs_periods(values, name)
}

/// A number over periods that has a better side, and others that it rests on (rule S64).
fn verdict_misfit(values: &ValuesQuery, span: Span) -> Option<Diagnostic> {
    let first = values.columns.first()?;
    if values.over.is_none() {
        let problem = misfit(span, "a verdict is of a number over periods");
        return Some(problem.help("add `over month last 12 months`, for example"));
    }
    if values.by.len() > 1 {
        let problem = misfit(span, "a verdict names the groups of one field");
        return Some(problem.label("leave one field after `by`"));
    }
    if values.window.is_some() {
        let problem = misfit(span, "a verdict compares periods that do not overlap");
        return Some(problem.label("leave out `rolling` or `running`"));
    }
    let undirected = values
        .columns
        .iter()
        .find(|column| column.direction.is_none())?;
    let message = match undirected.name == first.name {
        true => format!("nothing says which way `{}` gets better", undirected.name),
        false => format!(
            "a verdict rests on `{}`, and nothing says which way it gets better",
            undirected.name
        ),
    };
    let problem = misfit(span, &message);
    Some(problem.help("write `lower is better` or `higher is better` in its definition"))
}

fn number_misfit(values: &ValuesQuery, span: Span) -> Option<Diagnostic> {
    let problem = if values.columns.len() != 1 {
        misfit(span, "a number card shows one kpi").label("make a card for each, or `show table`")
    } else if !values.by.is_empty() {
        misfit(span, "a number card has no groups").label("leave out `by`, or `show table`")
    } else if values.over.is_some() {
        misfit(span, "a number card has no series").label("leave out `over`, or `show line`")
    } else {
        return None;
    };
    Some(problem)
}

/// The title of a card that has none written: that of its view, or of its KPIs.
fn title(scope: Scope, tree: &ast::Card, query: &Query) -> String {
    if let Some(view) = view_of(&tree.query).and_then(|name| scope.view(name)) {
        return view.title.clone().unwrap_or_else(|| view.name.clone());
    }
    match &query.subject {
        Subject::Values(values) => {
            let titles: Vec<&str> = values
                .columns
                .iter()
                .map(|column| column.title.as_str())
                .collect();
            titles.join(", ")
        }
        Subject::List(_) => query.text.clone(),
    }
}

fn view_of(query: &Spanned<ast::Query>) -> Option<&str> {
    match &query.node.subject {
        ast::Subject::Formulas(formulas) => match formulas.as_slice() {
            [
                Spanned {
                    node: ast::Formula::Name(name),
                    ..
                },
            ] => Some(&name.node),
            _ => None,
        },
        ast::Subject::List(_) | ast::Subject::Everything => None,
    }
}
