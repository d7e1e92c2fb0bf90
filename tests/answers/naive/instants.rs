//! Tests of a row at an instant, by hand (rules S13, S15, S40, S42, S43): what had happened by then, what was so just
//! before it, and what was so of related rows.

use super::calendar::Period;
use super::kpis::is_between;
use super::remediation::clock;
use super::world::{Row, World};

const DAY: i64 = 86_400_000_000;

/// A row as it was at an instant.
pub struct Judged<'a> {
    pub world: &'a World,
    pub row: &'a Row,
    /// Of a flow the instant of the event that is counted, of a stock the end of the period.
    pub instant: i64,
    pub is_flow: bool,
    pub period: &'a Period,
}

impl<'a> Judged<'a> {
    /// The row as it was at as-of.
    pub fn at_as_of(&self) -> Judged<'a> {
        Judged {
            instant: self.world.as_of,
            is_flow: false,
            ..*self
        }
    }

    pub fn is(&self, field: &str, value: &str) -> bool {
        self.row.is(field, value)
    }

    /// A time of the row, if it has come by the instant: of a flow that instant is included.
    pub fn time(&self, column: &str) -> Option<i64> {
        let time = self.row.time(column);
        time.filter(|time| *time < self.instant || self.is_flow && *time == self.instant)
    }

    pub fn has(&self, column: &str) -> bool {
        self.time(column).is_some()
    }

    /// The rank of the row's value among words; `None` where it is missing.
    pub fn rank(&self, field: &str, words: &[&str]) -> Option<usize> {
        let value = self.row.text(field)?;
        words.iter().position(|word| *word == value)
    }

    pub fn number(&self, field: &str) -> Option<f64> {
        let cell = self.row.text(field)?;
        Some(cell.parse().expect("a number"))
    }

    /// Whether an acceptance was in force just before the instant: it ends on the day agreed, or with the finding.
    pub fn is_accepted(&self) -> bool {
        let ends = [
            self.row.time("acceptance_ends_at"),
            self.row.time("closed_at"),
        ];
        let end = ends.into_iter().flatten().min();
        let began = self.row.time("accepted_at");
        began.is_some_and(|began| began < self.instant) && end.is_none_or(|end| end >= self.instant)
    }

    pub fn is_open(&self) -> bool {
        is_between(self.row, "found_at", "closed_at", self.instant)
    }

    pub fn is_overdue(&self) -> bool {
        clock(self.row, self.world.as_of).is_overdue(self.instant)
    }

    pub fn is_breached(&self) -> bool {
        let breached = clock(self.row, self.world.as_of).breached;
        breached.is_some_and(|at| at < self.instant || self.is_flow && at == self.instant)
    }

    /// When the row fell due, if it has.
    pub fn due(&self) -> Option<i64> {
        let due = clock(self.row, self.world.as_of).due;
        due.filter(|at| *at < self.instant || self.is_flow && *at == self.instant)
    }

    /// Whether what has come lies in the days before the instant, of a flow the instant included and the other end not.
    pub fn is_near(&self, time: Option<i64>, days: i64) -> bool {
        let start = self.instant - days * DAY;
        time.is_some_and(|time| time > start || !self.is_flow && time == start)
    }

    /// How long ago the first of some events that is there was, in days.
    pub fn days_since(&self, columns: &[&str]) -> Option<f64> {
        let from = columns.iter().find_map(|column| self.time(column))?;
        Some((self.instant - from) as f64 / DAY as f64)
    }

    /// How long one took after the other, in days, where both have happened. None where it came before.
    pub fn days_between(&self, from: &str, to: Option<i64>) -> Option<f64> {
        let time = to? - self.time(from)?;
        (time >= 0).then_some(time as f64 / DAY as f64)
    }

    /// Rows of another table, as they were at the same instant.
    fn at_once(&self, rows: impl Iterator<Item = &'a Row>) -> impl Iterator<Item = Judged<'a>> {
        let (world, instant, is_flow, period) =
            (self.world, self.instant, self.is_flow, self.period);
        rows.map(move |row| Judged {
            world,
            row,
            instant,
            is_flow,
            period,
        })
    }

    /// Rows of the same asset; none where there is no such asset.
    pub fn of_asset(&self, rows: &'a [Row]) -> impl Iterator<Item = Judged<'a>> {
        let asset = self.row.text("asset_id").filter(|id| {
            let mut assets = self.world.assets.iter();
            assets.any(|asset| asset.is("asset_id", id))
        });
        let related = move |row: &&Row| asset.is_some() && row.text("asset_id") == asset;
        self.at_once(rows.iter().filter(related))
    }

    /// Findings of the same asset; false positives are left out of them.
    pub fn findings(&self) -> impl Iterator<Item = Judged<'a>> {
        let findings = self.of_asset(&self.world.findings);
        findings.filter(|finding| !finding.is("resolution", "false_positive"))
    }

    /// Detections of this finding.
    pub fn detections(&self) -> impl Iterator<Item = Judged<'a>> {
        let finding = self.row.text("finding_id");
        let related = move |row: &&Row| finding.is_some() && row.text("finding_id") == finding;
        self.at_once(self.world.detections.iter().filter(related))
    }

    /// Whether a time of the row lies in the days before the instant, of a flow the instant included and the other end not.
    pub fn within_days(&self, column: &str, days: i64) -> bool {
        self.ever(column) && self.is_near(self.row.time(column), days)
    }

    /// Whether a time of the row lies before the instant, of a flow the instant included.
    pub fn ever(&self, column: &str) -> bool {
        let time = self.row.time(column);
        time.is_some_and(|time| time < self.instant || self.is_flow && time == self.instant)
    }

    /// Whether a time of the row lies in the period that is asked about.
    pub fn in_the_period(&self, column: &str) -> bool {
        let time = self.row.time(column);
        time.is_some_and(|time| self.period.start <= time && time < self.period.end)
    }
}
