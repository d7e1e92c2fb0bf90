//! Writing files whole or not at all, so that they outlast a crash of the machine.
//!
//! Everything is written beside its place under a name that begins with a dot, synced, and then put in
//! place by one step of the file system. What a process that died leaves behind is a file with such a
//! name; readers of folders pass over them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Longer than it takes to make any table.
const OLD_SECONDS: u64 = 3600;

/// What a plain file holds. A pipe that nobody writes to would never end, and a device not either.
pub fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    fs::read(path)
}

/// Whether two paths lead to one file.
pub fn is_same(left: &Path, right: &Path) -> bool {
    match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
        (Err(_), Err(_)) => left == right,
    }
}

/// Writes a file in place of what may be there. A device or a pipe, such as `/dev/null`, is written into
/// and stays what it is; a link is written through, and permissions of what was there are kept.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return write_into(file, bytes);
    }
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    if file.file_name().is_none() {
        return Err(io::Error::other("this is not the name of a file"));
    }
    place(&file, bytes, |unfinished| {
        // Before the rename: a file with secrets must not be readable in between.
        keep_permissions(&file, unfinished)?;
        fs::rename(unfinished, &file)
    })
}

/// Writes several files in place of those that are there, or none of them: all are written out beside their places
/// before the first is put in place, and where one cannot be, those put in place before it get their old content
/// back.
pub fn replace_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), (PathBuf, io::Error)> {
    let mut drafts = Vec::new();
    let staged = files.iter().try_for_each(|(file, bytes)| {
        let staged = stage(file, bytes).map_err(|error| (file.clone(), error))?;
        drafts.push(staged);
        Ok(())
    });
    let placed = staged.and_then(|()| put_in_place(files, &drafts));
    for draft in &drafts {
        let _ = fs::remove_file(&draft.unfinished);
    }
    placed
}

/// A file written out beside its place.
struct StagedFile {
    unfinished: PathBuf,
    place: PathBuf,
    old: Vec<u8>,
}

fn stage(file: &Path, bytes: &[u8]) -> io::Result<StagedFile> {
    let place = fs::canonicalize(file)?;
    let old = fs::read(&place)?;
    let (unfinished, mut draft) = beside(&place, |name| {
        OpenOptions::new().write(true).create_new(true).open(name)
    })?;
    let written = draft.write_all(bytes).and_then(|()| draft.sync_all());
    let kept = written.and_then(|()| keep_permissions(&place, &unfinished));
    if kept.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    kept.map(|()| StagedFile {
        unfinished,
        place,
        old,
    })
}

fn put_in_place(
    files: &[(PathBuf, Vec<u8>)],
    drafts: &[StagedFile],
) -> Result<(), (PathBuf, io::Error)> {
    for (index, draft) in drafts.iter().enumerate() {
        let put =
            fs::rename(&draft.unfinished, &draft.place).and_then(|()| sync_folder(&draft.place));
        if let Err(error) = put {
            for done in &drafts[..index] {
                let _ = replace(&done.place, &done.old);
            }
            return Err((files[index].0.clone(), error));
        }
    }
    Ok(())
}

/// Writes a file that is not there. Of several who do so at once one succeeds: `false` for the others.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    place(path, bytes, |unfinished| {
        let linked = fs::hard_link(unfinished, path);
        let _ = fs::remove_file(unfinished);
        match linked {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            // Where there are no links, a rename is the next best.
            Err(_) if path.is_file() => Ok(false),
            Err(_) => replace(path, bytes).map(|()| true),
        }
    })
}

/// Writes a file that is named by its content: it may be there already, and then must be whole.
pub fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::read(path) {
        // The process that wrote the file may not have synced the folder yet.
        Ok(there) if there == bytes => sync_folder(path),
        Ok(_) | Err(_) => replace(path, bytes),
    }
}

fn place<T>(path: &Path, bytes: &[u8], put: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let (unfinished, mut file) = beside(path, |name| {
        OpenOptions::new().write(true).create_new(true).open(name)
    })?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    // The content must last before the name does: a crash between the two would leave a name with half
    // of it.
    let done = written.and_then(|()| put(&unfinished));
    if done.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    let done = done?;
    sync_folder(path)?;
    Ok(done)
}

/// Puts a file under another name too, in place of what may be there: a symbolic link that holds when the folder around
/// both is moved. Where the file system has none it is a hard link, or a copy.
pub fn link(file: &Path, name: &Path) -> io::Result<()> {
    let linked = beside(name, |unfinished| {
        match symbolic_link(file, unfinished).or_else(|_| fs::hard_link(file, unfinished)) {
            // Somebody has the name: another is tried.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                fs::copy(file, unfinished).map(drop)
            }
            linked => linked,
        }
    });
    let (unfinished, ()) = linked?;
    let put = fs::rename(&unfinished, name);
    if put.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    put
}

#[cfg(unix)]
fn symbolic_link(file: &Path, name: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(relative(file, name), name)
}

/// Elsewhere links are for administrators.
#[cfg(not(unix))]
fn symbolic_link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The path of a file from where another is.
fn relative(file: &Path, other: &Path) -> PathBuf {
    let folder = other.parent().unwrap_or(other);
    let shared = file.components().zip(folder.components());
    let shared = shared.take_while(|(left, right)| left == right).count();
    let up = folder.components().skip(shared).map(|_| "..");
    let down = file.components().skip(shared);
    up.collect::<PathBuf>().join(down.collect::<PathBuf>())
}

/// Makes a folder beside a path, to be filled and renamed.
pub fn draft(path: &Path) -> io::Result<PathBuf> {
    beside(path, |name| fs::create_dir(name)).map(|(draft, ())| draft)
}

/// Makes something under an unused name beside a path. Names are tried until one is free: a process of
/// another machine may have the same number.
fn beside<T>(path: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let unfinished = path.with_file_name(format!(".{name}.{}.{count}", std::process::id()));
        match make(&unfinished) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|made| (unfinished, made)),
        }
    }
}

/// Removes a file; it may be gone.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Whether a file was last changed so long ago that no running process is still writing it.
pub fn is_old(path: &Path) -> bool {
    let changed = fs::metadata(path).and_then(|metadata| metadata.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age.as_secs() >= OLD_SECONDS)
}

/// From now on it is not old for a while. Where that cannot be noted, it is as old as it was.
pub fn note_use(path: &Path) {
    let _ = File::open(path).and_then(|open| open.set_modified(SystemTime::now()));
}

/// A new name lasts once its folder is synced; folders of some systems cannot be.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Some(Path::new(".")),
        folder => folder,
    };
    if let Some(folder) = folder
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Writes to what is no file. A reader that has gone away is no failure, as on stdout.
fn write_into(device: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = OpenOptions::new().write(true).open(device)?;
    match open.write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn keep_permissions(old: &Path, new: &Path) -> io::Result<()> {
    match fs::metadata(old) {
        Ok(metadata) if metadata.is_dir() => Err(io::Error::other("this is a folder")),
        Ok(metadata) if metadata.is_file() => fs::set_permissions(new, metadata.permissions()),
        Ok(_) | Err(_) => Ok(()),
    }
}
