//! What is read of tables, and what of it may be absent.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::model::TableId;

/// What is read of tables.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    pub tables: BTreeMap<TableId, TableRequirements>,
}

/// What is read of one table.
#[derive(Clone, Debug, Default)]
pub struct TableRequirements {
    /// By column of the table.
    pub columns: BTreeMap<usize, Requirement>,
    /// Whether the key may be absent. Keys are always checked, and are kept only if they are among
    /// `columns`: ten million different texts take a gigabyte.
    pub key: Option<Requirement>,
    /// Indexes into the table's parents whose rows are to be found.
    pub parents: BTreeSet<usize>,
    /// Whether a missing file is an error; empty: it is not.
    pub file_needed_by: Vec<String>,
}

/// Whether a column may be absent from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Absent reads as missing everywhere and is noted.
    Optional,
    /// Absent is an error that names who needs it: "`mttr` (kpis/mttr.kpi:3)".
    By(Vec<String>),
}

impl Requirement {
    /// The same, and also by somebody else.
    pub fn also_by(&mut self, needer: &str) {
        match self {
            Requirement::Optional => *self = Requirement::By(vec![needer.to_string()]),
            Requirement::By(names) if names.iter().any(|name| name == needer) => {}
            Requirement::By(names) => names.push(needer.to_string()),
        }
    }
}
