//! Numbers that follow their rows up to as-of say so, with how many are not settled yet (rules S20, S22, S41).

use super::{findings, library, values_of};
use crate::answers::flat::lines;
use crate::answers::pipeline;

/// Fixed after 10 and 60 days, not at all, and after 5 days.
const FOUND: &str = "finding_id | severity | found_at   | verified_at | closed_at
     F1         | high     | 2026-01-10 | 2026-01-20  | 2026-01-20
     F2         | high     | 2026-01-12 | 2026-03-13  | 2026-03-13
     F3         | low      | 2026-01-31 |             |
     F4         | low      | 2026-02-10 | 2026-02-15  | 2026-02-15";

const END_OF_JANUARY: &str = "2026-02-01T00:00:00Z";
const END_OF_FEBRUARY: &str = "2026-03-01T00:00:00Z";
const END_OF_MARCH: &str = "2026-04-01T00:00:00Z";

/// The values of an answer, and what it says of rows that are followed.
fn ask(as_of: &str, text: &str) -> (Vec<Option<f64>>, Vec<String>) {
    let answer = pipeline::ask(&library(), &findings(FOUND), as_of, text);
    let notes = answer.notes.iter().filter(|note| note.contains("followed"));
    let notes = notes.map(|note| match note.split_once("; ") {
        Some((_, waiting)) => waiting.to_owned(),
        None => note.clone(),
    });
    let notes = notes.collect();
    (values_of(&lines(&answer)), notes)
}

#[test]
fn a_time_to_what_comes_after_the_event_counts_who_is_not_there() {
    let text = "mean time from found to verified of findings found in 2026-01";
    // F1 10 days, F2 60, F3 none.
    let whole = ask(END_OF_MARCH, text);
    assert_eq!(
        whole,
        (vec![Some(35.0)], vec!["1 of 3 not yet verified".to_owned()])
    );
    // F2 is verified in March.
    let early = ask(END_OF_JANUARY, text);
    assert_eq!(
        early,
        (vec![Some(10.0)], vec!["2 of 3 not yet verified".to_owned()])
    );
}

#[test]
fn a_lifetime_counts_who_is_still_on_the_way() {
    let text = "typical time from found to verified of findings found in 2026-01";
    // Of 3, F1 gets there after 10 days, F2 after 60 when F3, 60 days old on April 1, is still at risk: 1, 2/3, 1/3.
    let (values, notes) = ask(END_OF_MARCH, text);
    assert_eq!(values, [Some(60.0)]);
    assert_eq!(notes, ["1 of 3 not yet verified"]);
}

#[test]
fn a_test_so_far_counts_who_does_not_pass_yet() {
    let text = "share of findings found with verified so far in 2026-01";
    let (values, notes) = ask(END_OF_MARCH, text);
    assert_eq!(values, [Some(2.0 / 3.0)]);
    assert_eq!(notes, ["1 of 3 not yet verified"]);
    // Of other tests the answer says only that they are judged now.
    let text = "share of findings found with not open so far in 2026-01";
    let (_, notes) = ask(END_OF_MARCH, text);
    assert!(
        notes.len() == 1 && notes[0].starts_with("followed up to "),
        "{notes:?}"
    );
}

#[test]
fn a_time_that_is_not_over_is_counted() {
    let text = "share of findings found with verified within 30 days in 2026-02";
    // F4 is 19 days old at the end of February.
    let (values, notes) = ask(END_OF_FEBRUARY, text);
    assert_eq!(values, [None]);
    assert_eq!(notes, ["1 of 1 too young to be judged"]);
    let (values, notes) = ask(END_OF_MARCH, text);
    assert_eq!(values, [Some(1.0)]);
    assert_eq!(notes, ["0 of 1 too young to be judged"]);
}

/// January's window holds three of them, February's all four.
#[test]
fn a_row_counts_once_whatever_windows_it_is_in() {
    let text = "mean time from found to verified of findings found over month rolling 2 months from 2026-01 to 2026-02";
    let (values, notes) = ask(END_OF_MARCH, text);
    // 10 and 60 days, then 10, 60 and 5.
    assert_eq!(values, [Some(35.0), Some(25.0)]);
    assert_eq!(notes, ["1 of 4 not yet verified"]);
}

#[test]
fn rows_of_a_state_are_followed_too() {
    // Open at the end of January are F2, which is verified in March, and F3.
    let text = "mean time from found to verified of findings open in 2026-01";
    let (values, notes) = ask(END_OF_MARCH, text);
    assert_eq!(values, [Some(60.0)]);
    assert_eq!(notes, ["1 of 2 not yet verified"]);
}

#[test]
fn what_ends_with_its_event_is_not_followed() {
    for text in [
        "mttr in 2026-01",
        "mean_time_to_detect in 2026-01",
        "backlog in 2026-01",
        "open_age in 2026-01",
        "share of findings verified with not breached in 2026-01",
    ] {
        assert_eq!(ask(END_OF_MARCH, text).1, [""; 0], "{text}");
    }
}

#[test]
fn notes_of_several_columns_name_them() {
    let text = "time_to_fix, verified_findings in 2026-01";
    let answer = pipeline::ask(&library(), &findings(FOUND), END_OF_MARCH, text);
    let note = answer.notes.iter().find(|note| note.contains("followed"));
    assert!(
        note.is_some_and(|note| note.starts_with("time_to_fix: followed")),
        "{note:?}"
    );
}
