//! What is told beside an answer of how its numbers came about: rows that are followed up to as-of (rule S41), groups that
//! are not shown (rules S24, S49).

use super::evaluate;
use crate::exec::compute::{Computed, ExecutionContext};
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
    let (all, hidden) = (passing.len(), passing.iter().filter(|passes| !**passes).count());
    match hidden {
        0 => None,
        hidden if hidden == all => Some(format!("none of {all} groups passes `having`")),
        hidden => Some(format!("{hidden} of {all} groups do not pass `having`")),
    }
}
