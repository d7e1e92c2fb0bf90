//! Reports in, tables out.

mod conformance;
mod counted;
mod cut;
mod day_order;
mod dialects;
mod divided;
mod harm;
pub mod hostile;
mod identities;
mod language;
mod mutations;
mod networks;
mod osv;
mod owasp;
mod portions;
mod samples;
pub mod workbook_file;
mod workbooks;

use std::path::PathBuf;

/// A folder of data that is not part of the project; `None`, said aloud, where it is absent.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: there is no {}", path.display());
    None
}
