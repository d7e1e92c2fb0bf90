//! What went into a stock and out of it between the first and the last period of a card.

use super::DraftCard;
use crate::base::diagnostic::Problems;
use crate::exec::answer::{Answer, Books, Cell};
use crate::exec::query_context::QueryContext;
use crate::insight::attribution::{self, Decomposition};
use crate::lang::model::{CardKind, Kind, Query, Subject};

/// The books of a line or area card of one stock that adds up; none of other cards, and none of fewer than two values.
pub(super) fn books(
    query_context: &QueryContext,
    card: &DraftCard,
    answer: &Answer,
) -> Result<Option<Books>, Problems> {
    if !matches!(card.kind, CardKind::Line | CardKind::Area) || !is_stock(&card.query) {
        return Ok(None);
    }
    let Some(why) = attribution::from_first_to_last(query_context, &card.query)? else {
        return Ok(None);
    };
    let (Some(opening), Some(closing), Some(stock)) =
        (why.before.value, why.after.value, why.stock)
    else {
        return Ok(None);
    };
    let is_shown = |period: &str| {
        let mut cells = answer.rows.iter().flat_map(|row| &row.cells);
        cells.any(|cell| matches!(cell, Cell::Text(text) if text == period))
    };
    if !is_shown(&why.before.period) || !is_shown(&why.after.period) {
        return Ok(None);
    }
    Ok(Some(Books {
        opening,
        opened: stock.opened,
        closed: -stock.closed,
        other: closing - opening - stock.opened - stock.closed,
        closing,
        from: why.before.period,
        to: why.after.period,
    }))
}

fn is_stock(query: &Query) -> bool {
    let Subject::Values(values) = &query.subject else {
        return false;
    };
    let [column] = values.columns.as_slice() else {
        return false;
    };
    column.kind == Kind::Stock
        && !values.on_constant_scope
        && values.window.is_none()
        && matches!(attribution::split(column), Decomposition::Adds)
}
