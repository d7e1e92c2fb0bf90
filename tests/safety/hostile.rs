//! Files made to do harm, given to the command as tables, definitions and reports: an answer or a clear refusal with its
//! exit code, in bounded time and memory.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use tempfile::TempDir;

use super::DEFINITIONS;
use crate::data::formats::{arrow, parquet};
use crate::ingest::hostile::{archive, gzip};
use crate::ingest::workbook_file::{sheet, texts, workbook};

/// A debug build beside other tests: what is not bounded takes hours, and all memory there is.
const LONGEST: Duration = Duration::from_secs(120);
const MOST_MEMORY_MB: u64 = 1500;

/// What a command left.
pub(super) struct Ended {
    code: Option<i32>,
    stdout: String,
    pub stderr: String,
    peak_mb: u64,
}

fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_riskql"));
    command.args(arguments);
    run_to_its_end(folder, command)
}

/// Runs a command to its end, or to the end of the time it has.
pub(super) fn run_to_its_end(folder: &Path, mut command: Command) -> Ended {
    let mut child = command
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let collected = |pipe: &mut dyn Read| {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).expect("a pipe");
        String::from_utf8(text).expect("text")
    };
    let begun = Instant::now();
    let mut peak_mb = 0;
    std::thread::scope(|scope| {
        let out = scope.spawn(|| collected(stdout.as_mut().expect("a pipe")));
        let messages = scope.spawn(|| collected(stderr.as_mut().expect("a pipe")));
        let code = loop {
            peak_mb = peak(child.id()).unwrap_or_default().max(peak_mb);
            if let Some(status) = child.try_wait().expect("a child") {
                break status.code();
            }
            if begun.elapsed() > LONGEST || peak_mb > MOST_MEMORY_MB {
                child.kill().expect("a child");
                break None;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Ended {
            code,
            stdout: out.join().expect("a thread"),
            stderr: messages.join().expect("a thread"),
            peak_mb,
        }
    })
}

/// The most memory that a process had so far; only Linux tells.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace()
        .next()?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024)
}

/// Writes the definitions that commands are given by `--defs defs`.
pub(super) fn define(folder: &Path, text: &[u8]) {
    fs::create_dir(folder.join("defs")).expect("a folder");
    fs::write(folder.join("defs/all.kpi"), text).expect("a file");
}

/// What is wrong with how a command ended, if it should end with one of these codes.
pub(super) fn wrong(ended: &Ended, codes: &[i32]) -> Option<String> {
    let is_known = ended.code.is_some_and(|code| codes.contains(&code));
    let is_told = ended.code.is_some_and(|code| code < 2) || ended.stderr.contains("error[");
    let is_short = ended.stderr.len() < 10 << 20;
    let is_harmful = |letter: char| letter.is_control() && letter != '\n';
    let is_harmless = !ended.stderr.contains(is_harmful) && !ended.stdout.contains(is_harmful);
    let is_right =
        is_known && is_told && is_short && is_harmless && ended.peak_mb <= MOST_MEMORY_MB;
    (!is_right).then(|| {
        let messages: String = ended.stderr.chars().take(300).collect();
        format!("exit {:?}, {} MB: {messages:?}", ended.code, ended.peak_mb)
    })
}

const HEADER: &str = "finding_id,asset_id,severity,found_at,closed_at";

/// Two findings that were found in March 2026, the first with this cell as its id.
fn csv(id: &[u8]) -> Vec<u8> {
    let rest = b",shop,high,2026-03-01,\nf2,shop,low,2026-03-02,\n";
    [HEADER.as_bytes(), b"\n", id, rest].concat()
}

fn json(id: &[u8], is_array: bool) -> Vec<u8> {
    let (open, between, close): (&[u8], &[u8], &[u8]) = match is_array {
        true => (b"[", b",\n", b"]"),
        false => (b"", b"\n", b"\n"),
    };
    let first = b"{\"asset_id\": \"shop\", \"severity\": \"high\", \"found_at\": \"2026-03-01\", \"finding_id\": ";
    let second =
        br#"{"finding_id": "f2", "asset_id": "shop", "severity": "low", "found_at": "2026-03-02"}"#;
    [open, first, id, b"}", between, second, close].concat()
}

/// The findings as columns, and as many more as that.
fn frame(id: &str, more: usize) -> DataFrame {
    let of = |name: &str, values: [&str; 2]| Series::new(name.into(), values).into_column();
    let mut columns = vec![
        of("finding_id", [id, "f2"]),
        of("asset_id", ["shop", "shop"]),
        of("severity", ["high", "low"]),
        of("found_at", ["2026-03-01", "2026-03-02"]),
        of("closed_at", ["", ""]),
    ];
    columns.extend((0..more).map(|number| of(&format!("c{number}"), ["x", "y"])));
    DataFrame::new(2, columns).expect("a frame")
}

fn sheet_of(id: &str) -> Vec<u8> {
    let header: Vec<&str> = HEADER.split(',').collect();
    let rows = [
        texts(1, &header),
        texts(2, &[id, "shop", "high", "2026-03-01"]),
        texts(3, &["f2", "shop", "low", "2026-03-02"]),
    ];
    workbook(&[sheet("findings", rows.concat())])
}

/// Bytes with others in place of a text.
fn replaced(mut bytes: Vec<u8>, text: &[u8], by: u8) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len().saturating_sub(text.len()))
        .filter(|at| bytes[*at..].starts_with(text))
        .collect();
    for at in places {
        bytes[at..at + text.len()].fill(by);
    }
    bytes
}

fn wide(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Tables by the names of their files.
fn tables() -> Vec<(String, &'static str, Vec<u8>)> {
    let many = 100_000;
    let columns: Vec<String> = (0..many).map(|at| format!("c{at}")).collect();
    let columns = columns.join(",");
    let digits = "9".repeat(1_000_000);
    let long = "x".repeat(4 << 20);
    let mut found: Vec<(String, &'static str, Vec<u8>)> = Vec::new();
    let mut add = |what: &str, file, bytes| found.push((what.to_string(), file, bytes));
    for (what, cell) in [
        ("plain", "f1".as_bytes()),
        ("digits", digits.as_bytes()),
        ("long", long.as_bytes()),
        ("NUL", b"a\0b"),
        ("no UTF-8", b"\xff\xc3("),
        ("a surrogate", b"\xed\xa0\x80"),
        ("escapes", b"\x1b[2J\x1b]0;x\x07"),
        ("quotes", b"\"never"),
        ("brackets", "[{\"a\":".repeat(many).as_bytes()),
    ] {
        let bytes = csv(cell);
        add(&format!("{what}, packed"), "findings.csv.gz", gzip(&bytes));
        add(&format!("{what}, UTF-16"), "findings.csv", wide(&bytes));
        add(what, "findings.csv", bytes);
    }
    let header = |header: &str| [header.as_bytes(), b"\nf1,shop,high,2026-03-01,\n"].concat();
    add(
        "many columns",
        "findings.csv",
        header(&format!("{HEADER},{columns}")),
    );
    add("only columns", "findings.csv", columns.clone().into());
    add("no names", "findings.csv", header(",,,,"));
    add(
        "a name twice",
        "findings.csv",
        header(&HEADER.replace("closed_at", "found_at")),
    );
    add("zeros", "findings.csv.gz", gzip(&vec![0; 300 << 20]));
    for (what, value) in [
        ("plain", b"\"f1\"".as_slice()),
        ("nesting", "[".repeat(many).as_bytes()),
        ("objects", "{\"a\":".repeat(many).as_bytes()),
        ("digits", digits.as_bytes()),
        ("long", format!("\"{long}\"").as_bytes()),
        ("NUL", b"\"a\\u0000b\""),
        ("raw NUL", b"\"a\0b\""),
        ("no UTF-8", b"\"\xff\xc3(\""),
        ("a surrogate", b"\"\\ud800\""),
        ("a name twice", br#""f1", "finding_id": "f3", "": 1, "": 2"#),
        ("exponent", b"1e999999999"),
    ] {
        add(
            &format!("{what}, array"),
            "findings.json",
            json(value, true),
        );
        add(
            &format!("{what}, lines"),
            "findings.jsonl",
            json(value, false),
        );
    }
    let members: Vec<String> = (0..many).map(|at| format!("\"c{at}\": {at}")).collect();
    let members = format!("\"f1\", {}", members.join(", "));
    add(
        "many members",
        "findings.jsonl",
        json(members.as_bytes(), false),
    );
    for (what, id, more) in [
        ("plain", "f1", 0),
        ("NUL", "a\0b", 0),
        ("long", long.as_str(), 0),
        ("many columns", "f1", 2000),
    ] {
        add(what, "findings.parquet", parquet(&frame(id, more), None));
        add(what, "findings.arrow", arrow(&frame(id, more)));
    }
    let marked = frame("nonsense", 0);
    let text = b"nonsense";
    add(
        "no UTF-8",
        "findings.parquet",
        replaced(parquet(&marked, None), text, 0xff),
    );
    add(
        "no UTF-8",
        "findings.arrow",
        replaced(arrow(&marked), text, 0xff),
    );
    for (what, id) in [
        ("plain", "f1"),
        ("digits", digits.as_str()),
        ("entities", "&lol;&#0;"),
    ] {
        add(what, "findings.xlsx", sheet_of(id));
    }
    let zeros = ("xl/worksheets/sheet1.xml", vec![b' '; 300 << 20]);
    add(
        "zeros",
        "findings.xlsx",
        archive(&[("xl/workbook.xml", b"<workbook/>".to_vec()), zeros]),
    );
    found
}

#[test]
fn tables_that_do_harm_are_answered_or_refused() {
    let mut mistakes = Vec::new();
    for (what, name, bytes) in tables() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("tables")).expect("a folder");
        define(folder.path(), DEFINITIONS.as_bytes());
        fs::write(folder.path().join("tables").join(name), bytes).expect("a file");
        let query = "weaknesses in 2026-03 as of 2026-04-01";
        let arguments = [
            "run", query, "--defs", "defs", "--data", "tables", "--format", "csv",
        ];
        let ended = run(folder.path(), &arguments);
        if let Some(why) = wrong(&ended, &[0, 3]) {
            mistakes.push(format!("{name}, {what}: {why}"));
        }
        let has_both = ended
            .stdout
            .lines()
            .any(|line| line.split(',').any(|cell| cell == "2"));
        if ended.code == Some(0) && !has_both {
            mistakes.push(format!("{name}, {what}: {:?}", ended.stdout));
        }
        if what == "plain" && ended.code != Some(0) {
            mistakes.push(format!("{name} is refused: {}", ended.stderr));
        }
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn definitions_that_do_harm_are_refused() {
    let many = 100_000;
    let kpi = |formula: &str| {
        format!("{DEFINITIONS}\nkpi other \"Other\"\n  is  {formula}\n").into_bytes()
    };
    let program = |known: &str| {
        let rest =
            "tool \"s\"\n  kind sast\n  reads json\n  rows \"\"\".\"\"\"\n  identity title\n";
        format!("{DEFINITIONS}\nsource s \"S\"\n  known by \"\"\"{known}\"\"\"\n  {rest}")
            .into_bytes()
    };
    let contents: Vec<(&str, Vec<u8>)> = vec![
        (
            "parentheses",
            kpi(&("(".repeat(many) + "weaknesses" + &")".repeat(many))),
        ),
        ("negations", kpi(&("-".repeat(many) + "weaknesses"))),
        (
            "conditions",
            kpi(&format!(
                "count of findings found where {}severity is high",
                "not ".repeat(many)
            )),
        ),
        ("sums", kpi(&vec!["weaknesses"; many].join(" + "))),
        (
            "digits",
            kpi(&format!("weaknesses + {}", "9".repeat(1_000_000))),
        ),
        ("a long name", kpi(&"x".repeat(1 << 20))),
        (
            "an open text",
            format!("{DEFINITIONS}\nkpi other \"{}", "x".repeat(5 << 20)).into(),
        ),
        (
            "an open program",
            format!(
                "{DEFINITIONS}\nsource s \"S\"\n  rows \"\"\"{}",
                "[".repeat(many)
            )
            .into(),
        ),
        ("NUL", [DEFINITIONS.as_bytes(), &[0; 1000]].concat()),
        (
            "no UTF-8",
            [DEFINITIONS.as_bytes(), b"\n# \xff\xc3(\n"].concat(),
        ),
        ("UTF-16", wide(DEFINITIONS.as_bytes())),
        (
            "empty names",
            format!("{DEFINITIONS}\nkpi \"\"\nkpi \ntable \"\" \"\"\n").into(),
        ),
        (
            "names twice",
            format!("{DEFINITIONS}\n{DEFINITIONS}").into(),
        ),
        (
            "escapes",
            format!("{DEFINITIONS}\nkpi \u{1b}[2J \"\u{202e}\"\n").into(),
        ),
        (
            "lines",
            format!("{DEFINITIONS}\n{}", "kpi\n".repeat(20_000)).into(),
        ),
        (
            "a deep program",
            program(&("[".repeat(many) + "1" + &"]".repeat(many))),
        ),
        (
            "a program of many signs",
            program(&("-".repeat(1500) + &"1|".repeat(600) + "1")),
        ),
        (
            "a program of many definitions",
            program(&("def f: ".repeat(many) + "1" + &"; f".repeat(many))),
        ),
    ];
    let mut mistakes = Vec::new();
    for (what, bytes) in contents {
        let folder = tempfile::tempdir().expect("a folder");
        define(folder.path(), &bytes);
        for command in ["check", "fmt"] {
            let mut arguments = vec![command, "--defs", "defs"];
            if command == "fmt" {
                arguments = vec!["fmt", "--check", "defs/all.kpi"];
            }
            let ended = run(folder.path(), &arguments);
            if let Some(why) = wrong(&ended, &[0, 1, 2, 3]) {
                mistakes.push(format!("{command}, {what}: {why}"));
            }
            if command == "check" && ended.code == Some(0) && what != "sums" {
                mistakes.push(format!("{what} is right"));
            }
        }
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

/// One store takes them all: what is refused leaves nothing, what is read can be asked.
#[test]
fn reports_that_do_harm_leave_a_store_that_answers() {
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    let long = "x".repeat(50 << 20);
    let small = |title: &str| {
        format!(r#"{{"small": "shop", "at": "2026-03-01", "rows": [{title}, "second"]}}"#)
    };
    let reports: Vec<(&str, Vec<u8>, i32)> = vec![
        ("plain.json", small("\"first\"").into(), 0),
        ("long.json", small(&format!("\"{long}\"")).into(), 3),
        ("nested.json", small(&"[".repeat(100_000)).into(), 3),
        ("digits.json", small(&"9".repeat(1_000_000)).into(), 3),
        ("zeros.json.gz", gzip(&vec![b' '; 300 << 20]), 3),
        (
            "zeros.zip",
            archive(&[("a.json", vec![b' '; 300 << 20])]),
            3,
        ),
        ("line.csv", format!("a,b\n{long}").into(), 3),
        ("line.xml", format!("<a>{long}</a>").into(), 3),
        ("nul.json", small(r#""a\u0000b""#).into(), 0),
        ("surrogate.json", small(r#""\ud800""#).into(), 3),
    ];
    define(folder.path(), DEFINITIONS.as_bytes());
    let mut mistakes = Vec::new();
    for (name, bytes, code) in reports {
        fs::write(folder.path().join(name), bytes).expect("a file");
        let ended = run(
            folder.path(),
            &["ingest", name, "--defs", "defs", "--store", "store"],
        );
        mistakes.extend(wrong(&ended, &[code]).map(|why| format!("{name}: {why}")));
        let query = "weaknesses in 2026-03 as of 2026-04-01";
        let arguments = [
            "run", query, "--defs", "defs", "--data", "store", "--format", "csv",
        ];
        let asked = run(folder.path(), &arguments);
        mistakes.extend(wrong(&asked, &[0]).map(|why| format!("asked after {name}: {why}")));
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}
