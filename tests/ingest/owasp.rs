//! The OWASP Benchmark, from ZAP's raw report and the labels to the published scorecard: by a folder
//! of definitions, without a line of code about it.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::shared;

fn riskql(arguments: &[&str]) -> String {
    let defs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/owasp");
    let done = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .arg("--defs")
        .arg(defs)
        .output()
        .expect("the binary runs");
    let messages = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {messages}");
    String::from_utf8(done.stdout).expect("text")
}

#[test]
fn the_published_scorecard_comes_out() {
    let Some(folder) = shared("real/owasp-benchmark") else {
        return;
    };
    let store = tempfile::tempdir().expect("a folder");
    let store = store.path().join("store");
    let (folder, store) = (
        folder.to_str().expect("text"),
        store.to_str().expect("text"),
    );
    riskql(&["ingest", folder, "--store", store]);
    let query = "true_positives, false_positives, false_negatives, true_negatives, pooled_rate, \
                 average_true_rate, average_false_rate";
    let text = riskql(&["run", query, "--data", store, "--format", "json"]);
    let answer: Json = serde_json::from_str(&text).expect("JSON");
    let row = &answer["rows"][0];
    let counts = [
        "true_positives",
        "false_positives",
        "false_negatives",
        "true_negatives",
    ];
    let counts = counts.map(|name| row[name].as_f64().expect("a count"));
    assert_eq!(counts, [306.0, 3.0, 1109.0, 1322.0]);
    let shown = |name: &str| format!("{:.2}", row[name].as_f64().expect("a rate") * 100.0);
    assert_eq!(shown("pooled_rate"), "21.63");
    assert_eq!(shown("average_true_rate"), "19.95");
    assert_eq!(shown("average_false_rate"), "0.12");
}
