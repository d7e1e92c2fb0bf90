//! Charts on a page, with what their marks mean and the numbers as a table.

use maud::{Markup, html};

use super::{cards, plain, tables};
use crate::exec::answer::{Answer, BoardCard};
use crate::render::card_text;
use crate::render::numbers;
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
            @match drawn(&card.answer, shape) {
                Ok((drawings, left_out)) => {
                    (charts(&drawings))
                    (self::left_out(&card.answer, left_out))
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

/// The charts of an answer, of many lines the largest; how many are left out.
fn drawn(answer: &Answer, shape: Shape) -> Result<(Vec<Drawing>, usize), String> {
    match svg::drawings(answer, shape) {
        Ok(drawings) => Ok((drawings, 0)),
        Err(why) => svg::largest(answer).ok_or(why),
    }
}

fn left_out(answer: &Answer, groups: usize) -> Markup {
    html! {
        @if groups > 0 {
            p class="foot more" {
                "the groups with the largest last values; " (numbers::count(groups as u64)) " more: "
                code { (tables::run_command(answer)) }
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
pub(super) fn figure_of(answer: &Answer) -> Markup {
    // One number needs no bar.
    if answer.rows.len() == 1 {
        return html! {};
    }
    match svg::drawings(answer, Shape::Usual) {
        Ok(drawings) => html! { figure { (charts(&drawings)) } },
        Err(_) => tables::heat(answer),
    }
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
