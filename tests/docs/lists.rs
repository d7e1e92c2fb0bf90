//! Lists in the documentation hold all there is: error codes, functions, reserved words.

use std::fs;
use std::path::{Path, PathBuf};

use riskql::app::cli;
use riskql::exec::{compute, data, objects, remote, sql};
use riskql::insight::advice;
use riskql::lang::{check, functions, syntax};
use riskql::plan;
use riskql::reports::{ingest, store};

/// All codes with their meanings, in order.
fn codes() -> Vec<(String, String)> {
    let syntax = syntax::CODES.iter().map(|code| (code.code, code.meaning));
    let others = [
        check::CODES,
        plan::CODES,
        data::CODES,
        compute::CODES,
        objects::CODES,
        remote::CODES,
        sql::CODES,
        cli::CODES,
        advice::CODES,
        ingest::CODES,
        store::CODES,
    ]
    .into_iter()
    .flatten();
    let mut codes: Vec<(String, String)> = syntax
        .chain(others.map(|(code, meaning)| (*code, *meaning)))
        .map(|(code, meaning)| (code.to_owned(), meaning.to_owned()))
        .collect();
    codes.sort();
    codes
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name)
}

fn text_of(name: &str) -> String {
    fs::read_to_string(page(name)).expect("a page of the documentation")
}

/// With `UPDATE_DOCS=1` in the environment the table is written anew, between the words that frame it.
#[test]
fn the_page_of_errors_lists_every_code() {
    const START: &str = "| code | means |\n|---|---|\n";
    let mut table = String::from(START);
    for (code, meaning) in codes() {
        table += &format!("| {code} | {} |\n", meaning.replace('|', "\\|"));
    }
    let text = text_of("errors.md");
    let before = text.find(START).expect("the page has the table of codes");
    let length = text[before..]
        .find("\n\n")
        .map_or(text.len() - before, |end| end + 1);
    let written = &text[before..before + length];
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let updated = text.replacen(written, &table, 1);
        fs::write(page("errors.md"), updated).expect("docs/errors.md can be written");
        return;
    }
    assert_eq!(
        written, table,
        "run the tests with UPDATE_DOCS=1 to write docs/errors.md anew"
    );
}

#[test]
fn no_code_is_given_twice() {
    let mut seen: Vec<String> = codes().into_iter().map(|(code, _)| code).collect();
    let all = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

#[test]
fn the_language_page_lists_every_function() {
    let text = text_of("language.md");
    for function in functions::ALL {
        let row = format!("| `{}` | `{}` |", function.name, function.signature);
        assert!(text.contains(&row), "docs/language.md lacks the row {row}");
    }
}

#[test]
fn the_language_page_lists_every_reserved_word() {
    let text = text_of("language.md");
    let (_, section) = text
        .split_once("## Reserved words")
        .expect("the section is there");
    let listed: Vec<&str> = section
        .split('`')
        .nth(1)
        .expect("the words stand in back-ticks")
        .split_whitespace()
        .collect();
    let mut reserved = syntax::RESERVED.to_vec();
    reserved.sort_unstable();
    assert_eq!(listed, reserved);
}

/// The page on definitions as code has a row for each rule of advice.
#[test]
fn the_rules_of_advice_are_listed() {
    let page = text_of("definitions-as-code.md");
    for rule in advice::RULES {
        let row = format!("| `{}` | {} |\n", rule.name, rule.about);
        assert!(page.contains(&row), "{row}");
    }
}

/// The page of the store says of each property which test shows it.
#[test]
fn the_tests_that_are_named_are_there() {
    let page = text_of("store.md");
    let (_, list) = page
        .split_once("## What is proven, and where")
        .expect("the list");
    let names: Vec<&str> = list.split('`').filter(|name| name.contains("::")).collect();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        let (module, test) = name.rsplit_once("::").expect("a test in a module");
        let place = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(module.replace("::", "/"));
        let files = [place.with_extension("rs"), place.join("mod.rs")];
        let text = files.iter().find_map(|file| fs::read_to_string(file).ok());
        let text = text.unwrap_or_else(|| panic!("there is no module {module}"));
        assert!(
            text.contains(&format!("fn {test}(")),
            "there is no test {name}"
        );
    }
}
