//! Where things are in a store.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::cache::{MergedCache, ProvenFolders};
use super::errors::not_begun;
use crate::base::diagnostic::Diagnostic;
use crate::base::files;

/// The file that makes a folder a store, and what stands in it.
pub const MARK: &str = "riskql-store";
const MARK_TEXT: &str = "riskql store 1\n";

const MANIFESTS: &str = "segments";
const MERGED: &str = "merged";
const OBSERVATIONS: &str = "observations";
/// What follows from the others, and is made anew where it is missing.
pub const DERIVED: &str = "derived";
/// What is there before the mark is.
const FOLDERS: [&str; 3] = [MANIFESTS, MERGED, OBSERVATIONS];
/// Smaller tables are read as fast as they are opened.
const OBSERVATIONS_A_PART: u64 = 250_000;

/// A folder of segments.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    pub(super) merged_cache: MergedCache,
    pub(super) proven_folders: ProvenFolders,
    /// Reports that are looked at as if they had been withdrawn.
    pub(super) assumed_withdrawn: BTreeSet<String>,
    /// How many observations a part of the derived tables follows from, at least.
    pub(super) observations_a_part: u64,
}

/// Whether a folder is a store.
pub fn is_store(folder: &Path) -> bool {
    folder.join(MARK).is_file()
}

/// The store that a file is in, or would be.
pub fn store_around(file: &Path) -> Option<PathBuf> {
    let there = |path: &Path| fs::canonicalize(path).ok();
    let absolute = std::path::absolute(file).ok()?;
    let nearest = absolute.ancestors().find_map(there)?;
    let around = nearest.ancestors().find(|folder| is_store(folder));
    around.map(Path::to_path_buf)
}

/// The folders of a store in which something changes when a report is added, merged or withdrawn.
pub fn fact_folders(folder: &Path) -> Vec<PathBuf> {
    let store = Store::at(folder);
    vec![store.manifests(), store.merged(), store.withdrawn()]
}

impl Store {
    /// Opens a store that is there.
    pub fn open(folder: &Path) -> Result<Store, Diagnostic> {
        let mark = folder.join(MARK);
        match fs::read_to_string(&mark) {
            Ok(text) if text == MARK_TEXT => Ok(Store::at(folder)),
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
        let failed = |error: io::Error| not_begun(folder, &error);
        fs::create_dir_all(folder).map_err(failed)?;
        let mut entries = fs::read_dir(folder).map_err(failed)?;
        // A process that begins the same store may have come this far too.
        let is_other = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                !name.contains(MARK) && !FOLDERS.contains(&name.as_str())
            })
        };
        // And meanwhile further: then it is a store by now.
        if entries.any(is_other) && !is_store(folder) {
            return Err(Diagnostic::data(
                "D420",
                format!(
                    "`{}` is a folder of other files, not a store",
                    folder.display()
                ),
            )
            .help("name an empty or a new folder: --store DIR"));
        }
        for inner in FOLDERS {
            fs::create_dir_all(folder.join(inner)).map_err(failed)?;
        }
        files::replace(&folder.join(MARK), MARK_TEXT.as_bytes()).map_err(failed)?;
        files::sync_folder(folder).map_err(failed)?;
        Ok(Store::at(folder))
    }

    fn at(folder: &Path) -> Store {
        Store {
            folder: folder.to_path_buf(),
            merged_cache: MergedCache::default(),
            proven_folders: ProvenFolders::default(),
            assumed_withdrawn: BTreeSet::new(),
            observations_a_part: OBSERVATIONS_A_PART,
        }
    }

    /// The same store, looked at as if these reports had been withdrawn.
    pub fn assuming_withdrawn(self, segments: impl IntoIterator<Item = String>) -> Store {
        Store {
            assumed_withdrawn: segments.into_iter().collect(),
            ..self
        }
    }

    /// The same store with derived tables in parts of another size: what they hold is the same.
    pub fn with_observations_a_part(self, observations_a_part: u64) -> Store {
        Store {
            observations_a_part,
            ..self
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of manifests, one a report.
    pub(super) fn manifests(&self) -> PathBuf {
        self.folder.join(MANIFESTS)
    }

    /// The folder of manifests of segments that several reports were merged into.
    pub(super) fn merged(&self) -> PathBuf {
        self.folder.join(MERGED)
    }

    /// The folder of the Parquet files of reports' rows.
    pub(super) fn observations(&self) -> PathBuf {
        self.folder.join(OBSERVATIONS)
    }

    /// The folder of withdrawals, one a report; there once there is any.
    pub(super) fn withdrawn(&self) -> PathBuf {
        self.folder.join("withdrawn")
    }

    /// The folder of tables that can be made again at any time.
    pub(super) fn derived(&self) -> PathBuf {
        self.folder.join(DERIVED)
    }

    /// The folder of the parts of derived tables: a folder for each range of assets, and in it one for each set of facts
    /// that the rows follow from.
    pub(super) fn parts(&self) -> PathBuf {
        self.derived().join("parts")
    }
}
