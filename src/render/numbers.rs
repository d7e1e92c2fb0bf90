//! Numbers for people: enough digits to tell values apart, none that say nothing.
//!
//! Takes a value in the unit it is shown in (percent as a fraction) and gives text. Formats for
//! machines do not come here: they write numbers unrounded.

use crate::base::types::DisplayUnit;
use crate::exec::answer::Verdict;

/// From here on digits are no longer written out.
const HUGE: f64 = 1e15;
/// Decimals that a number of the data may have: likelihoods of exploitation have nine.
const MOST_WRITTEN: usize = 10;
/// Past this many decimals a double has nothing left to tell.
const MOST_DECIMALS: usize = 15;

/// A value without its unit word, percent with its sign: `20.4`, `1,204`, `15.2%`.
///
/// At least three significant digits; whole numbers without decimals, ratios with two.
pub fn value(value: f64, unit: DisplayUnit) -> String {
    at_least(value, unit, 0)
}

/// A value with its unit: `20.4 days`, `1,204`, `15.2%`, `310 points`.
pub fn with_unit(value: f64, unit: DisplayUnit) -> String {
    format!("{}{}", self::value(value, unit), unit_after(unit))
}

/// A target's limit with its unit and every digit it was given: `30 days`, `15%`, `0.5`.
pub fn limit(limit: f64, unit: DisplayUnit) -> String {
    let shown = if unit == DisplayUnit::Percent {
        // 0.29 * 100 is 28.999999999999996; twelve decimals of a percentage are more than anyone writes.
        (limit * 1e14).round() / 1e12
    } else {
        limit
    };
    let sign = if unit == DisplayUnit::Percent {
        "%"
    } else {
        ""
    };
    format!("{}{sign}{}", plain(shown), unit_after(unit))
}

/// A difference with its sign; of percentages in percentage points: `+2.1`, `-3`, `+1.5 pp`, `0`.
pub fn change(change: f64, unit: DisplayUnit) -> String {
    signed(&at_least(change, unit, 0), change)
}

/// A fraction as a percentage.
pub(super) fn percent(fraction: f64) -> String {
    at_least(fraction, DisplayUnit::Percent, 0)
}

/// A change relative to what it is compared with: `+12.5%`, `-3%`, `0%`.
pub(super) fn change_in_percent(fraction: f64) -> String {
    let sign = if fraction > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(fraction))
}

fn signed(text: &str, change: f64) -> String {
    let sign = if change > 0.0 { "+" } else { "" };
    match text.strip_suffix('%') {
        Some(points) => format!("{sign}{points} pp"),
        None => format!("{sign}{text}"),
    }
}

/// A difference with the decimals of the values it lies between, more only if it would read as
/// none.
pub fn change_between(change: f64, unit: DisplayUnit, decimals: usize) -> String {
    if change != 0.0 && rounded(change, unit, decimals) == 0.0 {
        return self::change(change, unit);
    }
    signed(&write(change, unit, decimals), change)
}

/// A number of the data as it is: shortest text that reads back as the same number.
pub fn plain(value: f64) -> String {
    if value.abs() >= HUGE {
        format!("{value:e}")
    } else {
        // Avoids `-0`.
        format!("{}", value + 0.0)
    }
}

/// A number of a list for people: as it is, but for what has more decimals than anybody writes, which was computed, such as the days since
/// an event.
pub fn listed(value: f64) -> String {
    let text = plain(value);
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    match decimals > MOST_WRITTEN {
        true => self::value(value, DisplayUnit::Count),
        false => text,
    }
}

/// A whole number with thousands separated: `1,204`.
pub fn count(rows: u64) -> String {
    separate_thousands(&rows.to_string())
}

/// A number of things: `1 report`, `1,200 reports`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The unit as it stands behind a number, with a space; nothing for counts, percent and ratios.
pub(super) fn unit_after(unit: DisplayUnit) -> &'static str {
    match unit {
        DisplayUnit::Count | DisplayUnit::Percent | DisplayUnit::Ratio => "",
        DisplayUnit::Points => " points",
        DisplayUnit::Time(crate::base::types::TimeUnit::Minutes) => " minutes",
        DisplayUnit::Time(crate::base::types::TimeUnit::Hours) => " hours",
        DisplayUnit::Time(crate::base::types::TimeUnit::Days) => " days",
        DisplayUnit::Time(crate::base::types::TimeUnit::Weeks) => " weeks",
    }
}

/// How many decimals all numbers of a column get, so that their points line up. Single small values
/// may get more.
pub fn column_decimals(values: impl Iterator<Item = f64>, unit: DisplayUnit) -> usize {
    let most = if unit == DisplayUnit::Percent { 1 } else { 2 };
    values
        .map(|value| own_decimals(value, unit))
        .max()
        .unwrap_or(0)
        .min(most)
}

/// A value with no fewer than `decimals`.
pub(super) fn at_least(value: f64, unit: DisplayUnit, decimals: usize) -> String {
    write(value, unit, decimals.max(own_decimals(value, unit)))
}

/// A value with as many digits as its verdict needs: 29.98 against `below 29.99` must not read as
/// 30 (rule S30).
pub(super) fn judged(
    value: f64,
    unit: DisplayUnit,
    decimals: usize,
    verdict: Option<&Verdict>,
) -> String {
    let decimals = decimals.max(own_decimals(value, unit));
    let Some(verdict) = verdict else {
        return write(value, unit, decimals);
    };
    let holds = |value| verdict.bound.holds(value, verdict.limit);
    let enough = (decimals..=MOST_DECIMALS)
        .find(|decimals| holds(rounded(value, unit, *decimals)) == holds(value));
    write(value, unit, enough.unwrap_or(MOST_DECIMALS))
}

/// Decimals a value would get alone.
fn own_decimals(value: f64, unit: DisplayUnit) -> usize {
    let small = |shown: f64| {
        if shown.abs() < 1.0 {
            significant(shown)
        } else {
            0
        }
    };
    match unit {
        DisplayUnit::Ratio => small(value).max(2),
        DisplayUnit::Percent => {
            let shown = value * 100.0;
            let decimals = if is_whole(shown) {
                0
            } else {
                small(shown).max(1)
            };
            off_the_ends(value, decimals)
        }
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Time(_) => significant(value),
    }
}

/// 99.97 % must not read as 100 %: some are left.
fn off_the_ends(fraction: f64, decimals: usize) -> usize {
    (decimals..MOST_DECIMALS)
        .find(|decimals| {
            let shown = rounded(fraction, DisplayUnit::Percent, *decimals);
            let close = |end: f64| shown == end && (fraction - end).abs() > 1e-12;
            !close(1.0) && !close(0.0)
        })
        .unwrap_or(decimals)
}

/// Decimals that give three significant digits, fewer if the number is exact with fewer.
fn significant(shown: f64) -> usize {
    if is_whole(shown) || !shown.is_finite() {
        return 0;
    }
    let magnitude = shown.abs().log10().floor() as i64;
    let mut decimals = (2 - magnitude).clamp(0, MOST_DECIMALS as i64) as usize;
    while decimals > 0 && same(round(shown, decimals - 1), shown) {
        decimals -= 1;
    }
    decimals
}

fn is_whole(shown: f64) -> bool {
    same(shown.round(), shown)
}

/// Equal but for the noise of adding doubles.
fn same(left: f64, right: f64) -> bool {
    (left - right).abs() <= right.abs() * 1e-9
}

fn round(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().expect("a number")
}

/// The value that a reader of the rounded text has in hand.
fn rounded(value: f64, unit: DisplayUnit, decimals: usize) -> f64 {
    round(value, decimals + hidden_decimals(unit))
}

/// Decimals of a fraction that stand before the point once it is written as a percentage.
fn hidden_decimals(unit: DisplayUnit) -> usize {
    match unit {
        DisplayUnit::Percent => 2,
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => 0,
    }
}

fn write(value: f64, unit: DisplayUnit, decimals: usize) -> String {
    let value = rounded(value, unit, decimals);
    let (shown, sign) = match unit {
        DisplayUnit::Percent => (value * 100.0, "%"),
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => {
            (value, "")
        }
    };
    if shown.abs() >= HUGE {
        return format!("{shown:.2e}{sign}");
    }
    let text = format!("{:.decimals$}", shown + 0.0);
    format!("{}{sign}", separate_thousands(&text))
}

fn separate_thousands(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, decimals) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + decimals
}
