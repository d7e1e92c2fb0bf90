//! The few statistics the library needs, in the plainest form.

/// The middle value, or half way between the two in the middle.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    if count == 0 {
        return None;
    }
    Some((values[(count - 1) / 2] + values[count / 2]) / 2.0)
}

pub fn mean(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    (!values.is_empty()).then(|| sum / values.len() as f64)
}

/// The Kaplan-Meier median: the first time by which the product of the shares that went on is no
/// more than a half. Each row is a time, and whether it got there then or was only seen until then.
pub fn typical(rows: &[(i64, bool)]) -> Option<i64> {
    let mut times: Vec<i64> = rows.iter().filter(|row| row.1).map(|row| row.0).collect();
    times.sort_unstable();
    times.dedup();
    let mut going_on = 1.0;
    for time in times {
        let at_risk = rows.iter().filter(|row| row.0 >= time).count() as f64;
        let arrived = rows.iter().filter(|row| row.1 && row.0 == time).count() as f64;
        going_on *= (at_risk - arrived) / at_risk;
        // The product of fractions that make exactly a half may come out a little above it.
        if going_on <= 0.5 + 1e-12 {
            return Some(time);
        }
    }
    None
}

#[test]
fn the_median_of_1_2_3_10_is_2_and_a_half() {
    assert_eq!(median(vec![10.0, 1.0, 3.0, 2.0]), Some(2.5));
}

#[test]
fn the_published_remission_times_have_a_median_of_23() {
    let events = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|time| (time, true));
    let censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|time| (time, false));
    assert_eq!(typical(&[&events[..], &censored[..]].concat()), Some(23));
}
