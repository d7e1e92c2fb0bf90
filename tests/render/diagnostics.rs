//! Messages as a user sees them, and as a program reads them.

use insta::assert_snapshot;
use riskql::base::diagnostic::Diagnostic;
use riskql::base::source::{SourceId, Sources, Span};
use riskql::render::{RenderOptions, diagnostics, diagnostics_json};

use super::plain;

const MTTR: &str = "kpi mttr \"MTTR\"\n  value mean(fixed_at - found_at)\n  of findings fixed\n  as days\n\n\n  target below 30 days for severity = hgih\n";

fn place(sources: &Sources, id: SourceId, word: &str) -> Span {
    let start = sources.get(id).text.find(word).unwrap() as u32;
    Span {
        source: id,
        start,
        end: start + word.len() as u32,
    }
}

fn samples() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("kpis/mttr.kpi", MTTR);
    let query = sources.add(
        "<query>",
        "mttr where severity = critical and team = web or app = shop",
    );
    let list = vec![
        Diagnostic::error("K204", place(&sources, file, "hgih"), "`hgih` is not a severity")
            .label("did you mean `high`?")
            .help("severity is info < low < medium < high < critical (model/schema.kpi:8)"),
        Diagnostic::error("K118", place(&sources, query, "or"), "mix of `and` and `or` needs parentheses")
            .help("write `(severity = critical and team = web) or app = shop`\nor    `severity = critical and (team = web or app = shop)`"),
        Diagnostic::warning("K510", place(&sources, file, "mttr"), "`mttr` has no owner")
            .help("first advice")
            .help("second advice"),
        Diagnostic::data("D204", "findings.csv, row 12: `hgih` is not a severity")
            .label("did you mean `high`?")
            .help("add `map \"hgih\" to high` to the scale"),
    ];
    (sources, list)
}

#[test]
fn messages_show_place_label_and_help() {
    let (sources, list) = samples();
    assert_snapshot!("messages", diagnostics(&sources, &list, &plain(100)));
    assert_snapshot!(
        "messages_color",
        diagnostics(
            &sources,
            &list,
            &RenderOptions {
                color: true,
                ..plain(100)
            }
        )
        .replace('\x1b', "ESC")
    );
}

#[test]
fn messages_as_json() {
    let (sources, list) = samples();
    assert_snapshot!("messages_json", diagnostics_json(&sources, &list));
    assert_eq!(diagnostics_json(&sources, &[]), "[]\n");
}

#[test]
fn no_problems_no_text() {
    assert_eq!(
        diagnostics(&Sources::default(), &[], &RenderOptions::PIPE),
        ""
    );
}

#[test]
fn hostile_and_endless_lines_are_safe() {
    let mut sources = Sources::default();
    let long = format!("{}hgih{}", "x ".repeat(5000), " y".repeat(5000));
    let endless = sources.add("<query>", &long);
    let hostile = sources.add(
        "a\x1b[2Jb.kpi",
        "\tmttr \x1b[31m\u{9b}31m\u{202e} hgih\r\nnext",
    );
    let empty = sources.add("empty.kpi", "");
    let end = Span {
        source: empty,
        start: 0,
        end: 0,
    };
    let across = Span {
        end: sources.get(hostile).text.len() as u32,
        ..place(&sources, hostile, "hgih")
    };
    let list = vec![
        Diagnostic::error("K204", place(&sources, endless, "hgih"), "in the middle").label("here"),
        Diagnostic::error(
            "K204",
            place(&sources, hostile, "hgih"),
            "escape \x1b[31m and\nnewline",
        )
        .label("l\x1b[0mabel")
        .help("help\x1b[0m"),
        Diagnostic::error("K204", across, "over two lines"),
        Diagnostic::error("K001", end, "nothing here"),
    ];
    for width in [20, 40, 60, 100] {
        let text = diagnostics(&sources, &list, &plain(width));
        assert!(!text.contains('\x1b') && !text.contains('\u{9b}') && !text.contains('\u{202e}'));
    }
    let text = diagnostics(&sources, &list, &RenderOptions::PIPE);
    assert!(text.lines().all(|line| line.chars().count() <= 160));
    assert_snapshot!("messages_hostile", text);
}
