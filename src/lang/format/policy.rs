//! Named condition, score and SLA → lines.

use super::expressions::{self, filter, literal};
use super::lines::{FormattedLines, clause, padded, upto, widest_lined_up, width};
use super::words::{date, duration, field, name, names, quoted};
use crate::base::source::{Span, Spanned};
use crate::lang::syntax::ast::{
    DueTime, FieldRef, NamedCondition, Score, ScoreClause, Sla, SlaClause, Weight, WrittenLiteral,
};

/// `columns` is the width of the widest name among the conditions that stand together.
pub(super) fn condition(span: Span, tree: &NamedCondition, columns: usize) -> FormattedLines {
    let text = format!(
        "condition {} is {}",
        padded(&name(&tree.name.node), columns),
        expressions::condition(&tree.condition.node)
    );
    FormattedLines::header(upto(span, tree.condition.span), text)
}

pub(super) fn score(span: Span, tree: &Score) -> FormattedLines {
    let values: Vec<String> = tree
        .clauses
        .iter()
        .flat_map(|item| weights(&item.node))
        .map(|weight| weighted_value(&weight.node))
        .collect();
    let columns = widest_lined_up(values.iter().map(String::as_str));
    let mut lines = FormattedLines::titled(span, "score", &tree.name, &tree.title);
    for item in &tree.clauses {
        let (text, last) = score_clause(item);
        lines.clause(upto(item.span, last), text);
        weight_lines(&mut lines, weights(&item.node), columns);
    }
    lines
}

/// The line itself and the place it ends at, before its weights.
fn score_clause(item: &Spanned<ScoreClause>) -> (String, Span) {
    let of_field =
        |keyword: &str, tree: &FieldRef| (format!("{keyword} {}", field(tree)), tree.span());
    match &item.node {
        ScoreClause::Of(table) => (format!("of {}", name(&table.node)), item.span),
        ScoreClause::Base { field, .. } => of_field("base", field),
        ScoreClause::Times { field, .. } => of_field("times", field),
        ScoreClause::Cap(number) => (format!("cap {}", number.node.written), item.span),
        ScoreClause::Since(day) => (format!("since {}", date(&day.node)), item.span),
    }
}

fn weights(tree: &ScoreClause) -> &[Spanned<Weight>] {
    match tree {
        ScoreClause::Base { weights, .. } | ScoreClause::Times { weights, .. } => weights,
        ScoreClause::Of(_) | ScoreClause::Cap(_) | ScoreClause::Since(_) => &[],
    }
}

/// A weight has its own line, so a value that is a clause word of scores must not begin it bare.
fn weighted_value(weight: &Weight) -> String {
    match weight.value.as_ref().map(|value| &value.node) {
        None => "otherwise".to_string(),
        Some(WrittenLiteral::Word(word)) if matches!(word.as_str(), "base" | "times" | "cap") => {
            quoted(word)
        }
        Some(value) => literal(value),
    }
}

/// Numbers of one table stand with their decimal points, written or not, in one column.
fn weight_lines(lines: &mut FormattedLines, weights: &[Spanned<Weight>], columns: usize) {
    let before_point = |weight: &Weight| {
        let written = &weight.weight.node.written;
        width(written.split('.').next().unwrap_or(written))
    };
    let widest_whole = weights
        .iter()
        .map(|weight| before_point(&weight.node))
        .max()
        .unwrap_or(0);
    for weight in weights {
        let value = padded(&weighted_value(&weight.node), columns);
        let indent = " ".repeat(widest_whole - before_point(&weight.node));
        let number = &weight.node.weight.node.written;
        lines.under_clause(weight.span, format!("{value} {indent}{number}"));
    }
}

pub(super) fn sla(span: Span, tree: &Sla) -> FormattedLines {
    let columns = tree.clauses.iter().map(|item| due_width(&item.node)).max();
    let mut lines = FormattedLines::titled(span, "sla", &tree.name, &tree.title);
    for item in &tree.clauses {
        lines.clause(item.span, sla_clause(&item.node, columns.unwrap_or(0)));
    }
    lines
}

fn due_width(tree: &SlaClause) -> usize {
    match tree {
        SlaClause::Due { time, .. } => width(&due_time(&time.node)),
        SlaClause::Owner(_)
        | SlaClause::Of(_)
        | SlaClause::Prefix(_)
        | SlaClause::Starts(_)
        | SlaClause::Stops(_)
        | SlaClause::Pauses(_)
        | SlaClause::Since(_) => 0,
    }
}

fn sla_clause(tree: &SlaClause, columns: usize) -> String {
    match tree {
        SlaClause::Owner(owner) => clause("owner", quoted(&owner.node)),
        SlaClause::Of(table) => clause("of", name(&table.node)),
        SlaClause::Prefix(prefix) => clause("prefix", name(&prefix.node)),
        SlaClause::Starts(event) => clause("starts", name(&event.node)),
        SlaClause::Stops(events) => clause("stops", names(events, ", ")),
        SlaClause::Pauses(states) => clause("pauses", names(states, ", ")),
        SlaClause::Due { time, filter: test } => {
            let time = padded(&due_time(&time.node), columns);
            let rows = match test {
                Some(_) => filter("where", test.as_ref()),
                None => " otherwise".to_string(),
            };
            format!("due {time}{rows}")
        }
        SlaClause::Since(day) => clause("since", date(&day.node)),
    }
}

fn due_time(tree: &DueTime) -> String {
    match tree {
        DueTime::Elapsed(time) => duration(time),
        DueTime::Calendar { count, grain } => {
            let plural = if count.node == 1 { "" } else { "s" };
            format!("{} calendar {}{plural}", count.node, grain.word())
        }
        DueTime::At(column) => format!("at {}", name(&column.node)),
    }
}
