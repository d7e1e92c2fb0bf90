//! Files written by hand: the language's own examples, tolerated variants, and comments in every
//! place a comment can be.

use std::fs;
use std::path::{Path, PathBuf};

use super::{formatted, keeps_its_promises, try_read};
use riskql::lang::format;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/corpus")
}

/// Name and text of every file in the corpus.
fn corpus() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder())
        .expect("the corpus is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "kpi"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy();
            (name.to_string(), fs::read_to_string(&path).expect("text"))
        })
        .collect();
    files.sort();
    assert!(files.len() >= 5, "the corpus is not empty");
    files
}

/// Beside each file stands what the formatter makes of it. After a change on purpose, run with
/// `UPDATE_FORMATTED=1` and read the difference.
#[test]
fn every_file_is_formatted_as_recorded() {
    for (name, text) in corpus() {
        let path = folder().join("formatted").join(&name);
        let now = keeps_its_promises(&text);
        if std::env::var_os("UPDATE_FORMATTED").is_some() {
            fs::write(&path, &now).expect("writable");
        }
        let recorded = fs::read_to_string(&path).unwrap_or_default();
        let difference = format::diff(&name, &recorded, &now);
        assert!(difference.is_empty(), "{difference}");
    }
}

#[test]
fn what_is_formatted_stays() {
    for (name, text) in corpus() {
        let once = formatted(&text);
        assert_eq!(keeps_its_promises(&once), once, "{name}");
    }
}

#[test]
fn line_endings_of_windows_and_tabs_change_nothing() {
    for (name, text) in corpus() {
        let windows = text.replace('\n', "\r\n");
        assert_eq!(formatted(&windows), formatted(&text), "{name}");
        let tabs = text.replace("\n  ", "\n\t");
        keeps_its_promises(&tabs);
    }
}

#[test]
fn a_comment_at_the_end_of_any_line_is_kept() {
    for text in stretches(2) {
        for number in 0..text.lines().count() {
            keeps_its_promises(&with_line(&text, number, |line| format!("{line} # added")));
        }
    }
}

#[test]
fn a_comment_above_any_line_is_kept() {
    for text in stretches(2) {
        for number in 0..text.lines().count() {
            for comment in ["# column 0", "   # indented", "\n      # far", "# before\n"] {
                let above = |line: &str| format!("{comment}\n{line}");
                keeps_its_promises(&with_line(&text, number, above));
            }
        }
    }
}

/// Some gaps are no place for a line break (a clause word would begin a clause); the others are many.
#[test]
fn a_comment_between_any_two_words_is_kept() {
    let (mut kept, mut refused) = (0, 0);
    for text in stretches(1) {
        for (gap, _) in text.match_indices(' ') {
            let (before, after) = text.split_at(gap);
            let wrapped = format!("{before} # added\n   # and more\n     {after}");
            match try_read(&wrapped) {
                Ok(_) => {
                    keeps_its_promises(&wrapped);
                    kept += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(kept > refused, "{kept} kept, {refused} refused");
}

/// Every so many definitions of the corpus that follow one another, so that a test which changes
/// one place at a time need not read whole files again and again.
fn stretches(definitions: usize) -> Vec<String> {
    let begins = |line: &str| !line.is_empty() && !line.starts_with([' ', '#']);
    corpus()
        .iter()
        .flat_map(|(_, text)| {
            let lines: Vec<&str> = text.lines().collect();
            let pieces: Vec<String> = lines
                .chunk_by(|_, next| !begins(next))
                .map(|piece| piece.join("\n") + "\n")
                .collect();
            let windows = pieces.windows(definitions);
            windows.map(|pieces| pieces.concat()).collect::<Vec<_>>()
        })
        .collect()
}

fn with_line(text: &str, number: usize, change: impl Fn(&str) -> String) -> String {
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            let line = match index == number {
                true => change(line),
                false => line.to_string(),
            };
            line + "\n"
        })
        .collect()
}

#[test]
fn a_byte_order_mark_is_taken_off() {
    assert_eq!(
        formatted("\u{feff}# a\nscale x is y"),
        "# a\nscale x is y\n"
    );
}

#[test]
fn an_empty_file_stays_empty() {
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n  \n\n"), "");
    assert_eq!(
        formatted("\n\n # only\n\n\n# comments"),
        "# only\n\n# comments\n"
    );
}

#[test]
fn a_difference_shows_its_lines() {
    let shown = format::diff("kpis/a.kpi", "kpi a\n is b\n", "kpi a\n  is     b\n");
    let expected = "--- kpis/a.kpi\n+++ kpis/a.kpi\n@@ -1,2 +1,2 @@\n kpi a\n- is b\n+  is     b\n";
    assert_eq!(shown, expected);
    assert_eq!(format::diff("a", "same\n", "same\n"), "");
}

#[test]
fn one_long_key_leaves_the_other_lines_as_they_are() {
    let score = |more: &str| {
        format!(
            "score risk\n  of findings\n  base environment\n    production  40\n    ci          5\n{more}    otherwise   1\n"
        )
    };
    let text = score("    \"a very long name of an environment\" 20\n");
    let formatted = keeps_its_promises(&text);
    for line in [
        "    production 40",
        "    ci          5",
        "    otherwise   1",
    ] {
        assert!(formatted.contains(&format!("{line}\n")), "{formatted}");
    }
    let without: Vec<String> = keeps_its_promises(&score(""))
        .lines()
        .map(str::to_owned)
        .collect();
    let added = formatted
        .lines()
        .filter(|line| !without.contains(&(*line).to_owned()));
    assert_eq!(added.count(), 1, "{formatted}");
}

#[test]
fn a_long_note_stands_in_several_texts() {
    let text = "kpi a\n  note \"First sentence.\"\n  \"Second one.\" \"Third.\"\n  is count of findings open\n";
    assert_eq!(
        keeps_its_promises(text),
        "kpi a\n  note   \"First sentence.\"\n         \"Second one.\"\n         \"Third.\"\n  is     count of findings open\n"
    );
}
