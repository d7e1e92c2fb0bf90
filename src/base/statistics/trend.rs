//! Whether a series rises or falls: the test of Mann (1945) and Kendall (1975), and the slope of Theil (1950) and Sen
//! (1968).

use super::normal_below;

/// The direction of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrendVerdict {
    Decreasing,
    Increasing,
    /// What is seen may be chance.
    NoEvidence,
}

impl TrendVerdict {
    pub fn word(self) -> &'static str {
        match self {
            TrendVerdict::Decreasing => "decreasing",
            TrendVerdict::Increasing => "increasing",
            TrendVerdict::NoEvidence => "no evidence",
        }
    }
}

/// What a series tells.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SeriesTrend {
    pub verdict: TrendVerdict,
    /// The change from one place to the next: the median of the slopes between any two values. `None` of fewer than two.
    pub slope: Option<f64>,
    /// How likely values in an order without trend are at least as much in one: two-sided.
    pub p: f64,
    /// How many values there are.
    pub values: usize,
}

/// A larger p is no evidence.
const SIGNIFICANT: f64 = 0.05;
/// Up to so many values, p is counted out over all their orders; of more it is that of a normal distribution.
const COUNTED_OUT: usize = 40;

/// The trend of values at places 0, 1, 2, …, some of which may be missing. Equal values are ties, which leave the test and
/// narrow it as Kendall has it.
pub fn trend(series: &[Option<f64>]) -> SeriesTrend {
    let present = series.iter().enumerate();
    let present: Vec<(usize, f64)> = present
        .filter_map(|(place, value)| Some((place, (*value)?)))
        .collect();
    let mut slopes = Vec::new();
    let mut rises = 0_i64;
    for (index, (place, value)) in present.iter().enumerate() {
        for (later_place, later) in &present[index + 1..] {
            let rise = later - value;
            slopes.push(rise / (later_place - place) as f64);
            rises += i64::from(rise > 0.0) - i64::from(rise < 0.0);
        }
    }
    let p = two_sided(rises, &present);
    SeriesTrend {
        verdict: match rises.signum() {
            1 if p <= SIGNIFICANT => TrendVerdict::Increasing,
            -1 if p <= SIGNIFICANT => TrendVerdict::Decreasing,
            _ => TrendVerdict::NoEvidence,
        },
        slope: median(slopes),
        p,
        values: present.len(),
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn two_sided(rises: i64, present: &[(usize, f64)]) -> f64 {
    let mut sorted: Vec<f64> = present.iter().map(|(_, value)| *value).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let ties = sorted.chunk_by(|left, right| left == right);
    let ties: Vec<usize> = ties.map(<[f64]>::len).collect();
    match sorted.len() <= COUNTED_OUT {
        true => counted_out(rises, &ties),
        false => normal(rises, &ties),
    }
}

/// The part of all orders of the values in which rises less falls are at least as far from 0.
fn counted_out(rises: i64, ties: &[usize]) -> f64 {
    let orders = orders_by_inversions(ties);
    // Without ties every pair rises or falls; an order has its inversions as falls.
    let pairs = orders.len() as i64 - 1;
    let is_as_far = |falls: i64| (pairs - 2 * falls).abs() >= rises.abs();
    let far = orders.iter().zip(0..);
    let far = far.filter(|(_, falls)| is_as_far(*falls));
    far.map(|(part, _)| part).sum::<f64>().min(1.0)
}

/// The part of the orders of values with ties that have 0, 1, 2, … inversions: the coefficients of a Gaussian multinomial
/// (MacMahon, 1916). Groups of equal values are put in one after the other.
fn orders_by_inversions(ties: &[usize]) -> Vec<f64> {
    let mut parts = vec![1.0];
    let mut before = 0;
    for tie in ties {
        parts = product(&parts, &gaussian_binomial(before + tie, *tie));
        before += tie;
    }
    let all: f64 = parts.iter().sum();
    parts.iter_mut().for_each(|part| *part /= all);
    parts
}

/// Coefficients by `[n, k] = [n − 1, k − 1] + qᵏ [n − 1, k]`: sums alone, so that nothing cancels out.
fn gaussian_binomial(n: usize, k: usize) -> Vec<f64> {
    let mut row = vec![vec![1.0]];
    for size in 1..=n {
        let mut next = vec![vec![1.0]];
        for chosen in 1..=size.min(k) {
            let mut sum = row[chosen - 1].clone();
            if chosen < size {
                let shifted = &row[chosen];
                sum.resize(sum.len().max(shifted.len() + chosen), 0.0);
                for (at, coefficient) in shifted.iter().enumerate() {
                    sum[at + chosen] += coefficient;
                }
            }
            next.push(sum);
        }
        row = next;
    }
    row.swap_remove(k)
}

fn product(left: &[f64], right: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; left.len() + right.len() - 1];
    for (at, one) in left.iter().enumerate() {
        for (more, other) in right.iter().enumerate() {
            product[at + more] += one * other;
        }
    }
    product
}

/// With the variance of Kendall (1975) and a correction of 1 for what is whole.
fn normal(rises: i64, ties: &[usize]) -> f64 {
    let variance = variance(ties);
    if rises == 0 || variance == 0.0 {
        return 1.0;
    }
    let z = (rises.abs() - 1) as f64 / variance.sqrt();
    (2.0 * normal_below(-z)).min(1.0)
}

/// Of rises less falls, over all orders.
fn variance(ties: &[usize]) -> f64 {
    let of = |count: usize| {
        let n = count as f64;
        n * (n - 1.0) * (2.0 * n + 5.0)
    };
    let all: usize = ties.iter().sum();
    (of(all) - ties.iter().map(|tie| of(*tie)).sum::<f64>()) / 18.0
}

#[cfg(test)]
mod tests {
    use super::{TrendVerdict, counted_out, normal, orders_by_inversions, trend, variance};

    fn of(values: &[f64]) -> super::SeriesTrend {
        trend(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>())
    }

    #[test]
    fn the_example_of_gilbert() {
        // Gilbert (1987), "Statistical Methods for Environmental Pollution Monitoring", 16.4.1: 5 rises less one fall, and
        // table A18 has 0.167 on one side.
        let found = of(&[10.0, 15.0, 14.0, 20.0]);
        assert!((found.p - 2.0 * 4.0 / 24.0).abs() < 1e-12);
        // 5, 2, 10/3, −1, 2.5 and 6.
        assert!((found.slope.unwrap() - (2.5 + 10.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(found.verdict, TrendVerdict::NoEvidence);
    }

    #[test]
    fn tails_are_those_of_table_a18() {
        // (values, rises less falls, probability of as many or more)
        for (values, rises, tail) in [
            (4, 6, 0.042),
            (5, 8, 0.042),
            (5, 10, 0.0083),
            (6, 11, 0.028),
            (8, 16, 0.031),
            (9, 18, 0.038),
            (10, 21, 0.036),
            (10, 23, 0.023),
        ] {
            let p = counted_out(rises, &vec![1; values]);
            assert!((p - 2.0 * tail).abs() < 1.1e-3, "{values} {rises}: {p}");
        }
    }

    #[test]
    fn the_variance_with_ties_of_gilbert() {
        // 23, 24, trace, 6, trace, 24, 24, trace, 23: three traces, two of 23, three of 24.
        let found = variance(&[3, 1, 2, 3]);
        assert!((found - (9.0 * 8.0 * 23.0 - 2.0 * 9.0 - 2.0 * 6.0 * 11.0) / 18.0).abs() < 1e-9);
    }

    #[test]
    fn orders_have_the_variance_of_the_formula() {
        for ties in [
            vec![1; 2],
            vec![1; 12],
            vec![3, 1, 2, 3],
            vec![5, 5],
            vec![1, 7, 1, 1, 20],
        ] {
            let orders = orders_by_inversions(&ties);
            let pairs = orders.len() as f64 - 1.0;
            let square = |(falls, part): (usize, &f64)| (pairs - 2.0 * falls as f64).powi(2) * part;
            let spread: f64 = orders.iter().enumerate().map(square).sum();
            assert!((spread - variance(&ties)).abs() < 1e-6 * (1.0 + spread));
        }
        // Both ways to p are near each other where one takes the place of the other.
        for rises in [0, 100, 200, 300] {
            let ones = vec![1; 40];
            assert!((counted_out(rises, &ones) - normal(rises, &ones)).abs() < 5e-3);
        }
    }

    #[test]
    fn all_orders_of_short_series_are_counted() {
        for series in [
            vec![1.0, 2.0, 3.0, 4.0, 5.0],
            vec![2.0, 1.0, 2.0, 3.0, 1.0, 2.0],
            vec![7.0, 7.0, 7.0],
            vec![0.5, 0.25, 0.25, 0.75],
            vec![3.0],
        ] {
            let rises = rises(&series);
            let mut orders = Vec::new();
            all_orders(&mut series.clone(), 0, &mut orders);
            let far = orders
                .iter()
                .filter(|order| self::rises(order).abs() >= rises.abs());
            let naive = far.count() as f64 / orders.len() as f64;
            assert!((of(&series).p - naive).abs() < 1e-12, "{series:?}");
        }
    }

    fn rises(series: &[f64]) -> i64 {
        let mut rises = 0;
        for (at, value) in series.iter().enumerate() {
            for later in &series[at + 1..] {
                rises += (later - value).total_cmp(&0.0) as i64;
            }
        }
        rises
    }

    fn all_orders(series: &mut [f64], from: usize, found: &mut Vec<Vec<f64>>) {
        if from == series.len() {
            found.push(series.to_vec());
        }
        for at in from..series.len() {
            series.swap(from, at);
            all_orders(series, from + 1, found);
            series.swap(from, at);
        }
    }

    #[test]
    fn gaps_count_as_time_and_nothing_as_no_evidence() {
        // 30 days less over three months, of which one has no value.
        let found = trend(&[Some(60.0), Some(50.0), None, Some(30.0)]);
        assert_eq!((found.slope, found.values), (Some(-10.0), 3));
        // Two of six orders are as much in one.
        assert!((found.p - 1.0 / 3.0).abs() < 1e-12);
        let nothing = trend(&[None, None]);
        assert_eq!((nothing.slope, nothing.values, nothing.p), (None, 0, 1.0));
        let falling = of(&[9.0, 8.0, 7.0, 5.0, 4.0, 3.0]);
        assert_eq!(falling.verdict, TrendVerdict::Decreasing);
        assert!((falling.p - 2.0 / 720.0).abs() < 1e-12);
    }
}
