//! `riskql dashboard`: the cards of a dashboard, layer by layer; whole, for one team, or a page for each.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::{DashboardArguments, ScreenOptions};
use super::console::{Console, OutputTarget, takes_results, write_result, write_stdout};
use super::failure::Failure;
use super::workspace;
use crate::app::repl::{FileStamps, await_change, stamps, stamps_of};
use crate::base::diagnostic::Diagnostic;
use crate::exec::answer::Board;
use crate::exec::query_context::QueryContext;
use crate::insight::dashboards::{self, BoardFilter, DashboardDraft};
use crate::lang::model::Definitions;
use crate::lang::project::ProjectOrigin;
use crate::render::{self, BoardPage, OutputFormat, RenderOptions};
use crate::reports::store;

/// So many boards are answered over one reading of the tables.
const BOARDS_AT_ONCE: usize = 8;

/// Takes away what stands on a terminal.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

/// Shows the dashboard named, or the first.
pub fn run(
    console: &mut Console,
    arguments: &DashboardArguments,
    screen: ScreenOptions,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.page.with(&arguments.output))?;
    if arguments.watch {
        return watch(arguments, &target, screen, defs);
    }
    if let (Some(field), Some(folder)) = (&arguments.all, &arguments.page.html) {
        let definitions = workspace::definitions(console, defs)?;
        let draft = draft(console, &definitions, arguments)?;
        return pages(console, &definitions, arguments, &draft, (field, folder));
    }
    let board = board(console, arguments, &target, defs)?;
    workspace::write_board(console, &board, &target, arguments.full)
}

/// The dashboard asked for, or the layer of it, for the rows asked for.
fn draft(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &DashboardArguments,
) -> Result<DashboardDraft, Failure> {
    let mut draft = dashboards::dashboard(definitions, arguments.name.as_deref())?;
    if let Some(layer) = &arguments.layer {
        draft = draft.with_layer(layer)?;
    }
    workspace::needs_data(&arguments.data, &format!("dashboard {}", draft.name))?;
    if let Some((field, value)) = arguments.only.clone() {
        let filter = BoardFilter { field, value };
        draft = dashboards::narrowed(&mut console.sources, definitions, &draft, &filter)?;
    }
    Ok(draft)
}

fn board(
    console: &mut Console,
    arguments: &DashboardArguments,
    target: &OutputTarget,
    defs: Option<&Path>,
) -> Result<Board, Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let draft = draft(console, &definitions, arguments)?;
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
                if target.is_screen() {
                    write_stdout(CLEAR)?;
                }
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
        await_change(&seen, || files(arguments, defs));
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

/// A page for each value of a field and one for all, and the index, over one reading of the data.
fn pages(
    console: &mut Console,
    definitions: &Definitions,
    arguments: &DashboardArguments,
    draft: &DashboardDraft,
    (field, folder): (&str, &Path),
) -> Result<(), Failure> {
    let instants = workspace::instants(console, definitions, &arguments.data)?;
    let context = workspace::context(console, definitions, &arguments.data, instants)?;
    let values = dashboards::values(&context, field)?;
    let QueryContext {
        tables,
        as_of,
        known_on,
        ..
    } = context;
    let mut drafts = vec![("all".to_string(), draft.clone())];
    for value in values {
        let field = field.to_string();
        let filter = BoardFilter { field, value };
        let narrow = dashboards::narrowed(&mut console.sources, definitions, draft, &filter)?;
        drafts.push((filter.value, narrow));
    }
    // The same tables, and the texts of the new queries.
    let context = QueryContext {
        definitions,
        sources: &console.sources,
        tables,
        as_of,
        known_on,
        watermark: None,
    };
    let (names, drafts): (Vec<String>, Vec<DashboardDraft>) = drafts.into_iter().unzip();
    let progress = console.progress();
    let mut answered: Vec<Board> = Vec::new();
    for together in drafts.chunks(BOARDS_AT_ONCE) {
        answered.extend(dashboards::boards(&context, together.to_vec())?.boards);
    }
    drop(progress);
    let boards: Vec<(String, Board)> = names.into_iter().zip(answered).collect();
    write(folder, &boards)?;
    console.note(&format!(
        "{} and index.html written to {}",
        render::counted(boards.len() as u64, "page", "pages"),
        folder.display()
    ));
    Ok(())
}

fn write(folder: &Path, boards: &[(String, Board)]) -> Result<(), Failure> {
    takes_results(folder)?;
    fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        Diagnostic::data(
            "D902",
            format!("cannot make the folder `{folder}`: {error}"),
        )
    })?;
    let mut pages: Vec<BoardPage> = Vec::new();
    for (name, board) in boards {
        let file = file_name(name, &pages);
        let bytes = render::board(board, OutputFormat::Html, RenderOptions::PIPE)
            .map_err(|message| Diagnostic::data("K909", message))?;
        write_result(&folder.join(&file), &bytes)?;
        let name = name.clone();
        pages.push(BoardPage { name, file, board });
    }
    write_result(&folder.join("index.html"), &render::board_index(&pages))
}

/// A name for the file of a page: small letters, digits and dashes, no name twice.
fn file_name(name: &str, others: &[BoardPage]) -> String {
    let simple = |letter: char| match letter.is_ascii_alphanumeric() {
        true => letter.to_ascii_lowercase(),
        false => '-',
    };
    let letters: String = name.chars().take(60).map(simple).collect();
    let parts: Vec<&str> = letters.split('-').filter(|part| !part.is_empty()).collect();
    let stem = match parts.join("-") {
        stem if stem.is_empty() => "page".to_string(),
        stem if stem == "index" => "index-page".to_string(),
        stem => stem,
    };
    let is_free = |file: &String| others.iter().all(|page| page.file != *file);
    let numbered = (2..).map(|number| format!("{stem}-{number}.html"));
    let mut names = std::iter::once(format!("{stem}.html")).chain(numbered);
    names.find(is_free).expect("numbers do not end")
}
