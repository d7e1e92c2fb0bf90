//! What went into a stock and out of it between the first and the last period of a card.

use super::beside::Purpose;
use super::{DraftCard, FoundAnswers};
use crate::base::diagnostic::Problems;
use crate::exec::answer::{Answer, Books, Cell};
use crate::insight::attribution::{self, Decomposition};
use crate::lang::model::{CardKind, Definitions, Kind, Query, Subject};

/// The query whose books are kept: that of a line or area card of one stock that adds up.
pub(super) fn query(card: &DraftCard) -> Option<Query> {
    let is_of_books = matches!(card.kind, CardKind::Line | CardKind::Area) && is_stock(&card.query);
    is_of_books.then(|| card.query.clone())
}

/// The books of a card; none of one whose books are not kept, and none of fewer than two values.
pub(super) fn books(
    definitions: &Definitions,
    place: usize,
    found: &FoundAnswers,
    answer: &Answer,
) -> Result<Option<Books>, Problems> {
    let asked = found
        .query(place, Purpose::Books)
        .zip(found.reply(place, Purpose::Books));
    let Some((query, reply)) = asked else {
        return Ok(None);
    };
    let why = attribution::from_first_to_last(definitions, query, reply)?;
    let Some(why) = why else {
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
