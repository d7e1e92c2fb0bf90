//! Which commits changed definition files.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{Commit, ObjectType, Oid, Sort, Tree};

use super::{DefinitionRepository, path_below, slashed, unreadable};
use crate::base::diagnostic::Diagnostic;

/// A commit that changed a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileCommit {
    /// The first letters of the hash.
    pub id: String,
    /// Where the author was: `2026-03-31`.
    pub day: String,
    pub author: String,
    /// The first line of the message.
    pub summary: String,
}

impl FileCommit {
    fn of(commit: &Commit) -> FileCommit {
        let time = commit.author().when();
        let local = time.seconds() + i64::from(time.offset_minutes()) * 60;
        let day = chrono::DateTime::from_timestamp(local, 0);
        FileCommit {
            id: commit.id().to_string()[..ID_LETTERS].to_string(),
            day: day.map_or_else(String::new, |day| day.format("%Y-%m-%d").to_string()),
            author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
            summary: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default())
                .into_owned(),
        }
    }
}

/// How many letters of a hash are shown.
const ID_LETTERS: usize = 7;

impl DefinitionRepository {
    /// From which commit files are, by their names: the one that changed each last, by the first letters of its hash,
    /// with a `+` where the text is not as it is in `HEAD`. Files that no commit has are left out.
    ///
    /// # Errors
    ///
    /// The repository cannot be read (D926).
    pub fn revisions(
        &self,
        texts: &[(&str, &str)],
    ) -> Result<BTreeMap<String, String>, Diagnostic> {
        let files: Vec<&str> = texts.iter().map(|(file, _)| *file).collect();
        let changes = self.changes(&files, 1)?;
        let head = self.repository.head().and_then(|head| head.peel_to_tree());
        let mut revisions = BTreeMap::new();
        for (file, text) in texts {
            let (Some([change, ..]), Ok(head)) = (changes.get(*file).map(Vec::as_slice), &head)
            else {
                continue;
            };
            let committed = self.path(file).and_then(|path| blob(head, &path));
            let own = Oid::hash_object(ObjectType::Blob, text.as_bytes()).ok();
            let mark = if committed == own { "" } else { "+" };
            revisions.insert((*file).to_string(), format!("{}{mark}", change.id));
        }
        Ok(revisions)
    }

    /// The commits that changed files, the latest first and `most` of each, by the names of the files.
    ///
    /// # Errors
    ///
    /// The repository cannot be read (D926).
    pub fn changes(
        &self,
        files: &[&str],
        most: usize,
    ) -> Result<BTreeMap<String, Vec<FileCommit>>, Diagnostic> {
        let mut found: BTreeMap<String, Vec<FileCommit>> = BTreeMap::new();
        let mut sought: Vec<(&str, String)> = files
            .iter()
            .filter_map(|file| Some((*file, self.path(file)?)))
            .collect();
        let mut walk = self
            .repository
            .revwalk()
            .map_err(|error| unreadable(&error))?;
        if walk.push_head().is_err() {
            // There is no commit yet.
            return Ok(found);
        }
        let sorted = walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME);
        sorted.map_err(|error| unreadable(&error))?;
        for id in walk {
            if sought.is_empty() {
                break;
            }
            let commit = id.and_then(|id| self.repository.find_commit(id));
            let commit = commit.map_err(|error| unreadable(&error))?;
            let tree = commit.tree().map_err(|error| unreadable(&error))?;
            let parents = commit.parents().map(|parent| parent.tree());
            let parents = parents.collect::<Result<Vec<Tree>, _>>();
            let parents = parents.map_err(|error| unreadable(&error))?;
            for (file, path) in &sought {
                let own = blob(&tree, path);
                let is_same = |parent: &Tree| blob(parent, path) == own;
                if own.is_some() && !parents.iter().any(is_same) {
                    let changes = found.entry((*file).to_string()).or_default();
                    changes.push(FileCommit::of(&commit));
                }
            }
            sought.retain(|(file, _)| found.get(*file).is_none_or(|known| known.len() < most));
        }
        Ok(found)
    }

    /// Where a file is in the repository, with `/` between names.
    fn path(&self, file: &str) -> Option<String> {
        let absolute = std::path::absolute(file).ok()?;
        let there = absolute.ancestors().find(|ancestor| ancestor.is_dir())?;
        let inside = path_below(self.repository.workdir()?, there, &absolute)?;
        Some(slashed(&inside))
    }
}

/// The content of a file in a tree.
fn blob(tree: &Tree, path: &str) -> Option<Oid> {
    tree.get_path(Path::new(path)).ok().map(|entry| entry.id())
}
