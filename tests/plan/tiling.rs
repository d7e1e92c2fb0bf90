//! Over random calendars, zones and ranges: periods touch, and what is compared is as long.

use chrono::{Days, NaiveDate, Weekday};
use proptest::prelude::*;
use riskql::base::calendar;
use riskql::base::types::Grain;
use riskql::lang::model::{Calendar, Period};
use riskql::plan::{BucketStatus, day_ends};

use super::fixture::Ask;

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
];

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let weekday = prop::sample::select(vec![Weekday::Mon, Weekday::Sat, Weekday::Sun]);
    (prop::sample::select(&ZONES[..]), weekday, 1..=12u32).prop_map(
        |(zone, week_starts, year_starts)| Calendar {
            timezone: zone.parse().expect("a zone"),
            week_starts,
            year_starts,
            history_from: None,
        },
    )
}

fn any_grain() -> impl Strategy<Value = Grain> {
    prop::sample::select(&Grain::ALL[..])
}

/// A day from 2009 to 2025: changes of clocks at midnight, a skipped day, leap years.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..6000u64)
        .prop_map(|offset| NaiveDate::from_ymd_opt(2009, 1, 1).expect("a day") + Days::new(offset))
}

fn any_period() -> impl Strategy<Value = Period> {
    (0..3u8, 1..20u32, any_grain()).prop_map(|(kind, count, grain)| match kind {
        0 => Period::Last(count, grain),
        1 => Period::Past(count, grain),
        _ => Period::This(grain),
    })
}

fn ask(calendar: &Calendar, as_of: i64, period: Period) -> Ask {
    let mut ask = Ask::new(calendar.clone(), "2026-01-01").period(period);
    ask.as_of = as_of;
    ask
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn relative_periods_are_tiled_without_gap_or_overlap(
        calendar in any_calendar(),
        day in any_day(),
        seconds in 0..86_400i64,
        period in any_period(),
        grain in any_grain(),
    ) {
        let as_of = calendar::midnight(&calendar, day) + seconds * 1_000_000;
        let whole = ask(&calendar, as_of, period.clone()).timeline().slots.remove(0);
        let slots = ask(&calendar, as_of, period).over(grain).timeline().slots;
        prop_assert_eq!(slots[0].start, whole.start);
        prop_assert_eq!(slots[slots.len() - 1].end, whole.end);
        for pair in slots.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
        }
        for slot in &slots {
            prop_assert!(slot.start < slot.end && slot.end <= as_of);
        }
    }

    #[test]
    fn named_ranges_are_tiled_up_to_as_of_and_go_on_after_it(
        calendar in any_calendar(),
        (first, length, as_of) in (any_day(), 0..400u64, any_day()),
        (own, grain) in (any_grain(), any_grain()),
    ) {
        let as_of = calendar::midnight(&calendar, as_of);
        let from = calendar::period_of(&calendar, first, own);
        let to = calendar::period_of(&calendar, first + Days::new(length), own);
        let slots = ask(&calendar, as_of, Period::Range(from, to)).over(grain).timeline().slots;
        let (start, end) = (
            calendar::start_instant(&calendar, from),
            calendar::end_instant(&calendar, to),
        );
        // One slot for each period that has time in the range, seen or not.
        let mut expected = 0;
        let mut period = calendar::period_of(&calendar, from.start, grain);
        while calendar::start_instant(&calendar, period) < end {
            let begins = calendar::start_instant(&calendar, period).max(start);
            expected += usize::from(begins < calendar::end_instant(&calendar, period).min(end));
            period = calendar::next(period);
        }
        prop_assert_eq!(slots.len(), expected);
        prop_assert_eq!(slots[0].start, start.min(as_of));
        prop_assert_eq!(slots[slots.len() - 1].end, end.min(as_of));
        for pair in slots.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
            prop_assert!(pair[1].status != BucketStatus::Complete || pair[0].status == BucketStatus::Complete);
        }
    }

    #[test]
    fn day_ends_tile_a_slot(
        calendar in any_calendar(),
        day in any_day(),
        seconds in 0..86_400i64,
        count in 1..60u32,
    ) {
        let as_of = calendar::midnight(&calendar, day) + seconds * 1_000_000;
        let slot = ask(&calendar, as_of, Period::Past(count, Grain::Day)).timeline().slots.remove(0);
        let ends = day_ends(&calendar, &slot);
        prop_assert_eq!(ends.last(), Some(&slot.end));
        let days: Vec<_> = ends.iter().map(|end| calendar::local_day(&calendar, end - 1)).collect();
        for pair in days.windows(2) {
            prop_assert!(pair[0] < pair[1]);
        }
        prop_assert_eq!(calendar::local_day(&calendar, slot.start), days[0]);
    }

    #[test]
    fn what_is_compared_ends_before_and_is_no_longer_than_its_periods(
        calendar in any_calendar(),
        day in any_day(),
        seconds in 0..86_400i64,
        grain in any_grain(),
        versus in any_grain(),
    ) {
        let as_of = calendar::midnight(&calendar, day) + seconds * 1_000_000;
        let ask = ask(&calendar, as_of, Period::This(grain)).previous(versus);
        if ask.plan().is_ok() {
            let timeline = ask.timeline();
            let (slot, other) = (&timeline.slots[0], &timeline.compared[0][0]);
            prop_assert!(other.start < slot.start);
            prop_assert!(other.end <= slot.start);
            prop_assert!(other.start <= other.end);
            prop_assert_eq!(other.status, BucketStatus::Complete);
        } else {
            prop_assert!(grain > versus || grain == Grain::Week);
        }
    }
}
