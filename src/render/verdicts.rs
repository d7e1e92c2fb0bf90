//! What the series of an answer tell: rising, falling or nothing, each on a line.

use super::grid::{Align, GridCell, GridLine, TextGrid};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::trend::{self, Series};
use crate::base::types::{DisplayUnit, Grain};
use crate::exec::answer::{Answer, ColumnRole};

/// More lines than this below a table would hide it; formats for programs have all.
const MOST: usize = 100;

/// A line for each series. `None` where no verdict is asked for, or on too many series.
pub(super) fn verdicts(answer: &Answer, look: RenderOptions) -> Option<TextGrid> {
    let grain = answer.columns.iter().find_map(|column| match column.role {
        ColumnRole::Period(grain) => Some(grain),
        ColumnRole::Dimension(_) | ColumnRole::Value(_) | ColumnRole::Field(_) => None,
    })?;
    let series = trend::trend(answer, MOST, look)?.series;
    let mut grid = trend::headed(&[
        ("series", Align::Left, true),
        ("verdict", Align::Left, false),
        (&format!("a {}", grain.word()), Align::Right, false),
        ("p", Align::Right, false),
        (&plural(grain), Align::Right, false),
    ]);
    grid.lines = series.iter().filter_map(line).collect();
    (!grid.lines.is_empty()).then_some(grid)
}

fn plural(grain: Grain) -> String {
    format!("{}s", grain.word())
}

fn line(series: &Series) -> Option<GridLine> {
    let trend = series.trend?;
    let slope = trend
        .slope
        .map(|slope| slope_text(slope, series.column.unit));
    Some(GridLine::Cells(vec![
        GridCell::new(series.label.clone(), Style::Plain),
        series.verdict_on_trend(),
        GridCell::new(slope.unwrap_or_default(), Style::Plain),
        GridCell::new(p_text(trend.p), Style::Plain),
        GridCell::new(trend.values.to_string(), Style::Plain),
    ]))
}

/// `-0.8 days`
fn slope_text(slope: f64, unit: DisplayUnit) -> String {
    format!(
        "{}{}",
        numbers::change(slope, unit),
        numbers::unit_after(unit)
    )
}

/// `0.013`; what is less than a thousandth is only said to be less.
fn p_text(p: f64) -> String {
    match p < 0.001 {
        true => "< 0.001".to_string(),
        false => format!("{p:.3}"),
    }
}
