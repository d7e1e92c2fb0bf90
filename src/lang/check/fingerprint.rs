//! The hash that names a set of definitions (rule S38).

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::base::source::Sources;
use crate::lang::format;
use crate::lang::syntax::ast::{Definition, File};

/// `sha256:…` over the formatted text of all definitions but tests, by kind and name; comments,
/// white space and the division into files do not change it.
pub(super) fn fingerprint(sources: &Sources, files: &[File]) -> String {
    let mut texts: Vec<(&str, &str, String)> = Vec::new();
    for file in files {
        for definition in &file.definitions {
            let Some((kind, name)) = place(&definition.node) else {
                continue;
            };
            let alone = File {
                source: file.source,
                definitions: vec![definition.clone()],
                comments: Vec::new(),
                mistaken: Vec::new(),
            };
            texts.push((
                kind,
                name,
                without_blank_lines(&format::file(sources, &alone)),
            ));
        }
    }
    texts.sort();
    let mut hash = Sha256::new();
    for (_, _, text) in texts {
        hash.update(text.as_bytes());
    }
    let mut written = String::from("sha256:");
    for byte in hash.finalize() {
        write!(written, "{byte:02x}").expect("a String takes every character");
    }
    written
}

fn without_blank_lines(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// Kind and name, by which texts are ordered. Tests say nothing about what is computed, and sources
/// and matches only how reports become tables.
fn place(definition: &Definition) -> Option<(&'static str, &str)> {
    match definition {
        Definition::Calendar(_) => Some(("calendar", "")),
        Definition::Scale(tree) => Some(("scale", &tree.name.node)),
        Definition::Table(tree) => Some(("table", &tree.name.node)),
        Definition::Condition(tree) => Some(("condition", &tree.name.node)),
        Definition::Score(tree) => Some(("score", &tree.name.node)),
        Definition::Sla(tree) => Some(("sla", &tree.name.node)),
        Definition::Kpi(tree) => Some(("kpi", &tree.name.node)),
        Definition::View(tree) => Some(("view", &tree.name.node)),
        Definition::Dashboard(tree) => Some(("dashboard", &tree.name.node)),
        Definition::ReportSource(_) | Definition::Match(_) | Definition::Test(_) => None,
    }
}
