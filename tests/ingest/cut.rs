//! Samples that are cut short: nothing of what is left may look like a scan of everything.

use std::fs;
use std::path::{Path, PathBuf};

use riskql::base::source::Sources;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::ReportReader;

/// Places at which a sample is cut, at least; a short one is cut at all.
const CUTS: usize = 1500;

#[derive(PartialEq)]
enum Kind {
    /// One document of JSON or XML: without its end it is none.
    Document,
    /// A document a line: without some it is a shorter one.
    Lines,
    /// The last row may lose the end of its last cell, which nothing tells.
    Table,
}

fn kind(text: &str) -> Kind {
    let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok();
    match text.trim_start_matches('\u{feff}').chars().next() {
        Some('<') => Kind::Document,
        Some('{' | '[') if !is_json => Kind::Lines,
        Some('{' | '[') => Kind::Document,
        // A script that assigns a value.
        Some(_) if text.contains("= {") || text.contains("=\n{") => Kind::Document,
        Some(_) | None => Kind::Table,
    }
}

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    let entries = fs::read_dir(folder).expect("samples");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn a_sample_that_is_cut_is_refused_or_loses_its_last_rows() {
    let (definitions, _) = project::definitions(&mut Sources::default(), &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistake");
    let reader = ReportReader::new(&definitions);
    let (mut cut, mut shorter) = (0, 0);
    for file in samples() {
        let name = file.display().to_string();
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let Ok(whole) = reader.read(&name, text.as_bytes()) else {
            continue;
        };
        let kind = kind(&text);
        let end = text.trim_end().len();
        for at in (1..end).step_by((end / CUTS).max(1)) {
            cut += 1;
            let Ok(read) = reader.read(&name, &text.as_bytes()[..at]) else {
                continue;
            };
            shorter += 1;
            assert!(kind != Kind::Document, "{name} is read up to byte {at}");
            let new = read.rows.iter().filter(|row| !whole.rows.contains(row));
            let most = usize::from(kind == Kind::Table);
            assert!(new.count() <= most, "{name}, byte {at}: other rows");
            assert!(read.rows.len() <= whole.rows.len(), "{name}, byte {at}");
        }
    }
    assert!(cut > 20_000 && shorter > 0, "{cut} cuts, {shorter} read");
}
