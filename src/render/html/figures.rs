//! Charts on a page, with what their marks mean and the numbers as a table.

use maud::{Markup, html};

use super::{cards, plain, tables};
use crate::exec::answer::{Answer, BoardCard};
use crate::render::card_text;
use crate::render::options::RenderOptions;
use crate::render::svg::{self, Drawing, Shape};
use crate::render::trend;

/// A line or area card.
pub(super) fn figure(card: &BoardCard, shape: Shape) -> Markup {
    let title = plain(&card.title);
    let unit = trend::shared_unit(&card.answer);
    let table = tables::course(&card.answer);
    html! {
        figure {
            figcaption { h3 { (title) span { (unit) } } }
            @match svg::drawings(&card.answer, shape) {
                Ok(drawings) => {
                    (charts(&drawings))
                    @if let Some(books) = card_text::books(card, RenderOptions::PIPE, svg::in_words) { p class="foot books" { (plain(&books)) } }
                    div class="folds" {
                        details { summary { "The numbers" } (table) }
                        (cards::how(card))
                    }
                }
                Err(why) => {
                    (table)
                    p class="foot" { (plain(&why)) }
                    (cards::how(card))
                }
            }
        }
    }
}

/// The series that a verdict is of, one chart a unit.
pub(super) fn proof(card: &BoardCard) -> Markup {
    let Ok(drawings) = svg::drawings(&card.answer, Shape::Usual) else {
        return html! {};
    };
    html! {
        div class="figures proof" {
            @for drawing in &drawings {
                figure {
                    figcaption { h3 { (drawing.title) } }
                    (charts(std::slice::from_ref(drawing)))
                }
            }
        }
        div class="folds" {
            details { summary { "The numbers" } (tables::course(&card.answer)) }
            (cards::how(card))
        }
    }
}

/// The charts of an answer on a page of its own.
pub(super) fn figure_of(answer: &Answer, shape: Shape) -> Markup {
    let drawings = svg::drawings(answer, shape).unwrap_or_default();
    html! { figure { (charts(&drawings)) } }
}

fn charts(drawings: &[Drawing]) -> Markup {
    html! {
        @for drawing in drawings {
            @if drawings.len() > 1 { h4 { (drawing.title) } }
            @if !drawing.legend.is_empty() {
                p class=(drawing.legend_class()) {
                    @for (label, class) in &drawing.legend { span { i class=(class) {} (label) } }
                }
            }
            (drawing.in_page())
            @if !drawing.notes.is_empty() { p class="foot" { (drawing.notes.join(" · ")) } }
        }
    }
}
