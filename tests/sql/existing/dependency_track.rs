//! Dependency-Track.

use super::Existing;

fn dependency_track() -> Existing {
    Existing::new(
        "dependency_track",
        include_str!("dependency_track.sql"),
        "2026-04-01T00:00:00Z",
    )
}

#[test]
fn every_kpi_is_that_of_the_rows_in_files() {
    dependency_track().is_equal_to_files();
}

/// Worked by hand from the rows in `dependency_track.sql`.
#[test]
fn numbers_worked_by_hand() {
    dependency_track().gives(&[
        // log4j-core, which one analyzer still reports, and openssl.
        ("backlog", Some(2.0)),
        // One is critical, and somebody raised the other from medium.
        ("backlog where severity = high", Some(1.0)),
        // Resolved after 20 days.
        ("mttr_claimed in 2026-Q1", Some(20.0)),
        ("fixed_findings in 2026-Q1", Some(1.0)),
        // The second analyzer of two findings, of 8 reports.
        ("duplicate_reduction in 2026-Q1", Some(0.25)),
        // 1 of 6.
        ("validation_rate in 2026-Q1", Some(1.0 / 6.0)),
        // Of shop and ledger, shop was analysed in March; fax is out of service.
        ("scan_coverage where kind = application", Some(1.0)),
        ("finding_density", Some(1.0)),
    ]);
}
