//! Series over periods as lines against an axis: braille for one, letters for several.

use super::WIDTH;
use super::axis::ChartAxis;
use super::canvas::{Dots, line};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, AnswerColumn, ColumnRole};
use crate::render::numbers;
use crate::render::options::{RenderOptions, Style};
use crate::render::text::{paragraph, shorten, width};
use crate::render::trend::{Series, Trend};

/// Where several lines meet.
const MEETING: char = '*';
/// The least columns between the axis and the edge.
const NARROWEST: usize = 8;

/// A character of the plot and the series it belongs to.
type PlotCell = (char, Option<usize>);

pub(super) fn chart(
    answer: &Answer,
    trend: &Trend,
    look: RenderOptions,
    height: usize,
) -> Result<String, String> {
    let unit = trend.series[0].column.unit;
    if trend.series.iter().any(|series| series.column.unit != unit) {
        return Err("values of different units have no common axis".to_string());
    }
    let points = trend.series.iter().flat_map(|series| &series.points);
    let Some(axis) = ChartAxis::of(points.flatten().copied()) else {
        return Err("every value is none".to_string());
    };
    let height = height.max(3);
    let labels = labels(axis, height, trend.series[0].column.unit);
    let margin = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let room = look.width.unwrap_or(WIDTH).min(200);
    let columns = room.saturating_sub(margin + 2).max(NARROWEST);
    let spots = match trend.series.as_slice() {
        [series] if look.unicode => dotted(series, axis, columns, height),
        series => lettered(series, axis, columns, height),
    };
    let mut text = title(answer, trend, look);
    let (corner, wall) = if look.unicode {
        ("└", "┤")
    } else {
        ("+", "|")
    };
    for (label, spots) in labels.iter().zip(&spots) {
        let label = format!("{label:>margin$} {wall}");
        text += &format!(
            "{}{}\n",
            look.paint(&label, Style::Dim),
            painted(spots, look)
        );
    }
    let rule = format!("{:margin$} {corner}{}", "", look.rule().repeat(columns));
    text += &format!("{}\n", look.paint(&rule, Style::Dim));
    let below = format!(
        "{:indent$}{}",
        "",
        periods(trend, columns),
        indent = margin + 2
    );
    text += &format!("{}\n", look.paint(below.trim_end(), Style::Dim));
    Ok(text + &legend(trend, look) + "\n")
}

/// `mttr (days)`
fn title(answer: &Answer, trend: &Trend, look: RenderOptions) -> String {
    let is_value = |column: &&AnswerColumn| matches!(column.role, ColumnRole::Value(_));
    let values = answer.columns.iter().filter(is_value);
    let names: Vec<&str> = values.map(|column| column.name.as_str()).collect();
    let unit = match numbers::unit_after(trend.series[0].column.unit).trim() {
        "" => String::new(),
        word => format!(" ({word})"),
    };
    paragraph(&format!("{}{unit}", names.join(", ")), look)
        .iter()
        .map(|line| format!("{}\n", look.paint(line, Style::Strong)))
        .collect()
}

/// Numbers beside the top, the middle and the bottom line.
fn labels(axis: ChartAxis, height: usize, unit: DisplayUnit) -> Vec<String> {
    let marked = [0, (height - 1) / 2, height - 1];
    let at = |from_top: usize| axis.value(height - 1 - from_top, height);
    let decimals = numbers::column_decimals(marked.into_iter().map(at), unit);
    (0..height)
        .map(|from_top| match marked.contains(&from_top) {
            true => numbers::at_least(at(from_top), unit, decimals),
            false => String::new(),
        })
        .collect()
}

/// The column in which a period stands.
fn column(period: usize, periods: usize, columns: usize) -> usize {
    match periods {
        0 | 1 => columns / 2,
        _ => period * (columns - 1) / (periods - 1),
    }
}

/// The strokes of a series: each goes from one value to the next, none goes over a gap.
fn strokes(
    series: &Series,
    axis: ChartAxis,
    (columns, rows): (usize, usize),
) -> Vec<(usize, usize)> {
    let at = |index: usize| {
        let value = series.points[index].filter(|value| value.is_finite())?;
        let x = column(index, series.points.len(), columns);
        Some((x, axis.place(value, rows)))
    };
    let mut points = Vec::new();
    for index in 0..series.points.len() {
        let Some(here) = at(index) else { continue };
        match index.checked_sub(1).and_then(at) {
            Some(before) => points.extend(line(before, here)),
            None => points.push(here),
        }
    }
    points
}

fn dotted(series: &Series, axis: ChartAxis, columns: usize, height: usize) -> Vec<Vec<PlotCell>> {
    let mut dots = Dots::new(columns, height);
    for (x, y) in strokes(series, axis, (dots.width, dots.height)) {
        dots.set(x, y);
    }
    let spots = |line: Vec<char>| line.into_iter().map(|letter| (letter, Some(0))).collect();
    dots.lines().into_iter().map(spots).collect()
}

fn lettered(
    series: &[Series],
    axis: ChartAxis,
    columns: usize,
    height: usize,
) -> Vec<Vec<PlotCell>> {
    let mut spots = vec![vec![(' ', None); columns]; height];
    for (index, each) in series.iter().enumerate() {
        for (x, y) in strokes(each, axis, (columns, height)) {
            let spot: &mut PlotCell = &mut spots[height - 1 - y][x];
            *spot = match spot {
                (' ', _) => (letter(index), Some(index)),
                (_, Some(other)) if *other == index => *spot,
                _ => (MEETING, None),
            };
        }
    }
    spots
}

fn letter(index: usize) -> char {
    char::from(b'a' + u8::try_from(index % 26).expect("a letter"))
}

fn painted(spots: &[PlotCell], look: RenderOptions) -> String {
    let end = spots.iter().rposition(|(letter, _)| *letter != ' ');
    let shown = &spots[..end.map_or(0, |end| end + 1)];
    let same = |left: &PlotCell, right: &PlotCell| left.1 == right.1;
    let mut text = String::new();
    for run in shown.chunk_by(same) {
        let letters: String = run.iter().map(|(letter, _)| letter).collect();
        text += &match run[0].1 {
            Some(series) => look.paint(&letters, Style::Series(series)),
            None => letters,
        };
    }
    text
}

/// The first, the middle and the last period, where they stand and as far as there is room.
fn periods(trend: &Trend, columns: usize) -> String {
    let last = trend.periods.len() - 1;
    let mut line = vec![' '; columns];
    for period in [0, last, last / 2] {
        let label: Vec<char> = trend.periods[period].chars().collect();
        let middle = column(period, trend.periods.len(), columns);
        let start = middle
            .saturating_sub(label.len() / 2)
            .min(columns.saturating_sub(label.len()));
        let end = (start + label.len()).min(columns);
        let around = start.saturating_sub(1)..(end + 1).min(columns);
        if end - start == label.len() && line[around].iter().all(|letter| *letter == ' ') {
            line[start..end].copy_from_slice(&label);
        }
    }
    line.into_iter().collect()
}

/// Which letter is which series.
fn legend(trend: &Trend, look: RenderOptions) -> String {
    if trend.series.len() < 2 {
        return String::new();
    }
    let limit = look.width.unwrap_or(usize::MAX);
    let mut text = String::new();
    let mut used = 0;
    let mut put = |piece: String, style: Style| {
        let piece = shorten(&piece, limit, look);
        let needed = width(&piece) + 2;
        if used > 0 && used + needed > limit {
            text.push('\n');
            used = 0;
        }
        text += if used > 0 { "  " } else { "" };
        text += &look.paint(&piece, style);
        used += needed;
    };
    for (index, series) in trend.series.iter().enumerate() {
        put(
            format!("{} {}", letter(index), series.label),
            Style::Series(index),
        );
    }
    put(format!("{MEETING} several"), Style::Dim);
    text + "\n"
}
