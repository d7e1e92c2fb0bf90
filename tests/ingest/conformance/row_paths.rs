//! Where the rows of a format are, as its source says in comments `# row path: …`.

use std::collections::BTreeMap;

use riskql::lang::project;

use super::expected::Expected;
use super::explained::matches;

/// By source.
pub struct RowPaths(BTreeMap<String, Vec<String>>);

/// The paths that the comments of the shipped sources name.
pub fn of_library() -> RowPaths {
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in project::library_texts() {
        let Some(file) = path.strip_prefix("sources/") else {
            continue;
        };
        let name = file.trim_end_matches(".kpi").to_string();
        let own = paths.entry(name).or_default();
        let lines = text.lines().map(str::trim);
        own.extend(lines.filter_map(|line| line.strip_prefix("# row path: ").map(str::to_string)));
    }
    RowPaths(paths)
}

impl RowPaths {
    /// How many rows a report has at the paths of its source; `None` where nobody counted at any.
    pub fn count(&self, source: &str, expected: &Expected) -> Option<u64> {
        let paths = self.0.get(source)?;
        let is_one = |path: &str| {
            let is_it = |own: &String| {
                own == path || matches(&own.replace("{*}", "*"), path) && is_as_deep(own, path)
            };
            paths.iter().any(is_it)
        };
        let counted = expected.row_paths.iter().filter(|(path, _)| is_one(path));
        let counts: Vec<u64> = counted.map(|(_, count)| *count).collect();
        (!counts.is_empty()).then(|| counts.iter().sum())
    }
}

fn is_as_deep(own: &str, path: &str) -> bool {
    let steps = |path: &str| path.matches('.').count();
    steps(own) == steps(path)
}
