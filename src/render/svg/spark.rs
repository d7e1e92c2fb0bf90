//! The last months of a number card as one small line, on a scale that does not make little look like much.

use maud::{Markup, html};

use super::plot::{ACROSS, coordinate, percent, strokes};
use super::scale::PlotScale;
use crate::base::types::DisplayUnit;
use crate::exec::answer::HistoryPoint;
use crate::render::numbers;

/// Pixels between the lowest and the highest value.
const HEIGHT: f64 = 40.0;

/// The line with its first and last period and its scale below. `None` with fewer than two values.
pub(in crate::render) fn sparkline(history: &[HistoryPoint], unit: DisplayUnit) -> Option<Markup> {
    let point = |place: usize| history.get(place)?.value.filter(|value| value.is_finite());
    let limit = |place: usize| history.get(place)?.limit;
    let places = 0..history.len();
    let values: Vec<f64> = places.clone().filter_map(point).collect();
    let (first, last) = (history.first()?, history.last()?);
    if values.len() < 2 {
        return None;
    }
    let limits = places.clone().filter_map(limit);
    let scale = PlotScale::of(values.iter().copied().chain(limits), unit)?;
    let x = |place: usize| place as f64 / (history.len() - 1) as f64;
    let y = |value: f64| scale.y(value, HEIGHT);
    let path = |at: &dyn Fn(usize) -> Option<f64>| {
        strokes(history.len(), &|place| {
            Some((x(place) * ACROSS, y(at(place)?)))
        })
    };
    let is_alone =
        |place: usize| place.checked_sub(1).and_then(point).is_none() && point(place + 1).is_none();
    let marked = places.filter(|place| {
        point(*place).is_some()
            && (history[*place].has_few_rows || *place + 1 == history.len() || is_alone(*place))
    });
    let end = |value: f64| numbers::value(value, unit);
    let stretch = format!("{} to {}", end(scale.low), end(scale.high));
    let words = format!(
        "{} to {}, on a scale from {stretch}{}",
        first.period,
        last.period,
        numbers::unit_after(unit)
    );
    Some(html! {
        div class="spark" {
            svg role="img" aria-label=(words) height=(HEIGHT) {
                line class="zero" x1="0" x2="100%" y1=(coordinate(y(0.0))) y2=(coordinate(y(0.0))) {}
                svg viewBox=(format!("0 0 {ACROSS} {HEIGHT}")) preserveAspectRatio="none" width="100%" height=(HEIGHT) overflow="visible" {
                    path class="target all" d=(path(&limit)) {}
                    path class="line hue0" d=(path(&point)) {}
                }
                g class="hue0" {
                    @for place in marked {
                        @let class = if history[place].has_few_rows { "few" } else { "dot" };
                        circle class=(class) cx=(percent(x(place))) cy=(coordinate(y(point(place).unwrap_or_default()))) r="3" {}
                    }
                }
            }
            p class="ends" { span { (first.period) } span class="stretch" { (stretch) } span { (last.period) } }
        }
    })
}
