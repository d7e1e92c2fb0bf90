//! Clauses of a match: when detections are of one weakness.

use pest::iterators::Pair;

use super::ast::MatchClause;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule};
use super::literals::{self, names};

pub(super) fn clause(piece: &Fragment<'_>, pair: Pair<'_, Rule>) -> ParseResult<MatchClause> {
    let name = |parts: &mut PairChildren<'_>| literals::name(piece, &parts.need(Rule::name));
    Ok(match pair.as_rule() {
        Rule::same => MatchClause::Same(names(piece, pair)),
        Rule::near => {
            let mut parts = PairChildren::of(pair);
            let field = name(&mut parts);
            let within = literals::integer(piece, &parts.need(Rule::integer))?;
            MatchClause::Near { field, within }
        }
        _ => MatchClause::Across(name(&mut PairChildren::of(pair))),
    })
}
