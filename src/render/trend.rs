//! The series inside an answer over periods: one for each group and value column.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{change_style, hidden_line, hidden_rows, rows_cell, verdict_cell};
use super::flat;
use super::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::spark::sparkline;
use super::text::{harmless, width};
use crate::base::cancellation::{self, Steps};
use crate::base::statistics::{SeriesTrend, TrendVerdict};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Cell, ColumnRole, Level, Row, Value,
};

/// Fewer points are read more easily as numbers.
const FEWEST_POINTS: usize = 6;
/// More lines than this below a table would be a second table.
const MOST_SERIES: usize = 12;
/// More lines than this on a card are no chart.
const MOST_ON_A_CARD: usize = 100;
/// A sparkline is not cut to fewer points.
const SHORTEST_LINE: usize = 8;
/// Nor one with `2025-10 →` above it.
const SHORTEST_COURSE: usize = 9;

/// One value over all periods.
pub(super) struct Series<'a> {
    pub label: String,
    pub column: &'a AnswerValueColumn,
    /// One for each period.
    pub points: Vec<Option<f64>>,
    /// The same with all that is known of them; none where a group has no row in a period.
    pub values: Vec<Option<&'a Value>>,
    /// The first row of the group.
    pub row: &'a Row,
    /// Of the last point.
    latest: Option<&'a Value>,
    pub trend: Option<SeriesTrend>,
    /// Whether the last period was not over.
    provisional: bool,
    is_total: bool,
    /// On the last point.
    verdict: GridCell,
}

/// The periods of an answer, and what has a value in them.
pub(super) struct Trend<'a> {
    pub periods: Vec<&'a str>,
    pub series: Vec<Series<'a>>,
}

impl Trend<'_> {
    /// Keeps the first groups of each column, and what stands for others and for all; how many groups are left out.
    pub fn keep_first(&mut self, most: usize) -> usize {
        self.keep(most, &|_| 0.0)
    }

    /// Keeps the groups of each column whose last values are the largest.
    pub fn keep_largest(&mut self, most: usize) -> usize {
        let last = |series: &Series| series.points.iter().rev().find_map(|point| *point);
        self.keep(most, &|series| last(series).unwrap_or(f64::NEG_INFINITY))
    }

    fn keep(&mut self, most: usize, size: &dyn Fn(&Series) -> f64) -> usize {
        let is_group = |series: &Series| series.row.level == Level::Group;
        let mut places: Vec<usize> = (0..self.series.len()).collect();
        places.retain(|place| is_group(&self.series[*place]));
        // A stable sort: of equal ones the first stays.
        let size = |place: &usize| size(&self.series[*place]);
        places.sort_by(|left, right| size(right).total_cmp(&size(left)));
        let mut kept: Vec<(*const AnswerValueColumn, usize)> = Vec::new();
        let mut left_out: BTreeSet<usize> = BTreeSet::new();
        for place in places {
            let column: *const AnswerValueColumn = self.series[place].column;
            match kept.iter_mut().find(|(known, _)| *known == column) {
                Some((_, count)) if *count == most => drop(left_out.insert(place)),
                Some((_, count)) => *count += 1,
                None => kept.push((column, 1)),
            }
        }
        let mut place = 0;
        self.series.retain(|_| {
            place += 1;
            !left_out.contains(&(place - 1))
        });
        left_out.len() / kept.len().max(1)
    }

    /// The largest value of the series that are of one unit and level with this.
    pub fn highest(&self, series: &Series) -> f64 {
        let is_alike = |other: &&Series| {
            other.column.unit == series.column.unit && other.row.level == series.row.level
        };
        let alike = self.series.iter().filter(is_alike);
        alike
            .flat_map(|other| other.points.iter().flatten().copied())
            .fold(0.0, f64::max)
    }
}

/// A sparkline for each series, to stand below a table. `None` if there is nothing to see.
pub(super) fn below_table(answer: &Answer, look: RenderOptions) -> Option<TextGrid> {
    let trend = trend(answer, MOST_SERIES, look)?;
    if trend.periods.len() < FEWEST_POINTS {
        return None;
    }
    let shown = trend.shown_points(look, 2);
    let mut grid = headed(&[
        ("trend", Align::Left, true),
        (&trend.stretch(shown, look), Align::Left, false),
    ]);
    for series in &trend.series {
        grid.lines.push(GridLine::Cells(vec![
            GridCell::new(series.label.clone(), series.style()),
            series.line(shown, look),
        ]));
    }
    Some(grid)
}

/// First value, sparkline and last value of each series: a line card. `None` for an answer without
/// periods, or with too many groups.
pub(super) fn line_card(answer: &Answer, look: RenderOptions) -> Option<TextGrid> {
    let trend = trend(answer, MOST_ON_A_CARD, look)?;
    let ends = trend
        .series
        .iter()
        .map(Series::ends_width)
        .max()
        .unwrap_or(0);
    // What stands behind the last value takes its own columns, with the gap before each.
    let beside = |cell: &dyn Fn(&Series) -> GridCell| {
        let widths = trend.series.iter().map(|series| width(&cell(series).text));
        widths
            .max()
            .filter(|width| *width > 0)
            .map_or(0, |width| width + 2)
    };
    let ends = ends + beside(&|series| series.rows()) + beside(&|series| series.verdict_on_trend());
    let shown = trend.shown_points(look, ends + 6);
    let first = trend.periods.len() - shown;
    let mut grid = headed(&[
        ("", Align::Left, true),
        (trend.periods[first], Align::Right, false),
        ("", Align::Left, false),
        (trend.periods[trend.periods.len() - 1], Align::Right, false),
        ("rows", Align::Right, false),
        ("verdict", Align::Left, false),
    ]);
    for series in &trend.series {
        grid.lines.push(GridLine::Cells(vec![
            GridCell::new(series.label.clone(), series.style()),
            series.point(first),
            series.line(shown, look),
            series.point(trend.periods.len() - 1),
            series.rows(),
            series.verdict_on_trend(),
        ]));
    }
    Some(grid.without_empty_columns())
}

/// For each series of an answer by groups: its value in the latest period, the verdict on it, the
/// change since the first period where there is room for it, and a sparkline. `None` without groups
/// or with too few periods. The second is whether the change is there.
pub(super) fn by_group(answer: &Answer, look: RenderOptions) -> Option<(TextGrid, bool)> {
    let is_dimension = |column: &AnswerColumn| matches!(column.role, ColumnRole::Dimension(_));
    if !answer.columns.iter().any(is_dimension) {
        return None;
    }
    let trend = trend(answer, MOST_ON_A_CARD, look)?;
    if trend.periods.len() < 3 {
        return None;
    }
    let with_change = trend.room_beside(true, look) >= SHORTEST_COURSE;
    let shown = trend.room_beside(with_change, look).max(SHORTEST_COURSE);
    let shown = shown.min(trend.periods.len());
    Some((trend.pivot(shown, with_change, look), with_change))
}

pub(super) fn headed(columns: &[(&str, Align, bool)]) -> TextGrid {
    let column = |(header, align, shrinks): &(&str, Align, bool)| GridColumn {
        header: header.to_string(),
        align: *align,
        shrinks: *shrinks,
    };
    TextGrid {
        columns: columns.iter().map(column).collect(),
        lines: Vec::new(),
        headed: true,
        wraps: false,
    }
}

impl Trend<'_> {
    /// Columns left for a sparkline beside label, value, verdict and change.
    fn room_beside(&self, with_change: bool, look: RenderOptions) -> usize {
        let Some(limit) = look.width else {
            return self.periods.len();
        };
        let last = self.periods.len() - 1;
        let widest = |cell: &dyn Fn(&Series) -> usize| self.series.iter().map(cell).max();
        let header = self.periods.iter().map(|period| width(period)).max();
        let header = header.unwrap_or(0);
        let labels = widest(&|series| width(&series.label)).unwrap_or(0);
        let values = widest(&|series| width(&series.point(last).text)).unwrap_or(0);
        let verdicts = widest(&|series| width(&series.verdict.text)).unwrap_or(0);
        let changes = match with_change {
            true => {
                widest(&|series| width(&series.change().text))
                    .unwrap_or(0)
                    .max(header)
                    + 2
            }
            false => 0,
        };
        let taken = labels.min(limit / 3) + values.max(header) + verdicts + changes + 6;
        limit.saturating_sub(taken)
    }

    fn pivot(&self, shown: usize, with_change: bool, look: RenderOptions) -> TextGrid {
        let last = self.periods.len() - 1;
        let first = self.periods[self.periods.len() - shown];
        let mut columns = vec![
            (String::new(), Align::Left, true),
            (self.periods[last].to_string(), Align::Right, false),
            (String::new(), Align::Left, false),
        ];
        if with_change {
            columns.push((format!("since {}", self.periods[0]), Align::Right, false));
        }
        let course = format!("{first} {} {}", look.arrow(), self.periods[last]);
        columns.push((course, Align::Left, false));
        let columns: Vec<(&str, Align, bool)> = columns
            .iter()
            .map(|(header, align, shrinks)| (header.as_str(), *align, *shrinks))
            .collect();
        let mut grid = headed(&columns);
        let hidden = hidden_rows(self.series.len(), look.rows);
        for (index, series) in self.series.iter().enumerate() {
            if index == hidden.start && !hidden.is_empty() {
                grid.lines.push(hidden_line(hidden.len(), look));
            }
            if hidden.contains(&index) {
                continue;
            }
            let mut cells = vec![
                GridCell::new(series.label.clone(), series.style()),
                series.point(last),
                series.verdict.clone(),
            ];
            cells.extend(with_change.then(|| series.change()));
            cells.push(series.line(shown, look));
            grid.lines.push(GridLine::Cells(cells));
        }
        grid.without_empty_columns()
    }

    /// How many of the latest points fit beside labels and `others` columns.
    fn shown_points(&self, look: RenderOptions, others: usize) -> usize {
        let Some(limit) = look.width else {
            return self.periods.len();
        };
        let longest = self.series.iter().map(|series| width(&series.label)).max();
        let labels = longest.unwrap_or(0).min(limit / 3);
        let room = limit.saturating_sub(labels + others).max(SHORTEST_LINE);
        self.periods.len().min(room)
    }

    /// `2025-05→2026-04`, one word so that a header cannot break inside.
    fn stretch(&self, shown: usize, look: RenderOptions) -> String {
        let last = self.periods.len() - 1;
        let first = self.periods[self.periods.len() - shown];
        format!("{first}{}{}", look.arrow(), self.periods[last])
    }
}

impl Series<'_> {
    pub fn style(&self) -> Style {
        if self.is_total {
            Style::Strong
        } else {
            Style::Plain
        }
    }

    fn line(&self, shown: usize, look: RenderOptions) -> GridCell {
        let latest = &self.points[self.points.len() - shown..];
        GridCell::new(sparkline(latest, look), Style::Plain)
    }

    fn point(&self, index: usize) -> GridCell {
        let mark = if self.provisional && index + 1 == self.points.len() {
            "*"
        } else {
            ""
        };
        match self.points[index] {
            Some(value) => GridCell::new(format!("{}{mark}", self.written(value)), self.style()),
            None => GridCell::new("none", Style::Dim),
        }
    }

    /// Those behind the last point.
    fn rows(&self) -> GridCell {
        match self.latest {
            Some(value) if self.column.evidence.shows_rows && value.value.is_some() => {
                rows_cell(value)
            }
            Some(_) | None => GridCell::empty(),
        }
    }

    /// Coloured as a change is.
    pub fn verdict_on_trend(&self) -> GridCell {
        let Some(trend) = self.trend else {
            return GridCell::empty();
        };
        let style = match trend.verdict {
            TrendVerdict::NoEvidence => Style::Dim,
            TrendVerdict::Decreasing => change_style(-1.0, self.column.direction),
            TrendVerdict::Increasing => change_style(1.0, self.column.direction),
        };
        GridCell::new(trend.verdict.word(), style)
    }

    /// From the first point to the last.
    fn change(&self) -> GridCell {
        let ends = (self.points.first(), self.points.last());
        let (Some(Some(first)), Some(Some(last))) = ends else {
            return GridCell::empty();
        };
        let change = last - first;
        let decimals = numbers::column_decimals([*first, *last].into_iter(), self.column.unit);
        GridCell::new(
            numbers::change_between(change, self.column.unit, decimals),
            change_style(change, self.column.direction),
        )
    }

    fn written(&self, value: f64) -> String {
        let ends = [self.points.first(), self.points.last()];
        let ends = ends.into_iter().flatten().flatten().copied();
        let decimals = numbers::column_decimals(ends, self.column.unit);
        numbers::at_least(value, self.column.unit, decimals)
    }

    /// Columns that the numbers at both ends take.
    fn ends_width(&self) -> usize {
        let widest = self
            .points
            .iter()
            .flatten()
            .map(|value| width(&self.written(*value)));
        2 * (widest.max().unwrap_or(0).max(7) + 1)
    }
}

/// The series of an answer; `None` without periods, or with more than `most` of them.
pub(super) fn trend<'a>(answer: &'a Answer, most: usize, look: RenderOptions) -> Option<Trend<'a>> {
    let is_period = |role: &ColumnRole| matches!(role, ColumnRole::Period(_));
    let place = answer
        .columns
        .iter()
        .position(|column| is_period(&column.role))?;
    let mut periods: Vec<&str> = answer
        .rows
        .iter()
        .filter_map(|row| text_at(row, place))
        .collect();
    cancellation::sort_unstable(&mut periods);
    periods.dedup();
    if periods.is_empty() {
        return None;
    }
    let groups = groups(answer, place, &periods, most)?;
    let mut series = Vec::new();
    for (index, column) in answer.columns.iter().enumerate() {
        if let ColumnRole::Value(value) = &column.role {
            let of_group = |group: &SeriesGroup<'a>| {
                let label = label(answer, group.first, index, look);
                one_series(label, value, group, index)
            };
            series.extend(groups.iter().map(of_group));
        }
    }
    (series.len() <= most).then_some(Trend { periods, series })
}

fn text_at(row: &Row, index: usize) -> Option<&str> {
    match &row.cells[index] {
        Cell::Text(text) => Some(text),
        Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Value(_) => None,
    }
}

/// Rows that differ in their period alone.
struct SeriesGroup<'a> {
    first: &'a Row,
    /// One for each period, as far as the answer has them.
    rows: Vec<Option<&'a Row>>,
}

/// What tells one group from another.
type SeriesKey<'a> = (Level, Vec<CellKey<'a>>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum CellKey<'a> {
    Missing,
    Text(&'a str),
    YesNo(bool),
    Number(u64),
}

/// The groups in the order of first appearance. Stops at more than `most`: an answer may have a
/// million rows.
fn groups<'a>(
    answer: &'a Answer,
    period: usize,
    periods: &[&str],
    most: usize,
) -> Option<Vec<SeriesGroup<'a>>> {
    let is_dimension =
        |index: &usize| matches!(answer.columns[*index].role, ColumnRole::Dimension(_));
    let dimensions: Vec<usize> = (0..answer.columns.len()).filter(is_dimension).collect();
    let mut known: BTreeMap<SeriesKey, usize> = BTreeMap::new();
    let mut groups: Vec<SeriesGroup> = Vec::new();
    let mut steps = Steps::default();
    for row in &answer.rows {
        steps.step();
        let Some(label) = text_at(row, period) else {
            continue;
        };
        let keys = dimensions.iter().map(|index| cell_key(&row.cells[*index]));
        let next = groups.len();
        let place = *known.entry((row.level, keys.collect())).or_insert(next);
        if place == most {
            return None;
        }
        if place == next {
            groups.push(SeriesGroup {
                first: row,
                rows: vec![None; periods.len()],
            });
        }
        if let Ok(at) = periods.binary_search(&label) {
            groups[place].rows[at].get_or_insert(row);
        }
    }
    Some(groups)
}

fn cell_key(cell: &Cell) -> CellKey<'_> {
    match cell {
        // The engine puts values in value columns alone.
        Cell::Missing | Cell::Value(_) => CellKey::Missing,
        Cell::Text(text) => CellKey::Text(text),
        Cell::YesNo(yes) => CellKey::YesNo(*yes),
        Cell::Number(value) => CellKey::Number(value.to_bits()),
    }
}

fn one_series<'a>(
    label: String,
    column: &'a AnswerValueColumn,
    group: &SeriesGroup<'a>,
    index: usize,
) -> Series<'a> {
    let at = |row: &Option<&'a Row>| row.and_then(|row| flat::value_at(row, index));
    let values: Vec<Option<&'a Value>> = group.rows.iter().map(at).collect();
    let last = values.last().copied().flatten();
    Series {
        label,
        column,
        row: group.first,
        latest: last,
        trend: flat::value_at(group.first, index).and_then(|value| value.evidence.trend),
        points: values.iter().map(|value| (*value)?.value).collect(),
        values,
        provisional: last.is_some_and(|value| value.provisional),
        is_total: group.first.level == Level::Total,
        verdict: last.map_or_else(GridCell::empty, verdict_cell),
    }
}

/// The dimensions of a group; with the value's name if there are several, or no dimension.
fn label(answer: &Answer, row: &Row, index: usize, look: RenderOptions) -> String {
    let mut parts = Vec::new();
    if row.level != Level::Group {
        parts.push(row.level.word().to_string());
    }
    for (column, cell) in answer.columns.iter().zip(&row.cells) {
        if matches!(column.role, ColumnRole::Dimension(_)) {
            parts.extend(dimension_word(cell, row.level));
        }
    }
    let values = answer
        .columns
        .iter()
        .filter(|column| matches!(column.role, ColumnRole::Value(_)));
    if parts.is_empty() || values.count() > 1 {
        parts.insert(0, answer.columns[index].name.clone());
    }
    harmless(&parts.join(", "), look)
}

fn dimension_word(cell: &Cell, level: Level) -> Option<String> {
    match cell {
        Cell::Missing => (level == Level::Group).then(|| "(missing)".to_string()),
        Cell::Text(text) => Some(text.clone()),
        Cell::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.to_string()),
        Cell::Number(value) => Some(numbers::plain(*value)),
        Cell::Value(_) => None,
    }
}

/// The unit all series share, to stand in a title: ` (days)`.
pub(super) fn shared_unit(answer: &Answer) -> String {
    let mut units = answer
        .columns
        .iter()
        .filter_map(|column| match &column.role {
            ColumnRole::Value(value) => Some(value.unit),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        });
    match (units.next(), units.next()) {
        (Some(unit @ (DisplayUnit::Points | DisplayUnit::Time(_))), None) => {
            format!(" ({})", unit.word())
        }
        (Some(DisplayUnit::Count | DisplayUnit::Percent | DisplayUnit::Ratio) | None, _)
        | (Some(DisplayUnit::Points | DisplayUnit::Time(_)), Some(_)) => String::new(),
    }
}
