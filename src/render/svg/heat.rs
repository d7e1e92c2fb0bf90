//! Groups below each other and periods side by side, darker where the value is larger: for more series than lines can show.

use maud::html;

use super::labels::{self, Margins};
use super::plot::{coordinate, percent};
use super::{Drawing, periods, title};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, Level};
use crate::render::matrix;
use crate::render::numbers;
use crate::render::options::RenderOptions;
use crate::render::text::{harmless, width};
use crate::render::trend::{self, Series, Trend};

/// More groups are not shown.
const MOST_GROUPS: usize = 60;
/// Pixels that a row takes, and the labels of the periods above the first.
const ROW: f64 = 26.0;
const HEAD: f64 = 42.0;
/// What a letter takes, in pixels, and the least width of a column.
const LETTER: f64 = 7.4;
const NARROWEST: f64 = 40.0;

/// A table for each unit of the values; `None` without periods, with too many of them, and where every value is *none*.
pub(super) fn drawings(answer: &Answer) -> Option<Vec<Drawing>> {
    let mut trend = trend::trend(answer, matrix::MOST_GROUPS, RenderOptions::PIPE)?;
    if trend.periods.len() > matrix::MOST_PERIODS {
        return None;
    }
    let left_out = trend.keep_first(MOST_GROUPS);
    let more = (left_out > 0).then(|| {
        let groups = numbers::counted(left_out as u64, "more group", "more groups");
        format!("{groups}: `top {MOST_GROUPS}` in the query names the largest")
    });
    let mut units: Vec<DisplayUnit> = Vec::new();
    for series in &trend.series {
        if !units.contains(&series.column.unit) {
            units.push(series.column.unit);
        }
    }
    let notes = ["darker: larger".to_owned()].into_iter();
    let notes: Vec<String> = notes.chain(matrix::legend(&trend)).chain(more).collect();
    let drawings = units.into_iter();
    let drawings: Vec<Drawing> = drawings
        .filter_map(|unit| drawing(answer, &trend, unit, &notes))
        .collect();
    (!drawings.is_empty()).then_some(drawings)
}

fn drawing(answer: &Answer, trend: &Trend, unit: DisplayUnit, notes: &[String]) -> Option<Drawing> {
    let series = trend.series.iter();
    let series: Vec<&Series> = series.filter(|series| series.column.unit == unit).collect();
    let points = || {
        series
            .iter()
            .flat_map(|series| series.points.iter().flatten().copied())
    };
    points().next()?;
    let decimals = numbers::column_decimals(points(), unit);
    let rows: Vec<Vec<HeatCell>> = series
        .iter()
        .map(|series| cells(trend, series, decimals))
        .collect();
    let names: Vec<String> = series
        .iter()
        .map(|series| labels::name(&series.label))
        .collect();
    let longest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| width(text)).max().unwrap_or(0) as f64 * LETTER
    };
    let of_cells = longest(&mut rows.iter().flatten().map(|cell| &cell.text));
    let across = (of_cells + 14.0).max(NARROWEST) * trend.periods.len() as f64;
    let margins = Margins {
        left: longest(&mut names.iter()).round() + 14.0,
        right: 0.0,
        right_of_values: 0.0,
    };
    let share = |place: usize| place as f64 / trend.periods.len() as f64;
    let (middle, column) = (share(1) / 2.0, percent(share(1)));
    let parts = html! {
        @for (place, (text, year)) in periods::heads(&trend.periods).iter().enumerate() {
            @let x = percent(share(place) + middle);
            @if let Some(year) = year { text class="period" x=(x) y=(coordinate(HEAD - 25.0)) { (year) } }
            text class="period" x=(x) y=(coordinate(HEAD - 9.0)) { (text) }
        }
        @for (index, (cells, name)) in rows.iter().zip(&names).enumerate() {
            @let top = HEAD + index as f64 * ROW;
            @let baseline = coordinate(top + ROW / 2.0);
            @let strong = if series[index].row.level == Level::Total { " strong" } else { "" };
            line class="grid" x1="0" x2="100%" y1=(coordinate(top)) y2=(coordinate(top)) {}
            text class=(format!("label{strong}")) x="-10" y=(baseline) dy=".35em" { (name) }
            @for (place, cell) in cells.iter().enumerate() {
                @if cell.shade > 0.0 {
                    rect class="heat" x=(percent(share(place))) width=(column) y=(coordinate(top)) height=(ROW) fill-opacity=(format!("{:.2}", cell.shade)) {}
                }
                @if !cell.text.is_empty() {
                    @let absent = if cell.is_absent { " absent" } else { "" };
                    text class=(format!("cell{strong}{absent}")) x=(percent(share(place) + middle)) y=(baseline) dy=".35em" { (cell.text) }
                }
            }
        }
    };
    Some(Drawing {
        title: title(answer, unit),
        words: in_words(trend, &series, &rows),
        notes: notes.to_vec(),
        legend: Vec::new(),
        parts,
        height: HEAD + rows.len() as f64 * ROW,
        across,
        margins,
        has_periods: false,
        is_keyed: false,
    })
}

struct HeatCell {
    /// `23.5!`; empty where a group has no row in the period.
    text: String,
    is_absent: bool,
    /// How much of the accent lies behind it.
    shade: f64,
}

fn cells(trend: &Trend, series: &Series, decimals: usize) -> Vec<HeatCell> {
    let highest = trend.highest(series);
    let cell = |place: usize| {
        let share = series.points[place].map_or(0.0, |point| point / highest);
        let text = series.values[place].map(|value| {
            let (cell, marks) = matrix::marked(series, Some(value), decimals);
            format!("{}{marks}", cell.text)
        });
        HeatCell {
            text: text.unwrap_or_default(),
            is_absent: series.points[place].is_none(),
            shade: if share.is_finite() {
                share.max(0.0) * matrix::DARKEST
            } else {
                0.0
            },
        }
    };
    (0..trend.periods.len()).map(cell).collect()
}

/// The table in words, for whoever does not see it.
fn in_words(trend: &Trend, series: &[&Series], rows: &[Vec<HeatCell>]) -> String {
    let (Some(first), Some(last)) = (trend.periods.first(), trend.periods.last()) else {
        return String::new();
    };
    let ends = |(series, cells): (&&Series, &Vec<HeatCell>)| {
        let text = |cell: Option<&HeatCell>| match cell {
            Some(cell) if !cell.text.is_empty() => cell.text.clone(),
            Some(_) | None => "none".to_owned(),
        };
        let (first, last) = (text(cells.first()), text(cells.last()));
        format!("{}: {first} to {last}", series.label)
    };
    let ends: Vec<String> = series.iter().zip(rows).map(ends).collect();
    let words = format!("{first} to {last}. {}", ends.join("; "));
    harmless(&words, RenderOptions::PIPE)
}
