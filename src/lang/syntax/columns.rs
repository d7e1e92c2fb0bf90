//! Pairs → the clauses of a table.

use super::ast::{EventTime, FieldOrigin, FieldTypeName, TableClause, TimeColumn, TimeColumns};
use super::conditions;
use super::formulas;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use super::literals;
use crate::base::source::Spanned;

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
        Rule::in_scope => TableClause::Scope {
            state: name,
            filter: conditions::optional_filter(piece, &mut parts)?,
        },
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
            from: time_columns(piece, parts.need(Rule::columns)),
            until: time_columns(piece, parts.need(Rule::columns)),
        },
        _ => {
            let column_type = parts.need(Rule::column_type);
            let span = piece.span_of(&column_type);
            TableClause::Field {
                name,
                field_type: Spanned::new(field_type(piece, column_type), span),
                from: field_origin(piece, &mut parts)?,
            }
        }
    })
}

fn field_origin(
    piece: &Fragment<'_>,
    parts: &mut PairChildren<'_>,
) -> ParseResult<Option<FieldOrigin>> {
    if let Some(pair) = parts.take(Rule::aggregate) {
        let span = piece.span_of(&pair);
        let call = Spanned::new(formulas::aggregate(piece, pair)?, span);
        return Ok(Some(FieldOrigin::RollUp(Box::new(call))));
    }
    let field = parts.take(Rule::field);
    Ok(field.map(|pair| FieldOrigin::Parent(literals::field(piece, pair))))
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
        None => EventTime::Columns(time_columns(piece, parts.need(Rule::columns))),
    }
}

fn time_columns(piece: &Fragment<'_>, pair: RulePair<'_>) -> TimeColumns {
    let mut parts = PairChildren::of(pair);
    let choice = formulas::choice(&mut parts);
    let columns = parts.all(Rule::time_column).map(|pair| {
        let mut parts = PairChildren::of(pair);
        let is_planned = parts.take(Rule::kw_planned).is_some();
        TimeColumn {
            is_planned,
            name: literals::name(piece, &parts.need(Rule::name)),
        }
    });
    TimeColumns {
        choice,
        columns: columns.collect(),
    }
}

fn field_type(piece: &Fragment<'_>, pair: RulePair<'_>) -> FieldTypeName {
    let inner = PairChildren::of(pair).next();
    match inner.as_rule() {
        Rule::scale_type => {
            let scale = PairChildren::of(inner).need(Rule::name);
            FieldTypeName::Scale(literals::name(piece, &scale))
        }
        _ => {
            let mut parts = PairChildren::of(inner);
            let is_planned = parts.take(Rule::kw_planned).is_some();
            let word = parts.need(Rule::word).as_str().to_string();
            match is_planned {
                true => FieldTypeName::Planned(word),
                false => FieldTypeName::Plain(word),
            }
        }
    }
}
