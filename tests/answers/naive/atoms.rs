//! Tests as they are written, and what each means, by hand.

use super::calendar::Calendar;
use super::instants::Judged;

const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
const CRITICALITIES: &[&str] = &["low", "medium", "high", "critical"];

/// A test as written, and whether it holds of a row at an instant.
pub struct Atom {
    pub text: &'static str,
    pub holds: fn(&Judged, &Calendar) -> bool,
}

/// Of findings.
pub const OF_FINDINGS: &[Atom] = &[
    Atom {
        text: "severity >= medium",
        holds: |row, _| row.rank("severity", SEVERITIES) >= Some(2),
    },
    Atom {
        text: "severity != high",
        holds: |row, _| !row.is("severity", "high"),
    },
    Atom {
        text: "validation is missing",
        holds: |row, _| row.row.text("validation").is_none(),
    },
    Atom {
        text: "cvss < 9.8",
        holds: |row, _| row.number("cvss").is_some_and(|cvss| cvss < 9.8),
    },
    Atom {
        text: "criticality <= medium",
        holds: |row, _| {
            let rank = row.rank("criticality", CRITICALITIES);
            rank.is_some_and(|rank| rank <= 1)
        },
    },
    Atom {
        text: "found_at < 2026-01-01",
        holds: |row, calendar| {
            row.time("found_at") < Some(calendar.read("2026-01-01")) && row.has("found_at")
        },
    },
    Atom {
        text: "found_at = 2026-02",
        holds: |row, calendar| {
            let month = calendar.read("2026-02-01")..calendar.read("2026-03-01");
            row.time("found_at")
                .is_some_and(|found| month.contains(&found))
        },
    },
    Atom {
        text: "verified_at >= 2025-12-31",
        holds: |row, calendar| row.time("verified_at") >= Some(calendar.read("2025-12-31")),
    },
    Atom {
        text: "verified_at is present",
        holds: |row, _| row.has("verified_at"),
    },
    Atom {
        text: "closed_at is missing",
        holds: |row, _| !row.has("closed_at"),
    },
    Atom {
        text: "findings.verified_at > findings.fixed_at",
        holds: |row, _| row.has("fixed_at") && row.time("verified_at") > row.time("fixed_at"),
    },
    Atom {
        text: "open",
        holds: |row, _| row.is_open(),
    },
    Atom {
        text: "risk_accepted",
        holds: |row, _| row.is_accepted(),
    },
    Atom {
        text: "overdue",
        holds: |row, _| row.is_overdue(),
    },
    Atom {
        text: "breached",
        holds: |row, _| row.is_breached(),
    },
    Atom {
        text: "verified",
        holds: |row, _| row.has("verified_at"),
    },
    Atom {
        text: "fixed",
        holds: |row, _| row.has("fixed_at") && row.is("resolution", "fixed"),
    },
    Atom {
        text: "due",
        holds: |row, _| row.due().is_some(),
    },
    Atom {
        text: "time since due > 10 days",
        holds: |row, _| {
            let due = row.due();
            due.is_some_and(|due| row.instant - due > 10 * 86_400_000_000)
        },
    },
    Atom {
        text: "due_at within last 20 days",
        holds: |row, _| row.is_near(row.due(), 20),
    },
    Atom {
        text: "found_at within last 45 days",
        holds: |row, _| row.is_near(row.time("found_at"), 45),
    },
    Atom {
        text: "verified within last 20 days",
        holds: |row, _| row.is_near(row.time("verified_at"), 20),
    },
    Atom {
        text: "time since found > 30 days",
        holds: |row, _| row.days_since(&["found_at"]) > Some(30.0),
    },
    Atom {
        text: "time since found or verified <= 45 days",
        holds: |row, _| {
            let days = row.days_since(&["found_at", "verified_at"]);
            days.is_some_and(|days| days <= 45.0)
        },
    },
    Atom {
        text: "time from found to verified <= 20 days",
        holds: |row, _| {
            let days = row.days_between("found_at", row.time("verified_at"));
            days.is_some_and(|days| days <= 20.0)
        },
    },
    Atom {
        text: "time from found to earliest of verified, closed at least 5 days",
        holds: |row, _| {
            let ends = [row.time("verified_at"), row.time("closed_at")];
            let end = ends.into_iter().flatten().min();
            row.days_between("found_at", end) >= Some(5.0)
        },
    },
    Atom {
        text: "any scans of its asset completed within 30 days",
        holds: |row, _| {
            let mut scans = row.of_asset(&row.world.scans);
            scans.any(|scan| scan.is("outcome", "success") && scan.within_days("finished_at", 30))
        },
    },
    Atom {
        text: "any scans of its asset completed ever",
        holds: |row, _| {
            let mut scans = row.of_asset(&row.world.scans);
            scans.any(|scan| scan.is("outcome", "success") && scan.ever("finished_at"))
        },
    },
    Atom {
        text: "at least 2 scans of its asset attempted in the period",
        holds: |row, _| {
            let scans = row.of_asset(&row.world.scans);
            scans
                .filter(|scan| scan.in_the_period("finished_at"))
                .count()
                >= 2
        },
    },
    Atom {
        text: "any detections of its asset reported (where duplicate = yes) within 14 days",
        holds: |row, _| {
            let mut all = row.of_asset(&row.world.detections);
            all.any(|row| row.is("duplicate", "yes") && row.within_days("reported_at", 14))
        },
    },
    Atom {
        text: "any detections reported ever",
        holds: |row, _| row.detections().any(|row| row.ever("reported_at")),
    },
    Atom {
        text: "at least 2 detections reported ever",
        holds: |row, _| {
            row.detections()
                .filter(|row| row.ever("reported_at"))
                .count()
                >= 2
        },
    },
    Atom {
        text: "any findings of its asset open (where severity = critical)",
        holds: |row, _| {
            let mut all = row.findings();
            all.any(|row| row.is_open() && row.is("severity", "critical"))
        },
    },
];

/// Of assets.
pub const OF_ASSETS: &[Atom] = &[
    Atom {
        text: "kind not in (web, api)",
        holds: |row, _| !row.is("kind", "web") && !row.is("kind", "api"),
    },
    Atom {
        text: "business_critical != yes",
        holds: |row, _| !row.is("business_critical", "yes"),
    },
    Atom {
        text: "retired_at is present",
        holds: |row, _| row.has("retired_at"),
    },
    Atom {
        text: "any scans completed within 7 days",
        holds: |row, _| {
            let mut scans = row.of_asset(&row.world.scans);
            scans.any(|scan| scan.is("outcome", "success") && scan.within_days("finished_at", 7))
        },
    },
    Atom {
        text: "any findings found (where severity >= high) within 60 days",
        holds: |row, _| {
            let is_high = |row: &Judged| row.rank("severity", SEVERITIES) >= Some(3);
            row.findings()
                .any(|row| is_high(&row) && row.within_days("found_at", 60))
        },
    },
    Atom {
        text: "any findings open",
        holds: |row, _| row.findings().any(|row| row.is_open()),
    },
    Atom {
        text: "any findings overdue (where not risk_accepted)",
        holds: |row, _| {
            row.findings()
                .any(|row| row.is_overdue() && !row.is_accepted())
        },
    },
    Atom {
        text: "at least 2 findings open (where severity >= medium)",
        holds: |row, _| {
            let is_medium = |row: &Judged| row.rank("severity", SEVERITIES) >= Some(2);
            row.findings()
                .filter(|row| row.is_open() && is_medium(row))
                .count()
                >= 2
        },
    },
    Atom {
        text: "at least 2 scans completed in the period",
        holds: |row, _| {
            let scans = row.of_asset(&row.world.scans);
            let good = scans.filter(|scan| scan.is("outcome", "success"));
            good.filter(|scan| scan.in_the_period("finished_at"))
                .count()
                >= 2
        },
    },
    Atom {
        text: "at least 3 findings found ever",
        holds: |row, _| row.findings().filter(|row| row.ever("found_at")).count() >= 3,
    },
    Atom {
        text: "any findings found (where closed_at is missing) ever",
        holds: |row, _| {
            row.findings()
                .any(|row| row.ever("found_at") && !row.has("closed_at"))
        },
    },
];
