//! What is told beside an answer of how its numbers came about: rows that are followed up to as-of (rule S41), groups that
//! are not shown (rules S24, S49).

use std::collections::BTreeSet;

use super::dimensions::Dimensions;
use super::evaluate;
use crate::exec::compute::{Computed, DimensionValue, ExecutionContext};
use crate::lang::model::{Condition, ValueColumn};
use crate::plan::ValuesWork;
use crate::plan::relation::FollowUp;

/// A note for each column whose rows are followed up to as-of, with how many of them are not settled yet.
pub(super) fn follow_ups(
    context: ExecutionContext,
    work: &ValuesWork,
    computed: &Computed,
    place: usize,
) -> Vec<String> {
    let as_of = &context.evaluation.as_of.label;
    let mut notes: Vec<(Vec<&str>, String)> = Vec::new();
    for column in &work.columns {
        for measure in column.formula.measures() {
            let step = evaluate::step(work, column, measure);
            for follow_up in &computed.works[place].steps[step].lines[0].follow_ups {
                let note = format!("followed up to {as_of}{}", waiting(computed, follow_up));
                match notes.iter_mut().find(|(_, known)| *known == note) {
                    Some((columns, _)) if !columns.contains(&column.name.as_str()) => {
                        columns.push(&column.name);
                    }
                    Some(_) => {}
                    None => notes.push((vec![&column.name], note)),
                }
            }
        }
    }
    let is_of_all = |columns: &Vec<&str>| columns.len() == work.columns.len();
    notes
        .into_iter()
        .map(|(columns, note)| match is_of_all(&columns) {
            true => note,
            false => format!("{}: {note}", columns.join(", ")),
        })
        .collect()
}

/// `; 12 of 40 not yet verified`
fn waiting(computed: &Computed, follow_up: &FollowUp) -> String {
    let Some(waiting) = &follow_up.waiting else {
        return String::new();
    };
    let rows = computed.count(waiting.table, &waiting.column);
    let of = computed.count(waiting.table, &waiting.of);
    format!("; {rows} of {of} {}", waiting.words)
}

/// How many groups `having` shows in no period, if any. `passing` says of each whether it has a row.
pub(super) fn having(work: &ValuesWork, passing: &[bool]) -> Option<String> {
    if work.having.is_empty() || work.by.is_empty() {
        return None;
    }
    let (all, hidden) = (
        passing.len(),
        passing.iter().filter(|passes| !**passes).count(),
    );
    match hidden {
        0 => None,
        hidden if hidden == all => Some(format!("none of {all} groups passes `having`")),
        hidden => Some(format!("{hidden} of {all} groups do not pass `having`")),
    }
}

/// Groups named in a note at most.
const MOST_NAMED: usize = 5;

/// The values of a field of another table of which no row counts anywhere in the range (rule S24): a team without findings
/// has no row, and who reads the answer cannot know that it is there. Told of one dimension that the query does not narrow
/// itself; the values of a scale are known.
pub(super) fn groups_without_rows(
    context: ExecutionContext,
    work: &ValuesWork,
    computed: &Computed,
    (place, dimensions): (usize, &Dimensions),
) -> Option<String> {
    let [dimension] = work.by.as_slice() else {
        return None;
    };
    let name = &dimension.name;
    let narrows = |column: &ValueColumn| narrows(context, column, name);
    if work.empty.is_some() || work.columns.iter().any(narrows) {
        return None;
    }
    let mut all: BTreeSet<String> = BTreeSet::new();
    for step in &computed.works[place].steps {
        all.extend(computed.texts_of_parent(&step.lines[0], name)?);
    }
    for group in &dimensions.tuples {
        if let [DimensionValue::Text(text)] = group.as_slice() {
            all.remove(text);
        }
    }
    let named: Vec<&str> = all.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = match all.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!all.is_empty()).then(|| {
        format!(
            "no row for {name} {}{more}; `with empty` shows groups without rows",
            named.join(", ")
        )
    })
}

/// Whether a population of a column asks for values of a field of that name.
fn narrows(context: ExecutionContext, column: &ValueColumn, name: &str) -> bool {
    let measures = column.formula.measures().into_iter();
    let filters = measures.filter_map(|measure| measure.population.filter.as_ref());
    let mut tests = filters.flat_map(Condition::tests);
    tests.any(|test| {
        let field = match test {
            Condition::Codes { field, .. }
            | Condition::Texts { field, .. }
            | Condition::ContainsText { field, .. }
            | Condition::Number { field, .. }
            | Condition::Between { field, .. }
            | Condition::Present(field) => *field,
            _ => return false,
        };
        context.definitions.field(field).name == name
    })
}
