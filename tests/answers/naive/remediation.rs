//! The remediation policy, hard-coded: due instant, breach, overdue.

use super::world::Row;

const DAY: i64 = 86_400_000_000;

/// What becomes of a finding under the policy.
pub struct Clock {
    /// When it was due, if that has passed.
    pub due: Option<i64>,
    /// When it was due, if it was not stopped by then and that has passed.
    pub breached: Option<i64>,
    pub stopped: Option<i64>,
}

pub fn clock(finding: &Row, as_of: i64) -> Clock {
    let stops = [finding.time("verified_at"), finding.time("closed_at")];
    let stopped = stops.into_iter().flatten().min();
    let due = finding
        .time("found_at")
        .and_then(|found| due(finding, found))
        .filter(|due| *due < as_of);
    let in_time = |due: i64| stopped.is_some_and(|stopped| stopped <= due);
    Clock {
        due,
        breached: due.filter(|due| !in_time(*due)),
        stopped,
    }
}

impl Clock {
    pub fn is_overdue(&self, instant: i64) -> bool {
        let before = self.breached.is_some_and(|breached| breached < instant);
        before && self.stopped.is_none_or(|stopped| stopped >= instant)
    }
}

/// `None` while it cannot be known: the clock stands, and nobody has said until when.
fn due(finding: &Row, start: i64) -> Option<i64> {
    let due = start + limit(finding);
    let Some(paused) = finding.time("accepted_at") else {
        return Some(due);
    };
    let from = paused.max(start);
    // An acceptance ends with the finding, if not before.
    let ends = [
        finding.time("acceptance_ends_at"),
        finding.time("closed_at"),
    ];
    let Some(until) = ends.into_iter().flatten().min() else {
        return if from >= due { Some(due) } else { None };
    };
    if until <= from || from >= due {
        return Some(due);
    }
    Some(due + (until - from))
}

fn limit(finding: &Row) -> i64 {
    let days = match finding.text("severity") {
        Some("critical") if finding.is("exposure", "internet") => 7,
        Some("critical") => 30,
        Some("high") => 60,
        Some("medium") => 90,
        Some(_) | None => 180,
    };
    days * DAY
}
