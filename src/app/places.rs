//! Where files are kept between sessions.

use std::env;
use std::path::PathBuf;

use crate::exec::data::ProofCache;

/// The history of what was typed; `None` without a home.
pub fn history_file() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("riskql/history"))
}

/// The entries run when a session at a terminal begins; the file need not be there.
pub fn startup_file() -> Option<PathBuf> {
    folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("riskql/startup"))
}

/// What was proven of table files, so that the same files need not be proven again; without a home it is
/// forgotten in the end.
pub fn proof_cache() -> ProofCache {
    folder("XDG_CACHE_HOME", ".cache").map_or_else(ProofCache::default, |folder| {
        ProofCache::in_folder(folder.join("riskql/proofs"))
    })
}

/// Where files of other machines are copied to; `None` without a home.
pub fn object_cache() -> Option<PathBuf> {
    folder("XDG_CACHE_HOME", ".cache").map(|folder| folder.join("riskql/objects"))
}

/// What a variable names, else a folder below the home. Relative paths do not count.
fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = |variable: &str| {
        let path = PathBuf::from(env::var_os(variable)?);
        path.is_absolute().then_some(path)
    };
    named(variable).or_else(|| {
        let home = named("HOME").or_else(|| named("USERPROFILE"))?;
        Some(home.join(below_home))
    })
}
