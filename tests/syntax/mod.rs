//! Text → tree: what parses, to which tree, and what is said about what does not.

mod language;
pub mod mistakes;
mod robust;
mod trees;

use riskql::base::diagnostic::{Diagnostic, Problems};
use riskql::base::source::{Sources, Spanned};
use riskql::lang::syntax::{ast, parse_file, parse_query};

/// A file and what is wrong with it.
pub fn file(text: &str) -> (Sources, ast::File, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("test.kpi", text);
    let (file, problems) = parse_file(&sources, id);
    (sources, file, problems.sorted())
}

/// A file without mistakes.
pub fn good_file(text: &str) -> ast::File {
    let (sources, file, problems) = file(text);
    assert!(problems.is_empty(), "{}", shown(&sources, &problems));
    file
}

/// The one definition of a text.
pub fn definition(text: &str) -> ast::Definition {
    let mut definitions = good_file(text).definitions;
    assert_eq!(definitions.len(), 1);
    definitions.remove(0).node
}

pub fn query(text: &str) -> Result<Spanned<ast::Query>, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    let id = sources.add("<query>", text);
    parse_query(&sources, id).map_err(Problems::sorted)
}

/// A query without mistakes.
pub fn good_query(text: &str) -> ast::Query {
    let mut sources = Sources::default();
    let id = sources.add("<query>", text);
    match parse_query(&sources, id) {
        Ok(query) => query.node,
        Err(problems) => panic!("{text}\n{}", shown(&sources, &problems.sorted())),
    }
}

/// Problems as text: code, place, the words there, message, label, help.
pub fn shown(sources: &Sources, problems: &[Diagnostic]) -> String {
    let mut out = String::new();
    for problem in problems {
        let span = problem.span.expect("every problem of a text has a place");
        let (line, column) = sources.line_column(span);
        let words = sources.slice(span);
        out += &format!(
            "{} {line}:{column} [{words}] {}\n",
            problem.code, problem.message
        );
        if let Some(label) = &problem.label {
            out += &format!("  ^ {label}\n");
        }
        for help in &problem.help {
            out += &format!("  = {}\n", help.replace('\n', "\n    "));
        }
    }
    out
}
