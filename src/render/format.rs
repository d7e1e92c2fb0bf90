//! The output formats: their names, and the endings of files that are written in them.

use std::path::Path;

/// The output formats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people at a terminal.
    Table,
    Json,
    /// A JSON object a line: a row, or a card of a board.
    Jsonl,
    Csv,
    /// Markdown, for reports and pull requests.
    Md,
    Parquet,
}

impl Format {
    /// All formats, in the order help lists them.
    pub const ALL: [Format; 6] = [
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Md,
        Format::Parquet,
    ];

    /// The word that asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Md => "md",
            Format::Parquet => "parquet",
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file's ending asks for. No ending asks for a terminal table.
    pub fn of_file(file: &Path) -> Option<Format> {
        match file.extension()?.to_str()?.to_lowercase().as_str() {
            "ndjson" => Some(Format::Jsonl),
            ending => Format::named(ending).filter(|format| *format != Format::Table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_ending_names_its_format() {
        let of_file = |name: &str| Format::of_file(Path::new(name));
        assert_eq!(of_file("a.NDJSON"), Some(Format::Jsonl));
        assert_eq!(of_file("out/a.md"), Some(Format::Md));
        assert_eq!(of_file("a.parquet"), Some(Format::Parquet));
        assert_eq!(of_file("a.table"), None);
        assert_eq!(of_file("json"), None);
    }
}
