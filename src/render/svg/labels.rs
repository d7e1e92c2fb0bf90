//! Texts beside a plot: names and last values at the right, marks at the left, so that none covers another.

use maud::{Markup, html};

use super::plot::{HEIGHT, coordinate};
use crate::render::options::RenderOptions;
use crate::render::text::{shorten, width};

/// Lines of text do not touch at this distance, in pixels.
const LINE: f64 = 15.0;
/// Longer names are cut; the table has them whole.
const LONGEST_NAME: usize = 30;
/// With longer names, on a page, a legend above the plot leaves more of it to the lines.
const LONGEST_BESIDE: usize = 14;
/// What a letter of 12 pixels takes on average, in pixels; of a wide font, so that none is cut.
const LETTER: f64 = 7.4;

/// A text at the right of a plot.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct EndLabel {
    /// Pixels from the top of what it is about.
    pub from: f64,
    /// Pixels from the top of the text.
    pub at: f64,
    /// The class of its colour.
    pub class: String,
    /// Left out where there is little room; a legend stands in for it.
    pub name: String,
    pub value: String,
    /// A target, which has a dash for a dot.
    pub is_target: bool,
}

/// Pixels that texts take beside a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Margins {
    pub left: f64,
    pub right: f64,
    /// At the right without names.
    pub right_of_values: f64,
}

impl Margins {
    pub fn of(marks: &[String], ends: &[EndLabel]) -> Margins {
        let longest =
            |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0) as f64 * LETTER;
        let value = |end: &EndLabel| width(&end.value);
        let whole = |end: &EndLabel| value(end) + width(&end.name) + 1;
        Margins {
            left: longest(&mut marks.iter().map(|mark| width(mark))).round() + 12.0,
            right: longest(&mut ends.iter().map(whole)).round() + 22.0,
            right_of_values: longest(&mut ends.iter().map(value)).round() + 22.0,
        }
    }
}

/// Whether a name is too long to stand beside a plot that shares its line with another.
pub(super) fn wants_legend(labels: &[EndLabel]) -> bool {
    labels
        .iter()
        .any(|label| width(&label.name) > LONGEST_BESIDE)
}

/// A name as it stands beside a plot.
pub(super) fn name(text: &str) -> String {
    shorten(text, LONGEST_NAME, RenderOptions::PIPE)
}

/// The labels moved apart as little as they must be, in the order in which they stand.
pub(super) fn apart(mut labels: Vec<EndLabel>) -> Vec<EndLabel> {
    labels.sort_by(|left, right| left.at.total_cmp(&right.at));
    let mut lowest = f64::NEG_INFINITY;
    for label in &mut labels {
        label.at = label.at.max(lowest + LINE);
        lowest = label.at;
    }
    // What was pushed below the plot moves up again.
    let mut highest = HEIGHT + LINE;
    for label in labels.iter_mut().rev() {
        label.at = label.at.min(highest - LINE);
        highest = label.at;
    }
    labels
}

/// Labels at the right end of the plot, each with a stroke in its colour from what it is about.
pub(super) fn drawn(labels: &[EndLabel]) -> Markup {
    html! {
        @for label in labels {
            svg class=(format!("end {}", label.class)) x="100%" y=(coordinate(label.at)) overflow="visible" {
                @if !label.is_target {
                    path class="leader" d=(format!("M5 {}L13 0", coordinate(label.from - label.at))) {}
                }
                text x="17" dy=".35em" {
                    @if !label.name.is_empty() {
                        tspan class="name" { (label.name) " " }
                    }
                    tspan class="value" { (label.value) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(places: &[f64]) -> Vec<f64> {
        let label = |at: &f64| EndLabel {
            from: *at,
            at: *at,
            class: String::new(),
            name: String::new(),
            value: String::new(),
            is_target: false,
        };
        let labels = apart(places.iter().map(label).collect());
        labels.into_iter().map(|label| label.at).collect()
    }

    #[test]
    fn labels_are_a_line_apart_and_stay_beside_the_plot() {
        assert_eq!(at(&[50.0, 10.0]), [10.0, 50.0]);
        assert_eq!(at(&[10.0, 10.0, 12.0]), [10.0, 25.0, 40.0]);
        assert_eq!(at(&[HEIGHT, HEIGHT]), [HEIGHT - LINE, HEIGHT]);
    }
}
