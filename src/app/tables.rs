//! Where the tables are that people name: files, a store, or a connection to a database.

use std::path::PathBuf;

use crate::base::diagnostic::Problems;
use crate::exec::data::Tables;
use crate::exec::remote;
use crate::lang::model::Definitions;
use crate::reports::store;

/// What was named.
#[derive(Clone, Default, Debug)]
pub struct TableOptions {
    /// A folder of files, or a store.
    pub data: Option<PathBuf>,
    /// Files of single tables.
    pub files: Vec<(String, PathBuf)>,
    /// A connection, and the file that has it.
    pub connection: Option<(String, PathBuf)>,
}

/// The tables of a place.
///
/// # Errors
///
/// Files that are not there; a database that cannot be reached.
pub fn open(definitions: &Definitions, options: &TableOptions) -> Result<Tables, Problems> {
    match &options.connection {
        Some((name, file)) => remote::tables(definitions, file, name),
        None => store::locate(definitions, options.data.as_deref(), &options.files),
    }
}
