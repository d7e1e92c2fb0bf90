//! Events and states: the clocks that nouns carry. Also those an SLA adds to its table.

use super::index::IndexEntry;
use super::parents::{belongs, find_table};
use super::tables::TableChecker;
use super::wording::{list, singular};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::base::types::FieldType;
use crate::lang::model::{
    ChosenColumns, Event, EventSource, Field, FieldSource, SlaId, State, StateSource, Table,
    TableId,
};
use crate::lang::syntax::ast::{self, EventTime, TableClause};

/// Adds the events and states that tables declare; their filters come later.
pub(super) fn clocks(
    tables: &mut [Table],
    entries: &[IndexEntry<ast::Table>],
    reading: &mut TableChecker,
) {
    for (index, entry) in entries.iter().enumerate() {
        let id = TableId(index);
        for clause in &entry.tree.clauses {
            match &clause.node {
                TableClause::Event { name, at, .. } => {
                    let source = event_source(tables, id, at, reading);
                    add_event(tables, id, name, source, reading);
                }
                TableClause::State {
                    name,
                    intervals,
                    from,
                    until,
                } => {
                    let source = state_source(tables, id, intervals.as_ref(), from, until, reading);
                    add_state(tables, id, name, source, reading);
                }
                TableClause::Key(_)
                | TableClause::BelongsTo { .. }
                | TableClause::Known(_)
                | TableClause::Field { .. }
                | TableClause::Exclude { .. }
                | TableClause::Scope { .. } => {}
            }
        }
    }
}

fn add_event(
    tables: &mut [Table],
    id: TableId,
    name: &ast::Identifier,
    source: Option<EventSource>,
    reading: &mut TableChecker,
) {
    let table = &tables[id.0];
    let free = is_named_as_its_column(table, &name.node, source.as_ref())
        || refuse_clash(table, &name.node, name.span, "event", reading.problems);
    match source {
        Some(source) if free => tables[id.0].events.push(Event {
            name: name.node.clone(),
            source,
            filter: None,
            span: name.span,
        }),
        Some(_) | None => reading.known.break_noun(id, &name.node),
    }
}

/// `event created at created`: a stranger's column may be called what happened. Where one of them
/// may stand the other may not, so the name stays clear.
fn is_named_as_its_column(table: &Table, name: &str, source: Option<&EventSource>) -> bool {
    let Some(EventSource::Columns(columns)) = source else {
        return false;
    };
    let is_own = matches!(columns[..], [only] if table.columns[only].name == name);
    is_own && table.event_named(name).is_none() && table.state_named(name).is_none()
}

fn add_state(
    tables: &mut [Table],
    id: TableId,
    name: &ast::Identifier,
    source: Option<StateSource>,
    reading: &mut TableChecker,
) {
    let free = refuse_clash(
        &tables[id.0],
        &name.node,
        name.span,
        "state",
        reading.problems,
    );
    match source {
        Some(source) if free => tables[id.0].states.push(State {
            name: name.node.clone(),
            source,
            span: name.span,
        }),
        Some(_) | None => reading.known.break_noun(id, &name.node),
    }
}

/// What a name already is in a table.
pub(super) fn taken_as(table: &Table, name: &str) -> Option<&'static str> {
    if table.event_named(name).is_some() {
        Some("an event")
    } else if table.state_named(name).is_some() {
        Some("a state")
    } else if table.field_named(name).is_some() {
        Some("a field")
    } else {
        None
    }
}

/// Whether the name is free in the table; reports a clash (K212).
fn refuse_clash(
    table: &Table,
    name: &str,
    span: Span,
    kind: &str,
    problems: &mut Problems,
) -> bool {
    let Some(taken) = taken_as(table, name) else {
        return true;
    };
    problems.push(
        Diagnostic::error(
            "K212",
            span,
            format!("`{name}` is already {taken} of {}", table.name),
        )
        .label(format!("give the {kind} another name")),
    );
    false
}

fn event_source(
    tables: &[Table],
    own: TableId,
    at: &EventTime,
    reading: &mut TableChecker,
) -> Option<EventSource> {
    match at {
        EventTime::Columns(columns) => {
            chosen_columns(&tables[own.0], columns).map(EventSource::Columns)
        }
        EventTime::LastOf { column, table } => {
            let id = interval_table(tables, own, table, reading)?;
            let column = tables[id.0].field_named(&column.node)?;
            Some(EventSource::LastOf { table: id, column })
        }
    }
}

fn state_source(
    tables: &[Table],
    own: TableId,
    intervals: Option<&ast::Identifier>,
    from: &ast::TimeColumns,
    until: &ast::TimeColumns,
    reading: &mut TableChecker,
) -> Option<StateSource> {
    match intervals {
        None => {
            let from = chosen_columns(&tables[own.0], from)?;
            let until = chosen_columns(&tables[own.0], until)?;
            Some(StateSource::Columns { from, until })
        }
        Some(name) => {
            let table = interval_table(tables, own, name, reading)?;
            let from = chosen_columns(&tables[table.0], from)?;
            let until = chosen_columns(&tables[table.0], until)?;
            Some(StateSource::Intervals { table, from, until })
        }
    }
}

fn chosen_columns(table: &Table, written: &ast::TimeColumns) -> Option<ChosenColumns> {
    let columns = written.columns.iter().map(|column| {
        let index = table.field_named(&column.name.node)?;
        (index < table.columns.len()).then_some(index)
    });
    Some(ChosenColumns {
        choice: written.choice,
        columns: columns.collect::<Option<_>>()?,
    })
}

/// A table whose rows belong to rows of this one; reports any other (K304).
fn interval_table(
    tables: &[Table],
    own: TableId,
    name: &ast::Identifier,
    reading: &mut TableChecker,
) -> Option<TableId> {
    let id = find_table(tables, name, reading)?;
    if belongs(&tables[id.0], own) {
        return Some(id);
    }
    let own_name = &tables[own.0].name;
    reading.problems.push(
        Diagnostic::not_on_table(
            "K304",
            name.span,
            format!("{} does not belong to {own_name}", name.node),
        )
        .help(format!(
            "add `belongs to {own_name} by {}_id` to table {}",
            singular(own_name),
            name.node
        )),
    );
    None
}

/// What an SLA adds to its table.
pub(super) struct AddedNouns<'a> {
    pub sla: SlaId,
    pub name: &'a ast::Identifier,
    pub prefix: Option<&'a str>,
    /// The names of all SLAs, by their ids.
    pub all: &'a [&'a str],
}

impl AddedNouns<'_> {
    fn named(&self, noun: &str) -> String {
        match self.prefix {
            Some(prefix) => format!("{prefix}_{noun}"),
            None => noun.to_owned(),
        }
    }
}

/// Adds the field `due_at`, the events `due` and `breached` and the state `overdue` of an SLA to its table, unless
/// a name is taken (K514). Gives the names that the table lacks then.
pub(super) fn add_due(
    table: &mut Table,
    added: &AddedNouns,
    problems: &mut Problems,
) -> Vec<String> {
    let names = ["due_at", "due", "breached", "overdue"].map(|noun| added.named(noun));
    if let Some(problem) = clash(table, added, &names) {
        problems.push(problem);
        let lacking = names
            .into_iter()
            .filter(|name| taken_as(table, name).is_none());
        return lacking.collect();
    }
    let span = added.name.span;
    let [due_at, due, breached, overdue] = names;
    table.fields.push(Field {
        name: due_at,
        field_type: FieldType::Date,
        source: FieldSource::Due(added.sla),
        declared: false,
        span,
    });
    let event = |name: String, source: EventSource| Event {
        name,
        source,
        filter: None,
        span,
    };
    table.events.push(event(due, EventSource::Due(added.sla)));
    table
        .events
        .push(event(breached, EventSource::Breach(added.sla)));
    table.states.push(State {
        name: overdue,
        source: StateSource::Overdue(added.sla),
        span,
    });
    Vec::new()
}

/// The refusal of names that are taken, all in one.
fn clash(table: &Table, added: &AddedNouns, names: &[String]) -> Option<Diagnostic> {
    let taken = names
        .iter()
        .filter_map(|name| Some((name.as_str(), taken_as(table, name)?)));
    let taken: Vec<(&str, &str)> = taken.collect();
    let (first, _) = taken.first()?;
    let problem = |message: String| Diagnostic::error("K514", added.name.span, message);
    let prefix = match added.prefix {
        None => format!(
            "give it names of its own by a line such as `prefix {}`",
            added.name.node
        ),
        Some(prefix) => format!("give it another prefix than `{prefix}`"),
    };
    if let Some(earlier) = made_by(table, first) {
        return Some(
            problem(format!(
                "{} already has the sla `{}`",
                table.name, added.all[earlier.0]
            ))
            .label(format!(
                "both would add {}",
                list(names.iter().map(String::as_str))
            ))
            .help(prefix)
            .help("for other rows of the table add `due … where …` lines to the first"),
        );
    }
    let words = taken
        .iter()
        .map(|(name, kind)| format!("`{name}`, which is already {kind} of {}", table.name));
    let words: Vec<String> = words.collect();
    Some(
        problem(format!("an sla adds {}", words.join(", and ")))
            .help(format!(
                "rename {} in table {}",
                list(taken.iter().map(|(name, _)| *name)),
                table.name
            ))
            .help(prefix),
    )
}

/// The SLA that a field of a table comes from.
fn made_by(table: &Table, name: &str) -> Option<SlaId> {
    match table.fields[table.field_named(name)?].source {
        FieldSource::Due(sla) => Some(sla),
        FieldSource::Column(_) | FieldSource::Parent { .. } | FieldSource::RollUp(_) => None,
    }
}
