//! Columns that nothing reads are left out of the steps that lead to the rows of a table.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Expression, Name, Relation, SharedRelation};

/// The relation with those columns only that are wanted of it, or that they are made of.
pub fn pruned(relation: &SharedRelation, wanted: &BTreeSet<Name>) -> SharedRelation {
    Arc::new(match relation.as_ref() {
        Relation::Scan {
            table,
            name,
            columns,
            row_number,
        } => {
            let is_wanted = |column: &&Name| wanted.contains(*column);
            Relation::Scan {
                table: *table,
                name: name.clone(),
                columns: columns.iter().filter(is_wanted).cloned().collect(),
                row_number: row_number.as_ref().filter(is_wanted).cloned(),
            }
        }
        Relation::Filter { input, predicate } => Relation::Filter {
            input: pruned(input, &with_columns_of(wanted, [predicate])),
            predicate: predicate.clone(),
        },
        Relation::Project { input, columns } => project(input, wanted_of(columns, wanted)),
        Relation::Extend { input, columns } => {
            return extended(input, wanted_of(columns, wanted), wanted);
        }
        Relation::Join {
            left,
            right,
            on,
            kind,
        } => Relation::Join {
            left: pruned(left, &with(wanted, &on.0)),
            right: pruned(right, &with(wanted, &on.1)),
            on: on.clone(),
            kind: *kind,
        },
        other => ordered(other, wanted),
    })
}

/// Relations that are named, aggregated, sorted or cut; others keep all of their columns.
fn ordered(relation: &Relation, wanted: &BTreeSet<Name>) -> Relation {
    let mut pruned_one = relation.clone();
    match &mut pruned_one {
        Relation::Named { input, .. } | Relation::Limit { input, .. } => {
            *input = pruned(input, wanted);
        }
        Relation::Sort { input, keys } => {
            let mut read = wanted.clone();
            read.extend(keys.iter().map(|key| key.column.clone()));
            *input = pruned(input, &read);
        }
        Relation::Aggregate {
            input,
            keys,
            aggregates,
        } => {
            let mut read: BTreeSet<Name> = keys.iter().cloned().collect();
            for (_, aggregate) in aggregates {
                aggregate.each_expression(&mut |made| made.add_columns_to(&mut read));
            }
            *input = pruned(input, &read);
        }
        _ => {}
    }
    pruned_one
}

fn project(input: &SharedRelation, columns: Vec<(Name, Expression)>) -> Relation {
    let read = with_columns_of(&BTreeSet::new(), columns.iter().map(|(_, made)| made));
    Relation::Project {
        input: pruned(input, &read),
        columns,
    }
}

/// What only the new columns were made of ends with them.
fn extended(
    input: &SharedRelation,
    columns: Vec<(Name, Expression)>,
    wanted: &BTreeSet<Name>,
) -> SharedRelation {
    let is_made = |name: &&Name| columns.iter().any(|(made, _)| made == *name);
    let others = wanted
        .iter()
        .filter(|name| !is_made(name))
        .cloned()
        .collect();
    let read = with_columns_of(&others, columns.iter().map(|(_, made)| made));
    let input = pruned(input, &read);
    if columns.is_empty() {
        return input;
    }
    let kept = wanted
        .iter()
        .map(|name| (name.clone(), Expression::column(name)));
    Arc::new(Relation::Project {
        input: Arc::new(Relation::Extend { input, columns }),
        columns: kept.collect(),
    })
}

fn with(names: &BTreeSet<Name>, name: &Name) -> BTreeSet<Name> {
    let mut names = names.clone();
    names.insert(name.clone());
    names
}

fn wanted_of(columns: &[(Name, Expression)], wanted: &BTreeSet<Name>) -> Vec<(Name, Expression)> {
    let is_wanted = |(name, _): &&(Name, Expression)| wanted.contains(name);
    columns.iter().filter(is_wanted).cloned().collect()
}

fn with_columns_of<'e>(
    others: &BTreeSet<Name>,
    expressions: impl IntoIterator<Item = &'e Expression>,
) -> BTreeSet<Name> {
    let mut names = others.clone();
    for expression in expressions {
        expression.add_columns_to(&mut names);
    }
    names
}
