//! `riskql store`: what is in a store, and its upkeep.

mod listed;

use std::path::Path;

use super::args::{StoreArguments, StoreCommand, TextOrJson};
use super::console::{Console, write_stdout};
use super::failure::{Failure, Kind};
use super::workspace;
use crate::render::count;
use crate::store::{self, Store};

/// Shows, verifies or rebuilds.
pub fn run(
    console: &mut Console,
    arguments: &StoreArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let store = Store::open(&arguments.store)?;
    match arguments.command {
        None => {
            let manifests = store.read_manifests()?;
            let text = match arguments.format {
                TextOrJson::Table => listed::text(&manifests, arguments.by, console.stdout_look()),
                TextOrJson::Json => listed::json(&manifests),
            };
            write_stdout(text.as_bytes())
        }
        Some(StoreCommand::Verify) => verify(&store),
        Some(StoreCommand::Compact) => {
            let done = store::compact(&store)?;
            write_stdout(
                format!("{} segments merged into {}\n", done.before, done.after).as_bytes(),
            )
        }
        Some(StoreCommand::Rebuild) => {
            let definitions = workspace::definitions(console, defs)?;
            let folder = store::rebuild(&store, &definitions)?;
            write_stdout(format!("tables made anew in {}\n", folder.display()).as_bytes())
        }
    }
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
