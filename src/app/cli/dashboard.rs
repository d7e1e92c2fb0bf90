//! `riskql dashboard`: the cards of a dashboard, layer by layer.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::args::{DashboardArguments, ScreenOptions};
use super::console::{Console, OutputTarget, write_stdout};
use super::failure::Failure;
use super::workspace;
use crate::app::repl::{FileStamps, stamps, stamps_of};
use crate::exec::answer::Board;
use crate::insight::dashboards;
use crate::lang::project::ProjectOrigin;
use crate::reports::store;

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(250);

/// Takes away what stands on a terminal.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

/// Shows the dashboard named, or the first.
pub fn run(
    console: &mut Console,
    arguments: &DashboardArguments,
    screen: ScreenOptions,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.output)?;
    if arguments.watch {
        return watch(arguments, &target, screen, defs);
    }
    let board = board(console, arguments, &target, defs)?;
    workspace::write_board(console, &board, &target, arguments.full)
}

fn board(
    console: &mut Console,
    arguments: &DashboardArguments,
    target: &OutputTarget,
    defs: Option<&Path>,
) -> Result<Board, Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let mut draft = dashboards::dashboard(&definitions, arguments.name.as_deref())?;
    if let Some(layer) = &arguments.layer {
        draft = draft.with_layer(layer)?;
    }
    workspace::needs_data(&arguments.data, &format!("dashboard {}", draft.name))?;
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    workspace::board(console, &context, draft, target.format)
}

/// Shows the dashboard, and again after each change of a file. Ends with the process.
fn watch(
    arguments: &DashboardArguments,
    target: &OutputTarget,
    screen: ScreenOptions,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let mut shown = None;
    loop {
        let seen = files(arguments, defs);
        let mut console = Console::new(screen);
        match board(&mut console, arguments, target, defs) {
            // What is shown stays until there is something else.
            Ok(board) if shown.as_ref() != Some(&board) => {
                clear()?;
                workspace::write_board(&console, &board, target, arguments.full)?;
                shown = Some(board);
            }
            Ok(_) => {}
            Err(failure) => {
                shown = None;
                console.report(failure.problems);
            }
        }
        console.note("waiting for changes; Ctrl-C ends");
        let mut now = files(arguments, defs);
        // A file that is still being written changes between two looks.
        while now == seen || now != files(arguments, defs) {
            thread::sleep(INTERVAL);
            now = files(arguments, defs);
        }
    }
}

fn clear() -> Result<(), Failure> {
    let can_clear = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    match can_clear && io::stdout().is_terminal() {
        true => write_stdout(CLEAR),
        false => Ok(()),
    }
}

/// The files that the dashboard follows from. Tables that follow from a store are written into it by who asks for
/// them: only what they follow from counts.
fn files(arguments: &DashboardArguments, defs: Option<&Path>) -> FileStamps {
    let mut seen = stamps(&ProjectOrigin::choose(defs));
    let data = &arguments.data;
    let folders = data
        .data
        .iter()
        .flat_map(|folder| match store::is_store(folder) {
            true => store::fact_folders(folder),
            false => vec![folder.clone()],
        });
    let tables = data.tables.iter().map(|(_, file)| file.clone());
    let places: Vec<PathBuf> = folders.chain(tables).collect();
    seen.extend(stamps_of(&places));
    seen
}
