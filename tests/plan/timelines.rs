//! Slots worked out by hand: rules S1, S8, S11, S14.

use riskql::base::types::{Grain, StockMoment};
use riskql::lang::model::Period;
use riskql::plan::{BucketStatus, CODES, TimeBucket, day_ends};

use super::fixture::{Ask, calendar_of, end_of, flow, instant, stock};

#[test]
fn without_a_period_everything_up_to_as_of_counts() {
    assert_eq!(
        Ask::utc("2026-04-30").slots(),
        ["all: ever to 2026-05-01, Complete"]
    );
    let mut calendar = calendar_of("UTC");
    calendar.history_from = "2024-01-01".parse().ok();
    assert_eq!(
        Ask::new(calendar.clone(), "2026-04-30").slots(),
        ["all: 2024-01-01 to 2026-05-01, Complete"]
    );
    assert_eq!(
        Ask::new(calendar, "2023-04-30").slots(),
        ["all: 2023-05-01 to 2023-05-01, NoHistory"]
    );
}

#[test]
fn last_months_are_complete_and_the_one_that_ends_at_as_of_is() {
    let last = |as_of| {
        Ask::utc(as_of)
            .period(Period::Last(2, Grain::Month))
            .slots()
    };
    assert_eq!(
        last("2026-04-30"),
        ["2026-03 to 2026-04: 2026-03-01 to 2026-05-01, Complete"]
    );
    assert_eq!(
        last("2026-04-29"),
        ["2026-02 to 2026-03: 2026-02-01 to 2026-04-01, Complete"]
    );
    assert_eq!(
        Ask::utc("2026-04-29")
            .period(Period::Last(1, Grain::Month))
            .slots(),
        ["2026-03: 2026-03-01 to 2026-04-01, Complete"]
    );
}

#[test]
fn this_month_is_provisional_until_it_is_over() {
    let this = |as_of| Ask::utc(as_of).period(Period::This(Grain::Month));
    assert_eq!(
        this("2026-03-15").slots(),
        ["2026-03: 2026-03-01 to 2026-03-16, Provisional"]
    );
    assert_eq!(
        this("2026-03-15").timeline().notes,
        ["2026-03 is provisional: it is counted up to as-of"]
    );
    assert_eq!(
        this("2026-03-31").slots(),
        ["2026-03: 2026-03-01 to 2026-04-01, Complete"]
    );
    // Cut into weeks it stops at as-of: 15 March 2026 is a Sunday.
    assert_eq!(
        this("2026-03-17").over(Grain::Week).slots(),
        [
            "2026-W09: 2026-03-01 to 2026-03-02, Complete",
            "2026-W10: 2026-03-02 to 2026-03-09, Complete",
            "2026-W11: 2026-03-09 to 2026-03-16, Complete",
            "2026-W12: 2026-03-16 to 2026-03-18, Provisional",
        ]
    );
}

#[test]
fn a_named_range_is_dense_on_both_sides_of_history_and_as_of() {
    let mut calendar = calendar_of("UTC");
    calendar.history_from = "2026-01-10".parse().ok();
    let ask = Ask::new(calendar, "2026-02-15")
        .over(Grain::Month)
        .ranging("2025-12", "2026-03");
    assert_eq!(
        ask.slots(),
        [
            "2025-12: 2025-12-01 to 2026-01-01, NoHistory",
            "2026-01: 2026-01-10 to 2026-02-01, Complete",
            "2026-02: 2026-02-01 to 2026-02-16, Provisional",
            "2026-03: 2026-02-16 to 2026-02-16, Future",
        ]
    );
    assert_eq!(
        ask.timeline().notes,
        [
            "2026-01 is computed from 2026-01-10 on, where history begins",
            "2026-02 is provisional: it is counted up to as-of",
        ]
    );
}

#[test]
fn a_range_in_another_grain_cuts_the_periods_at_its_ends() {
    let ask = Ask::utc("2026-12-31")
        .over(Grain::Week)
        .ranging("2026-03", "2026-03");
    assert_eq!(
        ask.slots(),
        [
            "2026-W09: 2026-03-01 to 2026-03-02, Complete",
            "2026-W10: 2026-03-02 to 2026-03-09, Complete",
            "2026-W11: 2026-03-09 to 2026-03-16, Complete",
            "2026-W12: 2026-03-16 to 2026-03-23, Complete",
            "2026-W13: 2026-03-23 to 2026-03-30, Complete",
            "2026-W14: 2026-03-30 to 2026-04-01, Complete",
        ]
    );
    assert_eq!(
        ask.timeline().notes,
        ["2026-W09 and 2026-W14 lie only in part within the range"]
    );
    assert_eq!(
        Ask::utc("2026-12-31")
            .over(Grain::Month)
            .period(Period::Last(2, Grain::Quarter))
            .slots()
            .len(),
        6
    );
    assert_eq!(
        Ask::utc("2026-12-31")
            .over(Grain::Quarter)
            .ranging("2026-02", "2026-02")
            .slots(),
        ["2026-Q1: 2026-02-01 to 2026-03-01, Complete"]
    );
}

#[test]
fn over_without_a_period_is_twelve_complete_ones() {
    let ask = Ask::utc("2026-04-15").over(Grain::Month);
    let slots = ask.slots();
    assert_eq!(slots.len(), 12);
    assert_eq!(slots[0], "2025-04: 2025-04-01 to 2025-05-01, Complete");
    assert_eq!(slots[11], "2026-03: 2026-03-01 to 2026-04-01, Complete");
    assert_eq!(
        ask.timeline().notes,
        ["`over month` without a period covers the last 12 complete months"]
    );
}

#[test]
fn past_days_end_at_as_of_and_are_cut_at_their_start() {
    // 30 days of April, 31 of March, 28 of February and one of January: Saturday the 31st.
    let past = |count, grain| Ask::utc("2026-04-30").period(Period::Past(count, grain));
    assert_eq!(
        past(90, Grain::Day).slots(),
        ["2026-01-31 to 2026-04-30: 2026-01-31 to 2026-05-01, Complete"]
    );
    let weeks = past(90, Grain::Day).over(Grain::Week).slots();
    assert_eq!(weeks.len(), 14);
    assert_eq!(weeks[0], "2026-W05: 2026-01-31 to 2026-02-02, Complete");
    assert_eq!(weeks[13], "2026-W18: 2026-04-27 to 2026-05-01, Provisional");
    assert_eq!(
        past(2, Grain::Month).slots(),
        ["2026-03-01 to 2026-04-30: 2026-03-01 to 2026-05-01, Complete"]
    );
    // At half past ten the window begins at half past ten.
    assert_eq!(
        past(1, Grain::Week).instant("2026-04-15T10:30:00Z").slots(),
        ["2026-04-08 to 2026-04-15: 2026-04-08 10:30 to 2026-04-15 10:30, Complete"]
    );
    // There is no 29 February in 2026.
    assert_eq!(
        past(1, Grain::Month)
            .instant("2026-03-29T12:00:00Z")
            .slots(),
        ["2026-02-28 to 2026-03-29: 2026-02-28 12:00 to 2026-03-29 12:00, Complete"]
    );
}

#[test]
fn fiscal_quarters_and_years_follow_the_calendar() {
    let mut calendar = calendar_of("UTC");
    calendar.year_starts = 4;
    let ask = |period| Ask::new(calendar.clone(), "2026-04-30").period(period);
    assert_eq!(
        ask(Period::Last(1, Grain::Year)).slots(),
        ["2026: 2025-04-01 to 2026-04-01, Complete"]
    );
    assert_eq!(
        ask(Period::This(Grain::Quarter)).slots(),
        ["2027-Q1: 2026-04-01 to 2026-05-01, Provisional"]
    );
    assert_eq!(
        ask(Period::Last(1, Grain::Year))
            .over(Grain::Quarter)
            .slots()[3],
        "2026-Q4: 2026-01-01 to 2026-04-01, Complete"
    );
}

#[test]
fn weeks_run_through_the_turn_of_the_year() {
    let ask = Ask::utc("2021-01-31")
        .over(Grain::Week)
        .ranging("2020-W52", "2021-W02");
    assert_eq!(
        ask.slots(),
        [
            "2020-W52: 2020-12-21 to 2020-12-28, Complete",
            "2020-W53: 2020-12-28 to 2021-01-04, Complete",
            "2021-W01: 2021-01-04 to 2021-01-11, Complete",
            "2021-W02: 2021-01-11 to 2021-01-18, Complete",
        ]
    );
    // 2026 begins on a Thursday: its first week holds three days of 2025.
    assert_eq!(
        Ask::utc("2026-06-30")
            .ranging("2026-W01", "2026-W01")
            .slots(),
        ["2026-W01: 2025-12-29 to 2026-01-05, Complete"]
    );
}

#[test]
fn days_are_as_long_as_the_clocks_make_them() {
    let berlin = Ask::new(calendar_of("Europe/Berlin"), "2026-04-30")
        .over(Grain::Day)
        .ranging("2026-03-28", "2026-03-30");
    let slots = berlin.timeline().slots;
    let hours: Vec<i64> = slots
        .iter()
        .map(|slot| (slot.end - slot.start) / 3_600_000_000)
        .collect();
    assert_eq!(hours, [24, 23, 24]);
    assert_eq!(slots[1].start, instant("2026-03-28T23:00:00Z"));

    // In 2018 summer time began in São Paulo at midnight of Sunday 4 November: the day starts at one.
    let brazil = Ask::new(calendar_of("America/Sao_Paulo"), "2018-11-30")
        .over(Grain::Day)
        .ranging("2018-11-03", "2018-11-05");
    let slots = brazil.timeline().slots;
    assert_eq!(slots[1].start, instant("2018-11-04T03:00:00Z"));
    assert_eq!(slots[1].end, instant("2018-11-05T02:00:00Z"));

    // Samoa went from 29 to 31 December 2011: the day between is no period.
    let samoa = Ask::new(calendar_of("Pacific/Apia"), "2012-01-31")
        .over(Grain::Day)
        .ranging("2011-12-29", "2011-12-31");
    let labels: Vec<String> = samoa
        .timeline()
        .slots
        .into_iter()
        .map(|slot| slot.label)
        .collect();
    assert_eq!(labels, ["2011-12-29", "2011-12-31"]);
}

#[test]
fn leap_days_are_days() {
    let ask = Ask::utc("2024-12-31")
        .over(Grain::Day)
        .ranging("2024-02", "2024-02");
    let slots = ask.slots();
    assert_eq!(slots.len(), 29);
    assert_eq!(slots[28], "2024-02-29: 2024-02-29 to 2024-03-01, Complete");
}

#[test]
fn day_ends_stop_at_the_end_of_the_slot() {
    let calendar = calendar_of("Europe/Berlin");
    let slot = |start: &str, end: &str| TimeBucket {
        label: String::new(),
        start: instant(start),
        end: instant(end),
        status: BucketStatus::Complete,
    };
    assert_eq!(
        day_ends(
            &calendar,
            &slot("2026-03-27T23:00:00Z", "2026-03-30T10:00:00Z")
        ),
        [
            instant("2026-03-28T23:00:00Z"),
            instant("2026-03-29T22:00:00Z"),
            instant("2026-03-30T10:00:00Z"),
        ]
    );
    assert_eq!(
        day_ends(
            &calendar,
            &slot("2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z")
        ),
        [instant("2026-03-28T23:00:00Z")]
    );
    let empty = slot("2026-03-27T23:00:00Z", "2026-03-27T23:00:00Z");
    assert!(day_ends(&calendar, &empty).is_empty());
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let codes = |ask: Ask| ask.plan().unwrap_err();
    let utc = || Ask::utc("2026-04-30");
    assert_eq!(codes(utc().ranging("2026-03", "2026-02")), ["K412"]);
    assert_eq!(codes(utc().period(Period::Last(0, Grain::Month))), ["K412"]);
    assert_eq!(
        codes(utc().period(Period::Last(u32::MAX, Grain::Year))),
        ["K413"]
    );
    assert_eq!(
        codes(utc().period(Period::Past(100_001, Grain::Year))),
        ["K413"]
    );
    assert_eq!(
        codes(utc().over(Grain::Day).ranging("1700", "2026")),
        ["K413"]
    );
    assert!(
        utc()
            .period(Period::Past(100_000, Grain::Year))
            .plan()
            .is_ok()
    );
    assert!(
        utc()
            .period(Period::Last(100_000, Grain::Quarter))
            .over(Grain::Year)
            .plan()
            .is_ok()
    );

    let mut average = stock();
    average.moment = StockMoment::Average;
    assert_eq!(codes(utc().columns(vec![average.clone()])), ["K417"]);
    assert_eq!(
        codes(utc().columns(vec![average.clone()]).ranging("1700", "2026")),
        ["K413"]
    );
    assert!(
        utc()
            .columns(vec![average])
            .period(Period::This(Grain::Month))
            .plan()
            .is_ok()
    );
}

#[test]
fn equal_measures_are_one_step() {
    let plan = Ask::utc("2026-04-30")
        .columns(vec![flow(), stock(), flow()])
        .plan()
        .unwrap();
    let riskql::plan::Work::Values(work) = plan.work else {
        panic!("a values query")
    };
    assert_eq!(work.steps.len(), 2);
    assert_eq!(
        end_of(&calendar_of("UTC"), "2026-04-30"),
        plan.evaluation.as_of.instant
    );
}

#[test]
fn codes_are_listed_once_and_in_order() {
    let codes: Vec<&str> = CODES.iter().map(|(code, _)| *code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
}
