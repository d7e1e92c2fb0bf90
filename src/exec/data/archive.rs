//! ZIP archives from outside: what they may unpack to, checked before anything is read.

use std::io::{Cursor, Read, Seek};

use zip::ZipArchive;

/// What ZIP archives begin with.
pub const ARCHIVE: &[u8] = b"PK\x03\x04";
/// Members of one archive.
const MOST_MEMBERS: usize = 10_000;
/// What a member begins with in the list of them.
const LISTED: &[u8] = b"PK\x01\x02";
/// Bytes that all members may unpack to.
pub const MOST_UNPACKED: u64 = 1 << 30;
/// Members larger than this times what they are packed in, and than a megabyte, are bombs.
const LARGEST_RATIO: u64 = 200;

/// What so many packed bytes may unpack to.
pub fn most_unpacked(packed: u64) -> u64 {
    MOST_UNPACKED.min(packed.saturating_mul(LARGEST_RATIO).max(1 << 20))
}

/// Opens an archive.
///
/// # Errors
///
/// In words: it is damaged, or has too many members.
pub fn open_archive(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, String> {
    // Counted before the list of them is read.
    let listed = memchr::memmem::find_iter(bytes, LISTED).count();
    if listed > MOST_MEMBERS {
        return Err(format!("it has {listed} members; {MOST_MEMBERS} are read"));
    }
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("it is no ZIP archive: {error}"))
}

/// Unpacks every member, and keeps none: `look` sees the name of each and its bytes as they come.
///
/// # Errors
///
/// In words: a member is damaged, or unpacks to too much.
pub(super) fn check_members<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    mut look: impl FnMut(&str, &[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let mut left = MOST_UNPACKED;
    let mut buffer = vec![0; 1 << 16];
    for index in 0..archive.len() {
        let mut member = archive
            .by_index(index)
            .map_err(|error| format!("member {}: {error}", index + 1))?;
        let name = member
            .name()
            .map_err(|error| format!("member {}: {error}", index + 1))?
            .to_string();
        let limit = left.min(most_unpacked(member.compressed_size()));
        let mut size = 0;
        loop {
            let length = member
                .read(&mut buffer)
                .map_err(|error| format!("`{name}`: {error}"))?;
            if length == 0 {
                break;
            }
            size += length as u64;
            if size > limit {
                return Err(format!("`{name}` unpacks to more than {limit} bytes"));
            }
            look(&name, &buffer[..length])?;
        }
        left -= size;
    }
    Ok(())
}
