//! What formatting would change, as a unified diff.

use similar::TextDiff;

/// The difference between a file and its formatted text, three lines of context around each change;
/// empty if there is none.
pub fn diff(path: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(path, path)
        .to_string()
}
