//! `riskql dashboard`: the cards of a dashboard, layer by layer; whole, for one team, or a page for each.

use std::fs;
use std::path::Path;

use super::args::DashboardArguments;
use super::console::{Console, OutputTarget, write_file};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::Diagnostic;
use crate::exec::answer::Board;
use crate::exec::query_context::QueryContext;
use crate::insight::dashboards::{self, BoardFilter, DashboardDraft};
use crate::lang::model::Definitions;
use crate::render::{self, BoardPage, OutputFormat, RenderOptions};

/// Shows the dashboard named, or the first.
pub fn run(
    console: &mut Console,
    arguments: &DashboardArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.page.with(&arguments.output))?;
    let definitions = workspace::definitions(console, defs)?;
    let mut draft = dashboards::dashboard(&definitions, arguments.name.as_deref())?;
    workspace::needs_data(&arguments.data, &format!("dashboard {}", draft.name))?;
    if let (Some(field), Some(folder)) = (&arguments.all, &arguments.page.html) {
        return pages(console, &definitions, arguments, &draft, (field, folder));
    }
    if let Some((field, value)) = arguments.only.clone() {
        let filter = BoardFilter { field, value };
        draft = dashboards::narrowed(&mut console.sources, &definitions, &draft, &filter)?;
    }
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    workspace::board(console, &context, draft, &target)
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
    let mut boards: Vec<(String, Board)> = Vec::new();
    let progress = console.progress();
    for (name, draft) in drafts {
        boards.push((name, dashboards::board(&context, draft)?.board));
    }
    drop(progress);
    write(folder, &boards)?;
    console.note(&format!(
        "{} and index.html written to {}",
        render::counted(boards.len() as u64, "page", "pages"),
        folder.display()
    ));
    Ok(())
}

fn write(folder: &Path, boards: &[(String, Board)]) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        Diagnostic::data("D902", format!("cannot make the folder `{folder}`: {error}"))
    })?;
    let mut pages: Vec<BoardPage> = Vec::new();
    for (name, board) in boards {
        let file = file_name(name, &pages);
        let bytes = render::board(board, OutputFormat::Html, RenderOptions::PIPE)
            .map_err(|message| Diagnostic::data("K909", message))?;
        write_file(&folder.join(&file), &bytes)?;
        let name = name.clone();
        pages.push(BoardPage { name, file, board });
    }
    write_file(&folder.join("index.html"), &render::board_index(&pages))
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
