//! A number card: the value, what it is of, how it moved, how it is judged, and how it comes about.

use maud::{Markup, html};

use super::plain;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{BoardCard, CoveredPeriod, KnownShare};
use crate::render::footer;
use crate::render::number_cards;
use crate::render::numbers;
use crate::render::options::{RenderOptions, Style};
use crate::render::svg;

/// The card of one number.
pub(super) fn number(card: &BoardCard) -> Markup {
    let parts = number_cards::parts(card, RenderOptions::PIPE);
    let period = card.answer.period.as_ref().map_or(String::new(), period);
    let value_class = if parts.value.style == Style::Strong {
        "value"
    } else {
        "value dim"
    };
    html! {
        article class="card" {
            h3 { (parts.title.text) }
            p class="big" {
                span class=(value_class) { (parts.value.text) }
                @if !parts.unit.text.is_empty() { span class="unit" { " " (parts.unit.text) } }
            }
            p class="period" { (period) }
            // Where nothing is compared the line stays empty, so that what is below stands level with the neighbours.
            p class="change" {
                span class=(style_class(parts.change.style)) { (parts.change.text) }
                " " span class="dim" { (parts.compared_with.text) }
            }
            @if let Some(line) = svg::sparkline(&card.history, unit(card)) { (line) }
            @if !parts.status.text.is_empty() || !parts.band.text.is_empty() {
                p class="judged" {
                    @if !parts.status.text.is_empty() {
                        span class=(format!("chip {}", style_class(parts.status.style))) {
                            (icon(&parts.status.text)) " " (parts.status.text)
                        }
                        " " span class="dim" { (parts.target.text) }
                    }
                    @if !parts.band.text.is_empty() { " " span class="band-of" { (parts.band.text) } }
                }
            }
            (rows(&parts.rows.text, &card.known))
            (how(card))
        }
    }
}

/// `September 2026`; of a state that is told without a period, the day.
fn period(period: &CoveredPeriod) -> String {
    match period.label == "all" {
        true => format!("as of {}", plain(&period.to)),
        false => plain(&svg::in_words(&period.label)),
    }
}

/// `34 rows · 67.6% validated`
fn rows(rows: &str, known: &[KnownShare]) -> Markup {
    let mut facts: Vec<Markup> = Vec::new();
    if !rows.is_empty() {
        let class = if rows.starts_with("few") { "dim" } else { "" };
        facts.push(html! { span class=(class) { (rows) } });
    }
    facts.extend(known.iter().map(self::known));
    html! {
        @if !facts.is_empty() {
            p class="rows" {
                @for (place, fact) in facts.iter().enumerate() {
                    @if place > 0 { " · " }
                    (fact)
                }
            }
        }
    }
}

fn unit(card: &BoardCard) -> DisplayUnit {
    card.answer.unit().unwrap_or(DisplayUnit::Count)
}

/// `82% validated`
fn known(known: &KnownShare) -> Markup {
    let share = known.share.map_or("none".to_string(), numbers::percent);
    html! { span class="known" { b { (share) } " " (plain(&known.what)) } }
}

/// How the values of a card come about, folded.
pub(super) fn how(card: &BoardCard) -> Markup {
    let interval = number_cards::parts(card, RenderOptions::PIPE).interval.text;
    let mut facts: Vec<(&str, String)> = Vec::new();
    facts.extend(footer::period(&card.answer).map(|period| ("period", period)));
    facts.extend((!interval.is_empty()).then_some(("interval", interval)));
    facts.extend(footer::excluded(&card.answer).map(|text| {
        (
            "excluded",
            text.trim_start_matches("excluded: ").to_string(),
        )
    }));
    let context = &card.answer.context;
    facts.push(("as of", context.as_of.clone()));
    facts.extend(context.known_on.clone().map(|on| ("known on", on)));
    html! {
        details {
            summary { "How it is computed" }
            dl {
                @for formula in &card.formulas {
                    dt { (plain(&formula.title)) }
                    dd {
                        (plain(&formula.words))
                        @for place in &formula.places { " " code { (plain(place)) } }
                    }
                }
                dt { "query" }
                dd { code { (plain(&card.answer.query)) } }
                @for (name, text) in &facts {
                    dt { (name) }
                    dd { (plain(text)) }
                }
            }
        }
    }
}

/// The class of a style.
pub(super) fn style_class(style: Style) -> &'static str {
    match style {
        Style::Plain | Style::Series(_) => "",
        Style::Dim => "dim",
        Style::Strong => "strong",
        Style::Good => "good",
        Style::Bad => "bad",
    }
}

/// The sign of a status.
pub(super) fn icon(status: &str) -> &'static str {
    match status {
        "pass" => "✓",
        "miss" => "✗",
        _ => "–",
    }
}
