//! Markdown as GitHub reads it: for reports, pull requests and issues.
//!
//! Texts of the data are escaped so that they can form no markup, no HTML and no @-mention: a comment
//! written by a pipeline must not page people named in a finding's title.

use super::board_text;
use super::card_text;
use super::cells;
use super::facts::{self, Reasons};
use super::footer;
use super::grid::{Align, GridCell, GridLine, TextGrid};
use super::matrix;
use super::number_cards;
use super::options::{RenderOptions, Style};
use super::text::harmless;
use super::trend;
use super::verdicts;
use crate::exec::answer::{Answer, Board, BoardCard, BoardVerdict, Status};
use crate::lang::model::CardKind;

/// An answer as a table with its footer.
pub(super) fn answer(answer: &Answer) -> String {
    let mut pieces = footer::context(&answer.context);
    pieces.extend(footer::period(answer));
    pieces.extend(footer::rows_used(answer));
    pieces.extend(footer::excluded(answer));
    body(answer) + "\n" + &sentences(&pieces, &answer.notes)
}

/// A board: a heading a layer, a table for its number cards, a heading and a table for every other.
pub(super) fn board(board: &Board) -> String {
    let mut text = format!("# {}\n", escaped(&board.title));
    for layer in &board.layers {
        text += &format!("\n## {}\n", escaped(&layer.title));
        for run in board_text::runs(&layer.cards) {
            text.push('\n');
            text += &cards(&run);
        }
    }
    let notes: Vec<String> = board_text::few_rows(board)
        .into_iter()
        .chain(board_text::excluded(board))
        .chain(board_text::notes(board))
        .collect();
    text + "\n" + &sentences(&footer::context(&board.context), &notes)
}

fn cards(run: &[&BoardCard]) -> String {
    let card = run[0];
    let text = match (card.kind, &card.verdict) {
        (CardKind::Number, _) => table(&number_cards::table(run)),
        (CardKind::Verdict, Some(of_card)) => verdict(of_card),
        (CardKind::Verdict | CardKind::Line | CardKind::Area, _) => series(card),
        (CardKind::Matrix, _) => groups_by_periods(card),
        (CardKind::Table | CardKind::List, _) => rows(card),
    };
    match card_text::books(card, RenderOptions::PIPE, str::to_owned) {
        Some(books) => format!("{text}\n{}\n", escaped(&books)),
        None => text,
    }
}

fn verdict(verdict: &BoardVerdict) -> String {
    let mut text = format!("### {}\n\n", escaped(&verdict.question));
    text += &format!("**{}**\n", escaped(&verdict.headline()));
    for sentence in &verdict.evidence {
        text += &format!("\n{}\n", escaped(sentence));
    }
    text
}

fn series(card: &BoardCard) -> String {
    match trend::line_card(&card.answer, RenderOptions::PIPE) {
        Some(grid) => series_heading(card) + &table(&grid),
        None => rows(card),
    }
}

fn groups_by_periods(card: &BoardCard) -> String {
    let Some(matrix) = matrix::matrix(&card.answer, RenderOptions::PIPE) else {
        return rows(card);
    };
    let mut text = series_heading(card);
    for part in &matrix.parts {
        text += &table(part);
    }
    for sentence in &matrix.legend {
        text += &format!("\n{}\n", escaped(sentence));
    }
    text
}

fn series_heading(card: &BoardCard) -> String {
    let title = format!("{}{}", card.title, trend::shared_unit(&card.answer));
    format!("### {}\n\n", escaped(&title))
}

fn rows(card: &BoardCard) -> String {
    let (mut grid, reasons) = cells::grid(&card.answer, RenderOptions::PIPE);
    let all: Vec<usize> = (0..card.answer.rows.len()).collect();
    card_text::add_next_steps(&mut grid, card, &all);
    format!("### {}\n\n", escaped(&card.title)) + &with_legend(&card.answer, &grid, reasons)
}

/// The table and its legend.
fn body(answer: &Answer) -> String {
    let (grid, reasons) = cells::grid(answer, RenderOptions::PIPE);
    with_legend(answer, &grid, reasons)
}

fn with_legend(answer: &Answer, grid: &TextGrid, reasons: Reasons) -> String {
    let mut text = table(grid);
    if answer.rows.is_empty() {
        text += "\nno rows\n";
    }
    for sentence in facts::legend(answer, reasons) {
        text += &format!("\n{}\n", escaped(&sentence));
    }
    if let Some(verdicts) = verdicts::verdicts(answer, RenderOptions::PIPE) {
        text += &format!("\n{}", table(&verdicts));
    }
    text
}

/// A grid as a table.
pub(super) fn table(grid: &TextGrid) -> String {
    let headers = grid.columns.iter().map(|column| escaped(&column.header));
    let aligns = grid.columns.iter().map(|column| match column.align {
        Align::Left => ":---".to_string(),
        Align::Right => "---:".to_string(),
    });
    let mut text = line(headers) + &line(aligns);
    for each in &grid.lines {
        match each {
            GridLine::Cells(cells) => text += &line(cells.iter().map(cell)),
            GridLine::Rule | GridLine::Details(_) => {}
        }
    }
    text
}

/// A text that can form no markup.
pub(super) fn text_of(text: &str) -> String {
    escaped(text)
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}

/// There are no colours here: what must not be overlooked is bold.
fn cell(cell: &GridCell) -> String {
    let text = escaped(cell.text.trim());
    let is_bold = match cell.style {
        Style::Strong => true,
        Style::Bad => text == Status::Miss.word(),
        Style::Plain | Style::Dim | Style::Good | Style::Series(_) => false,
    };
    if is_bold && !text.is_empty() {
        format!("**{text}**")
    } else {
        text
    }
}

/// A paragraph of pieces and a list of notes.
fn sentences(pieces: &[String], notes: &[String]) -> String {
    let pieces: Vec<String> = pieces.iter().map(|piece| escaped(piece)).collect();
    let mut text = format!("{}\n", pieces.join(" · "));
    for (index, note) in notes.iter().enumerate() {
        text += if index == 0 { "\n" } else { "" };
        text += &format!("- {}\n", escaped(note));
    }
    text
}

fn escaped(text: &str) -> String {
    let letters: Vec<char> = harmless(text, RenderOptions::PIPE).chars().collect();
    let mut escaped = String::new();
    for (index, letter) in letters.iter().enumerate() {
        match letter {
            '|' | '\\' | '`' | '*' | '[' | ']' | '~' => escaped.extend(['\\', *letter]),
            // Inside a word an underscore marks nothing, and `fix\_rate` is hard to read.
            '_' if !is_inside_word(&letters, index) => escaped.push_str("\\_"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            other => escaped.push(*other),
        }
    }
    escaped
}

fn is_inside_word(letters: &[char], index: usize) -> bool {
    let is_word = |place: Option<usize>| {
        place
            .and_then(|place| letters.get(place))
            .is_some_and(|letter| letter.is_alphanumeric())
    };
    is_word(index.checked_sub(1)) && is_word(Some(index + 1))
}
