//! DefectDojo.

use super::Existing;

fn defectdojo() -> Existing {
    Existing::new(
        "defectdojo",
        include_str!("defectdojo.sql"),
        "2026-04-01T00:00:00Z",
    )
}

#[test]
fn every_kpi_is_that_of_the_rows_in_files() {
    defectdojo().is_equal_to_files();
}

/// Worked by hand from the rows in `defectdojo.sql`.
#[test]
fn numbers_worked_by_hand() {
    defectdojo().gives(&[
        // 56, 28, 18 and 49 days: what was closed by hand counts at the report that no longer named it.
        ("mttr in 2026-Q1", Some(151.0 / 4.0)),
        ("verified_findings in 2026-Q1", Some(4.0)),
        // 56, 28, 18, 21 and 18 days until somebody or an import closed it.
        ("mttr_claimed in 2026-Q1", Some(141.0 / 5.0)),
        ("fixed_findings in 2026-Q1", Some(5.0)),
        // 3, 7, 8, 9, 10 and 13: accepted and under review is open, inactive and out of scope is not.
        ("backlog", Some(6.0)),
        // 7 until the 20th of April and 9 without an end; that of 8 ran out.
        ("risk_acceptances", Some(2.0)),
        ("expiring_acceptances", Some(1.0)),
        // 4 is one of 14 detections.
        ("duplicate_reduction in 2026-Q1", Some(1.0 / 14.0)),
        // Of shop, ledger and portal the last was not scanned in March: next is not in service yet, fax no longer.
        ("finding_density", Some(2.0)),
        ("scan_coverage_web", Some(0.5)),
        ("scan_coverage_api", Some(1.0)),
        // 7 and 10, of 13 episodes that are no false positive.
        ("exploitability_rate in 2026-Q1", Some(2.0 / 13.0)),
    ]);
}
