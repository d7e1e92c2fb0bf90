//! The hash of all files read (rule S38).
//!
//! Files are cut into blocks of 4 MiB that are hashed in parallel; the fingerprint is the
//! SHA-256 of the table names, lengths and the blocks' BLAKE3 hashes. It is not what `sha256sum` prints.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::cancellation;

const BLOCK: u64 = 4 << 20;

/// What a file holds, as far as a fingerprint tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct FileHash {
    length: u64,
    blocks: Vec<[u8; 32]>,
}

impl FileHash {
    /// Of what is no file.
    pub(super) fn unknown() -> FileHash {
        FileHash {
            length: 0,
            blocks: Vec::new(),
        }
    }

    /// What several files hold together, given with their names below a folder.
    pub(super) fn of_parts<'a>(parts: impl Iterator<Item = (&'a str, &'a FileHash)>) -> FileHash {
        let mut whole = FileHash::unknown();
        for (name, part) in parts {
            let mut block = blake3::Hasher::new();
            block.update(&(name.len() as u64).to_le_bytes());
            block.update(name.as_bytes());
            for hash in &part.blocks {
                block.update(hash);
            }
            whole.length += part.length;
            whole.blocks.push(block.finalize().into());
        }
        whole
    }

    /// A name for the content, whatever table it is of.
    pub(super) fn content(&self) -> String {
        let mut all = Sha256::new();
        add_header(&mut all, "", self.length);
        self.blocks.iter().for_each(|hash| all.update(hash));
        hex(all)
    }
}

/// The fingerprint of files, given by table name in the order of names.
pub(super) fn of_hashes(files: &[(&str, &FileHash)]) -> String {
    let mut all = Sha256::new();
    for (table, file) in files {
        add_header(&mut all, table, file.length);
        file.blocks.iter().for_each(|hash| all.update(hash));
    }
    written(all)
}

/// The fingerprint of cells given in a definition, by table name and in order.
pub(super) fn of_cells<'a>(
    tables: impl Iterator<Item = (&'a str, Vec<Option<&'a str>>)>,
) -> String {
    let mut all = Sha256::new();
    for (table, cells) in tables {
        add_header(&mut all, table, cells.len() as u64);
        for cell in cells {
            let text = cell.unwrap_or_default();
            all.update((text.len() as u64).to_le_bytes());
            all.update(text);
        }
    }
    written(all)
}

fn add_header(all: &mut Sha256, table: &str, length: u64) {
    all.update((table.len() as u64).to_le_bytes());
    all.update(table);
    all.update(length.to_le_bytes());
}

fn written(all: Sha256) -> String {
    format!("sha256:{}", hex(all))
}

fn hex(all: Sha256) -> String {
    let digest = all.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn file_hash(path: &Path) -> io::Result<FileHash> {
    let length = File::open(path)?.metadata()?.len();
    let blocks = length.div_ceil(BLOCK);
    let blocks = (0..blocks)
        .into_par_iter()
        .map_init(Vec::new, |buffer, block| {
            hash_block(path, block * BLOCK, buffer)
        })
        .collect::<io::Result<Vec<[u8; 32]>>>()?;
    Ok(FileHash { length, blocks })
}

/// BLAKE3 is several times faster than SHA-256, which matters for gigabytes.
fn hash_block(path: &Path, start: u64, buffer: &mut Vec<u8>) -> io::Result<[u8; 32]> {
    cancellation::listen();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    buffer.clear();
    file.take(BLOCK).read_to_end(buffer)?;
    Ok(blake3::hash(buffer).into())
}
