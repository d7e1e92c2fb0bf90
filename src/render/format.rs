//! The output formats: their names, and the endings of files that are written in them.

use std::path::Path;

/// The output formats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutputFormat {
    /// For people at a terminal.
    Table,
    Json,
    /// A JSON object a line: a row, or a card of a board.
    Jsonl,
    Csv,
    /// Markdown, for reports and pull requests.
    Md,
    Parquet,
    /// Gauges for Prometheus.
    Openmetrics,
    /// A chart.
    Svg,
    /// A page of its own, with charts and tables.
    Html,
}

impl OutputFormat {
    /// All formats, in the order help lists them.
    pub const ALL: [OutputFormat; 9] = [
        OutputFormat::Table,
        OutputFormat::Json,
        OutputFormat::Jsonl,
        OutputFormat::Csv,
        OutputFormat::Md,
        OutputFormat::Parquet,
        OutputFormat::Openmetrics,
        OutputFormat::Svg,
        OutputFormat::Html,
    ];

    /// The word that asks for it.
    pub fn name(self) -> &'static str {
        match self {
            OutputFormat::Table => "table",
            OutputFormat::Json => "json",
            OutputFormat::Jsonl => "jsonl",
            OutputFormat::Csv => "csv",
            OutputFormat::Md => "md",
            OutputFormat::Parquet => "parquet",
            OutputFormat::Openmetrics => "openmetrics",
            OutputFormat::Svg => "svg",
            OutputFormat::Html => "html",
        }
    }

    /// Whether objects are asked for, where there is otherwise a text for people.
    pub fn is_json(self) -> bool {
        self == OutputFormat::Json
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<OutputFormat> {
        OutputFormat::ALL
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// The format of a file: that of its ending; a text table for one that ends as texts do, or not at
    /// all. The error is an ending of something else.
    pub fn for_file(file: &Path) -> Result<OutputFormat, String> {
        if let Some(format) = OutputFormat::of_file(file) {
            return Ok(format);
        }
        match file.extension().map(|ending| ending.to_string_lossy()) {
            None => Ok(OutputFormat::Table),
            Some(ending) => match ending.to_lowercase().as_str() {
                "txt" | "text" | "log" | "out" | "table" => Ok(OutputFormat::Table),
                _ => Err(ending.into_owned()),
            },
        }
    }

    /// The format that a file's ending asks for. No ending asks for a terminal table.
    pub fn of_file(file: &Path) -> Option<OutputFormat> {
        match file.extension()?.to_str()?.to_lowercase().as_str() {
            "ndjson" => Some(OutputFormat::Jsonl),
            "prom" => Some(OutputFormat::Openmetrics),
            "htm" => Some(OutputFormat::Html),
            ending => OutputFormat::named(ending).filter(|format| *format != OutputFormat::Table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_ending_names_its_format() {
        let of_file = |name: &str| OutputFormat::of_file(Path::new(name));
        assert_eq!(of_file("a.NDJSON"), Some(OutputFormat::Jsonl));
        assert_eq!(of_file("out/a.md"), Some(OutputFormat::Md));
        assert_eq!(of_file("a.parquet"), Some(OutputFormat::Parquet));
        assert_eq!(of_file("a.table"), None);
        assert_eq!(of_file("json"), None);
    }

    #[test]
    fn an_ending_of_something_else_is_no_table() {
        let for_file = |name: &str| OutputFormat::for_file(Path::new(name));
        assert_eq!(for_file("a.csv"), Ok(OutputFormat::Csv));
        for table in ["a.txt", "a", "/dev/null", ".hidden", "a.LOG"] {
            assert_eq!(for_file(table), Ok(OutputFormat::Table), "{table}");
        }
        for other in ["a.xlsx", "a.png", "a.csv.gz", "a.json2", "a.pdf"] {
            assert!(for_file(other).is_err(), "{other}");
        }
    }
}
