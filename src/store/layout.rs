//! Where things are in a store.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::files;

/// The file that makes a folder a store, and what stands in it.
const MARK: &str = "riskql-store";
const MARK_TEXT: &str = "riskql store 1\n";

/// A folder of segments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Whether a folder is a store.
pub fn is_store(folder: &Path) -> bool {
    folder.join(MARK).is_file()
}

impl Store {
    /// Opens a store that is there.
    pub fn open(folder: &Path) -> Result<Store, Diagnostic> {
        let mark = folder.join(MARK);
        match fs::read_to_string(&mark) {
            Ok(text) if text == MARK_TEXT => Ok(Store {
                folder: folder.to_path_buf(),
            }),
            Ok(_) => Err(Diagnostic::data(
                "D420",
                format!("`{}` is a store of another version", folder.display()),
            )),
            Err(_) => Err(Diagnostic::data(
                "D420",
                format!("`{}` is not a store", folder.display()),
            )
            .help("a store begins with the first report: riskql ingest REPORT --store DIR")),
        }
    }

    /// Opens a store, or begins one in a folder that is empty or not there.
    pub fn open_or_create(folder: &Path) -> Result<Store, Diagnostic> {
        if is_store(folder) {
            return Store::open(folder);
        }
        let failed = |error: io::Error| unwritable(folder, &error);
        fs::create_dir_all(folder).map_err(failed)?;
        let mut entries = fs::read_dir(folder).map_err(failed)?;
        // A process that begins the same store may have come this far too.
        let is_other = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                !name.contains(MARK) && name != "segments" && name != "observations"
            })
        };
        if entries.any(is_other) {
            return Err(Diagnostic::data(
                "D420",
                format!(
                    "`{}` is a folder of other files, not a store",
                    folder.display()
                ),
            )
            .help("name an empty or a new folder: --store DIR"));
        }
        let store = Store {
            folder: folder.to_path_buf(),
        };
        fs::create_dir_all(store.manifests()).map_err(failed)?;
        fs::create_dir_all(store.observations()).map_err(failed)?;
        files::replace(&folder.join(MARK), MARK_TEXT.as_bytes()).map_err(failed)?;
        Ok(store)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of manifests, one a segment.
    pub(super) fn manifests(&self) -> PathBuf {
        self.folder.join("segments")
    }

    /// The folder of the Parquet files of reports' rows.
    pub(super) fn observations(&self) -> PathBuf {
        self.folder.join("observations")
    }

    /// The folder of tables that can be made again at any time.
    pub(super) fn derived(&self) -> PathBuf {
        self.folder.join("derived")
    }
}

/// Something in a store that cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::data(
        "D420",
        format!("cannot write `{}`: {error}", path.display()),
    )
    .help("the store is as it was")
}

/// Something in a store that cannot be read.
pub(super) fn unreadable(path: &Path, error: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::data("D420", format!("cannot read `{}`: {error}", path.display()))
}
