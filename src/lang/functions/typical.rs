//! `typical`: the Kaplan-Meier median (rule S22).

use super::{Function, Keeps, Kept, Lifetime, Takes, mismatch, same};

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
fn quantile(ascending: &[Lifetime], fraction: f64) -> Option<f64> {
    let mut survival = 1.0;
    let mut at_risk = ascending.len();
    for same in ascending.chunk_by(|left, right| left.micros() == right.micros()) {
        let ended = same.iter().filter(|lifetime| lifetime.has_ended()).count();
        survival *= 1.0 - ended as f64 / at_risk as f64;
        // A product of quotients may miss it by a rounding error.
        if ended > 0 && survival <= 1.0 - fraction + 1e-12 {
            return Some(same[0].micros() as f64);
        }
        at_risk -= same.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Lifetime;
    use super::quantile;

    fn median(ascending: &[Lifetime]) -> Option<f64> {
        quantile(ascending, 0.5)
    }

    fn ascending(rows: &[(i64, bool)]) -> Vec<Lifetime> {
        let lifetimes = rows.iter();
        let mut lifetimes: Vec<Lifetime> = lifetimes
            .map(|(micros, has_ended)| Lifetime::new(*micros, *has_ended))
            .collect();
        lifetimes.sort_unstable();
        lifetimes
    }

    /// The 6-mercaptopurine arm of Freireich et al. 1963, the textbook example.
    #[test]
    fn remission_times_have_the_published_median() {
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|week| (week, true));
        let running = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|week| (week, false));
        let lifetimes: Vec<(i64, bool)> = ended.into_iter().chain(running).collect();
        assert_eq!(median(&ascending(&lifetimes)), Some(23.0));
    }

    /// Of four rows three finished, after 1, 2 and 4 days, and one was last seen running after 3: survival is 3/4, 1/2
    /// and 1/2 × 0 = 0.
    #[test]
    fn three_quarters_have_finished_when_a_quarter_is_left() {
        let rows = ascending(&[(1, true), (2, true), (3, false), (4, true)]);
        assert_eq!(quantile(&rows, 0.25), Some(1.0));
        assert_eq!(quantile(&rows, 0.5), Some(2.0));
        assert_eq!(quantile(&rows, 0.75), Some(4.0));
    }

    #[test]
    fn fewer_than_half_finished_is_not_reached() {
        assert_eq!(
            median(&ascending(&[(1, true), (2, false), (3, false)])),
            None
        );
        assert_eq!(median(&[]), None);
        assert_eq!(median(&ascending(&[(1, true), (2, false)])), Some(1.0));
    }
}
