//! What stands in for no result, bounds of results, and KPIs that are read elsewhere than at the end.

use super::{findings, values};

const AS_OF: &str = "2026-05-01T00:00:00Z";

const FOUND: &str =
    "finding_id | severity | title              | found_at   | verified_at | closed_at
     F1         | high     | SQL injection      | 2026-03-10 | 2026-03-20  | 2026-03-20
     F2         | low      | Blind sql Injektion | 2026-04-05 |             |
     F3         | low      |                    | 2026-04-06 |             |";

fn of(text: &str) -> Vec<Option<f64>> {
    values(&findings(FOUND), AS_OF, text)
}

#[test]
fn otherwise_stands_in_for_no_rows_and_for_a_division_by_zero() {
    assert_eq!(of("mttr in 2026-04"), [None]);
    assert_eq!(of("mttr otherwise 0 days in 2026-04"), [Some(0.0)]);
    assert_eq!(of("mttr otherwise 2 weeks in 2026-04"), [Some(14.0)]);
    // March: one found, one verified. February: none and none.
    let rate = "(verified_findings / introduced_findings) otherwise 1";
    assert_eq!(
        of(&format!("{rate} over month from 2026-02 to 2026-03")),
        [Some(1.0), Some(1.0)]
    );
    let rate = "(verified_findings / introduced_findings) otherwise 7";
    assert_eq!(
        of(&format!("{rate} over month from 2026-02 to 2026-04")),
        [Some(7.0), Some(1.0), Some(0.0)]
    );
    // What has not come yet is not nothing.
    assert_eq!(of("mttr otherwise 0 days in 2026-06"), [None]);
}

#[test]
fn bounds_hold_the_number_and_leave_none_alone() {
    let text = "count of findings found at least 1 at most 1 over month from 2026-02 to 2026-04";
    assert_eq!(of(text), [Some(1.0), Some(1.0), Some(1.0)]);
    assert_eq!(
        of("mttr at most 5 days over month from 2026-03 to 2026-04"),
        [Some(5.0), None]
    );
    assert_eq!(
        of("(5% - escape_rate) at least 0% in 2026-04"),
        [Some(0.05)]
    );
}

#[test]
fn texts_contain_others_letter_case_aside() {
    assert_eq!(
        of("count of findings found where title contains \"SQL inj\""),
        [Some(2.0)]
    );
    // A missing title contains nothing.
    assert_eq!(
        of("count of findings found where title not contains \"injection\""),
        [Some(2.0)]
    );
}

/// F1 took 10 days; F2 and F3 are 26 and 25 days old. Of three at risk one has finished: a third has got there.
#[test]
fn a_third_of_the_lifetimes_ended_after_ten_days() {
    let typical = |percentile: &str| {
        of(&format!(
            "typical {percentile} time from found to verified of findings found"
        ))
    };
    assert_eq!(typical("p33"), [Some(10.0)]);
    assert_eq!(typical("p34"), [None]);
}
