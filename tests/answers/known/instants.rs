//! Conditions at an instant: states, events, dates, related rows, planned dates, choices (rules S40 to S46).

use super::{findings, library, values, values_of};
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const AS_OF: &str = "2026-05-01T00:00:00Z";
const MONTHS: &str = "over month from 2026-01 to 2026-04";

/// Two assets; the first has a critical from January to early March, the second two findings in the end.
fn two_assets() -> Vec<Table> {
    let mut tables = findings(
        "finding_id | asset_id | severity | found_at   | closed_at
         F1         | A1       | critical | 2026-01-10 | 2026-03-05
         F2         | A2       | low      | 2026-01-02 |
         F3         | A2       | low      | 2026-04-29 |",
    );
    tables.push(Table::written(
        "assets",
        "asset_id | commissioned_at
         A1       | 2025-01-01
         A2       | 2025-01-01",
    ));
    tables.push(Table::written(
        "scans",
        "scan_id | asset_id | finished_at | outcome
         S1      | A1       | 2026-01-01  | success
         S2      | A1       | 2026-02-10  | success
         S3      | A2       | 2026-04-30  | success
         S4      | A2       | 2026-04-30  | failed",
    ));
    tables.push(Table::written(
        "detections",
        "detection_id | finding_id | asset_id | tool_kind | reported_at
         D1           | F2         | A2       | sast      | 2026-01-02
         D2           | F3         | A2       | dast      | 2026-04-29",
    ));
    tables
}

fn by_month(text: &str) -> Vec<Option<f64>> {
    values(&two_assets(), AS_OF, &format!("{text} {MONTHS}"))
}

fn numbers(numbers: [f64; 4]) -> Vec<Option<f64>> {
    numbers.into_iter().map(Some).collect()
}

#[test]
fn related_rows_are_in_a_state_at_each_instant() {
    let clean = "share of assets in_service with not any findings open where severity = critical";
    assert_eq!(by_month(clean), numbers([0.5, 0.5, 1.0, 1.0]));
    // What is still open, asked by its date, is judged month by month too.
    let by_date = "share of assets in_service with \
         not any findings found (where severity = critical and closed_at is missing) ever";
    assert_eq!(by_month(by_date), numbers([0.5, 0.5, 1.0, 1.0]));
    let two = "count of assets in_service where at least 2 findings open";
    assert_eq!(by_month(two), numbers([0.0, 0.0, 0.0, 1.0]));
}

#[test]
fn related_events_say_when() {
    let ask = |when: &str| {
        by_month(&format!(
            "count of assets in_service where any scans completed {when}"
        ))
    };
    assert_eq!(ask("in the period"), numbers([1.0, 1.0, 0.0, 1.0]));
    assert_eq!(ask("ever"), numbers([1.0, 1.0, 1.0, 2.0]));
    assert_eq!(ask("within 20 days"), numbers([0.0, 1.0, 0.0, 1.0]));
    let twice = "count of assets in_service where at least 2 scans attempted in the period";
    assert_eq!(by_month(twice), numbers([0.0, 0.0, 0.0, 1.0]));
    // A scan in the month of the finding counts, before or after it: S1 at the very start of January.
    let found = "count of findings found where any scans of its asset completed in the period";
    assert_eq!(by_month(found), numbers([1.0, 0.0, 0.0, 1.0]));
}

#[test]
fn related_events_at_the_counted_event_itself_count() {
    let ask = |test: &str| by_month(&format!("count of findings found where any {test}"));
    // F2 and F3 are detected on the day they are found.
    assert_eq!(
        ask("detections reported ever"),
        numbers([1.0, 0.0, 0.0, 1.0])
    );
    let dynamic = "detections reported (where tool_kind = dast) within 1 day";
    assert_eq!(ask(dynamic), numbers([0.0, 0.0, 0.0, 1.0]));
    // S1 comes nine days before F1, the other end of the stretch.
    let nine = "scans of its asset completed within 9 days";
    assert_eq!(ask(nine), numbers([0.0, 0.0, 0.0, 0.0]));
    let ten = "scans of its asset completed within 10 days";
    assert_eq!(ask(ten), numbers([1.0, 0.0, 0.0, 0.0]));
}

#[test]
fn related_rows_go_by_their_own_key() {
    let own = "count of findings open where any detections reported (where tool_kind = sast) ever";
    assert_eq!(by_month(own), numbers([1.0, 1.0, 1.0, 1.0]));
    let shared = "count of findings open where \
         any detections of its asset reported (where tool_kind = sast) ever";
    assert_eq!(by_month(shared), numbers([1.0, 1.0, 1.0, 2.0]));
}

#[test]
fn ages_and_times_are_tests() {
    let old = "count of findings open where time since found > 50 days";
    // F1 is 50 days old when February ends and F2 is 58.
    assert_eq!(by_month(old), numbers([0.0, 1.0, 1.0, 1.0]));
    let slow = "count of findings closed where time from found to closed > 50 days";
    assert_eq!(by_month(slow), numbers([0.0, 0.0, 1.0, 0.0]));
    let quick = "count of findings closed where time from found to closed at most 50 days";
    assert_eq!(by_month(quick), numbers([0.0, 0.0, 0.0, 0.0]));
}

#[test]
fn a_flow_is_judged_at_its_event_and_so_far_at_as_of() {
    let then = "share of findings found with closed";
    let empty = None;
    assert_eq!(by_month(then), [Some(0.0), empty, empty, Some(0.0)]);
    let so_far = "share of findings found with closed so far";
    assert_eq!(by_month(so_far), [Some(0.5), empty, empty, Some(0.0)]);
    // A state is judged just before the event: it was open until it was closed.
    let open = "count of findings closed where open";
    assert_eq!(by_month(open), numbers([0.0, 0.0, 1.0, 0.0]));
}

#[test]
fn what_is_done_while_the_clock_stands_is_in_time() {
    let tables = findings(
        "finding_id | severity | found_at   | verified_at | accepted_at | acceptance_ends_at
         F1         | high     | 2026-04-01 | 2026-06-11  | 2026-04-10  | 2026-12-31
         F2         | high     | 2026-04-01 | 2026-06-11  | 2026-04-10  |
         F3         | high     | 2026-04-01 | 2026-06-11  |             |",
    );
    let ask = |as_of: &str| {
        let text = "share of findings verified with \
             findings.verified_at <= findings.due_at in 2026-06";
        values(&tables, as_of, text)
    };
    // 60 days end on 31 May: F3 is late, the others were accepted at the time.
    assert_eq!(ask("2026-07-01T00:00:00Z"), [Some(2.0 / 3.0)]);
    assert_eq!(ask("2027-06-01T00:00:00Z"), [Some(2.0 / 3.0)]);
}

#[test]
fn an_acceptance_ends_with_its_finding() {
    let tables = findings(
        "finding_id | found_at   | closed_at  | accepted_at | acceptance_ends_at
         F1         | 2026-01-01 | 2026-02-15 | 2026-01-10  | 2026-12-31
         F2         | 2026-01-01 |            | 2026-01-10  | 2026-03-10
         F3         | 2026-01-01 |            | 2026-04-10  | 2026-12-31",
    );
    assert_eq!(
        values(
            &tables,
            AS_OF,
            &format!("count of findings risk_accepted {MONTHS}")
        ),
        numbers([2.0, 1.0, 0.0, 1.0])
    );
    // The end is known with the acceptance, and not before.
    let known = |as_of: &str| {
        values(
            &tables,
            as_of,
            "count of findings open where acceptance_ends_at is present",
        )
    };
    assert_eq!(known("2026-02-01T00:00:00Z"), [Some(2.0)]);
    assert_eq!(known("2026-01-05T00:00:00Z"), [Some(0.0)]);
}

#[test]
fn a_date_that_stands_in_for_another_is_no_measurement() {
    let tables = findings(
        "finding_id | introduced_at | found_at
         F1         | 2026-05-20    | 2026-06-01
         F2         |               | 2026-06-21
         F3         | 2026-06-01    | 2026-06-02",
    );
    let text = "mean time from introduced to found of findings found in 2026-06";
    let answer = pipeline::ask(&library(), &tables, "2026-07-01T00:00:00Z", text);
    // 12 days and 1 day.
    assert_eq!(values_of(&lines(&answer)), [Some(6.5)]);
    let left_out = format!("{:?}", answer.excluded);
    assert!(left_out.contains("introduced_at missing"), "{left_out}");
}

const CHOICES: &str = r#"
table tasks "One row per task"
  key    task_id
  event  found  at found_at
  event  fixed  at fixed_at
  event  closed at closed_at
  event  opening at earliest of fixed_at, closed_at
  event  ending at latest of fixed_at, closed_at
  event  due    at planned due_at
"#;

#[test]
fn the_first_the_earliest_and_the_latest_of_several() {
    let definitions = pipeline::definitions_in(CHOICES);
    let tables = [Table::written(
        "tasks",
        "task_id | found_at   | fixed_at   | closed_at  | due_at
         T1      | 2026-03-01 | 2026-03-09 | 2026-03-05 | 2026-03-20
         T2      | 2026-03-01 |            | 2026-03-07 | 2027-01-01",
    )];
    let ask = |text: &str| {
        let answer = pipeline::ask(&definitions, &tables, "2026-04-01T00:00:00Z", text);
        values_of(&lines(&answer))
    };
    let mean = |to: &str| ask(&format!("mean time from found to {to} of tasks found"));
    // 8 and 6 days, 4 and 6, 8 and 6.
    assert_eq!(mean("fixed or closed"), [Some(7.0)]);
    assert_eq!(mean("earliest of fixed, closed"), [Some(5.0)]);
    assert_eq!(mean("latest of fixed, closed"), [Some(7.0)]);
    assert_eq!(mean("opening"), [Some(5.0)]);
    assert_eq!(mean("ending"), [Some(7.0)]);
    // A planned date may lie ahead, and has happened once it has come: 19 and 306 days.
    assert_eq!(mean("due"), [Some(162.5)]);
    let come = pipeline::ask(
        &definitions,
        &tables,
        "2026-04-01T00:00:00Z",
        "count of tasks found where due so far",
    );
    assert_eq!(values_of(&lines(&come)), [Some(1.0)]);
}
