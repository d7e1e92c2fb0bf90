//! Number cards as a grid: a title and its value, how it is judged, where it came from.

use super::cells::{change_style, interval_text, rows_cell, verdict_cell};
use super::flat;
use super::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::spark;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, AnswerValueColumn, BoardCard, ColumnRole, Value};
use crate::lang::model::{Direction, Kind};

/// Titles are not broken into shorter lines only to have a card on one.
const SHORTEST_TITLE: usize = 24;

/// All there is about a card. A list of columns, so that those no card fills can go.
pub(super) struct NumberCard {
    pub title: GridCell,
    pub period: GridCell,
    pub value: GridCell,
    /// The unit, or why there is no value.
    pub unit: GridCell,
    pub status: GridCell,
    pub target: GridCell,
    pub band: GridCell,
    pub change: GridCell,
    pub compared_with: GridCell,
    pub rows: GridCell,
    pub interval: GridCell,
    pub history: GridCell,
    pub known: GridCell,
}

/// How much of each card is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CardDetail {
    Whole,
    /// Without the rows behind values that are enough, intervals, and what is known of the rows.
    Compact,
    /// Also without bands.
    NoBands,
    /// Also without histories.
    NoHistories,
}

impl CardDetail {
    /// From the most to the least.
    pub const SHORT: [CardDetail; 3] = [
        CardDetail::Compact,
        CardDetail::NoBands,
        CardDetail::NoHistories,
    ];

    /// What there is no room for.
    pub fn left_out(self) -> Option<&'static str> {
        match self {
            CardDetail::Whole | CardDetail::Compact => None,
            CardDetail::NoBands => Some("bands"),
            CardDetail::NoHistories => Some("bands and histories"),
        }
    }

    fn has_bands(self) -> bool {
        matches!(self, CardDetail::Whole | CardDetail::Compact)
    }
}

/// The columns of cards on one line each.
const COLUMNS: [(&str, Align, bool); 13] = [
    ("card", Align::Left, true),
    ("period", Align::Left, false),
    ("value", Align::Right, false),
    ("unit", Align::Left, false),
    ("status", Align::Left, false),
    ("target", Align::Left, false),
    ("band", Align::Left, false),
    ("change", Align::Right, false),
    ("versus", Align::Left, false),
    ("rows", Align::Right, false),
    ("interval", Align::Left, false),
    ("history", Align::Left, false),
    ("known", Align::Left, false),
];

/// Cards for people: a line each where there is room for that, else two. Nothing is cut.
pub(super) fn text(cards: &[&BoardCard], detail: CardDetail, look: RenderOptions) -> String {
    let grid = lines_of(cards, detail, look);
    match grid.fits_with_texts_of(SHORTEST_TITLE, look) {
        true => grid.render(look),
        false => two_lines(parts_of(cards, detail, look)).render(look),
    }
}

/// Whether each card takes no more than one line.
pub(super) fn fit_on_lines(cards: &[&BoardCard], detail: CardDetail, look: RenderOptions) -> bool {
    lines_of(cards, detail, look).fits(look)
}

fn lines_of(cards: &[&BoardCard], detail: CardDetail, look: RenderOptions) -> TextGrid {
    let grid = line_grid(parts_of(cards, detail, look));
    one_period_above(with_known_below(grid, detail))
}

/// All cards with all there is about them, a line each.
pub(super) fn table(cards: &[&BoardCard]) -> TextGrid {
    line_grid(parts_of(cards, CardDetail::Whole, RenderOptions::PIPE))
}

fn line_grid(cards: Vec<NumberCard>) -> TextGrid {
    let line = |card: NumberCard| {
        GridLine::Cells(vec![
            card.title,
            card.period,
            card.value,
            card.unit,
            card.status,
            card.target,
            card.band,
            card.change,
            card.compared_with,
            card.rows,
            card.interval,
            card.history,
            card.known,
        ])
    };
    grid(&COLUMNS, cards.into_iter().map(line).collect())
}

/// What is known of the rows stands below each card: it is too long for a column.
fn with_known_below(grid: TextGrid, detail: CardDetail) -> TextGrid {
    let Some(place) = place_of(&grid, "known") else {
        return grid;
    };
    let keep: Vec<bool> = (0..grid.columns.len())
        .map(|index| index != place)
        .collect();
    let known = |line: &GridLine| match line {
        GridLine::Cells(cells) => Some(cells[place].clone()),
        GridLine::Rule | GridLine::Details(_) => None,
    };
    let below: Vec<Option<GridCell>> = grid.lines.iter().map(known).collect();
    let mut narrow = grid.with_columns(&keep);
    if detail == CardDetail::Whole {
        let lines = narrow.lines.into_iter().zip(below);
        narrow.lines = lines
            .flat_map(|(line, known)| {
                let known = known.filter(|known| !known.text.is_empty());
                [
                    Some(line),
                    known.map(|known| GridLine::Details(vec![known])),
                ]
            })
            .flatten()
            .collect();
    }
    narrow
}

/// A period that all cards share stands above their values, one that all are compared with above the
/// changes.
fn one_period_above(mut grid: TextGrid) -> TextGrid {
    let moved = [("period", "value"), ("versus", "change")].map(|(from, above)| {
        let (from, above) = (place_of(&grid, from)?, place_of(&grid, above)?);
        Some((from, above, shared_text(&grid, from)?))
    });
    let moved: Vec<(usize, usize, String)> = moved.into_iter().flatten().collect();
    if moved.is_empty() {
        return grid;
    }
    // Its other headers are names for files.
    for column in &mut grid.columns {
        column.header.clear();
    }
    let mut keep = vec![true; grid.columns.len()];
    for (from, above, shared) in moved {
        grid.columns[above].header = shared;
        keep[from] = false;
    }
    grid.headed = true;
    grid.with_columns(&keep)
}

/// What all cells of a column say that say anything.
fn shared_text(grid: &TextGrid, place: usize) -> Option<String> {
    let texts = grid.lines.iter().filter_map(|line| match line {
        GridLine::Cells(cells) => Some(cells[place].text.as_str()),
        GridLine::Rule | GridLine::Details(_) => None,
    });
    let mut texts = texts.filter(|text| !text.is_empty());
    let first = texts.next()?;
    texts.all(|text| text == first).then(|| first.to_string())
}

fn place_of(grid: &TextGrid, header: &str) -> Option<usize> {
    let mut columns = grid.columns.iter();
    columns.position(|column| column.header == header)
}

/// Two lines a card: what is, and below it how it came about.
fn two_lines(cards: Vec<NumberCard>) -> TextGrid {
    let columns = [
        ("card", Align::Left, true),
        ("period", Align::Left, false),
        ("value", Align::Right, false),
        ("unit", Align::Left, false),
        ("status", Align::Left, false),
    ];
    let lines = cards.into_iter().flat_map(|card| {
        let compared = GridCell::new(
            format!("{} {}", card.change.text, card.compared_with.text).trim(),
            card.change.style,
        );
        [
            GridLine::Cells(vec![
                card.title,
                card.period,
                card.value,
                card.unit,
                card.status,
            ]),
            GridLine::Details(vec![
                card.target,
                card.band,
                compared,
                card.rows,
                card.interval,
                card.history,
                card.known,
            ]),
        ]
    });
    grid(&columns, lines.collect())
}

fn grid(columns: &[(&str, Align, bool)], lines: Vec<GridLine>) -> TextGrid {
    let column = |(header, align, shrinks): &(&str, Align, bool)| GridColumn {
        header: header.to_string(),
        align: *align,
        shrinks: *shrinks,
    };
    let grid = TextGrid {
        columns: columns.iter().map(column).collect(),
        lines,
        headed: false,
        wraps: true,
    };
    grid.without_empty_columns()
}

fn parts_of(cards: &[&BoardCard], detail: CardDetail, look: RenderOptions) -> Vec<NumberCard> {
    let titles = match look.width {
        Some(_) => indented(cards),
        None => cards.iter().map(|card| card.title.clone()).collect(),
    };
    let both = cards.iter().zip(titles);
    both.map(|(card, title)| titled_parts(card, &title, detail, look))
        .collect()
}

/// Titles in which a part stands below its whole: `MTTR`, and `severity = critical` indented.
fn indented(cards: &[&BoardCard]) -> Vec<String> {
    let mut titles = Vec::new();
    let mut whole: Option<&str> = None;
    for card in cards {
        let part = whole.and_then(|whole| card.title.strip_prefix(whole)?.strip_prefix(", "));
        titles.push(match part {
            Some(part) => format!("  {part}"),
            None => {
                whole = Some(&card.title);
                card.title.clone()
            }
        });
    }
    titles
}

/// All texts of a card.
pub(super) fn parts(card: &BoardCard, look: RenderOptions) -> NumberCard {
    titled_parts(card, &card.title, CardDetail::Whole, look)
}

fn titled_parts(
    card: &BoardCard,
    title: &str,
    detail: CardDetail,
    look: RenderOptions,
) -> NumberCard {
    let title = GridCell::of_data(title, Style::Plain, look);
    let place = card
        .answer
        .columns
        .iter()
        .enumerate()
        .find_map(|(index, column)| match &column.role {
            ColumnRole::Value(value) => Some((index, value)),
            ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
        });
    let value = place.and_then(|(index, column)| {
        let row = card.answer.rows.first()?;
        Some((flat::value_at(row, index)?, column))
    });
    let Some((value, column)) = value else {
        return NumberCard::nothing(title);
    };
    let is_whole = detail == CardDetail::Whole;
    let if_whole = |cell: GridCell| if is_whole { cell } else { GridCell::empty() };
    NumberCard {
        title,
        period: GridCell::of_data(&period_words(&card.answer, column), Style::Dim, look),
        value: value_cell(value, column),
        unit: unit_cell(value, column, look),
        status: verdict_cell(value),
        target: target_cell(value, look),
        band: match detail.has_bands() {
            true => GridCell::of_data(value.band.as_deref().unwrap_or(""), Style::Plain, look),
            false => GridCell::empty(),
        },
        change: change_cell(value, column, look),
        compared_with: compared_cell(value, column, look),
        rows: match (is_whole, value.evidence.has_few_rows) {
            (true, _) => rows_of_card(value, column),
            (false, true) => rows_cell(value),
            (false, false) => GridCell::empty(),
        },
        interval: if_whole(interval_cell(value, column)),
        history: match detail {
            CardDetail::NoHistories => GridCell::empty(),
            CardDetail::Whole | CardDetail::Compact | CardDetail::NoBands => {
                history_cell(card, column, look)
            }
        },
        known: if_whole(known_cell(card, look)),
    }
}

impl NumberCard {
    /// A card whose answer has no row.
    fn nothing(title: GridCell) -> NumberCard {
        NumberCard {
            title,
            period: GridCell::empty(),
            value: GridCell::new("none", Style::Dim),
            unit: GridCell::empty(),
            status: GridCell::empty(),
            target: GridCell::empty(),
            band: GridCell::empty(),
            change: GridCell::empty(),
            compared_with: GridCell::empty(),
            rows: GridCell::empty(),
            interval: GridCell::empty(),
            history: GridCell::empty(),
            known: GridCell::empty(),
        }
    }
}

/// What a value is of: `2026-05`; without a period the instant of a state, `on 2026-05-31`, or the end
/// of all time before it, `up to 2026-05-31`.
fn period_words(answer: &Answer, column: &AnswerValueColumn) -> String {
    match (&answer.period, column.kind) {
        (None, _) => String::new(),
        (Some(period), Kind::Stock) if period.label == "all" => format!("on {}", period.to),
        (Some(period), Kind::Flow | Kind::Mixed) if period.label == "all" => {
            format!("up to {}", period.to)
        }
        (Some(period), _) => period.label.clone(),
    }
}

fn value_cell(value: &Value, column: &AnswerValueColumn) -> GridCell {
    let mark = if value.provisional { "*" } else { "" };
    match value.value {
        Some(number) => {
            let text = numbers::judged(number, column.unit, 0, value.target.as_ref());
            let style = if value.evidence.has_few_rows {
                Style::Dim
            } else {
                Style::Strong
            };
            GridCell::new(format!("{text}{mark}"), style)
        }
        None => GridCell::new(format!("none{mark}"), Style::Dim),
    }
}

fn unit_cell(value: &Value, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    match (&value.value, &value.reason) {
        (None, Some(reason)) => GridCell::of_data(&format!("({reason})"), Style::Dim, look),
        (Some(_), _) | (None, None) => {
            GridCell::new(numbers::unit_after(column.unit).trim(), Style::Plain)
        }
    }
}

/// `95%: 25.5 to 36.6`
fn interval_cell(value: &Value, column: &AnswerValueColumn) -> GridCell {
    let level = column.evidence.interval.map(numbers::percent);
    let text = interval_text(value, column.unit, 0);
    match level.zip(text) {
        Some((level, text)) => GridCell::new(format!("{level}: {text}"), Style::Plain),
        None => GridCell::empty(),
    }
}

/// `61 rows`, or `few: 3 rows`; nothing of a count and where there is no value.
fn rows_of_card(value: &Value, column: &AnswerValueColumn) -> GridCell {
    if !column.evidence.shows_rows || value.value.is_none() {
        return GridCell::empty();
    }
    let rows = numbers::counted(value.rows, "row", "rows");
    match value.evidence.has_few_rows {
        true => GridCell::new(format!("few: {rows}"), Style::Dim),
        false => GridCell::new(rows, Style::Dim),
    }
}

fn target_cell(value: &Value, look: RenderOptions) -> GridCell {
    let written = value
        .target
        .as_ref()
        .map(|verdict| verdict.written.as_str());
    GridCell::of_data(written.unwrap_or(""), Style::Dim, look)
}

/// `▲ +2.1 worse`, of the first comparison.
fn change_cell(value: &Value, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    let Some(change) = value.comparisons.first().and_then(|first| first.change) else {
        return GridCell::empty();
    };
    let style = change_style(change, column.direction);
    GridCell::new(change_words(value, column, 0, look), style)
}

/// `▲ +2.1 worse`; without the last word where nothing says which way is good.
fn change_words(
    value: &Value,
    column: &AnswerValueColumn,
    place: usize,
    look: RenderOptions,
) -> String {
    let Some(change) = value.comparisons[place].change else {
        return String::new();
    };
    let triangle = look.triangle(change);
    let written = change_written(value, column, place);
    match judgement(change, column.direction) {
        Some(word) => format!("{triangle} {written} {word}"),
        None => format!("{triangle} {written}"),
    }
}

/// What stands beside the colour of a change.
fn judgement(change: f64, direction: Option<Direction>) -> Option<&'static str> {
    match change_style(change, direction) {
        Style::Good => Some("better"),
        Style::Bad => Some("worse"),
        Style::Plain | Style::Dim | Style::Strong | Style::Series(_) => None,
    }
}

fn change_written(value: &Value, column: &AnswerValueColumn, place: usize) -> String {
    let comparison = &value.comparisons[place];
    let as_percent = column
        .comparisons
        .get(place)
        .is_some_and(|of| of.as_percent);
    if let (true, Some(percent)) = (as_percent, comparison.change_percent) {
        return numbers::change_in_percent(percent);
    }
    let ends = value.value.into_iter().chain(comparison.previous);
    let decimals = numbers::column_decimals(ends, column.unit);
    let change = comparison.change;
    change.map_or_else(String::new, |change| {
        numbers::change_between(change, column.unit, decimals)
    })
}

/// `vs 2026-03`, or what is missing for a comparison; a second one with its change before it.
fn compared_cell(value: &Value, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    let words = value
        .comparisons
        .iter()
        .enumerate()
        .map(|(place, comparison)| {
            let nothing = match comparison.previous {
                None => " (none)",
                Some(_) => "",
            };
            let change = match place {
                0 => String::new(),
                place => format!("{} ", change_words(value, column, place, look)),
            };
            format!("{}vs {}{nothing}", change.trim_start(), comparison.period)
        });
    let words: Vec<String> = words.collect();
    GridCell::of_data(&words.join(", "), Style::Dim, look)
}

fn history_cell(card: &BoardCard, column: &AnswerValueColumn, look: RenderOptions) -> GridCell {
    let values: Vec<Option<f64>> = card.history.iter().map(|point| point.value).collect();
    let are_shares = column.unit == DisplayUnit::Percent;
    GridCell::new(spark::standing(&values, are_shares, look), Style::Plain)
}

/// `validated 80%, covered by scans 95%`
fn known_cell(card: &BoardCard, look: RenderOptions) -> GridCell {
    let words = card.known.iter().map(|known| match known.share {
        Some(share) => format!("{} {}", known.what, numbers::percent(share)),
        None => format!("{}: no rows", known.what),
    });
    let words: Vec<String> = words.collect();
    GridCell::of_data(&words.join(", "), Style::Dim, look)
}
