//! Cards: the answer to their query with what stands beside it, or why there is none.

use super::beside::Purpose;
use super::{DraftCard, FoundAnswers, books, known, next_steps};
use crate::base::diagnostic::Problems;
use crate::base::types::DisplayUnit;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, BoardCard, CardFormula, Cell, ColumnRole,
    ComparisonColumn, Context, EvidenceColumn, HistoryPoint, Level, Row, Value, ValueEvidence,
};
use crate::insight::verdict;
use crate::lang::model::{CardKind, Definitions, Query, Subject, ValueColumn, ValuesQuery};

/// A card that was answered, but for its verdict.
pub(super) fn filled(
    definitions: &Definitions,
    (card, place): (&DraftCard, usize),
    found: &FoundAnswers,
    formulas: Vec<CardFormula>,
) -> Result<BoardCard, Problems> {
    let answer = found.of(place, Purpose::Answer);
    let answer = with_rows(answer.expect("one answer a card").clone());
    let history = found.of(place, Purpose::History);
    Ok(BoardCard {
        kind: card.kind,
        title: card.title.clone(),
        history: history.map(history_points).unwrap_or_default(),
        formulas,
        known: known::shares(
            found.of(place, Purpose::Validated),
            found.of(place, Purpose::InScope),
        ),
        books: books::books(definitions, place, found, &answer)?,
        next_steps: next_steps::next_steps(card.next_step.as_deref(), &answer),
        verdict: None,
        answer,
    })
}

/// A card without data, for a reason.
pub(super) fn empty(card: &DraftCard, context: &Context, reason: &str) -> BoardCard {
    BoardCard {
        kind: card.kind,
        title: card.title.clone(),
        answer: no_data(&card.query, context, reason),
        history: Vec::new(),
        formulas: Vec::new(),
        known: Vec::new(),
        books: None,
        next_steps: Vec::new(),
        verdict: (card.kind == CardKind::Verdict).then(|| verdict::unanswered(&card.title, reason)),
    }
}

/// Shows the rows behind every value, but for those of counts: they are their rows.
fn with_rows(mut answer: Answer) -> Answer {
    for column in &mut answer.columns {
        if let ColumnRole::Value(value) = &mut column.role {
            value.evidence.shows_rows = value.unit != DisplayUnit::Count;
        }
    }
    answer
}

fn history_points(answer: &Answer) -> Vec<HistoryPoint> {
    answer.rows.iter().filter_map(history_point).collect()
}

fn history_point(row: &Row) -> Option<HistoryPoint> {
    let period = row.cells.iter().find_map(|cell| match cell {
        Cell::Text(period) => Some(period.clone()),
        Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Value(_) => None,
    });
    let value = row.cells.iter().find_map(|cell| match cell {
        Cell::Value(value) => Some(value),
        Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Text(_) => None,
    })?;
    Some(HistoryPoint {
        period: period.unwrap_or_default(),
        value: value.value,
        limit: value.target.as_ref().map(|verdict| verdict.limit),
        rows: value.rows,
        has_few_rows: value.evidence.has_few_rows,
    })
}

/// What a card shows that cannot be answered.
fn no_data(query: &Query, context: &Context, reason: &str) -> Answer {
    let (columns, rows) = match &query.subject {
        Subject::List(_) => (Vec::new(), Vec::new()),
        Subject::Values(values) => (
            values
                .columns
                .iter()
                .map(|column| empty_column(column, values))
                .collect(),
            vec![Row {
                level: Level::Group,
                cells: values.columns.iter().map(|_| empty_cell()).collect(),
            }],
        ),
    };
    Answer {
        query: query.text.clone(),
        context: context.clone(),
        period: None,
        columns,
        rows,
        excluded: Vec::new(),
        notes: vec![reason.to_owned()],
    }
}

fn empty_column(column: &ValueColumn, of: &ValuesQuery) -> AnswerColumn {
    AnswerColumn {
        name: column.name.clone(),
        title: column.title.clone(),
        role: ColumnRole::Value(AnswerValueColumn {
            unit: column.display,
            kind: column.kind,
            direction: column.direction,
            with_target: of.versus_target,
            comparisons: of
                .versus
                .iter()
                .map(|with| ComparisonColumn {
                    as_percent: with.as_percent,
                })
                .collect(),
            with_share: of.with_share,
            is_windowed: of.window.is_some(),
            with_band: !column.bands.is_empty(),
            evidence: EvidenceColumn::default(),
        }),
        is_optional: false,
    }
}

fn empty_cell() -> Cell {
    Cell::Value(Box::new(Value {
        value: None,
        reason: Some("no data".to_string()),
        rows: 0,
        target: None,
        band: None,
        comparisons: Vec::new(),
        share: None,
        provisional: false,
        evidence: ValueEvidence::default(),
    }))
}
