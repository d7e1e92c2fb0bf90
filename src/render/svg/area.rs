//! Groups that add up, stacked: the first at the bottom, and their sum at the top.

use maud::{Markup, html};

use super::labels::{self, EndLabel};
use super::plot::{ACROSS, HEIGHT, Plot, PlotSeries, coordinate, percent};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, ColumnRole, Level};

/// Whether the values of an answer may stand on top of each other: one column of counts or points by one
/// dimension, none of them below zero.
pub(super) fn adds_up(answer: &Answer, unit: DisplayUnit, series: &[PlotSeries]) -> bool {
    let count = |is: &dyn Fn(&ColumnRole) -> bool| {
        let columns = answer.columns.iter();
        columns.filter(|column| is(&column.role)).count()
    };
    let is_sum = matches!(unit, DisplayUnit::Count | DisplayUnit::Points);
    let values = || {
        series
            .iter()
            .flat_map(|series| series.values.iter().flatten())
    };
    is_sum
        && count(&|role| matches!(role, ColumnRole::Value(_))) == 1
        && count(&|role| matches!(role, ColumnRole::Dimension(_))) == 1
        && values().all(|value| value.value.is_none_or(|number| number >= 0.0))
}

/// The series that are stacked: all but the total, which is their sum.
pub(super) fn parts(mut series: Vec<PlotSeries>) -> Vec<PlotSeries> {
    series.retain(|series| series.row.level != Level::Total);
    series
}

/// The sum in each period.
pub(super) fn sums(series: &[PlotSeries], periods: usize) -> Vec<f64> {
    (0..periods)
        .filter_map(|place| stacked(series, place)?.last().map(|top| top.1))
        .collect()
}

/// The lower and upper end of each band in a period. A group without a row adds nothing; `None` where a value
/// is *none*, or no group has a row, because then there is no sum.
fn stacked(series: &[PlotSeries], place: usize) -> Option<Vec<(f64, f64)>> {
    let mut top = 0.0;
    let mut bands = Vec::with_capacity(series.len());
    for each in series {
        let height = match each.values[place] {
            Some(_) => each.point(place)?,
            None => 0.0,
        };
        bands.push((top, top + height));
        top += height;
    }
    series
        .iter()
        .any(|each| each.values[place].is_some())
        .then_some(bands)
}

/// What stands in the plot, and the labels at its right.
pub(super) fn drawn(plot: &Plot) -> (Markup, Vec<EndLabel>) {
    let places = 0..plot.periods.len();
    let stacks: Vec<Option<Vec<(f64, f64)>>> = places
        .clone()
        .map(|place| stacked(&plot.series, place))
        .collect();
    let ends = match stacks.last().and_then(Option::as_ref) {
        Some(stack) => {
            let of_series = plot.series.iter().zip(stack);
            let middle = |(low, high): &(f64, f64)| plot.y((low + high) / 2.0);
            let ends = of_series.filter_map(|(series, band)| plot.end(series, middle(band)));
            labels::apart(ends.collect())
        }
        None => Vec::new(),
    };
    let markup = html! {
        svg viewBox=(format!("0 0 {ACROSS} {HEIGHT}")) preserveAspectRatio="none" width="100%" height=(HEIGHT) overflow="visible" {
            @for (index, series) in plot.series.iter().enumerate() {
                path class=(format!("band {}", series.class)) d=(band(plot, &stacks, index)) {
                    title { (series.label) }
                }
            }
        }
        @for place in places {
            @if let Some(stack) = &stacks[place] {
                (told(plot, stack, place))
            }
        }
        (labels::drawn(&ends))
    };
    (markup, ends)
}

/// The outline of a band, one piece for each stretch of periods that have a sum.
fn band(plot: &Plot, stacks: &[Option<Vec<(f64, f64)>>], index: usize) -> String {
    let mut path = String::new();
    let places: Vec<usize> = (0..stacks.len()).collect();
    for run in places.chunk_by(|left, right| stacks[*left].is_some() == stacks[*right].is_some()) {
        let at = |place: &usize| Some((plot.x(*place) * ACROSS, stacks[*place].as_ref()?[index]));
        let corners: Vec<(f64, (f64, f64))> = run.iter().filter_map(at).collect();
        let upper = corners.iter().map(|(x, (_, high))| (*x, *high));
        let lower = corners.iter().rev().map(|(x, (low, _))| (*x, *low));
        for (step, (x, value)) in upper.chain(lower).enumerate() {
            let letter = if step == 0 { 'M' } else { 'L' };
            path += &format!("{letter}{} {}", coordinate(x), coordinate(plot.y(value)));
        }
        path += if corners.is_empty() { "" } else { "Z" };
    }
    path
}

/// The sum of a period above the stack: written at the first and the last, and for whoever rests on the others.
fn told(plot: &Plot, stack: &[(f64, f64)], place: usize) -> Markup {
    let sum = stack.last().map_or(0.0, |band| band.1);
    let (x, y) = (percent(plot.x(place)), plot.y(sum));
    let class = match place {
        0 => "first",
        _ if place == plot.last() => "last",
        _ => "",
    };
    html! {
        circle class="unseen" cx=(x) cy=(coordinate(y)) r="5" {
            title { (plot.periods[place]) ": " (plot.written_with_unit(sum)) }
        }
        @if !class.is_empty() {
            text class=(class) x=(x) y=(coordinate(y - 9.0)) { (plot.written(sum)) }
        }
    }
}
