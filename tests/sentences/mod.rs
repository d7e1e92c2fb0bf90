//! Sentences that read right are right: what a new user types for a question, and the metrics of public
//! programmes.

mod metrics;
mod near_misses;
mod spoken_names;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the binary in a folder.
fn riskql(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary can be started")
}

/// The folder of this module.
fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sentences")
}
