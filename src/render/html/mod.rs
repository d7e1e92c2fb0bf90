//! Pages: a board, or an answer, as one HTML file that needs nothing else: no script, no request.
//!
//! Every text of data or definitions is made harmless ([`text::harmless`]) and escaped (maud). Numbers are the texts
//! that terminals get.

mod board;
mod cards;
mod figures;
mod index;
mod tables;

pub(super) use board::board;
pub use index::BoardPage;
pub(super) use index::index;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::footer;
use super::options::RenderOptions;
use super::svg;
use super::text;
use crate::exec::answer::{Answer, Context};

/// How pages look.
const STYLE: &str = include_str!("page.css");
/// Nothing may be loaded or run, whatever a text of the data says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
/// Rows of an answer on a page of its own.
const MOST_ROWS: usize = 2_000;

/// An answer: its chart if it has one, its table, the circumstances it holds in.
pub(super) fn answer(answer: &Answer) -> String {
    let titles = answer
        .columns
        .iter()
        .filter_map(|column| match column.role {
            crate::exec::answer::ColumnRole::Value(_) => Some(column.title.as_str()),
            _ => None,
        });
    let titles: Vec<&str> = titles.collect();
    let title = match titles.is_empty() {
        true => plain(&answer.query),
        false => plain(&titles.join(", ")),
    };
    let mut pieces: Vec<String> = footer::period(answer).into_iter().collect();
    pieces.extend(footer::rows_used(answer));
    pieces.extend(footer::excluded(answer));
    let body = html! {
        header {
            p class="when" { (when(&answer.context)) }
            h1 { (title) }
            p class="query" { code { (plain(&answer.query)) } }
        }
        (figures::figure_of(answer))
        (tables::table(answer, &[], MOST_ROWS))
        @if !pieces.is_empty() {
            p class="foot" { (plain(&pieces.join(" · "))) }
        }
        (circumstances(&answer.context, &answer.notes))
    };
    page(&title, &body)
}

/// A whole page.
fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(svg::COLOURS)) (PreEscaped(svg::STYLE)) (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    format!("{}\n", page.into_string())
}

/// `as of 2026-04-30 · UTC`
fn when(context: &Context) -> String {
    plain(&footer::context(context).join(" · "))
}

/// What stands at the end of a page: notes, and which definitions and data the numbers are of.
fn circumstances(context: &Context, notes: &[String]) -> Markup {
    html! {
        footer {
            @if !notes.is_empty() {
                ul { @for note in notes { li { (plain(note)) } } }
            }
            p { (when(context)) }
            p class="hashes" { "definitions " code { (plain(&context.definitions)) } " · data " code { (plain(&context.data)) } }
        }
    }
}

/// A text of data or definitions that cannot turn, hide or break its neighbours; maud escapes it.
fn plain(text: &str) -> String {
    text::harmless(text, RenderOptions::PIPE)
}

/// A text with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
