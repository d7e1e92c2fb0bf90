//! A small schema built by hand, and ways to write and load its tables.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use riskql::base::diagnostic::{Diagnostic, Problems};
use riskql::base::source::{SourceId, Span};
use riskql::base::types::{FieldType, Scale};
use riskql::exec::data::{Location, TableSources, locate};
use riskql::lang::model::{
    Calendar, Column, Definitions, Event, EventSource, Field, FieldSource, Parent, State,
    StateSource, Table, TableId,
};
use tempfile::TempDir;

use super::reading::{collect, load, written};
use riskql::plan::{Requirement, Requirements, TableRequirements};

pub const ASSETS: TableId = TableId(0);
pub const FINDINGS: TableId = TableId(1);
pub const SCANS: TableId = TableId(2);

pub fn span(start: u32) -> Span {
    Span {
        source: SourceId(0),
        start,
        end: start + 1,
    }
}

pub fn severity() -> Arc<Scale> {
    Arc::new(Scale {
        name: "severity".to_owned(),
        values: ["info", "low", "medium", "high", "critical"]
            .map(str::to_owned)
            .to_vec(),
        mapped: vec![("moderate".to_owned(), 2)],
    })
}

fn table(name: &str, columns: &[(&str, FieldType)]) -> Table {
    let columns: Vec<Column> = columns
        .iter()
        .map(|(name, field_type)| Column {
            name: (*name).to_owned(),
            field_type: field_type.clone(),
            is_time_of_event: *field_type == FieldType::Date,
            is_planned: false,
            span: span(0),
        })
        .collect();
    let fields = columns.iter().enumerate().map(|(place, column)| Field {
        name: column.name.clone(),
        field_type: column.field_type.clone(),
        source: FieldSource::Column(place),
        declared: true,
        span: span(0),
    });
    Table {
        name: name.to_owned(),
        title: None,
        span: span(0),
        fields: fields.collect(),
        columns,
        key: Some(0),
        parents: Vec::new(),
        events: Vec::new(),
        states: Vec::new(),
        roll_ups: Vec::new(),
        known_from: None,
        excludes: Vec::new(),
        scope: None,
    }
}

fn belongs_to_assets(table: &mut Table) {
    table.parents.push(Parent {
        table: ASSETS,
        column: 1,
        span: span(0),
    });
    for (field, name) in [(1, "app"), (2, "team"), (3, "exposed")] {
        table.fields.push(Field {
            name: name.to_owned(),
            field_type: FieldType::Text,
            source: FieldSource::Parent { parent: 0, field },
            declared: true,
            span: span(0),
        });
    }
}

/// assets, findings, scans; the project's zone is given.
pub fn definitions(zone: &str) -> Definitions {
    use FieldType::{Date, Number, Text, YesNo};
    let assets = table(
        "assets",
        &[
            ("asset_id", Text),
            ("name", Text),
            ("team", Text),
            ("exposed", YesNo),
        ],
    );
    let mut findings = table(
        "findings",
        &[
            ("finding_id", Text),
            ("asset_id", Text),
            ("title", Text),
            ("severity", FieldType::Scale(severity())),
            ("exploitable", YesNo),
            ("cvss", Number),
            ("found_at", Date),
            ("verified_at", Date),
        ],
    );
    belongs_to_assets(&mut findings);
    findings.events.push(Event {
        name: "found".to_owned(),
        source: EventSource::Columns(vec![6].into()),
        filter: None,
        span: span(0),
    });
    let mut scans = table(
        "scans",
        &[("scan_id", Text), ("asset_id", Text), ("finished_at", Date)],
    );
    belongs_to_assets(&mut scans);
    scans.states.push(State {
        name: "running".to_owned(),
        source: StateSource::Columns {
            from: vec![2].into(),
            until: vec![].into(),
        },
        span: span(0),
    });
    Definitions {
        calendar: Calendar {
            timezone: zone.parse().expect("a zone of the test"),
            week_starts: chrono::Weekday::Mon,
            year_starts: 1,
            history_from: None,
        },
        scales: vec![severity()],
        tables: vec![assets, findings, scans],
        conditions: Vec::new(),
        scores: Vec::new(),
        slas: Vec::new(),
        kpis: Vec::new(),
        views: Vec::new(),
        dashboards: Vec::new(),
        tests: Vec::new(),
        reports: Vec::new(),
        matches: Vec::new(),
        symbols: riskql::lang::model::SymbolTable::default(),
        fingerprint: String::new(),
        places: [
            ("scale severity", "schema.kpi:8"),
            ("table findings", "schema.kpi:20"),
        ]
        .map(|(name, place)| (name.to_owned(), place.to_owned()))
        .into(),
    }
}

/// Everything of some tables, parents included; nothing is needed.
pub fn everything(definitions: &Definitions, tables: &[TableId]) -> Requirements {
    let request = |id: &TableId| {
        let table = definitions.table(*id);
        let columns = (0..table.columns.len()).map(|column| (column, Requirement::Optional));
        let asked = TableRequirements {
            key: None,
            columns: columns.collect(),
            parents: (0..table.parents.len()).collect(),
            file_needed_by: Vec::new(),
        };
        (*id, asked)
    };
    Requirements {
        tables: tables.iter().map(request).collect(),
    }
}

/// A folder with files of these names and contents.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file of the test");
    }
    folder
}

pub fn load_all(definitions: &Definitions, folder: &Path) -> Result<TableSources, Problems> {
    let locations = locate(definitions, Some(folder), &[])?;
    let tables: Vec<TableId> = locations.iter().map(|location| location.table).collect();
    load(definitions, &locations, &everything(definitions, &tables))
}

/// Loads the findings of one file of this name and content.
pub fn load_findings(name: &str, content: &[u8]) -> Result<TableSources, Problems> {
    let folder = folder(&[(name, content)]);
    load_path(&folder.path().join(name))
}

pub fn load_path(path: &Path) -> Result<TableSources, Problems> {
    let definitions = definitions("UTC");
    let locations = [Location {
        table: FINDINGS,
        path: path.to_owned(),
    }];
    let mut request = everything(&definitions, &[FINDINGS]);
    request
        .tables
        .get_mut(&FINDINGS)
        .expect("asked for")
        .parents
        .clear();
    load(&definitions, &locations, &request)
}

/// A column's values, written plainly; missing is `-`.
pub fn shown(sources: &TableSources, table: TableId, column: usize) -> Vec<String> {
    let source = sources.table(table).expect("loaded");
    let definitions = definitions("UTC");
    let name = &definitions.table(table).columns[column].name;
    written(collect(sources, source).column(name).expect("asked for"))
}

/// For each row the row of a parent.
pub fn parent_rows(sources: &TableSources, table: TableId, parent: usize) -> Vec<Option<u32>> {
    let rows = sources.parent_rows(&definitions("UTC"), table, parent);
    rows.expect("a query").expect("asked for")
}

/// All columns of a table.
pub fn table_shown(sources: &TableSources, table: TableId) -> Vec<Vec<String>> {
    let columns = sources.table(table).expect("loaded").scanned.columns.len();
    (0..columns)
        .map(|column| shown(sources, table, column))
        .collect()
}

/// `D204 message` and its help, a line each; the folder's path is cut.
pub fn messages(problems: Problems) -> Vec<String> {
    problems.sorted().into_iter().map(message).collect()
}

fn message(diagnostic: Diagnostic) -> String {
    let help = diagnostic
        .help
        .iter()
        .map(|help| format!("\n  help: {help}"));
    let text = format!(
        "{} {}{}",
        diagnostic.code,
        diagnostic.message,
        help.collect::<String>()
    );
    without_folder(&text)
}

/// Paths of temporary folders differ from run to run.
pub fn without_folder(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    let temporary = std::env::temp_dir().display().to_string();
    while let Some(start) = rest.find(&temporary) {
        out.push_str(&rest[..start]);
        let path = &rest[start + temporary.len() + 1..];
        let folder_end = path.find('/').map_or(path.len(), |slash| slash + 1);
        let quote = path.find('`').unwrap_or(path.len());
        if quote < folder_end {
            out.push_str("FOLDER");
        }
        rest = &path[folder_end.min(quote)..];
    }
    out + rest
}

/// The only message of a failed load.
pub fn only_message(result: Result<TableSources, Problems>) -> String {
    let mut messages = messages(result.expect_err("the load should fail"));
    assert_eq!(messages.len(), 1, "{messages:#?}");
    messages.remove(0)
}

pub fn path_in(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}
