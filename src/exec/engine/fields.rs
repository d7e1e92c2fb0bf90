//! Where the values of a field are: the reader of all tables from one standpoint.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::exec::data::{ColumnData, Dataset, MISSING_INSTANT, NO_ROW};
use crate::lang::model::{Calendar, Definitions, FieldId, FieldSource, SlaId, TableId};
use crate::plan::Standpoint;

/// The tables as they were known at a standpoint.
pub(super) struct Reader<'a> {
    pub definitions: &'a Definitions,
    pub dataset: &'a Dataset,
    pub standpoint: &'a Standpoint,
    /// By table and parent: the parent's row, or [`NO_ROW`] where it is not there or not yet known.
    hops: BTreeMap<(TableId, usize), Cow<'a, [u32]>>,
}

/// The way from a row to a value: through parents, then into a column.
#[derive(Clone)]
pub(super) struct Access<'a> {
    pub hops: Vec<&'a [u32]>,
    pub end: AccessEnd<'a>,
}

#[derive(Clone)]
pub(super) enum AccessEnd<'a> {
    Column {
        data: &'a ColumnData,
        /// Whether as-of hides values (rule S3).
        is_time_of_event: bool,
    },
    /// The due instant of a row of this table.
    Due(TableId, SlaId),
}

impl<'a> Reader<'a> {
    pub fn new(
        definitions: &'a Definitions,
        dataset: &'a Dataset,
        standpoint: &'a Standpoint,
    ) -> Self {
        let mut reader = Reader {
            definitions,
            dataset,
            standpoint,
            hops: BTreeMap::new(),
        };
        for (index, table) in definitions.tables.iter().enumerate() {
            let id = TableId(index);
            for (parent, link) in table.parents.iter().enumerate() {
                let Some(Some(rows)) = dataset.table(id).and_then(|data| data.parents.get(parent))
                else {
                    continue;
                };
                let hop = reader.known_hop(rows, link.table);
                reader.hops.insert((id, parent), hop);
            }
        }
        reader
    }

    fn known_hop(&self, rows: &'a [u32], parent: TableId) -> Cow<'a, [u32]> {
        let Some(known_from) = self.known_from(parent) else {
            return Cow::Borrowed(rows);
        };
        let limit = self.known_on();
        let hide = |row: &u32| match known_from.get(*row as usize) {
            Some(instant) if *instant >= limit => NO_ROW,
            Some(_) | None => *row,
        };
        Cow::Owned(rows.iter().map(hide).collect())
    }

    /// The knowledge times of a table, if it declares them and they were loaded.
    pub fn known_from(&self, table: TableId) -> Option<&'a [i64]> {
        let column = self.definitions.table(table).known_from?;
        match self.dataset.table(table)?.columns.get(column)?.as_deref()? {
            ColumnData::Instants(instants) => Some(instants),
            ColumnData::Codes(_) | ColumnData::Texts { .. } | ColumnData::Numbers(_) => {
                unreachable!("knowledge time is a date column")
            }
        }
    }

    pub fn as_of(&self) -> i64 {
        self.standpoint.as_of.instant
    }

    pub fn known_on(&self) -> i64 {
        self.standpoint.known_on.instant
    }

    pub fn calendar(&self) -> &'a Calendar {
        &self.definitions.calendar
    }

    /// How many rows a table has; 0 when it was not loaded.
    pub fn rows(&self, table: TableId) -> usize {
        self.dataset.table(table).map_or(0, |data| data.rows)
    }

    /// The rows of a parent for each row of a table.
    pub fn hop(&self, table: TableId, parent: usize) -> &[u32] {
        self.hops
            .get(&(table, parent))
            .map_or(&[], |rows| rows.as_ref())
    }

    /// The way to a field's values. `None` when its table was not loaded: there are no rows then.
    pub fn access(&'a self, field: FieldId) -> Option<Access<'a>> {
        let table = self.definitions.table(field.table);
        match table.fields[field.field].source {
            FieldSource::Column(column) => Some(Access {
                hops: Vec::new(),
                end: AccessEnd::Column {
                    data: self
                        .dataset
                        .table(field.table)?
                        .columns
                        .get(column)?
                        .as_deref()?,
                    is_time_of_event: table.columns[column].is_time_of_event,
                },
            }),
            FieldSource::Parent { parent, field: of } => {
                let parent_table = table.parents[parent].table;
                let mut access = self.access(FieldId {
                    table: parent_table,
                    field: of,
                })?;
                access.hops.insert(0, self.hop(field.table, parent));
                Some(access)
            }
            FieldSource::Due(sla) => Some(Access {
                hops: Vec::new(),
                end: AccessEnd::Due(field.table, sla),
            }),
        }
    }
}

impl Access<'_> {
    /// The row in which the value stands, or `None` if a parent is not there.
    pub fn row(&self, row: usize) -> Option<usize> {
        let mut at = row;
        for hop in &self.hops {
            match hop.get(at) {
                Some(&next) if next != NO_ROW => at = next as usize,
                Some(_) | None => return None,
            }
        }
        Some(at)
    }
}

/// Hides what had not happened by as-of (rule S3).
pub(super) fn happened(instant: i64, as_of: i64) -> i64 {
    if instant >= as_of {
        MISSING_INSTANT
    } else {
        instant
    }
}
