//! Columns that nothing reads are left out of the steps that lead to the rows of a table.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::plan::relation::{Expression, Name, Relation, SharedRelation};

/// The relation with those columns only that are wanted of it, or that they are made of.
pub(super) fn pruned(relation: &SharedRelation, wanted: &BTreeSet<Name>) -> SharedRelation {
    let pruned_one = match relation.as_ref() {
        Relation::Scan {
            table,
            name,
            columns,
            row_number,
        } => Relation::Scan {
            table: *table,
            name: name.clone(),
            columns: columns
                .iter()
                .filter(|column| wanted.contains(*column))
                .cloned()
                .collect(),
            row_number: row_number.clone().filter(|column| wanted.contains(column)),
        },
        Relation::Filter { input, predicate } => Relation::Filter {
            input: pruned(input, &with_columns_of(wanted, [predicate])),
            predicate: predicate.clone(),
        },
        Relation::Project { input, columns } => {
            let columns = wanted_of(columns, wanted);
            let read = with_columns_of(&BTreeSet::new(), columns.iter().map(|(_, made)| made));
            Relation::Project {
                input: pruned(input, &read),
                columns,
            }
        }
        Relation::Extend { input, columns } => {
            let columns = wanted_of(columns, wanted);
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
            // What only these columns were made of ends here.
            let kept = wanted
                .iter()
                .map(|name| (name.clone(), Expression::column(name)));
            Relation::Project {
                input: Arc::new(Relation::Extend { input, columns }),
                columns: kept.collect(),
            }
        }
        Relation::Join {
            left,
            right,
            on,
            kind,
        } => {
            let mut of_left = wanted.clone();
            of_left.insert(on.0.clone());
            let mut of_right = wanted.clone();
            of_right.insert(on.1.clone());
            Relation::Join {
                left: pruned(left, &of_left),
                right: pruned(right, &of_right),
                on: on.clone(),
                kind: *kind,
            }
        }
        Relation::Named { name, input } => Relation::Named {
            name: name.clone(),
            input: pruned(input, wanted),
        },
        Relation::Aggregate {
            input,
            keys,
            aggregates,
        } => {
            let mut read: BTreeSet<Name> = keys.iter().cloned().collect();
            for (_, aggregate) in aggregates {
                aggregate.each_expression(&mut |made| made.add_columns_to(&mut read));
            }
            Relation::Aggregate {
                input: pruned(input, &read),
                keys: keys.clone(),
                aggregates: aggregates.clone(),
            }
        }
        Relation::Sort { input, keys } => {
            let mut read = wanted.clone();
            read.extend(keys.iter().map(|key| key.column.clone()));
            Relation::Sort {
                input: pruned(input, &read),
                keys: keys.clone(),
            }
        }
        Relation::Limit { input, rows } => Relation::Limit {
            input: pruned(input, wanted),
            rows: *rows,
        },
        Relation::Union { .. }
        | Relation::Running { .. }
        | Relation::Expand { .. }
        | Relation::Unnest { .. } => return relation.clone(),
    };
    Arc::new(pruned_one)
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
