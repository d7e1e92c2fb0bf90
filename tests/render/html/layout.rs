//! Pages of the demo as a browser lays them out: nothing cut, covered or hard to read, at two widths, light and
//! dark; nothing asked for and nothing said; few sheets of paper.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::browser::{self, Scheme};

/// What the command writes of the demo.
fn written(arguments: &[&str], folder: &Path, file: &str) -> (PathBuf, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = folder.join(file);
    let status = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args(arguments)
        .args(["--quiet", "--data"])
        .arg(root.join("examples/demo"))
        .arg("--output")
        .arg(&file)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .current_dir(folder)
        .status()
        .expect("the binary runs");
    assert!(status.success(), "{arguments:?}");
    let text = std::fs::read_to_string(&file).expect("a text");
    (file, text)
}

const PAGES: [(&[&str], &str); 4] = [
    (&["dashboard"], "board.html"),
    (&["run"], "scorecard.html"),
    (
        &[
            "run",
            "mttr by severity over month last 12 months versus target",
        ],
        "lines.html",
    ),
    (&["run", "backlog by team with total"], "bars.html"),
];

#[test]
fn no_text_is_cut_covered_or_hard_to_read() {
    let Some(browser) = browser::browser() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, name) in PAGES {
        let (_, page) = written(arguments, folder.path(), name);
        let looks = [
            (1120, Scheme::Light, false),
            (1120, Scheme::Dark, true),
            (500, Scheme::Dark, false),
            (500, Scheme::Light, true),
            (760, Scheme::Light, false),
        ];
        for (width, scheme, unfolded) in looks {
            let found = browser::measured(browser, &page, width, scheme, unfolded);
            assert_eq!(found["dark"], scheme == Scheme::Dark, "{name}");
            assert!(found["texts"].as_u64() > Some(20), "{found}");
            let faults = found["found"].as_array().expect("a list");
            assert!(
                faults.is_empty(),
                "{name} at {width}, {scheme:?}: {faults:#?}"
            );
        }
    }
}

#[test]
fn a_page_asks_for_nothing_and_prints_on_few_sheets() {
    let Some(browser) = browser::browser() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (file, page) = written(&["dashboard"], folder.path(), "board.html");
    assert!(page.len() < 300_000, "{}", page.len());
    let said = browser::console(browser, &file);
    assert!(said.is_empty(), "{said:#?}");
    let pdf = browser::printed(browser, &file, &folder.path().join("board.pdf"));
    let sheets = pdf
        .windows(12)
        .filter(|bytes| *bytes == b"/Type /Page\n")
        .count();
    assert!((1..=6).contains(&sheets), "{sheets} sheets");
}

/// What a card says is what JSON holds, written for people.
#[test]
fn cards_show_the_values_of_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, json) = written(&["dashboard"], folder.path(), "board.json");
    let (_, page) = written(&["dashboard"], folder.path(), "board.html");
    let json: Json = serde_json::from_str(&json).expect("JSON");
    let layers = json["layers"].as_array().expect("layers");
    let cards = layers
        .iter()
        .flat_map(|layer| layer["cards"].as_array().expect("cards"));
    let mut articles = page.split("<article class=\"card\">").skip(1);
    let mut compared = 0;
    for card in cards.filter(|card| card["kind"] == "number") {
        let article = articles.next().expect("a card on the page");
        assert!(article.contains(card["title"].as_str().expect("a title")));
        let columns = card["answer"]["columns"].as_array().expect("columns");
        let name = columns
            .last()
            .and_then(|column| column["name"].as_str())
            .expect("a column");
        let unit = columns.last().and_then(|column| column["unit"].as_str());
        let shown = article
            .split("<span class=\"value")
            .nth(1)
            .and_then(|rest| rest.split(['>', '<']).nth(1));
        let shown: String = shown
            .expect("a value")
            .chars()
            .filter(|letter| *letter != ',')
            .collect();
        let Some(value) = card["answer"]["rows"][0][name].as_f64() else {
            assert_eq!(shown, "none");
            continue;
        };
        let scale = if unit == Some("percent") { 100.0 } else { 1.0 };
        let number: f64 = shown
            .trim_end_matches(['%', '*'])
            .parse()
            .expect("a number");
        let decimals = shown
            .trim_end_matches(['%', '*'])
            .split('.')
            .nth(1)
            .map_or(0, str::len);
        let step = 10f64.powi(-(decimals as i32));
        assert!(
            (number - value * scale).abs() <= step / 2.0 + 1e-9,
            "{shown} of {value}"
        );
        let status = &card["answer"]["rows"][0][format!("{name}_status")];
        if let Some(status) = status.as_str() {
            assert!(article.contains(&format!(" {status}</span>")), "{status}");
        }
        compared += 1;
    }
    assert!(compared > 3);
}
