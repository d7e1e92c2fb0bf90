//! `riskql docs`: a page for each KPI.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::args::{DocsArguments, DocsFormat};
use super::console::{Console, takes_results, write_result};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::Diagnostic;
use crate::insight::documentation::{self, Documented, DocumentedPage};
use crate::lang::project::ProjectOrigin;
use crate::lang::revision::{DefinitionRepository, FileCommit};
use crate::render;

/// How pages that this command wrote end, by which those of KPIs that are gone are known.
const MARK: &str = "<!-- written by riskql docs -->\n";

/// Commits shown on a page.
const MOST_CHANGES: usize = 20;

/// Writes the pages into a folder, in place of those that are there.
pub fn run(
    console: &mut Console,
    arguments: &DocsArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let project = workspace::project(console, defs)?;
    let files: Vec<&str> = console
        .sources
        .iter()
        .map(|(_, file)| file.name.as_str())
        .collect();
    let changes = changes(defs, &files)?;
    let pages = documentation::pages(&Documented {
        project: &project,
        texts: &console.sources,
        changes: &changes,
    })?;
    let written = write(&arguments.out, &pages, arguments.format)?;
    remove_others(&arguments.out.join("kpis"), &written)?;
    console.show(&format!(
        "wrote {} to {}; they begin with {}\n",
        render::counted(pages.len() as u64, "page", "pages"),
        arguments.out.display(),
        arguments.out.join(&written[0]).display()
    ))
}

/// Who changed the files, where they are in a repository.
fn changes(
    defs: Option<&Path>,
    files: &[&str],
) -> Result<BTreeMap<String, Vec<FileCommit>>, Failure> {
    let ProjectOrigin::Folder(folder) = ProjectOrigin::choose(defs) else {
        return Ok(BTreeMap::new());
    };
    match DefinitionRepository::around(&folder) {
        Ok(repository) => Ok(repository.changes(files, MOST_CHANGES)?),
        // A folder need not be in a repository.
        Err(_) => Ok(BTreeMap::new()),
    }
}

/// Writes pages; gives their files, as they stand in the folder.
fn write(
    folder: &Path,
    pages: &[DocumentedPage],
    format: DocsFormat,
) -> Result<Vec<String>, Failure> {
    takes_results(folder)?;
    let inner = folder.join("kpis");
    fs::create_dir_all(&inner).map_err(|error| cannot("create", &inner, &error))?;
    let mut written = Vec::new();
    for page in pages {
        let (ending, text) = match format {
            DocsFormat::Md => ("md", format!("{}\n{MARK}", page.markdown)),
            DocsFormat::Html => {
                let html = render::page(&page.path, &page.markdown);
                ("html", html + MARK)
            }
        };
        let file = format!("{}.{ending}", page.path);
        write_result(&folder.join(&file), text.as_bytes())?;
        written.push(file);
    }
    Ok(written)
}

/// Removes pages of KPIs that are gone; what others wrote stays.
fn remove_others(folder: &Path, written: &[String]) -> Result<(), Failure> {
    let written: BTreeSet<&str> = written
        .iter()
        .filter_map(|file| file.strip_prefix("kpis/"))
        .collect();
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| cannot("read", folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let is_ours = || fs::read(&path).is_ok_and(|bytes| bytes.ends_with(MARK.as_bytes()));
        if !written.contains(name.as_str()) && path.is_file() && is_ours() {
            fs::remove_file(&path).map_err(|error| cannot("remove", &path, &error))?;
        }
    }
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Diagnostic::data(
        "D902",
        format!("cannot {what} `{}`: {error}", path.display()),
    )
    .into()
}
