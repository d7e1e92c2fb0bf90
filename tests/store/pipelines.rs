//! Random pipelines of several tools, targets and scan lines, with partial runs and packages that are updated,
//! against a replay day by day.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::reports::ingest::ReportReader;
use riskql::reports::store::{self, IngestContext, Segment};
use serde_json::{Value, json};

use super::{Room, micros, with};

/// A pipeline's report of a day: its scans, and what each saw.
#[derive(Clone, Debug)]
struct Piped {
    tool: &'static str,
    scans: Vec<PipedScan>,
    version: u32,
}

#[derive(Clone, Debug)]
struct PipedScan {
    target: &'static str,
    line: &'static str,
    outcome: &'static str,
    seen: Vec<&'static str>,
}

const PIPED: &str = r#"
source piped "Pipelines"
  tool     "piped"
  kind     sca
  reads    json
  counted  ".piped[]"
  known by """ type == "object" and has("piped") """
  scan     """ { tool, scans } """
  rows     """ .piped[] """
  identity component
"#;

prop_compose! {
    fn piped_scans()(
        target in select(vec!["web", "api"]),
        line in select(vec!["a", "b", "c"]),
        outcome in select(vec!["success", "success", "success", "partial", "failed"]),
        seen in vec(select(vec!["x", "y", "z"]), 0..3),
    ) -> PipedScan {
        PipedScan { target, line, outcome, seen }
    }
}

prop_compose! {
    fn piped()(
        tool in select(vec!["t", "u"]),
        scans in vec(piped_scans(), 1..4),
        version in 1..9u32,
    ) -> Piped {
        // Of two scans of one target and line in a report one is enough.
        let mut keys = BTreeSet::new();
        let scans = scans.into_iter().filter(|scan| keys.insert((scan.target, scan.line))).collect();
        Piped { tool, scans, version }
    }
}

impl Piped {
    fn report(&self) -> Value {
        let scans: Vec<Value> = self
            .scans
            .iter()
            .map(|scan| json!({"target": scan.target, "scan_line": scan.line, "outcome": scan.outcome}))
            .collect();
        let rows = self.scans.iter().flat_map(|scan| {
            scan.seen.iter().map(|seen| {
                json!({"title": format!("{} {} {seen}", self.tool, scan.target), "severity": "high", "component": seen,
                    "version": self.version.to_string(), "target": scan.target, "scan_line": scan.line})
            })
        });
        json!({"tool": self.tool, "scans": scans, "piped": rows.collect::<Vec<_>>()})
    }
}

/// When each weakness was open, replayed day by day: it is closed once every line that saw it has looked
/// again, all of it, and has not seen it.
fn replayed(world: &[Piped]) -> Vec<(String, usize, Option<usize>)> {
    let mut standing: BTreeMap<String, (usize, BTreeSet<&str>)> = BTreeMap::new();
    let mut closed = Vec::new();
    for (day, report) in world.iter().enumerate() {
        for scan in &report.scans {
            let name = |seen: &&str| format!("{} {} {seen}", report.tool, scan.target);
            for seen in &scan.seen {
                let entry = standing.entry(name(seen)).or_insert((day, BTreeSet::new()));
                entry.1.insert(scan.line);
            }
        }
        for scan in report.scans.iter().filter(|scan| scan.outcome == "success") {
            for absent in ["x", "y", "z"]
                .iter()
                .filter(|title| !scan.seen.contains(title))
            {
                let name = format!("{} {} {absent}", report.tool, scan.target);
                if let Some((_, lines)) = standing.get_mut(&name) {
                    lines.remove(scan.line);
                }
            }
        }
        let gone: Vec<String> = standing
            .iter()
            .filter(|(_, (_, lines))| lines.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        for name in gone {
            let (found, _) = standing.remove(&name).expect("it stood");
            closed.push((name, found, Some(day)));
        }
    }
    closed.extend(
        standing
            .into_iter()
            .map(|(name, (found, _))| (name, found, None)),
    );
    closed.sort();
    closed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_fix_is_verified_without_a_look_that_could_have_seen_it(world in vec(piped(), 1..9), turn in 0..9usize) {
        let definitions = with(PIPED);
        let reader = ReportReader::new(&definitions);
        let room = Room::new();
        let day = |day: usize| format!("2026-03-{:02}", day + 1);
        // In any order of ingestion.
        let mut order: Vec<usize> = (0..world.len()).collect();
        order.rotate_left(turn % world.len());
        for index in order {
            let context = IngestContext { at: Some(micros(&day(index))), ..room.context.clone() };
            let bytes = world[index].report().to_string().into_bytes();
            let segment = Segment::read(&reader, &definitions, "report", bytes, &context).expect("a report");
            store::add(&room.store, &segment).expect("added");
        }
        let mut found: Vec<(String, String, String)> = room
            .table_by(&definitions, "findings")
            .iter()
            .map(|finding| (finding["title"].clone(), finding["found_at"].clone(), finding["verified_at"].clone()))
            .collect();
        found.sort();
        let expected: Vec<(String, String, String)> = replayed(&world)
            .into_iter()
            .map(|(name, found, closed)| (name, day(found), closed.map_or(String::new(), day)))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
