//! The text of a definition → a file below the definitions, whole or not at all.
//!
//! What is on disk is read again before anything is written: it may have changed since the session
//! began. Nothing but the definition itself is ever changed in a file.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::output::write;
use super::workspace::label;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::base::source::{SourceId, Sources};
use crate::lang::check;
use crate::lang::project::{self, ProjectOrigin};
use crate::lang::syntax::{self, ast};

/// A definition to be kept.
pub struct SavedDefinition<'a> {
    /// Kind and name: `kpi mttr`.
    pub label: &'a str,
    /// Formatted.
    pub text: &'a str,
    /// Whether it may take the place of one that is there: it was typed to do so.
    pub replaces: bool,
    /// The file the user named.
    pub file: Option<PathBuf>,
}

/// A test may have a long name; its file need not.
const LONGEST_NAME: usize = 60;

/// Where a definition stands in a file.
struct DefinitionLocation {
    file: PathBuf,
    line: usize,
    bytes: Range<usize>,
}

/// What a file is to hold.
struct Change {
    file: PathBuf,
    text: String,
}

/// Checks a definition together with what is on disk and writes it; gives the file.
pub fn keep(origin: &ProjectOrigin, keeping: &SavedDefinition) -> Result<PathBuf, Problems> {
    let mut sources = Sources::default();
    let ids = project::read(&mut sources, origin)?;
    let place = match origin {
        ProjectOrigin::Folder(_) => find(&sources, &ids, keeping.label),
        ProjectOrigin::Library => None,
    };
    let change = match place {
        Some(place) => in_place(&sources, &ids, place, keeping)?,
        None => added(origin, keeping)?,
    };
    check(origin, &change, keeping.label)?;
    if keeping.file.is_none()
        && let Some(folder) = change.file.parent()
    {
        fs::create_dir_all(folder).map_err(|error| {
            Diagnostic::data(
                "D902",
                format!("cannot make `{}`: {error}", folder.display()),
            )
        })?;
    }
    write(&change.file, change.text.as_bytes())?;
    Ok(change.file)
}

/// The place of a definition among texts.
fn find(sources: &Sources, ids: &[SourceId], wanted: &str) -> Option<DefinitionLocation> {
    ids.iter().find_map(|id| {
        let (file, _) = syntax::parse_file(sources, *id);
        let mut definitions = file.definitions.iter();
        let found = definitions.find(|definition| label(&definition.node) == wanted)?;
        let (line, _) = sources.line_column(found.span);
        Some(DefinitionLocation {
            file: PathBuf::from(&sources.get(*id).name),
            line,
            bytes: found.span.start as usize..found.span.end as usize,
        })
    })
}

/// The file of a definition that is there, with the new text in place of the old.
fn in_place(
    sources: &Sources,
    ids: &[SourceId],
    place: DefinitionLocation,
    keeping: &SavedDefinition,
) -> Result<Change, Diagnostic> {
    let is_elsewhere = keeping
        .file
        .as_ref()
        .is_some_and(|file| !files::is_same(file, &place.file));
    if !keeping.replaces || is_elsewhere {
        return Err(there_already(keeping, &place));
    }
    let mut texts = ids.iter().map(|id| sources.get(*id));
    let before = texts
        .find(|source| Path::new(&source.name) == place.file)
        .expect("the definition was found in one of them");
    let mut text = before.text.clone();
    let new = keeping.text.trim_end().replace('\n', line_end(&text));
    text.replace_range(place.bytes, &new);
    Ok(Change {
        file: place.file,
        text,
    })
}

fn there_already(keeping: &SavedDefinition, place: &DefinitionLocation) -> Diagnostic {
    let problem = Diagnostic::data(
        "K982",
        format!(
            "there is a `{}` already: {}:{}",
            keeping.label,
            place.file.display(),
            place.line
        ),
    );
    match keeping.replaces {
        true => problem.help("to put yours in its place, leave the file out"),
        false => problem
            .help("choose another name")
            .help("or, to change it, type the definition anew and save that"),
    }
}

/// A file with the definition at its end: the one named, or one of its own.
fn added(origin: &ProjectOrigin, keeping: &SavedDefinition) -> Result<Change, Problems> {
    let Some(file) = &keeping.file else {
        let file = own_file(origin, keeping.label)?;
        if file.exists() {
            return Err(taken(&file, keeping).into());
        }
        let text = keeping.text.to_string();
        return Ok(Change { file, text });
    };
    if file.extension().is_none_or(|ending| ending != "kpi") {
        return Err(Diagnostic::data(
            "K983",
            format!(
                "`{}` does not end in .kpi, so no definition would be read from it",
                file.display()
            ),
        )
        .into());
    }
    if !file.exists() {
        let (file, text) = (file.clone(), keeping.text.to_string());
        return Ok(Change { file, text });
    }
    let mut sources = Sources::default();
    let ids = project::read_files(&mut sources, std::slice::from_ref(file))?;
    if let Some(place) = find(&sources, &ids, keeping.label) {
        return match keeping.replaces {
            true => Ok(in_place(&sources, &ids, place, keeping)?),
            false => Err(there_already(keeping, &place).into()),
        };
    }
    let before = &sources.get(ids[0]).text;
    let end = line_end(before);
    let gap = match (before.is_empty(), before.ends_with('\n')) {
        (true, _) => String::new(),
        (false, true) => end.to_string(),
        (false, false) => end.repeat(2),
    };
    let text = format!("{before}{gap}{}", keeping.text.replace('\n', end));
    let file = file.clone();
    Ok(Change { file, text })
}

fn taken(file: &Path, keeping: &SavedDefinition) -> Diagnostic {
    Diagnostic::data(
        "K982",
        format!("the file `{}` is there already", file.display()),
    )
    .help(format!(
        "to write below what it holds, name it: \\save {} {}",
        bare(keeping.label),
        file.display()
    ))
}

fn bare(label: &str) -> &str {
    label.split_once(' ').map_or(label, |(_, name)| name)
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// `kpis/mttr.kpi` below the definitions.
fn own_file(origin: &ProjectOrigin, label: &str) -> Result<PathBuf, Problems> {
    let ProjectOrigin::Folder(folder) = origin else {
        return Err(
            Diagnostic::data("K983", "the built-in library cannot be written to")
                .help("copy it into a folder of yours, then begin the session again: riskql init")
                .help(format!("or name a file: \\save {} FILE.kpi", bare(label)))
                .into(),
        );
    };
    let (kind, name) = label.split_once(' ').unwrap_or((label, label));
    let below = match kind {
        "kpi" => "kpis",
        "view" => "views",
        "dashboard" => "dashboards",
        "test" => "tests",
        "condition" | "score" | "sla" => "policy",
        _ => "model",
    };
    let letter = |letter: char| match letter.is_alphanumeric() || letter == '_' {
        true => letter,
        false => '_',
    };
    let name: String = name.chars().map(letter).take(LONGEST_NAME).collect();
    Ok(folder.join(below).join(format!("{name}.kpi")))
}

/// Refuses a change after which something is wrong that was right before.
fn check(origin: &ProjectOrigin, change: &Change, label: &str) -> Result<(), Problems> {
    let (before, _) = checked(origin, None, label)?;
    let (after, sources) = checked(origin, Some(change), label)?;
    let known: Vec<(&str, &str)> = before
        .iter()
        .map(|problem| (problem.code, problem.message.as_str()))
        .collect();
    let mut new = Problems::default();
    for mut problem in after {
        if !known.contains(&(problem.code, problem.message.as_str())) {
            // The place is one of these texts, which the session does not know.
            if let Some(span) = problem.span.take() {
                let (line, _) = sources.line_column(span);
                problem.help.extend(problem.label.take());
                let name = &sources.get(span.source).name;
                problem = problem.help(format!("at {name}:{line}, as it would be written"));
            }
            new.push(problem);
        }
    }
    match new.has_errors() {
        true => Err(new),
        false => Ok(()),
    }
}

/// The errors of all definitions, with a change made.
fn checked(
    origin: &ProjectOrigin,
    change: Option<&Change>,
    wanted: &str,
) -> Result<(Vec<Diagnostic>, Sources), Problems> {
    let mut read = Sources::default();
    project::read(&mut read, origin)?;
    let mut sources = Sources::default();
    let mut ids = Vec::new();
    let mut is_made = false;
    for (_, source) in read.iter() {
        let changed = change.filter(|change| files::is_same(&change.file, Path::new(&source.name)));
        is_made |= changed.is_some();
        let text = changed.map_or(&source.text, |change| &change.text);
        ids.push(sources.add(source.name.clone(), text.clone()));
    }
    if let Some(change) = change.filter(|_| !is_made) {
        ids.push(sources.add(change.file.display().to_string(), change.text.clone()));
    }
    let own = ids.last().copied().filter(|_| change.is_some() && !is_made);
    let mut problems = Problems::default();
    let mut files: Vec<ast::File> = Vec::new();
    for id in ids {
        let (mut file, of_file) = syntax::parse_file(&sources, id);
        problems.extend(of_file);
        // A file of one's own stands in for what the library says under the same name.
        if *origin == ProjectOrigin::Library && own.is_some() && own != Some(id) {
            file.definitions
                .retain(|definition| label(&definition.node) != wanted);
        }
        files.push(file);
    }
    problems.extend(check::definitions(&sources, &files).1);
    Ok((problems.sorted(), sources))
}

/// Whether a file lies below the definitions, so that it is read with them.
pub fn is_read(origin: &ProjectOrigin, file: &Path) -> bool {
    match origin {
        ProjectOrigin::Library => false,
        ProjectOrigin::Folder(folder) => match (fs::canonicalize(folder), fs::canonicalize(file)) {
            (Ok(folder), Ok(file)) => file.starts_with(folder),
            (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
        },
    }
}
