//! What tools get wrong about openings, closings and statuses.

use super::{findings, library, values};
use crate::answers::pipeline;
use crate::answers::tables::Table;

/// <https://github.com/DefectDojo/django-DefectDojo/issues/9735>: closed findings are plotted by the
/// date on which they were opened.
#[test]
fn defectdojo_9735_closed_findings_count_when_they_were_closed() {
    let tables = findings(
        "finding_id | found_at   | closed_at
         F1         | 2026-01-10 | 2026-03-05
         F2         | 2026-01-20 | 2026-02-28
         F3         | 2026-03-01 |",
    );
    let closed = values(
        &tables,
        "2026-04-01T00:00:00Z",
        "count of findings closed over month from 2026-01 to 2026-03",
    );
    assert_eq!(closed, [Some(0.0), Some(1.0), Some(1.0)]);
    let found = values(
        &tables,
        "2026-04-01T00:00:00Z",
        "count of findings found over month from 2026-01 to 2026-03",
    );
    assert_eq!(found, [Some(2.0), Some(0.0), Some(1.0)]);
}

/// <https://github.com/DefectDojo/django-DefectDojo/issues/7170>: findings past their due date drop
/// out of the open ones.
#[test]
fn defectdojo_7170_a_breached_finding_stays_open() {
    let tables = findings(
        "finding_id | severity | found_at
         F1         | critical | 2026-01-01
         F2         | critical | 2026-03-20",
    );
    let ask = |text: &str| values(&tables, "2026-04-01T00:00:00Z", text);
    // F1 is due 30 days after 1 January, on the 31st.
    assert_eq!(
        ask("sla_breaches over month from 2026-01 to 2026-03"),
        [Some(1.0), Some(0.0), Some(0.0)]
    );
    assert_eq!(
        ask("overdue_critical over month from 2026-01 to 2026-03"),
        [Some(1.0), Some(1.0), Some(1.0)]
    );
    assert_eq!(
        ask("backlog over month from 2026-01 to 2026-03"),
        [Some(1.0), Some(1.0), Some(2.0)]
    );
}

/// <https://github.com/DefectDojo/django-DefectDojo/issues/9012>: what was open before the window
/// begins is not counted in it.
#[test]
fn defectdojo_9012_what_was_open_before_the_window_is_open_in_it() {
    let tables = findings(
        "finding_id | found_at   | closed_at
         F1         | 2024-06-01 |
         F2         | 2025-12-31 | 2026-02-10",
    );
    let open = values(
        &tables,
        "2026-04-01T00:00:00Z",
        "backlog over month from 2026-01 to 2026-03",
    );
    assert_eq!(open, [Some(2.0), Some(1.0), Some(1.0)]);
}

#[test]
fn todays_status_does_not_filter_last_years_bars() {
    // Both are closed by now; each was found, and open, in its time.
    let tables = findings(
        "finding_id | found_at   | closed_at  | resolution
         F1         | 2025-02-01 | 2026-01-15 | fixed
         F2         | 2025-05-01 | 2025-06-10 | accepted",
    );
    let ask = |text: &str| values(&tables, "2026-04-01T00:00:00Z", text);
    assert_eq!(
        ask("backlog over quarter from 2025-Q1 to 2026-Q1"),
        [Some(1.0), Some(1.0), Some(1.0), Some(1.0), Some(0.0)]
    );
    assert_eq!(ask("introduced_findings in 2025"), [Some(2.0)]);
}

#[test]
fn a_false_positive_is_neither_closed_nor_open_nor_fixed() {
    let tables = findings(
        "finding_id | found_at   | verified_at | closed_at  | resolution
         F1         | 2026-01-10 | 2026-01-20  | 2026-01-20 | false_positive
         F2         | 2026-01-10 | 2026-01-20  | 2026-01-20 | fixed",
    );
    let ask = |text: &str| values(&tables, "2026-02-01T00:00:00Z", text);
    assert_eq!(ask("count of findings closed in 2026-01"), [Some(1.0)]);
    assert_eq!(ask("verified_findings in 2026-01"), [Some(1.0)]);
    assert_eq!(ask("backlog as of 2026-01-15"), [Some(1.0)]);
    assert_eq!(
        ask("count of findings closed including excluded in 2026-01"),
        [Some(2.0)]
    );
}

#[test]
fn an_accepted_risk_is_not_remediated() {
    let tables = findings(
        "finding_id | severity | found_at   | accepted_at | acceptance_ends_at | resolution
         F1         | high     | 2026-01-10 | 2026-01-20  |                    | accepted",
    );
    let ask = |text: &str| values(&tables, "2026-04-01T00:00:00Z", text);
    assert_eq!(ask("backlog in 2026-03"), [Some(1.0)]);
    assert_eq!(ask("verified_findings in 2026-01"), [Some(0.0)]);
    assert_eq!(ask("mttr in 2026-01"), [None]);
    // Nobody has said when the acceptance ends, so no due date is known.
    assert_eq!(ask("sla_breaches in 2026-03"), [Some(0.0)]);
}

#[test]
fn past_figures_do_not_change_when_work_goes_on() {
    let before = findings(
        "finding_id | severity | found_at   | verified_at | closed_at
         F1         | critical | 2026-01-05 | 2026-01-25  | 2026-01-25
         F2         | critical | 2026-01-05 |             |",
    );
    let after = findings(
        "finding_id | severity | found_at   | verified_at | closed_at
         F1         | critical | 2026-01-05 | 2026-01-25  | 2026-01-25
         F2         | critical | 2026-01-05 | 2026-03-09  | 2026-03-09
         F3         | critical | 2026-03-01 |             |",
    );
    // F2 was due on 4 February. F1 took 20 days.
    for (kpi, february) in [
        ("backlog", 1.0),
        ("sla_breaches", 1.0),
        ("overdue_critical", 1.0),
        ("risk_exposure", 40.0),
    ] {
        let text = format!("{kpi} in 2026-02");
        assert_eq!(
            values(&before, "2026-03-01T00:00:00Z", &text),
            [Some(february)],
            "{kpi}"
        );
        assert_eq!(
            values(&after, "2026-04-01T00:00:00Z", &text),
            [Some(february)],
            "{kpi}"
        );
    }
    let january = "mttr in 2026-01";
    assert_eq!(
        values(&before, "2026-03-01T00:00:00Z", january),
        [Some(20.0)]
    );
    assert_eq!(
        values(&after, "2026-04-01T00:00:00Z", january),
        [Some(20.0)]
    );
}

#[test]
fn a_ratio_in_total_is_not_the_mean_of_the_ratios() {
    let assets = Table::written(
        "assets",
        "asset_id | name
         A1       | small
         A2       | large",
    );
    let mut rows = String::from("finding_id | asset_id | environment | found_at\n");
    rows += "S1 | A1 | production | 2026-01-05\n";
    for number in 0..100 {
        let environment = if number == 0 { "production" } else { "staging" };
        rows += &format!("L{number} | A2 | {environment} | 2026-01-05\n");
    }
    let tables = [Table::written("findings", &rows), assets];
    let rates = values(
        &tables,
        "2026-02-01T00:00:00Z",
        "escape_rate by app in 2026-01 with total",
    );
    // 1 of 100 and 1 of 1: 2 of 101 are 2.0 %. The mean of 1 % and 100 % is 50.5 %.
    assert_eq!(rates, [Some(0.01), Some(1.0), Some(2.0 / 101.0)]);
}

/// A list says what it leaves out, as a number does: rows too young to be judged, rows that end
/// before they begin.
#[test]
fn a_list_counts_what_it_leaves_out() {
    let tables = findings(
        "finding_id | found_at   | verified_at | closed_at
         F1         | 2026-03-01 | 2026-03-05  |
         F2         | 2026-03-30 |             |
         F3         | 2026-03-01 |             | 2026-02-01",
    );
    let left_out = |text: &str| {
        let answer = pipeline::ask(&library(), &tables, "2026-04-01T00:00:00Z", text);
        let rows = answer.rows.len();
        let reasons = answer.excluded.into_iter();
        let reasons: Vec<(String, u64)> = reasons.map(|left| (left.reason, left.rows)).collect();
        (rows, reasons)
    };
    assert_eq!(
        left_out("list findings found where verified within 14 days show finding_id"),
        (1, vec![("pending".to_string(), 1)])
    );
    assert_eq!(
        left_out("list findings open show finding_id"),
        (2, vec![("closed_at before found_at".to_string(), 1)])
    );
    let tables = findings(
        "finding_id | severity | found_at   | closed_at
         F1         | low      | 2026-03-01 |
         F2         | low      |            | 2026-02-01
         F3         | high     |            | 2026-02-01
         F4         | low      |            |
         F5         | low      |            | 2026-03-20",
    );
    let left_out = |text: &str| {
        let answer = pipeline::ask(&library(), &tables, "2026-04-01T00:00:00Z", text);
        let reasons = answer.excluded.into_iter();
        reasons
            .map(|left| (left.reason, left.rows))
            .collect::<Vec<_>>()
    };
    let missing = |rows: u64| vec![("found_at missing".to_string(), rows)];
    assert_eq!(left_out("count of findings open"), missing(3));
    assert_eq!(left_out("list findings open show finding_id"), missing(3));
    assert_eq!(
        left_out("count of findings open where severity = low"),
        missing(2)
    );
    // One that ended later had not ended then.
    assert_eq!(
        left_out("count of findings open over month in 2026-02"),
        missing(2)
    );
    assert_eq!(left_out("count of findings open as of 2026-01-15"), []);
}

/// Five findings, two of which end after ten days while two others are ten days old: three fifths are left after ten days, so
/// half have ended only after twenty. Taken group by group, two fifths would seem to be left.
#[test]
fn a_total_puts_equal_lifetimes_of_all_groups_at_risk_together() {
    let tables = findings(
        "finding_id | severity | found_at   | closed_at
         F1         | low      | 2026-01-01 | 2026-01-11
         F2         | low      | 2026-03-22 |
         F3         | low      | 2026-03-22 |
         F4         | high     | 2026-01-02 | 2026-01-12
         F5         | high     | 2026-01-01 | 2026-01-21",
    );
    let typical = values(
        &tables,
        "2026-04-01T00:00:00Z",
        "typical time from found to closed of findings found by severity with total",
    );
    assert_eq!(typical, [None, Some(10.0), Some(20.0)]);
}
