//! `riskql init`: writes the embedded library of definitions into a folder, with what keeps it in git and what tells
//! where a known database has the tables.

mod databases;

use std::fs;
use std::path::Path;

use self::databases::DatabaseFiles;
pub use self::databases::KnownDatabase;
use super::args::InitArguments;
use super::console::{Console, takes_results, write_file};
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
    takes_results(&folder)?;
    if folder.exists() {
        return Err(
            Diagnostic::data("K904", format!("`{}` is already there", folder.display()))
                .help("nothing was written; name another folder: riskql init DIR")
                .into(),
        );
    }
    let database = arguments.from.map(KnownDatabase::files);
    let mut texts = project::library_texts();
    texts.retain(|(path, text)| !database.is_some_and(|database| database.leaves_out(path, text)));
    // Under another name first: there is a whole library or none.
    let unfinished = arguments
        .folder
        .join(format!(".{}.{}", project::FOLDER, std::process::id()));
    let done = write_texts(&unfinished, &texts).and_then(|()| {
        fs::rename(&unfinished, &folder).map_err(|error| cannot_create(&folder, &error))
    });
    if done.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    done?;
    let beside = BESIDE
        .iter()
        .chain(database.map_or(&[][..], |database| database.files));
    let mut written = WrittenProject {
        project: &arguments.folder,
        definitions: &folder,
        count: texts.len(),
        new: Vec::new(),
        kept: Vec::new(),
        database,
    };
    for (path, text) in beside {
        match write_new(&arguments.folder.join(path), text)? {
            true => written.new.push(*path),
            false => written.kept.push(*path),
        }
    }
    console.show(&written.next_steps())
}

/// Writes a file unless one is there; gives whether it did.
fn write_new(file: &Path, text: &str) -> Result<bool, Failure> {
    let parent = file.parent().expect("the path has a file name");
    fs::create_dir_all(parent).map_err(|error| cannot_create(parent, &error))?;
    files::create(file, text.as_bytes()).map_err(|error| cannot_create(file, &error))
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

/// What was written.
struct WrittenProject<'a> {
    project: &'a Path,
    definitions: &'a Path,
    count: usize,
    /// Files beside the definitions.
    new: Vec<&'static str>,
    /// Those that were there and stay as they are.
    kept: Vec<&'static str>,
    database: Option<&'static DatabaseFiles>,
}

impl WrittenProject<'_> {
    fn next_steps(&self) -> String {
        let mut told = format!(
            "wrote {} files to {}\n",
            self.count,
            self.definitions.display()
        );
        if !self.new.is_empty() {
            told += &format!("beside them {}\n", self.new.join(", "));
        }
        if !self.kept.is_empty() {
            told += &format!("left as they were: {}\n", self.kept.join(", "));
        }
        for (names, reason) in self.database.map_or(&[][..], |database| database.left_out) {
            told += &format!("without {}: {reason}\n", names.join(", "));
        }
        told += "\nnext:\n";
        if self.project != Path::new(".") {
            told += &format!("  cd {}\n", self.project.display());
        }
        told += "  riskql check                 look for mistakes\n  \
                 riskql test                  run the tests of the definitions\n";
        told + &match self.database {
            None => "  riskql run --data FOLDER     every KPI against its target, over findings.csv, assets.csv, …\n  \
                     riskql repl --data FOLDER    ask, look at the rows, keep what you found\n"
                .to_owned(),
            Some(DatabaseFiles {
                connection,
                variable,
                ..
            }) => format!(
                "  export {variable}=postgresql://reader:password@host:5432/database\n  \
                 riskql run --on {connection}     every KPI against its target\n"
            ),
        }
    }
}
