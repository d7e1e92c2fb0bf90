//! Tables as text cells, the way an export has them: what the engine loads and the naive evaluator
//! reads.

use std::fmt;

pub const FINDINGS: [&str; 17] = [
    "finding_id",
    "asset_id",
    "title",
    "severity",
    "validation",
    "exploitable",
    "environment",
    "resolution",
    "introduced_at",
    "found_at",
    "fixed_at",
    "verified_at",
    "closed_at",
    "accepted_at",
    "acceptance_ends_at",
    "ingested_at",
    "cvss",
];
pub const ASSETS: [&str; 9] = [
    "asset_id",
    "name",
    "kind",
    "criticality",
    "exposure",
    "business_critical",
    "team",
    "commissioned_at",
    "retired_at",
];
pub const SCANS: [&str; 4] = ["scan_id", "asset_id", "finished_at", "outcome"];
pub const DETECTIONS: [&str; 7] = [
    "detection_id",
    "finding_id",
    "asset_id",
    "tool",
    "tool_kind",
    "reported_at",
    "duplicate",
];

/// One table; an empty cell is missing.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(name: &str, header: &[&str]) -> Table {
        Table {
            name: name.to_owned(),
            header: header.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        }
    }

    /// A table written as lines of cells with bars between them; the first line is the header.
    pub fn written(name: &str, text: &str) -> Table {
        let mut lines = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let cells = line.split('|').map(|cell| cell.trim().to_owned());
                cells.collect::<Vec<String>>()
            });
        let header = lines.next().expect("a header");
        let rows: Vec<Vec<String>> = lines.collect();
        for row in &rows {
            assert_eq!(row.len(), header.len(), "{row:?} under {header:?}");
        }
        Table {
            name: name.to_owned(),
            header,
            rows,
        }
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    pub fn csv(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.rows);
        lines.map(|cells| cells.join(",") + "\n").collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--- {}.csv\n{}", self.name, self.csv())
    }
}

/// The smallest selection of rows found that still fails: a row is taken away wherever that changes
/// nothing.
pub fn smallest(tables: &[Table], fails: &dyn Fn(&[Table]) -> bool) -> Vec<Table> {
    let mut smallest = tables.to_vec();
    for table in 0..smallest.len() {
        let mut size = smallest[table].rows.len().div_ceil(2).max(1);
        while size > 0 {
            let mut row = 0;
            while row < smallest[table].rows.len() {
                let mut fewer = smallest.clone();
                let end = (row + size).min(fewer[table].rows.len());
                fewer[table].rows.drain(row..end);
                if fails(&fewer) {
                    smallest = fewer;
                } else {
                    row = end;
                }
            }
            size /= 2;
        }
    }
    smallest
}
