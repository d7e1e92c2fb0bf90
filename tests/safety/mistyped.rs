//! What is typed amiss at `ingest`, and what is said of it.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use super::{DEFINITIONS, Place};

/// Runs what is refused with an exit code; its messages have all the words.
fn refused(place: &Place, code: i32, arguments: &[&str], words: &[&str]) {
    let done = place.output(&[&["ingest"], arguments].concat());
    let messages = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {messages}");
    for word in words {
        assert!(messages.contains(word), "{arguments:?}: {messages}");
    }
}

#[test]
fn a_report_that_is_not_there_is_missed_by_name() {
    let place = Place::new();
    place.reports(0..1);
    let near = "did you mean `reports/000.json`?";
    refused(&place, 3, &["reports/000.jsn"], &["no file", near]);
    refused(&place, 3, &["repots/000.json"], &["no folder `repots`"]);
    let done = place.output(&["sources", "test", "reports"]);
    let messages = String::from_utf8_lossy(&done.stderr);
    assert!(messages.contains("`reports` is a folder"), "{messages}");
}

#[test]
fn a_report_may_come_on_stdin() {
    let place = Place::new();
    let report = fs::read(place.path(&place.report(0))).expect("a report");
    for arguments in [["sources", "test", "-"].as_slice(), &["ingest", "-"]] {
        let mut command = place.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("stdin");
        stdin.write_all(&report).expect("read");
        drop(stdin);
        let done = child.wait_with_output().expect("the binary ends");
        assert!(done.status.success(), "{arguments:?}");
    }
    let known = place.run(&["ingest", "reports"]);
    assert!(known.contains("1 already there"), "{known}");
}

#[test]
fn names_may_not_be_empty() {
    let place = Place::new();
    let report = place.report(0);
    for option in ["--asset", "--environment", "--branch"] {
        for name in ["", "  "] {
            let words = [option, "write a name, or leave the option out"];
            refused(&place, 2, &[&report, option, name], &words);
        }
    }
    assert!(!place.path("riskql-store").exists());
}

#[test]
fn what_is_no_day_and_no_instant_says_not_when() {
    let place = Place::new();
    let report = place.report(0);
    for text in ["yesterday", "31.3.2026", "", "2026-03", "2026-W09", "2026"] {
        for option in ["--at", "--recorded-at"] {
            let said = format!("`{option} {text}` does not name a day or an instant");
            let help = format!("write {option} 2026-03-31");
            refused(&place, 2, &[&report, option, text], &[&said, &help]);
        }
    }
    let months = ["months go from 1 to 12"];
    refused(&place, 2, &[&report, "--at", "2026-31-03"], &months);
    refused(&place, 2, &[&report, "--at", "2026-02-30"], &["2026-02-30"]);
}

/// On 2026-03-29 clocks in Berlin are put forward: that day has 23 hours.
#[test]
fn a_day_stands_for_its_beginning_where_the_calendar_is() {
    let place = Place::new();
    let berlin = DEFINITIONS.replace("\"UTC\"", "\"Europe/Berlin\"");
    assert_ne!(berlin, DEFINITIONS);
    fs::write(place.path("defs/all.kpi"), berlin).expect("a file");
    let report = place.report(0);
    for (at, instant) in [
        ("2026-03-28", "2026-03-27T23:00:00Z"),
        ("2026-03-29", "2026-03-28T23:00:00Z"),
        ("2026-03-30", "2026-03-29T22:00:00Z"),
        ("2026-03-29T10:00:00Z", "2026-03-29T10:00:00Z"),
    ] {
        let told = place.run(&["ingest", &report, "--at", at, "--dry-run"]);
        assert!(told.contains(instant), "{at}: {told}");
    }
}

#[test]
fn a_store_is_no_folder_of_reports() {
    let place = Place::new();
    place.reports(0..2);
    place.run(&["ingest", "reports", "--store", "reports/store"]);
    let told = place.run(&["ingest", "reports", "--store", "reports/store"]);
    assert!(
        told.ends_with("0 reports added (0 rows), 2 already there\n"),
        "{told}"
    );
    let words = [
        "`reports/store` is a store",
        "riskql run --data reports/store",
    ];
    refused(&place, 3, &["reports/store"], &words);
}

#[test]
fn a_folder_without_a_report_is_warned_of() {
    let place = Place::new();
    fs::write(place.path("reports/notes.txt"), "nothing").expect("a file");
    fs::create_dir(place.path("none")).expect("a folder");
    let done = place.output(&["ingest", "reports", "none"]);
    assert!(done.status.success());
    let messages = String::from_utf8_lossy(&done.stderr);
    let words = "there is no report in `reports`, `none`";
    assert!(messages.contains(words), "{messages}");
    place.reports(0..1);
    let done = place.output(&["ingest", "reports", "none"]);
    let messages = String::from_utf8_lossy(&done.stderr);
    assert!(
        !messages.contains("there is no report"),
        "one is: {messages}"
    );
    assert!(
        messages.contains("warning[D401]: `reports/notes.txt`"),
        "{messages}"
    );
}

#[test]
fn a_store_that_cannot_be_is_refused_before_reports_are_read() {
    let place = Place::new();
    let report = place.report(0);
    let help = "name a folder that is empty or new";
    let words = ["cannot begin a store in `defs/all.kpi`: it is a file", help];
    refused(&place, 3, &[&report, "--store", "defs/all.kpi"], &words);
    let words = ["cannot begin a store in `defs/all.kpi/store`", help];
    refused(
        &place,
        3,
        &[&report, "--store", "defs/all.kpi/store"],
        &words,
    );
    let words = ["`defs` is a folder of other files", help];
    refused(&place, 3, &[&report, "--store", "defs"], &words[..1]);
}
