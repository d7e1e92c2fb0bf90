//! Programs of sources made to do harm, and reports that have good ones do it: each ends with a message, in bounded memory.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::DEFINITIONS;
use super::hostile::{Ended, define, run_to_its_end, wrong};

/// Address space of the command, in kilobytes.
const MOST_KILOBYTES: u64 = 2 << 20;

/// Texts, lists and numbers that grow, each in another way.
const GROWING: &[&str] = &[
    r#"reduce range(60) as $i ("aaaa"; . + .)"#,
    r#"reduce range(60) as $i ("aaaa"; "\(.)\(.)")"#,
    r#""aaaa" * 1000000 * 1000000"#,
    r#"1000000000000000000000 * "a""#,
    r#"reduce range(60) as $i ([1]; . + .)"#,
    r#"[range(1000000)] | [.[] as $a | .[] as $b | $a]"#,
    r#"[range(1000)] | [combinations(5)]"#,
    r#"reduce range(60) as $i ("\""; tojson)"#,
    r#"reduce range(200) as $i ("aaaa"; @base64)"#,
    r#""%" * 50000000 | @uri"#,
    r#""<" * 50000000 | @html"#,
    r#"reduce range(60) as $i ("'"; @sh)"#,
    r#"reduce range(60) as $i ([97]; . + . | implode | explode)"#,
    r#""a" * 1000000 | gsub("a"; "b" * 100000)"#,
    r#""a" * 50000000 | [match(""; "g")]"#,
    r#""a" * 100000000 | split("")"#,
    r#""a," * 10000000 | split(",") | map(. + "x")"#,
    r#"[range(100000)] | join("x" * 100000)"#,
    r#"[limit(900000; repeat("a" * 1000 | . + "b"))]"#,
    r#"reduce range(900000) as $i ({}; .["k\($i)"] = ("a" * 1000 | . + "b"))"#,
    r#"reduce range(900000) as $i ({}; . + {("k\($i)"): [range(100)]})"#,
    r#"[range(100000)] | [.[] as $i | .[$i] = "x"]"#,
    r#"[range(100000)] | [.[] as $i | .[1:]]"#,
    r#"reduce range(60) as $i (1000000007; . * .)"#,
    r#"error("a" * 1000000 * 1000000)"#,
    // What was too much stays too much.
    r#"try (reduce range(60) as $i ("aaaa"; . + .)) catch "caught""#,
    r#"[range(1000)] | map(try ("aaaa" * 1000000 * 1000000) catch "caught") | length"#,
];

/// Little is held, and much would have to be gone through.
const FOLDED: &[&str] = &[
    "tojson",
    "tostring",
    "length as $n | .",
    "[..] | length",
    "[paths] | length",
    ". == (reduce range(60) as $i ([1]; [., .]))",
    "[., .] | sort",
    "[1, 2] as $two | . as $x | $two | sort_by($x)",
    "[1, 2] as $two | . as $x | $two | group_by($x)",
    "[., .] | unique",
    "[., .] | max",
    ". as $x | [.] | index([$x])",
    ". as $x | contains($x)",
    ". as $x | [.] - [$x]",
    "flatten",
    "walk(.)",
    "text",
    "cwes",
    "{(tojson): 1}",
    "error(.)",
];

/// Values within values.
const NESTED: &[&str] = &[
    "reduce range(1000000) as $i ([]; [.])",
    "reduce range(1000000) as $i ({}; {a: .})",
    "reduce range(1000000) as $i ([]; [[.], .[0]])",
    "reduce range(1000000) as $i ([1]; .[0] = .)",
    "reduce range(1000000) as $i ([1]; map([.]))",
    r#""[" * 1000000 | fromjson"#,
    r#""[" * 900 + "]" * 900 | fromjson"#,
    "null | path(last(recurse(.a)))",
    "null | path(last(limit(900000; recurse(.a))))",
    "def f: ., (.a | f); null | path(last(limit(900000; f)))",
    "def f(g): f(g | g); f(.)",
    "def f(g): f(g + 1); f(1)",
    "def f(g): def h: f(g, g); h; f(1)",
    "def f: def h(g): h(g | g); h(.); f",
    "def f: try f catch f; f",
    "[limit(900000; repeat(1))] | reduce .[] as $x ([]; [., $x])",
];

/// Much work of few words.
const LONG: &[&str] = &[
    "first(range(1000000) | range(1000000) | range(1000000) | if . < 0 then . else empty end)",
    "[range(100000)] | first(.[] as $a | .[] as $b | .[] as $c | if $c < 0 then . else empty end)",
    "[limit(1000000000000; repeat(1))]",
];

/// A command in which nothing takes more memory than there is for all.
fn ingest(folder: &Path, report: &str) -> Ended {
    let mut command = Command::new("sh");
    let limited = format!(
        "ulimit -v {MOST_KILOBYTES}; exec \"$0\" ingest {report} --defs defs --store store"
    );
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_riskql")]);
    run_to_its_end(folder, command)
}

/// What is wrong with how a program of the source `small` ended, whose clause has this in place of what it had.
fn harm(clause: &str, program: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(DEFINITIONS.contains(clause));
    define(
        folder.path(),
        DEFINITIONS.replace(clause, program).as_bytes(),
    );
    let report = r#"{"small": "shop", "at": "2026-03-01", "rows": ["first", "second"]}"#;
    fs::write(folder.path().join("report.json"), report).expect("a file");
    let ended = ingest(folder.path(), "report.json");
    let is_told = ended.stderr.contains("error[D404]")
        && ended.stderr.contains("by source small")
        && ended.stderr.contains("defs/all.kpi:2");
    let why = wrong(&ended, &[3]).or_else(|| (!is_told).then(|| ended.stderr.clone()));
    why.map(|why| format!("{program}: {why}"))
}

fn rows(program: &str) -> Option<String> {
    harm("title: .,", &format!("title: (({program}) | tostring),"))
}

#[test]
fn programs_that_make_values_without_end_fail() {
    let mistakes: Vec<String> = GROWING.iter().filter_map(|program| rows(program)).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn programs_that_go_through_shared_values_without_end_fail() {
    let shared = |program: &&str| {
        harm(
            "title: .,",
            &format!("title: (reduce range(60) as $i ([1]; [., .]) | {program}),"),
        )
    };
    let mistakes: Vec<String> = FOLDED.iter().filter_map(shared).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn programs_that_nest_values_without_end_fail() {
    let mistakes: Vec<String> = NESTED.iter().filter_map(|program| rows(program)).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn programs_that_work_without_end_fail() {
    let mistakes: Vec<String> = LONG.iter().filter_map(|program| rows(program)).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn every_program_of_a_source_is_bounded() {
    let growing = GROWING[0];
    let known_by = format!("has(\"small\") and (({growing}) == 1)");
    let scan = format!("{{ target: ({growing}), finished_at: .at }}");
    let mistakes = [
        harm("has(\"small\")", &known_by),
        harm("{ target: .small, finished_at: .at }", &scan),
        // Values that a program gives and does not look at.
        harm(
            "title: .,",
            "title: (reduce range(60) as $i ([\"a\"]; [., .])),",
        ),
    ];
    let mistakes: Vec<String> = mistakes.into_iter().flatten().collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

/// Programs of the library do what reports say: messages of SARIF have places for arguments. What makes them grow is left out
/// and told, as what they cannot read is.
#[test]
fn what_makes_good_programs_grow_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "T"}}}}, "results": [{{"ruleId": "r",
            "message": {{"text": "{}", "arguments": ["{}"]}}}}]}}]}}"#,
        "{0}".repeat(1_000_000),
        "x".repeat(1_000_000)
    );
    fs::write(folder.path().join("report.sarif"), report).expect("a file");
    let mut command = Command::new("sh");
    let arguments = "ingest report.sarif --asset shop --at 2026-03-01 --store store";
    let limited = format!("ulimit -v {MOST_KILOBYTES}; exec \"$0\" {arguments}");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_riskql")]);
    let ended = run_to_its_end(folder.path(), command);
    assert_eq!(wrong(&ended, &[0]), None);
    let told = "runs[].results[].message.text is a text, and was left out";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("nothing that is absent is closed"),
        "{}",
        ended.stderr
    );
}
