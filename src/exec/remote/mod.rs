//! Databases that have tables: relations become statements ([`crate::exec::sql`]), which run there over ADBC drivers; their
//! rows come back as frames of [`crate::exec::data::ResultType`]s.
//!
//! Takes a file of connections and the name of one; gives a [`crate::exec::data::TableDatabase`]. Knows nothing of KPIs.

mod connection;
mod database;
mod facts;
mod frames;
mod secrets;
mod settings;

use std::path::Path;
use std::sync::Arc;

use crate::base::diagnostic::Problems;
use crate::exec::data::{Location, Tables};
use crate::lang::model::{Definitions, TableId};

pub use connection::Connection;
pub use database::RemoteDatabase;
pub use settings::{CONNECTIONS_FILE, ConnectionSettings, connection_names, read_connection};

/// The tables of a connection.
///
/// # Errors
///
/// A file of connections that cannot be read or has no such name; a database that cannot be reached.
pub fn tables(definitions: &Definitions, file: &Path, name: &str) -> Result<Tables, Problems> {
    let settings = read_connection(definitions, file, name)?;
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
    ("D503", "a secret written out in a file of connections"),
    ("D504", "an environment variable that a connection needs"),
    ("D505", "a driver that is not there or cannot be loaded"),
    (
        "D506",
        "a database that cannot be reached or lets nobody in",
    ),
    ("D507", "a table that a database does not have"),
    ("D508", "a statement that a database refuses"),
    ("D509", "a statement that took longer than it may"),
    ("D510", "a table that has changed since it was looked at"),
];
