//! Roll-ups and bands, by hand (rules S57, S58).

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const MODEL: &str = r#"
scale severity is low < high < critical

table assets "One row per asset"
  key    asset_id
  event  retired at retired_at
  state  in_service from commissioned_at until retired_at
  field  team text
  field  allowance number
  field  worst number from max points of findings open
  field  least number from min points of findings open
  field  middle number from mean points of findings open
  field  open_findings number from count of findings open
  field  points_open number from sum points of findings open
  field  fixed_criticals number from count of findings fixed where severity = critical
  field  weighted number from sum weight of findings open

table findings "One row per finding"
  key    finding_id
  belongs to assets by asset_id
  event  found at found_at
  event  fixed at fixed_at
  state  open from found_at until fixed_at
  field  severity scale severity
  field  points number
  exclude where severity = low as "too low"

score weight "What a finding weighs"
  of findings
  base severity
    critical  10
    otherwise  1

score weight "What a finding weighs"
  of findings
  base severity
    critical 20
    otherwise 1
  since 2026-03-01
"#;

/// A1 has a critical of 100 points from 10 January to 10 March and a high of 40 from 5 February on; A2 a high of 70 in
/// February; A3 nothing, and A4, retired on 20 February, a critical since January. F6 is excluded.
fn tables() -> Vec<Table> {
    vec![
        Table::written(
            "assets",
            "asset_id | team | commissioned_at | retired_at | allowance
             A1       | web  | 2026-01-01      |            | 90
             A2       | web  | 2026-01-01      |            | 90
             A3       | ops  | 2026-01-01      |            | 0
             A4       | ops  | 2026-01-01      | 2026-02-20 | 0",
        ),
        Table::written(
            "findings",
            "finding_id | asset_id | severity | points | found_at   | fixed_at
             F1         | A1       | critical | 100    | 2026-01-10 | 2026-03-10
             F2         | A1       | high     | 40     | 2026-02-05 |
             F3         | A2       | high     | 70     | 2026-02-01 | 2026-02-28
             F4         | A4       | critical | 90     | 2026-01-15 |
             F5         |          | critical | 500    | 2026-01-15 |
             F6         | A3       | low      | 5      | 2026-01-15 |",
        ),
    ]
}

fn ask(text: &str) -> Vec<Option<f64>> {
    let definitions = pipeline::definitions_in(MODEL);
    let answer = pipeline::ask(&definitions, &tables(), "2026-04-01T00:00:00Z", text);
    values_of(&lines(&answer))
}

fn by_month(text: &str) -> Vec<Option<f64>> {
    ask(&format!("{text} over month from 2026-01 to 2026-03"))
}

fn numbers(numbers: [f64; 3]) -> Vec<Option<f64>> {
    numbers.into_iter().map(Some).collect()
}

#[test]
fn a_row_has_at_each_instant_what_its_rows_make_then() {
    let of = |measure: &str| by_month(&format!("{measure} of assets in_service"));
    // January: A1 100, A4 90. February: A1 100; F3 was fixed on the 28th, A4 is retired. March: A1 40.
    assert_eq!(of("mean worst"), numbers([95.0, 100.0, 40.0]));
    assert_eq!(of("min least"), numbers([90.0, 40.0, 40.0]));
    // F1 and F2 of A1 in February: 70 in the mean.
    assert_eq!(of("max middle"), numbers([100.0, 70.0, 40.0]));
    // Assets without findings have 0 of them: four assets in January, three later.
    assert_eq!(of("sum open_findings"), numbers([2.0, 2.0, 1.0]));
    assert_eq!(
        of("mean open_findings"),
        numbers([0.5, 2.0 / 3.0, 1.0 / 3.0])
    );
    assert_eq!(of("sum points_open"), numbers([190.0, 140.0, 40.0]));
    // F1 was fixed on 10 March, and counts from then on.
    assert_eq!(of("sum fixed_criticals"), numbers([0.0, 0.0, 1.0]));
    // The weights of a critical are 10 up to the end of February, which is not yet March.
    assert_eq!(of("sum weighted"), numbers([20.0, 11.0, 1.0]));
}

#[test]
fn a_score_changes_its_version_within_a_roll_up() {
    let days = "sum weighted of assets in_service over day from 2026-02-27 to 2026-03-02";
    // F1 and F2: 10 + 1, from 1 March 20 + 1; F3 weighs 1 until it is fixed at the start of the 28th.
    assert_eq!(ask(days), [12.0, 11.0, 21.0, 21.0].map(Some));
}

#[test]
fn roll_ups_are_tests_at_each_instant() {
    let count = |test: &str| by_month(&format!("count of assets in_service where {test}"));
    assert_eq!(count("worst >= 100"), numbers([1.0, 1.0, 0.0]));
    // A missing number passes no comparison, and so every negated one.
    assert_eq!(count("worst < 100"), numbers([1.0, 0.0, 1.0]));
    assert_eq!(count("not worst >= 100"), numbers([3.0, 2.0, 3.0]));
    assert_eq!(count("worst is missing"), numbers([2.0, 2.0, 2.0]));
    assert_eq!(count("open_findings = 0"), numbers([2.0, 2.0, 2.0]));
    assert_eq!(count("open_findings in (1, 2)"), numbers([2.0, 1.0, 1.0]));
    // Against another column of the row, from either side.
    assert_eq!(count("worst > assets.allowance"), numbers([2.0, 1.0, 0.0]));
    assert_eq!(count("allowance < assets.worst"), numbers([2.0, 1.0, 0.0]));
    let share = "share of assets in_service with worst >= 100";
    assert_eq!(by_month(share), numbers([0.25, 1.0 / 3.0, 0.0]));
}

#[test]
fn flows_judge_roll_ups_at_their_event() {
    // A4 has F4 when it is retired on 20 February.
    let empty = None;
    assert_eq!(
        by_month("mean worst of assets retired"),
        [empty, Some(90.0), empty]
    );
    let none = "count of assets retired where open_findings = 0";
    assert_eq!(by_month(none), numbers([0.0, 0.0, 0.0]));
}

#[test]
fn an_earlier_as_of_sees_what_was_so_then() {
    let definitions = pipeline::definitions_in(MODEL);
    let then = |as_of: &str| {
        let text = "sum points_open of assets in_service";
        values_of(&lines(&pipeline::ask(&definitions, &tables(), as_of, text)))
    };
    assert_eq!(then("2026-02-28T00:00:00Z"), [Some(100.0 + 40.0 + 70.0)]);
    assert_eq!(then("2026-02-28T00:00:01Z"), [Some(140.0)]);
    assert_eq!(then("2026-01-10T00:00:00Z"), [Some(0.0)]);
}

#[test]
fn roll_ups_have_bands_and_lists() {
    let text = "count of assets in_service by worst in (50, 95) in 2026-01";
    // A4 has 90, A1 100; A2 and A3 nothing yet.
    assert_eq!(ask(text), [1.0, 1.0, 2.0].map(Some));
    let definitions = pipeline::definitions_in(MODEL);
    let list = "list assets in_service show asset_id, worst, open_findings sort by worst descending in 2026-02";
    let answer = pipeline::ask(&definitions, &tables(), "2026-04-01T00:00:00Z", list);
    let rows: Vec<String> = answer
        .rows
        .iter()
        .map(|row| format!("{:?}", row.cells))
        .collect();
    assert_eq!(
        rows,
        [
            r#"[Text("A1"), Number(100.0), Number(2.0)]"#,
            r#"[Text("A2"), Missing, Number(0.0)]"#,
            r#"[Text("A3"), Missing, Number(0.0)]"#,
        ]
    );
}

#[test]
fn ages_at_a_bound_are_in_the_lower_band() {
    // At the end of March F1 is fixed, F2 55 days old, F4 and F5 76.
    let text =
        "count of findings open by time since found in (55 days, 75 days, 76 days) in 2026-03";
    assert_eq!(ask(text), [1.0, 2.0].map(Some));
    let empty = "count of findings open by time since found in (55 days, 75 days, 76 days) with empty in 2026-03";
    assert_eq!(ask(empty), [1.0, 0.0, 2.0, 0.0].map(Some));
    // At the end of January F1 is 22 days old, F4 and F5 17; at that of February F1 50, F2 24, F4 and F5 45.
    let months = "count of findings open by time since found in (20 days, 45 days) over month from 2026-01 to 2026-02";
    assert_eq!(ask(months), [2.0, 1.0, 0.0, 0.0, 3.0, 1.0].map(Some));
    // F1 took 59 days, F3 27.
    let flow = "count of findings fixed by time since found in (27 days, 30 days)";
    assert_eq!(ask(flow), [1.0, 1.0].map(Some));
    // Of a number the bound begins a band: 40 points and 70, 90, 100, 500.
    let points = "count of findings found by points in (40, 90)";
    assert_eq!(ask(points), [2.0, 3.0].map(Some));
}

#[test]
fn bands_that_change_combine_with_others_and_with_totals() {
    let text =
        "count of findings open by severity, time since found in (20 days) with total in 2026-01";
    // high: none; critical: F4, F5 up to 20 days, F1 over.
    assert_eq!(ask(text), [2.0, 1.0, 3.0].map(Some));
    let both = "median points of findings open by time since found in (20 days), points in (100) with total in 2026-01";
    // F4 90 points; F5 500; F1 100 points: over 20 days. All three: 100.
    assert_eq!(ask(both), [90.0, 500.0, 100.0, 100.0].map(Some));
}
