//! Which module may use which: `docs/architecture.md` as a test.
//!
//! Modules of one crate can all name each other, so the tables below are checked against the words of
//! the source. A module (here: a room, such as `lang::check`) that names another it may not use fails,
//! as does a pure one that touches files, the environment or the clock, any but the command line that
//! prints, and two types of one name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold several rooms.
const FOLDERS: &[&str] = &["base", "lang", "exec", "reports", "insight", "app"];

/// All folders, in the order in which data flows: none uses a later one.
const ORDER: &[&str] = &[
    "base", "lang", "plan", "exec", "reports", "render", "insight", "app",
];

/// Who may use whom. Leaves may be used by all.
const LEAVES: &[&str] = &[
    "base::source",
    "base::types",
    "base::diagnostic",
    "base::cancellation",
    "base::deep_stacks",
    "base::parallel",
    "base::calendar",
    "base::instants",
    "base::iso_dates",
    "base::statistics",
];
const ROOMS: &[(&str, &[&str])] = &[
    ("base::source", &[]),
    ("base::types", &[]),
    ("base::diagnostic", &[]),
    ("lang::syntax", &["lang::functions"]),
    ("lang::format", &["lang::syntax"]),
    ("lang::functions", &[]),
    ("lang::model", &["lang::functions", "lang::syntax"]),
    ("base::calendar", &[]),
    ("base::instants", &[]),
    ("base::iso_dates", &[]),
    ("base::statistics", &[]),
    ("base::parallel", &[]),
    ("base::memory", &[]),
    (
        "lang::check",
        &[
            "lang::syntax",
            "lang::format",
            "lang::functions",
            "lang::model",
        ],
    ),
    ("exec::data", &["lang::model", "base::files", "plan"]),
    ("plan", &["lang::model", "lang::functions"]),
    ("exec::lazy", &["exec::data", "lang::model", "plan"]),
    ("exec::answer", &["lang::model"]),
    (
        "exec::compute",
        &[
            "exec::data",
            "exec::lazy",
            "lang::functions",
            "lang::model",
            "plan",
        ],
    ),
    (
        "exec::assemble",
        &[
            "exec::answer",
            "exec::compute",
            "exec::data",
            "exec::lazy",
            "lang::functions",
            "lang::model",
            "plan",
        ],
    ),
    (
        "exec::compute",
        &[
            "exec::data",
            "exec::lazy",
            "lang::functions",
            "lang::model",
            "plan",
        ],
    ),
    ("exec::sql", &["lang::model", "plan"]),
    (
        "exec::remote",
        &["exec::data", "exec::sql", "lang::model", "plan"],
    ),
    ("exec::objects", &["base::files", "exec::data"]),
    ("app::places", &["exec::data"]),
    (
        "app::tables",
        &[
            "app::places",
            "exec::data",
            "exec::objects",
            "exec::remote",
            "lang::model",
            "reports::store",
        ],
    ),
    (
        "render",
        &["exec::answer", "exec::compute", "lang::model", "plan"],
    ),
    (
        "reports::ingest",
        &["base::memory", "exec::data", "lang::model"],
    ),
    ("reports::lifecycle", &["lang::model"]),
    ("insight::profile", &["exec::data", "lang::model", "plan"]),
    ("reports::dedup", &["reports::ingest", "lang::model"]),
    (
        "reports::store",
        &[
            "base::files",
            "reports::dedup",
            "exec::data",
            "reports::ingest",
            "reports::lifecycle",
            "lang::model",
        ],
    ),
    (
        "lang::project",
        &["base::files", "lang::syntax", "lang::check", "lang::model"],
    ),
    ("lang::lookup", &["lang::model"]),
    ("lang::spoken_names", &["lang::model", "lang::syntax"]),
    (
        "lang::rename",
        &["lang::format", "lang::model", "lang::syntax"],
    ),
    ("lang::refine", &["lang::format", "lang::syntax"]),
    ("lang::revision", &[]),
    ("insight::lineage", &["lang::model", "render"]),
    (
        "insight::definition_diff",
        &[
            "exec::answer",
            "exec::query_context",
            "insight::drill_through",
            "insight::gate",
            "insight::lineage",
            "lang::analyze",
            "lang::format",
            "lang::model",
            "lang::project",
            "lang::syntax",
            "render",
        ],
    ),
    (
        "insight::cubes",
        &[
            "exec::answer",
            "exec::query_context",
            "lang::analyze",
            "lang::format",
            "lang::model",
            "plan",
        ],
    ),
    (
        "insight::documentation",
        &[
            "exec::query_context",
            "insight::lineage",
            "lang::analyze",
            "lang::format",
            "lang::model",
            "lang::project",
            "lang::revision",
            "lang::syntax",
            "plan",
            "render",
        ],
    ),
    (
        "insight::restatement",
        &[
            "exec::answer",
            "lang::format",
            "lang::model",
            "lang::syntax",
            "render",
        ],
    ),
    ("app::demo", &[]),
    ("app::progress", &["render"]),
    (
        "app::report_notes",
        &["render", "reports::ingest", "reports::store"],
    ),
    ("base::cancellation", &[]),
    ("base::deep_stacks", &[]),
    (
        "insight::verdict",
        &["exec::answer", "lang::model", "render"],
    ),
    ("base::files", &[]),
    (
        "lang::analyze",
        &[
            "lang::syntax",
            "lang::check",
            "lang::model",
            "lang::spoken_names",
        ],
    ),
    (
        "exec::query_context",
        &[
            "exec::answer",
            "exec::data",
            "exec::assemble",
            "exec::compute",
            "lang::model",
            "plan",
        ],
    ),
    (
        "insight::dashboards",
        &[
            "exec::answer",
            "exec::query_context",
            "insight::attribution",
            "insight::lineage",
            "insight::profile",
            "insight::verdict",
            "lang::analyze",
            "lang::format",
            "lang::functions",
            "lang::model",
            "lang::refine",
            "lang::syntax",
            "plan",
            "render",
        ],
    ),
    (
        "insight::drill_through",
        &[
            "exec::answer",
            "exec::data",
            "exec::assemble",
            "lang::functions",
            "exec::query_context",
            "lang::model",
            "plan",
            "render",
        ],
    ),
    (
        "insight::row_membership",
        &[
            "exec::answer",
            "exec::query_context",
            "insight::drill_through",
            "insight::explain",
            "lang::model",
            "plan",
            "render",
        ],
    ),
    (
        "insight::attribution",
        &[
            "exec::answer",
            "exec::assemble",
            "lang::functions",
            "exec::query_context",
            "lang::model",
            "plan",
            "render",
        ],
    ),
    (
        "insight::explain",
        &[
            "exec::answer",
            "exec::compute",
            "insight::drill_through",
            "insight::lineage",
            "lang::functions",
            "exec::assemble",
            "exec::query_context",
            "lang::model",
            "plan",
            "render",
        ],
    ),
    (
        "insight::testing",
        &[
            "exec::answer",
            "exec::data",
            "exec::query_context",
            "insight::lineage",
            "lang::analyze",
            "lang::check",
            "lang::format",
            "lang::model",
            "lang::project",
            "lang::syntax",
            "plan",
            "render",
        ],
    ),
    (
        "insight::gate",
        &[
            "exec::answer",
            "exec::query_context",
            "lang::analyze",
            "lang::format",
            "lang::model",
            "render",
        ],
    ),
    (
        "insight::advice",
        &["lang::model", "lang::project", "lang::syntax"],
    ),
    (
        "app::repl",
        &[
            "app::places",
            "base::files",
            "exec::answer",
            "insight::drill_through",
            "insight::dashboards",
            "lang::check",
            "exec::data",
            "exec::objects",
            "exec::assemble",
            "insight::explain",
            "lang::format",
            "lang::functions",
            "exec::query_context",
            "reports::ingest",
            "lang::model",
            "plan",
            "app::progress",
            "app::report_notes",
            "app::tables",
            "insight::profile",
            "lang::project",
            "lang::analyze",
            "lang::refine",
            "render",
            "reports::store",
            "lang::syntax",
            "insight::testing",
            "insight::attribution",
        ],
    ),
    ("app::cli", &["*"]),
    ("lib", &["*"]),
    ("main", &["*"]),
];

/// Crates and modules of the standard library that stay in some rooms.
const CONFINED: &[(&str, &[&str])] = &[
    ("pest", &["lang::syntax"]),
    ("pest_meta", &["lang::syntax"]),
    ("clap", &["app::cli", "main"]),
    (
        "polars",
        &[
            "exec::assemble",
            "exec::compute",
            "exec::data",
            "exec::lazy",
            "exec::remote",
            "insight::profile",
            "render",
            "reports::store",
        ],
    ),
    ("adbc_core", &["exec::remote"]),
    ("adbc_driver_manager", &["exec::remote"]),
    ("arrow_array", &["exec::remote"]),
    ("object_store", &["exec::objects"]),
    ("tokio", &["exec::objects"]),
    ("jaq_core", &["reports::ingest"]),
    ("jaq_json", &["reports::ingest"]),
    ("jaq_std", &["reports::ingest"]),
    ("quick_xml", &["reports::ingest"]),
    ("git2", &["lang::revision"]),
    ("calamine", &["exec::data"]),
    ("pure_rust_locales", &["reports::ingest"]),
    ("annotate_snippets", &["render"]),
    ("pulldown_cmark", &["render"]),
    ("tempfile", &["app::cli"]),
    ("maud", &["render"]),
    ("rustyline", &["app::repl"]),
    ("ctrlc", &["app::repl"]),
    (
        "std::fs",
        &[
            "exec::data",
            "exec::objects",
            "exec::remote",
            "app::cli",
            "lang::project",
            "base::files",
            "app::repl",
            "reports::store",
        ],
    ),
    (
        "std::env",
        &[
            "app::cli",
            "app::places",
            "app::repl",
            "exec::objects",
            "exec::remote",
            "main",
        ],
    ),
    (
        "std::time",
        &[
            "app::cli",
            "exec::data",
            "exec::objects",
            "exec::remote",
            "app::progress",
            "app::repl",
            "base::files",
        ],
    ),
    ("println!", &["app::cli", "main"]),
    ("print!", &["app::cli", "main"]),
    ("eprintln!", &["app::cli", "main"]),
    ("eprint!", &["app::cli", "main"]),
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
    let mut parts = inside
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    let folder = parts.next().expect("a file has a name");
    let inner = parts
        .next()
        .filter(|inner| FOLDERS.contains(&folder.as_ref()) && inner != "mod.rs");
    match inner {
        Some(inner) => format!("{folder}::{}", inner.trim_end_matches(".rs")),
        None => folder.trim_end_matches(".rs").to_string(),
    }
}

/// The room that a path after `crate::` leads to.
fn room_named(path: &str) -> String {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut names = path.split("::").map(|part| {
        let end = part.find(|letter| !is_name(letter)).unwrap_or(part.len());
        &part[..end]
    });
    let folder = names.next().unwrap_or_default();
    match names.next() {
        Some(inner) if FOLDERS.contains(&folder) => format!("{folder}::{inner}"),
        Some(_) | None => folder.to_string(),
    }
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
        if FOLDERS.contains(&room.as_str()) {
            continue;
        }
        let Some(allowed) = rooms.get(room.as_str()) else {
            trespasses.push(format!("{} is in no known room", path.display()));
            continue;
        };
        for line in code(&text) {
            for used in line.split("crate::").skip(1) {
                let used = room_named(used);
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

/// Whoever reads the folders in their order meets nothing that is explained later.
#[test]
fn no_folder_uses_a_later_one() {
    let place = |folder: &str| ORDER.iter().position(|known| *known == folder);
    let mut trespasses = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        let folder = room.split("::").next().unwrap_or_default();
        let Some(own) = place(folder) else {
            assert!(
                ["lib", "main"].contains(&folder),
                "{folder} is no folder of ORDER"
            );
            continue;
        };
        for line in code(&text) {
            for used in line.split("crate::").skip(1).map(room_named) {
                let used = used.split("::").next().unwrap_or_default();
                if place(used).is_some_and(|place| place > own) {
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

/// The name of the type that a line defines. Types inside of functions and traits are indented.
fn type_defined(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let mut word = words.next()?;
    if line.starts_with(char::is_whitespace) {
        return None;
    }
    if word.starts_with("pub") {
        word = words.next()?;
        // `pub(in path)`
        if word.ends_with(')') {
            word = words.next()?;
        }
    }
    if !["struct", "enum", "union", "trait", "type"].contains(&word) {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    Some(&name[..end.unwrap_or(name.len())])
}

/// A reader who meets a name must not have to ask which of several types it is. A definition as
/// written and as checked are the one exception: both are the same noun, and the path tells them apart.
#[test]
fn no_two_types_have_one_name() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in sources() {
        let file = path.strip_prefix(&src).expect("all sources are in src");
        for name in text.lines().filter_map(type_defined) {
            let files = types.entry(name.to_string()).or_default();
            files.push(file.display().to_string());
        }
    }
    let is_pair = |files: &[String]| {
        files.len() == 2
            && files.iter().any(|file| file.starts_with("lang/syntax/ast"))
            && files.iter().any(|file| file.starts_with("lang/model"))
    };
    let shared: Vec<String> = types
        .iter()
        .filter(|(_, files)| files.len() > 1 && !is_pair(files))
        .map(|(name, files)| format!("{name}: {}", files.join(", ")))
        .collect();
    assert!(shared.is_empty(), "{}", shared.join("\n"));
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
