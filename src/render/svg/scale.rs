//! The vertical scale of a chart: from which value to which, and the round numbers marked on it.

use crate::base::types::DisplayUnit;

/// Shares that are all below this are drawn larger than 0 to 100 %, and the chart says so.
const SMALL_SHARE: f64 = 0.2;
/// Spaces between marks that a scale has room for.
const SPACES: f64 = 5.0;

/// A stretch of numbers with zero in it, and its marks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlotScale {
    pub low: f64,
    pub high: f64,
    /// Round numbers from `low` to `high`, both included.
    pub marks: Vec<f64>,
    /// The scale of shares ends before 100 %.
    pub is_cut: bool,
}

impl PlotScale {
    /// The scale that holds all values. `None` without a value.
    pub fn of(values: impl Iterator<Item = f64>, unit: DisplayUnit) -> Option<PlotScale> {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low > high {
            return None;
        }
        let is_share = unit == DisplayUnit::Percent && low >= 0.0 && high <= 1.0;
        if is_share && high >= SMALL_SHARE {
            let marks = vec![0.0, 0.25, 0.5, 0.75, 1.0];
            return Some(PlotScale {
                low: 0.0,
                high: 1.0,
                marks,
                is_cut: false,
            });
        }
        let (low, mut high) = (low.min(0.0), high.max(0.0));
        if low == high {
            high = if is_share { SMALL_SHARE } else { 1.0 };
        }
        let step = step((high - low) / SPACES, unit);
        let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
        let marks: Vec<f64> = (first..=last).map(|index| index as f64 * step).collect();
        Some(PlotScale {
            low: marks[0],
            high: marks[marks.len() - 1],
            marks,
            is_cut: is_share,
        })
    }

    /// How far from the top a value stands, in a plot of this height.
    pub fn y(&self, value: f64, height: f64) -> f64 {
        height * (1.0 - self.share(value))
    }

    /// Where between the low and the high end a value stands: 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The round number that is as large as `least` or a little larger: 1, 2, 2.5 or 5 times a power of ten.
/// Things are counted in whole numbers.
fn step(least: f64, unit: DisplayUnit) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let is_count = unit == DisplayUnit::Count;
    if is_count && least <= 1.0 {
        return 1.0;
    }
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter();
    steps
        .map(|step| step * power)
        .find(|step| *step >= least * (1.0 - 1e-9) && (!is_count || step.fract() == 0.0))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::TimeUnit;

    fn marks(values: &[f64], unit: DisplayUnit) -> Vec<f64> {
        let scale = PlotScale::of(values.iter().copied(), unit);
        scale.expect("a scale").marks
    }

    #[test]
    fn marks_are_round_and_hold_all_values_and_zero() {
        let days = DisplayUnit::Time(TimeUnit::Days);
        assert_eq!(
            marks(&[12.0, 106.0], days),
            [0.0, 25.0, 50.0, 75.0, 100.0, 125.0]
        );
        let points = marks(&[600.0, 2038.0], DisplayUnit::Points);
        assert_eq!(points, [0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0]);
        assert_eq!(marks(&[3.0], DisplayUnit::Count), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(
            marks(&[9.0], DisplayUnit::Count),
            [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
        );
        assert_eq!(
            marks(&[-3.0, 5.0], DisplayUnit::Count),
            [-4.0, -2.0, 0.0, 2.0, 4.0, 6.0]
        );
        assert_eq!(marks(&[0.0], DisplayUnit::Count), [0.0, 1.0]);
        assert_eq!(marks(&[1.3], DisplayUnit::Ratio), [0.0, 0.5, 1.0, 1.5]);
    }

    #[test]
    fn shares_go_to_a_hundred_percent_unless_all_are_small() {
        let of = |values: &[f64]| PlotScale::of(values.iter().copied(), DisplayUnit::Percent);
        let whole = of(&[0.3]).expect("a scale");
        assert_eq!((whole.high, whole.is_cut), (1.0, false));
        let small = of(&[0.07, 0.12]).expect("a scale");
        assert_eq!((small.high, small.is_cut), (0.125, true));
        assert_eq!(of(&[0.0]).map(|scale| scale.is_cut), Some(true));
        assert_eq!(of(&[f64::NAN]), None);
    }

    #[test]
    fn a_value_stands_at_its_share_from_the_top() {
        let scale = PlotScale::of([0.5].into_iter(), DisplayUnit::Percent).expect("a scale");
        assert_eq!(scale.y(0.0, 200.0), 200.0);
        assert_eq!(scale.y(0.25, 200.0), 150.0);
        assert_eq!(scale.y(1.0, 200.0), 0.0);
    }
}
