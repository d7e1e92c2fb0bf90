//! View, dashboard and test → lines: the definitions that hold queries.

use super::grid;
use super::lines::{FormattedLines, padded, upto, widest};
use super::queries::query;
use super::words::{self, date, name, quoted};
use crate::base::source::{Span, Spanned};
use crate::lang::syntax::ast::{Card, Dashboard, Layer, Test, TestClause, View};

pub(super) fn view(span: Span, tree: &View) -> FormattedLines {
    let mut lines = FormattedLines::titled(span, "view", &tree.name, &tree.title);
    for show in &tree.shows {
        lines.clause(show.span, format!("show {}", query(&show.node)));
    }
    lines
}

pub(super) fn dashboard(span: Span, tree: &Dashboard) -> FormattedLines {
    let mut lines = FormattedLines::titled(span, "dashboard", &tree.name, &tree.title);
    for layer in &tree.layers {
        layer_lines(&mut lines, layer);
    }
    lines
}

fn layer_lines(lines: &mut FormattedLines, layer: &Spanned<Layer>) {
    let tree = &layer.node;
    let last = tree
        .title
        .as_ref()
        .map_or(tree.name.span, |title| title.span);
    let title = words::title(&tree.title);
    let text = format!("layer {}{title}", name(&tree.name.node));
    lines.clause(upto(layer.span, last), text);
    let kinds: Vec<String> = tree
        .cards
        .iter()
        .map(|card| name(&card.node.kind.node))
        .collect();
    let columns = widest(kinds.iter().map(String::as_str));
    for item in &tree.cards {
        let text = card(&item.node, columns);
        match &item.node.next_step {
            None => lines.under_clause(item.span, text),
            Some(next_step) => {
                lines.under_clause(upto(item.span, item.node.query.span), text);
                let text = format!("then {}", quoted(&next_step.node));
                lines.under_line(next_step.span, text);
            }
        }
    }
}

fn card(tree: &Card, columns: usize) -> String {
    let kind = padded(&name(&tree.kind.node), columns);
    let query = query(&tree.query.node);
    match &tree.title {
        Some(title) => format!("show {kind} {}: {query}", quoted(&title.node)),
        None => format!("show {kind} {query}"),
    }
}

pub(super) fn test(span: Span, tree: &Test) -> FormattedLines {
    let text = format!("test {}", quoted(&tree.name.node));
    let mut lines = FormattedLines::header(upto(span, tree.name.span), text);
    for item in &tree.clauses {
        test_clause(&mut lines, item);
    }
    lines
}

fn test_clause(lines: &mut FormattedLines, item: &Spanned<TestClause>) {
    match &item.node {
        TestClause::AsOf(day) => {
            lines.clause(item.span, format!("as of {}", date(&day.node)));
        }
        TestClause::KnownOn(day) => {
            lines.clause(item.span, format!("as known on {}", date(&day.node)));
        }
        TestClause::Given { table, rows } => {
            let text = format!("given {}", name(&table.node));
            lines.clause(upto(item.span, table.span), text);
            grid::lines(lines, rows);
        }
        TestClause::Expect { query: tree, rows } => {
            let text = format!("expect {}", query(&tree.node));
            lines.clause(upto(item.span, tree.span), text);
            grid::lines(lines, rows);
        }
    }
}
