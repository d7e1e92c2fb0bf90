//! `riskql init`: writes the embedded library of definitions into a folder, with what keeps it in git.

use std::fs;
use std::path::Path;

use super::args::InitArguments;
use super::console::{Console, write_file};
use super::failure::Failure;
use crate::base::diagnostic::Diagnostic;
use crate::base::files;
use crate::lang::project;

/// Files beside the definitions: attributes of git, a hook before commits, pipelines.
const BESIDE: [(&str, &str); 4] = [
    (".gitattributes", include_str!("gitattributes")),
    (
        ".pre-commit-config.yaml",
        include_str!("pre-commit-config.yaml"),
    ),
    (".github/workflows/kpis.yml", include_str!("github.yml")),
    (".gitlab-ci.yml", include_str!("gitlab.yml")),
];

/// Writes `DIR/kpi-defs` and the files beside it. What is there already is never overwritten.
pub fn run(console: &mut Console, arguments: &InitArguments) -> Result<(), Failure> {
    let folder = arguments.folder.join(project::FOLDER);
    if folder.exists() {
        return Err(
            Diagnostic::data("K904", format!("`{}` is already there", folder.display()))
                .help("nothing was written; name another folder: riskql init DIR")
                .into(),
        );
    }
    let texts = project::library_texts();
    // Under another name first: there is a whole library or none.
    let unfinished = arguments
        .folder
        .join(format!(".{}.{}", project::FOLDER, std::process::id()));
    let written = write_texts(&unfinished, &texts).and_then(|()| {
        fs::rename(&unfinished, &folder).map_err(|error| cannot_create(&folder, &error))
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    written?;
    let kept = write_beside(&arguments.folder)?;
    console.show(&next_steps(&arguments.folder, &folder, texts.len(), &kept))
}

/// Writes the files beside the definitions; gives those that were there and stay as they are.
fn write_beside(project: &Path) -> Result<Vec<&'static str>, Failure> {
    let mut kept = Vec::new();
    for (path, text) in BESIDE {
        let file = project.join(path);
        let parent = file.parent().expect("the path has a file name");
        fs::create_dir_all(parent).map_err(|error| cannot_create(parent, &error))?;
        let is_new = files::create(&file, text.as_bytes());
        if !is_new.map_err(|error| cannot_create(&file, &error))? {
            kept.push(path);
        }
    }
    Ok(kept)
}

fn write_texts(folder: &Path, texts: &[(String, &str)]) -> Result<(), Failure> {
    for (path, text) in texts {
        let file = folder.join(path);
        let parent = file.parent().expect("the path has a file name");
        fs::create_dir_all(parent).map_err(|error| cannot_create(parent, &error))?;
        write_file(&file, text.as_bytes())?;
    }
    Ok(())
}

fn cannot_create(folder: &Path, error: &std::io::Error) -> Failure {
    Diagnostic::data(
        "D902",
        format!("cannot create `{}`: {error}", folder.display()),
    )
    .into()
}

fn next_steps(project: &Path, folder: &Path, files: usize, kept: &[&str]) -> String {
    let enter = if project == Path::new(".") {
        String::new()
    } else {
        format!("  cd {}\n", project.display())
    };
    let new: Vec<&str> = BESIDE.iter().map(|(path, _)| *path).collect();
    let new: Vec<&str> = new
        .into_iter()
        .filter(|path| !kept.contains(path))
        .collect();
    let mut beside = String::new();
    if !new.is_empty() {
        beside += &format!("beside them {}\n", new.join(", "));
    }
    if !kept.is_empty() {
        beside += &format!("left as they were: {}\n", kept.join(", "));
    }
    format!(
        "wrote {files} files to {}\n{beside}\nnext:\n{enter}  \
         riskql check                 look for mistakes\n  \
         riskql test                  run the tests of the definitions\n  \
         riskql run --data FOLDER     every KPI against its target, over findings.csv, assets.csv, …\n  \
         riskql repl --data FOLDER    ask, look at the rows, keep what you found\n",
        folder.display()
    )
}
