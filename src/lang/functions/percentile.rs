//! `p0` to `p100`: percentiles with linear interpolation (rule S21).

use super::{Function, Keeps, Kept, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "pNN",
    summary: "A percentile, `p0` to `p100`, interpolated linearly; none when there are no rows.",
    signature: "p90 VALUE of POPULATION",
    example: "p90 time from found to verified of findings verified",
    takes: Takes::Number,
    keeps: Keeps::Values,
    finish: |kept, _| match kept {
        Kept::Quantile {
            lower,
            upper,
            fraction,
            rows,
        } => quantile(lower, upper, fraction, rows),
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
/// (type 7 of Hyndman and Fan 1996, "Sample Quantiles in Statistical Packages").
fn quantile(lower: f64, upper: f64, q: f64, rows: u64) -> Option<f64> {
    let position = q * rows.checked_sub(1)? as f64;
    let part = position - position.floor();
    Some(match part > 0.0 {
        true => lower + (upper - lower) * part,
        false => lower,
    })
}

#[cfg(test)]
mod tests {
    use super::{fraction, quantile};

    #[test]
    fn median_of_an_even_number_lies_between() {
        // Of 1, 2, 3 and 10 the second and the third.
        assert_eq!(quantile(2.0, 3.0, 0.5, 4), Some(2.5));
        assert_eq!(quantile(0.0, 0.0, 0.5, 0), None);
        assert_eq!(quantile(7.0, 7.0, 0.95, 1), Some(7.0));
        // The middle of five is one of them.
        assert_eq!(quantile(3.0, 9.0, 0.5, 5), Some(3.0));
    }

    #[test]
    fn only_p0_to_p100_are_percentiles() {
        assert_eq!(fraction("p95"), Some(0.95));
        assert_eq!(fraction("p101"), None);
        assert_eq!(fraction("p"), None);
        assert_eq!(fraction("phish"), None);
    }
}
