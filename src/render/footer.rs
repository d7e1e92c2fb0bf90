//! What stands under an answer: the circumstances it holds in (rule S38), what was left out (rule
//! S19), and its notes.

use super::facts;
use super::flat;
use super::numbers::count;
use super::options::{RenderOptions, Style};
use super::text::{harmless, join_wrapped, paragraph};
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, ColumnRole, Context, CoveredPeriod, Level,
};
use crate::lang::model::Kind;

/// The footer of an answer, in dim lines that fit the look.
pub(super) fn answer(answer: &Answer, look: RenderOptions) -> String {
    let mut pieces = context(&answer.context);
    pieces.extend(period(answer));
    pieces.extend(rows_used(answer));
    pieces.extend(excluded(answer));
    lines(&pieces, look) + &notes(&answer.notes, look)
}

/// Pieces on as few dim lines as they fit.
pub(super) fn lines(pieces: &[String], look: RenderOptions) -> String {
    let pieces: Vec<String> = pieces.iter().map(|piece| harmless(piece, look)).collect();
    let lines = join_wrapped(&pieces, look.dot(), look.width);
    dim(&lines, look)
}

/// Every note on a line of its own.
pub(super) fn notes(notes: &[String], look: RenderOptions) -> String {
    notes
        .iter()
        .map(|note| dim(&paragraph(note, look), look))
        .collect()
}

fn dim(lines: &[String], look: RenderOptions) -> String {
    let dim = |line: &String| format!("{}\n", look.paint(line.trim_end(), Style::Dim));
    lines.iter().map(dim).collect()
}

/// `as of 2026-04-30`, `known on …`, the time zone.
pub(super) fn context(context: &Context) -> Vec<String> {
    let mut pieces = vec![format!("as of {}", context.as_of)];
    let known_on = context.known_on.iter().map(|on| format!("known on {on}"));
    pieces.extend(known_on);
    pieces.push(context.timezone.clone());
    pieces
}

/// `2026-Q2: 2026-04-01 to 2026-06-30`, unless the rows name their periods, or all time is meant.
pub(super) fn period(answer: &Answer) -> Option<String> {
    let is_period = |column: &AnswerColumn| matches!(column.role, ColumnRole::Period(_));
    let period = answer.period.as_ref()?;
    if answer.columns.iter().any(is_period) {
        return None;
    }
    let CoveredPeriod { label, from, to } = period;
    let from = from.as_ref().filter(|_| label != "all")?;
    Some(match label == to || *label == format!("{from} to {to}") {
        true => label.clone(),
        false => format!("{label}: {from} to {to}"),
    })
}

/// What else an answer says than its rows: for formats that hold nothing but rows.
pub(super) fn beside_rows(answer: &Answer) -> String {
    let mut pieces = context(&answer.context);
    pieces.extend(answer.period.iter().map(|period| match &period.from {
        Some(from) => format!("{}: {from} to {}", period.label, period.to),
        None => format!("everything up to {}", period.to),
    }));
    pieces.extend(rows_used(answer));
    pieces.extend(excluded(answer));
    let legend = facts::legend(answer, facts::Reasons::Beside);
    let look = RenderOptions::PIPE;
    lines(&pieces, look) + &notes(&legend, look) + &notes(&answer.notes, look)
}

/// `205 rows used`. Left out where adding up would count rows twice: several KPIs, or a state seen
/// at several instants.
pub(super) fn rows_used(answer: &Answer) -> Option<String> {
    let plural = |rows: u64| if rows == 1 { "" } else { "s" };
    if !flat::has_values(answer) {
        let rows = answer.rows.len() as u64;
        return Some(format!("{} row{}", count(rows), plural(rows)));
    }
    let rows = groups_rows(answer)?;
    Some(format!("{} row{} used", count(rows), plural(rows)))
}

fn groups_rows(answer: &Answer) -> Option<u64> {
    let mut values = values(answer);
    let (Some((index, column)), None) = (values.next(), values.next()) else {
        return None;
    };
    let has_periods = answer
        .columns
        .iter()
        .any(|column| matches!(column.role, ColumnRole::Period(_)));
    match column.kind {
        Kind::Flow if !column.is_windowed => {}
        Kind::Flow | Kind::Stock | Kind::Mixed => {
            if has_periods {
                return None;
            }
        }
    }
    let parts = answer.rows.iter().filter(|row| row.level != Level::Total);
    Some(
        parts
            .filter_map(|row| flat::value_at(row, index))
            .map(|value| value.rows)
            .sum(),
    )
}

/// `excluded: 3 false positive, 1 found_at missing`; with the KPIs' names if they differ.
pub(super) fn excluded(answer: &Answer) -> Option<String> {
    let list = &answer.excluded;
    let mut kpis: Vec<&str> = list.iter().map(|each| each.kpi.as_str()).collect();
    kpis.dedup();
    let reasons = |kpi: &str| {
        let own = list.iter().filter(|each| each.kpi == kpi);
        let reasons = own.map(|each| format!("{} {}", count(each.rows), each.reason));
        reasons.collect::<Vec<_>>().join(", ")
    };
    let first = reasons(kpis.first()?);
    let is_of_all = values(answer).count() <= kpis.len().max(1);
    if is_of_all && kpis.iter().all(|kpi| reasons(kpi) == first) {
        return Some(format!("excluded: {first}"));
    }
    let each = kpis.iter().map(|kpi| format!("{kpi} {}", reasons(kpi)));
    Some(format!("excluded: {}", each.collect::<Vec<_>>().join("; ")))
}

/// The value columns with their places.
fn values(answer: &Answer) -> impl Iterator<Item = (usize, &AnswerValueColumn)> {
    let columns = answer.columns.iter().enumerate();
    columns.filter_map(|(index, column)| match &column.role {
        ColumnRole::Value(value) => Some((index, value)),
        ColumnRole::Period(_) | ColumnRole::Dimension(_) | ColumnRole::Field(_) => None,
    })
}
