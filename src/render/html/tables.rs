//! Tables on a page: the cells that terminals show, in columns; long ones cut, with the query that has the rest.

use maud::{Markup, html};

use super::cards::style_class;
use super::{capital, plain};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Level, Row, Value};
use crate::render::cells;
use crate::render::facts;
use crate::render::flat;
use crate::render::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use crate::render::matrix;
use crate::render::numbers;
use crate::render::options::RenderOptions;
use crate::render::svg;
use crate::render::text::width;
use crate::render::trend::{self, Series, Trend};
use crate::render::verdicts;

/// Lines of what is neither chart nor matrix.
const MOST_LINES: usize = 60;
/// Groups of a matrix.
const MOST_GROUPS: usize = 30;
/// More series have no room side by side.
const MOST_SERIES: usize = 12;
/// Letters of a text that stays on one line.
const SHORT: usize = 18;

/// The rows of an answer, at most so many, with what to do about each where that is said.
pub(super) fn table(answer: &Answer, next_steps: &[String], most: usize) -> Markup {
    let (grid, reasons) = cells::grid(answer, RenderOptions::PIPE);
    if answer.rows.is_empty() {
        return html! { p class="foot" { "no rows" } };
    }
    let bars = bars(answer);
    let classes: Vec<&str> = (0..grid.columns.len())
        .map(|index| column_class(&grid, index))
        .collect();
    let lines = lines(&grid).take(most);
    let left = answer.rows.len().saturating_sub(most);
    html! {
        div class="scroll" {
            table class=(if bars.is_some() { "bars" } else { "" }) {
                thead { tr {
                    @for (index, column) in grid.columns.iter().enumerate() {
                        th scope="col" class=(classes[index]) { (header(answer, index, column)) }
                        @if bars.as_ref().is_some_and(|bars| bars.after == index) { th {} }
                    }
                    @if !next_steps.is_empty() { th scope="col" { "What to do" } }
                } }
                tbody {
                    @for (place, (cells, begins_part)) in lines.enumerate() {
                        tr class=(row_class(&answer.rows[place], begins_part)) {
                            @for (index, cell) in cells.iter().enumerate() {
                                td class=(format!("{} {}", classes[index], style_class(cell.style)).trim()) {
                                    (rank(answer, place, index)) (cell.text)
                                }
                                @if let Some(bars) = bars.as_ref().filter(|bars| bars.after == index) {
                                    td class="bar" { (bars.drawn(place)) }
                                }
                            }
                            @if !next_steps.is_empty() {
                                td class="step" { (step(next_steps, answer, place)) }
                            }
                        }
                    }
                }
            }
        }
        @if left > 0 {
            (more(answer, left))
        }
        @for sentence in facts::legend(answer, reasons) { p class="foot" { (plain(&sentence)) } }
        (trends(answer))
    }
}

/// How many rows are left out, and what shows them.
fn more(answer: &Answer, left: usize) -> Markup {
    html! {
        p class="foot more" { (numbers::count(left as u64)) " more: " code { (run_command(answer)) } }
    }
}

/// The command that answers the query again.
pub(super) fn run_command(answer: &Answer) -> String {
    let query = plain(&answer.query).replace('\'', "'\\''");
    format!("riskql run '{query}'")
}

/// ` 45 rows`, beside the title of a list.
pub(super) fn count(answer: &Answer) -> Markup {
    let is_list = !flat::has_values(answer) && !answer.rows.is_empty();
    let rows = numbers::counted(answer.rows.len() as u64, "row", "rows");
    html! { @if is_list { " " span { (rows) } } }
}

/// What to do about a group; what is no single group has no step.
fn step(next_steps: &[String], answer: &Answer, place: usize) -> String {
    let step = next_steps
        .get(place)
        .filter(|_| answer.rows[place].level == Level::Group);
    step.map_or(String::new(), |step| plain(step))
}

/// Lines of cells, each with whether a part of the table begins with it.
fn lines(grid: &TextGrid) -> impl Iterator<Item = (&Vec<GridCell>, bool)> {
    let mut begins = false;
    grid.lines.iter().filter_map(move |line| match line {
        GridLine::Cells(cells) => Some((cells, std::mem::take(&mut begins))),
        GridLine::Rule => {
            begins = true;
            None
        }
        GridLine::Details(_) => None,
    })
}

/// The class of a column of numbers.
fn align(column: &GridColumn) -> &'static str {
    match column.align {
        Align::Left => "",
        Align::Right => "number",
    }
}

/// Columns of short texts are not broken: keys, dates, names.
fn column_class(grid: &TextGrid, index: usize) -> &'static str {
    let cells = lines(grid).map(|(cells, _)| width(&cells[index].text));
    match grid.columns[index].align {
        Align::Right => "number",
        Align::Left if cells.max().unwrap_or(0) <= SHORT => "short",
        Align::Left => "",
    }
}

fn row_class(row: &Row, begins_part: bool) -> &'static str {
    match (row.level, begins_part) {
        (Level::Total, true) => "total part",
        (Level::Total, false) => "total",
        (Level::Group | Level::Other, true) => "part",
        (Level::Group | Level::Other, false) => "",
    }
}

/// The title of a column where the grid has its name, with a capital.
fn header(answer: &Answer, index: usize, column: &GridColumn) -> String {
    capital(&title(answer, index, column))
}

fn title(answer: &Answer, index: usize, column: &GridColumn) -> String {
    let named = answer.columns.iter().find(|of| column.header == of.name);
    match (answer.columns.get(index), named) {
        (_, Some(of)) => plain(&of.title.replace('_', " ")),
        (Some(of), None) => match column.header.strip_prefix(&of.name) {
            Some(unit) => plain(&format!("{}{unit}", of.title)),
            None => plain(&column.header),
        },
        (None, None) => plain(&column.header),
    }
}

/// The colour of a severity beside its word.
fn rank(answer: &Answer, place: usize, index: usize) -> Markup {
    let column = answer.columns.get(index).filter(|_| {
        let before = &answer.columns[..index.min(answer.columns.len())];
        !before
            .iter()
            .any(|column| matches!(column.role, ColumnRole::Value(_)))
    });
    let class = match (column, &answer.rows[place].cells.get(index)) {
        (
            Some(AnswerColumn {
                role: ColumnRole::Dimension(of) | ColumnRole::Field(of),
                ..
            }),
            Some(Cell::Text(word)),
        ) => svg::severity_rank(of, word).map(svg::rank_class),
        _ => None,
    };
    html! { @if let Some(class) = class { i class=(format!("swatch {class}")) {} } }
}

/// Bars beside the values of a single column that has a row a group.
struct TableBars<'a> {
    /// The column that they stand behind.
    after: usize,
    values: Vec<Option<&'a Value>>,
    highest: f64,
}

fn bars(answer: &Answer) -> Option<TableBars<'_>> {
    let is_period = |column: &AnswerColumn| matches!(column.role, ColumnRole::Period(_));
    let mut values = answer
        .columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| match &column.role {
            ColumnRole::Value(value) => Some((index, value)),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        });
    let (Some((after, column)), None) = (values.next(), values.next()) else {
        return None;
    };
    if answer.columns.iter().any(is_period) || answer.rows.len() < 3 {
        return None;
    }
    let is_group = |row: &&Row| row.level == Level::Group;
    let of = |row: &'_ Row| flat::value_at(row, after).and_then(|value| value.value);
    let numbers = || answer.rows.iter().filter(is_group).filter_map(of);
    let highest = match column.unit {
        DisplayUnit::Percent => numbers().fold(1.0, f64::max),
        _ => numbers().fold(0.0, f64::max),
    };
    if highest <= 0.0 || numbers().any(|value| value < 0.0) {
        return None;
    }
    let values = answer
        .rows
        .iter()
        .map(|row| flat::value_at(row, after).filter(|_| row.level == Level::Group));
    Some(TableBars {
        after,
        values: values.collect(),
        highest,
    })
}

impl TableBars<'_> {
    fn drawn(&self, place: usize) -> Markup {
        let value = self.values[place];
        let number = value
            .and_then(|value| value.value)
            .filter(|number| number.is_finite());
        let few = value.is_some_and(|value| value.evidence.has_few_rows);
        html! {
            @if let Some(number) = number {
                i class=(if few { "few" } else { "" }) style=(format!("width:{:.1}%", number / self.highest * 100.0)) {}
            }
        }
    }
}

/// Groups below each other and periods side by side, darker where the value is larger; of what has no periods its table.
pub(super) fn matrix(answer: &Answer) -> Markup {
    match groups_over_periods(answer, 1) {
        Some(trend) => shaded(answer, trend),
        None => table(answer, &[], MOST_LINES),
    }
}

/// The same above the table of an answer; nothing of what has no periods.
pub(super) fn heat(answer: &Answer) -> Markup {
    groups_over_periods(answer, 2).map_or_else(|| html! {}, |trend| shaded(answer, trend))
}

fn groups_over_periods(answer: &Answer, fewest: usize) -> Option<Trend<'_>> {
    let trend = trend::trend(answer, matrix::MOST_GROUPS, RenderOptions::PIPE)?;
    (fewest..=matrix::MOST_PERIODS)
        .contains(&trend.periods.len())
        .then_some(trend)
}

fn shaded(answer: &Answer, mut trend: Trend) -> Markup {
    let left = trend.keep_first(MOST_GROUPS);
    let decimals = decimals(&trend);
    let highest: Vec<f64> = trend
        .series
        .iter()
        .map(|series| trend.highest(series))
        .collect();
    let shade = |index: usize, place: usize| {
        let share = trend.series[index].points[place]? / highest[index];
        (share.is_finite() && share > 0.0)
            .then(|| format!("--shade:{:.0}%", share * matrix::DARKEST * 100.0))
    };
    html! {
        div class="scroll" {
            table class="matrix" {
                thead { tr {
                    th {}
                    @for period in &trend.periods { th scope="col" class="number" { (period) } }
                } }
                tbody {
                    @for (index, series) in trend.series.iter().enumerate() {
                        tr class=(row_class(series.row, false)) {
                            th scope="row" { (series.label) }
                            @for place in 0..trend.periods.len() {
                                td class="number" style=[shade(index, place)] { (point(series, place, decimals[index])) }
                            }
                        }
                    }
                }
            }
        }
        @if left > 0 { (more(answer, left)) }
        p class="foot" { "darker: larger" }
        @for sentence in facts::legend(answer, facts::Reasons::Below) { p class="foot" { (plain(&sentence)) } }
        (trends(answer))
    }
}

/// Periods below each other and series side by side: the numbers of a chart.
pub(super) fn course(answer: &Answer) -> Markup {
    let Some(trend) = trend::trend(answer, MOST_SERIES, RenderOptions::PIPE) else {
        return matrix(answer);
    };
    let decimals = decimals(&trend);
    html! {
        div class="scroll" {
            table class="course" {
                thead { tr {
                    th {}
                    @for series in &trend.series { th scope="col" class="number" { (series.label) } }
                } }
                tbody {
                    @for (place, period) in trend.periods.iter().enumerate() {
                        tr {
                            th scope="row" { (period) }
                            @for (series, decimals) in trend.series.iter().zip(&decimals) {
                                td class="number" { (point(series, place, *decimals)) }
                            }
                        }
                    }
                }
            }
        }
        @for sentence in facts::legend(answer, facts::Reasons::Below) { p class="foot" { (plain(&sentence)) } }
        (trends(answer))
    }
}

/// The decimals of each series: those of one unit have the same.
fn decimals(trend: &Trend) -> Vec<usize> {
    let mut found: Vec<(DisplayUnit, usize)> = Vec::new();
    for series in &trend.series {
        let own =
            numbers::column_decimals(series.points.iter().flatten().copied(), series.column.unit);
        match found
            .iter_mut()
            .find(|(unit, _)| *unit == series.column.unit)
        {
            Some((_, most)) => *most = own.max(*most),
            None => found.push((series.column.unit, own)),
        }
    }
    let of = |series: &Series| found.iter().find(|(unit, _)| *unit == series.column.unit);
    trend
        .series
        .iter()
        .map(|series| of(series).map_or(0, |(_, decimals)| *decimals))
        .collect()
}

/// `23.0`, `none`, and of how many rows where those are few.
fn point(series: &Series, place: usize, decimals: usize) -> Markup {
    let Some(value) = series.values[place] else {
        return html! {};
    };
    let mark = if value.provisional { "*" } else { "" };
    html! {
        @match value.value {
            Some(number) => {
                @let text = numbers::judged(number, series.column.unit, decimals, value.target.as_ref());
                @if value.evidence.has_few_rows {
                    small { "few: " (numbers::count(value.rows)) } " " span class="dim" { (text) (mark) }
                } @else { (text) (mark) }
            }
            None => span class="dim" { "none" (mark) },
        }
    }
}

/// What series tell, where the query asks for that.
fn trends(answer: &Answer) -> Markup {
    let Some(grid) = verdicts::verdicts(answer, RenderOptions::PIPE) else {
        return html! {};
    };
    html! {
        div class="scroll" {
            table {
                thead { tr { @for column in &grid.columns { th scope="col" class=(align(column)) { (column.header) } } } }
                tbody {
                    @for (cells, _) in lines(&grid) {
                        tr { @for (column, cell) in grid.columns.iter().zip(cells) {
                            td class=(format!("{} {}", align(column), style_class(cell.style)).trim()) { (cell.text) }
                        } }
                    }
                }
            }
        }
    }
}
