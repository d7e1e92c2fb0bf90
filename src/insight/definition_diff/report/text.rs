//! A comparison for people at a terminal.

use super::{DiffReport, sentences};
use crate::insight::definition_diff::numbers::DiffNumbers;
use crate::insight::lineage;
use crate::render::{self, RenderOptions, Sheet};

/// What changed line by line, what is affected, and the numbers.
pub fn text(report: &DiffReport, look: RenderOptions) -> String {
    let mut text = render::sentence(&sentences::summary(report), look);
    for change in &report.diff.changes {
        let place = lineage::place(report.texts, change.place);
        let headline = format!(
            "{} {}  {place}",
            sentences::fate_word(change),
            sentences::headline(change)
        );
        text += &format!("\n{}", render::sentence(&headline, look));
        for line in sentences::shown_lines(change) {
            for (sign, words) in sentences::old_and_new(line) {
                for line in render::lines(&format!("{sign} {words}"), "  ", look) {
                    text += &format!("{line}\n");
                }
            }
        }
    }
    text += &affected(report, look);
    if let Some(numbers) = report.numbers {
        text += &self::numbers(numbers, look);
    }
    text
}

fn affected(report: &DiffReport, look: RenderOptions) -> String {
    let affected = &report.diff.affected;
    if affected.is_empty() {
        return String::new();
    }
    let mut sheet = Sheet::new()
        .words("affected")
        .texts("title")
        .texts("through");
    for each in affected {
        sheet.row([
            format!("{} {}", each.kind.word(), each.name),
            each.title.clone().unwrap_or_default(),
            each.through.join(", "),
        ]);
    }
    format!("\n{}", sheet.render(look))
}

fn numbers(numbers: &DiffNumbers, look: RenderOptions) -> String {
    let mut text = String::new();
    if !numbers.kpis.is_empty() {
        let arrow = if look.unicode { "→" } else { "->" };
        text += &format!("\n{}", sheet(numbers, arrow).render(look));
    }
    for remark in sentences::remarks(numbers) {
        text += &render::sentence(&remark, look);
    }
    if !numbers.as_of.is_empty() {
        let last = numbers.kpis.iter().find_map(|kpi| kpi.last());
        let month = last.map_or_else(String::new, |last| format!("{}, ", last.period));
        text += &render::remark(&format!("numbers of {month}as of {}", numbers.as_of), look);
    }
    text
}

pub(super) fn sheet(numbers: &DiffNumbers, arrow: &str) -> Sheet {
    let [kpi, rows, old, new, change, target, moved] = sentences::HEADERS;
    let mut sheet = Sheet::new()
        .words(kpi)
        .texts(rows)
        .numbers(old)
        .numbers(new)
        .numbers(change)
        .words(target)
        .numbers(moved);
    for kpi in &numbers.kpis {
        sheet.row(sentences::cells(kpi, arrow));
    }
    sheet
}
