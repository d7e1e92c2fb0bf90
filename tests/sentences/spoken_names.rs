//! KPIs named in words: one mistake, with the name to type.

use super::{here, riskql};

#[test]
fn a_kpi_named_in_words_is_told_how_it_is_written() {
    for (sentence, words, name) in [
        ("escape rate last quarter", "escape rate", "escape_rate"),
        ("fix-rate by team", "fix-rate", "fix_rate"),
        (
            "Scan Coverage Web",
            "Scan Coverage Web",
            "scan_coverage_web",
        ),
        // Its title.
        ("SLA compliance", "SLA compliance", "sla_compliance"),
        (
            "mttr, mean time to detect",
            "mean time to detect",
            "mean_time_to_detect",
        ),
    ] {
        let output = riskql(&here(), &["run", sentence, "--data", "data"]);
        let told = String::from_utf8(output.stderr).expect("text");
        let message = format!("error[K206]: there is no kpi `{words}`\n");
        assert_eq!(output.status.code(), Some(2), "{sentence}: {told}");
        assert!(told.starts_with(&message), "{sentence}: {told}");
        assert!(told.contains(&format!("did you mean `{name}`?")), "{told}");
        assert!(told.ends_with("\n1 error\n"), "{told}");
    }
}

#[test]
fn words_that_are_read_are_no_name() {
    let output = riskql(
        &here(),
        &["run", "count of findings open age", "--data", "data"],
    );
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(!told.contains("there is no kpi"), "{told}");
}

#[test]
fn a_question_in_plain_words_is_told_what_a_query_is() {
    for (sentence, told) in [
        (
            "how many criticals are open",
            "count of findings open where severity = critical",
        ),
        ("show me the backlog", "mttr by team last 12 months"),
        ("top 5 apps by risk exposure", "risk_exposure by app top 5"),
        (
            "count of findings due within next 14 days",
            "findings open where due_at within next 14 days",
        ),
        ("count distinct app of findings open", "write `distinct`"),
        ("share of findings due with in time", "write `not breached`"),
        (
            "count of findings found where any detections where tool = zap",
            "any findings open where severity = critical",
        ),
    ] {
        let output = riskql(&here(), &["run", sentence, "--data", "data"]);
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{sentence}: {stderr}");
        assert!(stderr.contains(told), "{sentence}: {stderr}");
    }
}

#[test]
fn what_is_told_is_read() {
    for sentence in [
        "count of findings open where severity = critical",
        "mttr by team last 12 months",
        "risk_exposure by app top 5",
        "count of findings open where due_at within next 14 days",
        "share of findings found with verified within 14 days",
        "distinct app of findings open",
        "share of findings due with not breached",
    ] {
        let output = riskql(&here(), &["run", sentence, "--data", "data"]);
        assert!(output.status.success(), "{sentence}");
    }
}
