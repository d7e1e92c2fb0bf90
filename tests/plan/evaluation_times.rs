//! Rules S2 and S3: which as-of and known-on win.

use riskql::lang::model::Moment;
use riskql::plan::{GivenTime, evaluation_time};

use super::fixture::{calendar_of, definitions, flow, instant, query_of};

fn moment(label: &str) -> Moment {
    Moment {
        label: label.into(),
        instant: instant(&format!("{label}T00:00:00Z")),
    }
}

#[test]
fn the_data_end_with_the_local_day_of_the_watermark() {
    let definitions = definitions(calendar_of("America/New_York"));
    let given = GivenTime {
        // Still 30 April in New York.
        watermark: Some(instant("2026-05-01T02:30:00Z")),
        ..GivenTime::default()
    };
    let found = evaluation_time(&definitions, &query_of(vec![flow()]), &given).unwrap();
    assert_eq!(found.as_of.label, "2026-04-30");
    assert_eq!(found.as_of.instant, instant("2026-05-01T04:00:00Z"));
    assert_eq!(found.known_on, found.as_of);
    assert!(!found.known_on_given);
}

#[test]
fn an_event_at_midnight_belongs_to_the_day_it_begins() {
    let definitions = definitions(calendar_of("UTC"));
    let given = GivenTime {
        watermark: Some(instant("2026-04-30T00:00:00Z")),
        ..GivenTime::default()
    };
    let found = evaluation_time(&definitions, &query_of(vec![flow()]), &given).unwrap();
    assert_eq!(found.as_of.label, "2026-04-30");
    assert_eq!(found.as_of.instant, instant("2026-05-01T00:00:00Z"));
}

#[test]
fn the_query_wins_over_what_is_given_and_that_over_the_data() {
    let definitions = definitions(calendar_of("UTC"));
    let mut query = query_of(vec![flow()]);
    let given = GivenTime {
        as_of: Some(moment("2026-02-02")),
        known_on: Some(moment("2026-03-03")),
        watermark: Some(0),
    };
    let found = evaluation_time(&definitions, &query, &given).unwrap();
    assert_eq!(found.as_of.label, "2026-02-02");
    assert_eq!(found.known_on.label, "2026-03-03");
    assert!(found.known_on_given);

    query.as_of = Some(moment("2025-01-01"));
    query.known_on = Some(moment("2025-02-02"));
    let found = evaluation_time(&definitions, &query, &given).unwrap();
    assert_eq!(found.as_of.label, "2025-01-01");
    assert_eq!(found.known_on.label, "2025-02-02");
}

#[test]
fn no_event_and_no_as_of_is_an_error() {
    let definitions = definitions(calendar_of("UTC"));
    let query = query_of(vec![flow()]);
    let problems = evaluation_time(&definitions, &query, &GivenTime::default()).unwrap_err();
    let problem = &problems.sorted()[0];
    assert_eq!(problem.code, "K410");
    assert!(problem.message.contains("no event"));
    assert!(problem.help[0].contains("--as-of"));

    let absurd = GivenTime {
        watermark: Some(i64::MAX),
        ..GivenTime::default()
    };
    let problems = evaluation_time(&definitions, &query, &absurd).unwrap_err();
    assert_eq!(problems.sorted()[0].code, "K411");
}
