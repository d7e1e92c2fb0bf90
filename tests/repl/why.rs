//! `\why`: which groups moved a number, worked out by hand. The tables are those of `rows`.

use riskql::render::OutputFormat;

use super::rows::{Desk, FINDINGS};

/// The line of the table that begins with a group.
fn line(text: &str, group: &str) -> String {
    let found = text.lines().find(|line| line.starts_with(group));
    let found = found.unwrap_or_else(|| panic!("no {group} in\n{text}"));
    found.split_whitespace().collect::<Vec<&str>>().join(" ")
}

#[test]
fn a_team_that_became_slower_is_rate() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr over month from 2026-02 to 2026-03");
    let why = desk.shown("\\why team");
    // (10 + 14 + 4 + 4) / 4 = 8; (30 + 30 + 4 + 4) / 4 = 17. Half of the rows in both months are
    // payments', whose mean went from 12 to 30: half of 18.
    assert!(
        why.starts_with("mttr: 8 days in 2026-02 → 17 days in 2026-03\n+9 days, worse\n"),
        "{why}"
    );
    assert_eq!(
        line(&why, "payments "),
        "payments 12 30 0 +9 +9 100% 2 2 few"
    );
    assert_eq!(line(&why, "identity "), "identity 4 4 0 0 0 0% 2 2 few");
    assert!(
        why.contains(
            "team payments brings +9 days, 100% of the change: its own value went from 12 days to 30 days (rate)"
        ),
        "{why}"
    );
}

#[test]
fn a_group_that_comes_is_mix() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr over month from 2026-02 to 2026-03");
    let why = desk.shown("\\why severity");
    // Half high (12 days) and half low (4); then a quarter high and a quarter critical (30 each), half
    // low. The middle of 8 and 17 is 12.5.
    //   high      rate (0.5 + 0.25) / 2 × 18 = 6.75, mix −0.25 × (21 − 12.5) = −2.125
    //   critical  not there before: mix 0.25 × (30 − 12.5) = 4.375
    assert_eq!(
        line(&why, "high "),
        "high 12 30 -2.12 +6.75 +4.62 51% 2 1 few"
    );
    assert_eq!(
        line(&why, "critical "),
        "critical none 30 +4.38 0.00 +4.38 49% 0 1 few"
    );
    assert_eq!(line(&why, "low "), "low 4 4 0.00 0.00 0.00 0% 2 2 few");
    assert!(
        why.contains("its share of the whole went from 0% to 25% (mix)"),
        "{why}"
    );
}

#[test]
fn what_adds_up_has_its_own_change() {
    let mut desk = Desk::new(OutputFormat::Json, None);
    desk.shown("backlog over month from 2026-02 to 2026-03");
    let why = desk.json("\\why team");
    // Open at the end of February: F5 and F6; of March: F10. F9 is a false positive.
    assert_eq!(why["before"]["value"], 2.0);
    assert_eq!(why["after"]["value"], 1.0);
    assert_eq!(why["change"], -1.0);
    assert_eq!(why["verdict"], "better");
    assert_eq!(why["decomposition"], "adds");
    let groups = why["groups"].as_array().expect("groups");
    assert_eq!(groups[0]["group"]["team"], "payments");
    assert_eq!(groups[0]["contribution"]["total"], -1.0);
}

#[test]
fn a_rate_of_two_kpis_falls_into_mix_and_rate() {
    let mut desk = Desk::new(OutputFormat::Json, None);
    desk.shown("fix_rate in 2026-03");
    let why = desk.json("\\why team");
    // February: 4 verified for 6 introduced (F1 F2 F5 F6 of payments, F3 F4 of identity). March: 4 for 3
    // (F7 F8 of identity, F10 of payments).
    assert_eq!(why["before"]["period"], "2026-02");
    assert_eq!(why["before"]["value"], 4.0 / 6.0);
    assert_eq!(why["after"]["value"], 4.0 / 3.0);
    let groups = why["groups"].as_array().expect("groups");
    let own = |team: &str, key: &str| {
        let group = groups.iter().find(|group| group["group"]["team"] == team);
        group.expect("a group")["contribution"][key]
            .as_f64()
            .expect("a number")
    };
    let is = |found: f64, expected: f64| {
        assert!(
            (found - expected).abs() < 1e-12,
            "{found} is not {expected}"
        );
    };
    // payments 2/4 → 2/1, weight 4/6 → 1/3; identity 2/2 → 2/2, weight 2/6 → 2/3; the middle is 1.
    is(own("payments", "rate"), 0.5 * 1.5);
    is(
        own("payments", "mix"),
        (1.0 / 3.0 - 4.0 / 6.0) * (1.25 - 1.0),
    );
    is(own("identity", "rate"), 0.0);
    is(
        own("identity", "mix"),
        (2.0 / 3.0 - 1.0 / 3.0) * (1.0 - 1.0),
    );
}

#[test]
fn a_median_has_no_parts() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("open_age over month from 2026-02 to 2026-03");
    let why = desk.shown("\\why team");
    assert!(
        why.contains("open_age does not follow from its groups' values"),
        "{why}"
    );
    // F5 and F6 at the end of February: 28 and 23 days; F10 at the end of March: 12.
    assert!(
        why.contains("25.5 days in 2026-02 → 12 days in 2026-03"),
        "{why}"
    );
    assert_eq!(line(&why, "payments "), "payments 25.5 12 2 1");
    assert!(!why.contains("mix"), "{why}");
}

#[test]
fn the_field_that_tells_most_is_shown() {
    let mut desk = Desk::new(OutputFormat::Json, None);
    desk.shown("mttr in 2026-03");
    let why = desk.json("\\why");
    // By app or team the change of 9 is all on one of two equal sides. By environment staging brings 13.6,
    // production takes 2.5 and those without take 2.1: further from moving alike. `validation` is not
    // in the data.
    assert_eq!(why["dimensions"], serde_json::json!(["environment"]));
    let notes = why["notes"].to_string();
    assert!(
        notes.contains("not tried, for want of data: by validation"),
        "{notes}"
    );
    desk.shown("mttr by severity in 2026-03");
    assert_eq!(
        desk.json("\\why")["dimensions"],
        serde_json::json!(["severity"])
    );
}

#[test]
fn the_periods_are_those_asked_for() {
    let mut desk = Desk::new(OutputFormat::Json, None);
    let mut periods = |query: &str, why: &str| {
        desk.shown(query);
        let why = desk.json(why);
        let period = |side: &str| why[side]["period"].as_str().expect("a label").to_owned();
        [period("before"), period("after")]
    };
    assert_eq!(periods("backlog", "\\why team"), ["2026-03", "2026-04"]);
    assert_eq!(
        periods("backlog last 2 months", "\\why team"),
        ["2026-01 to 2026-02", "2026-03 to 2026-04"]
    );
    assert_eq!(
        periods("backlog in 2026-03", "\\why team"),
        ["2026-02", "2026-03"]
    );
    assert_eq!(
        periods("backlog from 2026-02 to 2026-03", "\\why team"),
        ["2025-12 to 2026-01", "2026-02 to 2026-03"]
    );
    assert_eq!(
        periods("backlog past 30 days", "\\why team")[0],
        "the 30 days before"
    );
    assert_eq!(
        periods("backlog over month in 2026-Q1", "\\why team"),
        ["2026-02", "2026-03"]
    );
    assert_eq!(
        periods("backlog in 2026-03", "\\why team versus 2026-01"),
        ["2026-01", "2026-03"]
    );
    assert_eq!(
        periods("backlog in 2026-03 versus previous quarter", "\\why team"),
        ["2025-12", "2026-03"]
    );
    assert_eq!(
        periods("backlog in 2026-03", "\\why team versus previous year"),
        ["2025-03", "2026-03"]
    );
}

#[test]
fn mistakes_are_told() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr in 2026-03");
    desk.refused("\\why teem", &["K973", "did you mean `team`?"]);
    desk.refused("\\why found_at", &["K973", "it can be by:"]);
    desk.refused("\\why team versus soon", &["soon"]);
    desk.shown("count of findings verified in 2026-03");
    desk.refused("\\why", &["K973", "\\why severity"]);
    desk.shown("mttr over month in 2026-03");
    desk.refused("\\why team", &["K972", "name the other one: versus 2026-0"]);
}

#[test]
fn a_period_without_a_value_leaves_nothing_to_explain() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr in 2026-02");
    let why = desk.shown("\\why team");
    assert!(
        why.starts_with("mttr: none in 2026-01 (no rows) → 8 days in 2026-02"),
        "{why}"
    );
    assert!(why.contains("one of the periods has no value"), "{why}");
    assert_eq!(line(&why, "payments "), "payments none 12 0 2");
}

#[test]
fn other_programs_get_numbers() {
    let mut desk = Desk::with(FINDINGS, OutputFormat::Csv, None);
    desk.shown("mttr over month from 2026-02 to 2026-03");
    let csv = desk.shown("\\why team");
    assert!(
        csv.contains("team,2026-02,2026-03,mix,rate,total,part,rows before,rows after,few"),
        "{csv}"
    );
    assert!(csv.contains("payments,12,30,0,9,9,1,2,2,yes"), "{csv}");
}
