//! What to read of each table: what was asked for, and what keys and parents need beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{ColumnRequest, Meaning};
use crate::base::types::FieldType;
use crate::lang::model::{Definitions, TableId};
use crate::plan::{Requirement, Requirements};

/// What to read of one table.
#[derive(Clone, Default)]
pub(super) struct TablePlan {
    /// In the order of columns.
    pub wanted: Vec<ColumnRequest>,
    /// By column: why it may not be absent. Columns read for keys and parents alone are not in it.
    pub required: BTreeMap<usize, Requirement>,
    pub parents: BTreeSet<usize>,
    /// Whether other tables find their rows by this one's key.
    pub is_parent: bool,
    pub file_needed_by: Vec<String>,
}

impl TablePlan {
    /// The same, with the key read as it is instead of as a hash.
    pub(super) fn with_whole_key(&self) -> Self {
        let mut plan = self.clone();
        for wanted in &mut plan.wanted {
            if matches!(wanted.meaning, Meaning::Hash) {
                wanted.meaning = Meaning::Text;
            }
        }
        plan
    }
}

/// The plans of all tables that requirements touch.
pub(super) fn plan(
    definitions: &Definitions,
    requirements: &Requirements,
) -> BTreeMap<TableId, TablePlan> {
    let mut plans: BTreeMap<TableId, TablePlan> = BTreeMap::new();
    for (id, asked) in &requirements.tables {
        let plan = plans.entry(*id).or_default();
        plan.required.clone_from(&asked.columns);
        plan.parents.clone_from(&asked.parents);
        plan.file_needed_by.clone_from(&asked.file_needed_by);
        for parent in &asked.parents {
            let table = definitions.table(*id).parents[*parent].table;
            plans.entry(table).or_default().is_parent = true;
        }
    }
    for (id, plan) in &mut plans {
        plan.wanted = wanted(definitions, *id, plan);
        let asked = requirements
            .tables
            .get(id)
            .and_then(|asked| asked.key.clone());
        if let (Some(key), Some(need)) = (definitions.table(*id).key, asked) {
            plan.required.entry(key).or_insert(need);
        }
    }
    plans
}

fn wanted(definitions: &Definitions, id: TableId, plan: &TablePlan) -> Vec<ColumnRequest> {
    let table = definitions.table(id);
    let links = plan
        .parents
        .iter()
        .map(|parent| table.parents[*parent].column);
    let mut places: BTreeSet<usize> = plan.required.keys().copied().chain(links).collect();
    let only_checked = table
        .key
        .filter(|key| !plan.is_parent && !places.contains(key));
    places.extend(table.key);
    let wanted = places.into_iter().map(|column| {
        let of_table = &table.columns[column];
        let is_hash = only_checked == Some(column) && of_table.field_type == FieldType::Text;
        ColumnRequest {
            column,
            name: of_table.name.clone(),
            meaning: if is_hash {
                Meaning::Hash
            } else {
                Meaning::of(&of_table.field_type)
            },
        }
    });
    wanted.collect()
}
