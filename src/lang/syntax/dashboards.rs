//! Pieces → dashboards and tests: the definitions made of queries.

use super::ast::{Card, Dashboard, Grid, Layer, Test, TestClause, Text};
use super::errors;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::literals::{self, name_and_title};
use super::pieces;
use super::queries;
use super::split::DefinitionParts;
use crate::base::diagnostic::Problems;
use crate::base::source::Spanned;

/// A line of a dashboard: cards belong to the layer above them.
enum DashboardLine {
    Layer(Layer),
    Card(Box<Card>),
    /// What to do about the rows of the card above.
    NextStep(Text),
}

/// A dashboard; none if any of its pieces is mistaken.
pub(super) fn dashboard(cut: &DefinitionParts<'_>, problems: &mut Problems) -> Option<Dashboard> {
    let header = pieces::header(cut, Rule::dashboard_header, problems, name_and_title);
    let lines = pieces::clauses(cut, Rule::dashboard_clause, problems, line);
    let (name, title) = header?;
    let mut layers: Vec<Spanned<Layer>> = Vec::new();
    for Spanned { node, span } in lines? {
        match (node, layers.last_mut()) {
            (DashboardLine::Layer(layer), _) => layers.push(Spanned::new(layer, span)),
            (DashboardLine::Card(card), Some(layer)) => {
                layer.span = layer.span.to(span);
                layer.node.cards.push(Spanned::new(*card, span));
            }
            (DashboardLine::Card(_), None) => {
                problems.push(errors::card_without_layer(span));
                return None;
            }
            (DashboardLine::NextStep(text), layer) => {
                let card = layer.and_then(|layer| {
                    layer.span = layer.span.to(span);
                    layer.node.cards.last_mut()
                });
                match card {
                    Some(card) if card.node.next_step.is_none() => {
                        card.span = card.span.to(span);
                        card.node.next_step = Some(text);
                    }
                    Some(_) => {
                        problems.push(errors::second_next_step(span));
                        return None;
                    }
                    None => {
                        problems.push(errors::next_step_without_card(span));
                        return None;
                    }
                }
            }
        }
    }
    Some(Dashboard {
        name,
        title,
        layers,
    })
}

fn line(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<DashboardLine> {
    if pair.as_rule() == Rule::layer {
        let (name, title) = name_and_title(piece, pair)?;
        return Ok(DashboardLine::Layer(Layer {
            name,
            title,
            cards: Vec::new(),
        }));
    }
    if pair.as_rule() == Rule::next_step {
        let text = PairChildren::of(pair).need(Rule::text);
        return Ok(DashboardLine::NextStep(literals::text(piece, &text)));
    }
    let mut parts = PairChildren::of(pair);
    Ok(DashboardLine::Card(Box::new(Card {
        kind: literals::name(piece, &parts.need(Rule::name)),
        title: parts
            .take(Rule::card_title)
            .map(|pair| literals::text(piece, &PairChildren::of(pair).need(Rule::text))),
        query: queries::query(piece, parts.need(Rule::inner_query))?,
        next_step: None,
    })))
}

/// A test; none if any of its pieces is mistaken.
pub(super) fn test(cut: &DefinitionParts<'_>, problems: &mut Problems) -> Option<Test> {
    let header = pieces::header(cut, Rule::test_header, problems, test_name);
    let clauses = pieces::clauses(cut, Rule::test_clause, problems, test_clause);
    let name = header?;
    Some(Test {
        name,
        clauses: clauses?,
    })
}

fn test_name(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Text> {
    Ok(literals::text(
        piece,
        &PairChildren::of(pair).need(Rule::text),
    ))
}

fn test_clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<TestClause> {
    let rule = pair.as_rule();
    if rule == Rule::as_of_clause {
        return Ok(TestClause::AsOf(queries::date(piece, pair)?));
    }
    if rule == Rule::known_on_clause {
        return Ok(TestClause::KnownOn(queries::date(piece, pair)?));
    }
    let mut parts = PairChildren::of(pair);
    let rows = grid(piece, parts.need(Rule::grid));
    Ok(match rule {
        Rule::given => TestClause::Given {
            table: literals::name(piece, &parts.need(Rule::name)),
            rows,
        },
        _ => TestClause::Expect {
            query: queries::query(piece, parts.need(Rule::inner_query))?,
            rows,
        },
    })
}

fn grid(piece: &Fragment<'_>, pair: RulePair<'_>) -> Grid {
    let mut rows = pair.into_inner().map(|row| {
        row.into_inner()
            .filter(|part| part.as_rule() == Rule::grid_cell)
            .map(|cell| literals::cell(piece, cell))
            .collect::<Vec<_>>()
    });
    Grid {
        header: rows.next().unwrap_or_default(),
        rows: rows.collect(),
    }
}
