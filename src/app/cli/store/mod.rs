//! `riskql store`: what is in a store, and its upkeep.

mod listed;
mod logged;
mod removed;

use std::collections::BTreeSet;
use std::path::Path;

use super::args::{StoreArguments, StoreCommand, TextOrJson};
use super::console::{Console, write_stdout};
use super::failure::{Failure, FailureKind};
use super::workspace;
use crate::base::diagnostic::Problems;
use crate::base::instants::rfc3339;
use crate::render::{RenderOptions, count, counted, sentence};
use crate::reports::lifecycle::Ending;
use crate::reports::store::{self, ClosingScan, DerivationNotes, MergeExplanation, Store};

/// Shows, verifies or rebuilds.
pub fn run(
    console: &mut Console,
    arguments: &StoreArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let store = Store::open(&arguments.store)?;
    match &arguments.command {
        None => list(console, &store, arguments, defs),
        Some(StoreCommand::Explain { finding }) => {
            let definitions = workspace::definitions(console, defs)?;
            let explanation = store::explain(&store, &definitions, finding)?;
            console.show(&explained(&explanation))
        }
        Some(StoreCommand::Log { format }) => {
            let entries = store::log(&store)?;
            match format {
                TextOrJson::Table => {
                    let look = console.stdout_look();
                    console.show_rendered(&logged::text(&entries, look))
                }
                TextOrJson::Json => write_stdout(logged::json(&entries).as_bytes()),
            }
        }
        Some(StoreCommand::Remove(own)) => {
            let definitions = workspace::definitions(console, defs)?;
            removed::run(console, store, &definitions, own)
        }
        Some(StoreCommand::Verify) => verify(console, &store),
        Some(StoreCommand::Compact) => {
            let done = store::compact(&store)?;
            let (before, after) = (done.before, done.after);
            console.show(&format!("{before} segments merged into {after}\n"))
        }
        Some(StoreCommand::Rebuild) => {
            let definitions = workspace::definitions(console, defs)?;
            let folder = store::rebuild(&store, &definitions)?;
            console.report(warnings(&store::derive(&store, &definitions)?.about));
            console.show(&format!("tables made anew in {}\n", folder.display()))
        }
    }
}

/// The reports, and what follows from them.
fn list(
    console: &mut Console,
    store: &Store,
    arguments: &StoreArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let manifests = store.read_counting()?;
    if arguments.format == TextOrJson::Json {
        return write_stdout(listed::json(&manifests).as_bytes());
    }
    let text = listed::text(&manifests, arguments.by, console.stdout_look());
    console.show_rendered(&text)?;
    let definitions = workspace::definitions(console, defs)?;
    let about = store::derive(store, &definitions)?.about;
    console.show_rendered(&findings(&about, console.stdout_look()))?;
    console.report(warnings(&about));
    Ok(())
}

fn warnings(about: &DerivationNotes) -> Problems {
    let mut problems = Problems::default();
    for warning in about.warnings() {
        problems.push(warning);
    }
    problems
}

/// How many detections there are, and what correlation made of them.
fn findings(about: &DerivationNotes, look: RenderOptions) -> String {
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
    let mut lines = sentence(&text, look);
    for id in about.conflicts.iter().take(5) {
        lines += &format!("riskql store explain {id}\n");
    }
    lines
}

fn explained(explanation: &MergeExplanation) -> String {
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
    for closing in &explanation.closings {
        text += &format!(
            "{} was open from {}, seen last at {}, {} at {}:\n",
            closing.detection,
            rfc3339(closing.opened_at),
            rfc3339(closing.last_seen_at),
            ended(closing.ending),
            rfc3339(closing.closed_at)
        );
        for scan in &closing.scans {
            text += &format!("  {}\n", closed_by(scan));
        }
        if let Some((decision, at)) = closing.decision {
            let at = rfc3339(at);
            text += &format!("  decided to be {} at {at}\n", decision.word());
        }
        if closing.ending == Ending::Retired {
            text += "  its asset was taken out of service, says the register\n";
        }
    }
    if explanation.is_in_conflict {
        text += "their CWEs have nothing in common: is this one weakness?\n";
    }
    text
}

fn ended(ending: Ending) -> &'static str {
    match ending {
        Ending::Verified => "verified to be gone",
        Ending::FalsePositive => "closed as a false positive",
        Ending::OutOfScope => "closed as out of scope",
        Ending::Retired => "closed with its asset",
    }
}

/// The scan that did not see it or says that it is gone, and what it looked at.
fn closed_by(scan: &ClosingScan) -> String {
    let line = match &scan.line {
        Some(line) => format!("scan line {line}"),
        None => "no scan line".to_string(),
    };
    let rules = match scan.rules {
        Some(rules) => counted(rules as u64, "rule", "rules"),
        None => "all rules".to_string(),
    };
    let said = match scan.said {
        Some(status) => format!("said to be {} by", status.word()),
        None => "not seen by".to_string(),
    };
    format!(
        "{said} {} at {} ({}, {line}, {rules}, {})",
        scan.tool,
        rfc3339(scan.finished_at),
        scan.file,
        counted(scan.rows, "row", "rows"),
    )
}

fn verify(console: &Console, store: &Store) -> Result<(), Failure> {
    let verdict = store::verify(store)?;
    if verdict.problems.has_errors() {
        return Err(Failure {
            kind: FailureKind::Environment,
            problems: verdict.problems,
        });
    }
    let mut text = format!(
        "{}, {}, {}: everything is as it was written\n",
        counted(verdict.reports as u64, "report", "reports"),
        counted(verdict.rows, "row", "rows"),
        counted(verdict.bytes, "byte", "bytes"),
    );
    if verdict.withdrawn > 0 {
        let many = count(verdict.withdrawn as u64);
        text += &format!("{many} of them withdrawn: riskql store log\n");
    }
    for (folders, why) in [
        (verdict.stale_folders, "not what was written"),
        (
            verdict.unknown_folders,
            "of an older version, which did not note what it wrote",
        ),
    ] {
        if folders > 0 {
            let many = counted(folders as u64, "folder", "folders");
            text += &format!(
                "{many} of derived tables: {why}; made anew when next needed, or now by `riskql store rebuild`\n"
            );
        }
    }
    console.show(&text)
}
