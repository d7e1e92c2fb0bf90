//! The rooms of the house keep to themselves: `docs/architecture.md` as a test.
//!
//! A crate has no walls, so the table below is checked against the words of the source: a room that
//! names another it may not use fails here, as does a pure room that touches files, the environment
//! or the clock, and any room but the command line that prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom. Leaves may be used by all.
const LEAVES: &[&str] = &["source", "types", "diagnostic", "pulse"];
const ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("types", &[]),
    ("diagnostic", &[]),
    ("syntax", &[]),
    ("format", &["syntax"]),
    ("functions", &[]),
    ("model", &["functions", "syntax"]),
    ("calendar", &["model"]),
    (
        "check",
        &["syntax", "format", "functions", "model", "calendar"],
    ),
    ("data", &["model", "calendar"]),
    ("plan", &["model", "functions", "calendar", "data"]),
    ("answer", &["model"]),
    (
        "engine",
        &["answer", "calendar", "data", "functions", "model", "plan"],
    ),
    ("render", &["answer", "model"]),
    ("ingest", &["model"]),
    ("lifecycle", &["model"]),
    ("profile", &["calendar", "data", "model"]),
    ("correlate", &["ingest", "model"]),
    (
        "store",
        &["correlate", "data", "files", "ingest", "lifecycle", "model"],
    ),
    ("project", &["syntax", "check", "model"]),
    ("progress", &["render"]),
    ("pulse", &[]),
    ("files", &[]),
    ("question", &["calendar", "syntax", "check", "model"]),
    ("ground", &["answer", "data", "engine", "model", "plan"]),
    (
        "boards",
        &["answer", "format", "ground", "model", "question"],
    ),
    (
        "behind",
        &[
            "answer",
            "data",
            "engine",
            "functions",
            "ground",
            "model",
            "plan",
            "render",
        ],
    ),
    (
        "why",
        &[
            "answer",
            "calendar",
            "engine",
            "functions",
            "ground",
            "model",
            "plan",
            "render",
        ],
    ),
    (
        "explain",
        &[
            "answer", "behind", "engine", "ground", "model", "plan", "render",
        ],
    ),
    (
        "testing",
        &["answer", "data", "ground", "model", "plan", "render"],
    ),
    (
        "repl",
        &[
            "answer",
            "behind",
            "boards",
            "calendar",
            "check",
            "data",
            "engine",
            "explain",
            "files",
            "format",
            "functions",
            "ground",
            "ingest",
            "model",
            "plan",
            "progress",
            "profile",
            "project",
            "question",
            "render",
            "store",
            "syntax",
            "testing",
            "why",
        ],
    ),
    ("cli", &["*"]),
    ("lib", &["*"]),
    ("main", &["*"]),
];

/// Crates and modules of the standard library that stay in some rooms.
const CONFINED: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("pest_meta", &["syntax"]),
    ("clap", &["cli", "main"]),
    ("polars", &["data", "render", "store"]),
    ("jaq_core", &["ingest"]),
    ("jaq_json", &["ingest"]),
    ("jaq_std", &["ingest"]),
    ("quick_xml", &["ingest"]),
    ("annotate_snippets", &["render"]),
    ("rustyline", &["repl"]),
    ("ctrlc", &["repl"]),
    (
        "std::fs",
        &["data", "cli", "project", "files", "repl", "store"],
    ),
    ("std::env", &["cli", "repl", "main"]),
    ("std::time", &["cli", "data", "progress", "repl"]),
    ("println!", &["cli", "main"]),
    ("print!", &["cli", "main"]),
    ("eprintln!", &["cli", "main"]),
    ("eprint!", &["cli", "main"]),
];

fn sources() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is a folder") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                files.insert(path, text);
            }
        }
    }
    files
}

fn room(path: &Path) -> String {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(src).expect("all sources are in src");
    let first = inside.components().next().expect("a file has a name");
    let name = first.as_os_str().to_string_lossy();
    name.trim_end_matches(".rs").to_string()
}

/// The lines of a file that are code: no comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| line.trim_start())
        .filter(|line| !line.starts_with("//"))
}

#[test]
fn rooms_use_only_what_they_may() {
    let rooms: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut trespasses = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        let Some(allowed) = rooms.get(room.as_str()) else {
            trespasses.push(format!("{} is in no known room", path.display()));
            continue;
        };
        for line in code(&text) {
            for used in line.split("crate::").skip(1) {
                let used: String = used
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect();
                let may = used == room
                    || LEAVES.contains(&used.as_str())
                    || allowed.contains(&"*")
                    || allowed.contains(&used.as_str());
                // `use crate::{a, b}` would hide names from this test.
                if !may || used.is_empty() {
                    trespasses.push(format!("{}: {line}", path.display()));
                }
            }
        }
    }
    assert!(trespasses.is_empty(), "{}", trespasses.join("\n"));
}

#[test]
fn libraries_and_the_outside_world_stay_in_their_rooms() {
    let mut trespasses = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        for (what, rooms) in CONFINED {
            let is_word = |line: &str, at: usize| {
                !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            };
            let names = |line: &&str| line.match_indices(what).any(|(at, _)| is_word(line, at));
            if !rooms.contains(&room.as_str()) {
                trespasses.extend(
                    code(&text)
                        .filter(names)
                        .map(|line| format!("{} ({what}): {line}", path.display())),
                );
            }
        }
    }
    assert!(trespasses.is_empty(), "{}", trespasses.join("\n"));
}

/// Files one can hold in mind, tests not counted.
#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, text)| {
            let body = text.split("#[cfg(test)]").next().unwrap_or(text);
            (path.display().to_string(), body.lines().count())
        })
        .filter(|(_, lines)| *lines > 600)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
