//! What verdicts are of with the weights of today in every period: asked a second time, with other definitions.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::beside::Purpose;
use super::verdict_card::points;
use super::{CardToAnswer, FoundAnswers};
use crate::base::calendar;
use crate::base::diagnostic::Problems;
use crate::base::instants;
use crate::exec::answer::Answer;
use crate::exec::query_context::QueryContext;
use crate::insight::verdict::ReweightedSeries;
use crate::lang::model::{Definitions, Query, Subject};

/// A verdict's subject with the weights of today, and what is asked beside it.
pub(super) struct Reweighted {
    pub series: ReweightedSeries,
    pub groups: Option<Answer>,
    pub scope: Option<Answer>,
}

/// Those of the verdicts at some places, by place, where weights have changed. Verdicts of one evaluation time are asked together.
pub(super) fn all(
    query_context: &QueryContext,
    places: &[usize],
    drafts: &[CardToAnswer],
    found: &FoundAnswers,
) -> Result<BTreeMap<usize, Reweighted>, Problems> {
    let mut by_as_of: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for place in places {
        if let Some(reply) = found.reply(*place, Purpose::Answer) {
            let as_of = reply.evaluation.as_of.instant;
            by_as_of.entry(as_of).or_default().push(*place);
        }
    }
    let mut all = BTreeMap::new();
    for (as_of, places) in by_as_of {
        if let Some(weights) = with_weights_of(query_context.definitions, as_of) {
            all.extend(reweighted(query_context, weights, &places, drafts, found)?);
        }
    }
    Ok(all)
}

fn reweighted(
    query_context: &QueryContext,
    (changed, since): (Definitions, i64),
    places: &[usize],
    drafts: &[CardToAnswer],
    found: &FoundAnswers,
) -> Result<Vec<(usize, Reweighted)>, Problems> {
    let context = QueryContext {
        definitions: &changed,
        sources: query_context.sources,
        tables: Rc::clone(&query_context.tables),
        as_of: query_context.as_of.clone(),
        known_on: query_context.known_on.clone(),
        watermark: query_context.watermark,
    };
    let subject = |place: &usize| first_column(&drafts[*place].draft.query);
    let subjects: Vec<Query> = places.iter().map(subject).collect();
    let groups = |place: usize| found.query(place, Purpose::Groups);
    let scope = |place: usize| found.query(place, Purpose::ConstantScope);
    let queries = places.iter().zip(&subjects);
    let queries = queries.flat_map(|(place, subject)| {
        [Some(subject), groups(*place), scope(*place)]
            .into_iter()
            .flatten()
    });
    let mut answers = context
        .answers(&queries.collect::<Vec<_>>())?
        .answers
        .into_iter();
    let day = calendar::local_day(&changed.calendar, since);
    let since = day.map_or_else(|| instants::rfc3339(since), |day| day.to_string());
    let of_place = |place: &usize| {
        let subject = answers.next().expect("an answer a query");
        let reweighted = Reweighted {
            series: ReweightedSeries {
                points: points(&subject, 0),
                since: since.clone(),
            },
            groups: groups(*place).and_then(|_| answers.next()),
            scope: scope(*place).and_then(|_| answers.next()),
        };
        (*place, reweighted)
    };
    Ok(places.iter().map(of_place).collect())
}

/// The query of a verdict's subject alone.
fn first_column(query: &Query) -> Query {
    let mut query = query.clone();
    if let Subject::Values(values) = &mut query.subject {
        values.ungroup();
        values.versus.clear();
        values.columns.truncate(1);
    }
    query
}

/// Definitions whose scores have one version each, that of an instant, and since when the youngest of these holds. `None` where no
/// score had another version before.
fn with_weights_of(definitions: &Definitions, as_of: i64) -> Option<(Definitions, i64)> {
    let mut changed = definitions.clone();
    let mut youngest: Option<i64> = None;
    for score in &mut changed.scores {
        let is_in_force = |since: Option<i64>| since.is_none_or(|since| since < as_of);
        let Some(place) = score
            .versions
            .iter()
            .rposition(|version| is_in_force(version.since))
        else {
            continue;
        };
        let mut version = score.versions[place].clone();
        if place > 0 {
            youngest = youngest.max(version.since);
        }
        version.since = None;
        score.versions = vec![version];
    }
    Some((changed, youngest?))
}
