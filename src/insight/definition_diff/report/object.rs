//! A comparison for programs.

use serde_json::{Value as Json, json};

use super::DiffReport;
use crate::exec::answer::Value;
use crate::insight::definition_diff::affected::AffectedDefinition;
use crate::insight::definition_diff::compare::{DefinitionChange, DefinitionFate};
use crate::insight::definition_diff::numbers::{
    DiffNumbers, KpiNumbers, PeriodNumbers, ViewNumbers,
};
use crate::render;

/// One object. Values are unrounded, in the unit that the KPI is shown in.
pub fn json(report: &DiffReport) -> String {
    let changes: Vec<Json> = report
        .diff
        .changes
        .iter()
        .map(|each| change(report, each))
        .collect();
    let affected: Vec<Json> = report.diff.affected.iter().map(affected).collect();
    render::json(&json!({
        "schema_version": 1,
        "old": report.old,
        "new": report.new,
        "changes": changes,
        "affected": affected,
        "numbers": report.numbers.map(numbers),
    }))
}

fn change(report: &DiffReport, change: &DefinitionChange) -> Json {
    let (line, _) = report.texts.line_column(change.place);
    let from = match &change.fate {
        DefinitionFate::Renamed { from } => Some(from),
        DefinitionFate::Added | DefinitionFate::Removed | DefinitionFate::Changed => None,
    };
    let lines: Vec<Json> = change
        .lines
        .iter()
        .map(|line| {
            json!({
                "version": line.version,
                "old": line.old,
                "new": line.new,
                "effect": line.effect.word(),
            })
        })
        .collect();
    json!({
        "change": change.fate.word(),
        "kind": change.kind,
        "name": change.name,
        "from": from,
        "title": change.title,
        "effect": change.effect.word(),
        "file": report.texts.get(change.place.source).name,
        "line": line,
        "lines": lines,
    })
}

fn affected(each: &AffectedDefinition) -> Json {
    json!({
        "kind": each.kind.word(),
        "name": each.name,
        "title": each.title,
        "effect": each.effect.word(),
        "through": each.through,
    })
}

fn numbers(numbers: &DiffNumbers) -> Json {
    let kpis: Vec<Json> = numbers.kpis.iter().map(kpi).collect();
    let views: Vec<Json> = numbers.views.iter().map(view).collect();
    json!({ "as_of": numbers.as_of, "kpis": kpis, "views": views })
}

fn kpi(kpi: &KpiNumbers) -> Json {
    let periods: Vec<Json> = kpi.periods.iter().map(period).collect();
    json!({
        "kpi": kpi.name,
        "title": kpi.title,
        "where": kpi.part,
        "unit": kpi.unit.word(),
        "rows_in": kpi.rows_in,
        "rows_out": kpi.rows_out,
        "restated": kpi.restated(),
        "undated": kpi.is_undated,
        "reasons": kpi.reasons,
        "periods": periods,
    })
}

fn period(period: &PeriodNumbers) -> Json {
    json!({
        "period": period.period,
        "old": period.old.as_ref().map(value),
        "new": period.new.as_ref().map(value),
        "flips": period.flips(),
    })
}

fn value(value: &Value) -> Json {
    let target = value.target.as_ref();
    json!({
        "value": value.value,
        "reason": value.reason,
        "rows": value.rows,
        "target": target.map(|target| target.written.clone()),
        "status": target.map(|target| target.status.word()),
    })
}

fn view(view: &ViewNumbers) -> Json {
    json!({
        "view": view.name,
        "title": view.title,
        "old_rows": view.old_rows,
        "new_rows": view.new_rows,
        "other": view.other,
        "only_old": view.only_old,
        "only_new": view.only_new,
        "reasons": view.reasons,
    })
}
