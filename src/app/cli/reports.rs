//! The bytes of reports, whether named or given on stdin.

use std::io;
use std::path::Path;

use crate::base::diagnostic::Diagnostic;
use crate::reports::store;

/// Reads a report whole; `-` is stdin.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    match path == Path::new("-") {
        true => store::read_report_from("-", io::stdin().lock()),
        false => store::read_report(path),
    }
}
