//! No row of a report disappears: sources say where rows are, and the reader counts them by itself.

use std::fs;
use std::path::{Path, PathBuf};

use riskql::base::source::Sources;
use riskql::lang::model::{Definitions, Fills};
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::ReportReader;

use super::shared;

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    definitions.expect("the library has no mistakes")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

fn own_samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples")
}

/// Reports of which the count is wrong, or of which something was left out.
fn miscounted(definitions: &Definitions, files: &[PathBuf]) -> Vec<String> {
    let reader = ReportReader::new(definitions);
    let mut wrong = Vec::new();
    for file in files {
        let bytes = fs::read(file).expect("a sample");
        let name = file.display().to_string();
        match reader.read(&name, &bytes) {
            Ok(report) if report.left_out.is_empty() => {}
            Ok(report) => wrong.push(format!(
                "{name} by {}: {:?}",
                report.source, report.left_out
            )),
            Err(problems) => {
                let problems = problems.sorted();
                let counted = problems
                    .iter()
                    .filter(|each| matches!(each.code, "D411" | "D404"));
                wrong.extend(counted.map(|each| each.message.clone()));
            }
        }
    }
    wrong
}

#[test]
fn rows_of_own_samples_are_all_counted() {
    let wrong = miscounted(&library(), &files(&own_samples()));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rows_of_shared_samples_are_all_counted() {
    let Some(folder) = shared("reports") else {
        return;
    };
    let wrong = miscounted(&library(), &files(&folder));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_source_says_where_its_rows_are() {
    let definitions = library();
    let silent = definitions.reports.iter().filter(|source| {
        let is_of_tool = matches!(source.fills, Fills::Observations | Fills::Findings);
        is_of_tool && source.counted.is_empty()
    });
    let silent: Vec<&str> = silent.map(|source| source.name.as_str()).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
