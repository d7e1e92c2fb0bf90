//! The figures the curl project publishes about its own vulnerabilities, from its own data. Skipped,
//! with a line that says so, where the data is not there: it is no part of the repository.

use std::path::PathBuf;

use riskql::exec::answer::Answer;

use super::flat::{Line, is_close, lines};
use super::pipeline::{self, EvaluationTime, instant};

fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/real/curl");
    if folder.join("findings.csv").is_file() {
        return Some(folder);
    }
    println!("skipped: {} has no findings.csv", folder.display());
    None
}

fn ask(text: &str) -> Option<Answer> {
    let folder = data()?;
    let definitions = pipeline::definitions("tests/answers/curl/defs", &[]);
    let query = pipeline::query(&definitions, text);
    let dataset = pipeline::from_folder(&definitions, &folder, &[&query]);
    let evaluation = EvaluationTime::at(instant("2027-01-01T00:00:00Z"));
    Some(pipeline::answers(&definitions, &dataset, &[&query], evaluation).remove(0))
}

/// Days in all, over rows.
fn assert_mean(line: &Line, days: u32, rows: u32) {
    let mean = f64::from(days) / f64::from(rows);
    assert!(is_close(line.value, Some(mean)), "{line:?} is not {mean}");
    assert_eq!(line.rows, u64::from(rows), "{line:?}");
}

#[test]
fn the_mean_from_report_to_fix_is_26_6_days_over_205_rows() {
    let Some(answer) = ask("report_to_fix") else {
        return;
    };
    assert_mean(&lines(&answer)[0], 5448, 205);
    let excluded: Vec<(&str, u64)> = answer
        .excluded
        .iter()
        .map(|excluded| (excluded.reason.as_str(), excluded.rows))
        .collect();
    assert_eq!(excluded, [("found_at missing", 1)]);
}

#[test]
fn the_median_from_report_to_fix_is_25_days() {
    let Some(answer) = ask("median_report_to_fix") else {
        return;
    };
    let line = &lines(&answer)[0];
    assert_eq!((line.value, line.rows), (Some(25.0), 205));
}

#[test]
fn the_means_by_severity_are_those_published() {
    let Some(answer) = ask("report_to_fix by severity with total") else {
        return;
    };
    let lines = lines(&answer);
    let expected = [
        (Some("low"), 1805, 71),
        (Some("medium"), 2561, 93),
        (Some("high"), 1075, 40),
        (Some("critical"), 7, 1),
        (None, 5448, 205),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (severity, days, rows)) in lines.iter().zip(expected) {
        let shown = line.group.first().and_then(Option::as_deref);
        assert_eq!(shown, severity);
        assert_mean(line, days, rows);
    }
}

#[test]
fn the_means_by_year_of_the_fix_are_those_published() {
    let Some(answer) = ask("report_to_fix over year from 2021 to 2026") else {
        return;
    };
    let lines = lines(&answer);
    let expected = [
        ("2021", 443, 13),
        ("2022", 542, 21),
        ("2023", 573, 18),
        ("2024", 256, 11),
        ("2025", 164, 9),
        ("2026", 943, 36),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (year, days, rows)) in lines.iter().zip(expected) {
        assert_eq!(line.period.as_deref(), Some(year));
        assert_mean(line, days, rows);
    }
}

#[test]
fn six_were_open_at_the_end_of_2025() {
    for text in ["unfixed as of 2025-12-31", "unfixed in 2025"] {
        let Some(answer) = ask(text) else {
            return;
        };
        let line = &lines(&answer)[0];
        assert_eq!((line.value, line.rows), (Some(6.0), 6), "{text}");
    }
}
