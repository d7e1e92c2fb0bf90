//! Calendar, scale and table → lines.

use super::expressions::{aggregate, condition, filter};
use super::lines::{FormattedLines, clause, padded, upto, widest};
use super::words::{date, field, joined, name, names, quoted};
use crate::base::source::{Span, Spanned};
use crate::lang::syntax::ast::{
    CalendarClause, CalendarDefinition, EventTime, FieldOrigin, FieldTypeName, ScaleDefinition,
    Table, TableClause, TimeColumns,
};

pub(super) fn calendar(span: Span, tree: &CalendarDefinition) -> FormattedLines {
    let keyword = "calendar";
    let end = span.start + keyword.len() as u32;
    let mut lines = FormattedLines::header(Span { end, ..span }, keyword.to_string());
    for item in &tree.clauses {
        lines.clause(item.span, calendar_clause(&item.node));
    }
    lines
}

fn calendar_clause(tree: &CalendarClause) -> String {
    match tree {
        CalendarClause::Timezone(zone) => format!("timezone {}", quoted(&zone.node)),
        CalendarClause::WeekStarts(day) => format!("week starts {}", name(&day.node)),
        CalendarClause::YearStarts(month) => format!("year starts {}", name(&month.node)),
        CalendarClause::HistoryFrom(day) => format!("history from {}", date(&day.node)),
    }
}

/// `columns` is the width of the widest name among the scales that stand together.
pub(super) fn scale(span: Span, tree: &ScaleDefinition, columns: usize) -> FormattedLines {
    let last = tree.values.last().unwrap_or(&tree.name).span;
    let text = format!(
        "scale {} is {}",
        padded(&name(&tree.name.node), columns),
        names(&tree.values, " < ")
    );
    let mut lines = FormattedLines::header(upto(span, last), text);
    for map in &tree.maps {
        let (from, to) = (quoted(&map.node.from.node), name(&map.node.to.node));
        lines.clause(map.span, format!("map {from} to {to}"));
    }
    lines
}

pub(super) fn table(span: Span, tree: &Table) -> FormattedLines {
    let columns = NameColumns {
        events: name_column(&tree.clauses, |clause| {
            matches!(clause, TableClause::Event { .. })
        }),
        states: name_column(&tree.clauses, |clause| {
            matches!(clause, TableClause::State { .. })
        }),
    };
    let mut lines = FormattedLines::titled(span, "table", &tree.name, &tree.title);
    for item in &tree.clauses {
        lines.clause(item.span, table_clause(&item.node, &columns));
    }
    lines
}

/// How wide names are padded, so that `at` and `from` line up.
struct NameColumns {
    events: usize,
    states: usize,
}

fn name_column(clauses: &[Spanned<TableClause>], wanted: fn(&TableClause) -> bool) -> usize {
    let names: Vec<String> = clauses
        .iter()
        .filter(|item| wanted(&item.node))
        .filter_map(|item| match &item.node {
            TableClause::Event { name, .. } | TableClause::State { name, .. } => Some(name),
            TableClause::Key(_)
            | TableClause::BelongsTo { .. }
            | TableClause::Known(_)
            | TableClause::Field { .. }
            | TableClause::Exclude { .. }
            | TableClause::Scope { .. } => None,
        })
        .map(|listed| name(&listed.node))
        .collect();
    widest(names.iter().map(String::as_str))
}

fn table_clause(tree: &TableClause, columns: &NameColumns) -> String {
    match tree {
        TableClause::Key(column) => clause("key", name(&column.node)),
        TableClause::BelongsTo { table, column } => {
            let (table, column) = (name(&table.node), name(&column.node));
            format!("belongs to {table} by {column}")
        }
        TableClause::Event {
            name: event,
            at,
            filter: test,
        } => {
            let event = padded(&name(&event.node), columns.events);
            let time = event_time(at);
            clause(
                "event",
                format!("{event} at {time}{}", filter("where", test.as_ref())),
            )
        }
        TableClause::State {
            name: state,
            intervals,
            from,
            until,
        } => {
            let state = padded(&name(&state.node), columns.states);
            let intervals = intervals
                .as_ref()
                .map_or_else(String::new, |table| format!("{} ", name(&table.node)));
            let (from, until) = (time_columns(from), time_columns(until));
            clause(
                "state",
                format!("{state} from {intervals}{from} until {until}"),
            )
        }
        TableClause::Known(column) => clause("known", format!("from {}", name(&column.node))),
        TableClause::Field {
            name: column,
            field_type,
            from,
        } => {
            let from = joined(from.as_slice(), "", |from| {
                format!(" from {}", field_origin(from))
            });
            let field_type = self::field_type(&field_type.node);
            clause(
                "field",
                format!("{} {field_type}{from}", name(&column.node)),
            )
        }
        TableClause::Exclude { filter, label } => {
            let (test, label) = (condition(&filter.node), quoted(&label.node));
            format!("exclude where {test} as {label}")
        }
        TableClause::Scope {
            state,
            filter: test,
        } => {
            let test = filter("where", test.as_ref());
            clause("scope", format!("{}{test}", name(&state.node)))
        }
    }
}

fn field_origin(from: &FieldOrigin) -> String {
    match from {
        FieldOrigin::Parent(of) => field(of),
        FieldOrigin::RollUp(call) => aggregate(&call.node),
    }
}

fn event_time(tree: &EventTime) -> String {
    match tree {
        EventTime::Columns(columns) => time_columns(columns),
        EventTime::LastOf { column, table } => {
            format!("last {} of {}", name(&column.node), name(&table.node))
        }
    }
}

/// `earliest of planned acceptance_ends_at, closed_at`
pub fn time_columns(tree: &TimeColumns) -> String {
    let written = tree.columns.iter().map(|column| {
        let planned = if column.is_planned { "planned " } else { "" };
        format!("{planned}{}", name(&column.name.node))
    });
    let written: Vec<String> = written.collect();
    let written: Vec<&str> = written.iter().map(String::as_str).collect();
    tree.choice.written(&written)
}

fn field_type(tree: &FieldTypeName) -> String {
    match tree {
        FieldTypeName::Plain(plain) => name(plain),
        FieldTypeName::Planned(plain) => format!("planned {}", name(plain)),
        FieldTypeName::Scale(scale) => format!("scale {}", name(&scale.node)),
    }
}
