//! Sparklines: a series as one line of bars.

use super::options::RenderOptions;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_BARS: [char; 4] = ['_', '.', '-', '='];

/// A series as bars between its smallest and largest value, one column a value; a missing value is a
/// gap. A series that never changes is a line at the middle. Empty if no value is there at all.
pub fn sparkline(values: &[Option<f64>], look: RenderOptions) -> String {
    match ends(values) {
        Some((lowest, highest)) => drawn(values, lowest, highest, look),
        None => String::new(),
    }
}

/// A series as bars that stand on zero, those of shares below 100 %, so that a small change looks
/// small. Where that would make one height of different values, the bars go up to the largest value,
/// or else from the smallest on, as those of [`sparkline`] do.
pub(super) fn standing(values: &[Option<f64>], are_shares: bool, look: RenderOptions) -> String {
    let Some((lowest, highest)) = ends(values) else {
        return String::new();
    };
    if lowest < 0.0 {
        return drawn(values, lowest, highest, look);
    }
    let steps = bars(look).len();
    let whole = (are_shares && highest <= 1.0).then_some(1.0);
    let tells = |top: &f64| {
        let at = |value| height(value, 0.0, *top, steps);
        lowest == highest || at(lowest) != at(highest)
    };
    match whole.into_iter().chain([highest]).find(tells) {
        // Zero all along stands on the ground.
        Some(0.0) => drawn(values, 0.0, 1.0, look),
        Some(top) => drawn(values, 0.0, top, look),
        None => drawn(values, lowest, highest, look),
    }
}

fn bars(look: RenderOptions) -> &'static [char] {
    if look.unicode { &BARS } else { &ASCII_BARS }
}

/// The smallest and the largest value.
fn ends(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let present = values.iter().flatten().filter(|value| value.is_finite());
    let fold = |(low, high): (f64, f64), value: &f64| (low.min(*value), high.max(*value));
    let (lowest, highest) = present.fold((f64::INFINITY, f64::NEG_INFINITY), fold);
    (lowest <= highest).then_some((lowest, highest))
}

fn drawn(values: &[Option<f64>], low: f64, high: f64, look: RenderOptions) -> String {
    let bars = bars(look);
    let bar = |value: &Option<f64>| match value {
        Some(value) if value.is_finite() => bars[height(*value, low, high, bars.len())],
        Some(_) | None => ' ',
    };
    values.iter().map(bar).collect()
}

/// Which of `steps` bars a value gets.
fn height(value: f64, lowest: f64, highest: f64, steps: usize) -> usize {
    let span = highest - lowest;
    if span <= 0.0 || !span.is_finite() {
        return (steps - 1) / 2;
    }
    let share = (value - lowest) / span;
    ((share * (steps - 1) as f64).round() as usize).min(steps - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(values: &[f64], are_shares: bool) -> String {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        super::standing(&values, are_shares, RenderOptions::PIPE)
    }

    #[test]
    fn bars_stand_on_zero_and_shares_go_up_to_the_whole() {
        assert_eq!(standing(&[10.0, 20.0, 40.0], false), "▃▅█");
        assert_eq!(standing(&[0.5, 1.0], false), "▅█");
        assert_eq!(standing(&[0.2, 0.5], true), "▂▅");
        assert_eq!(standing(&[0.5, 0.5], true), "▅▅");
        assert_eq!(standing(&[0.0, 0.0], false), "▁▁");
        assert_eq!(standing(&[7.0, 7.0], false), "██");
    }

    #[test]
    fn different_values_never_look_alike_all() {
        // Of the whole both are nothing: the bars go up to the largest.
        assert_eq!(standing(&[0.001, 0.01], true), "▂█");
        // On zero both are all: the bars begin at the smallest.
        assert_eq!(standing(&[29.0, 30.0, 31.0], false), "▁▅█");
        assert_eq!(standing(&[-1.0, 1.0], false), "▁█");
    }

    #[test]
    fn a_missing_value_is_a_gap() {
        let values = [Some(1.0), None, Some(2.0)];
        assert_eq!(super::standing(&values, false, RenderOptions::PIPE), "▅ █");
        assert_eq!(super::standing(&[None], false, RenderOptions::PIPE), "");
    }
}
