//! One bar a row, with its value behind it: for answers without a course over periods.

use maud::{Markup, html};

use super::labels::{self, Margins};
use super::periods::in_words;
use super::plot::{coordinate, percent, rank_class, severity_rank};
use super::scale::PlotScale;
use crate::exec::answer::{Answer, Cell, ColumnRole, Level, Row};
use crate::render::cells::row_label;
use crate::render::facts::ColumnFacts;
use crate::render::flat;
use crate::render::numbers;
use crate::render::options::RenderOptions;
use crate::render::text::{harmless, width};

/// Pixels from one bar to the next.
const ROW: f64 = 26.0;

/// The bars of a value column: what stands in the plot, its height, the pixels beside it. `None` where every
/// value is *none*.
pub(super) fn drawn(answer: &Answer, facts: &ColumnFacts) -> Option<(Markup, f64, Margins)> {
    let value = |row: &Row| flat::value_at(row, facts.index).cloned();
    let number = |row: &Row| value(row)?.value.filter(|number| number.is_finite());
    let limit = |row: &Row| Some(value(row)?.target?.limit);
    let rows = answer.rows.as_slice();
    rows.iter().find_map(number)?;
    let all = rows
        .iter()
        .filter_map(number)
        .chain(rows.iter().filter_map(limit));
    let scale = PlotScale::of(all, facts.column.unit)?;
    let whole = |row: &Row| match row_label(answer, row, RenderOptions::PIPE) {
        // The heading says what the number is, the label of when.
        label if label.is_empty() => match &answer.period {
            Some(period) if period.label != "all" => in_words(&period.label),
            Some(_) | None => harmless(facts.name, RenderOptions::PIPE),
        },
        label => label,
    };
    let labels: Vec<String> = rows.iter().map(|row| labels::name(&whole(row))).collect();
    let texts: Vec<String> = rows.iter().map(|row| written(row, facts)).collect();
    let longest = |texts: &[String]| texts.iter().map(|text| width(text)).max().unwrap_or(0) as f64;
    let margins = Margins {
        left: (longest(&labels) * 7.4).round() + 14.0,
        right: (longest(&texts) * 7.4).round() + 12.0,
        right_of_values: (longest(&texts) * 7.4).round() + 12.0,
    };
    let zero = scale.share(0.0);
    let bar = |number: f64| {
        let share = scale.share(number);
        (share.min(zero), (share - zero).abs())
    };
    let markup = html! {
        @for (index, row) in rows.iter().enumerate() {
            @let top = index as f64 * ROW;
            @let middle = coordinate(top + ROW / 2.0);
            @let strong = if row.level == Level::Total { " strong" } else { "" };
            text class=(format!("label{strong}")) x="-10" y=(middle) dy=".35em" { (labels[index]) }
            @if let Some(number) = number(row) {
                @let (start, length) = bar(number);
                rect class=(class(answer, row, facts)) x=(percent(start)) width=(percent(length)) y=(coordinate(top + 6.0)) height="14" rx="2" {
                    title { (whole(row)) ": " (texts[index]) }
                }
                text class=(format!("amount{strong}")) x=(percent(start + length)) y=(middle) dx="7" dy=".35em" { (texts[index]) }
            } @else {
                text class="amount" x=(percent(zero)) y=(middle) dx="7" dy=".35em" { (texts[index]) }
            }
            @if let Some(limit) = limit(row) {
                @let x = percent(scale.share(limit));
                line class="target all" x1=(x) x2=(x) y1=(coordinate(top + 3.0)) y2=(coordinate(top + 23.0)) {}
            }
        }
        line class="zero" x1=(percent(zero)) x2=(percent(zero)) y1="0" y2=(coordinate(rows.len() as f64 * ROW)) {}
    };
    Some((markup, rows.len() as f64 * ROW, margins))
}

fn class(answer: &Answer, row: &Row, facts: &ColumnFacts) -> String {
    let few = flat::value_at(row, facts.index).is_some_and(|value| value.evidence.has_few_rows);
    let mut ranks = answer
        .columns
        .iter()
        .zip(&row.cells)
        .filter_map(|(column, cell)| match (&column.role, cell) {
            (ColumnRole::Dimension(of), Cell::Text(word)) => severity_rank(of, word),
            _ => None,
        });
    let hue = match row.level {
        Level::Total => "total".to_string(),
        Level::Other => "rest".to_string(),
        Level::Group => ranks.next().map_or("hue0".to_string(), rank_class),
    };
    format!("bar {hue}{}", if few { " few" } else { "" })
}

/// `20.4`, `none (no rows)`
fn written(row: &Row, facts: &ColumnFacts) -> String {
    let Some(value) = flat::value_at(row, facts.index) else {
        return String::new();
    };
    let target = value.target.as_ref();
    match (value.value, &value.reason) {
        (Some(number), _) => numbers::judged(number, facts.column.unit, facts.decimals, target),
        (None, Some(reason)) => format!("none ({})", harmless(reason, RenderOptions::PIPE)),
        (None, None) => "none".to_string(),
    }
}
