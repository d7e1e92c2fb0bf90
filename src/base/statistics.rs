//! How far a number may be off by chance, and whether a series rises or falls: pure arithmetic.
//!
//! `intervals` has confidence intervals of shares and quantiles, `trend` the test of Mann and Kendall and the slope of
//! Theil and Sen. Here is the normal distribution that both use.

mod intervals;
mod trend;

pub use intervals::{interval_ranks, share_interval};
pub use trend::{SeriesTrend, TrendVerdict, trend};

/// The probability of a standard normal value below `z`.
fn normal_below(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// The value that a standard normal one lies below with a probability above one half.
fn normal_quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if normal_below(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::{normal_below, normal_quantile};

    #[test]
    fn quantiles_of_the_normal_distribution_are_those_of_tables() {
        for (probability, z) in [
            (0.95, 1.6448536269514722),
            (0.975, 1.959963984540054),
            (0.995, 2.5758293035489004),
        ] {
            assert!((normal_quantile(probability) - z).abs() < 1e-12);
            assert!((normal_below(z) - probability).abs() < 1e-12);
        }
    }
}
