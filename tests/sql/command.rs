//! `riskql compile` as it is typed.

use std::path::Path;
use std::process::{Command, Output};

fn riskql(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn shown(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn a_statement_names_the_query_the_instant_and_the_definition() {
    let output = riskql(&[
        "compile",
        "mttr by team",
        "--dialect",
        "duckdb",
        "--as-of",
        "2026-03-31",
    ]);
    assert!(output.status.success(), "{}", told(&output));
    let text = shown(&output);
    for words in [
        "-- mttr by team\n",
        "-- as of 2026-03-31, time zone UTC\n",
        "-- mttr (kpi-defs/kpis/mttr.kpi:1): mean time from found to verified of findings verified\n",
        "FROM findings\n",
        "groups.team",
    ] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn without_data_it_needs_an_instant() {
    let output = riskql(&["compile", "mttr", "--dialect", "duckdb"]);
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    assert!(told.contains("K919"), "{told}");
    assert!(
        told.contains("riskql compile \"mttr\" --dialect duckdb --as-of 2026-03-31"),
        "{told}"
    );
    let output = riskql(&["compile", "mttr as of 2026-03-31", "--dialect", "duckdb"]);
    assert!(output.status.success());
}

#[test]
fn no_other_dialect_is_known() {
    let output = riskql(&[
        "compile",
        "mttr",
        "--dialect",
        "oracle",
        "--as-of",
        "2026-03-31",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    assert!(told.contains("oracle") && told.contains("duckdb"), "{told}");
}

/// Each dialect names the query, its KPI and the tables; names the definitions in comments.
#[test]
fn every_dialect_writes_one_statement() {
    for dialect in ["duckdb", "postgres", "clickhouse", "spark"] {
        let output = riskql(&[
            "compile",
            "mttr by team",
            "--dialect",
            dialect,
            "--as-of",
            "2026-03-31",
        ]);
        assert!(output.status.success(), "{}", told(&output));
        let text = shown(&output);
        assert!(text.starts_with("-- mttr by team\n"), "{text}");
        assert!(
            text.contains("-- mttr (kpi-defs/kpis/mttr.kpi:1): "),
            "{text}"
        );
        assert!(text.contains("FROM findings\n"), "{text}");
        assert!(text.ends_with(";\n"), "{text}");
    }
}

/// What is told to type instead is accepted.
#[test]
fn files_are_for_duckdb() {
    let output = riskql(&[
        "compile",
        "mttr",
        "--dialect",
        "spark",
        "--data",
        "examples/demo",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    assert!(told.contains("K918"), "{told}");
    assert!(
        told.contains("riskql compile \"mttr\" --dialect spark --as-of 2026-03-31"),
        "{told}"
    );
    assert!(told.contains("`--dialect duckdb`"), "{told}");
}

/// Intervals and verdicts follow from distributions that SQL has no functions for.
#[test]
fn nothing_is_approximated() {
    for dialect in ["duckdb", "postgres", "clickhouse", "spark"] {
        for clause in ["with interval", "with verdict"] {
            let query = format!("escape_rate over month last 12 months {clause}");
            let arguments = [
                "compile",
                &query,
                "--dialect",
                dialect,
                "--as-of",
                "2026-03-31",
            ];
            let output = riskql(&arguments);
            let told = told(&output);
            assert_eq!(output.status.code(), Some(2), "{dialect}: {told}");
            assert!(told.contains("K930") && told.contains(clause), "{told}");
        }
    }
}

#[test]
fn over_files_the_latest_event_says_where_it_stands() {
    let output = riskql(&[
        "compile",
        "backlog",
        "--dialect",
        "duckdb",
        "--data",
        "examples/demo",
    ]);
    let text = shown(&output);
    assert!(text.contains("-- as of 2026-09-30"), "{text}");
    assert!(
        text.contains("read_csv('examples/demo/findings.csv'"),
        "{text}"
    );
}

/// DuckDB is told the separator by the ending of a file and reads names as they are.
#[test]
fn text_that_duckdb_would_read_otherwise_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("findings.csv");
    let named = format!("findings={}", file.display());
    let compile = || {
        let query = [
            "compile",
            "backlog",
            "--dialect",
            "duckdb",
            "--table",
            &named,
        ];
        riskql(&query)
    };
    let plain = "Finding_ID,found_at,closed_at,Some notes\nF1,2026-03-01,,x\n";
    for (text, code) in [
        (plain.to_string(), 0),
        (plain.replace(',', ";"), 2),
        (format!("# exported\n{plain}"), 2),
        (plain.replace("found_at", "Found At"), 2),
    ] {
        std::fs::write(&file, &text).expect("written");
        let output = compile();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{text}: {}",
            told(&output)
        );
        assert_eq!(told(&output).contains("K918"), code == 2, "{text}");
    }
}

#[test]
fn arrow_files_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("findings.arrow");
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo/findings.csv"),
        &file,
    )
    .expect("a copy");
    let named = format!("findings={}", file.display());
    let output = riskql(&[
        "compile",
        "backlog",
        "--dialect",
        "duckdb",
        "--table",
        &named,
    ]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told(&output).contains("D107"), "{}", told(&output));
}

/// With `UPDATE_DOCS=1` in the environment the statement on the page is written anew.
#[test]
fn the_page_shows_what_is_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compile.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (_, command) = page.split_once("```sh\nriskql ").expect("a command");
    let (command, _) = command.split_once('\n').expect("a line");
    let quoted: Vec<&str> = command.split('"').collect();
    let [before, query, after] = quoted.as_slice() else {
        panic!("one query in quotes: {command}");
    };
    let mut arguments: Vec<&str> = before.split_whitespace().collect();
    arguments.push(query);
    arguments.extend(after.split_whitespace());
    let printed = shown(&riskql(&arguments));
    let start = page.find("```sql\n").expect("a statement") + "```sql\n".len();
    let end = start + page[start..].find("```").expect("its end");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let updated = format!("{}{printed}{}", &page[..start], &page[end..]);
        std::fs::write(&path, updated).expect("the page can be written");
        return;
    }
    assert_eq!(
        &page[start..end],
        printed,
        "run the tests with UPDATE_DOCS=1 to write docs/compile.md anew"
    );
}
