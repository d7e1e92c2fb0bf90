//! A board on a terminal: layers with their questions, number cards in aligned lines, series, tables.

use super::card_text::{self, Shortening};
use super::facts;
use super::footer;
use super::number_cards::{self, CardDetail};
use super::numbers;
use super::options::{RenderOptions, Style};
use super::sheet;
use crate::exec::answer::{Answer, Board, BoardCard, BoardLayer, Cell, Status};
use crate::lang::model::CardKind;

/// The name of the board of all KPIs.
const SCORECARD: &str = "scorecard";

/// Rows of lower layers that a table is shortened to, until all layers fit the terminal.
const ROWS: [usize; 4] = [12, 8, 5, 3];

/// From this width on a KPI of the scorecard goes without some of what is known of it rather than on a second line.
const ONE_LINE: usize = 100;

/// How much of the layers below the first is shown.
#[derive(Clone, Copy)]
struct BoardFold {
    /// Rows of a table or list.
    rows: Option<usize>,
    /// How many layers, from the last on, are told in a sentence instead.
    told: usize,
}

/// A dashboard or the scorecard as text. Where the look has lines, the first layer is whole and the others give way,
/// so that it is still seen when all is written.
pub(super) fn board(board: &Board, look: RenderOptions) -> String {
    let Some(lines) = look.rows else {
        return folded(
            board,
            BoardFold {
                rows: None,
                told: 0,
            },
            look,
        );
    };
    let lower = board.layers.len().saturating_sub(1);
    let rows = [None].into_iter().chain(ROWS.map(Some));
    let shortest = ROWS[ROWS.len() - 1];
    let folds = rows.map(|rows| BoardFold { rows, told: 0 });
    let folds = folds.chain((1..=lower).map(|told| BoardFold {
        rows: Some(shortest),
        told,
    }));
    let mut text = String::new();
    for fold in folds {
        text = folded(board, fold, look);
        if text.lines().count() <= lines {
            break;
        }
    }
    text
}

fn folded(board: &Board, fold: BoardFold, look: RenderOptions) -> String {
    let mut text = heading(&board.title, look);
    let told_from = board.layers.len() - fold.told;
    let detail = detail(board, look);
    for (index, layer) in board.layers.iter().enumerate() {
        text.push('\n');
        text += &match index < told_from {
            true => {
                let way = format!("{} shows all", way_to(board, layer, look));
                let shortening = Shortening {
                    most: fold.rows.filter(|_| index > 0),
                    way: &way,
                };
                whole(layer, detail, shortening, look)
            }
            false => told(board, layer, look),
        };
    }
    text.push('\n');
    if let Some(what) = detail.left_out() {
        let way = match look.in_session {
            true => "a wider terminal",
            false => "--full",
        };
        text += &sheet::remark(&format!("no room for {what}; {way} shows them"), look);
    }
    let shown = Board {
        layers: board.layers[..told_from].to_vec(),
        ..board.clone()
    };
    text + &board_footer(&shown, look)
}

/// On a terminal that is wide enough a KPI of the scorecard takes one line, as far as its title leaves room.
fn detail(board: &Board, look: RenderOptions) -> CardDetail {
    if board.name != SCORECARD || look.rows.is_none() {
        return CardDetail::Whole;
    }
    if look.width < Some(ONE_LINE) {
        return CardDetail::Compact;
    }
    let all_fit = |detail: &CardDetail| {
        let runs = board.layers.iter().flat_map(|layer| runs(&layer.cards));
        let mut numbers = runs.filter(|run| run[0].kind == CardKind::Number);
        numbers.all(|run| number_cards::fit_on_lines(&run, *detail, look))
    };
    let short = CardDetail::SHORT.into_iter().find(all_fit);
    short.unwrap_or(CardDetail::NoHistories)
}

/// What shows a layer whole.
fn way_to(board: &Board, layer: &BoardLayer, look: RenderOptions) -> String {
    match (board.name.as_str(), look.in_session) {
        (SCORECARD, false) => "--full".to_string(),
        (SCORECARD, true) => format!("\\scorecard {}", layer.name),
        (_, false) => format!("--layer {}", layer.name),
        (name, true) => format!("\\dashboard {name} {}", layer.name),
    }
}

fn heading(title: &str, look: RenderOptions) -> String {
    sheet::heading(title, look)
}

fn layer_heading(layer: &BoardLayer, look: RenderOptions) -> String {
    let length = look.width.unwrap_or(80).min(80);
    let rule = look.paint(&look.rule().repeat(length), Style::Dim);
    format!("{}{rule}\n", heading(&layer.title, look))
}

fn whole(
    layer: &BoardLayer,
    detail: CardDetail,
    shortening: Shortening,
    look: RenderOptions,
) -> String {
    let mut text = layer_heading(layer, look);
    if layer.cards.is_empty() {
        text += &sheet::remark("no cards", look);
    }
    for (index, run) in runs(&layer.cards).iter().enumerate() {
        text += if index > 0 { "\n" } else { "" };
        text += &match run[0].kind {
            CardKind::Number => number_cards::text(run, detail, look),
            CardKind::Verdict
            | CardKind::Line
            | CardKind::Area
            | CardKind::Matrix
            | CardKind::Table
            | CardKind::List => card_text::text(run[0], &layer.title, shortening, look),
        };
    }
    text
}

/// What a layer has and how to see it, where there is no room for it.
fn told(board: &Board, layer: &BoardLayer, look: RenderOptions) -> String {
    let missed = layer.cards.iter().filter(|card| is_missed(card)).count() as u64;
    let missed = match missed {
        0 => String::new(),
        _ => format!(
            ", of which {} a target",
            numbers::counted(missed, "misses", "miss")
        ),
    };
    let titles: Vec<&str> = layer.cards.iter().map(|card| card.title.as_str()).collect();
    let sentence = format!(
        "{}{missed}: {}; {} shows them",
        numbers::counted(layer.cards.len() as u64, "card", "cards"),
        titles.join(", "),
        way_to(board, layer, look)
    );
    layer_heading(layer, look) + &sheet::remark(&sentence, look)
}

/// Whether a value of a number card misses its target.
fn is_missed(card: &BoardCard) -> bool {
    let mut cells = card.answer.rows.iter().flat_map(|row| &row.cells);
    card.kind == CardKind::Number
        && cells.any(|cell| match cell {
            Cell::Value(value) => {
                let status = value.target.as_ref().map(|verdict| verdict.status);
                status == Some(Status::Miss)
            }
            Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => false,
        })
}

/// Verdicts first. Number cards that follow each other stand together; every other card stands alone.
pub(super) fn runs(cards: &[BoardCard]) -> Vec<Vec<&BoardCard>> {
    let mut ordered: Vec<&BoardCard> = cards.iter().collect();
    ordered.sort_by_key(|card| card.kind != CardKind::Verdict);
    let mut runs: Vec<Vec<&BoardCard>> = Vec::new();
    for card in ordered {
        match runs.last_mut() {
            Some(run) if card.kind == CardKind::Number && run[0].kind == CardKind::Number => {
                run.push(card)
            }
            Some(_) | None => runs.push(vec![card]),
        }
    }
    runs
}

/// What stands under a board, for a format that holds its cards alone.
pub(super) fn beside_cards(board: &Board) -> String {
    board_footer(board, RenderOptions::PIPE)
}

/// Circumstances once for all cards, then what each left out, then notes.
fn board_footer(board: &Board, look: RenderOptions) -> String {
    let mut text = footer::lines(&footer::context(&board.context), look);
    // Tables, lists and matrices have a legend of their own.
    let has_legend = |card: &BoardCard| match card.kind {
        CardKind::Table | CardKind::List | CardKind::Matrix => true,
        CardKind::Verdict | CardKind::Number | CardKind::Line | CardKind::Area => false,
    };
    let mut without = board.cards().filter(|card| !has_legend(card));
    if without.any(|card| has_provisional(&card.answer)) {
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
    let mut lines: Vec<String> = board.cards().filter_map(line).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// `excluded from MTTR, critical: 3 false positive`; cards that leave out the same stand together.
pub(super) fn excluded(board: &Board) -> Vec<String> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for card in board.cards() {
        let reasons = card.answer.excluded.iter();
        let reasons = reasons.map(|each| format!("{} {}", numbers::count(each.rows), each.reason));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        match found.iter_mut().find(|(known, _)| *known == reasons) {
            Some((_, titles)) => titles.push(&card.title),
            None => found.push((reasons, vec![&card.title])),
        }
    }
    found.retain(|(reasons, _)| !reasons.is_empty());
    found
        .into_iter()
        .map(|(reasons, titles)| format!("excluded from {}: {reasons}", titles.join("; ")))
        .collect()
}

/// The board's notes, then those of single cards; one that several cards have stands once.
pub(super) fn notes(board: &Board) -> Vec<String> {
    let mut notes = board.notes.clone();
    let all: Vec<(&str, &String)> = board
        .cards()
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
