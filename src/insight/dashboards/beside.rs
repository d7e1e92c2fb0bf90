//! What a card asks beside its own query: the months before, what is known of its rows, what a verdict rests on.

use super::{CardToAnswer, DraftCard, books};
use crate::base::types::{DisplayUnit, FieldType, Grain, Unit};
use crate::exec::query_context::MakePlans;
use crate::insight::attribution;
use crate::lang::functions;
use crate::lang::model::{
    CardKind, Condition, Definitions, Dimension, FieldId, Formula, Measure, Period, Query, Subject,
    ValueColumn, ValuesQuery,
};

/// Months of history on a number card.
const HISTORY: u32 = 12;
/// The field that says whether somebody confirmed that a finding is real.
const VALIDATION: &str = "validation";

/// What a query is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// The card itself.
    Answer,
    /// The value over the months before.
    History,
    /// How many rows the number is about, and how many of them are validated.
    Validated,
    /// How many of them are in scope.
    InScope,
    /// The groups of a verdict's subject.
    Groups,
    /// A verdict's subject over what was in scope in every period.
    ConstantScope,
    /// The groups of a number by the dimension of the verdict at a place.
    GroupsOfVerdict(usize),
    /// What went into a stock and out of it.
    Books,
}

/// A query of a card.
pub(super) struct AskedQuery {
    /// The place of the card.
    pub card: usize,
    pub purpose: Purpose,
    pub query: Query,
}

impl Purpose {
    /// What is computed in place of the answer to the query.
    pub fn plans(self) -> Option<MakePlans> {
        match self {
            Purpose::Books => Some(attribution::plans_from_first_to_last),
            Purpose::Answer
            | Purpose::History
            | Purpose::Validated
            | Purpose::InScope
            | Purpose::Groups
            | Purpose::ConstantScope
            | Purpose::GroupsOfVerdict(_) => None,
        }
    }
}

/// All queries of a card among the others, its own first.
pub(super) fn queries(
    definitions: &Definitions,
    place: usize,
    cards: &[CardToAnswer],
) -> Vec<AskedQuery> {
    let CardToAnswer {
        board,
        draft: card,
        with_known,
    } = cards[place];
    let mut asked = vec![(Purpose::Answer, answer(card))];
    let mut also = |purpose, query: Option<Query>| {
        asked.extend(query.map(|query| (purpose, query)));
    };
    match card.kind {
        CardKind::Number => {
            also(Purpose::History, history(&card.query));
            if with_known {
                also(Purpose::Validated, validated(definitions, &card.query));
                also(Purpose::InScope, in_scope(definitions, &card.query));
            }
            for (place, verdict) in cards.iter().enumerate() {
                let is_of_board = verdict.board == board && verdict.draft.kind == CardKind::Verdict;
                if let (true, Some(dimension)) =
                    (is_of_board, first_dimension(&verdict.draft.query))
                {
                    let query = missed_groups(&card.query, dimension);
                    also(Purpose::GroupsOfVerdict(place), query);
                }
            }
        }
        CardKind::Verdict => {
            also(Purpose::Groups, groups(&card.query));
            also(
                Purpose::ConstantScope,
                constant_scope(definitions, &card.query),
            );
        }
        CardKind::Line | CardKind::Area => also(Purpose::Books, books::query(card)),
        CardKind::Matrix | CardKind::Table | CardKind::List => {}
    }
    let asked = asked.into_iter();
    asked
        .map(|(purpose, query)| AskedQuery {
            card: place,
            purpose,
            query,
        })
        .collect()
}

fn first_dimension(query: &Query) -> Option<&Dimension> {
    match &query.subject {
        Subject::Values(values) => values.by.first(),
        Subject::List(_) => None,
    }
}

/// The groups of a count with a target by a dimension that all its tables have.
fn missed_groups(query: &Query, dimension: &Dimension) -> Option<Query> {
    let mut query = query.clone();
    let values = values_of(&mut query)?;
    let column = values.columns.first()?;
    let measures = column.formula.measures();
    let mut tables = measures.iter().map(|measure| measure.population.table);
    let is_count = column.display == DisplayUnit::Count;
    if !values.versus_target || !is_count || !tables.all(|table| dimension.key(table).is_some()) {
        return None;
    }
    values.ungroup();
    values.versus.clear();
    values.by = vec![dimension.clone()];
    Some(query)
}

/// A verdict is of the whole, with targets; its groups are asked for beside it.
fn answer(card: &DraftCard) -> Query {
    let mut query = card.query.clone();
    if card.kind == CardKind::Verdict
        && let Subject::Values(values) = &mut query.subject
    {
        values.ungroup();
        values.versus.clear();
        values.versus_target = true;
    }
    query
}

/// The query of a number card over the months before as-of.
fn history(query: &Query) -> Option<Query> {
    let mut query = query.clone();
    query.period = Some(Period::Last(HISTORY, Grain::Month));
    let values = values_of(&mut query)?;
    values.over = Some(Grain::Month);
    values.versus.clear();
    let versus_target = values.versus_target;
    values.ungroup();
    values.versus_target = versus_target;
    Some(query)
}

fn groups(query: &Query) -> Option<Query> {
    let mut query = query.clone();
    let values = values_of(&mut query)?;
    let by = std::mem::take(&mut values.by);
    values.ungroup();
    values.versus.clear();
    values.columns.truncate(1);
    values.by = by;
    (!values.by.is_empty()).then_some(query)
}

fn constant_scope(definitions: &Definitions, query: &Query) -> Option<Query> {
    let mut query = query.clone();
    let values = values_of(&mut query)?;
    values.ungroup();
    values.versus.clear();
    values.columns.truncate(1);
    let measures = values.columns.first()?.formula.measures();
    let mut tables = measures.iter().map(|measure| measure.population.table);
    if values.on_constant_scope || !tables.all(|table| definitions.scope_of(table).is_some()) {
        return None;
    }
    values.on_constant_scope = true;
    Some(query)
}

/// A count of the rows behind a number, and one of those that are validated.
fn validated(definitions: &Definitions, query: &Query) -> Option<Query> {
    let table = measured(query)?.population.table;
    let field = FieldId {
        table,
        field: definitions.table(table).field_named(VALIDATION)?,
    };
    let FieldType::Scale(scale) = &definitions.field(field).field_type else {
        return None;
    };
    let highest = u8::try_from(scale.values.len().checked_sub(1)?).ok()?;
    let test = Condition::Codes {
        field,
        allowed: [highest].into(),
    };
    counting(query, &[None, Some(test)])
}

/// A count of the rows behind a number that are in scope at the end of its period; none of what is a scope itself.
fn in_scope(definitions: &Definitions, query: &Query) -> Option<Query> {
    let table = measured(query)?.population.table;
    let (way, _) = definitions.scope_of(table)?;
    if way.is_empty() {
        return None;
    }
    let mut query = counting(query, &[None])?;
    values_of(&mut query)?.on_constant_scope = true;
    Some(query)
}

/// The first measure of the first column.
fn measured(query: &Query) -> Option<&Measure> {
    let Subject::Values(values) = &query.subject else {
        return None;
    };
    values.columns.first()?.formula.measures().first().copied()
}

/// Counts of the rows of a query's first measure that pass tests.
fn counting(query: &Query, tests: &[Option<Condition>]) -> Option<Query> {
    let measure = measured(query)?.clone();
    let mut query = query.clone();
    let values = values_of(&mut query)?;
    let moment = values.columns.first()?.moment;
    let column = |(place, test): (usize, &Option<Condition>)| {
        let mut measure = Measure {
            function: functions::find("count")
                .expect("a function of the language")
                .0,
            parameter: None,
            value: None,
            with: None,
            unit: Unit::Count,
            ..measure.clone()
        };
        if let Some(test) = test {
            let population = &mut measure.population;
            population.filter = Some(match population.filter.take() {
                Some(filter) => Condition::All(vec![filter, test.clone()]),
                None => test.clone(),
            });
        }
        let kind = measure.kind();
        ValueColumn {
            name: format!("rows_{place}"),
            title: "rows".to_owned(),
            kpi: None,
            formula: Formula::Measure(Box::new(measure)),
            unit: Unit::Count,
            display: DisplayUnit::Count,
            kind,
            moment,
            direction: None,
            targets: Vec::new(),
            bands: Vec::new(),
            fewest_rows: None,
            restrictions: Vec::new(),
        }
    };
    let columns: Vec<ValueColumn> = tests.iter().enumerate().map(column).collect();
    values.ungroup();
    values.versus.clear();
    values.over = None;
    values.columns = columns;
    Some(query)
}

fn values_of(query: &mut Query) -> Option<&mut ValuesQuery> {
    match &mut query.subject {
        Subject::Values(values) => Some(values),
        Subject::List(_) => None,
    }
}
