//! What somebody new to it types, and what the session says to that.

use std::collections::BTreeSet;

use riskql::lang::project::ProjectOrigin;
use riskql::render::{self, RenderOptions};

use super::talk::{session, session_with, shown, told};

fn said(typed: &str) -> String {
    let reply = session().answer(typed);
    assert!(reply.fault.is_some(), "{typed} is a mistake");
    reply.told
}

#[test]
fn a_commands_name_without_its_backslash_is_recognized() {
    let cases = [
        ("tables", r"a backslash: \tables"),
        ("tables;", r"a backslash: \tables"),
        ("show mttr", r"a backslash: \show mttr"),
        ("describe findings", r"a backslash: \describe findings"),
        ("hlep", r"the command `\help`"),
    ];
    for (typed, advice) in cases {
        let said = said(typed);
        assert!(said.contains(advice), "{typed}\n{said}");
    }
}

#[test]
fn mistakes_in_queries_are_not_taken_for_commands() {
    for typed in ["explain mtr", "backlgo", "mttr by tables", "hlep by team"] {
        let said = said(typed);
        assert!(!said.contains(['\\']), "{typed}\n{said}");
    }
}

#[test]
fn a_period_that_cannot_be_read_says_how_to_write_one() {
    for typed in ["3 months", "mttr", "last months of"] {
        let said = said(&format!("\\period {typed}"));
        assert!(said.contains(r"\period last 6 months"), "{typed}\n{said}");
    }
}

#[test]
fn messages_break_between_words_where_the_terminal_ends() {
    let narrow = RenderOptions {
        width: Some(40),
        ..RenderOptions::PIPE
    };
    for typed in [
        "mttr of foo",
        r"\tabels",
        "backlog by sevrity",
        "x\n\n\nmttr of foo",
    ] {
        let whole = said(typed);
        let told = session_with(ProjectOrigin::Library, narrow)
            .answer(typed)
            .told;
        let long = told.lines().find(|line| render::width(line) > 40);
        assert_eq!(long, None, "{told}");
        // Advice beside the carets moves below them, behind its own sign.
        let words = |text: &str| -> BTreeSet<String> {
            let words = text.split_whitespace().filter(|word| *word != "=");
            words.map(str::to_string).collect()
        };
        assert_eq!(words(&told), words(&whole));
    }
}

#[test]
fn a_clause_behind_the_name_is_shown_in_its_place() {
    let mistaken = said("kpi hot \"Hot ones\" is count of findings open where severity = high");
    assert!(mistaken.contains("clauses stand below"), "{mistaken}");
    let (_, advice) = mistaken.split_once("indented:").expect("advice");
    let line = |start: &str| {
        let mut lines = advice.lines().map(str::trim);
        let found = lines.find(|line| line.starts_with(start));
        found
            .unwrap_or_else(|| panic!("no `{start}` in:\n{advice}"))
            .to_string()
    };
    let right = format!("{}\n  {}", line("kpi"), line("is"));
    assert_eq!(told(&mut session(), &right), "added kpi hot\n");
    let elsewhere = said("kpi hot\n  is cont of findings");
    assert!(!elsewhere.contains("clauses stand below"), "{elsewhere}");
}

#[test]
fn what_help_shows_first_can_be_typed_as_it_stands() {
    let help = shown(&mut session(), "help");
    let (examples, _) = help.split_once("Several lines").expect("examples");
    let lines: Vec<&str> = examples.lines().skip(1).collect();
    let column = lines[0].find("a KPI").expect("what the first example is");
    let typed: Vec<&str> = lines
        .iter()
        .map(|line| line[2..column].trim_end())
        .collect();
    assert!(typed.len() > 5 && typed.contains(&"kpi late"), "{typed:?}");
    let told = told(&mut session(), &typed.join("\n"));
    assert!(told.ends_with("added kpi late\n"), "{told}");
}
