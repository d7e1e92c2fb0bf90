//! Formats by file name, opening files, and what a file's first bytes betray.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::archive::ARCHIVE;
use crate::base::diagnostic::Diagnostic;

/// How a table file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Csv,
    /// CSV with tabs between the cells.
    Tsv,
    /// A sheet of an Excel workbook.
    Workbook,
    /// NDJSON or one array of objects; the first byte tells which.
    Json,
    Parquet,
    Arrow,
}

/// The endings of table files, and whether a `.gz` may follow.
const ENDINGS: [(&str, Format, bool); 11] = [
    ("csv", Format::Csv, true),
    ("tsv", Format::Tsv, true),
    ("xlsx", Format::Workbook, false),
    ("xlsm", Format::Workbook, false),
    ("parquet", Format::Parquet, false),
    ("jsonl", Format::Json, true),
    ("ndjson", Format::Json, true),
    ("json", Format::Json, true),
    ("arrow", Format::Arrow, false),
    ("ipc", Format::Arrow, false),
    ("feather", Format::Arrow, false),
];

/// All endings in words, for messages.
pub(super) fn endings_in_words() -> String {
    let plain = ENDINGS.iter().map(|(ending, _, _)| format!(".{ending}"));
    let list: Vec<String> = plain.collect();
    format!("{} (the text formats also with .gz)", list.join(", "))
}

/// The stem and the format of a file name, and whether it is compressed.
pub(super) fn split_name(name: &str) -> Option<(&str, Format, bool)> {
    let (plain, compressed) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, true),
        None => (name, false),
    };
    let (stem, ending) = plain.rsplit_once('.')?;
    let (_, format, may_be_compressed) = ENDINGS
        .iter()
        .find(|(known, _, _)| known.eq_ignore_ascii_case(ending))?;
    (!stem.is_empty() && (*may_be_compressed || !compressed)).then_some((stem, *format, compressed))
}

/// Whether a file could hold the rows of a table, by its name.
pub fn is_table_file(name: &str) -> bool {
    split_name(name).is_some()
}

/// The names that the file of a table may have.
pub fn file_names(table: &str) -> Vec<String> {
    let plain = ENDINGS
        .iter()
        .map(|(ending, _, _)| format!("{table}.{ending}"));
    let compressed = ENDINGS
        .iter()
        .filter(|(_, _, may_be_compressed)| *may_be_compressed);
    let compressed = compressed.map(|(ending, _, _)| format!("{table}.{ending}.gz"));
    plain.chain(compressed).collect()
}

/// The format of a path, and whether it is compressed. The parts in a folder are Parquet.
pub(super) fn format_of(path: &Path) -> Option<(Format, bool)> {
    if path.is_dir() {
        return Some((Format::Parquet, false));
    }
    let name = path.file_name()?.to_str()?;
    split_name(name).map(|(_, format, compressed)| (format, compressed))
}

/// A file whose name tells no format.
pub(super) fn unknown_ending(name: &str) -> Diagnostic {
    Diagnostic::data(
        "D106",
        format!("the name `{name}` does not end like a table file"),
    )
    .help(format!("table files end in {}", endings_in_words()))
}

/// A problem of opening or reading a file, in one line.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::UnexpectedEof => "it is cut short".to_owned(),
        _ => first_line(&error.to_string()),
    };
    Diagnostic::data("D105", format!("cannot read `{name}`: {reason}"))
}

/// The first line of a message, at most 200 characters of it.
pub(super) fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim();
    line.chars().take(200).collect()
}

/// What the columnar library says about a damaged file, without its own prefixes and structures.
pub(super) fn plain_words(reason: &str) -> String {
    // Files are mapped into memory whole, which needs addresses for all of their bytes.
    const NO_ROOM: [&str; 3] = ["OutOfMemory", "Cannot allocate memory", "os error 12"];
    if NO_ROOM.iter().any(|words| reason.contains(words)) {
        return "the process may not have so much memory (`ulimit -v`): allow it more, or write the table as a folder \
                of smaller files"
            .to_owned();
    }
    const PREFIXES: [&str; 4] = [
        "parquet: ",
        "File out of specification: ",
        "out-of-spec: ",
        "underlying IO error: ",
    ];
    let mut words = reason;
    while let Some(rest) = PREFIXES
        .iter()
        .find_map(|prefix| words.strip_prefix(prefix))
    {
        words = rest;
    }
    let end = words.find(['(', '{']).unwrap_or(words.len());
    match words[..end].trim() {
        "" => "it is damaged".to_owned(),
        plain => first_line(plain),
    }
}

/// Refuses files whose first bytes say that they are something else than their name does.
pub(super) fn check_content(
    path: &Path,
    name: &str,
    format: Format,
    compressed: bool,
) -> Result<(), Diagnostic> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(8).read_to_end(&mut start))
        .map_err(|error| unreadable(name, &error))?;
    if start.is_empty() && !(compressed || format == Format::Json) {
        return Err(Diagnostic::data("D108", format!("`{name}` is empty")));
    }
    let Some((found, advice)) = betrayed(&start, format, compressed) else {
        return Ok(());
    };
    Err(Diagnostic::data("D107", format!("`{name}` is {found}")).help(advice))
}

/// What the first bytes say a file is, if that is not what it is read as, and what to do.
fn betrayed(
    start: &[u8],
    format: Format,
    compressed: bool,
) -> Option<(&'static str, &'static str)> {
    let is_gzip = start.starts_with(&[0x1f, 0x8b]);
    match format {
        Format::Parquet => (!start.starts_with(b"PAR1"))
            .then_some(("not a Parquet file", "name it after the format it is in")),
        Format::Arrow => (!start.starts_with(b"ARROW1")).then_some((
            "not an Arrow IPC file",
            "write the file format (Feather version 2), not the stream format",
        )),
        Format::Workbook => (!start.starts_with(ARCHIVE)).then_some((
            "not a workbook of Excel",
            "save it as .xlsx without a password, or as CSV",
        )),
        Format::Csv | Format::Tsv | Format::Json if compressed => {
            (!is_gzip).then_some(("not compressed with gzip", "name it without `.gz`"))
        }
        Format::Csv | Format::Tsv | Format::Json => text_betrayed(start, is_gzip),
    }
}

fn text_betrayed(start: &[u8], is_gzip: bool) -> Option<(&'static str, &'static str)> {
    if is_gzip {
        Some(("compressed with gzip", "add `.gz` to its name"))
    } else if start.starts_with(b"PAR1") {
        Some(("a Parquet file", "name it `.parquet`"))
    } else if start.starts_with(b"ARROW1") {
        Some(("an Arrow IPC file", "name it `.arrow`"))
    } else if start.starts_with(ARCHIVE) {
        Some((
            "a ZIP archive or a spreadsheet",
            "name a spreadsheet `.xlsx`, or save it as CSV",
        ))
    } else {
        None
    }
}
