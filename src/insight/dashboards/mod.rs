//! Queries in layers → a board of cards: the scorecard and the dashboards.
//!
//! Takes definitions and the query_context to ask on; gives a [`Board`]. Prints nothing.

mod beside;
mod books;
mod dashboard;
mod formulas;
mod known;
mod narrowed;
mod next_steps;
mod scorecard;
mod verdict_card;

pub use dashboard::dashboard;
pub use narrowed::{BoardFilter, narrowed, values};
pub use scorecard::scorecard;

use self::beside::{AskedQuery, Purpose};
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Board, BoardCard, BoardLayer, Cell, ColumnRole,
    ComparisonColumn, Context, EvidenceColumn, HistoryPoint, Level, Row, Value, ValueEvidence,
};
use crate::exec::query_context::{self, AbsentValue, Answered, QueryContext};
use crate::insight::verdict;
use crate::lang::model::{CardKind, Query, Subject};

/// Values on boards of fewer rows are marked, unless a KPI or card says otherwise (rule S59).
const FEWEST_ROWS: u64 = 5;

/// A board before its queries are answered.
#[derive(Clone)]
pub struct DashboardDraft {
    pub name: String,
    pub title: String,
    pub layers: Vec<DraftLayer>,
    /// Whether number cards tell what is known of their rows.
    pub with_known: bool,
}

impl DashboardDraft {
    /// The board with one of its layers alone.
    ///
    /// # Errors
    ///
    /// K940: it has no layer of this name.
    pub fn with_layer(self, name: &str) -> Result<DashboardDraft, Diagnostic> {
        let (chosen, others): (Vec<DraftLayer>, Vec<DraftLayer>) = self
            .layers
            .into_iter()
            .partition(|layer| layer.name == name);
        if !chosen.is_empty() {
            return Ok(DashboardDraft {
                layers: chosen,
                ..self
            });
        }
        let known = || others.iter().map(|layer| layer.name.as_str());
        let problem = Diagnostic::data("K940", format!("`{}` has no layer `{name}`", self.name));
        Err(match nearest(name, known()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!(
                "its layers: {}",
                known().collect::<Vec<_>>().join(", ")
            )),
        })
    }
}

#[derive(Clone)]
pub struct DraftLayer {
    pub name: String,
    pub title: String,
    pub cards: Vec<DraftCard>,
}

#[derive(Clone)]
pub struct DraftCard {
    pub kind: CardKind,
    pub title: String,
    pub query: Query,
    /// What to do about each row; names of columns stand in braces.
    pub next_step: Option<String>,
}

/// A board, and texts that its queries compare with and no row has.
pub struct AnsweredBoard {
    pub board: Board,
    pub absent: Vec<AbsentValue>,
}

/// Answers all cards over one reading of the data. A card whose table has no file, or whose column the
/// file lacks, says so and shows no data; that no card can be answered is an error.
pub fn board(
    query_context: &QueryContext,
    draft: DashboardDraft,
) -> Result<AnsweredBoard, Problems> {
    let mut draft = draft;
    let all = draft.layers.iter_mut().flat_map(|layer| &mut layer.cards);
    all.for_each(mark_few_rows);
    let cards: Vec<&DraftCard> = draft.layers.iter().flat_map(|layer| &layer.cards).collect();
    let lacking = |card: &&DraftCard| -> Result<Option<String>, Problems> {
        let tables = query_context.lacking(&card.query)?.join(", ");
        Ok((!tables.is_empty()).then(|| format!("{NO_FILE}{tables}")))
    };
    let mut reasons: Vec<Option<String>> = cards.iter().map(lacking).collect::<Result<_, _>>()?;
    if reasons.iter().all(Option::is_some) {
        return Err(nothing_to_show(&reasons).into());
    }
    let answered = match answers(query_context, &cards, &reasons, draft.with_known) {
        Err(problems) if query_context::is_of_columns(&problems) => {
            for (card, reason) in cards.iter().zip(&mut reasons) {
                if reason.is_none() {
                    *reason = query_context.lacking_columns(&card.query)?;
                }
            }
            if reasons.iter().all(Option::is_some) {
                return Err(problems);
            }
            answers(query_context, &cards, &reasons, draft.with_known)?
        }
        answered => answered?,
    };
    let notes = notes(&cards, &reasons, answered.notes);
    Ok(AnsweredBoard {
        board: assemble(draft, answered.cards, answered.context, notes),
        absent: answered.absent,
    })
}

/// Has values of few rows marked where nothing is said of that.
fn mark_few_rows(card: &mut DraftCard) {
    if let Subject::Values(values) = &mut card.query.subject {
        for column in &mut values.columns {
            let usual = column.formula.is_moved_by_chance().then_some(FEWEST_ROWS);
            column.fewest_rows = column.fewest_rows.or(usual);
        }
    }
}

/// How the reason of a card begins whose table has no file.
const NO_FILE: &str = "no file for ";

struct AnsweredCards {
    cards: Vec<BoardCard>,
    context: Context,
    notes: Vec<String>,
    absent: Vec<AbsentValue>,
}

/// Cards in their order; those with a reason against it show no data.
fn answers(
    query_context: &QueryContext,
    cards: &[&DraftCard],
    reasons: &[Option<String>],
    with_known: bool,
) -> Result<AnsweredCards, Problems> {
    let mut asked = asked(query_context, cards, reasons, with_known)?;
    let answered = match answer_all(query_context, &asked) {
        Err(problems) if query_context::is_of_columns(&problems) => {
            leave_out_lacking(query_context, &mut asked)?;
            answer_all(query_context, &asked)?
        }
        answered => answered?,
    };
    let context = answered.answers[0].context.clone();
    let found = FoundAnswers {
        asked: &asked,
        answers: &answered.answers,
    };
    let mut shown = Vec::with_capacity(cards.len());
    for (place, card) in cards.iter().enumerate() {
        shown.push(match reasons[place].as_deref() {
            None => filled_card(query_context, card, place, &found)?,
            Some(reason) => empty_card(card, &context, reason),
        });
    }
    verdict_card::add_verdicts(query_context, cards, &found, &mut shown)?;
    Ok(AnsweredCards {
        cards: shown,
        context,
        notes: answered.notes,
        absent: answered.absent,
    })
}

fn answer_all(query_context: &QueryContext, asked: &[AskedQuery]) -> Result<Answered, Problems> {
    let queries: Vec<&Query> = asked.iter().map(|each| &each.query).collect();
    query_context.answers(&queries)
}

/// Leaves out what stands beside cards and reads columns that files lack: the cards themselves may do without.
fn leave_out_lacking(
    query_context: &QueryContext,
    asked: &mut Vec<AskedQuery>,
) -> Result<(), Problems> {
    for each in std::mem::take(asked) {
        let is_own = each.purpose == Purpose::Answer;
        if is_own || query_context.lacking_columns(&each.query)?.is_none() {
            asked.push(each);
        }
    }
    Ok(())
}

/// The queries of all cards that can be answered; of what stands beside a card only what the files can answer.
fn asked(
    query_context: &QueryContext,
    cards: &[&DraftCard],
    reasons: &[Option<String>],
    with_known: bool,
) -> Result<Vec<AskedQuery>, Problems> {
    let definitions = query_context.definitions;
    let mut asked = Vec::new();
    for (place, card) in cards.iter().enumerate() {
        if reasons[place].is_some() {
            continue;
        }
        for each in beside::queries(definitions, place, card, with_known) {
            let is_own = each.purpose == Purpose::Answer;
            if is_own || query_context.lacking(&each.query)?.is_empty() {
                asked.push(each);
            }
        }
    }
    Ok(asked)
}

/// What the queries of the cards were answered.
struct FoundAnswers<'a> {
    asked: &'a [AskedQuery],
    answers: &'a [Answer],
}

impl FoundAnswers<'_> {
    fn query(&self, card: usize, purpose: Purpose) -> Option<&Query> {
        let mut all = self.asked.iter();
        let asked = all.find(|asked| asked.card == card && asked.purpose == purpose)?;
        Some(&asked.query)
    }

    fn of(&self, card: usize, purpose: Purpose) -> Option<&Answer> {
        let mut all = self.asked.iter().zip(self.answers);
        let (_, answer) = all.find(|(asked, _)| asked.card == card && asked.purpose == purpose)?;
        Some(answer)
    }
}

fn filled_card(
    query_context: &QueryContext,
    card: &DraftCard,
    place: usize,
    found: &FoundAnswers,
) -> Result<BoardCard, Problems> {
    let answer = found.of(place, Purpose::Answer);
    let answer = with_rows(answer.expect("one answer a card").clone());
    let history = found.of(place, Purpose::History);
    Ok(BoardCard {
        kind: card.kind,
        title: card.title.clone(),
        history: history.map(history_points).unwrap_or_default(),
        formulas: formulas::formulas(query_context, &card.query),
        known: known::shares(
            found.of(place, Purpose::Validated),
            found.of(place, Purpose::InScope),
        ),
        books: books::books(query_context, card, &answer)?,
        next_steps: next_steps::next_steps(card.next_step.as_deref(), &answer),
        verdict: None,
        answer,
    })
}

fn empty_card(card: &DraftCard, context: &Context, reason: &str) -> BoardCard {
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

fn notes(cards: &[&DraftCard], reasons: &[Option<String>], of_data: Vec<String>) -> Vec<String> {
    let mut notes = Vec::new();
    let mut different: Vec<&String> = reasons.iter().flatten().collect();
    different.sort();
    different.dedup();
    for reason in different {
        let without: Vec<&str> = cards
            .iter()
            .zip(reasons)
            .filter(|(_, own)| own.as_ref() == Some(reason))
            .map(|(card, _)| card.title.as_str())
            .collect();
        notes.push(format!("{reason}, so no data for: {}", without.join("; ")));
    }
    notes.extend(of_data);
    notes
}

fn nothing_to_show(reasons: &[Option<String>]) -> Diagnostic {
    let mut tables: Vec<&str> = reasons
        .iter()
        .flatten()
        .filter_map(|reason| reason.strip_prefix(NO_FILE))
        .flat_map(|tables| tables.split(", "))
        .collect();
    tables.sort_unstable();
    tables.dedup();
    Diagnostic::data("D903", "the data has none of the tables asked for")
        .help(format!("a file is needed for: {}", tables.join(", ")))
        .help("name one: --table findings=export.csv")
}
