//! Dates, grains, lengths of time and counts as candidates.

use super::Candidate;
use crate::app::repl::catalogue::Catalogue;
use crate::base::types::{Grain, StockMoment, TimeUnit};

/// The most months that are offered one by one.
const MOST_MONTHS: usize = 12;

/// Months of the data, the newest first, then its quarters and years.
pub(super) fn dates(catalogue: &Catalogue) -> Vec<Candidate> {
    let Some((first, last)) = catalogue.months() else {
        return Vec::new();
    };
    let count = |(year, month): (i32, u32)| i64::from(year) * 12 + i64::from(month) - 1;
    let all = (count(first)..=count(last)).rev();
    let months = all
        .clone()
        .take(MOST_MONTHS)
        .map(|at| format!("{:04}-{:02}", at.div_euclid(12), at.rem_euclid(12) + 1));
    let quarters = all
        .clone()
        .take(MOST_MONTHS)
        .map(|at| format!("{:04}-Q{}", at.div_euclid(12), at.rem_euclid(12) / 3 + 1));
    let mut quarters: Vec<String> = quarters.collect();
    quarters.dedup();
    let years = (first.0..=last.0).rev().take(MOST_MONTHS);
    let months = months.map(|name| Candidate::new(name, "month"));
    let quarters = quarters.into_iter();
    let quarters = quarters.map(|name| Candidate::new(name, "quarter"));
    let years = years.map(|year| Candidate::new(format!("{year:04}"), "year"));
    months.chain(quarters).chain(years).collect()
}

/// `month`, or `months` after a number.
pub(super) fn grains(is_plural: bool) -> Vec<Candidate> {
    let word = |grain: Grain| match is_plural {
        true => format!("{}s", grain.word()),
        false => grain.word().to_string(),
    };
    let by_use = [
        Grain::Month,
        Grain::Week,
        Grain::Day,
        Grain::Quarter,
        Grain::Year,
    ];
    by_use.map(|grain| Candidate::new(word(grain), "")).to_vec()
}

pub(super) fn units() -> Vec<Candidate> {
    let by_use = [
        TimeUnit::Days,
        TimeUnit::Hours,
        TimeUnit::Weeks,
        TimeUnit::Minutes,
    ];
    by_use.map(|unit| Candidate::new(unit.word(), "")).to_vec()
}

pub(super) fn moments() -> Vec<Candidate> {
    let about = |moment: StockMoment| match moment {
        StockMoment::End => "the number at the end of each period",
        StockMoment::Start => "the number at its start",
        StockMoment::Average => "the mean of its days",
        StockMoment::Peak => "the largest of its days",
    };
    StockMoment::ALL
        .map(|moment| Candidate::new(moment.word(), about(moment)))
        .to_vec()
}

/// Whole numbers that people ask for.
pub(super) fn counts() -> Vec<Candidate> {
    ["3", "6", "12", "10", "30", "90"]
        .map(|count| Candidate::new(count, ""))
        .to_vec()
}
