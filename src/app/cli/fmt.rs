//! `riskql fmt`: rewrites definition files in the one form they have.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::args::FmtArguments;
use super::console::{Console, write_file, write_stdout};
use super::failure::Failure;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::SourceId;
use crate::lang::format;
use crate::lang::project::{self, ProjectOrigin};
use crate::lang::syntax;

/// Formats files; those that do not parse are left alone and make the command fail, after all others
/// have been formatted.
pub fn run(
    console: &mut Console,
    arguments: &FmtArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        return stdin(console, arguments);
    }
    let files = files(arguments, defs)?;
    let ids = project::read_files(&mut console.sources, &files)?;
    let mut problems = Problems::default();
    let mut changed = Vec::new();
    for (file, id) in files.iter().zip(ids) {
        match formatted(console, id) {
            Ok(after) if after != console.sources.get(id).text => changed.push((file, id, after)),
            Ok(_) => {}
            Err(of_file) => problems.extend(of_file),
        }
    }
    for (file, id, after) in &changed {
        handle(console, arguments, file, *id, after)?;
    }
    if problems.has_errors() {
        return Err(problems.into());
    }
    if arguments.check && !changed.is_empty() {
        return Err(Failure::no());
    }
    Ok(())
}

/// What `--check` and `--diff` show, or the file itself.
fn handle(
    console: &Console,
    arguments: &FmtArguments,
    file: &Path,
    id: SourceId,
    after: &str,
) -> Result<(), Failure> {
    let name = file.display().to_string();
    if arguments.diff {
        let before = &console.sources.get(id).text;
        console.show(&format::diff(&name, before, after))
    } else if arguments.check {
        if let Some(reason) = only_reason(&console.sources.get(id).text, after) {
            console.note(&format!("{name}: {reason}"));
        }
        console.show(&format!("{name}\n"))
    } else {
        write_file(file, after.as_bytes())?;
        console.note(&format!("formatted {name}"));
        Ok(())
    }
}

/// What no reader sees, if a file differs in nothing else from what it is formatted to.
fn only_reason(before: &str, after: &str) -> Option<&'static str> {
    let unmarked = before.trim_start_matches('\u{feff}');
    let unix = unmarked.replace("\r\n", "\n");
    match (unmarked.len() < before.len(), unix.len() < unmarked.len()) {
        _ if unix != after => None,
        (true, true) => Some("it begins with a byte-order mark and its lines end in CR LF"),
        (true, false) => Some("it begins with a byte-order mark"),
        (false, true) => Some("its lines end in CR LF"),
        (false, false) => None,
    }
}

fn formatted(console: &Console, id: SourceId) -> Result<String, Problems> {
    let (file, problems) = syntax::parse_file(&console.sources, id);
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(format::file(&console.sources, &file))
}

fn stdin(console: &mut Console, arguments: &FmtArguments) -> Result<(), Failure> {
    if arguments.paths.len() > 1 {
        let problem = Diagnostic::data("K905", "`-` is stdin to stdout and stands alone");
        return Err(problem.help("write either `-` or files and folders").into());
    }
    let mut bytes = Vec::new();
    io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| Diagnostic::data("D901", format!("cannot read stdin: {error}")))?;
    let before = project::text("<stdin>", bytes)?;
    let id = console.sources.add("<stdin>", before.clone());
    let after = formatted(console, id)?;
    if arguments.diff {
        console.show(&format::diff("<stdin>", &before, &after))?;
    } else if !arguments.check {
        write_stdout(after.as_bytes())?;
    } else if before != after {
        write_stdout(b"<stdin>\n")?;
    }
    if arguments.check && before != after {
        return Err(Failure::no());
    }
    Ok(())
}

/// The files named, those below the folders named, or those of the project.
fn files(arguments: &FmtArguments, defs: Option<&Path>) -> Result<Vec<PathBuf>, Failure> {
    if arguments.paths.is_empty() {
        return match ProjectOrigin::choose(defs) {
            ProjectOrigin::Folder(folder) => Ok(project::files_below(&folder)?),
            ProjectOrigin::Library => Err(nothing_to_format()),
        };
    }
    let mut files = Vec::new();
    for path in &arguments.paths {
        if path.is_dir() {
            files.extend(project::files_below(path)?);
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn nothing_to_format() -> Failure {
    Diagnostic::data(
        "K902",
        format!("there is no folder `{}` to format", project::FOLDER),
    )
    .help("name files or folders: riskql fmt defs/mttr.kpi")
    .help("or start with the built-in library: riskql init")
    .into()
}
