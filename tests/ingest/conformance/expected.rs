//! The second opinion on the samples: what another importer makes of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

/// What the other importer says of one sample.
pub struct Expected {
    /// Relative to the folder of samples.
    pub sample: String,
    /// By severity in lower case; none of them 0.
    pub severities: BTreeMap<String, u64>,
    /// How many elements are at each path that rows may be at.
    pub row_paths: BTreeMap<String, u64>,
    pub cves: BTreeSet<String>,
    pub cwes: BTreeSet<u32>,
    pub files: BTreeSet<String>,
    /// Written `name@version`, the version often empty.
    pub components: BTreeSet<String>,
    pub hosts: BTreeSet<String>,
}

/// All samples, in the order of their names.
pub fn read(folder: &Path) -> Vec<Expected> {
    let text = fs::read_to_string(folder.join("expected.jsonl")).expect("the second opinion");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut all: Vec<Expected> = lines
        .map(|line| of_line(&serde_json::from_str(line).expect("JSON")))
        .collect();
    all.sort_by(|left, right| left.sample.cmp(&right.sample));
    all
}

fn of_line(line: &Json) -> Expected {
    let texts = |name: &str| line[name].as_array().expect("a list").iter();
    let words = |name: &str| texts(name).map(written).collect();
    let counts = |name: &str| {
        let members = line[name].as_object().expect("an object").iter();
        members.map(|(key, count)| (key.clone(), count.as_u64().expect("a count")))
    };
    let digits =
        |text: &Json| -> String { written(text).chars().filter(char::is_ascii_digit).collect() };
    Expected {
        sample: written(&line["file"]),
        severities: counts("dojo_severity")
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| (word.to_lowercase(), count))
            .collect(),
        row_paths: counts("row_paths").collect(),
        // It puts ids of other registers among its CVEs.
        cves: texts("cves")
            .map(|id| written(id).to_uppercase())
            .filter(|id| id.starts_with("CVE-"))
            .collect(),
        cwes: texts("cwes")
            .filter_map(|id| digits(id).parse().ok())
            .filter(|id| *id > 0)
            .collect(),
        files: words("file_paths"),
        components: words("components"),
        hosts: words("hosts"),
    }
}

fn written(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_string)
}
