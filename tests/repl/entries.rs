//! Where an entry ends, and what it is.

use proptest::prelude::*;
use riskql::app::repl::input::{Entry, entries, is_unfinished, refinement};

/// An entry in one line: `?` query, `!` command, `:` definitions; line breaks as `/`.
fn shown(text: &str) -> Vec<String> {
    let show = |entry: Entry| match entry {
        Entry::Query(text) => format!("? {}", text.replace('\n', "/")),
        Entry::Definitions(text) => format!(": {}", text.replace('\n', "/")),
        Entry::Command { name, arguments } => format!("! {name}|{arguments}"),
    };
    entries(text).into_iter().map(show).collect()
}

const CASES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("\n \n\t\n", &[]),
    ("mttr", &["? mttr"]),
    ("mttr\nbacklog", &["? mttr", "? backlog"]),
    ("mttr\r\nbacklog\r\n", &["? mttr", "? backlog"]),
    (
        "mttr\n  by team\nbacklog",
        &["? mttr/  by team", "? backlog"],
    ),
    ("mttr\nby team", &["? mttr", "? by team"]),
    ("mttr by\nteam", &["? mttr by/team"]),
    ("mttr,\nbacklog\nby team", &["? mttr,/backlog", "? by team"]),
    (
        "mttr where (severity = high\nor team = web)\nbacklog",
        &["? mttr where (severity = high/or team = web)", "? backlog"],
    ),
    ("mttr by\n\nteam", &["? mttr by", "? team"]),
    ("  mttr by team", &["? mttr by team"]),
    ("mttr # why\nbacklog", &["? mttr # why", "? backlog"]),
    ("# only a comment", &[]),
    ("# about it\nmttr", &["? # about it/mttr"]),
    ("# about it\n\nmttr", &["? mttr"]),
    ("and where team = web", &["? and where team = web"]),
    ("_ by app", &["? _ by app"]),
    ("\\help", &["! help|"]),
    ("\\format  json ", &["! format|json"]),
    ("  \\help", &["! help|"]),
    ("\\help\nmttr", &["! help|", "? mttr"]),
    ("\\help\n  mttr", &["! help|", "? mttr"]),
    ("mttr where\n\\help", &["? mttr where", "! help|"]),
    ("# note\n\\help", &["! help|"]),
    (
        "kpi a \"A\"\n  is mttr\n\nmttr",
        &[": kpi a \"A\"/  is mttr", "? mttr"],
    ),
    (
        "kpi a \"A\"\n  is mttr\nmttr by team",
        &[": kpi a \"A\"/  is mttr", "? mttr by team"],
    ),
    (
        "kpi a\n  is b\nkpi b\n  is mttr",
        &[": kpi a/  is b/kpi b/  is mttr"],
    ),
    (
        "kpi a\n  is b\n# of b\nkpi b\n  is mttr",
        &[": kpi a/  is b/# of b/kpi b/  is mttr"],
    ),
    ("kpi a\n  is b\n\\save a", &[": kpi a/  is b", "! save|a"]),
    (
        "    kpi a \"A\"\n      is mttr",
        &[": kpi a \"A\"/  is mttr"],
    ),
    ("kpi a\r\n  is mttr\r\n", &[": kpi a/  is mttr"]),
    (
        "condition bad is severity >= high\nbacklog where bad",
        &[": condition bad is severity >= high", "? backlog where bad"],
    ),
    ("kpi a\nis mttr", &[": kpi a/is mttr"]),
    (
        "calendar\n  timezone \"UTC\"",
        &[": calendar/  timezone \"UTC\""],
    ),
    // names that begin definitions elsewhere
    ("test by team", &["? test by team"]),
    ("score", &["? score"]),
    ("score where team = web", &["? score where team = web"]),
    ("test where\nteam = web", &["? test where/team = web"]),
    ("view, table", &["? view, table"]),
    (
        "kpi a\n  is test\ntest by team",
        &[": kpi a/  is test", "? test by team"],
    ),
    (
        "test \"t\"\n  given findings\n    | a |\n    | 1 |",
        &[": test \"t\"/  given findings/    | a |/    | 1 |"],
    ),
    ("\u{feff}mttr", &["? mttr"]),
];

#[test]
fn texts_are_cut_into_entries() {
    for (text, expected) in CASES {
        assert_eq!(shown(text), *expected, "{text}");
    }
}

#[test]
fn what_is_whole_runs_at_once() {
    let whole = [
        "mttr",
        "mttr by team",
        "by team",
        "and by team",
        "_",
        "_ by app",
        "\\help",
        "\\save a",
        "mttr nonsense nonsense",
        "mttr by # team\n",
        "kpi a\n  is mttr\n",
        "kpi a\n\n",
        "condition bad is severity >= high",
        "# a comment",
        "",
        "  ",
        "test by team",
        "score",
        "mttr where team = \"open",
        "mttr where a = b)",
        "kpi a\n  is mttr\n\nmttr by team",
        "mttr by\r\nteam",
    ];
    for text in whole {
        assert!(!is_unfinished(text), "{text:?}");
    }
}

#[test]
fn what_is_not_whole_goes_on() {
    let open = [
        "mttr by",
        "mttr,",
        "mttr by team,",
        "mttr +",
        "mttr /",
        "mttr where",
        "mttr where severity =",
        "mttr where severity in (high,",
        "mttr where (severity = high",
        "mttr where severity = high and",
        "mttr where not",
        "mttr last",
        "mttr last 12",
        "mttr versus",
        "mttr sort",
        "mttr sort by",
        "mttr as",
        "mttr as of",
        "mttr top",
        "count of",
        "mean time from found to",
        "list findings show",
        "and where",
        "_ by",
        "(",
        "kpi a",
        "kpi a \"A\"",
        "kpi a\n  is mttr",
        "view v\n  show mttr",
        "condition bad is",
        "condition bad is severity =",
        "calendar",
        "test \"t\"",
        "test where",
        "mttr by # why",
        "# about it\nkpi a",
        "mttr\nbacklog by",
        "kpi a\r\n  is mttr",
    ];
    for text in open {
        assert!(is_unfinished(text), "{text:?}");
        assert!(
            !is_unfinished(&format!("{text}\n")),
            "a blank line runs {text:?}"
        );
        assert!(
            !is_unfinished(&format!("{text}\r\n  ")),
            "a blank line runs {text:?}"
        );
    }
}

#[test]
fn a_refinement_is_told_by_its_first_word() {
    assert_eq!(refinement("and where a = b"), Some((true, "where a = b")));
    assert_eq!(refinement("_ by app"), Some((false, "by app")));
    assert_eq!(refinement("_ and by app"), Some((true, "by app")));
    assert_eq!(refinement(" _ "), Some((false, "")));
    assert_eq!(refinement("andes by app"), None);
    assert_eq!(refinement("_x"), None);
    assert_eq!(refinement("by app"), None);
}

proptest! {
    /// Nothing that was typed is lost: every line of code is in some entry, in order.
    #[test]
    fn every_line_of_code_is_in_an_entry(
        lines in prop::collection::vec("(mttr|  by team|kpi a|  is mttr|mttr by|# c|\\\\help|test by x|by|,|\\(|ä)", 0..8),
    ) {
        let text = lines.join("\n");
        let all: String = shown(&text).concat();
        let mut rest = all.as_str();
        let code = |line: &&String| !line.starts_with(['#', '\\']) && !line.trim().is_empty();
        for line in lines.iter().filter(code) {
            let at = rest.find(line.trim());
            prop_assert!(at.is_some(), "{line} of {text} in {all}");
            rest = &rest[at.unwrap_or(0) + line.trim().len()..];
        }
        is_unfinished(&text);
    }
}
