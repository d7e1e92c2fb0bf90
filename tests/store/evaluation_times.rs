//! What a store tells from where a query stands, worked out by hand.

use riskql::exec::answer::Cell;
use riskql::exec::data::Horizon;

use super::{Record, Room, definitions, micros, report, saw};

/// What had happened before a day began.
fn before(day: &str) -> Horizon {
    Horizon {
        as_of: Some(micros(day)),
        known_on: None,
    }
}

fn found(room: &Room, horizon: Horizon, title: &str) -> Record {
    let findings = room.table_at(horizon, "findings");
    let found = findings.into_iter().find(|each| each["title"] == title);
    found.expect("a finding")
}

/// The fields of a finding as they were before days.
fn told<const N: usize, const M: usize>(
    room: &Room,
    title: &str,
    fields: [&str; N],
    days: [&str; M],
) -> [[String; N]; M] {
    days.map(|day| {
        let found = found(room, before(day), title);
        fields.map(|field| found[field].clone())
    })
}

fn weakness(title: &str, severity: &str, id: &str) -> String {
    format!(r#"{{"title": "{title}", "severity": "{severity}", "vulnerability_ids": ["{id}"]}}"#)
}

/// The one number of each query; `None` is no value.
fn numbers(room: &Room, texts: &[&str]) -> Vec<Option<f64>> {
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    let answers = room.ask(&texts, Horizon::default()).expect("answers");
    let numbers = answers.iter().map(|answer| {
        let cells = answer.rows.iter().flat_map(|row| &row.cells);
        let mut values = cells.filter_map(|cell| match cell {
            Cell::Value(value) => Some(value.value),
            Cell::Missing | Cell::Text(_) | Cell::YesNo(_) | Cell::Number(_) => None,
        });
        values.next().expect("a number")
    });
    numbers.collect()
}

#[test]
fn a_severity_is_that_of_the_latest_scan_before() {
    let room = Room::new();
    room.take("2026-03-01", &report(&weakness("sql", "Medium", "CVE-1")));
    room.take("2026-03-10", &report(&weakness("sql", "Critical", "CVE-1")));
    let days = ["2026-03-02", "2026-03-10", "2026-03-11"];
    assert_eq!(
        told(&room, "sql", ["severity", "last_seen_at"], days),
        [
            ["medium", "2026-03-01"],
            ["medium", "2026-03-01"],
            ["critical", "2026-03-10"]
        ]
    );
    let critical = "backlog where severity = critical";
    let texts = ["as of 2026-03-09", "as of 2026-03-10", ""].map(|day| format!("{critical} {day}"));
    assert_eq!(
        numbers(&room, &texts.each_ref().map(String::as_str)),
        [Some(0.0), Some(1.0), Some(1.0)],
        "asked together, each from where it stands"
    );
}

#[test]
fn an_exploit_is_known_from_the_day_it_was_listed() {
    let room = Room::new();
    let both = [
        weakness("a", "High", "CVE-1"),
        weakness("b", "High", "CVE-2"),
    ];
    room.take("2026-03-01", &report(&both.join(", ")));
    room.take_late(
        "2026-03-12",
        "2026-03-12",
        r#"{"catalogVersion": "1", "vulnerabilities": [
            {"cveID": "CVE-1", "dateAdded": "2026-03-10"},
            {"cveID": "CVE-2", "dateAdded": "2026-03-04"}]}"#,
    );
    let fields = ["exploitable", "known_exploited_at"];
    let days = ["2026-03-04", "2026-03-05", "2026-03-11"];
    assert_eq!(
        told(&room, "a", fields, days),
        [["no", ""], ["no", ""], ["yes", "2026-03-10"]]
    );
    assert_eq!(
        told(&room, "b", fields, days),
        [["no", ""], ["yes", "2026-03-04"], ["yes", "2026-03-04"]]
    );
    let exploitable = "count of findings open where exploitable = yes as of 2026-03-11";
    let known = |day: &str| format!("{exploitable} as known on {day}");
    let texts = [
        exploitable.to_string(),
        known("2026-03-11"),
        known("2026-12-02"),
    ];
    assert_eq!(
        numbers(&room, &texts.each_ref().map(String::as_str)),
        [Some(2.0), Some(0.0), Some(2.0)],
        "the list itself came on the 12th; without a word all that is known counts"
    );
}

#[test]
fn a_score_is_the_latest_of_the_days_before() {
    let room = Room::new();
    room.take("2026-03-01", &report(&weakness("a", "High", "CVE-1")));
    for (day, score) in [("2026-03-08", "0.6"), ("2026-03-03", "0.2")] {
        let text =
            format!("#score_date:{day}T00:00:00+0000\ncve,epss,percentile\nCVE-1,{score},0.5\n");
        room.take("2026-03-20", &text);
    }
    let days = ["2026-03-03", "2026-03-04", "2026-03-08", "2026-03-09"];
    assert_eq!(
        told(&room, "a", ["epss"], days),
        [[""], ["0.2"], ["0.2"], ["0.6"]]
    );
}

#[test]
fn of_one_file_the_decisions_before_hold() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    let on = |word: &str, day: &str| {
        format!(r#"{{"asset_id": "shop", "rule_id": "sql", "decision": "{word}", "at": "{day}"}}"#)
    };
    let all = [
        on("confirmed", "2026-03-04"),
        on("claimed_fixed", "2026-03-08"),
    ];
    room.take("2026-03-20", &format!("[{}]", all.join(", ")));
    let fields = ["validation", "fixed_at", "resolution"];
    let days = ["2026-03-04", "2026-03-08", "2026-03-09"];
    assert_eq!(
        told(&room, "sql", fields, days),
        [
            ["unverified", "", ""],
            ["confirmed", "", ""],
            ["confirmed", "2026-03-08", "fixed"]
        ]
    );
    let folder = |day: &str| room.folder(definitions(), before(day));
    assert_eq!(folder("2026-03-05"), folder("2026-03-08"));
    assert_ne!(folder("2026-03-04"), folder("2026-03-05"));
    assert_ne!(folder("2026-03-08"), folder("2026-03-09"));
}

#[test]
fn a_retirement_to_come_closes_nothing_yet() {
    let room = Room::new();
    room.take("2026-03-01", &saw(&["sql"]));
    let retired = r#"[{"asset_id": "shop", "team": "web", "retired_at": "2026-03-08"}]"#;
    room.take("2026-03-05", retired);
    let days = ["2026-03-08", "2026-03-09"];
    assert_eq!(
        told(&room, "sql", ["closed_at", "resolution"], days),
        [["", ""], ["2026-03-08", "retired"]]
    );
    let asset = &room.table_at(before("2026-03-02"), "assets")[0];
    assert_eq!(asset["team"], "web", "a register has no time of its own");
}

#[test]
fn what_is_one_weakness_later_was_two_findings_before() {
    let room = Room::new();
    let seen_by = |tool: &str, line| {
        format!(
            r#"{{"tool": "{tool}", "ruled": [{{"title": "{tool}", "severity": "high", "rule_id": "r", "cwe": 89, "file": "a.c", "line": {line}}}]}}"#
        )
    };
    room.take("2026-03-01", &seen_by("lint", 10));
    room.take("2026-03-02", &seen_by("probe", 90));
    room.take("2026-03-05", &seen_by("probe", 11));
    let many = |day| room.table_at(before(day), "findings").len();
    assert_eq!(
        ["2026-03-02", "2026-03-05", "2026-03-06"].map(many),
        [1, 2, 1]
    );
}

#[test]
fn a_clean_scan_that_was_recorded_late_was_not_known_before() {
    let room = Room::new();
    room.take_late("2026-03-01", "2026-03-01", &saw(&["sql", "xss"]));
    room.take_late("2026-03-05", "2026-03-20", &saw(&["xss"]));
    let backlog = |clauses: &str| numbers(&room, &[&format!("backlog {clauses}")])[0];
    assert_eq!(backlog("as of 2026-03-10"), Some(1.0));
    assert_eq!(
        backlog("as of 2026-03-10 as known on 2026-03-19"),
        Some(2.0)
    );
    assert_eq!(
        backlog("as of 2026-03-10 as known on 2026-03-20"),
        Some(1.0)
    );
    assert_eq!(backlog("as of 2026-03-04"), Some(2.0));
    // Nothing later was known on the 19th than the scan of the first.
    let texts = ["backlog as known on 2026-03-19".to_string()];
    let answers = room.ask(&texts, Horizon::default()).expect("an answer");
    assert_eq!(answers[0].context.as_of, "2026-03-01");
}

#[test]
fn without_an_as_of_all_there_is_counts() {
    let room = Room::new();
    room.take("2026-03-01", &report(&weakness("a", "High", "CVE-1")));
    let kev = r#"{"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-1", "dateAdded": "2026-03-10"}]}"#;
    room.take("2026-03-10", kev);
    let open = "count of findings open where exploitable = yes";
    let texts = ["", "as of 2026-03-01", "as of 2026-03-10"].map(|day| format!("{open} {day}"));
    assert_eq!(
        numbers(&room, &texts.each_ref().map(String::as_str)),
        [Some(1.0), Some(0.0), Some(1.0)]
    );
}

#[test]
fn horizons_with_the_same_facts_before_them_share_their_tables() {
    let room = Room::new().in_parts_of(1);
    for (asset, days) in [
        ("shop", ["2026-03-01", "2026-03-09"]),
        ("bank", ["2026-03-02"; 2]),
    ] {
        for day in days {
            let context = riskql::reports::store::IngestContext {
                asset: Some(asset.to_string()),
                at: Some(micros(day)),
                ..room.context.clone()
            };
            room.try_take(&saw(&["sql"]), &context).expect("taken");
        }
    }
    let folder = |horizon| room.folder(definitions(), horizon);
    let whole = folder(Horizon::default());
    assert_eq!(folder(before("2026-03-10")), whole);
    let known_on = Some(room.context.recorded_at + 1);
    let as_of = None;
    assert_eq!(folder(Horizon { as_of, known_on }), whole);
    assert_eq!(room.parts(), 2);
    let less = folder(before("2026-03-09"));
    assert_ne!(less, whole);
    assert_eq!(folder(before("2026-03-03")), less);
    assert_eq!(room.parts(), 3, "the bank's is the one there was");
}
