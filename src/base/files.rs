//! Writing files whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes under another name first, syncs, then renames. A device or a pipe, such as `/dev/null`, is
/// written into and stays what it is; a link is written through.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return write_into(file, bytes);
    }
    // A link is written through, and the permissions of what was there are kept.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let name = file
        .file_name()
        .ok_or_else(|| io::Error::other("this is not the name of a file"))?;
    let mut unfinished = std::ffi::OsString::from(".");
    unfinished.push(name);
    unfinished.push(format!(".{}", std::process::id()));
    let unfinished = file.with_file_name(unfinished);
    let written = write_synced(&unfinished, bytes)
        .and_then(|()| keep_permissions(&file, &unfinished))
        .and_then(|()| fs::rename(&unfinished, &file));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Writes to what is no file. A reader that has gone away is no failure, as on stdout.
fn write_into(device: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = fs::OpenOptions::new().write(true).open(device)?;
    match open.write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn write_synced(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = fs::File::create(file)?;
    open.write_all(bytes)?;
    open.sync_all()
}

fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(metadata) if metadata.is_dir() => Err(io::Error::other("this is a folder")),
        Ok(metadata) if metadata.is_file() => fs::set_permissions(new, metadata.permissions()),
        Ok(_) | Err(_) => Ok(()),
    }
}
