//! `riskql store`: what is in a store, and its upkeep.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{StoreArguments, StoreCommand};
use super::console::{Console, write_stdout};
use super::failure::{Failure, Kind};
use super::workspace;
use crate::diagnostic::Problems;
use crate::render::{aligned, count};
use crate::store::{self, About, Explanation, Manifest, Store};

/// Shows, verifies or rebuilds.
pub fn run(
    console: &mut Console,
    arguments: &StoreArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let store = Store::open(&arguments.store)?;
    match &arguments.command {
        None => {
            let definitions = workspace::definitions(console, defs)?;
            let about = store::derive(&store, &definitions)?.about;
            let text = contents(console, &store)? + &findings(&about);
            write_stdout(text.as_bytes())?;
            console.report(warnings(&about));
            Ok(())
        }
        Some(StoreCommand::Explain { finding }) => {
            let definitions = workspace::definitions(console, defs)?;
            let explanation = store::explain(&store, &definitions, finding)?;
            write_stdout(explained(&explanation).as_bytes())
        }
        Some(StoreCommand::Verify) => verify(&store),
        Some(StoreCommand::Compact) => {
            let definitions = workspace::definitions(console, defs)?;
            let done = store::compact(&store, &definitions)?;
            write_stdout(
                format!("{} segments merged into {}\n", done.before, done.after).as_bytes(),
            )
        }
        Some(StoreCommand::Rebuild) => {
            let definitions = workspace::definitions(console, defs)?;
            store::forget_tables(&store)?;
            let derived = store::derive(&store, &definitions)?;
            console.report(warnings(&derived.about));
            let folder = derived.folder.display();
            write_stdout(format!("tables made anew in {folder}\n").as_bytes())
        }
    }
}

fn contents(console: &Console, store: &Store) -> Result<String, Failure> {
    let manifests = store.read_manifests()?;
    let mut reports: Vec<&Manifest> = manifests.iter().flat_map(Manifest::reports).collect();
    reports.sort_by(|left, right| {
        (left.finished_at, &left.segment).cmp(&(right.finished_at, &right.segment))
    });
    let mut lines = vec![
        [
            "finished",
            "source",
            "tool",
            "assets",
            "environment",
            "outcome",
            "rows",
            "file",
        ]
        .map(str::to_string)
        .to_vec(),
    ];
    lines.extend(reports.iter().map(|report| {
        vec![
            super::sources::instant(report.finished_at),
            report.source.clone(),
            report.tool.clone(),
            report.assets.join(", "),
            report.environment.clone(),
            report.outcome.clone(),
            count(report.rows),
            report.file.clone(),
        ]
    }));
    let rows: u64 = reports.iter().map(|report| report.rows).sum();
    Ok(format!(
        "{}\n{} reports, {} rows, {} segments\n",
        aligned(lines, console.stdout_look()),
        count(reports.len() as u64),
        count(rows),
        count(manifests.len() as u64),
    ))
}

fn warnings(about: &About) -> Problems {
    let mut problems = Problems::default();
    for warning in about.warnings() {
        problems.push(warning);
    }
    problems
}

/// How many detections there are, and what correlation made of them.
fn findings(about: &About) -> String {
    let many = |number: usize| count(number as u64);
    let mut text = format!(
        "detections: {}, weaknesses: {}",
        many(about.detections),
        many(about.issues)
    );
    let merged: BTreeSet<&str> = about
        .reasons
        .iter()
        .map(|each| each.finding.as_str())
        .collect();
    if !merged.is_empty() {
        let rate = about.conflicts.len() as f64 * 100.0 / merged.len() as f64;
        text += &format!(
            "; {} seen by several tools, {} of them ({rate:.1} %) with CWEs that have nothing in common",
            many(merged.len()),
            many(about.conflicts.len()),
        );
    }
    for id in about.conflicts.iter().take(5) {
        text += &format!("\nriskql store explain {id}");
    }
    text + "\n"
}

fn explained(explanation: &Explanation) -> String {
    let mut text = format!("{}\n", explanation.finding);
    for seen in &explanation.detections {
        text += &format!("  {} {}: {}\n", seen.detection, seen.tool, seen.title);
    }
    if explanation.reasons.is_empty() {
        text += "one detection: nothing was merged\n";
    }
    for reason in &explanation.reasons {
        text += &format!(
            "{} and {} are one by match {}: {}\n",
            reason.left.detection, reason.right.detection, reason.rule, reason.because
        );
    }
    if explanation.is_in_conflict {
        text += "their CWEs have nothing in common: is this one weakness?\n";
    }
    text
}

fn verify(store: &Store) -> Result<(), Failure> {
    let verdict = store::verify(store)?;
    if verdict.problems.has_errors() {
        return Err(Failure {
            kind: Kind::Environment,
            problems: verdict.problems,
        });
    }
    let text = format!(
        "{} reports, {} rows, {} bytes: everything is as it was written\n",
        count(verdict.segments as u64),
        count(verdict.rows),
        count(verdict.bytes),
    );
    write_stdout(text.as_bytes())
}
