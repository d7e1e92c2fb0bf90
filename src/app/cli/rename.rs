//! `riskql rename`: another name for a definition, wherever it stands.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::RenameArguments;
use super::console::Console;
use super::failure::Failure;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::base::source::SourceId;
use crate::lang::lookup;
use crate::lang::model::{Definitions, SymbolId, SymbolKind};
use crate::lang::project::{self, ProjectOrigin};
use crate::lang::rename::{self, RenamePlan};
use crate::lang::{format, syntax};
use crate::render;

/// Renames in all files of the project, or in none: the changed definitions are checked before anything is written.
pub fn run(
    console: &mut Console,
    arguments: &RenameArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let (new, old) = arguments.names.split_last().expect("two names at least");
    let new = lookup::plain(new);
    let files = match ProjectOrigin::choose(defs) {
        ProjectOrigin::Folder(folder) => project::files_below(&folder)?,
        ProjectOrigin::Library => return Err(nothing_to_rename()),
    };
    let ids = project::read_files(&mut console.sources, &files)?;
    let (definitions, problems) = project::checked(&console.sources, &ids);
    let Some(definitions) = definitions else {
        return Err(problems.into());
    };
    console.report(problems);
    let renamed = lookup::lookup(&definitions.symbols, rename::KINDS, &old.join(" "))?;
    let plan = rename::rename(&console.sources, &definitions, &renamed, new)?;
    let changes = checked(console, &ids, &definitions, &renamed, new, &plan)?;
    if arguments.dry_run {
        return show(console, &changes);
    }
    write(console, &files, &ids, &changes)?;
    let places = render::counted(plan.places as u64, "place", "places");
    let of_files = render::counted(changes.len() as u64, "file", "files");
    let old = definitions.symbols.get(renamed[0]).label();
    console.show(&format!("renamed {old} to {new}: {places} in {of_files}\n"))?;
    note_of_data(console, &definitions, &renamed, new);
    Ok(())
}

/// A file before and after.
struct FileChange {
    id: SourceId,
    after: String,
}

/// The texts after the renaming, read and checked. A file that was formatted is formatted again: names of other
/// lengths move what stands under one another.
fn checked(
    console: &mut Console,
    ids: &[SourceId],
    before: &Definitions,
    renamed: &[SymbolId],
    new: &str,
    plan: &RenamePlan,
) -> Result<Vec<FileChange>, Failure> {
    let mut changes = Vec::new();
    let mut after_ids = ids.to_vec();
    for (place, id) in ids.iter().enumerate() {
        let Some(text) = plan.texts.get(id) else {
            continue;
        };
        let name = console.sources.get(*id).name.clone();
        let was_formatted = formatted(console, *id) == console.sources.get(*id).text;
        let mut after = console.sources.add(name.clone(), text.clone());
        if was_formatted {
            let text = formatted(console, after);
            after = console.sources.add(name, text);
        }
        after_ids[place] = after;
        changes.push(FileChange {
            id: *id,
            after: console.sources.get(after).text.clone(),
        });
    }
    let (definitions, problems) = project::checked(&console.sources, &after_ids);
    let Some(after) = definitions else {
        return Err(would_be_wrong(new, problems).into());
    };
    rename::check_meanings(before, &after, renamed, new)?;
    Ok(changes)
}

/// The formatted text of a file; the text itself of one that does not parse, which checking reports.
fn formatted(console: &Console, id: SourceId) -> String {
    let (file, problems) = syntax::parse_file(&console.sources, id);
    match problems.has_errors() {
        true => console.sources.get(id).text.clone(),
        false => format::file(&console.sources, &file),
    }
}

fn would_be_wrong(new: &str, mut problems: Problems) -> Problems {
    problems.push(
        Diagnostic::data(
            "K917",
            format!("called `{new}`, the definitions would have these mistakes"),
        )
        .help("nothing was written; choose another name"),
    );
    problems
}

fn show(console: &Console, changes: &[FileChange]) -> Result<(), Failure> {
    changes.iter().try_for_each(|change| {
        let source = console.sources.get(change.id);
        console.show(&format::diff(&source.name, &source.text, &change.after))
    })
}

fn write(
    console: &Console,
    files: &[PathBuf],
    ids: &[SourceId],
    changes: &[FileChange],
) -> Result<(), Failure> {
    let mut written = Vec::new();
    for change in changes {
        let place = ids.iter().position(|id| *id == change.id);
        let file = &files[place.expect("a change is of a file that was read")];
        refuse_if_changed(file, &console.sources.get(change.id).text)?;
        written.push((file.clone(), change.after.clone().into_bytes()));
    }
    files::replace_all(&written).map_err(|(file, error)| {
        Diagnostic::data(
            "D902",
            format!("cannot write `{}`: {error}", file.display()),
        )
        .help("no file was changed")
        .into()
    })
}

/// An editor may have saved the file meanwhile.
fn refuse_if_changed(file: &Path, read: &str) -> Result<(), Failure> {
    if fs::read(file).is_ok_and(|now| now == read.as_bytes()) {
        return Ok(());
    }
    Err(Diagnostic::data(
        "D901",
        format!("`{}` was changed while it was read", file.display()),
    )
    .help("nothing was written; run the command again")
    .into())
}

/// Tables and columns are called in definitions what they are called in the data.
fn note_of_data(console: &Console, definitions: &Definitions, renamed: &[SymbolId], new: &str) {
    for id in renamed {
        let symbol = definitions.symbols.get(*id);
        match (symbol.kind, &symbol.table) {
            (SymbolKind::Table, _) => console.note(&format!(
                "the rows of {new} are read from {new}.csv, {new}.parquet, …: rename the file of {} too",
                symbol.name
            )),
            (SymbolKind::Column, Some(table)) => console.note(&format!(
                "{table}.{new} is read from the column `{new}`: rename `{}` in the file of {table} too",
                symbol.name
            )),
            _ => {}
        }
    }
}

fn nothing_to_rename() -> Failure {
    Diagnostic::data("K902", "the built-in library cannot be changed")
        .help("for a copy in ./kpi-defs: riskql init")
        .help("or name a folder: --defs DIR")
        .into()
}
