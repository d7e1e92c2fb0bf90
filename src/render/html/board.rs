//! A board as a page: the verdict, then the layers with their cards.

use maud::{Markup, html};

use super::{capital, cards, circumstances, figures, page, plain, tables, when};
use crate::exec::answer::{Board, BoardCard, BoardLayer, BoardVerdict, Decision};
use crate::lang::model::CardKind;
use crate::render::{board_text, svg, trend};

/// Rows of a table on a card.
const MOST_ROWS: usize = 20;

/// A dashboard or the scorecard.
pub(in crate::render) fn board(board: &Board) -> String {
    let title = plain(&board.title);
    let head = board.cards().find(|card| card.verdict.is_some());
    let headline = board.verdict();
    let mut notes = board_text::few_rows(board);
    if board
        .cards()
        .any(|card| board_text::has_provisional(&card.answer))
    {
        notes.push("* provisional: the period is not over".to_string());
    }
    notes.extend(board_text::excluded(board));
    notes.extend(board_text::notes(board));
    let body = html! {
        header {
            @if headline.is_some() {
                p class="board" { (title) }
                p class="when" { (when(&board.context)) }
            } @else {
                p class="when" { (when(&board.context)) }
                h1 { (title) }
            }
        }
        @if let Some(verdict) = headline {
            (self::headline(verdict))
        }
        @if let Some(card) = head {
            (figures::proof(card))
        }
        @for layer in &board.layers {
            (self::layer(layer, headline))
        }
        (circumstances(&board.context, &notes))
    };
    page(&title, &body)
}

/// The question of the board, its answer, and what it rests on.
fn headline(verdict: &BoardVerdict) -> Markup {
    html! {
        section class="verdict" {
            h1 {
                (plain(&verdict.question)) " "
                em class=(decision_class(verdict.decision)) { (plain(&verdict.summary)) "." }
            }
            (grounds(verdict))
        }
    }
}

/// Figures and sentences of evidence.
fn grounds(verdict: &BoardVerdict) -> Markup {
    html! {
        @if !verdict.figures.is_empty() {
            p class="numbers" { (plain(&verdict.figures)) }
        }
        @if !verdict.evidence.is_empty() {
            ul class="evidence" {
                @for sentence in &verdict.evidence { li { (plain(sentence)) } }
            }
        }
    }
}

/// The class of the colour that a decision has.
pub(super) fn decision_class(decision: Decision) -> &'static str {
    match decision {
        Decision::Yes => "good",
        Decision::No => "bad",
        Decision::NoEvidence | Decision::CannotTell => "open",
    }
}

/// A layer; the verdict at the head of the page is not told again.
fn layer(layer: &BoardLayer, headline: Option<&BoardVerdict>) -> Markup {
    let is_told = |card: &BoardCard| {
        let verdict = card.verdict.as_ref();
        verdict.is_some_and(|verdict| headline.is_some_and(|head| std::ptr::eq(head, verdict)))
    };
    let cards: Vec<&BoardCard> = layer.cards.iter().filter(|card| !is_told(card)).collect();
    let is_asked = headline.is_some_and(|head| head.question == layer.title);
    html! {
        section class="layer" {
            h2 {
                (plain(&capital(&layer.name)))
                @if !layer.title.is_empty() && layer.title != layer.name && !is_asked {
                    " " span { (plain(&layer.title)) }
                }
            }
            @if cards.is_empty() && layer.cards.is_empty() {
                p class="foot" { "no cards" }
            }
            @for run in cards.chunk_by(|left, right| place_of(left) == place_of(right) && place_of(left).is_some()) {
                (self::run(run))
            }
        }
    }
}

/// Cards of these places stand side by side.
fn place_of(card: &BoardCard) -> Option<&'static str> {
    match card.kind {
        CardKind::Number => Some("cards"),
        CardKind::Line | CardKind::Area => Some("figures"),
        CardKind::Verdict | CardKind::Matrix | CardKind::Table | CardKind::List => None,
    }
}

fn run(run: &[&BoardCard]) -> Markup {
    // Three in a line leave one alone where four do not.
    let class = match place_of(run[0]) {
        Some("cards") if run.len() > 6 || run.len() == 4 => Some("cards four"),
        place => place,
    };
    match class {
        Some(class) => html! {
            div class=(class) { @for card in run { (self::card(card)) } }
        },
        None => html! { @for card in run { (self::card(card)) } },
    }
}

fn card(card: &BoardCard) -> Markup {
    match card.kind {
        CardKind::Number => cards::number(card),
        CardKind::Verdict => verdict(card),
        CardKind::Line => figures::figure(card, svg::Shape::Usual),
        CardKind::Area => figures::figure(card, svg::Shape::Stacked),
        CardKind::Matrix => {
            let unit = trend::shared_unit(&card.answer);
            block(
                card,
                &html! { span { (unit) } },
                &tables::matrix(&card.answer),
            )
        }
        CardKind::Table | CardKind::List => {
            let table = tables::table(&card.answer, &card.next_steps, MOST_ROWS);
            block(card, &tables::count(&card.answer), &table)
        }
    }
}

/// A table with its title and a word beside it.
fn block(card: &BoardCard, beside: &Markup, table: &Markup) -> Markup {
    html! {
        section class="block" {
            h3 { (plain(&card.title)) (beside) }
            (table)
            (cards::how(card))
        }
    }
}

fn verdict(card: &BoardCard) -> Markup {
    let Some(verdict) = &card.verdict else {
        return html! {};
    };
    html! {
        section class="block" {
            h3 { (plain(&verdict.question)) " " em class=(decision_class(verdict.decision)) { (plain(&verdict.summary)) "." } }
            (grounds(verdict))
        }
        (figures::proof(card))
    }
}
