//! What changes by itself between two reports is no part of an identity.

use std::fs;
use std::path::Path;

use riskql::base::source::Sources;
use riskql::lang::model::{Definitions, Fills, RowField};
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader};

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    definitions.expect("the library has no mistakes")
}

fn samples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        found.push((name, fs::read_to_string(&path).expect("a sample")));
    }
    found.sort();
    found
}

fn identities(report: &Report) -> Vec<&str> {
    let mut identities: Vec<&str> = report
        .rows
        .iter()
        .map(|row| row.identity.as_str())
        .collect();
    identities.sort_unstable();
    identities
}

/// Samples with another text in place of one, and whether the identities are the same.
fn changed(text: &str, from: &str, to: &str) -> String {
    // Whole texts, and what stands behind the sign of a version.
    text.replace(&format!("\"{from}\""), &format!("\"{to}\""))
        .replace(&format!(">{from}<"), &format!(">{to}<"))
        .replace(&format!("@{from}\""), &format!("@{to}\""))
        .replace(&format!("@{from}?"), &format!("@{to}?"))
}

/// A report of many packages, as one of a project has them.
fn of_packages() -> (String, String) {
    let versions = [
        "1.2.3",
        "4.17.20",
        "0.9.1",
        "2.0.0-rc.1",
        "10.4.2",
        "3.1",
        "1.2.3.4",
        "5.0.0+build.7",
    ];
    let found: Vec<String> = versions
        .iter()
        .enumerate()
        .map(|(number, version)| {
            format!(
                r#"{{"VulnerabilityID": "CVE-2026-10{number}", "PkgName": "package-{number}", "InstalledVersion": "{version}",
                "Severity": "HIGH", "Title": "A mistake in package-{number}"}}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"SchemaVersion": 2, "CreatedAt": "2026-03-01T00:00:00Z", "ArtifactName": "shop", "ArtifactType": "filesystem",
        "Results": [{{"Target": "package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": [{}]}}]}}"#,
        found.join(", ")
    );
    ("packages.json".to_string(), text)
}

#[test]
fn the_version_of_a_package_is_no_part_of_an_identity() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (name, text) in samples().into_iter().chain([of_packages()]) {
        let report = reader.read(&name, text.as_bytes()).expect("a sample");
        let versions = report.rows.iter().filter_map(|row| row.version.clone());
        let mut versions: Vec<String> = versions.filter(|version| version.contains('.')).collect();
        versions.sort();
        versions.dedup();
        for version in versions {
            let bumped = changed(&text, &version, &format!("{version}.99"));
            if bumped == text {
                continue;
            }
            let after = reader.read(&name, bumped.as_bytes()).expect("the sample");
            tried += 1;
            if identities(&report) != identities(&after) {
                wrong.push(format!("{name}: {version}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 20, "{tried} versions were changed");
}

#[test]
fn the_folder_of_a_build_server_is_no_part_of_an_identity() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (name, text) in samples() {
        let report = reader.read(&name, text.as_bytes()).expect("a sample");
        let recipe = definitions
            .reports
            .iter()
            .find(|source| source.name == report.source);
        let recipe = recipe.expect("a source");
        if !recipe.identity.contains(&RowField::File) {
            continue;
        }
        let files = report.rows.iter().filter_map(|row| row.file.clone());
        let mut files: Vec<String> = files
            .filter(|file| file.contains('/') && !file.starts_with('/'))
            .collect();
        files.sort();
        files.dedup();
        for file in files {
            let moved = changed(&text, &file, &format!("/home/runner/work/shop/shop/{file}"));
            if moved == text {
                continue;
            }
            let after = reader.read(&name, moved.as_bytes()).expect("the sample");
            tried += 1;
            if identities(&report) != identities(&after) {
                wrong.push(format!("{name}: {file}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > 5, "{tried} files were moved");
}

#[test]
fn no_recipe_has_what_changes_by_itself() {
    let definitions = library();
    let changing = [
        RowField::Title,
        RowField::Message,
        RowField::Severity,
        RowField::Cvss,
        RowField::CvssVector,
        RowField::Line,
        RowField::Version,
        RowField::FixedVersion,
        RowField::Confidence,
        RowField::Branch,
    ];
    let of_tools = definitions
        .reports
        .iter()
        .filter(|source| matches!(source.fills, Fills::Observations | Fills::Findings));
    let wrong: Vec<String> = of_tools
        .flat_map(|source| source.identity.iter().map(move |field| (source, field)))
        .filter(|(_, field)| changing.contains(field))
        .map(|(source, field)| format!("{}: {}", source.name, field.word()))
        .collect();
    // A branch of another repository has secrets of its own history.
    assert_eq!(wrong, ["trufflehog_v2: branch"]);
}
