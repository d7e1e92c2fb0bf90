//! One card of a board on a terminal, under its title. Number cards stand together: `number_cards`.

use super::cells;
use super::facts;
use super::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use super::matrix;
use super::numbers;
use super::options::{RenderOptions, Style};
use super::sheet::{heading, remark};
use super::text::paragraph;
use super::trend;
use super::verdicts;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, BoardCard, BoardVerdict, Decision, Level, Row};
use crate::lang::model::CardKind;

/// How many rows or series of a card are shown, and how a reader gets the others.
#[derive(Clone, Copy)]
pub(super) struct Shortening<'a> {
    /// `None`: all.
    pub most: Option<usize>,
    /// `--layer operational shows all`
    pub way: &'a str,
}

/// A card of any kind but number; `above` stands over it.
pub(super) fn text(
    card: &BoardCard,
    above: &str,
    shortening: Shortening,
    look: RenderOptions,
) -> String {
    let look = RenderOptions { rows: None, ..look };
    match (card.kind, &card.verdict) {
        (CardKind::Verdict, Some(of_card)) => verdict(of_card, above, look),
        (CardKind::Verdict | CardKind::Line | CardKind::Area, _) => series(card, shortening, look),
        (CardKind::Matrix, _) => groups_by_periods(card, shortening, look),
        (CardKind::Table | CardKind::List | CardKind::Number, _) => rows(card, shortening, look),
    }
}

/// The question unless it stands above, the answer, and what it rests on.
fn verdict(verdict: &BoardVerdict, above: &str, look: RenderOptions) -> String {
    let mut text = match verdict.question == above {
        true => String::new(),
        false => heading(&verdict.question, look),
    };
    for line in paragraph(&verdict.headline(), look) {
        text += &format!("{}\n", look.paint(&line, decision_style(verdict.decision)));
    }
    for sentence in &verdict.evidence {
        for line in super::text::lines(sentence, "  ", look) {
            text += &format!("{line}\n");
        }
    }
    text
}

/// The headline says the same in words.
fn decision_style(decision: Decision) -> Style {
    match decision {
        Decision::Yes => Style::Good,
        Decision::No => Style::Bad,
        Decision::NoEvidence | Decision::CannotTell => Style::Strong,
    }
}

fn series(card: &BoardCard, shortening: Shortening, look: RenderOptions) -> String {
    let Some(mut grid) = trend::line_card(&card.answer, look) else {
        return rows(card, shortening, look);
    };
    grid.wraps = true;
    let hidden = cut(&mut grid, shortening.most);
    let title = format!("{}{}", card.title, trend::shared_unit(&card.answer));
    heading(&title, look)
        + &grid.render(look)
        + &more(hidden, "series", "series", shortening, look)
        + &books_lines(card, look)
}

fn groups_by_periods(card: &BoardCard, shortening: Shortening, look: RenderOptions) -> String {
    let Some(matrix) = matrix::matrix(&card.answer, look) else {
        return rows(card, shortening, look);
    };
    let title = format!("{}{}", card.title, trend::shared_unit(&card.answer));
    let mut text = heading(&title, look);
    let mut hidden = 0;
    for (index, mut part) in matrix.parts.into_iter().enumerate() {
        hidden = cut(&mut part, shortening.most);
        text += if index > 0 { "\n" } else { "" };
        text += &part.render(look);
    }
    text += &more(hidden, "group", "groups", shortening, look);
    for sentence in matrix.legend {
        text += &remark(&sentence, look);
    }
    text + &books_lines(card, look)
}

/// Leaves the first lines of a grid; gives how many went.
fn cut(grid: &mut TextGrid, most: Option<usize>) -> usize {
    let hidden = hidden(grid.lines.len(), most);
    grid.lines.truncate(grid.lines.len() - hidden);
    hidden
}

/// How many of some lines are hidden; one line less for a line that says so gains nothing.
fn hidden(lines: usize, most: Option<usize>) -> usize {
    match most {
        Some(most) if lines > most + 1 => lines - most,
        Some(_) | None => 0,
    }
}

fn rows(card: &BoardCard, shortening: Shortening, look: RenderOptions) -> String {
    let (kept, hidden) = kept_rows(&card.answer, shortening.most);
    let answer = Answer {
        rows: kept
            .iter()
            .map(|index| card.answer.rows[*index].clone())
            .collect(),
        ..without_rows(&card.answer)
    };
    let (mut grid, reasons) = cells::grid(&answer, look);
    grid.wraps = true;
    let mut with_steps = grid.clone();
    add_next_steps(&mut with_steps, card, &kept);
    match with_steps.fits(look) {
        true => grid = with_steps,
        false => add_steps_below(&mut grid, card, &kept, look),
    }
    let mut text = heading(&card.title, look) + &grid.render(look);
    if answer.rows.is_empty() {
        text += &remark("no rows", look);
    }
    text += &more(hidden, "row", "rows", shortening, look);
    for sentence in facts::legend(&answer, reasons) {
        text += &remark(&sentence, look);
    }
    if hidden == 0 {
        let verdicts = verdicts::verdicts(&answer, look);
        let trend = trend::below_table(&answer, look);
        for grid in verdicts.into_iter().chain(trend) {
            text += &format!("\n{}", grid.render(look));
        }
    }
    text + &books_lines(card, look)
}

/// The places of the rows that are shown: the first, and totals at the end. The second is how many are not.
fn kept_rows(answer: &Answer, most: Option<usize>) -> (Vec<usize>, usize) {
    let is_group = |row: &&Row| row.level == Level::Group;
    let totals = answer.rows.iter().rev().take_while(|row| !is_group(row));
    let groups = answer.rows.len() - totals.count();
    let hidden = hidden(groups, most);
    let first = 0..groups - hidden;
    (first.chain(groups..answer.rows.len()).collect(), hidden)
}

fn without_rows(answer: &Answer) -> Answer {
    Answer {
        query: answer.query.clone(),
        context: answer.context.clone(),
        period: answer.period.clone(),
        columns: answer.columns.clone(),
        rows: Vec::new(),
        excluded: answer.excluded.clone(),
        notes: answer.notes.clone(),
    }
}

/// What to do about each row, as the last column.
pub(super) fn add_next_steps(grid: &mut TextGrid, card: &BoardCard, rows: &[usize]) {
    if card.next_steps.iter().all(String::is_empty) {
        return;
    }
    grid.columns.push(GridColumn {
        header: "next step".to_string(),
        align: Align::Left,
        shrinks: true,
    });
    let mut rows = rows.iter();
    for line in &mut grid.lines {
        if let GridLine::Cells(cells) = line {
            let step = rows.next().and_then(|row| card.next_steps.get(*row));
            let step = step.map(String::as_str).unwrap_or_default();
            cells.push(GridCell::of_data(step, Style::Plain, RenderOptions::PIPE));
        }
    }
}

/// What to do about each row, below it.
fn add_steps_below(grid: &mut TextGrid, card: &BoardCard, rows: &[usize], look: RenderOptions) {
    let mut rows = rows.iter();
    let lines = std::mem::take(&mut grid.lines);
    for line in lines {
        let is_row = matches!(line, GridLine::Cells(_));
        grid.lines.push(line);
        let row = if is_row { rows.next() } else { None };
        let step = row.and_then(|row| card.next_steps.get(*row));
        if let Some(step) = step.filter(|step| !step.is_empty()) {
            let step = format!("{} {step}", look.arrow());
            let step = GridCell::of_data(&step, Style::Dim, look);
            grid.lines.push(GridLine::Details(vec![step]));
        }
    }
}

/// `… 44 more rows; --layer operational shows all`
fn more(
    hidden: usize,
    one: &str,
    many: &str,
    shortening: Shortening,
    look: RenderOptions,
) -> String {
    if hidden == 0 {
        return String::new();
    }
    let counted = numbers::count(hidden as u64);
    let what = if hidden == 1 { one } else { many };
    let mark = look.ellipsis();
    remark(
        &format!("{mark} {counted} more {what}; {}", shortening.way),
        look,
    )
}

fn books_lines(card: &BoardCard, look: RenderOptions) -> String {
    let sentence = books(card, look, str::to_owned);
    sentence.map_or_else(String::new, |sentence| remark(&sentence, look))
}

/// `76 open at the end of 2025-10 + 117 opened − 159 closed = 34 at the end of 2026-05`; `period` writes a period's label.
pub(super) fn books(
    card: &BoardCard,
    look: RenderOptions,
    period: impl Fn(&str) -> String,
) -> Option<String> {
    let books = card.books.as_ref()?;
    let unit = card.answer.unit().unwrap_or(DisplayUnit::Count);
    let minus = look.minus();
    let number = |value: f64| numbers::value(value, unit);
    let other = match books.other {
        0.0 => String::new(),
        other if other > 0.0 => format!(" + {} changed while open", number(other)),
        other => format!(" {minus} {} changed while open", number(-other)),
    };
    Some(format!(
        "{} open at the end of {} + {} opened {minus} {} closed{other} = {} at the end of {}",
        numbers::with_unit(books.opening, unit),
        period(&books.from),
        number(books.opened),
        number(books.closed),
        numbers::with_unit(books.closing, unit),
        period(&books.to),
    ))
}
