//! `p0` to `p100`: percentiles with linear interpolation (rule S21).

use super::{Function, Keeps, Kept, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "pNN",
    summary: "A percentile, `p0` to `p100`, interpolated linearly; none when there are no rows.",
    signature: "p90 VALUE of POPULATION",
    example: "p90 time from found to verified of findings verified",
    takes: Takes::Number,
    keeps: Keeps::Values,
    finish: |kept, fraction| match kept {
        Kept::Values(values) => quantile(
            values,
            fraction.expect("a percentile is written with its number"),
        ),
        other => mismatch(other),
    },
    unit: same,
};

/// The fraction of `p95`, if the word is a percentile.
pub(super) fn fraction(written: &str) -> Option<f64> {
    let digits = written.strip_prefix('p')?;
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let percent: u32 = digits.parse().ok()?;
    (percent <= 100).then(|| f64::from(percent) / 100.0)
}

/// Linear interpolation between the two nearest of the ordered values: position `q (n - 1)`
/// (type 7 of Hyndman and Fan 1996, "Sample Quantiles in Statistical Packages"). Only those two are
/// put into place, which is linear in the number of values where sorting would not be.
pub(super) fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let position = q * last as f64;
    let below = (position.floor() as usize).min(last);
    let part = position - below as f64;
    let (_, lower, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let lower = *lower;
    match above.iter().copied().min_by(f64::total_cmp) {
        Some(upper) if part > 0.0 => Some(lower + (upper - lower) * part),
        Some(_) | None => Some(lower),
    }
}

#[cfg(test)]
mod tests {
    use super::{fraction, quantile};

    #[test]
    fn median_of_an_even_number_lies_between() {
        assert_eq!(quantile(&mut [10.0, 2.0, 1.0, 3.0], 0.5), Some(2.5));
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [7.0], 0.95), Some(7.0));
    }

    #[test]
    fn only_p0_to_p100_are_percentiles() {
        assert_eq!(fraction("p95"), Some(0.95));
        assert_eq!(fraction("p101"), None);
        assert_eq!(fraction("p"), None);
        assert_eq!(fraction("phish"), None);
    }
}
