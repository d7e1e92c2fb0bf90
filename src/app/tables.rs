//! Where the tables are that people name: files, a store, or a connection to a database.

use std::path::PathBuf;

use crate::app::places;
use crate::base::diagnostic::Problems;
use crate::exec::data::{RemoteFiles, Tables};
use crate::exec::objects::{self, WantedObjects};
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
    if let Some((name, file)) = &options.connection {
        return remote::tables(definitions, file, name);
    }
    let folder = options.data.as_deref();
    let paths = folder
        .into_iter()
        .chain(options.files.iter().map(|(_, path)| path.as_path()));
    match paths.into_iter().any(objects::is_address) {
        true => copied(definitions, options),
        false => store::locate(definitions, folder, &options.files),
    }
}

/// Tables of which some are on other machines.
fn copied(definitions: &Definitions, options: &TableOptions) -> Result<Tables, Problems> {
    let tables = definitions.tables.iter();
    let wanted = WantedObjects {
        tables: tables.map(|table| table.name.as_str()).collect(),
        mark: store::MARK,
        left_out: &[store::DERIVED],
    };
    let cache = places::object_cache();
    let local = objects::open(
        options.data.as_deref(),
        &options.files,
        &wanted,
        cache.as_deref(),
    )?;
    // The reports of a store have to be there before anything follows from them.
    let folder = local.folder.as_deref();
    if folder.is_some_and(store::is_store) {
        local.copies.copy_all()?;
    }
    let tables = store::locate(definitions, folder, &local.files);
    let tables = tables.map_err(|problems| problems.reworded(|text| local.copies.told(text)))?;
    Ok(tables.with_remote_files(local.copies))
}
