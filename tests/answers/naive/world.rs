//! The rows one sees from an evaluation time: those known, with what had happened by then.

use std::collections::HashMap;

use super::calendar::Calendar;
use crate::answers::pipeline::EvaluationTime;
use crate::answers::tables::Table;

/// A row with its text cells, those of its asset among them, and its times that have passed.
#[derive(Clone, Debug)]
pub struct Row {
    texts: HashMap<String, String>,
    times: HashMap<String, i64>,
}

impl Row {
    pub fn text(&self, field: &str) -> Option<&str> {
        self.texts.get(field).map(String::as_str)
    }

    pub fn is(&self, field: &str, value: &str) -> bool {
        self.text(field) == Some(value)
    }

    pub fn time(&self, column: &str) -> Option<i64> {
        self.times.get(column).copied()
    }

    /// Adds what a row knows of another.
    pub fn add(&mut self, field: &str, value: &str) {
        self.texts.insert(field.to_owned(), value.to_owned());
    }

    /// Takes away what a row says of itself.
    pub fn remove(&mut self, field: &str) {
        self.texts.remove(field);
    }

    pub fn values(&self, fields: &[&str]) -> Vec<Option<String>> {
        let value = |field: &&str| self.text(field).map(ToOwned::to_owned);
        fields.iter().map(value).collect()
    }
}

/// All rows as seen from one evaluation time.
pub struct World {
    pub as_of: i64,
    pub findings: Vec<Row>,
    pub assets: Vec<Row>,
    pub scans: Vec<Row>,
    pub detections: Vec<Row>,
}

impl World {
    pub fn new(calendar: &Calendar, tables: &[Table], evaluation: EvaluationTime) -> World {
        let read = |name: &str| rows(calendar, tables, name, evaluation);
        let assets = read("assets");
        let with_asset = |rows: Vec<Row>| -> Vec<Row> {
            let mut rows = rows;
            rows.iter_mut().for_each(|row| add_asset(row, &assets));
            rows
        };
        World {
            as_of: evaluation.as_of,
            findings: with_asset(read("findings")),
            scans: with_asset(read("scans")),
            detections: with_asset(read("detections")),
            assets,
        }
    }
}

/// The rows of a table that are known, with the times that have passed.
pub fn rows(
    calendar: &Calendar,
    tables: &[Table],
    name: &str,
    evaluation: EvaluationTime,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in tables.iter().filter(|table| table.name == name) {
        for cells in &table.rows {
            let mut row = Row {
                texts: HashMap::new(),
                times: HashMap::new(),
            };
            let mut is_known = true;
            for (column, cell) in table.header.iter().zip(cells) {
                if cell.is_empty() {
                    continue;
                }
                if column == "ingested_at" {
                    is_known = calendar.read(cell) < evaluation.known_on;
                } else if column.ends_with("_at") {
                    let time = calendar.read(cell);
                    if time < evaluation.as_of {
                        row.times.insert(column.clone(), time);
                    }
                } else {
                    row.texts.insert(column.clone(), spelt(column, cell));
                }
            }
            if is_known {
                rows.push(row);
            }
        }
    }
    rows
}

/// Yes and no have several spellings.
fn spelt(column: &str, cell: &str) -> String {
    let is_yes_no = ["exploitable", "business_critical", "duplicate"].contains(&column);
    match cell {
        "true" | "1" if is_yes_no => "yes".to_owned(),
        "false" | "0" if is_yes_no => "no".to_owned(),
        cell => cell.to_owned(),
    }
}

/// What a row knows of its asset: nothing, if there is no such asset.
fn add_asset(row: &mut Row, assets: &[Row]) {
    let id = row.text("asset_id").map(ToOwned::to_owned);
    let asset = assets
        .iter()
        .find(|asset| id.is_some() && asset.text("asset_id") == id.as_deref());
    for (field, own) in [
        ("name", "app"),
        ("kind", "kind"),
        ("team", "team"),
        ("criticality", "criticality"),
        ("exposure", "exposure"),
        ("business_critical", "business_critical"),
    ] {
        if let Some(value) = asset.and_then(|asset| asset.text(field)) {
            row.add(own, value);
        }
    }
}
