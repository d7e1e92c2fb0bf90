//! Colours while typing.

use proptest::prelude::*;
use riskql::app::repl::{TokenClass, highlight};

/// A text and its pieces that are not plain: a letter for the paint, then the words.
const CASES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("mttr", &[]),
    ("mttr by team", &["k by"]),
    ("mttr over month", &["k over", "k month"]),
    ("mttr last 12 months", &["k last", "n 12", "n months"]),
    ("mttr last quarter", &["k last", "k quarter"]),
    ("mttr past 90 days", &["k past", "n 90", "n days"]),
    ("mttr this year", &["k this", "k year"]),
    ("mttr in 2026-03", &["k in", "n 2026-03"]),
    (
        "mttr as of 2026-03-31T10:00:00Z",
        &["k as", "k of", "n 2026-03-31T10:00:00Z"],
    ),
    (
        "mttr as known on 2026",
        &["k as", "k known", "k on", "n 2026"],
    ),
    (
        "mttr versus target, previous month",
        &["k versus", "k target", "k previous", "k month"],
    ),
    ("mttr with total", &["k with", "k total"]),
    ("mttr where team = \"web\"", &["k where", "t \"web\""]),
    ("mttr where severity >= high", &["k where"]),
    ("mttr where a is missing", &["k where", "k is", "k missing"]),
    (
        "mttr where verified within 14 days",
        &["k where", "k within", "n 14", "n days"],
    ),
    (
        "mttr sort by mttr descending",
        &["k sort", "k by", "k descending"],
    ),
    ("mttr by descending", &["k by"]),
    ("backlog at peak", &["k at", "k peak"]),
    ("count of findings open", &["k count", "k of"]),
    ("p95 cvss of findings found", &["k p95", "k of"]),
    (
        "mean time from found to fixed of findings fixed",
        &["k mean", "k time", "k from", "k to", "k of"],
    ),
    (
        "count of findings open including excluded",
        &["k count", "k of", "k including", "k excluded"],
    ),
    ("list findings open", &["k list"]),
    ("explain list findings", &["k explain", "k list"]),
    // words that are names in these places
    ("list", &[]),
    ("target by total", &["k by"]),
    ("test by month", &["k by"]),
    ("score, count", &[]),
    ("`by` by team", &["k by"]),
    // what is open
    ("mttr where team = \"we", &["k where", "u \"we"]),
    ("mttr where (a = b", &["k where", "u ("]),
    ("mttr where a = b)", &["k where", "u )"]),
    ("((mttr)", &["u ("]),
    ("(mttr)", &[]),
    ("mttr by `te", &["k by", "u `te"]),
    ("mttr where team = 'web'", &["k where", "t 'web'"]),
    ("mttr where team = 'web", &["k where", "u '"]),
    // comments, commands
    ("mttr # by (team", &["c # by (team"]),
    ("# all of it \"", &["c # all of it \""]),
    ("\\as-of 2026-03", &["! \\as-of", "n 2026-03"]),
    ("\\help", &["! \\help"]),
    ("mttr\n\\help by", &["! \\help", "k by"]),
    // definitions
    ("kpi mttr \"Mean\"", &["k kpi", "t \"Mean\""]),
    (
        "kpi a\n  is count of findings open\n  as days\n  lower is better",
        &[
            "k kpi", "k is", "k count", "k of", "k as", "k lower", "k is", "k better",
        ],
    ),
    (
        "kpi a\n  target below 30 days",
        &["k kpi", "k target", "k below", "n 30", "n days"],
    ),
    (
        "condition bad is severity >= high",
        &["k condition", "k is"],
    ),
    (
        "test \"t\"\n  given findings\n    | a |\n    | b",
        &["k test", "t \"t\"", "k given", "u | b"],
    ),
    (
        "table t\n  key id\n  field state text",
        &["k table", "k key", "k field"],
    ),
];

fn letter(paint: TokenClass) -> char {
    match paint {
        TokenClass::Plain => ' ',
        TokenClass::Keyword => 'k',
        TokenClass::Number => 'n',
        TokenClass::Text => 't',
        TokenClass::Comment => 'c',
        TokenClass::Command => '!',
        TokenClass::Unclosed => 'u',
    }
}

fn painted(text: &str) -> Vec<String> {
    highlight(text)
        .into_iter()
        .filter(|piece| piece.paint != TokenClass::Plain)
        .map(|piece| format!("{} {}", letter(piece.paint), &text[piece.range]))
        .collect()
}

#[test]
fn words_have_the_colour_of_what_they_are() {
    for (text, expected) in CASES {
        assert_eq!(painted(text), *expected, "{text}");
    }
}

fn tile(text: &str) -> bool {
    let mut end = 0;
    for piece in highlight(text) {
        if piece.range.start != end
            || piece.range.is_empty()
            || text.get(piece.range.clone()).is_none()
        {
            return false;
        }
        end = piece.range.end;
    }
    end == text.len()
}

#[test]
fn pieces_of_the_cases_tile_their_text() {
    for (text, _) in CASES {
        assert!(tile(text), "{text}");
    }
}

proptest! {
    #[test]
    fn pieces_tile_any_text(text in "\\PC{0,60}") {
        prop_assert!(tile(&text), "{text}");
    }

    #[test]
    fn pieces_tile_texts_of_the_language(
        text in "(\u{feff}|kpi a|mttr|by|\"|'|`|\\(|\\)|\\||#|\n|\r\n| |12|2026-03|ä|😀|\\\\|\\\\help|,|last){0,12}",
    ) {
        prop_assert!(tile(&text), "{text}");
    }
}
