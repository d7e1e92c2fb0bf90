//! The KPIs of the shipped library, each by hand: which rows, and what is made of them.

use super::Library;
use super::arithmetic::{mean, median, typical};
use super::calendar::Period;
use super::remediation::clock;
use super::world::{Row, World};

const DAY: f64 = 86_400_000_000.0;
const THIRTY_DAYS: i64 = 30 * 86_400_000_000;

/// A KPI's dimensions, as the library lists them.
pub const KPIS: [(&str, &[&str]); 22] = [
    (
        "mttr",
        &["severity", "validation", "environment", "app", "team"],
    ),
    ("mttr_claimed", &["severity", "app", "team"]),
    ("time_to_fix", &["severity", "app", "team"]),
    ("escape_rate", &["severity", "app", "team"]),
    (
        "scan_coverage",
        &["kind", "criticality", "business_critical", "team"],
    ),
    (
        "scan_coverage_api",
        &["criticality", "business_critical", "team"],
    ),
    (
        "scan_coverage_web",
        &["criticality", "business_critical", "team"],
    ),
    (
        "scan_coverage_microservice",
        &["criticality", "business_critical", "team"],
    ),
    (
        "scan_coverage_business_critical",
        &["kind", "criticality", "team"],
    ),
    ("fix_rate", &["severity", "app", "team"]),
    ("exploitability_rate", &["severity", "app", "team"]),
    ("risk_exposure", &["severity", "app", "team"]),
    ("validation_rate", &["severity", "app", "team"]),
    ("duplicate_reduction", &["tool", "tool_kind", "app", "team"]),
    ("backlog", &["severity", "app", "team"]),
    ("open_age", &["severity", "app", "team"]),
    ("overdue_critical", &["app", "team"]),
    ("sla_breaches", &["severity", "app", "team"]),
    ("sla_compliance", &["severity", "app", "team"]),
    ("introduced_findings", &["severity", "app", "team"]),
    ("fixed_findings", &["severity", "app", "team"]),
    ("verified_findings", &["severity", "app", "team"]),
];

/// A number, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    pub value: Result<f64, &'static str>,
    pub rows: u64,
}

/// The rows that a KPI is about in a period: what happened within it, or what was so at its end.
fn population<'a>(world: &'a World, kpi: &str, period: &Period) -> Vec<&'a Row> {
    match kpi {
        "fix_rate" => {
            let mut both = population(world, "verified_findings", period);
            both.extend(population(world, "introduced_findings", period));
            both
        }
        "duplicate_reduction" => within(&world.detections, period, |row| row.time("reported_at")),
        name if name.starts_with("scan_coverage") => world
            .assets
            .iter()
            .filter(|asset| {
                let in_service = is_between(asset, "commissioned_at", "retired_at", period.end);
                in_service && is_covered_kind(name, asset)
            })
            .collect(),
        "validation_rate" => within(&world.findings, period, |row| row.time("found_at")),
        name => {
            let mut rows = of_findings(world, name, period);
            rows.retain(|row| !row.is("resolution", "false_positive"));
            rows
        }
    }
}

fn of_findings<'a>(world: &'a World, kpi: &str, period: &Period) -> Vec<&'a Row> {
    let findings = &world.findings;
    match kpi {
        "mttr" | "verified_findings" => within(findings, period, |row| row.time("verified_at")),
        "mttr_claimed" | "fixed_findings" => within(findings, period, fixed),
        "introduced_findings" => within(findings, period, |row| {
            row.time("introduced_at").or(row.time("found_at"))
        }),
        "time_to_fix" | "escape_rate" | "exploitability_rate" => {
            within(findings, period, |row| row.time("found_at"))
        }
        "sla_breaches" => within(findings, period, |row| clock(row, world.as_of).breached),
        "sla_compliance" => within(findings, period, |row| clock(row, world.as_of).due),
        "risk_exposure" | "backlog" | "open_age" => findings
            .iter()
            .filter(|row| is_between(row, "found_at", "closed_at", period.end))
            .collect(),
        "overdue_critical" => findings
            .iter()
            .filter(|row| row.is("severity", "critical"))
            .filter(|row| clock(row, world.as_of).is_overdue(period.end))
            .collect(),
        other => panic!("{other} is not in the library"),
    }
}

fn is_covered_kind(kpi: &str, asset: &Row) -> bool {
    match kpi {
        "scan_coverage_api" => asset.is("kind", "api"),
        "scan_coverage_web" => asset.is("kind", "web"),
        "scan_coverage_microservice" => asset.is("kind", "microservice"),
        "scan_coverage_business_critical" => asset.is("business_critical", "yes"),
        _ => true,
    }
}

fn fixed(finding: &Row) -> Option<i64> {
    finding
        .time("fixed_at")
        .filter(|_| finding.is("resolution", "fixed"))
}

pub fn within<'a>(
    rows: &'a [Row],
    period: &Period,
    event: impl Fn(&Row) -> Option<i64>,
) -> Vec<&'a Row> {
    let happened = |row: &&Row| {
        event(row).is_some_and(|instant| period.start <= instant && instant < period.end)
    };
    rows.iter().filter(happened).collect()
}

/// Whether a state has begun before an instant and had not ended before it.
pub fn is_between(row: &Row, from: &str, until: &str, instant: i64) -> bool {
    let began = row.time(from).is_some_and(|from| from < instant);
    began && row.time(until).is_none_or(|until| until >= instant)
}

impl Library for World {
    fn as_of(&self) -> i64 {
        self.as_of
    }

    fn population(&self, kpi: &str, period: &Period) -> Vec<&Row> {
        population(self, kpi, period)
    }

    fn number(&self, kpi: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
        number(self, kpi, period, keep)
    }
}

/// What a KPI makes of those rows of its population that are kept.
fn number(world: &World, kpi: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
    let mut rows = population(world, kpi, period);
    rows.retain(|row| keep(row));
    match kpi {
        "mttr" => of_durations(&rows, |row| row.time("verified_at")),
        "mttr_claimed" => of_durations(&rows, fixed),
        "time_to_fix" => time_to_fix(world, &rows),
        "escape_rate" => share(&rows, |row| row.is("environment", "production")),
        "exploitability_rate" => share(&rows, |row| row.is("exploitable", "yes")),
        "validation_rate" => share(&rows, |row| row.is("validation", "confirmed")),
        "duplicate_reduction" => share(&rows, |row| row.is("duplicate", "yes")),
        "sla_compliance" => share(&rows, |row| clock(row, world.as_of).breached.is_none()),
        "fix_rate" => fix_rate(world, period, keep),
        "risk_exposure" => {
            let points: Vec<f64> = rows.iter().filter_map(|row| points(row)).collect();
            Number {
                value: Ok(points.iter().sum()),
                rows: points.len() as u64,
            }
        }
        "open_age" => ages(&rows, period.end),
        name if name.starts_with("scan_coverage") => {
            share(&rows, |asset| has_scan(world, asset, period.end))
        }
        _ => counted(&rows),
    }
}

pub fn counted(rows: &[&Row]) -> Number {
    Number {
        value: Ok(rows.len() as f64),
        rows: rows.len() as u64,
    }
}

/// How long ago the rows were found, in the middle.
pub fn ages(rows: &[&Row], instant: i64) -> Number {
    let age = |row: &&Row| {
        let found = row.time("found_at").filter(|found| *found < instant);
        found.map(|found| (instant - found) as f64)
    };
    let ages: Vec<f64> = rows.iter().filter_map(age).collect();
    Number {
        rows: ages.len() as u64,
        value: median(ages).map(|age| age / DAY).ok_or("no rows"),
    }
}

pub fn of_durations(rows: &[&Row], end: impl Fn(&Row) -> Option<i64>) -> Number {
    let duration = |row: &&Row| {
        let duration = end(row)? - row.time("found_at")?;
        (duration >= 0).then_some(duration as f64 / DAY)
    };
    let durations: Vec<f64> = rows.iter().filter_map(duration).collect();
    Number {
        value: mean(&durations).ok_or("no rows"),
        rows: durations.len() as u64,
    }
}

fn time_to_fix(world: &World, rows: &[&Row]) -> Number {
    let life = |row: &&Row| {
        let found = row.time("found_at")?;
        let verified = row.time("verified_at");
        let duration = verified.unwrap_or(world.as_of) - found;
        (duration >= 0).then_some((duration, verified.is_some()))
    };
    let lives: Vec<(i64, bool)> = rows.iter().filter_map(life).collect();
    let reason = if lives.is_empty() {
        "no rows"
    } else {
        "not reached"
    };
    Number {
        value: typical(&lives).map(|time| time as f64 / DAY).ok_or(reason),
        rows: lives.len() as u64,
    }
}

pub fn share(rows: &[&Row], test: impl Fn(&Row) -> bool) -> Number {
    let passing = rows.iter().filter(|row| test(row)).count();
    let value = if rows.is_empty() {
        Err("no rows")
    } else {
        Ok(passing as f64 / rows.len() as f64)
    };
    Number {
        value,
        rows: rows.len() as u64,
    }
}

fn fix_rate(world: &World, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
    let verified = number(world, "verified_findings", period, keep).rows;
    let introduced = number(world, "introduced_findings", period, keep).rows;
    let value = if introduced == 0 {
        Err("division by zero")
    } else {
        Ok(verified as f64 / introduced as f64)
    };
    Number {
        value,
        rows: verified + introduced,
    }
}

/// Whether a successful scan of the asset ended in the 30 days before an instant.
pub fn has_scan(world: &World, asset: &Row, instant: i64) -> bool {
    world.scans.iter().any(|scan| {
        let finished = scan.time("finished_at");
        scan.text("asset_id") == asset.text("asset_id")
            && scan.is("outcome", "success")
            && finished.is_some_and(|at| instant - THIRTY_DAYS <= at && at < instant)
    })
}

pub fn points(finding: &Row) -> Option<f64> {
    let base = match finding.text("severity")? {
        "critical" => 40.0,
        "high" => 20.0,
        "medium" => 8.0,
        "low" => 2.0,
        _ => 0.0,
    };
    let exploitable = if finding.is("exploitable", "yes") {
        3.0
    } else {
        1.0
    };
    let criticality = match finding.text("criticality") {
        Some("critical") => 2.0,
        Some("high") => 1.5,
        Some(_) | None => 1.0,
    };
    let exposure = if finding.is("exposure", "internet") {
        1.5
    } else {
        1.0
    };
    Some(f64::min(base * exploitable * criticality * exposure, 360.0))
}
