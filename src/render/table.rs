//! The terminal table: values in aligned columns, how they moved, and under what circumstances they
//! hold.

use super::cells;
use super::facts;
use super::footer;
use super::numbers::count;
use super::options::{RenderOptions, Style};
use super::text::paragraph;
use super::trend;
use super::verdicts;
use crate::exec::answer::Answer;

/// An answer as a table with its footer.
pub(super) fn answer(answer: &Answer, look: RenderOptions) -> String {
    format!("{}\n{}", body(answer, look), footer::answer(answer, look))
}

/// The table and its legend, without the footer.
pub(super) fn body(answer: &Answer, look: RenderOptions) -> String {
    if let Some(series) = series(answer, look) {
        return series;
    }
    let (grid, reasons) = cells::grid(answer, look);
    let mut text = grid.render(look);
    if answer.rows.is_empty() {
        text += &format!("{}\n", look.paint("no rows", Style::Dim));
    }
    for sentence in facts::legend(answer, reasons) {
        for line in paragraph(&sentence, look) {
            text += &format!("{}\n", look.paint(&line, Style::Dim));
        }
    }
    if let Some(verdicts) = verdicts::verdicts(answer, look) {
        text += &format!("\n{}", verdicts.render(look));
    }
    if let Some(trend) = trend::below_table(answer, look) {
        text += &format!("\n{}", trend.render(look));
    }
    text
}

/// A long answer over periods by groups, as one line for each series.
fn series(answer: &Answer, look: RenderOptions) -> Option<String> {
    let most = look.rows?;
    if answer.rows.len() <= most + 1 {
        return None;
    }
    let (grid, with_change) = trend::by_group(answer, look)?;
    let title = trend::shared_unit(answer);
    let shown = match with_change {
        true => "value in the latest period, change since the first, and course",
        false => "value in the latest period, and course",
    };
    let sentence = format!(
        "{shown}{title}; {}",
        look.way_to_all(&format!("all {} rows", count(answer.rows.len() as u64)))
    );
    let mut text = grid.render(look);
    for line in facts::legend(answer, facts::Reasons::Below)
        .iter()
        .chain([&sentence])
    {
        text += &footer::notes(std::slice::from_ref(line), look);
    }
    if let Some(verdicts) = verdicts::verdicts(answer, look) {
        text += &format!("\n{}", verdicts.render(look));
    }
    Some(text)
}
