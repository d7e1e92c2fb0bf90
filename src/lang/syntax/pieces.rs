//! Parses the pieces of a cut definition, one by one, and collects what is wrong with each.

use pest::iterators::Pair;

use super::grammar::{Fragment, ParseResult, Rule};
use super::refusals;
use super::split::DefinitionParts;
use super::unparsed;
use super::words::Expecting;
use crate::base::diagnostic::Problems;
use crate::base::source::Spanned;

/// Reads the first line of a definition; none if it is mistaken.
pub(super) fn header<T>(
    cut: &DefinitionParts<'_>,
    rule: Rule,
    problems: &mut Problems,
    read: impl Fn(&Fragment<'_>, Pair<'_, Rule>) -> ParseResult<T>,
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
    cut: &DefinitionParts<'_>,
    rule: Rule,
    problems: &mut Problems,
    read: impl Fn(&Fragment<'_>, Pair<'_, Rule>) -> ParseResult<T>,
) -> Option<Vec<Spanned<T>>> {
    let mut found = Vec::with_capacity(cut.clauses.len());
    for piece in &cut.clauses {
        if let Some(node) = one(piece, rule, Expecting::Clause(cut.kind), problems, &read) {
            found.push(Spanned::new(node, piece.span()));
        }
    }
    (found.len() == cut.clauses.len()).then_some(found)
}

/// Reads one piece; none if it is mistaken.
pub(super) fn one<T>(
    piece: &Fragment<'_>,
    rule: Rule,
    expecting: Expecting,
    problems: &mut Problems,
    read: impl Fn(&Fragment<'_>, Pair<'_, Rule>) -> ParseResult<T>,
) -> Option<T> {
    match attempt(piece, rule, expecting, read) {
        Ok(node) => Some(node),
        Err(found) => {
            problems.extend(explained(piece, rule, expecting, found));
            None
        }
    }
}

fn attempt<T>(
    piece: &Fragment<'_>,
    rule: Rule,
    expecting: Expecting,
    read: impl Fn(&Fragment<'_>, Pair<'_, Rule>) -> ParseResult<T>,
) -> Result<T, Problems> {
    let refused = refusals::find(piece, expecting);
    if !refused.is_empty() {
        return Err(refused);
    }
    let parse = || match piece.parse(rule) {
        Ok(mut pairs) => {
            let pair = pairs.next().expect("an entry rule has one child");
            read(piece, pair)
        }
        Err(error) => Err(unparsed::unparsed(piece, expecting, &error)),
    };
    let result = stacker::maybe_grow(STACK_LEFT, 2 * STACK_LEFT, parse);
    result.map_err(|problem| Problems::from(*problem))
}

/// A debug build takes somewhat more than 2 MiB, which is all that a thread has, for what is nested as deep as may be.
const STACK_LEFT: usize = 4 << 20;

/// The problems of a piece, better told if a line of it begins with a misspelt clause word: then
/// that, and what is wrong with the lines above it.
fn explained(piece: &Fragment<'_>, rule: Rule, expecting: Expecting, found: Problems) -> Problems {
    let Some((index, misspelt)) = unparsed::misspelt_clause(piece, expecting) else {
        return found;
    };
    let above = Fragment {
        tokens: &piece.tokens[..index],
        ..*piece
    };
    let mut problems = match attempt(&above, rule, expecting, |_, _| Ok(())) {
        Ok(()) => Problems::default(),
        Err(found) => found,
    };
    problems.push(misspelt);
    problems
}
