//! What is known of the rows behind a number card: how many are validated, how many are in scope of scans.

use crate::exec::answer::{Answer, Cell, KnownShare};

/// Shares of the rows, from the counts that `beside` asks for.
pub(super) fn shares(validated: Option<&Answer>, in_scope: Option<&Answer>) -> Vec<KnownShare> {
    let validated = validated.map(counts).unwrap_or_default();
    let in_scope = in_scope.map(counts).unwrap_or_default();
    let all = validated.first().copied();
    let share = |what: &str, part: Option<f64>| {
        let (all, part) = (all?, part?);
        Some(KnownShare {
            what: what.to_owned(),
            share: (all > 0.0).then(|| part / all),
            rows: all as u64,
        })
    };
    let shares = [
        share("validated", validated.get(1).copied()),
        share("in scope of scans", in_scope.first().copied()),
    ];
    shares.into_iter().flatten().collect()
}

/// The numbers of the only row.
fn counts(answer: &Answer) -> Vec<f64> {
    let cells = answer.rows.first().map(|row| row.cells.as_slice());
    let values = cells
        .unwrap_or_default()
        .iter()
        .filter_map(|cell| match cell {
            Cell::Value(value) => Some(value.value.unwrap_or(0.0)),
            Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
        });
    values.collect()
}
