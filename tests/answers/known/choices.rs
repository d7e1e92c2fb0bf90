//! The time since one of several events: what is there at the instant counts (rules S40, S46).

use super::{findings, values};

const AS_OF: &str = "2026-05-01T00:00:00Z";

/// The first comes back in March. What came back after it was closed is not open again in this table.
const REOPENED: &str = "finding_id | found_at   | reopened_at | closed_at
     F1         | 2026-01-11 | 2026-03-02  |
     F2         | 2026-01-21 |             |
     F3         | 2026-01-01 | 2026-02-10  | 2026-01-31";

/// At the ends of January, February and March.
fn by_month(text: &str, as_of: &str) -> Vec<Option<f64>> {
    let text = format!("{text} over month from 2026-01 to 2026-03");
    values(&findings(REOPENED), as_of, &text)
}

#[test]
fn an_age_runs_since_what_has_happened_by_then() {
    // Days since: F1 21, 49, and 30 once it came back; F2 11, 39, 70.
    let ages = [
        ("mean time since reopened or found", [16.0, 44.0, 50.0]),
        (
            "mean time since latest of found, reopened",
            [16.0, 44.0, 50.0],
        ),
        (
            "mean time since earliest of found, reopened",
            [16.0, 44.0, 75.0],
        ),
        ("median time since reopened or found", [16.0, 44.0, 50.0]),
        ("max time since reopened or found", [21.0, 49.0, 70.0]),
        (
            "min time since latest of reopened, found",
            [11.0, 39.0, 30.0],
        ),
    ];
    for (age, expected) in ages {
        let text = format!("{age} of findings open");
        assert_eq!(by_month(&text, AS_OF), expected.map(Some), "{text}");
        // As of the end of February the last month is still to come.
        let then = by_month(&text, "2026-03-01T00:00:00Z");
        assert_eq!(then, [Some(expected[0]), Some(expected[1]), None], "{text}");
    }
}

#[test]
fn a_test_of_an_age_runs_since_what_has_happened_by_then() {
    let counts = [
        ("time since reopened or found > 40 days", [0.0, 1.0, 1.0]),
        ("time since reopened or found <= 30 days", [2.0, 0.0, 1.0]),
        (
            "time since latest of found, reopened <= 30 days",
            [2.0, 0.0, 1.0],
        ),
        (
            "time since earliest of found, reopened > 75 days",
            [0.0, 0.0, 1.0],
        ),
    ];
    for (test, expected) in counts {
        let text = format!("count of findings open where {test}");
        assert_eq!(by_month(&text, AS_OF), expected.map(Some), "{text}");
    }
}

#[test]
fn a_time_begins_with_what_had_happened_by_its_end() {
    // F3 came back after it was closed: closing it took the 30 days since it was found.
    let text = "mean time from reopened or found to closed of findings closed";
    assert_eq!(by_month(text, AS_OF), [Some(30.0), None, None]);
}
