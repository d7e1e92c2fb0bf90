//! What is compared with what: rules S9 and S10, worked out by hand.

use riskql::base::types::Grain;
use riskql::lang::model::{Period, Versus};

use super::fixture::{Ask, calendar_of, flow, range, stock};

fn month(as_of: &str, label: &str) -> Ask {
    Ask::utc(as_of).ranging(label, label)
}

#[test]
fn a_month_is_compared_with_the_month_before_whole() {
    assert_eq!(
        month("2026-12-31", "2026-03")
            .previous(Grain::Month)
            .compared(),
        ["2026-02: 2026-02-01 to 2026-03-01, Complete"]
    );
    assert_eq!(
        month("2026-12-31", "2026-03")
            .previous(Grain::Year)
            .compared(),
        ["2025-03: 2025-03-01 to 2025-04-01, Complete"]
    );
    assert_eq!(
        month("2026-12-31", "2026-03")
            .previous(Grain::Quarter)
            .compared(),
        ["2025-12: 2025-12-01 to 2026-01-01, Complete"]
    );
}

#[test]
fn every_period_of_a_series_has_its_own_counterpart() {
    let ask = Ask::utc("2026-04-30")
        .over(Grain::Month)
        .ranging("2026-02", "2026-03")
        .previous(Grain::Year);
    assert_eq!(
        ask.compared(),
        [
            "2025-02: 2025-02-01 to 2025-03-01, Complete",
            "2025-03: 2025-03-01 to 2025-04-01, Complete",
        ]
    );
}

#[test]
fn several_periods_in_one_move_together() {
    let year = |count| Ask::utc("2026-04-30").period(Period::Last(count, Grain::Month));
    assert_eq!(
        year(12).previous(Grain::Year).compared(),
        ["2024-05 to 2025-04: 2024-05-01 to 2025-05-01, Complete"]
    );
    assert_eq!(
        year(3).previous(Grain::Quarter).compared(),
        ["2025-11 to 2026-01: 2025-11-01 to 2026-02-01, Complete"]
    );
    assert_eq!(year(3).previous(Grain::Month).plan().unwrap_err(), ["K415"]);
    assert_eq!(year(13).previous(Grain::Year).plan().unwrap_err(), ["K415"]);
}

#[test]
fn what_has_elapsed_is_compared_with_as_much() {
    let this = |as_of: &str, grain| Ask::utc(as_of).period(Period::This(grain));
    let ask = this("2026-03-15", Grain::Month).previous(Grain::Month);
    assert_eq!(
        ask.compared(),
        ["2026-02: 2026-02-01 to 2026-02-16, Complete"]
    );
    assert_eq!(
        ask.timeline().notes,
        [
            "2026-03 is provisional: it is counted up to as-of",
            "2026-03 is compared with the same elapsed part of 2026-02",
        ]
    );
    // Thirty days have gone; February has not that many.
    assert_eq!(
        this("2026-03-30", Grain::Month)
            .previous(Grain::Month)
            .compared(),
        ["2026-02: 2026-02-01 to 2026-03-01, Complete"]
    );
    // 1 April to 20 May is 50 days; the first 50 days of the year end with 19 February.
    assert_eq!(
        this("2026-05-20", Grain::Quarter)
            .previous(Grain::Quarter)
            .compared(),
        ["2026-Q1: 2026-01-01 to 2026-02-20, Complete"]
    );
    assert_eq!(
        this("2026-03-15", Grain::Month)
            .instant("2026-03-15T10:30:00Z")
            .previous(Grain::Month)
            .compared(),
        ["2026-02: 2026-02-01 to 2026-02-15 10:30, Complete"]
    );
    // In the sixth month of six, half of it gone.
    let half = Ask::utc("2026-06-15")
        .ranging("2026-01", "2026-06")
        .previous(Grain::Year);
    assert_eq!(
        half.compared(),
        ["2025-01 to 2025-06: 2025-01-01 to 2025-06-16, Complete"]
    );
}

#[test]
fn elapsed_days_are_local_days_across_a_change_of_clocks() {
    // As of the end of 29 March 2026, a day of 23 hours in Berlin.
    let ask = Ask::new(calendar_of("Europe/Berlin"), "2026-03-29")
        .period(Period::This(Grain::Month))
        .previous(Grain::Year);
    assert_eq!(
        ask.compared(),
        ["2025-03: 2025-03-01 to 2025-03-30, Complete"]
    );
    // The day of the change is compared with the day before, which has a second hour to spare.
    let day = Ask::new(calendar_of("Europe/Berlin"), "2026-04-30")
        .ranging("2026-03-29", "2026-03-29")
        .previous(Grain::Day);
    assert_eq!(
        day.compared(),
        ["2026-03-28: 2026-03-28 to 2026-03-29, Complete"]
    );
}

#[test]
fn days_without_a_counterpart_take_the_last_one_before() {
    let leap = Ask::utc("2024-12-31")
        .ranging("2024-02-29", "2024-02-29")
        .previous(Grain::Year);
    assert_eq!(
        leap.compared(),
        ["2023-02-28: 2023-02-28 to 2023-03-01, Complete"]
    );
    assert_eq!(
        leap.timeline().notes,
        [
            "without a counterpart one year earlier, compared with the last before it: \
          2024-02-29 with 2023-02-28"
        ]
    );
    let march = Ask::utc("2026-12-31")
        .over(Grain::Day)
        .ranging("2026-03", "2026-03")
        .previous(Grain::Month);
    assert_eq!(
        march.compared()[30],
        "2026-02-28: 2026-02-28 to 2026-03-01, Complete"
    );
    assert_eq!(
        march.timeline().notes,
        [
            "without a counterpart one month earlier, compared with the last before it: \
          2026-03-29 with 2026-02-28, 2026-03-30 with 2026-02-28, 2026-03-31 with 2026-02-28"
        ]
    );
    assert_eq!(
        Ask::utc("2026-12-31")
            .ranging("2026-03-10", "2026-03-10")
            .previous(Grain::Week)
            .compared(),
        ["2026-03-03: 2026-03-03 to 2026-03-04, Complete"]
    );
}

#[test]
fn weeks_go_by_their_number() {
    let weeks = Ask::utc("2021-03-31")
        .over(Grain::Week)
        .ranging("2020-W53", "2021-W01")
        .previous(Grain::Year);
    assert_eq!(
        weeks.compared(),
        [
            // 2019 has 52 weeks.
            "2019-W52: 2019-12-23 to 2019-12-30, Complete",
            "2020-W01: 2019-12-30 to 2020-01-06, Complete",
        ]
    );
    assert_eq!(weeks.timeline().notes.len(), 1);
    let by_month = Ask::utc("2021-03-31")
        .over(Grain::Week)
        .ranging("2020-W53", "2021-W01")
        .previous(Grain::Month);
    assert_eq!(by_month.plan().unwrap_err(), ["K416"]);
}

#[test]
fn a_longer_period_is_not_compared_with_a_shorter_one() {
    let quarter = month("2026-12-31", "2026-Q1").previous(Grain::Month);
    assert_eq!(quarter.plan().unwrap_err(), ["K415"]);
}

#[test]
fn a_cut_period_is_compared_with_the_same_part() {
    let ask = Ask::utc("2026-12-31")
        .over(Grain::Week)
        .ranging("2026-03", "2026-03")
        .previous(Grain::Week);
    // W09 is cut to its Sunday, W14 to its Monday and Tuesday.
    assert_eq!(
        ask.compared()[0],
        "2026-W08: 2026-02-22 to 2026-02-23, Complete"
    );
    assert_eq!(
        ask.compared()[5],
        "2026-W13: 2026-03-23 to 2026-03-25, Complete"
    );
}

#[test]
fn rolling_windows_move_by_the_calendar() {
    let past = |count| Ask::utc("2026-03-31").period(Period::Past(count, Grain::Day));
    assert_eq!(
        past(30).previous(Grain::Month).compared(),
        ["2026-02-02 to 2026-02-28: 2026-02-02 to 2026-03-01, Complete"]
    );
    assert_eq!(
        past(90).previous(Grain::Year).compared(),
        ["2025-01-01 to 2025-03-31: 2025-01-01 to 2025-04-01, Complete"]
    );
    assert_eq!(
        past(90).previous(Grain::Month).plan().unwrap_err(),
        ["K415"]
    );
}

#[test]
fn one_period_may_be_compared_with_all() {
    let utc = calendar_of("UTC");
    let ask = Ask::utc("2026-03-10")
        .over(Grain::Month)
        .ranging("2026-02", "2026-03")
        .versus(Versus::Period(range(&utc, "2025-12", "2025-12")));
    assert_eq!(
        ask.compared(),
        [
            "2025-12: 2025-12-01 to 2026-01-01, Complete",
            "2025-12: 2025-12-01 to 2025-12-11, Complete",
        ]
    );
    let unlike = Ask::utc("2026-03-10")
        .period(Period::This(Grain::Month))
        .versus(Versus::Period(range(&utc, "2025", "2025")));
    assert_eq!(
        unlike.compared(),
        ["2025: 2025-01-01 to 2026-01-01, Complete"]
    );
    assert_eq!(
        unlike.timeline().notes[1],
        "2026-03 is compared with the whole of 2025"
    );
}

#[test]
fn a_stock_now_is_compared_with_the_same_moment_before() {
    let now = |as_of| {
        Ask::utc(as_of)
            .columns(vec![stock()])
            .previous(Grain::Month)
    };
    assert_eq!(
        now("2026-04-15").slots(),
        ["2026-04: 2026-04-01 to 2026-04-16, Provisional"]
    );
    assert_eq!(
        now("2026-04-15").compared(),
        ["2026-03: 2026-03-01 to 2026-03-16, Complete"]
    );
    assert_eq!(
        now("2026-04-30").compared(),
        ["2026-03: 2026-03-01 to 2026-04-01, Complete"]
    );
    let utc = calendar_of("UTC");
    let fixed = Ask::utc("2026-04-15")
        .columns(vec![stock()])
        .versus(Versus::Period(range(&utc, "2025-12", "2025-12")));
    assert_eq!(fixed.slots(), ["all: ever to 2026-04-16, Complete"]);
    assert_eq!(
        fixed.compared(),
        ["2025-12: 2025-12-01 to 2026-01-01, Complete"]
    );
}

#[test]
fn events_of_all_time_have_nothing_to_be_compared_with() {
    let ask = Ask::utc("2026-04-15")
        .columns(vec![stock(), flow()])
        .previous(Grain::Month);
    assert_eq!(ask.plan().unwrap_err(), ["K414"]);
}

#[test]
fn what_is_compared_may_lie_before_history() {
    let mut calendar = calendar_of("UTC");
    calendar.history_from = "2025-03-10".parse().ok();
    let ask = Ask::new(calendar, "2026-04-30")
        .over(Grain::Month)
        .ranging("2026-02", "2026-03")
        .previous(Grain::Year);
    assert_eq!(
        ask.compared(),
        [
            "2025-02: 2025-02-01 to 2025-03-01, NoHistory",
            "2025-03: 2025-03-10 to 2025-04-01, Complete",
        ]
    );
    assert_eq!(
        ask.timeline().notes,
        ["2025-03 is computed from 2025-03-10 on, where history begins"]
    );
}

#[test]
fn a_day_that_never_was_is_passed_over() {
    let samoa = Ask::new(calendar_of("Pacific/Apia"), "2012-01-31")
        .ranging("2011-12-31", "2011-12-31")
        .previous(Grain::Day);
    assert_eq!(
        samoa.compared(),
        ["2011-12-29: 2011-12-29 to 2011-12-31, Complete"]
    );
}
