//! As-of is replay: what a store tells from a horizon is what a store tells that was only ever given
//! what lies within it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::base::diagnostic::Problems;
use riskql::exec::answer::{Answer, Excluded, Row};
use riskql::exec::data::Horizon;
use riskql::reports::store::IngestContext;

use super::{Room, codes, definitions, micros};

/// A report, of a day in March or, record by record, of several; and the day on which it is recorded.
#[derive(Clone, Debug)]
struct Told {
    what: What,
    recorded: u32,
}

#[derive(Clone, Debug)]
enum What {
    Scan(Scan),
    /// Day, title and the word of the decision.
    Decisions(Vec<(u32, &'static str, &'static str)>),
    /// The days on which vulnerabilities were listed.
    Kev(Vec<(u32, &'static str)>),
    /// The scores of a day.
    Epss(u32, Vec<(&'static str, u32)>),
    /// Day, number and outcome of scans.
    Scans(Vec<(u32, u32, &'static str)>),
}

#[derive(Clone, Debug)]
struct Scan {
    day: u32,
    asset: &'static str,
    environment: &'static str,
    tool: &'static str,
    outcome: &'static str,
    scope: &'static str,
    /// Title and severity: one weakness is scored otherwise from scan to scan.
    seen: Vec<(&'static str, &'static str)>,
}

const TITLES: [&str; 4] = ["sql", "xss", "csrf", "xxe"];

fn titles() -> impl Strategy<Value = &'static str> {
    select(TITLES.to_vec())
}

prop_compose! {
    fn scans()(
        day in 1..28u32,
        asset in select(vec!["shop", "bank", "old-shop"]),
        environment in select(vec!["production", "production", "staging"]),
        tool in select(vec!["probe", "lint"]),
        outcome in select(vec!["success", "success", "success", "partial", "failed"]),
        scope in select(vec!["full", "full", "full", "diff"]),
        seen in vec((titles(), select(vec!["low", "high", "critical"])), 0..4),
    ) -> What {
        What::Scan(Scan { day, asset, environment, tool, outcome, scope, seen })
    }
}

fn whats() -> impl Strategy<Value = What> {
    let words = vec![
        "confirmed",
        "accepted",
        "claimed_fixed",
        "out_of_scope",
        "false_positive",
    ];
    let outcomes = vec!["success", "success", "failed"];
    prop_oneof![
        8 => scans(),
        2 => vec((1..28u32, titles(), select(words)), 1..4).prop_map(What::Decisions),
        1 => vec((1..28u32, titles()), 1..4).prop_map(What::Kev),
        1 => (1..28u32, vec((titles(), 0..100u32), 1..4)).prop_map(|(day, scores)| What::Epss(day, scores)),
        1 => vec((1..28u32, 1..4u32, select(outcomes)), 1..4).prop_map(What::Scans),
    ]
}

/// Most reports come the day after, some late.
fn told() -> impl Strategy<Value = Told> {
    let delays = select(vec![1, 1, 1, 4, 12]);
    (whats(), delays).prop_map(|(what, delay)| Told {
        recorded: what.last_day() + delay,
        what,
    })
}

fn day(day: u32) -> String {
    format!("2026-03-{day:02}")
}

/// Midnight, at which a day of March begins.
fn beginning(day: u32) -> i64 {
    micros("2026-03-01") + i64::from(day - 1) * 24 * 3600 * 1_000_000
}

impl What {
    fn last_day(&self) -> u32 {
        match self {
            What::Scan(scan) => scan.day,
            What::Epss(day, _) => *day,
            What::Decisions(all) => all.iter().map(|each| each.0).max().unwrap_or(1),
            What::Kev(all) => all.iter().map(|each| each.0).max().unwrap_or(1),
            What::Scans(all) => all.iter().map(|each| each.0).max().unwrap_or(1),
        }
    }

    /// What of it is dated before a day, if anything is.
    fn before(&self, limit: u32) -> Option<What> {
        fn kept<T: Clone>(all: &[T], is_before: impl Fn(&T) -> bool) -> Option<Vec<T>> {
            let kept: Vec<T> = all.iter().filter(|each| is_before(each)).cloned().collect();
            (!kept.is_empty()).then_some(kept)
        }
        match self {
            What::Scan(scan) => (scan.day < limit).then(|| self.clone()),
            What::Epss(day, _) => (*day < limit).then(|| self.clone()),
            What::Decisions(all) => kept(all, |each| each.0 < limit).map(What::Decisions),
            What::Kev(all) => kept(all, |each| each.0 < limit).map(What::Kev),
            What::Scans(all) => kept(all, |each| each.0 < limit).map(What::Scans),
        }
    }

    fn report(&self) -> String {
        let list = |items: Vec<String>| format!("[{}]", items.join(", "));
        match self {
            What::Scan(scan) => scan.report(),
            What::Decisions(all) => list(all.iter().map(decision).collect()),
            What::Kev(all) => {
                let listed = all.iter().map(|(at, title)| {
                    format!(
                        r#"{{"cveID": "{}", "dateAdded": "{}"}}"#,
                        cve(title),
                        day(*at)
                    )
                });
                let listed = list(listed.collect());
                format!(r#"{{"catalogVersion": "1", "vulnerabilities": {listed}}}"#)
            }
            What::Epss(at, scores) => {
                let lines = scores.iter().map(|(title, score)| {
                    format!("{},{},0.5\n", cve(title), f64::from(*score) / 100.0)
                });
                let lines: String = lines.collect();
                let day = day(*at);
                format!("#score_date:{day}T00:00:00+0000\ncve,epss,percentile\n{lines}")
            }
            What::Scans(all) => list(all.iter().map(listed_scan).collect()),
        }
    }
}

fn cve(title: &str) -> String {
    let place = TITLES.iter().position(|known| *known == title);
    format!("CVE-2026-000{}", place.expect("a title"))
}

fn decision((at, title, word): &(u32, &str, &str)) -> String {
    let at = day(*at);
    format!(
        r#"{{"asset_id": "shop", "rule_id": "{title}", "decision": "{word}", "at": "{at}", "until": "2026-03-20"}}"#
    )
}

fn listed_scan((at, number, outcome): &(u32, u32, &str)) -> String {
    let at = day(*at);
    format!(
        r#"{{"scan_id": "scan-{number}", "asset_id": "shelf-{number}", "finished_at": "{at}", "outcome": "{outcome}"}}"#
    )
}

impl Scan {
    fn report(&self) -> String {
        let rows = self.seen.iter().map(|(title, severity)| {
            let ids = cve(title);
            format!(
                r#"{{"title": "{title}", "severity": "{severity}", "rule_id": "{title}", "component": "{title}", "vulnerability_ids": ["{ids}"]}}"#
            )
        });
        let rows: Vec<String> = rows.collect();
        format!(
            r#"{{"tool": "{}", "outcome": "{}", "scope": "{}", "ruled": [{}]}}"#,
            self.tool,
            self.outcome,
            self.scope,
            rows.join(", ")
        )
    }
}

/// Assets that are registered on the first day: one was renamed, one is retired in the middle of March.
const REGISTER: &str = r#"[
    {"asset_id": "shop", "kind": "web", "criticality": "critical", "business_critical": "yes", "team": "web"},
    {"asset_id": "old-shop", "alias_of": "shop", "team": "web"},
    {"asset_id": "bank", "kind": "api", "criticality": "low", "team": "core", "retired_at": "2026-03-15"}
]"#;

/// A store of reports; each is recorded at an instant of its own.
fn room<'a>(all: impl Iterator<Item = (usize, &'a Told)>) -> Room {
    let room = Room::new();
    let take = |what: &What, recorded_at| {
        let mut context = IngestContext {
            asset: None,
            recorded_at,
            ..IngestContext::default()
        };
        if let What::Scan(scan) = what {
            context.asset = Some(scan.asset.to_string());
            context.environment = Some(scan.environment.to_string());
            context.at = Some(beginning(scan.day));
        }
        let taken = room.try_take(&what.report(), &context);
        taken.expect("the report goes in");
    };
    let first = IngestContext {
        recorded_at: beginning(1),
        ..IngestContext::default()
    };
    room.try_take(REGISTER, &first).expect("registered");
    for (place, told) in all {
        take(&told.what, beginning(told.recorded) + place as i64);
    }
    room
}

/// Every KPI, in whole and by what it is divided by; every other one says itself where it stands.
fn questions(clause: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for (place, kpi) in definitions().kpis.iter().enumerate() {
        let clause = if place % 2 == 0 { clause } else { "" };
        texts.push(format!("{} {clause}", kpi.name));
        let by = kpi.dimensions.first().expect("a dimension");
        texts.push(format!("{} by {by} over week {clause}", kpi.name));
    }
    texts.push("list findings show severity, validation, exploitable".to_string());
    texts
}

type Numbers = Vec<(Vec<Row>, Vec<Excluded>)>;

fn numbers(answers: Result<Vec<Answer>, Problems>) -> Result<Numbers, Vec<&'static str>> {
    let answers = answers.map_err(codes)?;
    let numbers = answers.into_iter();
    Ok(numbers
        .map(|answer| (answer.rows, answer.excluded))
        .collect())
}

const TABLES: [&str; 4] = ["findings", "detections", "scans", "assets"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_of_and_known_on_are_replay(all in vec(told(), 4..24), limit in 2..30u32, known in 2..42u32) {
        let full = room(all.iter().enumerate());
        let as_of = Some(beginning(limit));
        let known_on = Some(beginning(known));
        let is_known = |told: &Told| told.recorded < known;
        let happened: Vec<Option<Told>> = all
            .iter()
            .map(|told| Some(Told { what: told.what.before(limit)?, ..told.clone() }))
            .collect();
        let happened = || {
            let places = happened.iter().enumerate();
            places.filter_map(|(place, told)| Some((place, told.as_ref()?)))
        };
        let cases = [
            (Horizon { as_of, known_on: None }, room(happened())),
            (
                Horizon { as_of: None, known_on },
                room(all.iter().enumerate().filter(|(_, told)| is_known(told))),
            ),
            (
                Horizon { as_of, known_on },
                room(happened().filter(|(_, told)| is_known(told))),
            ),
        ];
        for (horizon, less) in cases {
            // The register tells of a retirement that may lie beyond as-of: only that is left to cut.
            let of_register = Horizon { as_of: horizon.as_of, known_on: None };
            for table in TABLES {
                let replayed = less.table_at(of_register, table);
                prop_assert_eq!(full.table_at(horizon, table), replayed, "{}", table);
            }
            let clause = match horizon.as_of {
                Some(_) => format!("as of {}", day(limit - 1)),
                None => format!("as known on {}T00:00:00Z", known_day(known)),
            };
            let texts = questions(&clause);
            prop_assert_eq!(
                numbers(full.ask(&texts, horizon)),
                numbers(less.ask(&texts, horizon))
            );
        }
    }
}

fn known_day(known: u32) -> String {
    match known {
        1..=31 => day(known),
        later => format!("2026-04-{:02}", later - 31),
    }
}
