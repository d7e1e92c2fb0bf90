//! Tables read → a dataset: keys are checked, parents found, what nothing asked for is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::columns::{Column, Values};
use super::keys;
use super::parents::{self, KeyIndex};
use super::plan::TablePlan;
use super::report::Origin;
use super::{Dataset, NO_ROW, TableData};
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};

/// A table read, before keys and parents.
pub(super) struct Loaded {
    pub origin: Origin,
    pub rows: usize,
    /// By wanted column.
    pub columns: Vec<Column>,
    /// By wanted column: whether the file lacks it.
    pub is_absent: Vec<bool>,
    pub notes: Vec<String>,
}

impl Loaded {
    /// Whether the file has the table's key.
    pub(super) fn has_key(&self, definitions: &Definitions, id: TableId, plan: &TablePlan) -> bool {
        key_place(definitions, id, plan).is_some_and(|place| !self.is_absent[place])
    }
}

/// Where among the wanted columns the key is.
fn key_place(definitions: &Definitions, id: TableId, plan: &TablePlan) -> Option<usize> {
    let key = definitions.table(id).key?;
    place_of(plan, key)
}

fn place_of(plan: &TablePlan, column: usize) -> Option<usize> {
    plan.wanted
        .iter()
        .position(|wanted| wanted.column == column)
}

/// Checks keys, finds parents and hands over the columns asked for. The fingerprint stays empty.
pub(super) fn join_tables(
    definitions: &Definitions,
    plans: &BTreeMap<TableId, TablePlan>,
    mut tables: BTreeMap<TableId, Loaded>,
) -> Result<Dataset, Problems> {
    let indexes = check_keys(definitions, plans, &tables)?;
    let mut dataset = Dataset {
        tables: definitions.tables.iter().map(|_| None).collect(),
        ..Dataset::default()
    };
    for loaded in tables.values_mut() {
        dataset.notes.append(&mut loaded.notes);
    }
    for (id, loaded) in tables {
        let plan = &plans[&id];
        let mut parents: Vec<Option<Arc<Vec<u32>>>> = Vec::new();
        parents.resize_with(definitions.table(id).parents.len(), || None);
        for parent in &plan.parents {
            let (rows, note) = join_parent(definitions, (id, *parent), plan, &loaded, &indexes);
            parents[*parent] = Some(Arc::new(rows));
            dataset.notes.extend(note);
        }
        dataset.tables[id.0] = Some(hand_over(definitions, id, plan, loaded, parents));
    }
    Ok(dataset)
}

fn check_keys(
    definitions: &Definitions,
    plans: &BTreeMap<TableId, TablePlan>,
    tables: &BTreeMap<TableId, Loaded>,
) -> Result<BTreeMap<TableId, KeyIndex>, Problems> {
    let mut problems = Problems::default();
    let mut indexes = BTreeMap::new();
    for (id, loaded) in tables {
        let (table, plan) = (definitions.table(*id), &plans[id]);
        let Some(place) =
            key_place(definitions, *id, plan).filter(|place| !loaded.is_absent[*place])
        else {
            continue;
        };
        let column = &loaded.columns[place];
        if matches!(column.values, Values::Hashes(_)) {
            // Judged when the file was read: those left as hashes are unique.
            continue;
        }
        let (codes, words) = keys::as_texts(column);
        let key = &plan.wanted[place].name;
        keys::check(
            &loaded.origin,
            &table.name,
            key,
            &codes,
            &words,
            &mut problems,
        );
        if plan.is_parent {
            indexes.insert(*id, KeyIndex::new(&codes, words.into_owned()));
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(indexes)
}

/// The parent's row for each row, and what there is to say about it.
fn join_parent(
    definitions: &Definitions,
    (id, parent): (TableId, usize),
    plan: &TablePlan,
    loaded: &Loaded,
    indexes: &BTreeMap<TableId, KeyIndex>,
) -> (Vec<u32>, Option<String>) {
    let link = &definitions.table(id).parents[parent];
    let Some(index) = indexes.get(&link.table) else {
        let note = parents::no_parent_note(definitions, id, parent);
        return (vec![NO_ROW; loaded.rows], Some(note));
    };
    let place = place_of(plan, link.column).expect("the plan reads the columns of its parents");
    let (codes, words) = keys::as_texts(&loaded.columns[place]);
    let joined = parents::join(codes.into_owned(), &words, index);
    let note = joined
        .orphans
        .map(|orphans| parents::orphans_note(definitions, (id, parent), &loaded.origin, &orphans));
    (joined.rows, note)
}

fn hand_over(
    definitions: &Definitions,
    id: TableId,
    plan: &TablePlan,
    loaded: Loaded,
    parents: Vec<Option<Arc<Vec<u32>>>>,
) -> TableData {
    let mut columns = Vec::new();
    columns.resize_with(definitions.table(id).columns.len(), || None);
    let mut absent = BTreeSet::new();
    let read = plan.wanted.iter().zip(loaded.columns).zip(loaded.is_absent);
    for ((wanted, column), is_absent) in read {
        if is_absent {
            absent.insert(wanted.column);
        }
        if plan.needs.contains_key(&wanted.column) {
            columns[wanted.column] = column.into_data().map(Arc::new);
        }
    }
    TableData {
        rows: loaded.rows,
        columns,
        absent,
        parents,
    }
}
