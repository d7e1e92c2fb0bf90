//! The books balance (rule S6): what is open at the end of a period was open at its start or was
//! opened in it, and was not closed in it.

use super::scenes;
use crate::answers::flat::{Line, columns};
use crate::answers::pipeline;

/// Rows without a start, or that end before it, are never open, though their events count.
const IN_ORDER: &str = "found_at is present \
    and (closed_at is missing or findings.closed_at >= findings.found_at)";

#[test]
fn what_is_open_was_open_before_or_opened_and_not_closed() {
    for grain in ["day", "week", "month", "quarter"] {
        for by in ["", " by severity", " by team, environment"] {
            balances(grain, by);
        }
    }
}

fn balances(grain: &str, by: &str) {
    for scene in scenes(4, 3) {
        let text = format!(
            "count of findings open, count of findings found, count of findings closed{by} \
             over {grain} where {IN_ORDER} from 2025-12 to 2026-05"
        );
        let query = pipeline::query(&scene.definitions, &text);
        let dataset = pipeline::from_given(&scene.definitions, &scene.tables);
        let answers = pipeline::answers(&scene.definitions, &dataset, &[&query], scene.evaluation);
        let columns = columns(&answers[0]);
        let (open, opened, closed) = match &columns[..] {
            [open, opened, closed] => (open, opened, closed),
            // No group at all.
            _ => continue,
        };
        for place in 0..open.len() {
            let before = open[..place]
                .iter()
                .rev()
                .find(|line| line.group == open[place].group);
            let values = (
                before.and_then(|line| line.value),
                value(opened, place),
                value(closed, place),
                value(open, place),
            );
            if let (Some(before), Some(opened), Some(closed), Some(open)) = values {
                assert_eq!(before + opened - closed, open, "{text}\n{}", scene.words());
            }
        }
    }
}

fn value(lines: &[Line], place: usize) -> Option<f64> {
    lines[place].value
}
