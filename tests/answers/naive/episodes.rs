//! Findings with several open intervals, by hand: the definitions of `episodes/defs`.

use super::Library;
use super::calendar::{Calendar, Period};
use super::kpis::{Number, ages, counted, of_durations, within};
use super::world::{Row, rows};
use crate::answers::pipeline::EvaluationTime;
use crate::answers::tables::Table;

const DAY: i64 = 86_400_000_000;

/// Findings and their episodes as seen from an evaluation time.
pub struct Episodes {
    as_of: i64,
    findings: Vec<Row>,
    episodes: Vec<Row>,
}

impl Episodes {
    pub fn new(calendar: &Calendar, tables: &[Table], evaluation: EvaluationTime) -> Episodes {
        let findings = rows(calendar, tables, "findings", evaluation);
        let mut episodes = rows(calendar, tables, "episodes", evaluation);
        for episode in &mut episodes {
            let id = episode.text("finding_id");
            let finding = findings
                .iter()
                .find(|finding| id.is_some() && finding.text("finding_id") == id);
            if let Some(severity) = finding.and_then(|finding| finding.text("severity")) {
                episode.add("severity", severity);
            }
        }
        Episodes {
            as_of: evaluation.as_of,
            findings,
            episodes,
        }
    }

    fn of<'a>(&'a self, finding: &'a Row) -> impl Iterator<Item = &'a Row> {
        let id = finding.text("finding_id");
        let mut all = self.episodes.iter();
        std::iter::from_fn(move || all.find(|episode| episode.text("finding_id") == id))
    }

    fn is_open(&self, finding: &Row, instant: i64) -> bool {
        self.of(finding).any(|episode| {
            let opened = episode.time("opened_at");
            let closed = episode.time("closed_at");
            opened.is_some_and(|opened| opened < instant)
                && closed.is_none_or(|closed| closed >= instant)
        })
    }

    /// The last closing, if no episode that has begun goes on without one.
    fn verified(&self, finding: &Row) -> Option<i64> {
        let mut last = None;
        for episode in self.of(finding) {
            match (episode.time("opened_at"), episode.time("closed_at")) {
                (_, Some(closed)) => last = last.max(Some(closed)),
                (Some(_), None) => return None,
                // As of now it has not begun.
                (None, None) => {}
            }
        }
        last
    }

    fn breached(&self, finding: &Row) -> Option<i64> {
        let days = if finding.is("severity", "high") {
            30
        } else {
            90
        };
        let due = finding.time("found_at")? + days * DAY;
        let in_time = self
            .verified(finding)
            .is_some_and(|verified| verified <= due);
        (due < self.as_of && !in_time).then_some(due)
    }

    fn is_overdue(&self, finding: &Row, instant: i64) -> bool {
        let begun = self.breached(finding).is_some_and(|due| due < instant);
        begun
            && self
                .verified(finding)
                .is_none_or(|verified| verified >= instant)
    }
}

impl Library for Episodes {
    fn as_of(&self) -> i64 {
        self.as_of
    }

    fn population(&self, kpi: &str, period: &Period) -> Vec<&Row> {
        let findings = &self.findings;
        let at_end =
            |test: &dyn Fn(&Row) -> bool| findings.iter().filter(|row| test(row)).collect();
        match kpi {
            "open_findings" | "open_age" => at_end(&|row| self.is_open(row, period.end)),
            "overdue_findings" => at_end(&|row| self.is_overdue(row, period.end)),
            "verified_findings" | "mttr" => within(findings, period, |row| self.verified(row)),
            "breaches" => within(findings, period, |row| self.breached(row)),
            "closings" => within(&self.episodes, period, |row| row.time("closed_at")),
            other => panic!("{other} is not defined"),
        }
    }

    fn number(&self, kpi: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
        let mut rows = self.population(kpi, period);
        rows.retain(|row| keep(row));
        match kpi {
            "mttr" => of_durations(&rows, |row| self.verified(row)),
            "open_age" => ages(&rows, period.end),
            _ => counted(&rows),
        }
    }
}
