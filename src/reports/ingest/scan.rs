//! What a report says about its scan.

use jaq_json::Val;

use super::dates;
use super::mistakes::{failed, start, unread_date};
use super::programs::Program;
use super::report::{ScanInfo, ScanOutcome, ScanScope};
use super::values::{list, text};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{ReportSource, ToolKind};

/// Runs the program `scan`; what it does not say is as the source has it.
pub(super) fn scan(
    name: &str,
    source: &ReportSource,
    program: Option<&Program>,
    value: &Val,
) -> Result<ScanInfo, Problems> {
    let mut scan = ScanInfo {
        tool: source.tool.clone(),
        tool_version: None,
        kind: source.kind,
        target: None,
        branch: None,
        started_at: None,
        finished_at: None,
        outcome: ScanOutcome::Success,
        scope: ScanScope::Full,
        rules: None,
    };
    let (Some(program), Some(span)) = (program, source.scan.as_ref().map(|text| text.span)) else {
        return Ok(scan);
    };
    let place = format!("{}: scan", source.name);
    let span = start(span, "\"\"\"");
    let said = match program.run(value.clone()).next() {
        Some(Ok(Val::Obj(said))) => said,
        Some(Ok(_)) | None => {
            return Err(failed(name, &place, Some(span), "it gives no object").into());
        }
        Some(Err(why)) => return Err(failed(name, &place, Some(span), &why).into()),
    };
    let mut problems = Problems::default();
    for (key, value) in said.iter() {
        let key = text(key).unwrap_or_default();
        let mut bad = None;
        let mut date = |value: &Val| match text(value) {
            None => None,
            Some(text) => {
                let read = dates::read(&text, &source.dates);
                if read.is_none() {
                    problems.push(unread_date(name, source, span, &key, &text));
                }
                read
            }
        };
        match key.as_str() {
            "tool" => scan.tool = text(value).unwrap_or(scan.tool),
            "tool_version" => scan.tool_version = text(value),
            "target" => scan.target = text(value),
            "branch" => scan.branch = text(value),
            "started_at" => scan.started_at = date(value),
            "finished_at" => scan.finished_at = date(value),
            "tool_kind" => said_word(
                value,
                ToolKind::ALL,
                ToolKind::word,
                &mut scan.kind,
                &mut bad,
            ),
            "outcome" => said_word(
                value,
                &ScanOutcome::ALL,
                ScanOutcome::word,
                &mut scan.outcome,
                &mut bad,
            ),
            "scope" => said_word(
                value,
                &ScanScope::ALL,
                ScanScope::word,
                &mut scan.scope,
                &mut bad,
            ),
            "rules" => scan.rules = rules(value),
            other => bad = Some(format!("a scan has no field `{other}`")),
        }
        if let Some(words) = bad {
            let message = format!("`{name}` by source {}: {words}", source.name);
            problems.push(Diagnostic::error("D405", span, message));
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(scan)
}

/// The rules that a scan says it ran; `None` where it says nothing.
fn rules(value: &Val) -> Option<Vec<String>> {
    let is_said = !matches!(value, Val::Null);
    is_said.then(|| {
        let mut rules: Vec<String> = list(value).into_iter().filter_map(text).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    })
}

/// Puts what a scan says in one of our words; another word is told.
fn said_word<T: Copy>(
    value: &Val,
    all: &[T],
    written: fn(T) -> &'static str,
    said: &mut T,
    bad: &mut Option<String>,
) {
    let Some(text) = text(value) else {
        return;
    };
    match all.iter().find(|known| written(**known) == text) {
        Some(known) => *said = *known,
        None => {
            let known: Vec<&str> = all.iter().map(|known| written(*known)).collect();
            *bad = Some(format!("\"{text}\" is none of {}", known.join(", ")));
        }
    }
}

impl ScanInfo {
    /// The scan of a report of which two parts say this: it began with the first and ended with the last
    /// of them, and did as little as the worse. Of what they do not say alike, nothing is said.
    pub(super) fn and(self, later: ScanInfo, source: &ReportSource) -> ScanInfo {
        ScanInfo {
            tool: alike(self.tool, later.tool).unwrap_or_else(|| source.tool.clone()),
            tool_version: alike(self.tool_version, later.tool_version).flatten(),
            kind: alike(self.kind, later.kind).unwrap_or(source.kind),
            target: alike(self.target, later.target).flatten(),
            branch: alike(self.branch, later.branch).flatten(),
            started_at: both(self.started_at, later.started_at, Ord::min),
            finished_at: both(self.finished_at, later.finished_at, Ord::max),
            outcome: self.outcome.max(later.outcome),
            scope: self.scope.max(later.scope),
            // Where one part does not name the rules it ran, the rules of the whole scan are unknown.
            rules: self.rules.zip(later.rules).map(|(mut rules, more)| {
                rules.extend(more);
                rules.sort_unstable();
                rules.dedup();
                rules
            }),
        }
    }
}

fn alike<T: PartialEq>(one: T, other: T) -> Option<T> {
    (one == other).then_some(one)
}

fn both<T>(one: Option<T>, other: Option<T>, join: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(join(one, other)),
        (one, other) => one.or(other),
    }
}
