//! Sparklines: a series as one line of bars.

use super::options::RenderOptions;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_BARS: [char; 4] = ['_', '.', '-', '='];

/// A series as bars between its smallest and largest value, one column a value; a missing value is a
/// gap. A series that never changes is a line at the middle. Empty if no value is there at all.
pub fn sparkline(values: &[Option<f64>], look: RenderOptions) -> String {
    let present = || {
        values
            .iter()
            .flatten()
            .copied()
            .filter(|value| value.is_finite())
    };
    let lowest = present().fold(f64::INFINITY, f64::min);
    let highest = present().fold(f64::NEG_INFINITY, f64::max);
    if lowest > highest {
        return String::new();
    }
    let bars: &[char] = if look.unicode { &BARS } else { &ASCII_BARS };
    values
        .iter()
        .map(|value| match value {
            Some(value) if value.is_finite() => bars[height(*value, lowest, highest, bars.len())],
            Some(_) | None => ' ',
        })
        .collect()
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
