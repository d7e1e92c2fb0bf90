//! `docs/errors.md` lists every code of every room, once, with its meaning.

use std::fs;
use std::path::Path;

use riskql::{check, data, plan, syntax};

/// All codes with their meanings, in order.
fn codes() -> Vec<(String, String)> {
    let syntax = syntax::CODES.iter().map(|code| (code.code, code.meaning));
    let others = [check::CODES, plan::CODES, data::CODES].into_iter().flatten();
    let mut codes: Vec<(String, String)> = syntax
        .chain(others.map(|(code, meaning)| (*code, *meaning)))
        .map(|(code, meaning)| (code.to_owned(), meaning.to_owned()))
        .collect();
    codes.sort();
    codes
}

fn page() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")
}

/// With `UPDATE_DOCS=1` in the environment the table is written anew, between the words that frame it.
#[test]
fn the_page_of_errors_lists_every_code() {
    const START: &str = "| code | means |\n|---|---|\n";
    let mut table = String::from(START);
    for (code, meaning) in codes() {
        table += &format!("| {code} | {} |\n", meaning.replace('|', "\\|"));
    }
    let text = fs::read_to_string(page()).expect("docs/errors.md is there");
    let before = text.find(START).expect("the page has the table of codes");
    let length = text[before..].find("\n\n").map_or(text.len() - before, |end| end + 1);
    let written = &text[before..before + length];
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let updated = text.replacen(written, &table, 1);
        fs::write(page(), updated).expect("docs/errors.md can be written");
        return;
    }
    assert_eq!(written, table, "run the tests with UPDATE_DOCS=1 to write docs/errors.md anew");
}

#[test]
fn no_code_is_given_twice() {
    let mut seen: Vec<String> = codes().into_iter().map(|(code, _)| code).collect();
    let all = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), all);
}
