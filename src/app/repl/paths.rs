//! The start of a file's name → the names that begin so.

use std::fs;
use std::path::Path;

use super::candidate::Candidate;

/// Files and folders that a path may become, in order; folders end in `/`. Hidden ones only once
/// their dot is typed.
pub(super) fn complete(start: &str) -> Vec<Candidate> {
    let (folder, name) = match start.rfind('/') {
        Some(slash) => start.split_at(slash + 1),
        None => ("", start),
    };
    let place = if folder.is_empty() { "." } else { folder };
    let Ok(entries) = fs::read_dir(Path::new(place)) else {
        return Vec::new();
    };
    let candidate = |entry: fs::DirEntry| {
        let found = entry.file_name().into_string().ok()?;
        let is_hidden = found.starts_with('.') && !name.starts_with('.');
        if is_hidden || !found.starts_with(name) {
            return None;
        }
        let slash = if entry.path().is_dir() { "/" } else { "" };
        Some(Candidate {
            replacement: format!("{folder}{found}{slash}"),
            about: String::new(),
        })
    };
    let mut candidates: Vec<Candidate> = entries.flatten().filter_map(candidate).collect();
    candidates.sort_by(|left, right| left.replacement.cmp(&right.replacement));
    candidates
}
