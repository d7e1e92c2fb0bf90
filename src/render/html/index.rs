//! The page above several boards: what each decides, its numbers, and the way to it.

use maud::{Markup, html};

use super::board::decision_class;
use super::cards::{icon, style_class};
use super::{circumstances, page, plain, when};
use crate::exec::answer::{Board, BoardCard};
use crate::lang::model::CardKind;
use crate::render::number_cards;
use crate::render::options::RenderOptions;

/// A board with a page of its own.
pub struct BoardPage<'a> {
    /// What it is of: a team.
    pub name: String,
    /// The file of its page, beside the index.
    pub file: String,
    pub board: &'a Board,
}

/// The boards below each other; the titles of the numbers are those of the first.
pub(in crate::render) fn index(pages: &[BoardPage]) -> String {
    let Some(first) = pages.first() else {
        return page("", &html! {});
    };
    let title = plain(&first.board.title);
    let has_verdict = pages.iter().any(|page| page.board.verdict().is_some());
    let body = html! {
        header {
            p class="when" { (when(&first.board.context)) }
            h1 { (title) }
        }
        div class="scroll" {
            table class="index" {
                thead { tr {
                    th {}
                    @if has_verdict { th scope="col" { (first.board.verdict().map(|verdict| plain(&verdict.question)).unwrap_or_default()) } }
                    @for card in numbers(first.board) { th scope="col" class="number" { (plain(&card.title)) } }
                } }
                tbody {
                    @for page in pages {
                        tr {
                            th scope="row" { a href=(page.file) { (plain(&page.name)) } }
                            @if has_verdict {
                                td { @if let Some(verdict) = page.board.verdict() {
                                    em class=(decision_class(verdict.decision)) { (plain(&verdict.summary)) }
                                } }
                            }
                            @for card in numbers(page.board) { td class="number" { (number(card)) } }
                        }
                    }
                }
            }
        }
        (circumstances(&first.board.context, &[]))
    };
    super::page(&title, &body)
}

/// The number cards of the first layer that has any.
fn numbers(board: &Board) -> Vec<&BoardCard> {
    let of_layer = |cards: &'_ [BoardCard]| cards.iter().any(|card| card.kind == CardKind::Number);
    let layer = board.layers.iter().find(|layer| of_layer(&layer.cards));
    let cards = layer.into_iter().flat_map(|layer| &layer.cards);
    cards.filter(|card| card.kind == CardKind::Number).collect()
}

/// `23.0 days ✓`
fn number(card: &BoardCard) -> Markup {
    let parts = number_cards::parts(card, RenderOptions::PIPE);
    html! {
        span class=(style_class(parts.value.style)) { (parts.value.text) }
        @if !parts.unit.text.is_empty() { " " small { (parts.unit.text) } }
        @if !parts.status.text.is_empty() {
            " " span class=(format!("status {}", style_class(parts.status.style))) { (icon(&parts.status.text)) " " (parts.status.text) }
        }
    }
}
