//! Dates as other programs write them: `03/15/2026`, `15.03.2026`, `2026/03/15`.

use super::grammar::Fragment;
use super::refusals::Refusal;
use super::tokens::{Token, TokenKind};
use crate::base::calendar;
use crate::base::diagnostic::Diagnostic;

/// The refusal of such a date that begins at a token.
pub(super) fn date(piece: &Fragment<'_>, index: usize) -> Refusal {
    let tokens = &piece.tokens[index..];
    let length = 1 + tokens[..tokens.len().min(5)]
        .windows(2)
        .take_while(|pair| pair[0].end == pair[1].start && is_part(piece, &pair[1]))
        .count();
    let span = piece.place(tokens[0].start, tokens[length - 1].end);
    let written = &piece.text[span.start as usize..span.end as usize];
    let readings = readings(written);
    if readings.is_empty() {
        return None;
    }
    let problem = Diagnostic::error("K129", span, format!("dates are not written `{written}`"));
    Some(Box::new(
        readings.into_iter().fold(problem, Diagnostic::write),
    ))
}

fn is_part(piece: &Fragment<'_>, token: &Token) -> bool {
    token.kind == TokenKind::Number || matches!(piece.words(token), "/" | ".")
}

/// What a date of another shape may mean, as the language writes it: both, where day and month could
/// be either. Nothing, if it is no such date.
pub(super) fn readings(written: &str) -> Vec<String> {
    let parts: Vec<&str> = written.split(['/', '.']).collect();
    let [first, middle, last] = parts[..] else {
        return Vec::new();
    };
    let number = |text: &str| {
        let digits = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| digits)
    };
    let (Some(a), Some(b), Some(c)) = (number(first), number(middle), number(last)) else {
        return Vec::new();
    };
    let orders: &[(u32, u32, u32)] = match (first.len(), last.len(), written.contains('.')) {
        (4, 1..=2, _) => &[(a, b, c)],
        (1..=2, 4, true) => &[(c, b, a)],
        (1..=2, 4, false) if a == b => &[(c, a, b)],
        (1..=2, 4, false) => &[(c, a, b), (c, b, a)],
        _ => &[],
    };
    let exists = |date: &&(u32, u32, u32)| calendar::day(date.0 as i32, date.1, date.2).is_some();
    orders
        .iter()
        .filter(exists)
        .map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
        .collect()
}
