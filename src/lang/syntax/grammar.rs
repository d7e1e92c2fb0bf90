//! The pest parser, and the reader that turns its pairs into places and parts.

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use super::tokens::Token;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::{SourceId, Span, Spanned};

/// The grammar of definitions and queries.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/tokens.pest"]
#[grammar = "../grammar/expressions.pest"]
#[grammar = "../grammar/queries.pest"]
#[grammar = "../grammar/definitions.pest"]
struct Grammar;

/// A mistake ends the reading of one clause; the others are read all the same.
pub(super) type ParseResult<T> = Result<T, Box<Diagnostic>>;

/// What a rule of the grammar matched.
pub(super) type RulePair<'t> = Pair<'t, Rule>;

/// One piece of a text that is parsed alone: a first line, a clause or a query.
#[derive(Clone, Copy)]
pub(super) struct Fragment<'t> {
    pub source: SourceId,
    /// The whole text; places are counted from its start.
    pub text: &'t str,
    /// The tokens of the piece, comments left out.
    pub tokens: &'t [Token],
}

impl<'t> Fragment<'t> {
    /// Where the piece begins in the text.
    pub fn start(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.start)
    }

    /// Where its last token ends.
    pub fn end(&self) -> usize {
        self.tokens.last().map_or(0, |token| token.end)
    }

    /// The place between two offsets in the text.
    pub fn place(&self, start: usize, end: usize) -> Span {
        Span {
            source: self.source,
            start: start as u32,
            end: end as u32,
        }
    }

    /// The place of the whole piece.
    pub fn span(&self) -> Span {
        self.place(self.start(), self.end())
    }

    pub fn token_span(&self, token: &Token) -> Span {
        self.place(token.start, token.end)
    }

    /// The words of a token.
    pub fn words(&self, token: &Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    /// Parses the piece with an entry rule.
    #[allow(clippy::result_large_err)] // pest's own type; it goes no further than `errors`
    pub fn parse(&self, rule: Rule) -> Result<Pairs<'t, Rule>, pest::error::Error<Rule>> {
        Grammar::parse(rule, &self.text[self.start()..self.end()])
    }

    /// The place of a pair, without the white space and comments a rule may swallow at its end.
    pub fn span_of(&self, pair: &RulePair<'t>) -> Span {
        let start = self.start() + pair.as_span().start();
        let end = self.start() + pair.as_span().end();
        let after = self.tokens.partition_point(|token| token.start < end);
        let last = self.tokens[..after].last().map_or(end, |token| token.end);
        self.place(start, last.min(end).max(start))
    }

    /// A value at the place of a pair.
    pub fn at<T>(&self, pair: &RulePair<'t>, node: T) -> Spanned<T> {
        Spanned::new(node, self.span_of(pair))
    }
}

/// The children of a pair, taken out by their rule. Each kind keeps the order of the text.
pub(super) struct PairChildren<'t>(Vec<RulePair<'t>>);

impl<'t> PairChildren<'t> {
    pub fn of(pair: RulePair<'t>) -> Self {
        PairChildren(pair.into_inner().collect())
    }

    /// The next child of a rule, if there is one left.
    pub fn take(&mut self, rule: Rule) -> Option<RulePair<'t>> {
        let index = self.0.iter().position(|pair| pair.as_rule() == rule)?;
        Some(self.0.remove(index))
    }

    /// The next child of a rule that the grammar promises.
    pub fn need(&mut self, rule: Rule) -> RulePair<'t> {
        self.take(rule)
            .unwrap_or_else(|| panic!("the grammar promises {rule:?}"))
    }

    /// The next child whatever its rule, which the grammar promises.
    pub fn next(&mut self) -> RulePair<'t> {
        self.0.remove(0)
    }

    /// All children of a rule that are left.
    pub fn all(self, rule: Rule) -> impl Iterator<Item = RulePair<'t>> {
        self.0
            .into_iter()
            .filter(move |pair| pair.as_rule() == rule)
    }

    pub fn has(&self, rule: Rule) -> bool {
        self.0.iter().any(|pair| pair.as_rule() == rule)
    }

    /// The children left, in the order of the text.
    pub fn rest(self) -> Vec<RulePair<'t>> {
        self.0
    }
}
