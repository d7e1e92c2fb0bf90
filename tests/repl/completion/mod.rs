//! Completion by position, over the built-in library and the example data.

mod cases;
mod limits;

use std::fmt::Write;

use riskql::app::repl::{Catalogue, Completion, complete};
use riskql::lang::syntax::{Grids, TokenKind, scan};

use self::cases::{CASES, Case};
use super::{catalogue, cursor, demo};

fn listed(completion: &Completion) -> Vec<String> {
    let candidates = completion.candidates.iter();
    candidates
        .map(|own| own.replacement.replace(' ', "_"))
        .collect()
}

/// What is wrong with a case; empty if nothing.
fn wrong(case: &Case, catalogue: &Catalogue) -> String {
    let (marked, first, among, absent) = case;
    let (text, position) = cursor(marked);
    let found = listed(&complete(&text, position, catalogue));
    // Names in quotes are told by what is in them, unless the case has quotes itself.
    let plain = |name: &String| match case.1.contains('"') || case.2.contains('"') {
        true => name.clone(),
        false => name.trim_matches('"').to_string(),
    };
    let found: Vec<String> = found.iter().map(plain).collect();
    let has = |name: &&str| found.iter().any(|own| own == name);
    let first: Vec<&str> = first.split_whitespace().collect();
    let mut wrong = String::new();
    if !first.iter().eq(found.iter().take(first.len())) {
        let _ = write!(wrong, "\n  first should be {first:?}");
    }
    for name in among.split_whitespace().filter(|name| !has(name)) {
        let _ = write!(wrong, "\n  lacks {name}");
    }
    for name in absent.split_whitespace().filter(has) {
        let _ = write!(wrong, "\n  has {name}");
    }
    match wrong.is_empty() {
        true => wrong,
        false => format!("{marked}{wrong}\n  is {}", found.join(" ")),
    }
}

#[test]
fn every_place_offers_what_fits_it() {
    let catalogue = catalogue();
    let wrong: Vec<String> = CASES
        .iter()
        .map(|case| wrong(case, &catalogue))
        .filter(|wrong| !wrong.is_empty())
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

fn about(marked: &str, name: &str, catalogue: &Catalogue) -> String {
    let (text, position) = cursor(marked);
    let completion = complete(&text, position, catalogue);
    let found = completion
        .candidates
        .iter()
        .find(|own| own.replacement.trim_matches('"') == name);
    found.expect("it is offered").about.clone()
}

#[test]
fn candidates_say_what_they_are() {
    let catalogue = catalogue();
    let cases = [
        ("|", "mttr", "Mean time to remediate, days"),
        ("|", "team_mttr", "Team-level MTTR (view)"),
        ("mttr by |", "team", "text from assets.team"),
        (
            "mttr by |",
            "severity",
            "scale severity: info < low < medium < high < critical",
        ),
        ("mttr where |", "exploitable", "yes or no"),
        ("mttr where |", "found", "event at found_at"),
        // Counted over the findings, though the column is of assets.
        ("mttr where team = |", "logistics", "96 rows"),
        ("mttr where severity = |", "critical", "62 rows"),
        ("mttr where exploitable = |", "yes", "82 rows"),
        ("scan_coverage where team = |", "logistics", "5 rows"),
        (
            "count of findings |",
            "open",
            "state from found_at until closed_at",
        ),
        (
            "count of findings |",
            "introduced",
            "event at introduced_at",
        ),
        ("mean |", "risk", "Risk exposure points"),
        ("\\|", "\\quit", "leave; so does Ctrl-D"),
        (
            "backlgo|",
            "backlog",
            "did you mean this? Open findings, count",
        ),
    ];
    for (marked, name, expected) in cases {
        assert_eq!(about(marked, name, &catalogue), expected, "{marked} {name}");
    }
    let findings = about("list |", "findings", &catalogue);
    assert_eq!(findings, "One row per deduplicated vulnerability, 403 rows");
}

#[test]
fn a_candidate_replaces_the_word_it_was_chosen_for() {
    let catalogue = catalogue();
    let cases = [
        ("mttr by te|", "mttr by team"),
        ("mttr by te| last month", "mttr by team last month"),
        (
            "mttr where team = \"pay|",
            "mttr where team = \"payments-core\"",
        ),
        (
            "mttr where team = \"pay|\" by app",
            "mttr where team = \"payments-core\" by app",
        ),
        (
            "mttr where team = payments-c|",
            "mttr where team = \"payments-core\"",
        ),
        (
            "mttr where severity>=crit|",
            "mttr where severity>=critical",
        ),
        ("mttr where findings.sev|", "mttr where findings.severity"),
        ("mttr in 2026-0|", "mttr in 2026-09"),
        ("backlog\n  by te|", "backlog\n  by team"),
        ("\\fo|", "\\format"),
        ("crit|", "critical_free_assets"),
    ];
    for (marked, expected) in cases {
        let (text, position) = cursor(marked);
        let completion = complete(&text, position, &catalogue);
        let chosen = &completion.candidates[0].replacement;
        let replaced = format!("{}{chosen}{}", &text[..completion.start], &text[position..]);
        assert_eq!(replaced, expected);
    }
}

#[test]
fn files_are_left_to_whoever_has_them() {
    let completion = complete("\\output /tmp/rep", 16, &catalogue());
    assert!(completion.is_file);
    assert_eq!(completion.start, 8);
}

/// Queries as people write them, and those of the language's tests.
fn queries() -> Vec<String> {
    let language = include_str!("../../syntax/language.queries");
    let more = "\
share of findings found with environment = production by app
mean time from found to verified of findings verified where severity = critical
count of findings open including excluded where not exploitable = yes by team
scan_coverage where any scans completed (where outcome = success) within 30 days by kind
list findings overdue where team in (\"payments-core\", storefront) sort by severity descending limit 5
mttr where severity is present and (exploitable = no or environment = production) past 90 days
backlog by team over month at peak from 2026-01 to 2026-06 versus previous year, target
sum risk of findings open by team, criticality top 5 with total
sla_breaches / backlog by app sort by app ascending
median time since found of findings open where criticality = high
";
    let lines = language.lines().chain(more.lines());
    lines
        .map(|line| {
            line.split('#')
                .next()
                .unwrap_or(line)
                .trim_end()
                .to_string()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// Whether completing the text before a word offers that word; numbers and names nobody can know are
/// left out.
fn is_offered(query: &str, start: usize, end: usize, catalogue: &Catalogue) -> bool {
    let completion = complete(query, start, catalogue);
    let word = &query[start..end];
    let candidates = completion.candidates.iter();
    let mut names = candidates.map(|own| own.replacement.as_str());
    names.any(|name| name == word)
}

#[test]
fn every_word_of_a_query_is_offered_before_it_is_typed() {
    let catalogue = catalogue();
    let mut missing = Vec::new();
    let mut words = 0;
    for query in queries() {
        for token in scan(&query, Grids::Absent) {
            let is_word = matches!(token.kind, TokenKind::Word | TokenKind::Text);
            if !is_word {
                continue;
            }
            words += 1;
            if !is_offered(&query, token.start, token.end, &catalogue) {
                missing.push(format!(
                    "{} ‸ {}",
                    &query[..token.start],
                    &query[token.start..]
                ));
            }
        }
    }
    println!("{} of {words} words are offered", words - missing.len());
    assert!(words > 150);
    assert!(missing.is_empty(), "of {words}:\n{}", missing.join("\n"));
}

/// The same for definitions, over the shipped ones; names they bring themselves are left out.
#[test]
fn every_word_of_a_definition_is_offered_before_it_is_typed() {
    let catalogue = catalogue();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("kpi-defs");
    let mut missing = Vec::new();
    let mut words = 0;
    for folder in ["kpis", "views", "dashboards", "policy"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
            .expect("a folder")
            .map(|file| file.expect("a file").path())
            .collect();
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(file).expect("a text");
            let tokens = scan(&text, Grids::Allowed);
            let mut before = "";
            for token in &tokens {
                let word = &text[token.start..token.end];
                let is_new = [
                    "kpi",
                    "view",
                    "dashboard",
                    "layer",
                    "sla",
                    "score",
                    "prefix",
                ]
                .contains(&before);
                if token.kind == TokenKind::Word && !is_new {
                    words += 1;
                    if !is_offered(&text, token.start, token.end, &catalogue) {
                        let line = text[..token.start].rfind('\n').map_or(0, |at| at + 1);
                        missing.push(format!("{} ‸ {word}", &text[line..token.start]));
                    }
                }
                before = word;
            }
        }
    }
    println!(
        "{} of {words} words of definitions are offered",
        words - missing.len()
    );
    assert!(words > 300);
    assert!(
        missing.is_empty(),
        "{} of {words}:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn half_a_word_offers_the_whole() {
    let catalogue = catalogue();
    for query in queries() {
        for token in scan(&query, Grids::Absent) {
            let word = &query[token.start..token.end];
            if token.kind != TokenKind::Word || word.len() < 4 {
                continue;
            }
            let position = token.start + 3;
            let completion = complete(&query, position, &catalogue);
            let candidates = completion.candidates.iter();
            let mut names = candidates.map(|own| own.replacement.as_str());
            assert_eq!(completion.start, token.start, "{query}: {word}");
            assert!(names.any(|name| name == word), "{query}: {word}");
        }
    }
}

#[test]
fn nothing_waits_for_values_that_are_not_counted() {
    let mut session = demo();
    session.answer("condition bad is severity >= high");
    let catalogue = session.catalogue();
    // Whether the count is done or not, this comes back at once and holds the fields.
    let found = complete("backlog where ", 14, &catalogue);
    assert!(listed(&found).contains(&"bad".to_string()));
    catalogue.wait();
    let found = complete("backlog where team = ", 21, &catalogue);
    assert_eq!(found.candidates[0].replacement, "logistics");
}

#[test]
fn what_a_query_reads_is_offered_after_it() {
    let mut session = demo();
    let offered = |session: &riskql::app::repl::Session| {
        let catalogue = session.catalogue();
        catalogue.wait();
        complete("list findings open where cwe = ", 31, &catalogue).candidates
    };
    assert_eq!(offered(&session), []);
    session.answer("count of findings open by cwe");
    assert!(offered(&session)[0].replacement.starts_with("\"CWE-"));
}
