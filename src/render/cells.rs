//! An answer as a grid of texts for people; terminal tables and Markdown share it.
//!
//! A value column becomes several: the value, its share of a total, its target and verdict, its band, and for
//! each comparison what it is compared with and the change.

use std::ops::Range;

use super::facts::{ColumnFacts, Reasons, facts};
use super::flat;
use super::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::text::{harmless, paragraph};
use crate::base::cancellation::Steps;
use crate::base::types::{DisplayUnit, FieldType};
use crate::exec::answer::{
    Answer, AnswerColumn, Cell, ColumnRole, Comparison, Level, Row, Status, Value,
};
use crate::lang::model::Direction;

/// One column of the grid.
enum ShownColumn<'a> {
    Key(usize),
    Field(usize, &'a FieldType),
    Value(&'a ColumnFacts<'a>),
    Limit(&'a ColumnFacts<'a>),
    Verdict(&'a ColumnFacts<'a>),
    Band(&'a ColumnFacts<'a>),
    /// Of a comparison.
    Previous(&'a ColumnFacts<'a>, usize),
    Change(&'a ColumnFacts<'a>, usize),
    Share(&'a ColumnFacts<'a>),
    Interval(&'a ColumnFacts<'a>),
    Rows(&'a ColumnFacts<'a>),
}

/// The grid of an answer and where it has room for reasons: beside a single value column if that
/// fits. Of many rows, the first and the last, if the look wants that.
pub(super) fn grid(answer: &Answer, look: RenderOptions) -> (TextGrid, Reasons) {
    let hidden = hidden_rows(answer.rows.len(), look.rows);
    if facts(answer, Reasons::Beside).len() == 1 {
        let grid = grid_with(answer, Reasons::Beside, &hidden, look);
        if grid.fits(look) {
            return (grid, Reasons::Beside);
        }
    }
    let grid = narrowed(
        answer,
        grid_with(answer, Reasons::Below, &hidden, look),
        look,
    );
    if look.rows.is_none() || grid.is_aligned(look) {
        return (grid, Reasons::Below);
    }
    // Each row takes as many lines as there are columns.
    let lines = grid.columns.len() + 1;
    let fewer = look.rows.map(|rows| (rows / lines).max(FEWEST_BLOCKS));
    let hidden = hidden_rows(answer.rows.len(), fewer);
    let grid = grid_with(answer, Reasons::Below, &hidden, look);
    (grid, Reasons::Below)
}

/// A grid that is too wide without columns that nobody asked for: those in which no row has anything, then the last ones.
fn narrowed(answer: &Answer, grid: TextGrid, look: RenderOptions) -> TextGrid {
    let is_list = answer.columns.len() == grid.columns.len();
    let columns = answer.columns.iter();
    let are_optional: Vec<bool> = columns.map(|column| column.is_optional).collect();
    if !is_list || !are_optional.contains(&true) || grid.is_aligned(look) {
        return grid;
    }
    let Some(keep) = grid.fitting_columns(&are_optional, look) else {
        return grid;
    };
    let left_out: Vec<&str> = (answer.columns.iter().zip(&keep))
        .filter(|(_, keep)| !**keep)
        .map(|(column, _)| column.title.as_str())
        .collect();
    let sentence = format!(
        "no room for {}; `show` chooses columns",
        left_out.join(", ")
    );
    let mut narrow = grid.with_columns(&keep);
    let lines = paragraph(&sentence, look.narrower(2));
    let lines = lines
        .into_iter()
        .map(|line| GridCell::new(line, Style::Dim));
    narrow.lines.push(GridLine::Details(lines.collect()));
    narrow
}

/// Rows shown as blocks even where they take more lines than a screen has.
const FEWEST_BLOCKS: usize = 3;

/// Which rows are hidden: those after the first two thirds and before the rest of what may be shown.
pub(super) fn hidden_rows(rows: usize, most: Option<usize>) -> Range<usize> {
    match most {
        // Hiding one row for a line that says so gains nothing.
        Some(most) if rows > most + 1 => {
            let tail = most / 3;
            most - tail..rows - tail
        }
        Some(_) | None => 0..0,
    }
}

/// What stands in place of hidden rows.
pub(super) fn hidden_line(rows: usize, look: RenderOptions) -> GridLine {
    let text = format!(
        "{} {} rows hidden; {}",
        look.ellipsis(),
        numbers::count(rows as u64),
        look.way_to_all("all")
    );
    GridLine::Details(
        paragraph(&text, look.narrower(2))
            .into_iter()
            .map(|line| GridCell::new(line, Style::Dim))
            .collect(),
    )
}

fn grid_with(
    answer: &Answer,
    reasons: Reasons,
    hidden: &Range<usize>,
    look: RenderOptions,
) -> TextGrid {
    let facts = facts(answer, reasons);
    let shown = shown(answer, &facts);
    let columns = shown
        .iter()
        .map(|shown| column(shown, &answer.columns, look))
        .collect();
    let mut grid = TextGrid {
        columns,
        lines: Vec::new(),
        headed: true,
        wraps: false,
    };
    let mut steps = Steps::default();
    for (index, row) in answer.rows.iter().enumerate() {
        steps.step();
        if hidden.contains(&index) {
            if index == hidden.start {
                grid.lines.push(hidden_line(hidden.len(), look));
            }
            continue;
        }
        if begins_part(answer, index) {
            grid.lines.push(GridLine::Rule);
        }
        let label = label_place(answer, row);
        let cells = shown.iter().map(|shown| cell(shown, row, label, look));
        grid.lines.push(GridLine::Cells(cells.collect()));
    }
    grid
}

fn shown<'a>(answer: &'a Answer, facts: &'a [ColumnFacts<'a>]) -> Vec<ShownColumn<'a>> {
    let mut shown = Vec::new();
    for (index, column) in answer.columns.iter().enumerate() {
        match &column.role {
            ColumnRole::Period(_) | ColumnRole::Dimension(_) => shown.push(ShownColumn::Key(index)),
            ColumnRole::Field(field) => shown.push(ShownColumn::Field(index, field)),
            ColumnRole::Value(_) => {
                let facts = facts.iter().find(|facts| facts.index == index);
                shown.extend(facts.into_iter().flat_map(shown_of));
            }
        }
    }
    shown
}

fn shown_of<'a>(facts: &'a ColumnFacts<'a>) -> Vec<ShownColumn<'a>> {
    let mut shown = vec![ShownColumn::Value(facts)];
    if facts.column.evidence.interval.is_some() {
        shown.push(ShownColumn::Interval(facts));
    }
    if facts.column.evidence.shows_rows {
        shown.push(ShownColumn::Rows(facts));
    }
    if facts.column.with_share {
        shown.push(ShownColumn::Share(facts));
    }
    if facts.column.with_target {
        // One target for all rows stands in the header.
        if facts.same_target.is_none() {
            shown.push(ShownColumn::Limit(facts));
        }
        shown.push(ShownColumn::Verdict(facts));
    }
    if facts.column.with_band {
        shown.push(ShownColumn::Band(facts));
    }
    for place in 0..facts.column.comparisons.len() {
        shown.push(ShownColumn::Previous(facts, place));
        shown.push(ShownColumn::Change(facts, place));
    }
    shown
}

fn column(shown: &ShownColumn, columns: &[AnswerColumn], look: RenderOptions) -> GridColumn {
    let (header, align, shrinks) = match shown {
        ShownColumn::Key(index) => (columns[*index].name.clone(), Align::Left, true),
        ShownColumn::Field(index, field) => {
            let is_number = matches!(field, FieldType::Number);
            let align = if is_number { Align::Right } else { Align::Left };
            (columns[*index].name.clone(), align, !is_number)
        }
        ShownColumn::Value(facts) => (value_header(facts), Align::Right, false),
        ShownColumn::Limit(_) => ("target".to_string(), Align::Left, true),
        ShownColumn::Verdict(facts) => (verdict_header(facts), Align::Left, false),
        ShownColumn::Band(_) => ("band".to_string(), Align::Left, true),
        ShownColumn::Share(_) => ("share".to_string(), Align::Right, false),
        ShownColumn::Interval(facts) => (interval_header(facts), Align::Right, false),
        ShownColumn::Rows(_) => ("rows".to_string(), Align::Right, false),
        ShownColumn::Previous(facts, place) => {
            let header = facts.same_periods[*place].unwrap_or("previous");
            (header.to_string(), Align::Right, false)
        }
        ShownColumn::Change(..) => ("change".to_string(), Align::Right, false),
    };
    GridColumn {
        header: harmless(&header, look),
        align,
        shrinks,
    }
}

/// `mttr (days)`. Counts need no unit, percentages have their sign in the cells.
fn value_header(facts: &ColumnFacts) -> String {
    match facts.column.unit {
        DisplayUnit::Count | DisplayUnit::Percent => facts.name.to_string(),
        unit @ (DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_)) => {
            format!("{} ({})", facts.name, unit.word())
        }
    }
}

fn verdict_header(facts: &ColumnFacts) -> String {
    match facts.same_target {
        Some(target) => target.to_string(),
        None if facts.column.with_target => "status".to_string(),
        None => String::new(),
    }
}

/// Whether a rule stands above a row: above the total of a single block, or, where periods have
/// totals of their own, between one period and the next.
fn begins_part(answer: &Answer, index: usize) -> bool {
    let Some(before) = index.checked_sub(1).map(|before| &answer.rows[before]) else {
        return false;
    };
    let row = &answer.rows[index];
    if has_periods(answer) {
        return before.level != Level::Group && row.level == Level::Group;
    }
    before.level == Level::Group && row.level != Level::Group
}

/// Whether rows of more than one period stand below each other.
fn has_periods(answer: &Answer) -> bool {
    let is_period = |column: &AnswerColumn| matches!(column.role, ColumnRole::Period(_));
    let Some(index) = answer.columns.iter().position(is_period) else {
        return false;
    };
    let Some(first) = answer.rows.first() else {
        return false;
    };
    answer
        .rows
        .iter()
        .any(|row| row.cells[index] != first.cells[index])
}

/// Where a total or `other` row says what it is: in its first empty dimension.
fn label_place(answer: &Answer, row: &Row) -> Option<usize> {
    if row.level == Level::Group {
        return None;
    }
    let is_free = |(column, cell): (&AnswerColumn, &Cell)| {
        matches!(column.role, ColumnRole::Dimension(_)) && *cell == Cell::Missing
    };
    answer.columns.iter().zip(&row.cells).position(is_free)
}

fn cell(shown: &ShownColumn, row: &Row, label: Option<usize>, look: RenderOptions) -> GridCell {
    match shown {
        ShownColumn::Key(index) if label == Some(*index) => {
            GridCell::new(row.level.word(), Style::Strong)
        }
        ShownColumn::Key(index) => key_cell(&row.cells[*index], row.level, look),
        ShownColumn::Field(index, _) => key_cell(&row.cells[*index], Level::Group, look),
        ShownColumn::Value(facts) => {
            with_value(row, facts, |value| value_cell(value, facts, row.level))
        }
        ShownColumn::Limit(facts) => with_value(row, facts, |value| limit_cell(value, look)),
        ShownColumn::Verdict(facts) => with_value(row, facts, verdict_cell),
        ShownColumn::Band(facts) => with_value(row, facts, |value| {
            GridCell::of_data(value.band.as_deref().unwrap_or(""), Style::Plain, look)
        }),
        ShownColumn::Share(facts) => with_value(row, facts, share_cell),
        ShownColumn::Interval(facts) => with_value(row, facts, |value| interval_cell(value, facts)),
        ShownColumn::Rows(facts) => with_value(row, facts, rows_cell),
        ShownColumn::Previous(facts, place) => with_value(row, facts, |value| {
            let comparison = value.comparisons.get(*place);
            comparison.map_or_else(GridCell::empty, |comparison| {
                previous_cell(comparison, facts)
            })
        }),
        ShownColumn::Change(facts, place) => with_value(row, facts, |value| {
            let comparison = value.comparisons.get(*place);
            let as_percent = facts.column.comparisons[*place].as_percent;
            comparison.map_or_else(GridCell::empty, |comparison| {
                change_cell(comparison, as_percent, facts)
            })
        }),
    }
}

/// The periods and dimensions of a row; `total` and `other` by their names.
pub(super) fn row_label(answer: &Answer, row: &Row, look: RenderOptions) -> String {
    let mut parts = Vec::new();
    for (column, cell) in answer.columns.iter().zip(&row.cells) {
        if let ColumnRole::Period(_) | ColumnRole::Dimension(_) = column.role {
            parts.extend(match cell {
                Cell::Missing if row.level == Level::Group => Some("(missing)".to_string()),
                Cell::Missing | Cell::Value(_) => None,
                Cell::Text(text) => Some(harmless(text, look)),
                Cell::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.to_string()),
                Cell::Number(value) => Some(numbers::listed(*value)),
            });
        }
    }
    if row.level != Level::Group {
        parts.push(row.level.word().to_string());
    }
    parts.join(", ")
}

fn with_value(row: &Row, facts: &ColumnFacts, cell: impl Fn(&Value) -> GridCell) -> GridCell {
    flat::value_at(row, facts.index).map_or_else(GridCell::empty, cell)
}

fn key_cell(cell: &Cell, level: Level, look: RenderOptions) -> GridCell {
    match cell {
        Cell::Missing if level == Level::Group => GridCell::new("(missing)", Style::Dim),
        Cell::Missing => GridCell::empty(),
        Cell::Text(text) => GridCell::of_data(text, Style::Plain, look),
        Cell::YesNo(true) => GridCell::new("yes", Style::Plain),
        Cell::YesNo(false) => GridCell::new("no", Style::Plain),
        Cell::Number(value) => GridCell::new(numbers::listed(*value), Style::Plain),
        // The engine puts values in value columns alone.
        Cell::Value(value) => GridCell::new(
            value.value.map(numbers::plain).unwrap_or_default(),
            Style::Plain,
        ),
    }
}

fn value_cell(value: &Value, facts: &ColumnFacts, level: Level) -> GridCell {
    // The mark has a column of its own, so that digits stay in line.
    let mark = match (facts.provisional, value.provisional) {
        (false, _) => "",
        (true, false) => "\u{a0}",
        (true, true) => "*",
    };
    let Some(number) = value.value else {
        let reason = value
            .reason
            .as_deref()
            .filter(|_| facts.reasons == Reasons::Beside);
        let reason = reason
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        return GridCell::new(format!("none{reason}{mark}"), Style::Dim);
    };
    let text = numbers::judged(
        number,
        facts.column.unit,
        facts.decimals,
        value.target.as_ref(),
    );
    let style = match level {
        _ if value.evidence.has_few_rows => Style::Dim,
        Level::Group | Level::Other => Style::Plain,
        Level::Total => Style::Strong,
    };
    GridCell::new(format!("{text}{mark}"), style)
}

fn limit_cell(value: &Value, look: RenderOptions) -> GridCell {
    let written = value
        .target
        .as_ref()
        .map(|verdict| verdict.written.as_str());
    GridCell::of_data(written.unwrap_or(""), Style::Dim, look)
}

pub(super) fn verdict_cell(value: &Value) -> GridCell {
    let Some(verdict) = &value.target else {
        return GridCell::empty();
    };
    let style = match verdict.status {
        _ if value.evidence.has_few_rows => Style::Dim,
        Status::Pass => Style::Good,
        Status::Miss => Style::Bad,
        Status::NoData => Style::Dim,
    };
    GridCell::new(verdict.status.word(), style)
}

/// `95% interval`
fn interval_header(facts: &ColumnFacts) -> String {
    let level = facts.column.evidence.interval.unwrap_or_default();
    format!("{} interval", numbers::percent(level))
}

/// `25.5 to 36.6`
pub(super) fn interval_text(value: &Value, unit: DisplayUnit, decimals: usize) -> Option<String> {
    let (low, high) = value.evidence.interval?;
    let end = |end: f64| numbers::at_least(end, unit, decimals);
    Some(format!("{} to {}", end(low), end(high)))
}

fn interval_cell(value: &Value, facts: &ColumnFacts) -> GridCell {
    match interval_text(value, facts.column.unit, facts.decimals) {
        Some(text) => GridCell::new(text, Style::Plain),
        None if value.value.is_some() => GridCell::new("too few rows", Style::Dim),
        None => GridCell::empty(),
    }
}

/// `61`, or `few: 3`.
pub(super) fn rows_cell(value: &Value) -> GridCell {
    let rows = numbers::count(value.rows);
    match value.evidence.has_few_rows {
        true => GridCell::new(format!("few: {rows}"), Style::Dim),
        false => GridCell::new(rows, Style::Plain),
    }
}

fn share_cell(value: &Value) -> GridCell {
    match value.share {
        Some(share) => GridCell::new(numbers::percent(share), Style::Plain),
        None => GridCell::empty(),
    }
}

fn previous_cell(comparison: &Comparison, facts: &ColumnFacts) -> GridCell {
    match comparison.previous {
        Some(previous) => GridCell::new(
            numbers::at_least(previous, facts.column.unit, facts.decimals),
            Style::Plain,
        ),
        None => GridCell::new("none", Style::Dim),
    }
}

fn change_cell(comparison: &Comparison, as_percent: bool, facts: &ColumnFacts) -> GridCell {
    let Some(change) = comparison.change else {
        return GridCell::empty();
    };
    let style = change_style(change, facts.column.direction);
    match (as_percent, comparison.change_percent) {
        (true, Some(percent)) => GridCell::new(numbers::change_in_percent(percent), style),
        (true, None) => GridCell::new("none", Style::Dim),
        (false, _) => GridCell::new(
            numbers::change_between(change, facts.column.unit, facts.decimals),
            style,
        ),
    }
}

/// Green for the better, red for the worse; plain where the KPI does not say which is which.
pub(super) fn change_style(change: f64, direction: Option<Direction>) -> Style {
    let better = match direction {
        None => return Style::Plain,
        Some(Direction::HigherIsBetter) => change > 0.0,
        Some(Direction::LowerIsBetter) => change < 0.0,
    };
    match (change == 0.0, better) {
        (true, _) => Style::Plain,
        (false, true) => Style::Good,
        (false, false) => Style::Bad,
    }
}
