//! Pairs → the clauses of a table.

use super::ast::{EventTime, FieldTypeName, TableClause};
use super::conditions;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::literals::{self, names};

/// One clause of a table.
pub(super) fn clause(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<TableClause> {
    let rule = pair.as_rule();
    let mut parts = PairChildren::of(pair);
    if rule == Rule::exclude {
        return Ok(TableClause::Exclude {
            filter: conditions::filter(piece, parts.need(Rule::filter))?,
            label: literals::text(piece, &parts.need(Rule::text)),
        });
    }
    let name = literals::name(piece, &parts.need(Rule::name));
    Ok(match rule {
        Rule::key => TableClause::Key(name),
        Rule::known_from => TableClause::Known(name),
        Rule::belongs_to => TableClause::BelongsTo {
            table: name,
            column: literals::name(piece, &parts.need(Rule::name)),
        },
        Rule::event => TableClause::Event {
            name,
            at: event_time(piece, &mut parts),
            filter: conditions::optional_filter(piece, &mut parts)?,
        },
        Rule::state => TableClause::State {
            name,
            intervals: parts
                .take(Rule::interval_table)
                .map(|pair| literals::name(piece, &PairChildren::of(pair).need(Rule::name))),
            from: names(piece, parts.need(Rule::columns)),
            until: names(piece, parts.need(Rule::columns)),
        },
        _ => {
            let column_type = parts.need(Rule::column_type);
            let span = piece.span_of(&column_type);
            TableClause::Field {
                name,
                field_type: crate::base::source::Spanned::new(field_type(piece, column_type), span),
                from: parts
                    .take(Rule::field)
                    .map(|pair| literals::field(piece, pair)),
            }
        }
    })
}

fn event_time(piece: &Fragment<'_>, parts: &mut PairChildren<'_>) -> EventTime {
    match parts.take(Rule::last_of) {
        Some(pair) => {
            let mut parts = PairChildren::of(pair);
            EventTime::LastOf {
                column: literals::name(piece, &parts.need(Rule::name)),
                table: literals::name(piece, &parts.need(Rule::name)),
            }
        }
        None => EventTime::Columns(names(piece, parts.need(Rule::columns))),
    }
}

fn field_type(piece: &Fragment<'_>, pair: RulePair<'_>) -> FieldTypeName {
    let inner = PairChildren::of(pair).next();
    match inner.as_rule() {
        Rule::scale_type => {
            let scale = PairChildren::of(inner).need(Rule::name);
            FieldTypeName::Scale(literals::name(piece, &scale))
        }
        _ => FieldTypeName::Plain(inner.as_str().trim_end().to_string()),
    }
}
