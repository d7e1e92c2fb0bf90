//! Queries in layers → a board of cards: the scorecard and the dashboards.
//!
//! Takes definitions and the query_context to ask on; gives a [`Board`]. Prints nothing.

mod dashboard;
mod scorecard;

pub use dashboard::dashboard;
pub use scorecard::scorecard;

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Grain;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Board, BoardCard, BoardLayer, Cell, ColumnRole,
    ComparisonColumn, Context, Level, Row, Value,
};
use crate::exec::query_context::QueryContext;
use crate::lang::model::{CardKind, Period, Query, Subject};

/// Months of history on a number card.
const HISTORY: u32 = 12;

/// A board before its queries are answered.
pub struct DashboardDraft {
    pub name: String,
    pub title: String,
    pub layers: Vec<DraftLayer>,
}

pub struct DraftLayer {
    pub name: String,
    pub title: String,
    pub cards: Vec<DraftCard>,
}

pub struct DraftCard {
    pub kind: CardKind,
    pub title: String,
    pub query: Query,
}

/// Answers all cards over one reading of the data. A card whose table has no file says so and shows
/// no data; that no card can be answered is an error.
pub fn board(query_context: &QueryContext, draft: DashboardDraft) -> Result<Board, Problems> {
    let cards: Vec<&DraftCard> = draft.layers.iter().flat_map(|layer| &layer.cards).collect();
    let lacking: Vec<String> = cards
        .iter()
        .map(|card| Ok(query_context.lacking(&card.query)?.join(", ")))
        .collect::<Result<_, Problems>>()?;
    let histories: Vec<Option<Query>> = cards.iter().map(|card| history(card)).collect();
    let answerable = || (0..cards.len()).filter(|index| lacking[*index].is_empty());
    let mut queries: Vec<&Query> = answerable().map(|index| &cards[index].query).collect();
    queries.extend(answerable().filter_map(|index| histories[index].as_ref()));
    if queries.is_empty() {
        return Err(nothing_to_show(&lacking).into());
    }
    let answered = query_context.answers(&queries)?;
    let context = answered.answers[0].context.clone();
    let (values, past) = answered.answers.split_at(answerable().count());
    let mut values = values.iter().cloned();
    let mut past = past.iter();
    let mut shown = Vec::with_capacity(cards.len());
    for (index, card) in cards.iter().enumerate() {
        let present = lacking[index].is_empty();
        shown.push(BoardCard {
            kind: card.kind,
            title: card.title.clone(),
            answer: if present {
                values.next().expect("one answer a card")
            } else {
                no_data(&card.query, &context, &lacking[index])
            },
            history: match &histories[index] {
                Some(_) if present => line_of(past.next().expect("one answer a history")),
                Some(_) | None => Vec::new(),
            },
        });
    }
    let notes = notes(&cards, &lacking, answered.notes);
    Ok(assemble(draft, shown, context, notes))
}

fn assemble(
    draft: DashboardDraft,
    cards: Vec<BoardCard>,
    context: Context,
    notes: Vec<String>,
) -> Board {
    let mut cards = cards.into_iter();
    let layers = draft
        .layers
        .into_iter()
        .map(|layer| BoardLayer {
            cards: cards.by_ref().take(layer.cards.len()).collect(),
            name: layer.name,
            title: layer.title,
        })
        .collect();
    Board {
        name: draft.name,
        title: draft.title,
        context,
        layers,
        notes,
    }
}

/// The query of a number card over the months before as-of.
fn history(card: &DraftCard) -> Option<Query> {
    if card.kind != CardKind::Number {
        return None;
    }
    let mut query = card.query.clone();
    query.period = Some(Period::Last(HISTORY, Grain::Month));
    match &mut query.subject {
        Subject::List(_) => None,
        Subject::Values(values) => {
            values.over = Some(Grain::Month);
            values.versus.clear();
            values.ungroup();
            Some(query)
        }
    }
}

fn line_of(answer: &Answer) -> Vec<Option<f64>> {
    let value = |cell: &Cell| match cell {
        Cell::Value(value) => Some(value.value),
        Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
    };
    answer
        .rows
        .iter()
        .filter_map(|row| row.cells.iter().find_map(value))
        .collect()
}

/// What a card shows whose table has no file.
fn no_data(query: &Query, context: &Context, lacking: &str) -> Answer {
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
        columns,
        rows,
        excluded: Vec::new(),
        notes: vec![format!("no file for {lacking}")],
    }
}

fn empty_column(
    column: &crate::lang::model::ValueColumn,
    of: &crate::lang::model::ValuesQuery,
) -> AnswerColumn {
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
        }),
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
    }))
}

fn notes(cards: &[&DraftCard], lacking: &[String], of_data: Vec<String>) -> Vec<String> {
    let mut notes = Vec::new();
    let mut tables: Vec<&String> = lacking.iter().filter(|tables| !tables.is_empty()).collect();
    tables.sort();
    tables.dedup();
    for table in tables {
        let without: Vec<&str> = cards
            .iter()
            .zip(lacking)
            .filter(|(_, lacking)| *lacking == table)
            .map(|(card, _)| card.title.as_str())
            .collect();
        notes.push(format!(
            "no file for {table}, so no data for: {}",
            without.join("; ")
        ));
    }
    notes.extend(of_data);
    notes
}

fn nothing_to_show(lacking: &[String]) -> Diagnostic {
    let mut tables: Vec<&str> = lacking
        .iter()
        .flat_map(|tables| tables.split(", "))
        .collect();
    tables.sort_unstable();
    tables.dedup();
    Diagnostic::data("D903", "the data has none of the tables asked for")
        .help(format!("a file is needed for: {}", tables.join(", ")))
        .help("name one: --table findings=export.csv")
}
