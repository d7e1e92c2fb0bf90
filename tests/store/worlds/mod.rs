//! No fix is verified without a look that could have seen the weakness: random worlds of pipelines, with several
//! tools, formats, environments, targets and scan lines, partial runs, renamed lines and assets, updated packages,
//! moved folders, reports that come twice, late or are taken back, against a naive replay.

mod replay;
mod world;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use riskql::lang::model::Definitions;
use riskql::reports::ingest::ReportReader;
use riskql::reports::store::{self, IngestContext, Segment};

use self::replay::{OpenStretch, Rule, replayed};
use self::world::{Piped, RunKey, World, asset, worlds};
use super::{Room, micros, with};

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| with(world::SOURCES));
static READER: LazyLock<ReportReader<'static>> = LazyLock::new(|| ReportReader::new(&DEFINITIONS));

/// Worlds have assets of their own, so all of them share a store.
const WORLDS: usize = 1000;
/// In so many worlds at least each rule decides which fixes are verified.
const DECIDED: usize = 5;

#[test]
fn no_fix_is_verified_without_a_look_that_could_have_seen_it() {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let trees: Vec<_> = (0..WORLDS)
        .map(|_| worlds().new_tree(&mut runner).expect("a world"))
        .collect();
    let drawn: Vec<World> = trees.iter().map(ValueTree::current).collect();
    let (mut decided, mut fixes) = (BTreeMap::<Rule, usize>::new(), 0);
    for ((tree, world), told) in trees.into_iter().zip(&drawn).zip(told(&drawn)) {
        let expected = replayed(world, None);
        if told != expected {
            let smallest = runner.run_one(tree, |world| agrees(&world));
            panic!("{smallest:?}: {told:#?} and not {expected:#?}");
        }
        let expected = fixes_of(&expected);
        fixes += expected.len();
        for rule in Rule::ALL {
            let is_decided = fixes_of(&replayed(world, Some(rule))) != expected;
            *decided.entry(rule).or_default() += usize::from(is_decided);
        }
    }
    println!("{fixes} verified fixes; worlds decided by each rule: {decided:?}");
    assert!(fixes > WORLDS / 4, "{fixes} verified fixes");
    assert!(
        decided.values().all(|worlds| *worlds >= DECIDED),
        "{decided:?}"
    );
}

/// From when until when weaknesses were open that were verified to be gone.
fn fixes_of(stretches: &[OpenStretch]) -> Vec<(u32, u32)> {
    let fixes = stretches
        .iter()
        .filter_map(|stretch| Some((stretch.found, stretch.verified?)));
    let mut fixes: Vec<(u32, u32)> = fixes.collect();
    fixes.sort_unstable();
    fixes
}

fn agrees(world: &World) -> Result<(), TestCaseError> {
    let told = told(std::slice::from_ref(world)).remove(0);
    let expected = replayed(world, None);
    match told == expected {
        true => Ok(()),
        false => Err(TestCaseError::fail(format!(
            "the store tells {told:#?}, the replay {expected:#?}"
        ))),
    }
}

/// What one store tells of several worlds.
fn told(worlds: &[World]) -> Vec<Vec<OpenStretch>> {
    let room = Room::new();
    register(&room, worlds);
    ingest(&room, worlds);
    let mut told = vec![Vec::new(); worlds.len()];
    for finding in room.table_by(&DEFINITIONS, "findings") {
        let (target, product) = finding["asset_id"]
            .rsplit_once('-')
            .expect("an asset of a world");
        let day_of = |field: &str| {
            finding[field]
                .strip_prefix("2026-03-")
                .map(|day| day.parse::<u32>().expect("a day") - 1)
        };
        assert_eq!(finding["verified_at"], finding["closed_at"], "{finding:?}");
        let product: usize = product.parse().expect("the number of a world");
        told[product].push(OpenStretch {
            target: target
                .strip_prefix("registry:5000/")
                .expect("a registry")
                .to_string(),
            environment: finding["environment"].clone(),
            title: finding["title"].clone(),
            found: day_of("found_at").expect("a day"),
            verified: day_of("verified_at"),
        });
    }
    told.iter_mut().for_each(|stretches| stretches.sort());
    told
}

/// Registers the assets that were renamed.
fn register(room: &Room, worlds: &[World]) {
    let renamed = worlds
        .iter()
        .enumerate()
        .filter(|(_, world)| world.is_renamed);
    let lines: String = renamed
        .map(|(product, _)| {
            let name = |target| asset(target, &product.to_string());
            format!("{},{},web\n", name("old-web"), name("web"))
        })
        .collect();
    if !lines.is_empty() {
        let taken = room.try_take(&format!("asset_id,alias_of,team\n{lines}"), &room.context);
        taken.expect("registered");
    }
}

/// Pipelines that run alike on a day write one report of all products, however many there are.
fn ingest(room: &Room, worlds: &[World]) {
    let mut runs: BTreeMap<(RunKey, usize), Vec<(String, &Piped)>> = BTreeMap::new();
    for (product, world) in worlds.iter().enumerate() {
        let mut times: BTreeMap<RunKey, usize> = BTreeMap::new();
        for report in &world.reports {
            let time = times.entry(report.run_key()).or_default();
            *time += 1;
            let run = runs.entry((report.run_key(), *time)).or_default();
            run.push((product.to_string(), report));
        }
    }
    let mut runs: Vec<_> = runs.into_values().collect();
    runs.sort_by_key(|run| run[0].1.turn);
    for run in runs {
        let report = run[0].1;
        let context = IngestContext {
            asset: None,
            environment: Some(report.environment.to_string()),
            at: Some(micros(&format!("2026-03-{:02}", report.day + 1))),
            scan_line: report.said_line.map(str::to_string),
            is_partial: report.is_partial,
            ..room.context.clone()
        };
        let bytes = world::report(&run).to_string().into_bytes();
        let segment = Segment::read(&READER, &DEFINITIONS, "report", bytes, &context);
        let segment = segment.expect("a report");
        for _ in 0..=usize::from(report.is_ingested_twice) {
            store::add(&room.store, &segment).expect("added");
        }
        if report.is_withdrawn {
            let withdrawn = store::withdraw(&room.store, &[segment.manifest], context.recorded_at);
            withdrawn.expect("withdrawn");
        }
    }
}
