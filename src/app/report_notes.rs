//! What there is to tell of a report that went in: what it did not look at, what was left out of it, and
//! that it looked along another line than the scans before.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::diagnostic::{Diagnostic, Problems, Severity};
use crate::render::counted;
use crate::reports::ingest::LeftOut;
use crate::reports::store::{Manifest, RecordedScan, ScanLineGap, Store};

/// How many names of a kind are told.
const MOST_TOLD: usize = 5;

/// The scan lines of a store, by what is scanned by which tool in which environment and format.
pub struct KnownLines {
    lines: BTreeMap<StreamKey, BTreeSet<Option<String>>>,
}

type StreamKey = [String; 4];

impl KnownLines {
    /// Those of all reports of a store; none where a manifest is damaged, which is mended by the report that goes in.
    pub fn of(store: Option<&Store>) -> KnownLines {
        let mut known = KnownLines {
            lines: BTreeMap::new(),
        };
        let manifests = store.and_then(|store| store.read_counting().ok());
        let manifests = manifests.unwrap_or_default();
        for report in manifests.iter().flat_map(Manifest::reports) {
            known.add(report);
        }
        known
    }

    /// What there is to tell of a report that goes in, as warnings; its lines are known from then on.
    pub fn told(&mut self, report: &Manifest) -> Problems {
        let mut notes = of_report(report);
        notes.extend(self.notes(report));
        self.add(report);
        notes
    }

    /// Adds those of a report.
    fn add(&mut self, report: &Manifest) {
        for scan in report
            .scans
            .iter()
            .filter(|scan| scan.gap == ScanLineGap::None)
        {
            let lines = self.lines.entry(key(report, scan)).or_default();
            lines.insert(scan.label());
        }
    }

    /// What is to be told of a report that is not yet among them.
    fn notes(&self, report: &Manifest) -> Problems {
        let mut notes = Problems::default();
        for scan in &report.scans {
            let known = self.lines.get(&key(report, scan));
            let known = known.filter(|known| !known.is_empty());
            if let Some(note) = known.and_then(|known| of_line(report, scan, known)) {
                notes.push(note);
            }
        }
        notes
    }
}

fn key(report: &Manifest, scan: &RecordedScan) -> StreamKey {
    [
        scan.asset.clone(),
        report.environment.clone(),
        scan.tool.clone(),
        report.source.clone(),
    ]
}

fn of_line(
    report: &Manifest,
    scan: &RecordedScan,
    known: &BTreeSet<Option<String>>,
) -> Option<Diagnostic> {
    let own = scan.label();
    let is_new = match scan.gap {
        ScanLineGap::None => !known.contains(&own),
        ScanLineGap::Target | ScanLineGap::Line => !known.contains(&own) && known.len() > 1,
    };
    if !is_new {
        return None;
    }
    let others: Vec<String> = known
        .iter()
        .filter(|line| **line != own)
        .map(named)
        .collect();
    if others.is_empty() {
        return None;
    }
    let message = format!(
        "`{}` looked at {} by {} along another scan line than the scans before: {} and not {}",
        report.file,
        scan.asset,
        scan.tool,
        named(&own),
        few(&others)
    );
    let old = known
        .iter()
        .flatten()
        .find(|line| Some(*line) != own.as_ref());
    let note = warning("D414", message).help(
        "what scans of other lines found stays open until one of its own line does not see it",
    );
    Some(match old {
        Some(old) => note.help(format!(
            "if it is the same line under another name, say so: --scan-line {}",
            quoted(old)
        )),
        None => note,
    })
}

/// What the report says that it did not look at, and what was left out of it.
fn of_report(report: &Manifest) -> Problems {
    let mut notes = Problems::default();
    for scan in report.scans.iter().filter(|scan| !scan.unseen.is_empty()) {
        let message = format!(
            "`{}`: the scan of {} by {} did not look at everything: {}",
            report.file,
            scan.asset,
            scan.tool,
            few(&scan.unseen)
        );
        notes.push(warning("D415", message).help("nothing that it does not see is closed by it"));
    }
    for (field, date) in &report.unread_dates {
        let message = format!(
            "`{}`: `{field}` is no date in {}, the first is \"{}\" in row {}",
            report.file,
            counted(date.rows, "row", "rows"),
            date.text,
            date.first_row
        );
        notes.push(
            warning("D418", message)
                .help("the rows are kept without it")
                .help(
                    "if it is a date, add its format to the source: `dates \"%d %b %Y %H:%M:%S\"`",
                ),
        );
    }
    let bad_bytes = LeftOut::bad_bytes().words();
    let guessed_letters = LeftOut::guessed_letters().words();
    for (what, times) in &report.left_out {
        if *what == bad_bytes {
            notes.push(of_bad_bytes(&report.file, *times));
            continue;
        }
        if *what == guessed_letters {
            notes.push(of_guessed_letters(&report.file, *times));
            continue;
        }
        let message = match times {
            1 => format!("`{}`: {what}, and was left out", report.file),
            times => format!("`{}`: {what}, and was left out {times} times", report.file),
        };
        let is_score = ["cvss", "epss"].map(|field| LeftOut::out_of_range(field).words());
        let help = match is_score.contains(what) {
            true => "the rows are kept without it: CVSS is from 0 to 10, and EPSS from 0 to 1",
            false => "the rows are kept without it, and nothing that is absent is closed",
        };
        notes.push(warning("D416", message).help(help));
    }
    notes
}

/// Bytes that are no text in the encoding of the report.
fn of_bad_bytes(file: &str, times: u64) -> Diagnostic {
    let places = counted(times, "place", "places");
    warning(
        "D416",
        format!("`{file}`: {places} with bytes that are not of its encoding, each read as `\u{fffd}`"),
    )
    .help("the rows are kept with that sign in their texts, and nothing that is absent is closed")
    .help(
        "to read them right convert the file and take it in again: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW",
    )
}

/// Letters of a table that were read in an encoding that it does not name.
fn of_guessed_letters(file: &str, letters: u64) -> Diagnostic {
    let letters = counted(letters, "letter", "letters");
    warning(
        "D416",
        format!("`{file}`: {letters} that are no UTF-8 were read as Windows-1252"),
    )
    .help("if texts look wrong, save the table as UTF-8 and take it in again")
}

fn warning(code: &'static str, message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..Diagnostic::data(code, message)
    }
}

fn named(line: &Option<String>) -> String {
    match line {
        Some(line) => format!("`{line}`"),
        None => "none".to_string(),
    }
}

fn few(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_TOLD);
    let told = names[..names.len() - more].join(", ");
    match more {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
