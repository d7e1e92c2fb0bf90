//! A comparison as a comment of a pull request.

use super::{DiffReport, sentences, text};
use crate::insight::lineage;
use crate::render::{self, RenderOptions, Sheet};

/// A heading, the changes as lists of old and new lines, tables of what is affected and of the numbers.
pub fn markdown(report: &DiffReport) -> String {
    let mut text = format!(
        "### {}\n",
        render::markdown_text(&sentences::summary(report))
    );
    for change in &report.diff.changes {
        let place = lineage::place(report.texts, change.place);
        text += &format!(
            "\n**{}** {} ({})\n",
            sentences::fate_word(change),
            render::markdown_text(&sentences::headline(change)),
            render::markdown_text(&place)
        );
        let lines: Vec<String> = sentences::shown_lines(change)
            .iter()
            .flat_map(sentences::old_and_new)
            .map(|(sign, words)| {
                let words = render::harmless(&words, RenderOptions::PIPE);
                format!("{sign} {words}\n")
            })
            .collect();
        if !lines.is_empty() {
            text += &format!("\n```diff\n{}```\n", lines.concat());
        }
    }
    if !report.diff.affected.is_empty() {
        let mut sheet = Sheet::new()
            .words("affected")
            .texts("title")
            .texts("through");
        for each in &report.diff.affected {
            sheet.row([
                format!("{} {}", each.kind.word(), each.name),
                each.title.clone().unwrap_or_default(),
                each.through.join(", "),
            ]);
        }
        text += &format!("\n{}", sheet.markdown());
    }
    let Some(numbers) = report.numbers else {
        return text;
    };
    if !numbers.kpis.is_empty() {
        text += &format!("\n{}", text::sheet(numbers, "→").markdown());
    }
    let remarks = sentences::remarks(numbers);
    if !remarks.is_empty() {
        text.push('\n');
    }
    for remark in remarks {
        text += &format!("- {}\n", render::markdown_text(&remark));
    }
    if !numbers.as_of.is_empty() {
        text += &format!("\nas of {}\n", numbers.as_of);
    }
    text
}
