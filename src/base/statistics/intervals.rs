//! Confidence intervals of shares and of quantiles.

use super::normal_quantile;

/// The interval of a share of `rows` rows, by the score test of Wilson (1927), "Probable Inference, the Law of
/// Succession, and Statistical Inference"; `None` of no rows. `level` is 0.95 for 95 %.
pub fn share_interval(passing: u64, rows: u64, level: f64) -> Option<(f64, f64)> {
    if rows == 0 {
        return None;
    }
    let n = rows as f64;
    let share = passing as f64 / n;
    let z = normal_quantile(f64::midpoint(1.0, level));
    let scale = 1.0 + z * z / n;
    let middle = (share + z * z / (2.0 * n)) / scale;
    let half = z / scale * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // Of none and of all, rounding must not leave the share outside.
    let low = if passing == 0 { 0.0 } else { middle - half };
    let high = if passing == rows { 1.0 } else { middle + half };
    Some((low, high))
}

/// Between which of `rows` values in ascending order, counted from 0, a quantile of what they are a sample of lies with at
/// least this probability, whatever the distribution: David and Nagaraja (2003), "Order Statistics", 7.1. On each side no
/// more than half of the rest lies outside. `None` where the values are too few for that.
pub fn interval_ranks(rows: u64, fraction: f64, level: f64) -> Option<(u64, u64)> {
    if rows == 0 || fraction <= 0.0 || fraction >= 1.0 {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    let low = tail_length(rows, fraction, tail).checked_sub(1)?;
    let high = tail_length(rows, 1.0 - fraction, tail).checked_sub(1)?;
    Some((low, rows - 1 - high))
}

/// How many of the outcomes 0, 1, 2, … of so many draws have together at most the probability `tail`.
fn tail_length(draws: u64, chance: f64, tail: f64) -> u64 {
    // The probabilities from the likeliest outcome down and up, in units of it.
    let n = draws as f64;
    let mode = ((n + 1.0) * chance).floor().min(n) as u64;
    let odds = chance / (1.0 - chance);
    let mut below = Vec::new();
    let (mut term, mut outcome) = (1.0, mode);
    while outcome > 0 && term > NEGLIGIBLE {
        term *= outcome as f64 / ((n - outcome as f64 + 1.0) * odds);
        outcome -= 1;
        below.push(term);
    }
    let mut above = 0.0;
    let (mut term, mut next) = (1.0, mode);
    while next < draws && term > NEGLIGIBLE {
        term *= (n - next as f64) * odds / (next as f64 + 1.0);
        next += 1;
        above += term;
    }
    let all: f64 = 1.0 + above + below.iter().sum::<f64>();
    // Outcomes below the last of `below` have no probability that counts.
    let mut length = mode - below.len() as u64;
    let mut sum = 0.0;
    for term in below.iter().rev().chain(std::iter::once(&1.0)) {
        sum += term / all;
        // A tail that fits exactly must not fail by rounding.
        if sum > tail * (1.0 + 1e-12) {
            break;
        }
        length += 1;
    }
    length
}

/// Terms below this part of the likeliest one do not change a sum of them.
const NEGLIGIBLE: f64 = 1e-25;

#[cfg(test)]
mod tests {
    use super::{interval_ranks, share_interval};

    #[test]
    fn intervals_of_shares_are_those_published() {
        // The examples of Newcombe (1998), "Two-sided confidence intervals for the single proportion", method 3.
        for (passing, rows, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (own_low, own_high) = share_interval(passing, rows, 0.95).unwrap();
            assert!((own_low - low).abs() < 5e-5 && (own_high - high).abs() < 5e-5);
        }
        assert_eq!(share_interval(0, 0, 0.95), None);
    }

    #[test]
    fn ranks_around_a_median_are_those_of_tables() {
        // Counted from 1, the 95 % table of the sign test: 6 values 1 and 6, 10 values 2 and 9, …
        for (rows, low, high) in [
            (6, 1, 6),
            (8, 1, 8),
            (9, 2, 8),
            (10, 2, 9),
            (15, 4, 12),
            (20, 6, 15),
            (25, 8, 18),
            (30, 10, 21),
        ] {
            assert_eq!(
                interval_ranks(rows, 0.5, 0.95),
                Some((low - 1, high - 1)),
                "{rows}"
            );
        }
        for rows in 0..6 {
            assert_eq!(interval_ranks(rows, 0.5, 0.95), None);
        }
        // 1 − 0.9³⁵ = 0.975: the ninth decile has no upper bound before 36 values.
        assert_eq!(interval_ranks(35, 0.9, 0.95), None);
        assert!(interval_ranks(36, 0.9, 0.95).is_some());
        assert_eq!(interval_ranks(40, 0.0, 0.95), None);
    }

    #[test]
    fn ranks_cover_at_least_the_level_and_none_narrower_does() {
        for rows in 1..90_u64 {
            for fraction in [0.1, 0.25, 0.5, 0.9] {
                for level in [0.8, 0.95, 0.99] {
                    let below = |count: u64| naive_below(rows, fraction, count);
                    let tail = (1.0 - level) / 2.0 + 1e-12;
                    // The naive rank: the last whose tail of the binomial distribution is small enough.
                    let low = (1..=rows).rev().find(|low| below(*low) <= tail);
                    let high = (1..=rows).find(|high| 1.0 - below(*high) <= tail);
                    let naive = low.zip(high).map(|(low, high)| (low - 1, high - 1));
                    assert_eq!(
                        interval_ranks(rows, fraction, level),
                        naive,
                        "{rows} {fraction} {level}"
                    );
                }
            }
        }
    }

    /// The probability that fewer than `count` of so many draws come true.
    fn naive_below(draws: u64, chance: f64, count: u64) -> f64 {
        let term = |outcome: u64| {
            let ways = (1..=outcome).fold(1.0, |ways, k| ways * (draws - k + 1) as f64 / k as f64);
            ways * chance.powi(outcome as i32) * (1.0 - chance).powi((draws - outcome) as i32)
        };
        (0..count).map(term).sum()
    }

    #[test]
    fn of_many_values_the_ranks_are_those_of_the_normal_distribution() {
        // 500,000 ± 1.96 × 500
        let (low, high) = interval_ranks(1_000_000, 0.5, 0.95).unwrap();
        assert!(low.abs_diff(499_019) <= 1, "{low}");
        assert!(high.abs_diff(500_980) <= 1, "{high}");
    }
}
