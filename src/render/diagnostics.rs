//! Problems for people, with the source line and carets, and for programs as JSON.
//!
//! The drawing is done by annotate-snippets; nothing else of the crate knows it. Only the line a
//! problem begins on is handed over: it is enough to find the place, and costs nothing on a long file.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value as Json, json};

use super::options::{RenderOptions, Style};
use super::text::{is_harmful, width, wrap};
use crate::base::diagnostic::{Diagnostic, Severity};
use crate::base::source::{Sources, Span};

/// Room for a source line where no width is known. Longer lines are cut around the place even in a
/// pipe: their rest is in the file that the message names.
const USUAL_WIDTH: usize = 140;
/// Below this the drawing has no room for a line at all.
const NARROWEST: usize = 40;

/// All problems in the order given, a blank line between two, and a line that counts them. Empty for
/// no problems.
pub fn diagnostics(sources: &Sources, list: &[Diagnostic], look: &RenderOptions) -> String {
    let mut text = String::new();
    for diagnostic in list {
        text += &one(sources, diagnostic, *look);
        text += "\n\n";
    }
    if !list.is_empty() {
        text += &format!("{}\n", look.paint(&counts(list), Style::Strong));
    }
    text
}

/// All problems as a JSON array of `{code, severity, message, file, line, column, end_line,
/// end_column, help}`. Lines and columns count from 1, columns in characters, the end is just after
/// the last one; all five are null for a problem without a place. `help` is one text, a line for
/// each advice, the label of the place first; null if there is none.
pub fn diagnostics_json(sources: &Sources, list: &[Diagnostic]) -> String {
    let objects: Vec<Json> = list.iter().map(|each| object(sources, each)).collect();
    super::json::lines(&Json::Array(objects))
}

fn object(sources: &Sources, diagnostic: &Diagnostic) -> Json {
    let place = diagnostic.span.map(|span| {
        let file = sources.get(span.source).name.as_str();
        (
            file,
            sources.line_column(span),
            sources.end_line_column(span),
        )
    });
    let advice: Vec<&str> = diagnostic
        .label
        .iter()
        .chain(&diagnostic.help)
        .map(String::as_str)
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": severity_word(diagnostic.severity),
        "message": diagnostic.message,
        "file": place.map(|(file, _, _)| file),
        "line": place.map(|(_, (line, _), _)| line),
        "column": place.map(|(_, (_, column), _)| column),
        "end_line": place.map(|(_, _, (line, _))| line),
        "end_column": place.map(|(_, _, (_, column))| column),
        "help": (!advice.is_empty()).then(|| advice.join("\n")),
    })
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `3 errors, 1 warning`.
fn counts(list: &[Diagnostic]) -> String {
    let count = |severity| list.iter().filter(|each| each.severity == severity).count();
    let parts = [Severity::Error, Severity::Warning].map(|severity| {
        let many = count(severity);
        let plural = if many == 1 { "" } else { "s" };
        (many > 0).then(|| format!("{many} {}{plural}", severity_word(severity)))
    });
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn one(sources: &Sources, diagnostic: &Diagnostic, look: RenderOptions) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let begun = severity_word(diagnostic.severity).len() + diagnostic.code.len() + "[]: ".len();
    let title = level
        .primary_title(fitted(&diagnostic.message, begun, look))
        .id(diagnostic.code);
    let mut group = Group::with_title(title);
    let mut advice = diagnostic.help.clone();
    let mut number_width = 1;
    let mut label = diagnostic.label.clone();
    if let Some(span) = diagnostic.span {
        number_width = sources.line_column(span).0.to_string().len();
        let beside = label.take_if(|label| fits_beside(sources, span, label, look));
        group = group.element(snippet(sources, span, beside.as_deref()));
    }
    // A label that has no place beside carets is advice.
    advice.splice(0..0, label);
    for help in &advice {
        let help = fitted(help, number_width + " = ".len(), look);
        group = group.element(Level::HELP.no_name().message(help));
    }
    let drawn = renderer(look).render(&[group]);
    without_empty_gutters(&drawn)
}

fn renderer(look: RenderOptions) -> Renderer {
    let renderer = if look.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.term_width(look.width.unwrap_or(USUAL_WIDTH).max(NARROWEST))
}

/// Whether a label has room in the line of the carets.
fn fits_beside(sources: &Sources, span: Span, label: &str, look: RenderOptions) -> bool {
    let source = sources.get(span.source);
    let (line, place) = line_around(&source.text, span);
    let number = sources.line_column(span).0.to_string();
    let gutter = number.len() + " | ".len();
    let carets = width(&line[..place.start]) + width(&line[place]).max(1);
    look.width
        .is_none_or(|limit| gutter + carets + 1 + width(label) <= limit)
}

fn snippet<'a>(
    sources: &'a Sources,
    span: Span,
    label: Option<&str>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = sources.get(span.source);
    let (line, place) = line_around(&source.text, span);
    let (number, _) = sources.line_column(span);
    Snippet::source(made_harmless(line))
        .line_start(number)
        .path(made_harmless(&source.name))
        .annotation(
            AnnotationKind::Primary
                .span(place)
                .label(label.map(made_harmless)),
        )
}

/// The line a span begins on, and the part of the span that lies in it. A place of many lines is
/// marked on its first one: a whole definition under carets would hide the message.
fn line_around(text: &str, span: Span) -> (&str, Range<usize>) {
    let (start, end) = (span.start as usize, span.end as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |newline| start + newline);
    let line = text[line_start..line_end].trim_end_matches('\r');
    let within = |offset: usize| (offset - line_start).min(line.len());
    (line, within(start)..within(end.max(start)))
}

/// Replaces what could act on a terminal by as many bytes, so that places stay right. Tabs and
/// newlines stay: the drawing knows them.
fn made_harmless(text: &str) -> String {
    text.chars()
        .map(|letter| match (is_harmful(letter), letter.len_utf8()) {
            (true, _) if letter == '\n' || letter == '\t' => letter,
            (true, 1) => '?',
            (true, 2) => '\u{b7}',
            (true, 3) => '\u{fffd}',
            (true, _) => '\u{1f7a8}',
            (false, _) => letter,
        })
        .collect()
}

/// A text in lines that fit a terminal behind the columns that are taken, broken between words.
fn fitted(text: &str, taken: usize, look: RenderOptions) -> String {
    let text = made_harmless(text);
    let Some(limit) = look.width else {
        return text;
    };
    let room = limit.saturating_sub(taken);
    let fitted = |line: &str| match width(line) <= room {
        true => line.to_string(),
        false => wrap(line, room).join("\n"),
    };
    let lines: Vec<String> = text.split('\n').map(fitted).collect();
    lines.join("\n")
}

/// Takes out the empty gutter lines that stand before advice: the advice reads as part of the place.
fn without_empty_gutters(drawn: &str) -> String {
    let lines: Vec<&str> = drawn.lines().collect();
    let plain: Vec<String> = lines.iter().map(|line| without_styles(line)).collect();
    let is_advice = |index: usize| {
        plain
            .get(index)
            .is_some_and(|line| line.trim_start().starts_with("= "))
    };
    let is_kept = |index: &usize| !(plain[*index].trim() == "|" && is_advice(index + 1));
    let kept: Vec<&str> = (0..lines.len())
        .filter(is_kept)
        .map(|index| lines[index])
        .collect();
    kept.join("\n")
}

fn without_styles(line: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in line.chars() {
        match letter {
            '\x1b' => inside = true,
            'm' if inside => inside = false,
            other if !inside => plain.push(other),
            _ => {}
        }
    }
    plain
}
