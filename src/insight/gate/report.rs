//! Verdicts as text, Markdown and JSON, and as problems for build servers.

use serde_json::{Value as Json, json};

use super::{GateLine, GateResult, GateVerdict};
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Sources;
use crate::exec::answer::{Status, Value};
use crate::render::{self, CheckedItem, RenderOptions, Sheet, counted};

impl GateVerdict {
    /// The word of JSON.
    pub fn word(&self) -> &'static str {
        match self {
            GateVerdict::Passed => "pass",
            GateVerdict::Missed => "miss",
            GateVerdict::MissedBriefly(_) => "miss, not long enough",
            GateVerdict::Accepted { .. } => "accepted",
            GateVerdict::NoData => "no data",
            GateVerdict::NotJudged(_) => "not judged",
        }
    }

    fn words(&self) -> String {
        match self {
            GateVerdict::MissedBriefly(months) => {
                format!("missed for {}", counted(*months as u64, "month", "months"))
            }
            GateVerdict::Accepted { until, reason } => format!("accepted until {until}: {reason}"),
            GateVerdict::NotJudged(reason) => format!("not judged: {reason}"),
            GateVerdict::Passed | GateVerdict::Missed | GateVerdict::NoData => {
                self.word().to_owned()
            }
        }
    }
}

impl GateLine {
    fn last(&self) -> Option<&(String, Value)> {
        self.months.last()
    }

    fn value(&self) -> String {
        let value = self.last().and_then(|(_, value)| value.value);
        value.map_or_else(
            || "none".to_owned(),
            |value| render::with_unit(value, self.unit),
        )
    }
}

impl GateResult {
    /// What is shown on a terminal.
    pub fn text(&self, look: RenderOptions) -> String {
        format!(
            "{}\n{}\n",
            self.sheet().render(look).trim_end(),
            self.counts()
        )
    }

    pub fn markdown(&self) -> String {
        format!("{}\n{}\n", self.sheet().markdown(), self.counts())
    }

    fn sheet(&self) -> Sheet {
        let mut sheet = Sheet::new()
            .words("kpi")
            .texts("for")
            .words("month")
            .numbers("value")
            .words("target")
            .texts("verdict");
        for line in &self.lines {
            sheet.row([
                line.kpi.clone(),
                line.part.clone().unwrap_or_default(),
                line.last()
                    .map_or_else(String::new, |(month, _)| month.clone()),
                line.value(),
                line.target.clone().unwrap_or_default(),
                line.verdict.words(),
            ]);
        }
        sheet
    }

    /// `7 targets, as of 2026-09-30: 1 missed, 1 accepted, 1 without data`
    fn counts(&self) -> String {
        let count = |is_meant: fn(&GateVerdict) -> bool| {
            let lines = self.lines.iter().filter(|line| is_meant(&line.verdict));
            lines.count()
        };
        let counts = [
            (count(|verdict| *verdict == GateVerdict::Missed), "missed"),
            (
                count(|verdict| matches!(verdict, GateVerdict::Accepted { .. })),
                "accepted",
            ),
            (
                count(|verdict| *verdict == GateVerdict::NoData),
                "without data",
            ),
            (
                count(|verdict| matches!(verdict, GateVerdict::NotJudged(_))),
                "not judged",
            ),
        ];
        let told = counts.iter().enumerate();
        let told = told.filter(|(place, (count, _))| *place == 0 || *count > 0);
        let told: Vec<String> = told
            .map(|(_, (count, word))| format!("{count} {word}"))
            .collect();
        let targets = counted(self.lines.len() as u64, "target", "targets");
        let as_of = self
            .as_of
            .as_ref()
            .map_or_else(String::new, |as_of| format!(", as of {as_of}"));
        format!("{targets}{as_of}: {}", told.join(", "))
    }

    /// Everything as one object.
    pub fn json(&self) -> String {
        let lines: Vec<Json> = self.lines.iter().map(line_object).collect();
        let warnings = self.warnings.clone().sorted().into_iter();
        let warnings: Vec<String> = warnings.map(|warning| warning.message).collect();
        render::json(&json!({
            "schema_version": 1,
            "as_of": self.as_of,
            "missed": self.is_missed(),
            "targets": lines,
            "warnings": warnings,
        }))
    }

    /// For build servers: an item for each target, which fails where it is missed.
    pub fn items(&self, sources: &Sources) -> Vec<CheckedItem> {
        let item = |line: &GateLine| CheckedItem {
            name: line.name(),
            file: sources.get(line.span.source).name.clone(),
            problems: missed(line).into_iter().collect(),
        };
        self.lines.iter().map(item).collect()
    }
}

fn missed(line: &GateLine) -> Option<Diagnostic> {
    let target = line.target.as_deref().unwrap_or_default();
    let (name, value) = (line.name(), line.value());
    let words = match &line.verdict {
        GateVerdict::Missed => {
            let month = line.last().map_or("", |(month, _)| month);
            let message = format!("{name} was {value} in {month}, and the target is {target}");
            return Some(Diagnostic::error("K929", line.span, message));
        }
        GateVerdict::Accepted { .. }
        | GateVerdict::MissedBriefly(_)
        | GateVerdict::NotJudged(_) => line.verdict.words(),
        GateVerdict::Passed | GateVerdict::NoData => return None,
    };
    let code = match line.verdict {
        GateVerdict::NotJudged(_) => "D927",
        _ => "K929",
    };
    Some(Diagnostic::warning(
        code,
        line.span,
        format!("{name}: {words}"),
    ))
}

fn line_object(line: &GateLine) -> Json {
    let months = line.months.iter().map(|(month, value)| {
        let status = value
            .target
            .as_ref()
            .map(|target| Status::word(target.status));
        json!({
            "month": month,
            "value": value.value,
            "rows": value.rows,
            "limit": value.target.as_ref().map(|target| target.limit),
            "status": status,
        })
    });
    let months: Vec<Json> = months.collect();
    let (until, reason) = match &line.verdict {
        GateVerdict::Accepted { until, reason } => (Some(until), Some(reason)),
        GateVerdict::NotJudged(reason) => (None, Some(reason)),
        GateVerdict::Passed
        | GateVerdict::Missed
        | GateVerdict::MissedBriefly(_)
        | GateVerdict::NoData => (None, None),
    };
    json!({
        "kpi": line.kpi,
        "title": line.title,
        "for": line.part,
        "target": line.target,
        "unit": line.unit.word(),
        "verdict": line.verdict.word(),
        "until": until,
        "reason": reason,
        "months": months,
    })
}
