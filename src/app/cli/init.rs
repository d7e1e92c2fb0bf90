//! `riskql init`: writes the embedded library of definitions into a folder.

use std::fs;
use std::path::Path;

use super::args::InitArguments;
use super::console::{Console, write_file};
use super::failure::Failure;
use crate::base::diagnostic::Diagnostic;
use crate::lang::project;

/// Writes `DIR/kpi-defs`. What is there already is never overwritten.
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
    console.show(&next_steps(&arguments.folder, &folder, texts.len()))
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

fn next_steps(project: &Path, folder: &Path, files: usize) -> String {
    let enter = if project == Path::new(".") {
        String::new()
    } else {
        format!("  cd {}\n", project.display())
    };
    format!(
        "wrote {files} files to {}\n\nnext:\n{enter}  \
         riskql check                 look for mistakes\n  \
         riskql test                  run the tests of the definitions\n  \
         riskql run --data FOLDER     every KPI against its target, over findings.csv, assets.csv, …\n  \
         riskql repl --data FOLDER    ask, look at the rows, keep what you found\n",
        folder.display()
    )
}
