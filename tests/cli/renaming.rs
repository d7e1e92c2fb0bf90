//! `rename`.

use std::fs;

use super::Project;
use super::lineage::project;

/// Every file of the definitions with its text.
fn texts(project: &Project) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = fs::read_dir(project.path("defs"))
        .expect("definitions")
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            let name = name.to_string_lossy().into_owned();
            let text = project.read(&format!("defs/{name}"));
            (name, text)
        })
        .collect();
    texts.sort();
    texts
}

/// `backlog` stands in its definition, two formulas, a view, a card, and two headers and queries of tests.
#[test]
fn a_kpi_is_renamed_with_its_users_comments_and_layout_kept() {
    let project = project();
    project.replace(
        "defs/kpis.kpi",
        "kpi backlog \"Open findings\"",
        "kpi   backlog \"Open findings\"   # the backlog, as backlog says",
    );
    let before = texts(&project);
    let outcome = project.with_defs(&["rename", "backlog", "open_findings"]);
    outcome.shows(&["renamed kpi backlog to open_findings"]);
    project.with_defs(&["check"]).shows(&["no errors"]);
    project.with_defs(&["test"]).shows(&["0 failed"]);
    let kpis = project.read("defs/kpis.kpi");
    assert!(
        kpis.contains("kpi   open_findings \"Open findings\"   # the backlog, as backlog says")
    );
    assert!(kpis.contains("open_findings over month"), "{kpis}");
    let risk = project.read("defs/risk.kpi");
    assert!(risk.contains("exposure / open_findings"), "{risk}");
    // `risky_backlog` is another KPI.
    assert!(risk.contains("kpi risky_backlog"), "{risk}");
    let tests = project.read("defs/tests.kpi");
    assert!(tests.contains("| month   | open_findings |"), "{tests}");
    project
        .with_defs(&["rename", "open_findings", "backlog"])
        .shows(&[]);
    assert_eq!(texts(&project), before);
}

#[test]
fn what_was_formatted_stays_formatted() {
    let project = project();
    project.with_defs(&["fmt"]).shows(&[]);
    project
        .with_defs(&["rename", "findings.severity", "gravity_of_the_finding"])
        .shows(&[]);
    project.with_defs(&["fmt", "--check"]).shows(&[]);
    let tests = project.read("defs/tests.kpi");
    assert!(tests.contains("| gravity_of_the_finding |"), "{tests}");
}

#[test]
fn the_header_of_a_test_keeps_what_follows_the_name() {
    let project = project();
    project
        .with_defs(&["rename", "mttr", "time_to_fix"])
        .shows(&[]);
    let tests = project.read("defs/tests.kpi");
    assert!(
        tests.contains("| time_to_fix | time_to_fix_rows |"),
        "{tests}"
    );
    project.with_defs(&["check"]).shows(&["no errors"]);
}

#[test]
fn tables_columns_events_conditions_scores_and_scales_are_renamed() {
    let project = project();
    for (kind, old, new) in [
        ("condition", "risky", "serious"),
        ("score", "risk", "risk_points"),
        ("scale", "severity", "gravity"),
        ("event", "findings.found", "discovered"),
        ("state", "findings.open", "standing"),
        ("view", "worst", "worst_teams"),
        ("dashboard", "risks", "risk_board"),
        ("sla", "remediation", "repair"),
        ("field", "team", "squad"),
    ] {
        project.with_defs(&["rename", kind, old, new]).shows(&[new]);
        project.with_defs(&["check"]).shows(&["no errors"]);
        project.with_defs(&["test"]).shows(&["0 failed"]);
    }
    let outcome = project.with_defs(&["rename", "scans", "runs"]);
    outcome.shows(&[]);
    assert!(outcome.stderr.contains("runs.csv"), "{}", outcome.stderr);
    let outcome = project.with_defs(&["rename", "findings.environment", "stage"]);
    assert!(
        outcome.stderr.contains("column `stage`"),
        "{}",
        outcome.stderr
    );
    let kpis = project.read("defs/kpis.kpi");
    assert!(kpis.contains("any runs completed"), "{kpis}");
    assert!(
        kpis.contains("findings discovered with stage = production"),
        "{kpis}"
    );
    project.with_defs(&["check"]).shows(&["no errors"]);
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let project = project();
    let before = texts(&project);
    project
        .with_defs(&["rename", "kpi", "exposure", "risk_exposure", "--dry-run"])
        .shows(&[
            "-kpi exposure \"Risk exposure\"",
            "+kpi risk_exposure \"Risk exposure\"",
        ]);
    assert_eq!(texts(&project), before);
}

#[test]
fn names_that_clash_or_would_mean_something_else_are_refused_and_nothing_is_written() {
    let project = project();
    let before = texts(&project);
    for (arguments, words) in [
        // Another KPI, a view, the name itself, a noun of the table.
        (vec!["mttr", "backlog"], vec!["K914", "kpi backlog"]),
        (vec!["mttr", "worst"], vec!["K914", "view worst"]),
        (vec!["mttr", "mttr"], vec!["K914", "called so already"]),
        (
            vec!["findings.found", "open"],
            vec!["K914", "state findings.open"],
        ),
        (
            vec!["findings.found_at", "closed_at"],
            vec!["K914", "closed_at"],
        ),
        // Words of the language, and no names.
        (vec!["mttr", "last"], vec!["K915", "word of the language"]),
        (vec!["mttr", "a`b"], vec!["K915", "cannot be a name"]),
        // Functions, and an event of the table where the condition is used.
        (vec!["mttr", "median"], vec!["K212", "K917"]),
        (vec!["risky", "verified"], vec!["K212", "K917"]),
        // What an SLA adds, a place that names two fields, two meanings, none.
        (vec!["findings.due_at", "deadline"], vec!["K913"]),
        (vec!["exposure", "risk_exposure"], vec!["K912"]),
        (vec!["mtr", "time"], vec!["K911", "did you mean `mttr`?"]),
    ] {
        let arguments = [vec!["rename"], arguments].concat();
        project.with_defs(&arguments).refused(2, &words);
        assert_eq!(texts(&project), before, "{arguments:?}");
    }
}

/// The score is found before the KPI-to-be only where no field has its name: `sum cvss of findings` means the column.
#[test]
fn a_name_that_is_found_before_is_refused() {
    let project = project();
    project.replace(
        "defs/model.kpi",
        "  field   title text\n",
        "  field   title text\n  field   cvss number\n",
    );
    let before = texts(&project);
    project
        .with_defs(&["rename", "score", "risk", "cvss"])
        .refused(2, &["cvss"]);
    assert_eq!(texts(&project), before);
}

#[test]
fn a_condition_on_two_tables_is_renamed_by_the_field_of_both() {
    let project = project();
    project.write(
        "defs/both.kpi",
        "condition of_core is team = core\n\n\
         kpi core_findings\n  is count of findings open where of_core\n\n\
         kpi core_assets\n  is count of assets in_service where of_core\n",
    );
    project
        .with_defs(&["rename", "findings.team", "squad"])
        .refused(
            2,
            &[
                "K916",
                "assets.team",
                "riskql rename field team NEW",
                "both.kpi:1",
            ],
        );
    project
        .with_defs(&["rename", "field", "team", "squad"])
        .shows(&[]);
    project.with_defs(&["check"]).shows(&["no errors"]);
    assert!(project.read("defs/both.kpi").contains("is squad = core"));
}

#[test]
fn the_library_and_broken_definitions_are_not_renamed() {
    let project = Project::empty();
    project
        .run(&["rename", "mttr", "time_to_fix"])
        .refused(2, &["K902", "riskql init"]);
    let project = self::project();
    project.replace("defs/risk.kpi", "sum risk of", "sum risc of");
    project
        .with_defs(&["rename", "mttr", "time_to_fix"])
        .refused(2, &["risc"]);
}
