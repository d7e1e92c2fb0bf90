//! Databases that have tables: relations become statements ([`crate::exec::sql`]), which run there over ADBC drivers; their
//! rows come back as frames of [`crate::exec::data::ResultType`]s.
//!
//! Takes a file of connections and the name of one; gives a [`crate::exec::data::TableDatabase`]. The other way, a frame becomes a
//! table there ([`TargetTable`]). Knows nothing of KPIs.

mod address;
mod batches;
mod connection;
mod database;
mod facts;
mod frames;
mod secrets;
mod settings;
mod target;
mod writing;

use std::path::Path;
use std::sync::Arc;

use crate::base::diagnostic::Problems;
use crate::exec::data::{Location, Tables};
use crate::lang::model::{Definitions, TableId};

pub use connection::Connection;
pub use database::RemoteDatabase;
pub use settings::{
    CONNECTIONS_FILE, ConnectionName, ConnectionSettings, connection_names, read_connection,
};
pub use target::{TargetRequest, TargetTable, WriteMode};

/// The tables of a connection.
///
/// # Errors
///
/// A file of connections that cannot be read or has no such name; a database that cannot be reached.
pub fn tables(definitions: &Definitions, file: &Path, name: &str) -> Result<Tables, Problems> {
    let option = "--on";
    let settings = read_connection(definitions, ConnectionName { file, name, option })?;
    let connection = Connection::open(&settings)?;
    let locations = definitions.tables.iter().enumerate();
    let locations = locations.filter_map(|(id, table)| {
        let title = settings.tables.get(&table.name)?.title();
        Some(Location {
            table: TableId(id),
            path: title.into(),
        })
    });
    let locations = locations.collect();
    let database = RemoteDatabase::new(settings, connection);
    Ok(Tables::of_database(locations, Arc::new(database)))
}

/// The codes of this room's problems and what each means.
pub const CODES: &[(&str, &str)] = &[
    ("D501", "a file of connections that cannot be read"),
    ("K936", "a connection that no file names"),
    (
        "K937",
        "a table that rows are written into cannot be called so",
    ),
    (
        "K938",
        "an address of a database that is none, or of an unknown one",
    ),
    (
        "K939",
        "rows are to be written into a table that queries read",
    ),
    ("D503", "a secret written out in a file of connections"),
    ("D504", "an environment variable that a connection needs"),
    ("D505", "a driver that is not there or cannot be loaded"),
    (
        "D506",
        "a database that cannot be reached or lets nobody in",
    ),
    ("D507", "a table or schema that a database does not have"),
    ("D508", "a statement that a database refuses"),
    ("D509", "a statement that took longer than it may"),
    ("D510", "a table that has changed since it was looked at"),
    (
        "D511",
        "a table that is there already, where rows are to make one",
    ),
    (
        "D512",
        "a table with other columns than the rows that are written into it",
    ),
    (
        "D513",
        "a table that the user of a connection may not write",
    ),
    ("D514", "rows that a database does not take"),
];
