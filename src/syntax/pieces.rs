//! Parses the pieces of a cut definition, one by one, and collects what is wrong with each.

use pest::iterators::Pair;

use super::grammar::{Piece, Read, Rule};
use super::refusals;
use super::split::Cut;
use super::words::Expecting;
use crate::diagnostic::Problems;
use crate::source::Spanned;

/// Reads the first line of a definition; none if it is mistaken.
pub(super) fn header<T>(
    cut: &Cut<'_>,
    rule: Rule,
    problems: &mut Problems,
    read: impl Fn(&Piece<'_>, Pair<'_, Rule>) -> Read<T>,
) -> Option<T> {
    one(
        &cut.header,
        rule,
        Expecting::Header(cut.kind),
        problems,
        read,
    )
}

/// Reads all clauses of a definition; none if any is mistaken.
pub(super) fn clauses<T>(
    cut: &Cut<'_>,
    rule: Rule,
    problems: &mut Problems,
    read: impl Fn(&Piece<'_>, Pair<'_, Rule>) -> Read<T>,
) -> Option<Vec<Spanned<T>>> {
    let mut found = Vec::with_capacity(cut.clauses.len());
    for piece in &cut.clauses {
        if let Some(node) = one(piece, rule, Expecting::Clause(cut.kind), problems, &read) {
            found.push(Spanned::new(node, piece.span()));
        }
    }
    (found.len() == cut.clauses.len()).then_some(found)
}

/// Reads one piece.
pub(super) fn one<T>(
    piece: &Piece<'_>,
    rule: Rule,
    expecting: Expecting,
    problems: &mut Problems,
    read: impl Fn(&Piece<'_>, Pair<'_, Rule>) -> Read<T>,
) -> Option<T> {
    let refused = refusals::find(piece, expecting);
    if !refused.is_empty() {
        problems.extend(refused);
        return None;
    }
    let result = match piece.parse(rule) {
        Ok(mut pairs) => {
            let pair = pairs.next().expect("an entry rule has one child");
            read(piece, pair)
        }
        Err(error) => Err(super::unparsed::unparsed(piece, expecting, &error)),
    };
    match result {
        Ok(node) => Some(node),
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}
