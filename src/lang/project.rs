//! The definitions of a run: which folder they come from, and its texts.
//!
//! Takes a folder or the library embedded in the binary; gives all `*.kpi` texts below it in one
//! order, and what parsing and checking make of them. Nothing of the texts is understood here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use rayon::prelude::*;

use crate::base::deep_stacks;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::base::source::{SourceId, Sources};
use crate::lang::check;
use crate::lang::model::Definitions;
use crate::lang::syntax::{self, ast};

/// The definitions that come with the binary.
static LIBRARY: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/kpi-defs");

/// The folder that is looked for in the working directory, and that `init` writes.
pub const FOLDER: &str = "kpi-defs";

/// Folders nested deeper than this are a loop of links.
const DEEPEST: usize = 64;

/// Where definitions come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProjectOrigin {
    Folder(PathBuf),
    /// The library in the binary.
    Library,
}

impl ProjectOrigin {
    /// The folder named, else `./kpi-defs` if it is there, else the embedded library.
    pub fn choose(named: Option<&Path>) -> ProjectOrigin {
        match named {
            Some(folder) => ProjectOrigin::Folder(folder.to_path_buf()),
            None if Path::new(FOLDER).is_dir() => ProjectOrigin::Folder(PathBuf::from(FOLDER)),
            None => ProjectOrigin::Library,
        }
    }

    /// What a message calls it.
    pub fn name(&self) -> String {
        match self {
            ProjectOrigin::Folder(folder) => folder.display().to_string(),
            ProjectOrigin::Library => "the built-in library".to_string(),
        }
    }
}

/// Reads, parses and checks all definitions. They are `None` when there is an error among the
/// problems.
pub fn definitions(
    sources: &mut Sources,
    origin: &ProjectOrigin,
) -> (Option<Definitions>, Problems) {
    match read(sources, origin) {
        Ok(ids) => checked(sources, &ids),
        Err(problems) => (None, problems),
    }
}

/// The definitions that some texts hold together. They are `None` when there is an error among the problems.
pub fn checked(sources: &Sources, ids: &[SourceId]) -> (Option<Definitions>, Problems) {
    let (project, problems) = parsed(sources, ids);
    (project.map(|project| project.definitions), problems)
}

/// Definitions, and the trees that they were checked from.
pub struct Project {
    pub files: Vec<ast::File>,
    pub definitions: Definitions,
}

/// The same with the trees.
pub fn parsed(sources: &Sources, ids: &[SourceId]) -> (Option<Project>, Problems) {
    let parse = || ids.par_iter().map(|id| syntax::parse_file(sources, *id));
    // The stacks of other threads are too small, and a larger one mapped for each clause costs more than reading it.
    let parsed: Vec<_> = deep_stacks::deeply(|| parse().collect());
    let mut problems = Problems::default();
    let mut files = Vec::with_capacity(parsed.len());
    for (file, of_file) in parsed {
        problems.extend(of_file);
        files.push(file);
    }
    let (definitions, of_checking) = check::definitions(sources, &files);
    problems.extend(of_checking);
    let definitions = definitions.filter(|_| !problems.has_errors());
    let project = definitions.map(|definitions| Project { files, definitions });
    (project, problems)
}

/// Reads all definition files of an origin, in the order of their paths.
pub fn read(sources: &mut Sources, origin: &ProjectOrigin) -> Result<Vec<SourceId>, Problems> {
    match origin {
        ProjectOrigin::Folder(folder) => read_files(sources, &files_below(folder)?),
        ProjectOrigin::Library => Ok(library_texts()
            .into_iter()
            .map(|(path, text)| sources.add(format!("<library>/{path}"), text))
            .collect()),
    }
}

/// The embedded library: paths relative to its folder, and texts, in the order of the paths.
pub fn library_texts() -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    collect_embedded(&LIBRARY, &mut found);
    found.sort_by(|left, right| left.0.split('/').cmp(right.0.split('/')));
    found
}

fn collect_embedded(folder: &'static Dir<'static>, found: &mut Vec<(String, &'static str)>) {
    for file in folder.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if path.ends_with(".kpi") {
            let text = file.contents_utf8().expect("the library is UTF-8");
            found.push((path, text));
        }
    }
    for inner in folder.dirs() {
        collect_embedded(inner, found);
    }
}

/// All `*.kpi` files below a folder, in the order of their paths; hidden ones are left out.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Problems> {
    if folder.is_file() {
        return Err(Diagnostic::data(
            "K901",
            format!(
                "`{}` is a file; definitions are read from a folder",
                folder.display()
            ),
        )
        .into());
    }
    if !folder.exists() {
        return Err(
            Diagnostic::data("K901", format!("there is no folder `{}`", folder.display()))
                .help("to start with the built-in library: riskql init")
                .into(),
        );
    }
    let mut found = Vec::new();
    collect_files(folder, 0, &mut found).map_err(|(path, error)| unreadable(&path, &error))?;
    if found.is_empty() {
        return Err(no_definitions(folder));
    }
    Ok(found)
}

fn collect_files(
    folder: &Path,
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, io::Error)> {
    let at = |error| (folder.to_path_buf(), error);
    if depth > DEEPEST {
        return Err(at(io::Error::other("folders are nested too deeply")));
    }
    let mut entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(at)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if path.is_dir() {
            collect_files(&path, depth + 1, found)?;
        } else if path.extension().is_some_and(|ending| ending == "kpi") {
            found.push(path);
        }
    }
    Ok(())
}

fn no_definitions(folder: &Path) -> Problems {
    Diagnostic::data(
        "K902",
        format!("no definition file (*.kpi) below `{}`", folder.display()),
    )
    .help("to start with the built-in library: riskql init")
    .into()
}

/// Reads definition files under the names they were given; reports all that cannot be read.
pub fn read_files(sources: &mut Sources, paths: &[PathBuf]) -> Result<Vec<SourceId>, Problems> {
    let mut problems = Problems::default();
    let mut ids = Vec::with_capacity(paths.len());
    for path in paths {
        match files::read_plain(path) {
            Ok(bytes) => match text(&path.display().to_string(), bytes) {
                Ok(text) => ids.push(sources.add(path.display().to_string(), text)),
                Err(problem) => problems.push(problem),
            },
            Err(error) => problems.extend(unreadable(path, &error)),
        }
    }
    if problems.is_empty() {
        Ok(ids)
    } else {
        Err(problems)
    }
}

/// Adds texts that were read elsewhere, under their names; reports all that are no text.
pub fn add_texts(
    sources: &mut Sources,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Vec<SourceId>, Problems> {
    let mut problems = Problems::default();
    let mut ids = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        match text(&name, bytes) {
            Ok(text) => ids.push(sources.add(name, text)),
            Err(problem) => problems.push(problem),
        }
    }
    match problems.is_empty() {
        true => Ok(ids),
        false => Err(problems),
    }
}

/// The text of a definition file. Bytes that are no UTF-8 are refused with their place.
pub fn text(name: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..place];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Diagnostic::data(
            "K903",
            format!(
                "`{name}` is not UTF-8: byte {:#04x} at offset {place}, in line {line}",
                error.as_bytes()[place]
            ),
        )
        .help("save the file as UTF-8")
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Problems {
    Diagnostic::data("D901", format!("cannot read `{}`: {error}", path.display())).into()
}
