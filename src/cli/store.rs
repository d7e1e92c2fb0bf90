//! `riskql store`: what is in a store, and its upkeep.

use std::path::Path;

use super::args::{StoreArguments, StoreCommand};
use super::console::{Console, write_stdout};
use super::failure::{Failure, Kind};
use super::workspace;
use crate::render::{aligned, count};
use crate::store::{self, Manifest, Store};

/// Shows, verifies or rebuilds.
pub fn run(
    console: &mut Console,
    arguments: &StoreArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let store = Store::open(&arguments.store)?;
    match arguments.command {
        None => write_stdout(contents(console, &store)?.as_bytes()),
        Some(StoreCommand::Verify) => verify(&store),
        Some(StoreCommand::Compact) => {
            let done = store::compact(&store)?;
            write_stdout(
                format!("{} segments merged into {}\n", done.before, done.after).as_bytes(),
            )
        }
        Some(StoreCommand::Rebuild) => {
            let definitions = workspace::definitions(console, defs)?;
            store::forget_tables(&store)?;
            let folder = store::tables(&store, &definitions)?;
            write_stdout(format!("tables made anew in {}\n", folder.display()).as_bytes())
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
        count(verdict.reports as u64),
        count(verdict.rows),
        count(verdict.bytes),
    );
    write_stdout(text.as_bytes())
}
