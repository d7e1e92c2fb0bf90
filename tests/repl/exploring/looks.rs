//! What is shown fits the terminal, harms none, and is JSON where asked for.

use serde_json::Value as Json;
use unicode_width::UnicodeWidthStr;

use super::*;

/// All that can be looked at, for tests of every command.
const COMMANDS: &[&str] = &[
    "\\help",
    "\\help values",
    "\\data",
    "\\tables",
    "\\describe findings",
    "\\describe assets",
    "\\describe severity",
    "\\describe cvss",
    "\\describe found_at",
    "\\describe findings.team",
    "\\values findings.team",
    "\\values severity",
    "\\kpis",
    "\\kpis nothing of this name at all",
    "\\show",
    "\\show backlog",
    "\\show findings",
    "\\show median",
];

#[test]
fn everything_fits_forty_columns_and_a_pipe_cuts_nothing() {
    let folder = fixture();
    let long = "a team with a name that is longer than any terminal in this test is wide";
    write(
        folder.path(),
        "data/assets.csv",
        &format!("asset_id,team\nA,{long}\nB,{long}er\n"),
    );
    for (unicode, color) in [(true, false), (false, true)] {
        let (mut session, told) = open_with(Options {
            look: RenderOptions {
                width: Some(40),
                color,
                unicode,
                rows: None,
                in_session: true,
                ..RenderOptions::PIPE
            },
            ..options(folder.path())
        });
        fits(&told);
        for command in COMMANDS {
            fits(&shown(&mut session, command));
        }
    }
    let mut session = open(folder.path());
    for command in COMMANDS {
        let text = shown(&mut session, command);
        assert!(
            !text
                .lines()
                .any(|line| line.trim() != "…" && line.ends_with('…')),
            "{text}"
        );
    }
    for command in ["\\describe findings", "\\values team", "\\describe team"] {
        assert!(shown(&mut session, command).contains(long), "{command}");
    }
}

fn fits(text: &str) {
    for line in text.lines() {
        let mut plain = String::new();
        let mut rest = line;
        while let Some(start) = rest.find('\x1b') {
            plain += &rest[..start];
            let end = rest[start..].find('m').expect("an escape ends") + start;
            rest = &rest[end + 1..];
        }
        plain += rest;
        assert!(
            plain.width() <= 40,
            "{} columns: {plain}\nin\n{text}",
            plain.width()
        );
    }
}

#[test]
fn ascii_terminals_get_ascii() {
    let folder = fixture();
    let (mut session, _) = open_with(Options {
        look: RenderOptions {
            width: Some(100),
            color: false,
            unicode: false,
            rows: None,
            in_session: true,
            ..RenderOptions::PIPE
        },
        ..options(folder.path())
    });
    for command in [
        "\\describe findings",
        "\\values severity",
        "\\describe cvss",
    ] {
        let text = shown(&mut session, command);
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains('#') || text.contains('='), "{text}");
    }
}

#[test]
fn json_has_the_same_numbers_under_stable_keys() {
    let folder = fixture();
    let mut session = open(folder.path());
    shown(&mut session, "\\format json");
    let mut json =
        |typed: &str| -> Json { serde_json::from_str(&shown(&mut session, typed)).expect("JSON") };
    let tables = json("\\tables");
    assert_eq!(tables["tables"][1]["table"], "findings");
    assert_eq!(tables["tables"][1]["rows"], 10);
    assert_eq!(tables["tables"][1]["newest"], "2026-03-01");
    let field = json("\\describe cvss");
    let facts = ["rows", "missing", "distinct"].map(|key| field[key].as_u64());
    assert_eq!(facts, [Some(10), Some(2), Some(6)]);
    let facts = ["lowest", "highest", "mean", "median"].map(|key| field[key].as_f64());
    assert_eq!(facts, [Some(0.0), Some(10.0), Some(3.5), Some(3.5)]);
    let table = json("\\describe findings");
    let severity = &table["fields"].as_array().expect("a list").iter();
    let mut severity = severity
        .clone()
        .filter(|field| field["field"] == "findings.severity");
    assert_eq!(severity.next().expect("it is there")["highest"], "high");
    assert_eq!(table["events"][1]["rows"], 2);
    assert_eq!(table["states"][0]["left"], 2);
    let values = json("\\values severity");
    assert_eq!(
        values["values"][2],
        serde_json::json!({"value": "high", "rows": 4})
    );
    let kpis = json("\\kpis late");
    assert_eq!(kpis["kpis"][0]["can_be_answered"], true);
}

#[test]
fn hostile_texts_reach_no_terminal() {
    let folder = fixture();
    let hostile = "asset_id,team\nA,\"\x1b[2J\x1b]0;owned\x07evil\"\nB,\u{202e}txt\n";
    write(folder.path(), "data/assets.csv", hostile);
    let title = "kpi odd \"\u{202e}odd\x1b[31m\"\n  is count of findings open\n";
    write(folder.path(), "defs/odd.kpi", title);
    let mut session = open(folder.path());
    let extra = ["\\values findings.team evil", "\\show odd", "\\kpis odd"];
    for command in COMMANDS.iter().chain(&extra) {
        let reply = session.answer(command);
        let text = String::from_utf8(reply.shown).expect("UTF-8") + &reply.told;
        let is_harmful =
            |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!text.contains(is_harmful), "{command}: {text:?}");
    }
}
