//! The bytes of reports.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::base::diagnostic::{Diagnostic, nearest};
use crate::reports::ingest::{LARGEST, too_large};

/// Reads a report whole; one that is too large is refused before.
pub fn read_report(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(
            Diagnostic::data("D901", format!("`{name}` is a folder")).help("name a report in it")
        );
    }
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => absent(path),
        _ => unreadable(&name, &error),
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if is_device(metadata.file_type()) {
        return Err(
            Diagnostic::data("D901", format!("`{name}` is a device, not a report"))
                .help("name a file, or let the report come on stdin: riskql ingest -"),
        );
    }
    let length = metadata.len();
    if length > LARGEST {
        return Err(too_large(&name, length));
    }
    whole(&name, file, length as usize)
}

/// Whether a file is a device: some never end. A pipe is read by those who name it.
fn is_device(kind: fs::FileType) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        kind.is_char_device() || kind.is_block_device()
    }
    #[cfg(not(unix))]
    {
        let _ = kind;
        false
    }
}

/// Reads a report whole; of a device that never ends, no more than a report may have.
pub fn read_report_from(name: &str, reader: impl Read) -> Result<Vec<u8>, Diagnostic> {
    whole(name, reader, 0)
}

/// `expected` bytes are made room for at once: a vector that grows holds its bytes twice meanwhile.
fn whole(name: &str, reader: impl Read, expected: usize) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::with_capacity(expected + 1);
    let read = reader.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    match bytes.len() as u64 > LARGEST {
        true => Err(too_large(name, bytes.len() as u64)),
        false => Ok(bytes),
    }
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    Diagnostic::data("D901", format!("cannot read `{name}`: {error}"))
}

/// Says what is missing, and what is there under a name like it.
fn absent(path: &Path) -> Diagnostic {
    let name = path.display();
    let folder = path.parent().unwrap_or(Path::new(""));
    let here = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let Ok(entries) = fs::read_dir(here) else {
        return Diagnostic::data("D901", format!("there is no folder `{}`", here.display()));
    };
    let there: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let typed = path.file_name().unwrap_or_default().to_string_lossy();
    let absent = Diagnostic::data("D901", format!("there is no file `{name}`"));
    match nearest(&typed, there.iter().map(String::as_str)) {
        Some(near) => absent.help(format!("did you mean `{}`?", folder.join(near).display())),
        None => absent,
    }
}
