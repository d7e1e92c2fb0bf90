//! Random tables full of the trouble that real exports have.

use super::seeded::Seeded;
use super::times::{after, cell};
use crate::answers::naive::calendar::Calendar;
use crate::answers::tables::{ASSETS, DETECTIONS, FINDINGS, SCANS, Table};

/// Findings, assets, scans and detections.
pub fn tables(random: &mut Seeded, calendar: &Calendar) -> Vec<Table> {
    let assets = assets(random, calendar);
    vec![
        findings(random, calendar),
        assets,
        scans(random, calendar),
        detections(random),
    ]
}

fn word(random: &mut Seeded, words: &[&str], missing: usize) -> String {
    if random.percent(missing) {
        return String::new();
    }
    random.pick(words).to_owned()
}

/// One of more assets than there are: some rows are orphans.
fn asset_id(random: &mut Seeded) -> String {
    if random.percent(8) {
        return String::new();
    }
    format!("A{}", random.below(10))
}

/// One of more findings than there are most of the time.
fn finding_id(random: &mut Seeded) -> String {
    if random.percent(30) {
        return String::new();
    }
    format!("F{}", random.below(60))
}

const YES_NO: [&str; 6] = ["yes", "no", "true", "false", "1", "0"];
const TEAMS: [&str; 3] = ["payments", "web", "platform"];

fn assets(random: &mut Seeded, calendar: &Calendar) -> Table {
    let mut table = Table::new("assets", &ASSETS);
    for number in 0..random.pick(&[0, 1, 4, 8, 8]) {
        let commissioned = if random.percent(40) {
            "2024-05-01".to_owned()
        } else {
            cell(random, 15)
        };
        let retired = after(random, calendar, &commissioned, 60);
        table.rows.push(vec![
            format!("A{number}"),
            word(random, &["shop", "api", "back office", "ledger"], 10),
            word(random, &["web", "api", "microservice"], 15),
            word(random, &["low", "medium", "high", "critical"], 15),
            word(
                random,
                &["internet", "partner", "internal", "unheard of"],
                20,
            ),
            word(random, &YES_NO, 20),
            word(random, &TEAMS, 20),
            commissioned,
            retired,
        ]);
    }
    table
}

fn findings(random: &mut Seeded, calendar: &Calendar) -> Table {
    let mut table = Table::new("findings", &FINDINGS);
    let count = random.pick(&[0, 1, 5, 20, 40, 60, 80]);
    for number in 0..count {
        let found = cell(random, 10);
        let accepted = after(random, calendar, &found, 60);
        table.rows.push(vec![
            format!("F{number}"),
            asset_id(random),
            word(random, &["injection", "cross-site scripting"], 50),
            word(
                random,
                &["info", "low", "medium", "high", "critical", "critical"],
                10,
            ),
            word(random, &["unverified", "confirmed"], 30),
            word(random, &YES_NO, 30),
            word(random, &["production", "staging", "Production"], 25),
            word(
                random,
                &["fixed", "fixed", "false_positive", "accepted"],
                30,
            ),
            after(random, calendar, &found, 60),
            found.clone(),
            after(random, calendar, &found, 45),
            after(random, calendar, &found, 45),
            after(random, calendar, &found, 45),
            accepted.clone(),
            after(random, calendar, &accepted, 30),
            after(random, calendar, &found, 60),
            word(random, &["0", "3.5", "9.8", "10"], 30),
        ]);
    }
    table
}

fn scans(random: &mut Seeded, calendar: &Calendar) -> Table {
    let mut table = Table::new("scans", &SCANS);
    for number in 0..random.pick(&[0, 1, 30, 60, 60]) {
        let some_day = cell(random, 5);
        let finished = if random.percent(50) {
            after(random, calendar, &some_day, 5)
        } else {
            some_day
        };
        table.rows.push(vec![
            format!("S{number}"),
            asset_id(random),
            finished,
            word(
                random,
                &["success", "success", "success", "partial", "failed"],
                10,
            ),
        ]);
    }
    table
}

fn detections(random: &mut Seeded) -> Table {
    let mut table = Table::new("detections", &DETECTIONS);
    for number in 0..random.pick(&[0, 1, 20, 40]) {
        table.rows.push(vec![
            format!("D{number}"),
            finding_id(random),
            asset_id(random),
            word(random, &["zap", "semgrep", "trivy"], 15),
            word(random, &["dast", "sast", "sca"], 15),
            cell(random, 10),
            word(random, &YES_NO, 20),
        ]);
    }
    table
}
