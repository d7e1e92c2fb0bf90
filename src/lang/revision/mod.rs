//! Definition files of a git revision.
//!
//! Takes a folder and what names a revision; gives paths and bytes, read from the object database: nothing is
//! checked out, no program is started, and the working folder stays as it is.

mod history;

pub use history::FileCommit;

use std::path::{Component, Path, PathBuf};

use git2::{ErrorCode, ObjectType, Repository, Tree};

use crate::base::diagnostic::{Diagnostic, nearest};

/// Folders and links nested deeper than this are a loop.
const DEEPEST: usize = 64;

/// The repository that a folder of definitions is in.
pub struct DefinitionRepository {
    repository: Repository,
    /// The folder, from the root of the repository on, with `/` between names; empty for the root itself.
    folder: String,
}

/// A definition file as it was.
pub struct RevisionFile {
    /// `REV:path`
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What two versions a range names. `None` is the working folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevisionRange {
    pub old: String,
    pub new: Option<String>,
    /// `A...B`: from where B left A.
    pub from_merge_base: bool,
}

impl RevisionRange {
    /// `REV`, `REV..REV`, `REV..`, `..REV`, `REV...REV`; nothing is `HEAD`.
    pub fn read(written: Option<&str>) -> RevisionRange {
        let or_head = |text: &str| match text.is_empty() {
            true => "HEAD".to_string(),
            false => text.to_string(),
        };
        let written = written.unwrap_or("HEAD");
        let (separator, from_merge_base) = match written.contains("...") {
            true => ("...", true),
            false => ("..", false),
        };
        match written.split_once(separator) {
            Some((old, new)) => RevisionRange {
                old: or_head(old),
                new: Some(or_head(new)),
                from_merge_base,
            },
            None => RevisionRange {
                old: or_head(written),
                new: None,
                from_merge_base: false,
            },
        }
    }
}

impl DefinitionRepository {
    /// The repository around a folder, which need not be there: a bare repository has none.
    ///
    /// # Errors
    ///
    /// There is no repository (K921), it cannot be read (D926), or the folder lies outside of it (K921).
    pub fn around(folder: &Path) -> Result<DefinitionRepository, Diagnostic> {
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
        let there = absolute
            .ancestors()
            .find(|ancestor| ancestor.is_dir())
            .unwrap_or(Path::new("."));
        let repository = Repository::discover(there).map_err(|error| match error.code() {
            ErrorCode::NotFound => Diagnostic::data(
                "K921",
                format!("`{}` is in no git repository", folder.display()),
            )
            .help("to compare two folders: riskql diff OLD_FOLDER NEW_FOLDER"),
            _ => unreadable(&error),
        })?;
        let inside = match repository.workdir() {
            Some(root) => path_below(root, there, &absolute),
            None => (!folder.is_absolute()).then(|| folder.to_path_buf()),
        };
        let inside = inside.ok_or_else(|| {
            Diagnostic::data(
                "K921",
                format!("`{}` is outside of the repository", folder.display()),
            )
            .help("name a folder of it: --defs DIR")
        })?;
        Ok(DefinitionRepository {
            repository,
            folder: slashed(&inside),
        })
    }

    /// Whether files are checked out beside the repository.
    pub fn has_files(&self) -> bool {
        self.repository.workdir().is_some()
    }

    /// Where the second of two revisions left the first.
    pub fn merge_base(&self, old: &str, new: &str) -> Result<String, Diagnostic> {
        let old_commit = self.commit(old)?;
        let new_commit = self.commit(new)?;
        let base = self.repository.merge_base(old_commit, new_commit);
        base.map(|id| id.to_string()).map_err(|_| {
            Diagnostic::data(
                "K920",
                format!("`{old}` and `{new}` have no commit in common"),
            )
            .help(format!("to compare them as they are: {old}..{new}"))
        })
    }

    fn commit(&self, revision: &str) -> Result<git2::Oid, Diagnostic> {
        let object = self.repository.revparse_single(revision);
        let commit = object.and_then(|object| object.peel_to_commit());
        commit
            .map(|commit| commit.id())
            .map_err(|error| self.unknown(revision, &error))
    }

    /// All definition files of a revision, in the order in which those of a folder are read.
    pub fn files(&self, revision: &str) -> Result<Vec<RevisionFile>, Diagnostic> {
        let root = self
            .repository
            .revparse_single(revision)
            .and_then(|object| object.peel_to_tree())
            .map_err(|error| self.unknown(revision, &error))?;
        let folder = match self.folder.is_empty() {
            true => Some(root.clone()),
            false => {
                let found = root.get_path(Path::new(&self.folder)).ok();
                let tree = found.and_then(|entry| entry.to_object(&self.repository).ok());
                tree.and_then(|object| object.peel_to_tree().ok())
            }
        };
        let Some(folder) = folder else {
            return Err(Diagnostic::data(
                "K901",
                format!("revision {revision} has no folder `{}`", self.folder),
            )
            .help("name the folder of definitions as it was called then: --defs DIR"));
        };
        let mut reader = TreeReader {
            repository: &self.repository,
            root: &root,
            revision,
            files: Vec::new(),
        };
        reader.tree(&folder, &self.folder, 0)?;
        let mut files = reader.files;
        files.sort_by(|(left, _), (right, _)| left.split('/').cmp(right.split('/')));
        if files.is_empty() {
            return Err(Diagnostic::data(
                "K902",
                format!(
                    "no definition file (*.kpi) below `{}` in revision {revision}",
                    self.folder
                ),
            ));
        }
        Ok(files
            .into_iter()
            .map(|(path, bytes)| RevisionFile {
                name: format!("{revision}:{path}"),
                bytes,
            })
            .collect())
    }

    fn unknown(&self, revision: &str, error: &git2::Error) -> Diagnostic {
        if self.repository.is_empty().unwrap_or(false) {
            return Diagnostic::data("K920", "the repository has no commit yet")
                .help("commit the definitions first, or compare two folders");
        }
        match error.code() {
            ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Peel => {}
            ErrorCode::Ambiguous => {
                return Diagnostic::data("K920", format!("`{revision}` is several objects"))
                    .help("write more of its letters");
            }
            _ => return unreadable(error),
        }
        let problem = Diagnostic::data("K920", format!("there is no revision `{revision}`"));
        let names = self.names();
        match nearest(revision, names.iter().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if Path::new(revision).is_dir() => {
                problem.help("to compare two folders name both: riskql diff OLD_FOLDER NEW_FOLDER")
            }
            None => problem.help("such as HEAD~1, a branch, a tag or the beginning of a hash"),
        }
    }

    /// Branches and tags by their short names.
    fn names(&self) -> Vec<String> {
        let Ok(references) = self.repository.references() else {
            return Vec::new();
        };
        let short = |reference: git2::Reference| reference.shorthand().ok().map(str::to_owned);
        references.flatten().filter_map(short).collect()
    }
}

fn unreadable(error: &git2::Error) -> Diagnostic {
    Diagnostic::data(
        "D926",
        format!("the git repository cannot be read: {}", error.message()),
    )
}

/// The path of a folder from the root of a work tree on. What is there is looked at without links; what is not there
/// stands behind it.
fn path_below(root: &Path, there: &Path, folder: &Path) -> Option<PathBuf> {
    let missing = folder.strip_prefix(there).ok()?;
    let root = root.canonicalize().ok()?;
    let there = there.canonicalize().ok()?;
    Some(there.strip_prefix(root).ok()?.join(missing))
}

fn slashed(path: &Path) -> String {
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy()),
        Component::CurDir | Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
            None
        }
    });
    names.collect::<Vec<_>>().join("/")
}

/// Collects the definition files below a tree.
struct TreeReader<'a> {
    repository: &'a Repository,
    root: &'a Tree<'a>,
    revision: &'a str,
    files: Vec<(String, Vec<u8>)>,
}

impl TreeReader<'_> {
    fn tree(&mut self, tree: &Tree, path: &str, depth: usize) -> Result<(), Diagnostic> {
        for entry in tree {
            let Ok(name) = entry.name() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let inner = match path.is_empty() {
                true => name.to_string(),
                false => format!("{path}/{name}"),
            };
            // A link has the mode of one and the kind of a file.
            let is_link = entry.filemode() == 0o120_000;
            let object = entry.to_object(self.repository).ok();
            match (entry.kind(), object) {
                (Some(ObjectType::Commit), _) => return Err(self.submodule(&inner)),
                (_, Some(object)) if is_link => {
                    let target = object.peel_to_blob().map_err(|error| unreadable(&error))?;
                    self.link(path, &inner, target.content(), depth)?;
                }
                (_, Some(object)) => self.object(&object, inner, depth)?,
                (_, None) => {
                    return Err(Diagnostic::data(
                        "D926",
                        format!("`{}:{inner}` is not in the repository", self.revision),
                    )
                    .help("fetch the whole history: git fetch --unshallow, or without a filter"));
                }
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        object: &git2::Object,
        path: String,
        depth: usize,
    ) -> Result<(), Diagnostic> {
        if depth > DEEPEST {
            return Err(Diagnostic::data(
                "D926",
                format!("`{}:{path}` is nested too deeply", self.revision),
            ));
        }
        if let Some(tree) = object.as_tree() {
            return self.tree(tree, &path, depth + 1);
        }
        if let Some(blob) = object.as_blob()
            && path.ends_with(".kpi")
        {
            self.files.push((path, blob.content().to_vec()));
        }
        Ok(())
    }

    /// What a link leads to, where it stays in the repository. Of other links, only those to definitions matter.
    fn link(
        &mut self,
        folder: &str,
        path: &str,
        target: &[u8],
        depth: usize,
    ) -> Result<(), Diagnostic> {
        let target = String::from_utf8_lossy(target);
        let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
        let mut is_inside = !target.starts_with('/');
        for step in target.split('/') {
            match step {
                "" | "." => {}
                ".." => is_inside &= steps.pop().is_some(),
                name => steps.push(name),
            }
        }
        let found = match is_inside {
            true => self.root.get_path(Path::new(&steps.join("/"))).ok(),
            false => None,
        };
        let object = found.and_then(|entry| entry.to_object(self.repository).ok());
        match object {
            Some(object) => self.object(&object, path.to_string(), depth + 1),
            None if path.ends_with(".kpi") => Err(Diagnostic::data(
                "D926",
                format!(
                    "`{}:{path}` is a link to `{target}`, which the revision does not have",
                    self.revision
                ),
            )),
            None => Ok(()),
        }
    }

    fn submodule(&self, path: &str) -> Diagnostic {
        Diagnostic::data(
            "K921",
            format!(
                "`{}:{path}` is a submodule, a repository of its own",
                self.revision
            ),
        )
        .help(format!("compare its definitions there: --defs {path}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_git_reads_them() {
        let range = |old: &str, new: Option<&str>, from_merge_base| RevisionRange {
            old: old.to_string(),
            new: new.map(str::to_string),
            from_merge_base,
        };
        let read = |text| RevisionRange::read(Some(text));
        assert_eq!(RevisionRange::read(None), range("HEAD", None, false));
        assert_eq!(read("main"), range("main", None, false));
        assert_eq!(read("main..work"), range("main", Some("work"), false));
        assert_eq!(read("main.."), range("main", Some("HEAD"), false));
        assert_eq!(read("..work"), range("HEAD", Some("work"), false));
        assert_eq!(read("main...work"), range("main", Some("work"), true));
        assert_eq!(read("v1.2"), range("v1.2", None, false));
    }
}
