//! `typical`: the Kaplan-Meier median (rule S22).

use super::{Function, Keeps, Kept, LifetimeCount, Takes, mismatch, same};

pub(super) const FUNCTION: Function = Function {
    name: "typical",
    summary: "The time by which half have finished, counting those still running for as long as they \
              have run; none while fewer than half have finished.",
    signature: "typical [pNN] time from EVENT to EVENT of POPULATION",
    example: "typical time from found to verified of findings found",
    takes: Takes::Lifetime,
    keeps: Keeps::Lifetimes,
    finish: |kept, fraction| match kept {
        Kept::Lifetimes(lifetimes) => quantile(lifetimes, fraction.unwrap_or(0.5)),
        other => mismatch(other),
    },
    unit: same,
};

/// The smallest duration at which the Kaplan-Meier estimate of survival is at most what the fraction leaves
/// (Kaplan and Meier 1958). A row still running at a duration counts as at risk there.
fn quantile(ascending: &[LifetimeCount], fraction: f64) -> Option<f64> {
    let mut survival = 1.0;
    let mut at_risk: u64 = ascending.iter().map(|count| count.rows).sum();
    for count in ascending {
        survival *= 1.0 - count.ended as f64 / at_risk as f64;
        // A product of quotients may miss it by a rounding error.
        if count.ended > 0 && survival <= 1.0 - fraction + 1e-12 {
            return Some(count.duration);
        }
        at_risk -= count.rows;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::LifetimeCount;
    use super::quantile;

    fn median(ascending: &[LifetimeCount]) -> Option<f64> {
        quantile(ascending, 0.5)
    }

    /// The counts of single rows: how long, and whether it ended.
    fn counts(rows: &[(f64, bool)]) -> Vec<LifetimeCount> {
        let mut ascending = rows.to_vec();
        ascending.sort_by(|left, right| left.0.total_cmp(&right.0));
        ascending
            .chunk_by(|left, right| left.0 == right.0)
            .map(|same| LifetimeCount {
                duration: same[0].0,
                ended: same.iter().filter(|(_, ended)| *ended).count() as u64,
                rows: same.len() as u64,
            })
            .collect()
    }

    /// The 6-mercaptopurine arm of Freireich et al. 1963, the textbook example.
    #[test]
    fn remission_times_have_the_published_median() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|week| (f64::from(week), true));
        let running =
            [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|week| (f64::from(week), false));
        let lifetimes: Vec<(f64, bool)> = ended.into_iter().chain(running).collect();
        assert_eq!(median(&counts(&lifetimes)), Some(23.0));
    }

    /// Of four rows three finished, after 1, 2 and 4 days, and one was last seen running after 3: survival is 3/4, 1/2
    /// and 1/2 × 0 = 0.
    #[test]
    fn three_quarters_have_finished_when_a_quarter_is_left() {
        let rows = counts(&[(1.0, true), (2.0, true), (3.0, false), (4.0, true)]);
        assert_eq!(quantile(&rows, 0.25), Some(1.0));
        assert_eq!(quantile(&rows, 0.5), Some(2.0));
        assert_eq!(quantile(&rows, 0.75), Some(4.0));
    }

    #[test]
    fn fewer_than_half_finished_is_not_reached() {
        assert_eq!(
            median(&counts(&[(1.0, true), (2.0, false), (3.0, false)])),
            None
        );
        assert_eq!(median(&[]), None);
        assert_eq!(median(&counts(&[(1.0, true), (2.0, false)])), Some(1.0));
    }
}
