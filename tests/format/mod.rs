//! The formatter loses nothing, changes no meaning, and has nothing to say the second time.

mod corpus;
mod definition_trees;
mod expression_trees;
mod generated;
mod meaning;
mod one_line;
mod query_trees;

use riskql::base::source::Sources;
use riskql::lang::format;
use riskql::lang::syntax::{ast, parse_file};

use meaning::comparable;

/// Reads a file that must be free of mistakes.
fn read(text: &str) -> (Sources, ast::File) {
    try_read(text).unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

fn try_read(text: &str) -> Result<(Sources, ast::File), String> {
    let mut sources = Sources::default();
    let id = sources.add("test.kpi", text);
    let (file, problems) = parse_file(&sources, id);
    if problems.has_errors() {
        return Err(format!("{:#?}", problems.sorted()));
    }
    Ok((sources, file))
}

fn formatted(text: &str) -> String {
    let (sources, file) = read(text);
    format::file(&sources, &file)
}

fn comments(sources: &Sources, file: &ast::File) -> Vec<String> {
    file.comments
        .iter()
        .map(|comment| sources.slice(comment.span).to_string())
        .collect()
}

/// Every promise of the formatter about one file; returns the formatted text.
fn keeps_its_promises(text: &str) -> String {
    let (sources, file) = read(text);
    let once = format::file(&sources, &file);
    let (once_sources, once_file) = read(&once);
    assert_eq!(
        comments(&once_sources, &once_file),
        comments(&sources, &file),
        "comments of\n{text}\nformatted\n{once}"
    );
    assert_eq!(
        comparable(once_file.definitions.clone()),
        comparable(file.definitions),
        "meaning of\n{text}\nformatted\n{once}"
    );
    let twice = format::file(&once_sources, &once_file);
    assert_eq!(twice, once, "formatted twice\n{text}");
    is_tidy(&once);
    once
}

fn is_tidy(text: &str) {
    assert!(!text.contains(['\r', '\t']), "tabs or returns in\n{text}");
    assert!(!text.contains("\n\n\n"), "two blank lines in\n{text}");
    assert!(!text.contains(" \n"), "spaces at a line's end in\n{text}");
    assert!(!text.starts_with('\n'), "blank line first in\n{text}");
    assert!(text.is_empty() || (text.ends_with('\n') && !text.ends_with("\n\n")));
}
