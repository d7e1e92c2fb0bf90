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
