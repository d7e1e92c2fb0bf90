//! KPI → lines.

use super::expressions::{dimensions, filter, formula, literal};
use super::lines::{FormattedLines, clause, padded, upto, widest};
use super::queries::fewest_rows;
use super::words::{date, name, quoted};
use crate::base::source::{Span, Spanned};
use crate::base::types::Bound;
use crate::lang::syntax::ast::{Condition, DateLiteral, Kpi, KpiClause, Text, WrittenLiteral};

pub(super) fn kpi(span: Span, tree: &Kpi) -> FormattedLines {
    let labels: Vec<String> = tree
        .clauses
        .iter()
        .filter_map(|item| band_label(&item.node))
        .collect();
    let columns = widest(labels.iter().map(String::as_str));
    let mut lines = FormattedLines::titled(span, "kpi", &tree.name, &tree.title);
    for item in &tree.clauses {
        match &item.node {
            KpiClause::Note(texts) => note(&mut lines, item.span, texts),
            _ => lines.clause(item.span, kpi_clause(&item.node, columns)),
        }
    }
    lines
}

/// Each text of a note on a line of its own, so that a changed sentence is a changed line.
fn note(lines: &mut FormattedLines, span: Span, texts: &[Text]) {
    for (index, text) in texts.iter().enumerate() {
        let quoted = quoted(&text.node);
        match index {
            0 if texts.len() == 1 => lines.clause(span, clause("note", quoted)),
            0 => lines.clause(upto(span, text.span), clause("note", quoted)),
            // Under the first quotation mark.
            _ => lines.under_clause(text.span, format!("     {quoted}")),
        }
    }
}

fn band_label(tree: &KpiClause) -> Option<String> {
    match tree {
        KpiClause::Band { label, .. } => Some(quoted(&label.node)),
        KpiClause::Note(_)
        | KpiClause::Owner(_)
        | KpiClause::Is(_)
        | KpiClause::As(_)
        | KpiClause::By(_)
        | KpiClause::At(_)
        | KpiClause::AtLeastRows(_)
        | KpiClause::HigherIsBetter
        | KpiClause::LowerIsBetter
        | KpiClause::Target { .. } => None,
    }
}

/// `columns` is the width of the widest label among the bands.
fn kpi_clause(tree: &KpiClause, columns: usize) -> String {
    match tree {
        KpiClause::Note(_) => unreachable!("a note has lines of its own"),
        KpiClause::Owner(text) => clause("owner", quoted(&text.node)),
        KpiClause::Is(tree) => clause("is", formula(&tree.node)),
        KpiClause::As(unit) => clause("as", name(&unit.node)),
        KpiClause::By(list) => clause("by", dimensions(list)),
        KpiClause::At(moment) => clause("at", moment.node.word()),
        KpiClause::AtLeastRows(rows) => fewest_rows(rows.node),
        KpiClause::HigherIsBetter => "higher is better".to_string(),
        KpiClause::LowerIsBetter => "lower is better".to_string(),
        KpiClause::Target {
            bound,
            limit,
            filter,
            since,
        } => target(bound.node, &limit.node, filter.as_ref(), since.as_ref()),
        KpiClause::Band {
            label,
            lower,
            upper,
        } => {
            let label = padded(&quoted(&label.node), columns);
            let bounds = band_bounds(lower.as_ref(), upper.as_ref());
            clause("band", format!("{label}{bounds}"))
        }
    }
}

fn target(
    bound: Bound,
    limit: &WrittenLiteral,
    rows: Option<&Spanned<Condition>>,
    since: Option<&Spanned<DateLiteral>>,
) -> String {
    let since = since.map_or_else(String::new, |day| format!(" since {}", date(&day.node)));
    let limit = literal(limit);
    let rows = filter("for", rows);
    clause("target", format!("{} {limit}{rows}{since}", bound.words()))
}

fn band_bounds(
    lower: Option<&Spanned<WrittenLiteral>>,
    upper: Option<&Spanned<WrittenLiteral>>,
) -> String {
    let text = |limit: &Spanned<WrittenLiteral>| literal(&limit.node);
    match (lower, upper) {
        (Some(lower), Some(upper)) => format!(" from {} to {}", text(lower), text(upper)),
        (Some(lower), None) => format!(" from {}", text(lower)),
        (None, Some(upper)) => format!(" below {}", text(upper)),
        (None, None) => String::new(),
    }
}
