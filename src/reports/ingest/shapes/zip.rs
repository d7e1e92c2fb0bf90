//! ZIP archives → an object of their members by name, each read as what it is; and what gzip has packed.
//!
//! Members stay in memory: their names are never paths of files. What they unpack to is bounded.

use std::io::Read;

use jaq_json::Val;

use super::{Budget, OddBytes, damaged, object};
use crate::base::diagnostic::Diagnostic;
use crate::exec::data;

/// Reads an archive, and counts the odd bytes of its members. Members that are no reports, such as pictures,
/// are null.
pub(super) fn read(
    name: &str,
    bytes: &[u8],
    budget: &mut Budget,
) -> Result<(Val, OddBytes), Diagnostic> {
    let failed = |why: String| damaged(name, why);
    let mut archive = data::open_archive(bytes).map_err(failed)?;
    let mut left = data::MOST_UNPACKED;
    let mut members = Vec::new();
    let mut odd_bytes = OddBytes::default();
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
        let limit = left.min(data::most_unpacked(member.compressed_size()));
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
        // Archives in archives stay packed.
        let read = match unpacked.starts_with(data::ARCHIVE) {
            true => Ok((Val::Null, OddBytes::default())),
            false => super::unpacked(&inner, &unpacked, budget),
        };
        let value = match read {
            Ok((value, odd)) => {
                odd_bytes += odd;
                value
            }
            // A list that lost a member would read as one without its rows.
            Err(why) if is_data(&inner) && !unpacked.is_empty() => {
                return Err(failed(why.message));
            }
            Err(_) => Val::Null,
        };
        budget.check().map_err(failed)?;
        members.push((inner, value));
    }
    members.sort_by(|left, right| left.0.cmp(&right.0));
    Ok((object(members), odd_bytes))
}

/// Whether the name of a member says that it holds what is read; others are pictures, sources and the like.
fn is_data(name: &str) -> bool {
    let name = name.to_lowercase();
    let endings = [".json", ".jsonl", ".xml", ".fvdl", ".csv"];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// What a file packed by gzip holds.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let limit = data::most_unpacked(bytes.len() as u64);
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take(limit + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| format!("it cannot be unpacked: {error}"))?;
    match unpacked.len() as u64 > limit {
        true => Err(format!("it unpacks to more than {limit} bytes")),
        false => Ok(unpacked),
    }
}
