//! Sentences that text and Markdown share.

use super::DiffReport;
use crate::exec::answer::{Status, Value};
use crate::insight::definition_diff::compare::{DefinitionChange, DefinitionFate};
use crate::insight::definition_diff::facts::ChangeEffect;
use crate::insight::definition_diff::lines::FactChange;
use crate::insight::definition_diff::numbers::{DiffNumbers, KpiNumbers, ViewNumbers};
use crate::lang::model::SymbolKind;
use crate::render;

/// How much changed, in one line.
pub(super) fn summary(report: &DiffReport) -> String {
    let changes = &report.diff.changes;
    if changes.is_empty() {
        return format!(
            "no definition changed in meaning between {} and {}",
            report.old, report.new
        );
    }
    let mut pieces = Vec::new();
    let fates = ["changed", "added", "removed", "renamed"];
    for fate in fates {
        let of_fate = changes.iter().filter(|change| fate_word(change) == fate);
        let count = of_fate.count() as u64;
        if count > 0 {
            pieces.push(format!("{} {fate}", render::count(count)));
        }
    }
    let worded = changes
        .iter()
        .filter(|change| fate_word(change) == WORDED)
        .count();
    if worded > 0 {
        pieces.push(format!("{} worded otherwise", render::count(worded as u64)));
    }
    for (kind, one, many) in [
        (SymbolKind::Kpi, "KPI affected", "KPIs affected"),
        (SymbolKind::View, "view affected", "views affected"),
        (
            SymbolKind::Dashboard,
            "dashboard affected",
            "dashboards affected",
        ),
    ] {
        let of_kind = report.diff.affected.iter().filter(|each| each.kind == kind);
        let count = of_kind.count() as u64;
        if count > 0 {
            pieces.push(render::counted(count, one, many));
        }
    }
    format!("{} → {}: {}", report.old, report.new, pieces.join(", "))
}

const WORDED: &str = "wording";

/// `changed`, or `wording` where no number and no verdict follows.
pub(super) fn fate_word(change: &DefinitionChange) -> &'static str {
    match change.fate {
        DefinitionFate::Changed if change.effect == ChangeEffect::Wording => WORDED,
        _ => change.fate.word(),
    }
}

/// `kpi mttr "Mean time to remediate"`, and what it was called.
pub(super) fn headline(change: &DefinitionChange) -> String {
    let title = change.title.as_ref();
    let title = title.map_or_else(String::new, |title| format!(" \"{title}\""));
    let from = match &change.fate {
        DefinitionFate::Renamed { from } => format!(", was {from}"),
        DefinitionFate::Added | DefinitionFate::Removed | DefinitionFate::Changed => String::new(),
    };
    format!("{}{title}{from}", change.label())
}

/// The lines to show: rows of tests say little by themselves.
pub(super) fn shown_lines(change: &DefinitionChange) -> &[FactChange] {
    match change.kind {
        "test" => &[],
        _ => &change.lines,
    }
}

/// What stood there and what stands there now, with the version it belongs to.
pub(super) fn old_and_new(line: &FactChange) -> Vec<(char, String)> {
    let version = line.version.as_ref();
    let version = version.map_or_else(String::new, |version| format!("{version}: "));
    let old = line.old.iter().map(|old| ('-', format!("{version}{old}")));
    let new = line.new.iter().map(|new| ('+', format!("{version}{new}")));
    old.chain(new).collect()
}

/// Cells of the table of numbers: name, old, new, change, target, rows in and out.
pub(super) const HEADERS: [&str; 7] = [
    "kpi",
    "rows",
    "old",
    "new",
    "change",
    "target",
    "rows in/out",
];

pub(super) fn cells(kpi: &KpiNumbers, arrow: &str) -> [String; 7] {
    let last = kpi.last();
    let old = last.and_then(|last| last.old.as_ref());
    let new = last.and_then(|last| last.new.as_ref());
    let shown = |value: Option<&Value>| match value.map(|value| value.value) {
        None => String::new(),
        Some(None) => "none".to_string(),
        Some(Some(value)) => render::with_unit(value, kpi.unit),
    };
    let change = match (old.and_then(|old| old.value), new.and_then(|new| new.value)) {
        (Some(old), Some(new)) => render::change(new - old, kpi.unit),
        (_, _) => String::new(),
    };
    let status = |value: Option<&Value>| -> Option<Status> { Some(value?.target.as_ref()?.status) };
    let target = match (status(old), status(new)) {
        (None, None) => String::new(),
        (Some(old), Some(new)) if old == new => new.word().to_string(),
        (old, new) => {
            let word = |status: Option<Status>| status.map_or("no target", Status::word);
            format!("{} {arrow} {}", word(old), word(new))
        }
    };
    let rows = match (kpi.rows_in, kpi.rows_out) {
        (Some(rows_in), Some(rows_out)) => {
            format!("+{} -{}", render::count(rows_in), render::count(rows_out))
        }
        (_, _) => String::new(),
    };
    [
        kpi.name.clone(),
        kpi.part.clone().unwrap_or_default(),
        shown(old),
        shown(new),
        change,
        target,
        rows,
    ]
}

/// What of the past is another number now, targets that flip in it, and what could not be asked.
pub(super) fn remarks(numbers: &DiffNumbers) -> Vec<String> {
    let mut remarks = Vec::new();
    for kpi in numbers.kpis.iter() {
        remarks.extend(restated(kpi));
        let flipped = kpi.periods.iter().filter(|period| period.flips()).count();
        if flipped > 0 {
            remarks.push(format!(
                "{}: the target is judged otherwise in {}",
                called(kpi),
                months(flipped)
            ));
        }
        remarks.extend(
            kpi.reasons
                .iter()
                .map(|reason| format!("{}: no numbers, {reason}", called(kpi))),
        );
    }
    remarks.extend(numbers.views.iter().map(view));
    remarks
}

fn called(kpi: &KpiNumbers) -> String {
    match &kpi.part {
        Some(part) => format!("{} where {part}", kpi.name),
        None => kpi.name.clone(),
    }
}

fn months(count: usize) -> String {
    render::counted(count as u64, "month", "months")
}

fn restated(kpi: &KpiNumbers) -> Option<String> {
    let count = kpi.restated();
    if count == 0 {
        return None;
    }
    let past = match count {
        1 => "1 past month is restated".to_string(),
        count => format!("{} past months are restated", render::count(count as u64)),
    };
    let why = match kpi.is_undated {
        true => ": what changed has no `since`",
        false => "",
    };
    Some(format!("{}: {past}{why}", called(kpi)))
}

fn view(view: &ViewNumbers) -> String {
    if let Some(reason) = view.reasons.first() {
        return format!("view {}: no rows, {reason}", view.name);
    }
    let rows = |count: usize| render::counted(count as u64, "row", "rows");
    match (view.old_rows, view.new_rows) {
        (Some(_), Some(new)) => {
            let mut pieces = vec![format!(
                "{} of {} have other numbers",
                view.other,
                rows(new)
            )];
            if view.only_new > 0 {
                pieces.push(format!("{} are new", view.only_new));
            }
            if view.only_old > 0 {
                pieces.push(format!("{} are gone", view.only_old));
            }
            format!("view {}: {}", view.name, pieces.join(", "))
        }
        (None, Some(new)) => format!("view {}: {}", view.name, rows(new)),
        (_, None) => format!("view {}: removed", view.name),
    }
}
