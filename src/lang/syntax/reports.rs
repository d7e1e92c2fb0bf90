//! Clauses of a source: how the reports of a tool are read.

use pest::iterators::Pair;

use super::ast::{SourceClause, SourceWords, Text, WordRule};
use super::grammar::{Fragment, PairChildren, ParseResult, Rule};
use super::literals::{self, names};
use super::tokens::BLOCK;
use crate::base::source::Spanned;

pub(super) fn clause(piece: &Fragment<'_>, pair: Pair<'_, Rule>) -> ParseResult<SourceClause> {
    let text = |pair| literals::text(piece, &PairChildren::of(pair).need(Rule::text));
    let texts = |pair| {
        let texts = PairChildren::of(pair).all(Rule::text);
        texts.map(|pair| literals::text(piece, &pair)).collect()
    };
    let name = |pair| literals::name(piece, &PairChildren::of(pair).need(Rule::name));
    Ok(match pair.as_rule() {
        Rule::tool => SourceClause::Tool(text(pair)),
        Rule::tool_kind => SourceClause::Kind(name(pair)),
        Rule::reads => SourceClause::Reads(names(piece, pair)),
        Rule::known_by => SourceClause::KnownBy(program(piece, pair)),
        Rule::scan => SourceClause::Scan(program(piece, pair)),
        Rule::rows => SourceClause::Rows(program(piece, pair)),
        Rule::severity_words => words(piece, pair, SourceWords::Severity),
        Rule::status_words => words(piece, pair, SourceWords::Status),
        Rule::evidence_words => words(piece, pair, SourceWords::Evidence),
        Rule::dates => SourceClause::Dates(texts(pair)),
        Rule::parts => SourceClause::Parts(texts(pair)),
        Rule::counted => SourceClause::Counted(texts(pair)),
        Rule::precedes => SourceClause::Precedes(names(piece, pair)),
        Rule::repeated => SourceClause::Repeated(texts(pair)),
        Rule::fills => SourceClause::Fills(name(pair)),
        _ => SourceClause::Identity {
            is_numbered: PairChildren::of(pair.clone())
                .take(Rule::kw_numbered)
                .is_some(),
            fields: names(piece, pair),
        },
    })
}

/// The text between the quotes, as it stands.
fn program(piece: &Fragment<'_>, pair: Pair<'_, Rule>) -> Text {
    let block = PairChildren::of(pair).need(Rule::block);
    let whole = block.as_str();
    let inside = &whole[BLOCK.len()..whole.len() - BLOCK.len()];
    piece.at(&block, inside.to_string())
}

fn words(piece: &Fragment<'_>, pair: Pair<'_, Rule>, of: SourceWords) -> SourceClause {
    let rules = PairChildren::of(pair).all(Rule::word_rule);
    SourceClause::Words {
        of,
        rules: rules.map(|pair| word_rule(piece, pair)).collect(),
    }
}

fn word_rule(piece: &Fragment<'_>, pair: Pair<'_, Rule>) -> Spanned<WordRule> {
    let span = piece.span_of(&pair);
    let mut parts = PairChildren::of(pair);
    let word = parts
        .take(Rule::text)
        .map(|pair| literals::text(piece, &pair));
    let to = literals::name(piece, &parts.need(Rule::name));
    Spanned::new(WordRule { word, to }, span)
}
