//! The files that are reports: those named, and all below the folders named.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::reports::store;

/// Folders nested deeper than this are a loop of links.
const DEEPEST: usize = 64;

/// A file to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportFile {
    pub path: PathBuf,
    /// Found in a folder: it may be something else than a report.
    pub is_found: bool,
}

/// The files in the order named, those of a folder in the order of their names; hidden ones are left
/// out.
pub fn candidates(paths: &[PathBuf]) -> Result<Vec<ReportFile>, Problems> {
    let mut found = Vec::new();
    let mut problems = Problems::default();
    for path in paths {
        if let Err(problem) = collect(path, 0, &mut found) {
            problems.push(problem);
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(found)
}

fn collect(path: &Path, depth: usize, found: &mut Vec<ReportFile>) -> Result<(), Diagnostic> {
    let failed = |error: &dyn std::fmt::Display| {
        Diagnostic::data("D901", format!("cannot read `{}`: {error}", path.display()))
    };
    if !path.is_dir() {
        // Pipes and devices are read only by those who name them.
        if depth == 0 || path.is_file() {
            found.push(ReportFile {
                path: path.to_path_buf(),
                is_found: depth > 0,
            });
        }
        return Ok(());
    }
    if store::is_store(path) {
        // A store among reports is that of the reports before.
        return match depth {
            0 => Err(is_a_store(path)),
            _ => Ok(()),
        };
    }
    if depth > DEEPEST {
        return Err(failed(&"folders are nested too deeply"));
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| failed(&error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            collect(&entry.path(), depth + 1, found)?;
        }
    }
    Ok(())
}

fn is_a_store(folder: &Path) -> Diagnostic {
    let folder = folder.display();
    Diagnostic::data(
        "D901",
        format!("`{folder}` is a store: its reports are in it already"),
    )
    .help(format!("ask it: riskql run --data {folder}"))
    .help(format!("add to it: riskql ingest REPORT --store {folder}"))
}
