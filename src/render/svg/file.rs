//! Charts in a file of their own: with a heading, the circumstances they hold in, and their own colours.

use maud::{Markup, PreEscaped, html};

use super::{COLOURS, Drawing, STYLE, Shape, drawings, heat};
use crate::exec::answer::Answer;
use crate::render::footer;
use crate::render::options::RenderOptions;
use crate::render::text::{harmless, wrap};

/// Pixels across, unless a table needs more.
const WIDTH: f64 = 760.0;
const EDGE: f64 = 24.0;
/// Pixels that a line of small text takes, and the letters on it.
const LINE: f64 = 17.0;
const LETTERS: usize = 104;
/// Pixels below a plot for the labels of periods.
const BELOW: f64 = 44.0;

/// The charts of an answer below each other; where there is none, the words that [`refusal`] gives.
pub(in crate::render) fn file(answer: &Answer) -> String {
    let (drawings, why) = match charts(answer) {
        Ok(drawings) => (drawings, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let width = |drawing: &Drawing| {
        drawing.across + drawing.margins.left + drawing.margins.right + 2.0 * EDGE
    };
    let width = drawings.iter().map(width).fold(WIDTH, f64::max).ceil();
    let mut top = EDGE;
    let mut parts: Vec<Markup> = Vec::new();
    for drawing in &drawings {
        let (part, height) = placed(drawing, top, width);
        parts.push(part);
        top += height;
    }
    let lines: Vec<String> = why.into_iter().chain(circumstances(answer)).collect();
    let height = top + lines.len() as f64 * LINE + EDGE / 2.0;
    let title: Vec<&str> = drawings
        .iter()
        .map(|drawing| drawing.title.as_str())
        .collect();
    let words: Vec<&str> = drawings
        .iter()
        .map(|drawing| drawing.words.as_str())
        .collect();
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby="title words" {
            title id="title" { (title.join("; ")) }
            desc id="words" { (words.join("; ")) }
            style { (PreEscaped(COLOURS)) (PreEscaped(STYLE)) }
            rect class="page" width="100%" height="100%" {}
            @for part in &parts { (part) }
            (small(&lines, top))
        }
    };
    format!("{}\n", markup.into_string())
}

/// What there is to draw: lines or bars, and where they are too many to be told apart the table that they are of.
fn charts(answer: &Answer) -> Result<Vec<Drawing>, String> {
    drawings(answer, Shape::Usual).or_else(|why| heat::drawings(answer).ok_or(why))
}

/// Why an answer has no chart, and what to use instead; `None` where it has one.
pub(in crate::render) fn refusal(answer: &Answer) -> Option<String> {
    let why = charts(answer).err()?;
    Some(format!("{why}; `--format html` shows its table"))
}

/// A chart with its heading, from this height on, and the pixels it takes.
fn placed(drawing: &Drawing, top: f64, width: f64) -> (Markup, f64) {
    let headings = wrap(&drawing.title, 80);
    let notes: Vec<String> = wrap(&drawing.notes.join(" · "), LETTERS);
    let head = headings.len() as f64 * 20.0;
    let plot = top + head + 22.0;
    let margins = drawing.margins;
    let width = width - 2.0 * EDGE - margins.left - margins.right;
    let below = if drawing.has_periods { BELOW } else { 14.0 };
    let after = plot + drawing.height + below;
    let part = html! {
        @for (index, heading) in headings.iter().enumerate() {
            text class="heading" x=(EDGE) y=(top + 14.0 + index as f64 * 20.0) { (heading) }
        }
        svg class="chart" x=(EDGE + margins.left) y=(plot) width=(width) height=(drawing.height) overflow="visible" { (drawing.parts) }
        (small(&notes, after))
    };
    (part, after + notes.len() as f64 * LINE + EDGE / 2.0 - top)
}

fn small(lines: &[String], top: f64) -> Markup {
    html! {
        @for (index, line) in lines.iter().enumerate() {
            text class="small" x=(EDGE) y=(top + 12.0 + index as f64 * LINE) { (line) }
        }
    }
}

/// What stands under the answer in every format, in lines that fit.
fn circumstances(answer: &Answer) -> Vec<String> {
    let mut pieces = footer::context(&answer.context);
    pieces.extend(footer::period(answer));
    pieces.extend(footer::rows_used(answer));
    pieces.extend(footer::excluded(answer));
    let sentences = [pieces.join(" · ")]
        .into_iter()
        .chain(answer.notes.iter().cloned());
    sentences
        .flat_map(|sentence| wrap(&harmless(&sentence, RenderOptions::PIPE), LETTERS))
        .collect()
}
