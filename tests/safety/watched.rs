//! What whoever sits at a terminal sees of `ingest` and `store`.

use std::fs;
use std::process::Command;

use portable_pty::CommandBuilder;

use super::{Place, entries};
use crate::repl::pty::Terminal;

/// A command line of a shell at a terminal; `riskql` is the binary.
fn at_terminal(place: &Place, line: &str, columns: u16) -> Terminal {
    let mut shell = CommandBuilder::new("sh");
    // The shell becomes the command, which so gets the terminal's signals alone.
    let line = line.replace("riskql ", "exec \"$RISKQL\" --defs defs ");
    shell.args(["-c", &line]);
    shell.cwd(place.path(""));
    shell.env("RISKQL", env!("CARGO_BIN_EXE_riskql"));
    shell.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    // Two reports are then read and added before the next two, so an odd one waits alone.
    shell.env("RAYON_NUM_THREADS", "1");
    shell.env("LC_ALL", "C.UTF-8");
    shell.env("TERM", "xterm-256color");
    Terminal::show(shell, columns)
}

/// A report that is not there before somebody writes it: reading it takes as long as a test likes.
fn awaited_report(place: &Place) {
    let made = Command::new("mkfifo").arg(place.path("awaited")).status();
    assert!(made.is_ok_and(|made| made.success()), "a pipe");
}

fn write_awaited(place: &Place) {
    fs::write(
        place.path("awaited"),
        r#"{"small": "shop", "at": "2026-04-01", "rows": ["late"]}"#,
    )
    .expect("somebody reads the pipe");
}

#[test]
fn progress_is_counted_in_reports_and_taken_away() {
    let place = Place::new();
    place.reports(0..2);
    awaited_report(&place);
    for columns in [40, 80] {
        let mut terminal = at_terminal(&place, "riskql ingest reports awaited --dry-run", columns);
        terminal.await_words("2 of 3 reports, ");
        write_awaited(&place);
        assert_eq!(terminal.end(), 0);
        terminal.await_words("3 reports would be added");
        let screen = terminal.contents();
        assert!(!screen.contains(" of 3"), "{screen}");
        assert_eq!(screen.trim_start(), screen, "blanks are left");
    }
}

#[test]
fn no_progress_is_shown_where_nobody_watches() {
    let place = Place::new();
    place.reports(0..2);
    awaited_report(&place);
    for (aside, shown) in [(" 2>messages", ""), (" --quiet", ""), (" | cat", "2 of 3")] {
        let line = format!("riskql ingest reports awaited --dry-run{aside}");
        // A pipeline has no process to become.
        let line = line.replace("riskql ", "\"$RISKQL\" --defs defs ");
        let mut terminal = at_terminal(&place, &line, 80);
        // Longer than anybody is left without news.
        std::thread::sleep(std::time::Duration::from_millis(1200));
        write_awaited(&place);
        terminal.end();
        terminal.await_words("3 reports would be added");
        let raw = terminal.raw();
        assert_eq!(raw.contains("2 of 3"), !shown.is_empty(), "{aside}: {raw}");
    }
    assert_eq!(fs::read(place.path("messages")).expect("a file"), b"");
}

#[test]
fn an_interrupted_ingest_ends_at_once_and_keeps_what_it_added() {
    let place = Place::new();
    let reports = place.reports(0..6);
    awaited_report(&place);
    let mut terminal = at_terminal(&place, "riskql ingest reports awaited --store store", 80);
    terminal.await_words("6 of 7 reports, ");
    terminal.press("\x03");
    let ended = terminal.ended();
    assert_eq!(ended.signal(), Some("Interrupt"), "a shell calls it 130");
    place.run(&["store", "verify", "--store", "store"]);
    assert_eq!(entries(&place.path("store/segments")).len(), 6);
    let reports = [reports, place.reports(6..8)].concat();
    let told = place.run(&["ingest", "reports", "--store", "store"]);
    assert!(
        told.ends_with("2 reports added (6 rows), 6 already there\n"),
        "{told}"
    );
    place.ingest("undisturbed", &reports);
    let titles = |store: &str| place.run(&["store", "--store", store, "--by", "asset"]);
    assert_eq!(titles("store"), titles("undisturbed"));
}

#[test]
fn a_narrow_store_keeps_names_whole_and_lines_within_the_terminal() {
    let place = Place::new();
    place.reports(0..3);
    let name = "payments-of-the-whole-company-and-its-shops";
    fs::write(
        place.path("long.json"),
        format!(r#"{{"small": "{name}", "at": "2026-04-01", "rows": []}}"#),
    )
    .expect("a file");
    let told = |line: &str, last: &str| {
        let mut terminal = at_terminal(&place, line, 40);
        assert_eq!(terminal.end(), 0, "{}", terminal.contents());
        terminal.await_words(last);
        (terminal.wrapped_rows(), terminal.contents())
    };
    let (wrapped, screen) = told(
        "riskql ingest reports long.json --store store",
        "4 reports added",
    );
    assert_eq!(wrapped, [""; 0], "{screen}");
    for words in ["added", "reports/002.json", "long.json"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    for by in ["report", "tool", "asset"] {
        let (wrapped, screen) = told(
            &format!("riskql store --store store --by {by}"),
            "weaknesses: ",
        );
        assert_eq!(wrapped, [""; 0], "{by}: {screen}");
        assert!(!screen.contains('…'), "{by}: {screen}");
        let unbroken: String = screen.split_whitespace().collect();
        let names: &[&str] = match by {
            "tool" => &["small", "2026-04-01"],
            _ => &["shop", "bank", "mail", name, "small", "2026-04-01"],
        };
        for name in names {
            assert!(unbroken.contains(name), "{by}: no {name} in {screen}");
        }
    }
}
