//! A board on a terminal: layers with their questions, number cards in aligned lines, series, tables.

use super::facts;
use super::footer;
use super::number_cards;
use super::numbers;
use super::options::{RenderOptions, Style};
use super::table;
use super::text::{harmless, paragraph};
use super::trend;
use crate::exec::answer::{Answer, Board, BoardCard, BoardLayer, Cell};
use crate::lang::model::CardKind;

/// Titles are not cut further only to have a card on one line.
const SHORTEST_TITLE: usize = 24;

/// A dashboard or the scorecard as text.
pub(super) fn board(board: &Board, look: RenderOptions) -> String {
    let mut text = heading(&board.title, look);
    for layer in &board.layers {
        text.push('\n');
        text += &self::layer(layer, look);
    }
    text.push('\n');
    text + &board_footer(board, look)
}

fn heading(title: &str, look: RenderOptions) -> String {
    let strong = |line: String| format!("{}\n", look.paint(&line, Style::Strong));
    paragraph(title, look).into_iter().map(strong).collect()
}

fn layer(layer: &BoardLayer, look: RenderOptions) -> String {
    let mut text = heading(&layer.title, look);
    let length = look.width.unwrap_or(80).min(80);
    text += &format!("{}\n", look.paint(&look.rule().repeat(length), Style::Dim));
    if layer.cards.is_empty() {
        text += &format!("{}\n", look.paint("no cards", Style::Dim));
    }
    for (index, run) in runs(&layer.cards).iter().enumerate() {
        text += if index > 0 { "\n" } else { "" };
        text += &cards(run, look);
    }
    text
}

/// Number cards that follow each other stand together; every other card stands alone.
pub(super) fn runs(cards: &[BoardCard]) -> Vec<Vec<&BoardCard>> {
    let mut runs: Vec<Vec<&BoardCard>> = Vec::new();
    for card in cards {
        match runs.last_mut() {
            Some(run) if card.kind == CardKind::Number && run[0].kind == CardKind::Number => {
                run.push(card)
            }
            Some(_) | None => runs.push(vec![card]),
        }
    }
    runs
}

fn cards(run: &[&BoardCard], look: RenderOptions) -> String {
    let card = run[0];
    match card.kind {
        CardKind::Number => {
            let grid = number_cards::one_line(run, look);
            if grid.fits_with_texts_of(SHORTEST_TITLE, look) {
                return grid.render(look);
            }
            number_cards::two_lines(run, look).render(look)
        }
        CardKind::Verdict => verdict(card, look),
        CardKind::Line | CardKind::Area => match trend::line_card(&card.answer, look) {
            Some(grid) => {
                let title = format!("{}{}", card.title, trend::shared_unit(&card.answer));
                heading(&title, look) + &grid.render(look)
            }
            None => heading(&card.title, look) + &table::body(&card.answer, look),
        },
        CardKind::Matrix | CardKind::Table | CardKind::List => {
            heading(&card.title, look) + &table::body(&card.answer, look)
        }
    }
}

/// The question, the answer, and what it rests on.
fn verdict(card: &BoardCard, look: RenderOptions) -> String {
    let Some(verdict) = &card.verdict else {
        return String::new();
    };
    let mut text = heading(
        &format!("{} {}", verdict.question, verdict.headline()),
        look,
    );
    for sentence in &verdict.evidence {
        text += &paragraph(sentence, look).join("\n");
        text.push('\n');
    }
    text
}

/// What stands under a board, for a format that holds its cards alone.
pub(super) fn beside_cards(board: &Board, left_out: &[&str]) -> String {
    let look = RenderOptions::PIPE;
    let text = board_footer(board, look);
    let all = cards_of(board).count();
    if left_out.is_empty() {
        return text;
    }
    let note = format!(
        "{} of {all} cards are not in CSV, whose records are of number cards: {}; `--format json` has all of them",
        left_out.len(),
        left_out.join("; ")
    );
    text + &footer::notes(&[note], look)
}

/// Circumstances once for all cards, then what each left out, then notes.
fn board_footer(board: &Board, look: RenderOptions) -> String {
    let mut text = footer::lines(&footer::context(&board.context), look);
    if cards_of(board).any(|card| card.kind != CardKind::Table && has_provisional(&card.answer)) {
        text += &footer::notes(&["* provisional: the period is not over".to_string()], look);
    }
    text += &footer::notes(&few_rows(board), look);
    text += &footer::notes(&excluded(board), look);
    text + &footer::notes(&notes(board), look)
}

/// What `few` means, where it stands beside a card that has no legend of its own.
pub(super) fn few_rows(board: &Board) -> Vec<String> {
    let line = |card: &BoardCard| match card.kind {
        CardKind::Number => facts::few_rows_line(&card.answer),
        CardKind::Line | CardKind::Area => facts::few_rows_line_of_latest(&card.answer),
        CardKind::Verdict | CardKind::Matrix | CardKind::Table | CardKind::List => None,
    };
    let mut lines: Vec<String> = cards_of(board).filter_map(line).collect();
    lines.sort();
    lines.dedup();
    lines
}

pub(super) fn cards_of(board: &Board) -> impl Iterator<Item = &BoardCard> {
    board.layers.iter().flat_map(|layer| &layer.cards)
}

/// `excluded from MTTR, critical: 3 false positive`
pub(super) fn excluded(board: &Board) -> Vec<String> {
    let of_card = |card: &BoardCard| {
        let reasons = card.answer.excluded.iter();
        let reasons = reasons.map(|each| format!("{} {}", numbers::count(each.rows), each.reason));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        let title = harmless(&card.title, RenderOptions::PIPE);
        (!reasons.is_empty()).then(|| format!("excluded from {title}: {reasons}"))
    };
    cards_of(board).filter_map(of_card).collect()
}

/// The board's notes, then those of single cards; one that several cards have stands once.
pub(super) fn notes(board: &Board) -> Vec<String> {
    let mut notes = board.notes.clone();
    let all: Vec<(&str, &String)> = cards_of(board)
        .flat_map(|card| {
            card.answer
                .notes
                .iter()
                .map(|note| (card.title.as_str(), note))
        })
        .collect();
    for (title, note) in &all {
        let several = all
            .iter()
            .any(|(other, same)| same == note && other != title);
        let line = if several {
            note.to_string()
        } else {
            format!("{title}: {note}")
        };
        let said = notes.iter().any(|said| is_said_by(said, note));
        if !said && !notes.contains(&line) {
            notes.push(line);
        }
    }
    notes
}

/// Whether a note of the board holds a card's: `no file for scans, so no data for: …`.
fn is_said_by(said: &str, note: &str) -> bool {
    let rest = said.strip_prefix(note);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(", so "))
}

pub(super) fn has_provisional(answer: &Answer) -> bool {
    let mut cells = answer.rows.iter().flat_map(|row| &row.cells);
    cells.any(|cell| match cell {
        Cell::Value(value) => value.provisional,
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => false,
    })
}
