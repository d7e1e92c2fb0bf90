//! Queries in layers → a board of cards: the scorecard and the dashboards.
//!
//! Takes definitions and the query_context to ask on; gives a [`Board`]. Prints nothing.

mod beside;
mod books;
mod cards;
mod dashboard;
mod formulas;
mod known;
mod narrowed;
mod next_steps;
mod reweighted;
mod scorecard;
mod verdict_card;

pub use dashboard::dashboard;
pub use narrowed::{BoardFilter, narrowed, values};
pub use scorecard::scorecard;

use self::beside::{AskedQuery, Purpose};
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::exec::answer::{Answer, Board, BoardCard, BoardLayer, Context};
use crate::exec::query_context::{
    self, AbsentValue, PlannedQuery, QueryContext, QueryReplies, QueryReply,
};
use crate::insight::lineage::LineageGraph;
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

/// Boards in the order of their drafts, and texts that their queries compare with and no row has.
pub struct AnsweredBoards {
    pub boards: Vec<Board>,
    pub absent: Vec<AbsentValue>,
}

/// Answers all cards of a board, as [`boards`] does.
///
/// # Errors
///
/// Those of [`boards`].
pub fn board(
    query_context: &QueryContext,
    draft: DashboardDraft,
) -> Result<AnsweredBoard, Problems> {
    let mut answered = boards(query_context, vec![draft])?;
    Ok(AnsweredBoard {
        board: answered.boards.remove(0),
        absent: answered.absent,
    })
}

/// Answers all cards of some boards over one reading of the data; where weights of scores have changed, verdicts ask a second time. A card
/// whose table has no file, or whose column the file lacks, says so and shows no data.
///
/// # Errors
///
/// That no card can be answered; what is wrong with the data otherwise.
pub fn boards(
    query_context: &QueryContext,
    drafts: Vec<DashboardDraft>,
) -> Result<AnsweredBoards, Problems> {
    let mut drafts = drafts;
    let layers = drafts.iter_mut().flat_map(|draft| &mut draft.layers);
    let all = layers.flat_map(|layer| &mut layer.cards);
    all.for_each(mark_few_rows);
    let cards: Vec<CardToAnswer> = drafts.iter().enumerate().flat_map(cards_of).collect();
    let lacking = |card: &CardToAnswer| -> Result<Option<String>, Problems> {
        let tables = query_context.lacking(&card.draft.query)?.join(", ");
        Ok((!tables.is_empty()).then(|| format!("{NO_FILE}{tables}")))
    };
    let mut reasons: Vec<Option<String>> = cards.iter().map(lacking).collect::<Result<_, _>>()?;
    if reasons.iter().all(Option::is_some) {
        return Err(nothing_to_show(&reasons).into());
    }
    let answered = match answers(query_context, &cards, &reasons) {
        Err(problems) if query_context::is_of_columns(&problems) => {
            for (card, reason) in cards.iter().zip(&mut reasons) {
                if reason.is_none() {
                    *reason = query_context.lacking_columns(&card.draft.query)?;
                }
            }
            if reasons.iter().all(Option::is_some) {
                return Err(problems);
            }
            answers(query_context, &cards, &reasons)?
        }
        answered => answered?,
    };
    let notes = |board: usize| {
        let own = cards.iter().zip(&reasons);
        let own = own.filter(|(card, _)| card.board == board);
        let own = own.map(|(card, reason)| (card.draft.title.as_str(), reason.as_ref()));
        notes(&own.collect::<Vec<_>>(), answered.notes.clone())
    };
    let notes: Vec<Vec<String>> = (0..drafts.len()).map(notes).collect();
    let mut cards = answered.cards.into_iter();
    let boards = drafts.into_iter().zip(notes).map(|(draft, notes)| {
        let own = draft.layers.iter().map(|layer| layer.cards.len()).sum();
        let own = cards.by_ref().take(own).collect();
        assemble(draft, own, answered.context.clone(), notes)
    });
    Ok(AnsweredBoards {
        boards: boards.collect(),
        absent: answered.absent,
    })
}

/// A card, and what its queries depend on.
#[derive(Clone, Copy)]
struct CardToAnswer<'a> {
    /// The place of its board.
    board: usize,
    draft: &'a DraftCard,
    with_known: bool,
}

fn cards_of((board, draft): (usize, &DashboardDraft)) -> impl Iterator<Item = CardToAnswer<'_>> {
    let cards = draft.layers.iter().flat_map(|layer| &layer.cards);
    cards.map(move |card| CardToAnswer {
        board,
        draft: card,
        with_known: draft.with_known,
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
    cards: &[CardToAnswer],
    reasons: &[Option<String>],
) -> Result<AnsweredCards, Problems> {
    let mut asked = asked(query_context, cards, reasons)?;
    let answered = match answer_all(query_context, &asked) {
        Err(problems) if query_context::is_of_columns(&problems) => {
            leave_out_lacking(query_context, &mut asked)?;
            answer_all(query_context, &asked)?
        }
        answered => answered?,
    };
    let found = FoundAnswers {
        asked,
        replies: answered.replies,
    };
    let context = found.replies[0].answers[0].context.clone();
    let lineage = LineageGraph::new(query_context.definitions);
    let mut shown = Vec::with_capacity(cards.len());
    for (place, card) in cards.iter().enumerate() {
        shown.push(match reasons[place].as_deref() {
            None => {
                let formulas = formulas::formulas(query_context, &lineage, &card.draft.query);
                cards::filled(
                    query_context.definitions,
                    (card.draft, place),
                    &found,
                    formulas,
                )?
            }
            Some(reason) => cards::empty(card.draft, &context, reason),
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

fn answer_all(
    query_context: &QueryContext,
    asked: &[AskedQuery],
) -> Result<QueryReplies, Problems> {
    let planned = asked.iter().map(|asked| PlannedQuery {
        query: &asked.query,
        plans: asked.purpose.plans(),
    });
    query_context.replies(&planned.collect::<Vec<_>>())
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
    cards: &[CardToAnswer],
    reasons: &[Option<String>],
) -> Result<Vec<AskedQuery>, Problems> {
    let definitions = query_context.definitions;
    let mut asked = Vec::new();
    for (place, reason) in reasons.iter().enumerate() {
        if reason.is_some() {
            continue;
        }
        for each in beside::queries(definitions, place, cards) {
            let is_own = each.purpose == Purpose::Answer;
            if is_own || query_context.lacking(&each.query)?.is_empty() {
                asked.push(each);
            }
        }
    }
    Ok(asked)
}

/// What the queries of the cards were answered.
struct FoundAnswers {
    asked: Vec<AskedQuery>,
    replies: Vec<QueryReply>,
}

impl FoundAnswers {
    fn query(&self, card: usize, purpose: Purpose) -> Option<&Query> {
        Some(&self.asked[self.place(card, purpose)?].query)
    }

    fn of(&self, card: usize, purpose: Purpose) -> Option<&Answer> {
        self.reply(card, purpose)?.answers.first()
    }

    fn reply(&self, card: usize, purpose: Purpose) -> Option<&QueryReply> {
        Some(&self.replies[self.place(card, purpose)?])
    }

    /// Queries stand in the order of their cards.
    fn place(&self, card: usize, purpose: Purpose) -> Option<usize> {
        let first = self.asked.partition_point(|asked| asked.card < card);
        let own = self.asked[first..].iter();
        let mut own = own.take_while(|asked| asked.card == card);
        let place = own.position(|asked| asked.purpose == purpose)?;
        Some(first + place)
    }
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

/// What is to be said of a board: the titles of its cards that show no data, by their reasons, and what there is to know of the data.
fn notes(cards: &[(&str, Option<&String>)], of_data: Vec<String>) -> Vec<String> {
    let mut notes = Vec::new();
    let mut different: Vec<&String> = cards.iter().filter_map(|(_, reason)| *reason).collect();
    different.sort();
    different.dedup();
    for reason in different {
        let without = cards.iter().filter(|(_, own)| *own == Some(reason));
        let without: Vec<&str> = without.map(|(title, _)| *title).collect();
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
