//! The scale of a chart: from which value to which it goes.

/// A stretch of numbers along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ChartAxis {
    pub low: f64,
    pub high: f64,
}

impl ChartAxis {
    /// From the smallest value to the largest, and from zero unless all values lie far from it.
    /// `None` without a value.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<ChartAxis> {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low > high {
            return None;
        }
        let far = |near: f64, end: f64| near.abs() > end.abs() / 2.0 && low != high;
        let low = if low > 0.0 && !far(low, high) {
            0.0
        } else {
            low
        };
        let high = if high < 0.0 && !far(high, low) {
            0.0
        } else {
            high
        };
        // One value is drawn from zero, and zero alone somewhere.
        Some(match low == high {
            true => ChartAxis {
                low: low.min(0.0),
                high: if low > 0.0 { high } else { 1.0 },
            },
            false => ChartAxis { low, high },
        })
    }

    /// The axis with zero on it.
    pub fn with_zero(self) -> ChartAxis {
        ChartAxis {
            low: self.low.min(0.0),
            high: self.high.max(0.0),
        }
    }

    /// Which of `steps` places from the low end a value takes; the ends are the first and the last.
    pub fn place(self, value: f64, steps: usize) -> usize {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (share * (steps - 1) as f64).round() as usize
    }

    /// The value at a place.
    pub fn value(self, index: usize, steps: usize) -> f64 {
        self.low + (self.high - self.low) * index as f64 / (steps - 1).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_begins_at_zero_unless_the_values_are_far_from_it() {
        let of = |values: &[f64]| ChartAxis::of(values.iter().copied());
        assert_eq!(
            of(&[3.0, 9.0]),
            Some(ChartAxis {
                low: 0.0,
                high: 9.0
            })
        );
        assert_eq!(
            of(&[98.0, 100.0]),
            Some(ChartAxis {
                low: 98.0,
                high: 100.0
            })
        );
        assert_eq!(
            of(&[-3.0, 5.0]),
            Some(ChartAxis {
                low: -3.0,
                high: 5.0
            })
        );
        assert_eq!(
            of(&[-9.0, -1.0]),
            Some(ChartAxis {
                low: -9.0,
                high: 0.0
            })
        );
        assert_eq!(
            of(&[4.0]),
            Some(ChartAxis {
                low: 0.0,
                high: 4.0
            })
        );
        assert_eq!(
            of(&[0.0, 0.0]),
            Some(ChartAxis {
                low: 0.0,
                high: 1.0
            })
        );
        assert_eq!(
            of(&[-2.0]),
            Some(ChartAxis {
                low: -2.0,
                high: 0.0
            })
        );
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[f64::NAN]), None);
    }

    #[test]
    fn values_stand_at_their_share_of_the_axis() {
        let axis = ChartAxis {
            low: 0.0,
            high: 10.0,
        };
        assert_eq!(axis.place(0.0, 11), 0);
        assert_eq!(axis.place(5.0, 11), 5);
        assert_eq!(axis.place(10.0, 11), 10);
        assert_eq!(axis.value(5, 11), 5.0);
    }
}
