//! What lines and areas share: the series of one unit with their scale, and the frame they are drawn in.
//!
//! Heights are pixels and widths are parts of a hundred, so that a plot takes the width there is while
//! its texts and strokes keep their size.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::labels::{self, EndLabel};
use super::periods;
use super::scale::PlotScale;
use crate::base::types::{DisplayUnit, FieldType};
use crate::exec::answer::{Answer, Cell, ColumnRole, Level, Row, Value};
use crate::render::numbers;
use crate::render::options::RenderOptions;
use crate::render::text::harmless;
use crate::render::trend::{Series, Trend};

/// Pixels between the lowest and the highest mark.
pub(super) const HEIGHT: f64 = 200.0;
/// Units across the plot in which curves are drawn; stretched to the width there is.
pub(super) const ACROSS: f64 = 1000.0;
/// The scale whose ranks have colours of their own, the highest first.
const SEVERITY: &str = "severity";
/// Colours of severities, and of other series.
const RANKS: usize = 5;
pub(super) const HUES: usize = 6;

/// One line or band of a plot.
pub(super) struct PlotSeries<'a> {
    pub label: String,
    /// The class of its colour.
    pub class: String,
    /// One for each period; none where the group has no row in it.
    pub values: Vec<Option<&'a Value>>,
    /// The first row of the group.
    pub row: &'a Row,
}

/// The series of one unit.
pub(super) struct Plot<'a> {
    pub periods: Vec<&'a str>,
    pub series: Vec<PlotSeries<'a>>,
    pub unit: DisplayUnit,
    pub scale: PlotScale,
    pub decimals: usize,
}

impl PlotSeries<'_> {
    /// The value in a period, if there is one.
    pub fn point(&self, place: usize) -> Option<f64> {
        let value = self.values.get(place).copied().flatten()?;
        value.value.filter(|number| number.is_finite())
    }

    /// The limit of the target that judges a period.
    pub fn limit(&self, place: usize) -> Option<f64> {
        Some(self.values[place]?.target.as_ref()?.limit)
    }
}

/// The series of a trend as they are drawn, one list for each unit in the order of their columns.
pub(super) fn series_by_unit<'a>(
    answer: &'a Answer,
    trend: &Trend<'a>,
) -> Vec<(DisplayUnit, Vec<PlotSeries<'a>>)> {
    let mut units: Vec<(DisplayUnit, Vec<PlotSeries<'a>>)> = Vec::new();
    for series in &trend.series {
        let unit = series.column.unit;
        let place = match units.iter().position(|(known, _)| *known == unit) {
            Some(place) => place,
            None => {
                units.push((unit, Vec::new()));
                units.len() - 1
            }
        };
        units[place].1.push(PlotSeries {
            label: label(answer, series),
            class: String::new(),
            values: series.values.clone(),
            row: series.row,
        });
    }
    for (_, own) in &mut units {
        own.sort_by_key(|series| Reverse(rank(answer, series.row)));
        for (place, series) in own.iter_mut().enumerate() {
            series.class = class(answer, series.row, place);
        }
    }
    units
}

/// The label with the titles of columns in place of their names.
fn label(answer: &Answer, series: &Series) -> String {
    let named = answer.columns.iter().find_map(|column| {
        let rest = series.label.strip_prefix(&column.name)?;
        let is_name = matches!(column.role, ColumnRole::Value(_))
            && (rest.is_empty() || rest.starts_with(", "));
        is_name.then(|| format!("{}{rest}", column.title))
    });
    harmless(named.as_ref().unwrap_or(&series.label), RenderOptions::PIPE)
}

/// Where a group stands on the scale that rows are grouped by; the others keep their order. A total is below all, and
/// so lies behind the others.
fn rank(answer: &Answer, row: &Row) -> Option<u8> {
    let mut ranks = answer
        .columns
        .iter()
        .zip(&row.cells)
        .filter_map(|(column, cell)| match (&column.role, cell) {
            (ColumnRole::Dimension(FieldType::Scale(scale)), Cell::Text(word)) => scale.code(word),
            _ => None,
        });
    ranks.next()
}

fn class(answer: &Answer, row: &Row, place: usize) -> String {
    match row.level {
        Level::Total => "total".to_string(),
        Level::Other => "rest".to_string(),
        Level::Group => severity_class(answer, row).unwrap_or(format!("hue{}", place % HUES)),
    }
}

/// The class of the severity that a row is of, if that is all it is grouped by.
fn severity_class(answer: &Answer, row: &Row) -> Option<String> {
    let mut dimensions = answer
        .columns
        .iter()
        .zip(&row.cells)
        .filter_map(|(column, cell)| match &column.role {
            ColumnRole::Dimension(of) => Some((of, cell)),
            ColumnRole::Period(_) | ColumnRole::Value(_) | ColumnRole::Field(_) => None,
        });
    match (dimensions.next(), dimensions.next()) {
        (Some((of, Cell::Text(word))), None) => severity_rank(of, word).map(rank_class),
        (Some((_, Cell::Missing)), None) => Some("rest".to_string()),
        (Some(_) | None, _) => None,
    }
}

/// The place of a word on the scale of severities from its upper end; `None` on other scales.
pub(in crate::render) fn severity_rank(of: &FieldType, word: &str) -> Option<usize> {
    let FieldType::Scale(scale) = of else {
        return None;
    };
    let code = (scale.name == SEVERITY).then(|| scale.code(word))??;
    Some(scale.values.len() - 1 - usize::from(code))
}

/// The class of the colour of a rank.
pub(in crate::render) fn rank_class(rank: usize) -> String {
    format!("rank{}", rank.min(RANKS - 1))
}

impl<'a> Plot<'a> {
    /// `None` where no value is there to draw. `tops` are further values that the scale holds.
    pub fn new(
        periods: Vec<&'a str>,
        unit: DisplayUnit,
        series: Vec<PlotSeries<'a>>,
        tops: &[f64],
    ) -> Option<Plot<'a>> {
        let places = 0..periods.len();
        let points = || {
            let all = series.iter();
            all.flat_map(|series| places.clone().filter_map(move |place| series.point(place)))
        };
        points().next()?;
        let limits = series.iter();
        let limits =
            limits.flat_map(|series| places.clone().filter_map(move |place| series.limit(place)));
        let scale = PlotScale::of(points().chain(limits).chain(tops.iter().copied()), unit)?;
        let decimals = numbers::column_decimals(points(), unit);
        Some(Plot {
            periods,
            series,
            unit,
            scale,
            decimals,
        })
    }

    /// A value as the table beside the chart has it.
    pub fn written(&self, value: f64) -> String {
        numbers::at_least(value, self.unit, self.decimals)
    }

    /// A value as `written`, with its unit.
    pub fn written_with_unit(&self, value: f64) -> String {
        format!("{}{}", self.written(value), numbers::unit_after(self.unit))
    }

    /// Pixels from the top.
    pub fn y(&self, value: f64) -> f64 {
        self.scale.y(value, HEIGHT)
    }

    /// Where a period stands between the left and the right end: 0 to 1.
    pub fn x(&self, place: usize) -> f64 {
        match self.periods.len() {
            0 | 1 => 0.5,
            periods => place as f64 / (periods - 1) as f64,
        }
    }

    pub fn last(&self) -> usize {
        self.periods.len() - 1
    }

    /// The texts of the marks.
    pub fn marks(&self) -> Vec<String> {
        let marks = self.scale.marks.iter().copied();
        let decimals = numbers::column_decimals(marks.clone(), self.unit);
        marks
            .map(|mark| numbers::at_least(mark, self.unit, decimals))
            .collect()
    }

    /// Marks with hairlines, and the labels of the periods.
    pub fn frame(&self) -> Markup {
        let marks = self.scale.marks.iter().zip(self.marks());
        html! {
            @for (mark, text) in marks {
                @let y = coordinate(self.y(*mark));
                @let class = if *mark == 0.0 { "zero" } else { "grid" };
                line class=(class) x1="0" x2="100%" y1=(y) y2=(y) {}
                text class="mark" x="-8" y=(y) dy=".35em" { (text) }
            }
            @for (class, is_narrow) in [("wide", false), ("narrow", true)] {
                g class=(class) {
                    @for label in periods::labels(&self.periods, is_narrow) {
                        @let x = percent(self.x(label.place));
                        text class="period" x=(x) y=(coordinate(HEIGHT + 20.0)) { (label.text) }
                        @if let Some(year) = &label.year {
                            text class="period" x=(x) y=(coordinate(HEIGHT + 35.0)) { (year) }
                        }
                    }
                }
            }
        }
    }

    /// The label of a series at its last value.
    pub fn end(&self, series: &PlotSeries, at: f64) -> Option<EndLabel> {
        let value = series.point(self.last())?;
        Some(EndLabel {
            from: at,
            at,
            class: series.class.clone(),
            name: match self.series.len() {
                1 => String::new(),
                _ => labels::name(&series.label),
            },
            value: self.written(value),
            is_target: false,
        })
    }

    /// `2026-02, critical: 106 days, few: 3 rows`, for whoever rests on a point.
    pub fn told(&self, series: &PlotSeries, place: usize) -> String {
        let Some((value, number)) = series.values[place].zip(series.point(place)) else {
            return String::new();
        };
        let mut told = format!(
            "{}, {}: {}",
            self.periods[place],
            series.label,
            self.written_with_unit(number)
        );
        if self.unit != DisplayUnit::Count {
            let few = if value.evidence.has_few_rows {
                "few: "
            } else {
                ""
            };
            told += &format!(", {few}{}", numbers::counted(value.rows, "row", "rows"));
        }
        if value.provisional {
            told += ", provisional";
        }
        told
    }

    /// The chart in words, for whoever does not see it.
    pub fn in_words(&self) -> String {
        let ends = |series: &PlotSeries| {
            let end = |place: usize| match series.point(place) {
                Some(value) => self.written_with_unit(value),
                None => "none".to_string(),
            };
            format!("{}: {} to {}", series.label, end(0), end(self.last()))
        };
        let series: Vec<String> = self.series.iter().map(ends).collect();
        let look = RenderOptions::PIPE;
        let stretch = format!("{} to {}", self.periods[0], self.periods[self.last()]);
        harmless(&format!("{stretch}. {}", series.join("; ")), look)
    }
}

/// A path from each point to the next; none goes over a place without one.
pub(super) fn strokes(places: usize, at: &dyn Fn(usize) -> Option<(f64, f64)>) -> String {
    let mut path = String::new();
    for place in 0..places {
        let Some((x, y)) = at(place) else { continue };
        let is_start = place.checked_sub(1).and_then(at).is_none();
        let letter = if is_start { 'M' } else { 'L' };
        path += &format!("{letter}{} {}", coordinate(x), coordinate(y));
    }
    path
}

/// A number of pixels, without digits that nobody sees.
pub(super) fn coordinate(pixels: f64) -> String {
    let text = format!("{:.1}", pixels + 0.0);
    text.strip_suffix(".0").unwrap_or(&text).to_string()
}

/// A part of the width.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0 + 0.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}
