//! Series as lines: a gap where there is no value, a hollow point where there are few rows, dashes to a
//! period that is not over, and targets.

use maud::{Markup, html};

use super::labels::{self, EndLabel};
use super::plot::{ACROSS, HEIGHT, Plot, PlotSeries, coordinate, percent, strokes};
use crate::render::numbers;

/// With more periods, points are no longer marked one by one.
const MOST_MARKED: usize = 16;

/// A target as it is drawn.
#[derive(Clone, Debug, PartialEq)]
struct TargetLine {
    class: String,
    /// One for each period.
    limits: Vec<Option<f64>>,
}

/// What stands in the plot, and the labels at its right.
pub(super) fn drawn(plot: &Plot) -> (Markup, Vec<EndLabel>) {
    let (targets, of_targets) = targets(plot);
    let of_series = plot.series.iter().filter_map(|series| {
        let at = plot.y(series.point(plot.last())?);
        plot.end(series, at)
    });
    let ends = labels::apart(of_series.chain(of_targets).collect());
    let markup = html! {
        svg viewBox=(format!("0 0 {ACROSS} {HEIGHT}")) preserveAspectRatio="none" width="100%" height=(HEIGHT) overflow="visible" {
            @for target in &targets {
                path class=(format!("target {}", target.class)) d=(limit_path(plot, target)) {}
            }
            // The first series lies on top.
            @for series in plot.series.iter().rev() {
                (curve(plot, series))
            }
        }
        @for series in plot.series.iter().rev() {
            (points(plot, series))
        }
        (first_label(plot))
        (labels::drawn(&ends))
    };
    (markup, ends)
}

fn curve(plot: &Plot, series: &PlotSeries) -> Markup {
    let is_provisional = |place: usize| {
        let value = series.values.get(place).copied().flatten();
        value.is_some_and(|value| value.provisional)
    };
    let solid = path(plot, &|place| {
        series.point(place).filter(|_| !is_provisional(place))
    });
    let is_dashed = |place: usize| is_provisional(place) || is_provisional(place + 1);
    let dashed = path(plot, &|place| {
        series.point(place).filter(|_| is_dashed(place))
    });
    html! {
        path class=(format!("line {}", series.class)) d=(solid) {}
        @if !dashed.is_empty() {
            path class=(format!("line provisional {}", series.class)) d=(dashed) {}
        }
    }
}

/// Strokes from each value to the next.
fn path(plot: &Plot, at: &dyn Fn(usize) -> Option<f64>) -> String {
    let point = |place: usize| Some((plot.x(place) * ACROSS, plot.y(at(place)?)));
    strokes(plot.periods.len(), &point)
}

fn points(plot: &Plot, series: &PlotSeries) -> Markup {
    let last = plot.last();
    let radius = |place: usize| {
        let value = series.values[place]?;
        series.point(place)?;
        let is_alone = place
            .checked_sub(1)
            .and_then(|before| series.point(before))
            .is_none()
            && series.point(place + 1).is_none();
        Some(match place == 0 || place == last || is_alone {
            _ if value.evidence.has_few_rows => ("few", "3"),
            true => ("dot", "3.5"),
            false if plot.periods.len() <= MOST_MARKED => ("dot", "2"),
            // Seen by the pointer alone.
            false => ("unseen", "4"),
        })
    };
    html! {
        g class=(series.class) {
            @for place in 0..=last {
                @if let Some((class, radius)) = radius(place) {
                    circle class=(class) cx=(percent(plot.x(place))) cy=(coordinate(plot.y(series.point(place).unwrap_or_default()))) r=(radius) {
                        title { (plot.told(series, place)) }
                    }
                }
            }
        }
    }
}

/// The first value of a single series, above its point.
fn first_label(plot: &Plot) -> Markup {
    let [series] = plot.series.as_slice() else {
        return html! {};
    };
    let Some(value) = series.point(0).filter(|_| plot.last() > 0) else {
        return html! {};
    };
    // The line leaves upwards: the text stands below it.
    let rises = series.point(1).is_some_and(|next| next > value);
    let shift = if rises && plot.y(value) < HEIGHT - 24.0 {
        20.0
    } else {
        -9.0
    };
    html! {
        text class="first" x="0" y=(coordinate(plot.y(value) + shift)) { (plot.written(value)) }
    }
}

/// The targets and their labels. One that judges all series is told once.
fn targets(plot: &Plot) -> (Vec<TargetLine>, Vec<EndLabel>) {
    let mut lines: Vec<TargetLine> = Vec::new();
    let mut ends: Vec<EndLabel> = Vec::new();
    for series in &plot.series {
        let limits: Vec<Option<f64>> = (0..plot.periods.len())
            .map(|place| series.limit(place))
            .collect();
        let Some(limit) = limits.iter().rev().flatten().next().copied() else {
            continue;
        };
        if let Some(known) = lines.iter().position(|line| line.limits == limits) {
            lines[known].class = "all".to_string();
            ends[known].class = "all".to_string();
            ends[known].name = "target".to_string();
            continue;
        }
        let is_alone = plot.series.len() == 1;
        let class = if is_alone { "all" } else { &series.class };
        ends.push(EndLabel {
            from: plot.y(limit),
            at: plot.y(limit),
            class: class.to_string(),
            name: "target".to_string(),
            value: numbers::limit(limit, plot.unit)
                .trim_end_matches(numbers::unit_after(plot.unit))
                .to_string(),
            is_target: true,
        });
        lines.push(TargetLine {
            class: class.to_string(),
            limits,
        });
    }
    (lines, ends)
}

/// One line from end to end, or through the limits in force in each period.
fn limit_path(plot: &Plot, target: &TargetLine) -> String {
    let mut all = target.limits.iter().flatten();
    let first = all.next();
    match first {
        Some(first) if all.all(|limit| limit == first) => {
            let y = coordinate(plot.y(*first));
            format!("M0 {y}L{ACROSS} {y}")
        }
        Some(_) | None => path(plot, &|place| target.limits[place]),
    }
}
