//! ZIP archives → an object of their members by name, each read as what it is.
//!
//! Members stay in memory: their names are never paths of files. What they unpack to is bounded.

use std::io::{Cursor, Read};

use jaq_json::Val;

use super::shape::{self, damaged, object};
use crate::diagnostic::Diagnostic;

/// Members of one archive.
const MOST_MEMBERS: usize = 10_000;
/// Bytes that all members may unpack to.
const MOST_BYTES: u64 = 1 << 30;
/// Members larger than this times what they are packed in, and than a megabyte, are bombs.
const LARGEST_RATIO: u64 = 200;

/// Reads an archive. Members that are no reports, such as pictures, are null.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Val, Diagnostic> {
    let failed = |why: String| damaged(name, why);
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| failed(format!("it is no ZIP archive: {error}")))?;
    if archive.len() > MOST_MEMBERS {
        return Err(failed(format!(
            "it has {} members; {MOST_MEMBERS} are read",
            archive.len()
        )));
    }
    let mut left = MOST_BYTES;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let member = archive
            .by_index(index)
            .map_err(|error| failed(format!("member {}: {error}", index + 1)))?;
        if member.is_dir() {
            continue;
        }
        let inner = member
            .name()
            .map_err(|error| failed(format!("member {}: {error}", index + 1)))?
            .to_string();
        let limit = left.min((member.compressed_size() * LARGEST_RATIO).max(1 << 20));
        let mut unpacked = Vec::new();
        member
            .take(limit + 1)
            .read_to_end(&mut unpacked)
            .map_err(|error| failed(format!("`{inner}`: {error}")))?;
        if unpacked.len() as u64 > limit {
            return Err(failed(format!(
                "`{inner}` unpacks to more than {limit} bytes"
            )));
        }
        left -= unpacked.len() as u64;
        let is_archive = unpacked.starts_with(b"PK");
        let value = match is_archive {
            true => Val::Null,
            false => shape::read(&inner, &unpacked).map_or(Val::Null, |content| content.value),
        };
        members.push((inner, value));
    }
    members.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(object(members))
}
