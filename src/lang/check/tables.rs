//! Tables: the columns of their files, and which of them are keys and times.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clauses::once;
use super::index::IndexEntry;
use super::scope::{KnownNames, ReferenceKind};
use super::wording::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::{FieldType, Scale};
use crate::lang::model::{Column, Field, FieldSource, Table, TableId};
use crate::lang::syntax::ast::{self, EventTime, TableClause};

/// What reading tables needs to know.
pub(super) struct TableChecker<'a> {
    pub scales: &'a BTreeMap<String, Arc<Scale>>,
    pub known: &'a mut KnownNames,
    pub problems: &'a mut Problems,
}

/// Tables with their own columns, keys and knowledge time; parents, events and states come later.
pub(super) fn tables(entries: &[IndexEntry<ast::Table>], reading: &mut TableChecker) -> Vec<Table> {
    entries
        .iter()
        .enumerate()
        .map(|(index, entry)| table(TableId(index), entry, reading))
        .collect()
}

fn table(id: TableId, entry: &IndexEntry<ast::Table>, reading: &mut TableChecker) -> Table {
    let mut table = Table {
        name: entry.tree.name.node.clone(),
        title: entry.tree.title.as_ref().map(|title| title.node.clone()),
        span: entry.tree.name.span,
        columns: Vec::new(),
        fields: Vec::new(),
        key: None,
        parents: Vec::new(),
        events: Vec::new(),
        states: Vec::new(),
        roll_ups: Vec::new(),
        known_from: None,
        excludes: Vec::new(),
        scope: None,
    };
    let (mut key, mut known_from) = (None, None);
    for clause in &entry.tree.clauses {
        let span = clause.span;
        match &clause.node {
            TableClause::Key(column) => {
                let index = mention(&mut table, column, Use::Key, reading.problems);
                once(&mut key, index, "key", span, reading.problems);
            }
            TableClause::Known(column) => {
                let index = mention(&mut table, column, Use::Knowledge, reading.problems);
                once(&mut known_from, index, "known from", span, reading.problems);
            }
            TableClause::Field {
                name,
                field_type,
                from: None,
            } => match read_type(field_type, reading) {
                Some(found) => {
                    declare(&mut table, name, found, reading.problems);
                    if matches!(field_type.node, ast::FieldTypeName::Planned(_)) {
                        mention(&mut table, name, Use::Planned, reading.problems);
                    }
                }
                None => reading.known.break_noun(id, &name.node),
            },
            TableClause::BelongsTo { .. }
            | TableClause::Event { .. }
            | TableClause::State { .. }
            | TableClause::Field { .. }
            | TableClause::Exclude { .. }
            | TableClause::Scope { .. } => {
                mention_columns(&mut table, &clause.node, reading.problems);
            }
        }
    }
    table.key = key;
    table.known_from = known_from;
    table
}

/// Columns that a clause uses without declaring them.
fn mention_columns(table: &mut Table, clause: &TableClause, problems: &mut Problems) {
    match clause {
        TableClause::BelongsTo { column, .. } => {
            mention(table, column, Use::Key, problems);
        }
        TableClause::Event {
            at: EventTime::Columns(columns),
            ..
        } => mention_times(table, columns, problems),
        TableClause::State {
            intervals: None,
            from,
            until,
            ..
        } => {
            mention_times(table, from, problems);
            mention_times(table, until, problems);
        }
        TableClause::Event { .. }
        | TableClause::State { .. }
        | TableClause::Key(_)
        | TableClause::Known(_)
        | TableClause::Field { .. }
        | TableClause::Exclude { .. }
        | TableClause::Scope { .. } => {}
    }
}

/// Columns of times that events and states read.
pub(super) fn mention_times(table: &mut Table, times: &ast::TimeColumns, problems: &mut Problems) {
    for column in &times.columns {
        let used = match column.is_planned {
            true => Use::Planned,
            false => Use::Time,
        };
        mention(table, &column.name, used, problems);
    }
}

/// A column of times that another table's event reads.
pub(super) fn mention_time(table: &mut Table, name: &ast::Identifier, problems: &mut Problems) {
    mention(table, name, Use::Time, problems);
}

/// What an undeclared column is used for, which settles its type.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Key,
    Time,
    /// A time that is agreed in advance.
    Planned,
    Knowledge,
}

impl Use {
    fn field_type(self) -> FieldType {
        match self {
            Use::Key => FieldType::Text,
            Use::Time | Use::Planned | Use::Knowledge => FieldType::Date,
        }
    }
}

fn mention(table: &mut Table, name: &ast::Identifier, used: Use, problems: &mut Problems) -> usize {
    let field_type = used.field_type();
    let index = match table.field_named(&name.node) {
        Some(index) => {
            refuse_other_type(&table.columns[index], name, &field_type, problems);
            index
        }
        None => add_column(table, name, field_type, false),
    };
    let column = &mut table.columns[index];
    column.is_planned |= used == Use::Planned;
    // Planned in one place is planned in all.
    column.is_time_of_event |= used == Use::Time;
    column.is_time_of_event &= !column.is_planned;
    index
}

fn declare(
    table: &mut Table,
    name: &ast::Identifier,
    field_type: FieldType,
    problems: &mut Problems,
) {
    let Some(index) = table.field_named(&name.node) else {
        add_column(table, name, field_type, true);
        return;
    };
    if table.fields[index].declared {
        problems.push(declared_twice(&table.name, name));
        return;
    }
    refuse_other_type(&table.columns[index], name, &field_type, problems);
    table.fields[index].declared = true;
    table.fields[index].span = name.span;
}

pub(super) fn declared_twice(table: &str, name: &ast::Identifier) -> Diagnostic {
    Diagnostic::error(
        "K212",
        name.span,
        format!("field `{}` is declared twice in {table}", name.node),
    )
    .label("keep one of the lines")
}

/// Columns and the fields that read them stand in the same order.
fn add_column(
    table: &mut Table,
    name: &ast::Identifier,
    field_type: FieldType,
    declared: bool,
) -> usize {
    let index = table.columns.len();
    table.columns.push(Column {
        name: name.node.clone(),
        field_type: field_type.clone(),
        is_time_of_event: false,
        is_planned: false,
        span: name.span,
    });
    table.fields.push(Field {
        name: name.node.clone(),
        field_type,
        source: FieldSource::Column(index),
        declared,
        span: name.span,
    });
    index
}

fn refuse_other_type(
    column: &Column,
    name: &ast::Identifier,
    wanted: &FieldType,
    problems: &mut Problems,
) {
    if column.field_type == *wanted {
        return;
    }
    problems.push(
        Diagnostic::error(
            "K234",
            name.span,
            format!(
                "column `{}` cannot be both {} and {}",
                name.node,
                describe(&column.field_type),
                describe(wanted)
            ),
        )
        .label(format!("used as {} here", describe(wanted)))
        .help("keys are text, and times of events and states are dates"),
    );
}

/// The type a `field` line names; reports an unknown one (K233, K205).
pub(super) fn read_type(
    written: &Spanned<ast::FieldTypeName>,
    reading: &mut TableChecker,
) -> Option<FieldType> {
    match &written.node {
        ast::FieldTypeName::Plain(word) => plain_type(word, written.span, reading),
        ast::FieldTypeName::Planned(word) if word == "date" => Some(FieldType::Date),
        ast::FieldTypeName::Planned(word) => {
            reading.problems.push(
                Diagnostic::error("K233", written.span, format!("`{word}` cannot be planned"))
                    .label("only a date is: write `planned date`"),
            );
            None
        }
        ast::FieldTypeName::Scale(name) => {
            let found = reading.scales.get(&name.node).cloned();
            if found.is_none() && !reading.known.is_broken(ReferenceKind::Scale, &name.node) {
                let names = reading.scales.keys().map(String::as_str);
                reading.problems.push(
                    Diagnostic::error(
                        "K205",
                        name.span,
                        format!("there is no scale `{}`", name.node),
                    )
                    .suggest(&name.node, names),
                );
            }
            found.map(FieldType::Scale)
        }
    }
}

fn plain_type(
    word: &str,
    span: crate::base::source::Span,
    reading: &mut TableChecker,
) -> Option<FieldType> {
    match word {
        "text" => return Some(FieldType::Text),
        "yesno" => return Some(FieldType::YesNo),
        "number" => return Some(FieldType::Number),
        "date" => return Some(FieldType::Date),
        _ => {}
    }
    let problem = Diagnostic::error("K233", span, format!("`{word}` is not a type"));
    let problem = if reading.scales.contains_key(word) {
        problem.label_write(format!("scale {word}"))
    } else {
        problem.suggest(word, ["text", "yesno", "number", "date"])
    };
    reading
        .problems
        .push(problem.help("a field is text, yesno, number, date or `scale NAME`"));
    None
}
