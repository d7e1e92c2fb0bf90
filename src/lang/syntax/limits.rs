//! How deep and how long an expression may be, so that no later stage can run out of stack.

use pest::iterators::Pair;

use super::errors;
use super::grammar::{Fragment, ParseResult, Rule};
use crate::base::source::Span;

/// Parentheses, `not` and signs inside one another.
pub(super) const MOST_NESTED: usize = 128;
/// Operands joined by operators of one level.
pub(super) const MOST_OPERANDS: usize = 256;
/// Levels of the tree altogether: a chain of `+` is a tree as deep as the chain is long.
const MOST_LEVELS: usize = 512;

/// How deep in the tree something stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Depth {
    nested: usize,
    levels: usize,
}

impl Depth {
    /// Some levels of nesting further in.
    pub fn deeper(self, levels: usize, span: Span) -> ParseResult<Depth> {
        Depth {
            nested: self.nested + levels,
            levels: self.levels + levels,
        }
        .checked(span)
    }

    /// Under a chain of operands, which makes the tree deep but nests nothing.
    pub fn under_chain(self, operands: usize, span: Span) -> ParseResult<Depth> {
        Depth {
            nested: self.nested,
            levels: self.levels + operands,
        }
        .checked(span)
    }

    fn checked(self, span: Span) -> ParseResult<Depth> {
        // An operand outside any parentheses stands on level one already.
        if self.nested > MOST_NESTED + 1 || self.levels > MOST_LEVELS {
            Err(errors::too_deep(span, MOST_NESTED))
        } else {
            Ok(self)
        }
    }
}

/// Refuses a chain of too many operands, before any of them is read.
pub(super) fn chain<'t>(piece: &Fragment<'t>, operands: &[Pair<'t, Rule>]) -> ParseResult<()> {
    match operands.get(MOST_OPERANDS) {
        Some(pair) => Err(errors::too_many_operands(
            piece.span_of(pair),
            MOST_OPERANDS,
        )),
        None => Ok(()),
    }
}
