//! Metrics of public programmes, each defined and worked by hand in `metrics/*.kpi`, beside the library.

use std::fs;

use super::{here, riskql};

/// No definition of a metric is longer: a sentence that needs more is not said well.
const MOST_LINES: usize = 6;

/// The names of the files and their texts.
fn texts() -> Vec<(String, String)> {
    let entries = fs::read_dir(here().join("metrics")).expect("the folder of metrics");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut texts: Vec<(String, String)> = paths
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("a text file");
            (name.into_owned(), text)
        })
        .collect();
    texts.sort();
    texts
}

/// The lines of each KPI of a text.
fn definitions(text: &str) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let at_margin = !line.starts_with(' ') && !line.trim().is_empty();
        if at_margin {
            inside = line.starts_with("kpi ");
            if inside {
                all.push(Vec::new());
            }
        }
        if inside && !line.trim().is_empty() && !line.starts_with('#') {
            all.last_mut().expect("a KPI begun").push(line);
        }
    }
    all
}

#[test]
fn the_metrics_are_what_was_worked_by_hand() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(riskql(folder.path(), &["init"]).status.success());
    let metrics = folder.path().join("kpi-defs/metrics");
    fs::create_dir(&metrics).expect("a new folder");
    for (name, text) in texts() {
        fs::write(metrics.join(name), text).expect("a file");
    }
    let checked = riskql(folder.path(), &["check"]);
    let stderr = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && stderr.is_empty(), "{stderr}");
    let tested = riskql(folder.path(), &["test", "--fail-on-empty"]);
    let stdout = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success(), "{stdout}");
    assert!(stdout.contains("0 failed"), "{stdout}");
}

#[test]
fn every_metric_is_short_tested_and_names_its_programme() {
    let mut wrong = Vec::new();
    let mut metrics = 0;
    for (file, text) in texts() {
        let expected: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("expect "))
            .collect();
        for lines in definitions(&text) {
            metrics += 1;
            let name = lines[0].split(' ').nth(1).expect("a name");
            let mut asked = expected.iter().flat_map(|asked| asked.split([' ', ',']));
            if !asked.any(|word| word == name) {
                wrong.push(format!("{file}: no test asks for {name}"));
            }
            if lines.len() > MOST_LINES {
                wrong.push(format!("{file}: {name} has {} lines", lines.len()));
            }
            if !text.contains(&format!("\nkpi {name} ")) {
                wrong.push(format!("{file}: {name} has no title"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(metrics >= 90, "{metrics} metrics");
}
