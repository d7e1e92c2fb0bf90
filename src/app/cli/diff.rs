//! `riskql diff`: what changed in meaning between two versions of the definitions, and by how much.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::args::{DiffArguments, DiffFormat};
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::app::places::proof_cache;
use crate::app::tables;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::SourceId;
use crate::exec::query_context::QueryContext;
use crate::insight::definition_diff::{self, DefinitionDiff, DiffNumbers, DiffReport};
use crate::lang::model::Definitions;
use crate::lang::project::{self, FOLDER, Project};
use crate::lang::revision::{DefinitionRepository, RevisionFile, RevisionRange};
use crate::render::OutputFormat;

/// Compares; that something changed in meaning makes the answer "no".
pub fn run(
    console: &mut Console,
    arguments: &DiffArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let versions = match arguments.versions.as_slice() {
        [old, new] => folders(console, Path::new(old), Path::new(new), defs)?,
        [range] => revisions(console, Some(range.as_str()), defs)?,
        _ => revisions(console, None, defs)?,
    };
    let [old, new] = versions;
    let old_project = checked(console, &old)?;
    let new_project = checked(console, &new)?;
    let diff = definition_diff::compare(&old_project, &new_project);
    let numbers = match arguments.data.given() && !diff.is_empty() {
        true => Some(numbers(
            console,
            arguments,
            &diff,
            (&old_project.definitions, &new_project.definitions),
        )?),
        false => None,
    };
    let report = DiffReport {
        old: &old.name,
        new: &new.name,
        texts: &console.sources,
        diff: &diff,
        numbers: numbers.as_ref(),
    };
    let target = OutputTarget::of(OutputFormat::Table, arguments.output.clone());
    let text = match arguments.format {
        DiffFormat::Text => definition_diff::text(&report, target.look(console)),
        DiffFormat::Md => definition_diff::markdown(&report),
        DiffFormat::Json => definition_diff::json(&report),
    };
    target.write(console, text.as_bytes())?;
    match diff.is_empty() {
        true => Ok(()),
        false => Err(Failure::no()),
    }
}

/// One side: what it is called, and its texts.
struct DefinitionVersion {
    name: String,
    ids: Vec<SourceId>,
}

fn folders(
    console: &mut Console,
    old: &Path,
    new: &Path,
    defs: Option<&Path>,
) -> Result<[DefinitionVersion; 2], Failure> {
    if defs.is_some() {
        return Err(
            Diagnostic::data("K922", "two folders are named, and `--defs` names a third")
                .help("leave `--defs` out")
                .into(),
        );
    }
    for folder in [old, new] {
        if !folder.is_dir() {
            let problem =
                Diagnostic::data("K922", format!("there is no folder `{}`", folder.display()));
            return Err(problem
                .help(format!(
                    "for two revisions: riskql diff {}..{}",
                    old.display(),
                    new.display()
                ))
                .into());
        }
    }
    Ok([folder(console, old)?, folder(console, new)?])
}

fn folder(console: &mut Console, folder: &Path) -> Result<DefinitionVersion, Failure> {
    let files: Vec<PathBuf> = project::files_below(folder)?;
    Ok(DefinitionVersion {
        name: folder.display().to_string(),
        ids: project::read_files(&mut console.sources, &files)?,
    })
}

fn revisions(
    console: &mut Console,
    range: Option<&str>,
    defs: Option<&Path>,
) -> Result<[DefinitionVersion; 2], Failure> {
    let place = defs.unwrap_or(Path::new(FOLDER));
    let repository = DefinitionRepository::around(place)?;
    let range = RevisionRange::read(range);
    let old = match (&range.new, range.from_merge_base) {
        (Some(new), true) => repository.merge_base(&range.old, new)?,
        (_, _) => range.old.clone(),
    };
    let old = revision(console, &repository, &old)?;
    let new = match &range.new {
        Some(new) => revision(console, &repository, new)?,
        None if repository.has_files() => folder(console, place)?,
        None => {
            return Err(Diagnostic::data(
                "K922",
                "a bare repository has no folder to compare a revision with",
            )
            .help(format!(
                "name two revisions: riskql diff {}..HEAD",
                range.old
            ))
            .into());
        }
    };
    Ok([old, new])
}

fn revision(
    console: &mut Console,
    repository: &DefinitionRepository,
    revision: &str,
) -> Result<DefinitionVersion, Failure> {
    let files = repository.files(revision)?;
    let named = |file: RevisionFile| (file.name, file.bytes);
    let files = files.into_iter().map(named).collect();
    Ok(DefinitionVersion {
        name: revision.to_string(),
        ids: project::add_texts(&mut console.sources, files)?,
    })
}

/// The definitions of a version. Warnings are those of `check`, not of a comparison.
fn checked(console: &Console, version: &DefinitionVersion) -> Result<Project, Failure> {
    let (project, problems) = project::parsed(&console.sources, &version.ids);
    project.ok_or_else(|| {
        let mut errors = Problems::default();
        for problem in problems.sorted() {
            if problem.severity == crate::base::diagnostic::Severity::Error {
                errors.push(problem);
            }
        }
        errors.into()
    })
}

fn numbers(
    console: &mut Console,
    arguments: &DiffArguments,
    diff: &DefinitionDiff,
    (old, new): (&Definitions, &Definitions),
) -> Result<DiffNumbers, Failure> {
    let queries =
        definition_diff::queries_of(&mut console.sources, diff, (old, new), arguments.months);
    let new_instants = workspace::instants(console, new, &arguments.data)?;
    let old_instants = workspace::instants(console, old, &arguments.data)?;
    let new_context = workspace::context(console, new, &arguments.data, new_instants)?;
    let mut old_context = match diff.keeps_tables() {
        true => QueryContext {
            definitions: old,
            sources: &console.sources,
            tables: Rc::clone(&new_context.tables),
            as_of: old_instants.as_of,
            known_on: old_instants.known_on,
            watermark: None,
        },
        false => {
            let tables = tables::open(old, &arguments.data.tables())?;
            QueryContext {
                definitions: old,
                sources: &console.sources,
                tables: Rc::new(tables.with_proofs(proof_cache())),
                as_of: old_instants.as_of,
                known_on: old_instants.known_on,
                watermark: None,
            }
        }
    };
    let progress = console.progress();
    let measured = definition_diff::measure(&queries, &mut old_context, &new_context)?;
    drop(progress);
    Ok(measured)
}
