//! The bytes of reports, whether named or given on stdin, and when they come.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::base::diagnostic::Diagnostic;
use crate::reports::store;

/// Reads a report whole; `-` is stdin.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    match path == Path::new("-") {
        true => store::read_report_from("-", io::stdin().lock()),
        false => store::read_report(path),
    }
}

/// Microseconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as i64)
}
