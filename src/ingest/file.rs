//! The bytes of reports.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::shape::{LARGEST, too_large};
use crate::diagnostic::Diagnostic;

/// Reads a report whole; one that is too large is refused before, a device that never ends after as
/// many bytes.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let name = path.display().to_string();
    let failed =
        |error: std::io::Error| Diagnostic::data("D901", format!("cannot read `{name}`: {error}"));
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > LARGEST {
        return Err(too_large(&name, length));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() as u64 > LARGEST {
        true => Err(too_large(&name, bytes.len() as u64)),
        false => Ok(bytes),
    }
}
