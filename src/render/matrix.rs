//! A series of each group as a table: groups below each other, periods side by side.

use super::grid::{Align, GridCell, GridLine, TextGrid};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::trend::{self, Series, Trend};
use crate::exec::answer::{Answer, Status, Value};

/// More groups than this are no matrix.
pub(super) const MOST_GROUPS: usize = 1_000;
/// More periods have no room side by side in a picture or on a page.
pub(super) const MOST_PERIODS: usize = 60;
/// How much of the accent lies behind the largest value of a shaded table; more would make its text hard to read.
pub(super) const DARKEST: f64 = 0.3;

/// What stands behind a value, and what each mark says.
const PROVISIONAL: (&str, &str) = ("*", "provisional: the period is not over");
const MISSED: (&str, &str) = ("!", "the target is missed");
const FEW_ROWS: (&str, &str) = ("~", "few rows, which may be chance");

/// A matrix, in as many parts as periods need to stand beside each other, and the sentences that say what its marks
/// mean.
pub(super) struct Matrix {
    pub parts: Vec<TextGrid>,
    pub legend: Vec<String>,
}

/// The matrix of an answer. `None` without periods, or with too many groups.
pub(super) fn matrix(answer: &Answer, look: RenderOptions) -> Option<Matrix> {
    let trend = trend::trend(answer, MOST_GROUPS, look)?;
    let all = trend.periods.len();
    let parts = (1..=all).find_map(|many| {
        let size = all.div_ceil(many);
        let starts = (0..all).step_by(size);
        let parts = starts.map(|start| part(&trend, start, (start + size).min(all)));
        let parts: Vec<TextGrid> = parts.collect();
        let fits = parts.iter().all(|part| part.is_aligned(look));
        (fits || many == all).then_some(parts)
    })?;
    Some(Matrix {
        parts,
        legend: legend(&trend),
    })
}

/// The periods from one place to another.
fn part(trend: &Trend, from: usize, until: usize) -> TextGrid {
    let periods = trend.periods[from..until].iter();
    let periods = periods.map(|period| (*period, Align::Right, false));
    let columns: Vec<(&str, Align, bool)> = [("", Align::Left, true)]
        .into_iter()
        .chain(periods)
        .collect();
    let mut grid = trend::headed(&columns);
    grid.wraps = true;
    let all = || {
        trend
            .series
            .iter()
            .flat_map(|series| &series.values[from..until])
    };
    // Marks have columns of their own, so that digits stay in line.
    let room = all().flatten().map(|value| marks(value).len()).max();
    for series in &trend.series {
        let mut cells = vec![GridCell::new(series.label.clone(), series.style())];
        let decimals = decimals(series);
        for value in &series.values[from..until] {
            let (cell, marks) = marked(series, *value, decimals);
            let room = room.unwrap_or(0);
            cells.push(GridCell::new(
                format!("{}{marks:<room$}", cell.text),
                cell.style,
            ));
        }
        grid.lines.push(GridLine::Cells(cells));
    }
    grid
}

fn decimals(series: &Series) -> usize {
    let values = series.points.iter().flatten().copied();
    numbers::column_decimals(values, series.column.unit)
}

/// A value and its marks.
pub(super) fn marked(
    series: &Series,
    value: Option<&Value>,
    decimals: usize,
) -> (GridCell, String) {
    let Some((value, number)) = value.and_then(|value| Some((value, value.value?))) else {
        return (GridCell::new("none", Style::Dim), String::new());
    };
    let text = numbers::judged(number, series.column.unit, decimals, value.target.as_ref());
    let style = match is_missed(value) {
        _ if value.evidence.has_few_rows => Style::Dim,
        true => Style::Bad,
        false => series.style(),
    };
    (GridCell::new(text, style), marks(value))
}

fn is_missed(value: &Value) -> bool {
    let status = value.target.as_ref().map(|verdict| verdict.status);
    status == Some(Status::Miss)
}

fn marks(value: &Value) -> String {
    let marks = [
        (is_missed(value), MISSED),
        (value.evidence.has_few_rows, FEW_ROWS),
        (value.provisional, PROVISIONAL),
    ];
    let marks = marks.into_iter().filter(|(is_there, _)| *is_there);
    marks.map(|(_, (mark, _))| mark).collect()
}

/// What the marks mean that are there.
pub(super) fn legend(trend: &Trend) -> Vec<String> {
    let values = trend.series.iter().flat_map(|series| &series.values);
    let shown: Vec<String> = values.flatten().map(|value| marks(value)).collect();
    let is_there = |mark: &str| shown.iter().any(|marks| marks.contains(mark));
    [MISSED, FEW_ROWS, PROVISIONAL]
        .into_iter()
        .filter(|(mark, _)| is_there(mark))
        .map(|(mark, words)| format!("{mark} {words}"))
        .collect()
}
