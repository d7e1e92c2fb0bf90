//! `belongs to`: which table leads to which, and the fields that come from there.

use super::index::IndexEntry;
use super::scope::ReferenceKind;
use super::tables::{TableChecker, declared_twice, mention_time, mention_times, read_type};
use super::wording::{describe, singular};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::FieldType;
use crate::lang::model::{Field, FieldSource, Parent, Table, TableId};
use crate::lang::syntax::ast::{self, EventTime, FieldOrigin, TableClause};

/// Adds parents, then the columns that other tables' events and states read, then the fields that
/// come from parents. Columns must all be there before the first such field.
pub(super) fn join(
    tables: &mut [Table],
    entries: &[IndexEntry<ast::Table>],
    reading: &mut TableChecker,
) {
    for (index, entry) in entries.iter().enumerate() {
        for clause in &entry.tree.clauses {
            if let TableClause::BelongsTo { table, column } = &clause.node {
                add_parent(tables, TableId(index), table, column, reading);
            }
        }
    }
    break_cycles(tables, reading.problems);
    for (index, entry) in entries.iter().enumerate() {
        for clause in &entry.tree.clauses {
            mention_intervals(tables, TableId(index), &clause.node, reading.problems);
        }
    }
    for id in parents_first(tables) {
        for clause in &entries[id.0].tree.clauses {
            if let TableClause::Field {
                name,
                field_type,
                from: Some(from),
            } = &clause.node
            {
                match from {
                    FieldOrigin::Parent(from) => {
                        add_field(tables, id, name, field_type, from, reading);
                    }
                    FieldOrigin::RollUp(_) => add_roll_up(tables, id, name, field_type, reading),
                }
            }
        }
    }
}

fn add_parent(
    tables: &mut [Table],
    own: TableId,
    name: &ast::Identifier,
    column: &ast::Identifier,
    reading: &mut TableChecker,
) {
    let problem = |message: String| Diagnostic::error("K303", name.span, message);
    let Some(parent) = find_table(tables, name, reading) else {
        return;
    };
    let refused = if parent == own {
        Some(problem("a table cannot belong to itself".to_owned()))
    } else if tables[parent.0].key.is_none() {
        Some(
            problem(format!("{} has no key to belong to", name.node)).help(format!(
                "add `key {}_id` to table {}",
                singular(&name.node),
                name.node
            )),
        )
    } else if tables[own.0]
        .parents
        .iter()
        .any(|other| other.table == parent)
    {
        Some(
            problem(format!(
                "{} belongs to {} twice",
                tables[own.0].name, name.node
            ))
            .label("a field from there would have two meanings"),
        )
    } else {
        None
    };
    if let Some(refused) = refused {
        reading.problems.push(refused);
        return;
    }
    let Some(column_index) = tables[own.0].field_named(&column.node) else {
        return;
    };
    tables[own.0].parents.push(Parent {
        table: parent,
        column: column_index,
        span: name.span,
    });
}

/// A table by name; reports an unknown one (K201).
pub(super) fn find_table(
    tables: &[Table],
    name: &ast::Identifier,
    reading: &mut TableChecker,
) -> Option<TableId> {
    let found = tables.iter().position(|table| table.name == name.node);
    if found.is_none() && !reading.known.is_broken(ReferenceKind::Table, &name.node) {
        reading.problems.push(unknown_table(
            name,
            tables.iter().map(|table| table.name.as_str()),
        ));
    }
    found.map(TableId)
}

pub(super) fn unknown_table<'a>(
    name: &ast::Identifier,
    tables: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let problem = Diagnostic::error(
        "K201",
        name.span,
        format!("there is no table `{}`", name.node),
    )
    .suggest(&name.node, tables.clone());
    match super::wording::list(tables).as_str() {
        "" => problem.help("no table is defined"),
        all => problem.help(format!("tables are {all}")),
    }
}

/// Tables in an order in which parents come before children; tables in a cycle are left out.
fn parents_first(tables: &[Table]) -> Vec<TableId> {
    let mut order: Vec<TableId> = Vec::new();
    let mut placed = vec![false; tables.len()];
    loop {
        let ready: Vec<usize> = (0..tables.len())
            .filter(|index| !placed[*index])
            .filter(|index| {
                tables[*index]
                    .parents
                    .iter()
                    .all(|parent| placed[parent.table.0])
            })
            .collect();
        if ready.is_empty() {
            return order;
        }
        for index in ready {
            placed[index] = true;
            order.push(TableId(index));
        }
    }
}

/// Reports each cycle once (K303) and takes one link out of it, so that checking can go on.
fn break_cycles(tables: &mut [Table], problems: &mut Problems) {
    loop {
        let ordered = parents_first(tables);
        let Some(start) = (0..tables.len()).find(|index| !ordered.contains(&TableId(*index)))
        else {
            return;
        };
        let in_cycle = |id: TableId| !ordered.contains(&id);
        let mut path = vec![start];
        let (from, link) = loop {
            let last = path[path.len() - 1];
            let Some(link) = tables[last]
                .parents
                .iter()
                .position(|parent| in_cycle(parent.table))
            else {
                return;
            };
            let next = tables[last].parents[link].table.0;
            if let Some(first) = path.iter().position(|seen| *seen == next) {
                path.drain(..first);
                break (last, link);
            }
            path.push(next);
        };
        let names: Vec<&str> = path
            .iter()
            .chain(path.first())
            .map(|index| tables[*index].name.as_str())
            .collect();
        let message = format!(
            "tables belong to each other in a circle: {}",
            names.join(" → ")
        );
        problems.push(Diagnostic::error(
            "K303",
            tables[from].parents[link].span,
            message,
        ));
        tables[from].parents.remove(link);
    }
}

/// `at last C of T`, `from T a until b`: T must belong to this table, and its columns are times.
fn mention_intervals(
    tables: &mut [Table],
    own: TableId,
    clause: &TableClause,
    problems: &mut Problems,
) {
    let related = |tables: &[Table], name: &ast::Identifier| {
        tables
            .iter()
            .position(|table| table.name == name.node)
            .filter(|index| belongs(&tables[*index], own))
    };
    match clause {
        TableClause::Event {
            at: EventTime::LastOf { column, table },
            ..
        } => {
            if let Some(index) = related(tables, table) {
                mention_time(&mut tables[index], column, problems);
            }
        }
        TableClause::State {
            intervals: Some(table),
            from,
            until,
            ..
        } => {
            if let Some(index) = related(tables, table) {
                mention_times(&mut tables[index], from, problems);
                mention_times(&mut tables[index], until, problems);
            }
        }
        TableClause::Event { .. }
        | TableClause::State { .. }
        | TableClause::Key(_)
        | TableClause::BelongsTo { .. }
        | TableClause::Known(_)
        | TableClause::Field { .. }
        | TableClause::Exclude { .. }
        | TableClause::Scope { .. } => {}
    }
}

/// Whether rows of a table belong to rows of another.
pub(super) fn belongs(table: &Table, to: TableId) -> bool {
    table.parents.iter().any(|parent| parent.table == to)
}

fn add_field(
    tables: &mut [Table],
    own: TableId,
    name: &ast::Identifier,
    field_type: &Spanned<ast::FieldTypeName>,
    from: &ast::FieldRef,
    reading: &mut TableChecker,
) {
    let declared_type = read_type(field_type, reading);
    let source = find_source(tables, own, from, reading);
    let (Some(field_type), Some((parent, field))) = (declared_type, source) else {
        reading.known.break_noun(own, &name.node);
        return;
    };
    if tables[own.0].field_named(&name.node).is_some() {
        reading
            .problems
            .push(declared_twice(&tables[own.0].name, name));
        return;
    }
    let there = &tables[tables[own.0].parents[parent].table.0].fields[field];
    if let FieldSource::RollUp(_) = there.source {
        reading
            .problems
            .push(rolled_up_there(tables, own, parent, from));
        reading.known.break_noun(own, &name.node);
        return;
    }
    if there.field_type != field_type {
        let message = format!(
            "`{}` is {} in {}, not {}",
            there.name,
            describe(&there.field_type),
            tables[tables[own.0].parents[parent].table.0].name,
            describe(&field_type)
        );
        reading.problems.push(
            Diagnostic::error("K234", name.span, message)
                .label(format!("write `{}`", there.field_type)),
        );
    }
    tables[own.0].fields.push(Field {
        name: name.node.clone(),
        field_type,
        source: FieldSource::Parent { parent, field },
        declared: true,
        span: name.span,
    });
}

/// A field of the parent that changes with the instant: each row would need all of its steps (K246).
fn rolled_up_there(
    tables: &[Table],
    own: TableId,
    parent: usize,
    from: &ast::FieldRef,
) -> Diagnostic {
    let (own, there) = (
        &tables[own.0].name,
        &tables[tables[own.0].parents[parent].table.0].name,
    );
    let field = &from.name.node;
    Diagnostic::error(
        "K246",
        from.name.span,
        format!("`{field}` is rolled up at each instant, and {own} take over fields that stay"),
    )
    .label("leave this line out")
    .help(format!(
        "ask for it where it is made: `count of {there} … where {field} …`; of rows beside each other: `where any {own} of its {} …`",
        singular(there)
    ))
}

/// A field that is rolled up; how is said when all that it reads is known.
fn add_roll_up(
    tables: &mut [Table],
    own: TableId,
    name: &ast::Identifier,
    field_type: &Spanned<ast::FieldTypeName>,
    reading: &mut TableChecker,
) {
    let table = &mut tables[own.0];
    let declared_type = read_type(field_type, reading);
    if let Some(declared) = &declared_type
        && *declared != FieldType::Number
    {
        reading.problems.push(
            Diagnostic::error(
                "K234",
                field_type.span,
                format!("what is rolled up is a number, not {}", describe(declared)),
            )
            .label_write("number"),
        );
    }
    if table.field_named(&name.node).is_some() {
        reading.problems.push(declared_twice(&table.name, name));
        return;
    }
    let is_rolled_up = |field: &&Field| matches!(field.source, FieldSource::RollUp(_));
    let place = table.fields.iter().filter(is_rolled_up).count();
    table.fields.push(Field {
        name: name.node.clone(),
        field_type: FieldType::Number,
        source: FieldSource::RollUp(place),
        declared: true,
        span: name.span,
    });
}

/// The parent and its field that `from assets.name` means.
fn find_source(
    tables: &[Table],
    own: TableId,
    from: &ast::FieldRef,
    reading: &mut TableChecker,
) -> Option<(usize, usize)> {
    let Some(table) = &from.table else {
        reading.problems.push(
            Diagnostic::not_on_table("K304", from.name.span, "a field comes from another table")
                .label("write the table too, as in `assets.name`")
                .help("a field of this table's own needs no `from`: its name is the column's"),
        );
        return None;
    };
    let parent_table = find_table(tables, table, reading)?;
    let parents = &tables[own.0].parents;
    let Some(parent) = parents
        .iter()
        .position(|parent| parent.table == parent_table)
    else {
        reading.problems.push(not_related(tables, own, table));
        return None;
    };
    let field = tables[parent_table.0].field_named(&from.name.node);
    if field.is_none() && !reading.known.is_broken_noun(parent_table, &from.name.node) {
        let names = tables[parent_table.0]
            .fields
            .iter()
            .map(|field| field.name.as_str());
        reading.problems.push(
            Diagnostic::not_on_table(
                "K202",
                from.name.span,
                format!("`{}` is not a field of {}", from.name.node, table.node),
            )
            .suggest(&from.name.node, names.clone())
            .help(format!(
                "{} has {}",
                table.node,
                super::wording::list(names)
            )),
        );
    }
    field.map(|field| (parent, field))
}

fn not_related(tables: &[Table], own: TableId, table: &ast::Identifier) -> Diagnostic {
    Diagnostic::not_on_table(
        "K304",
        table.span,
        format!("{} does not belong to {}", tables[own.0].name, table.node),
    )
    .help(format!(
        "add `belongs to {} by {}_id`, if the rows name one",
        table.node,
        singular(&table.node)
    ))
}
