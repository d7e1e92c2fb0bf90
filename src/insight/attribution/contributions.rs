//! What each group contributes to the change of a whole: pure arithmetic.
//!
//! Counts, sums and stocks add up, so a group contributes its own change. A value that is one sum over
//! another (a mean, a share, a rate of two KPIs) is V = Σ w r, with r the group's own value and w its
//! share of what stands below the line. Its change falls into what the groups' values changed (rate)
//! and what their shares changed (mix), after Kitagawa (1955), "Components of a difference between two
//! rates", here with each share's change weighed against the whole:
//!
//! - rate = w̄ (r₁ − r₀)
//! - mix  = (w₁ − w₀) (r̄ − V̄)
//!
//! where bars are means of the two periods. All of them together are V₁ − V₀, to the last group: the
//! shares add up to one in both periods, so what V̄ takes away adds up to nothing.
//!
//! A group with nothing below the line in one period has no value there. It is taken to have had the
//! value of the other period, so that all of its contribution is mix: it came, or went. Where something
//! stands above the line and nothing below, as in a rate of two KPIs, that is rate.

/// One group in one period: what stands above and below the line.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Fraction {
    pub above: f64,
    pub below: f64,
}

/// What a group contributes to the change of a quotient.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Contribution {
    /// Because its share of the whole changed.
    pub mix: f64,
    /// Because its own value changed.
    pub rate: f64,
}

impl Contribution {
    pub fn total(self) -> f64 {
        self.mix + self.rate
    }
}

/// The contributions of groups to the change of Σ above / Σ below from the first period to the second.
/// `None` where nothing stands below the line in one of them: there is no value to change.
pub fn of_quotient(groups: &[(Fraction, Fraction)]) -> Option<Vec<Contribution>> {
    let sum = |part: &dyn Fn(&(Fraction, Fraction)) -> f64| groups.iter().map(part).sum::<f64>();
    let below = (sum(&|group| group.0.below), sum(&|group| group.1.below));
    if below.0 == 0.0 || below.1 == 0.0 {
        return None;
    }
    let whole = (
        sum(&|group| group.0.above) / below.0,
        sum(&|group| group.1.above) / below.1,
    );
    let middle = (whole.0 + whole.1) / 2.0;
    let contribution = |(before, after): &(Fraction, Fraction)| {
        let share = (before.below / below.0, after.below / below.1);
        let (own, stray) = own_values(*before, *after, below);
        Contribution {
            // Adding nothing makes a negative nothing a plain one.
            mix: (share.1 - share.0) * ((own.0 + own.1) / 2.0 - middle) + 0.0,
            rate: (share.0 + share.1) / 2.0 * (own.1 - own.0) + stray,
        }
    };
    Some(groups.iter().map(contribution).collect())
}

/// The group's value in both periods, and what stands above the line with nothing below it.
fn own_values(before: Fraction, after: Fraction, below: (f64, f64)) -> ((f64, f64), f64) {
    let value = |one: Fraction| (one.below != 0.0).then(|| one.above / one.below);
    match (value(before), value(after)) {
        (Some(first), Some(second)) => ((first, second), 0.0),
        (Some(first), None) => ((first, first), after.above / below.1),
        (None, Some(second)) => ((second, second), -before.above / below.0),
        (None, None) => ((0.0, 0.0), after.above / below.1 - before.above / below.0),
    }
}

/// How far groups are from having moved alike: the distance of their contributions from a change
/// shared out by size. Of several ways to divide the same rows, the one with the largest distance
/// tells most. Sizes need not add up to one.
pub fn departure(contributions: &[f64], sizes: &[f64]) -> f64 {
    let change: f64 = contributions.iter().sum();
    let all: f64 = sizes.iter().sum();
    let expected = |size: f64| if all == 0.0 { 0.0 } else { change * size / all };
    let pairs = contributions.iter().zip(sizes);
    pairs
        .map(|(own, size)| (own - expected(*size)).powi(2))
        .sum::<f64>()
        .sqrt()
}

#[cfg(test)]
mod tests {
    use super::{Contribution, Fraction, departure, of_quotient};

    fn fraction(above: f64, below: f64) -> Fraction {
        Fraction { above, below }
    }

    #[test]
    fn values_that_stay_while_shares_move_are_mix_alone() {
        // 10 days and 30 days; one in four rows was slow, now three in four: 15 → 25.
        let groups = [
            (fraction(30.0, 3.0), fraction(10.0, 1.0)),
            (fraction(30.0, 1.0), fraction(90.0, 3.0)),
        ];
        let found = of_quotient(&groups).unwrap();
        assert_eq!(
            found[0],
            Contribution {
                mix: 5.0,
                rate: 0.0
            }
        );
        assert_eq!(
            found[1],
            Contribution {
                mix: 5.0,
                rate: 0.0
            }
        );
    }

    #[test]
    fn shares_that_stay_while_values_move_are_rate_alone() {
        let groups = [
            (fraction(10.0, 1.0), fraction(40.0, 2.0)),
            (fraction(30.0, 1.0), fraction(60.0, 2.0)),
        ];
        let found = of_quotient(&groups).unwrap();
        assert_eq!(
            found[0],
            Contribution {
                mix: 0.0,
                rate: 5.0
            }
        );
        assert_eq!(
            found[1],
            Contribution {
                mix: 0.0,
                rate: 0.0
            }
        );
    }

    #[test]
    fn a_group_that_comes_is_mix_and_what_has_nothing_below_it_is_rate() {
        let came = [
            (fraction(10.0, 1.0), fraction(10.0, 1.0)),
            (fraction(0.0, 0.0), fraction(40.0, 1.0)),
        ];
        // 10 → 25: the mean of both is 17.5; half of the rows are now (40 − 17.5) above it.
        let found = of_quotient(&came).unwrap();
        assert_eq!(
            found[1],
            Contribution {
                mix: 11.25,
                rate: 0.0
            }
        );
        assert_eq!(
            found[0],
            Contribution {
                mix: 3.75,
                rate: 0.0
            }
        );
        let stray = [
            (fraction(1.0, 2.0), fraction(1.0, 2.0)),
            (fraction(0.0, 0.0), fraction(3.0, 0.0)),
        ];
        assert_eq!(of_quotient(&stray).unwrap()[1].rate, 1.5);
    }

    #[test]
    fn nothing_below_the_line_leaves_nothing_to_explain() {
        assert_eq!(
            of_quotient(&[(fraction(1.0, 1.0), fraction(2.0, 0.0))]),
            None
        );
        assert_eq!(of_quotient(&[]), None);
    }

    #[test]
    fn groups_that_move_alike_tell_nothing() {
        assert_eq!(departure(&[2.0, 4.0], &[1.0, 2.0]), 0.0);
        assert_eq!(departure(&[6.0, 0.0], &[1.0, 1.0]), 18.0_f64.sqrt());
        assert_eq!(departure(&[5.0], &[7.0]), 0.0);
    }
}
