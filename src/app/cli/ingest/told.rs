//! What became of each report, in words and in numbers.

use serde_json::{Value as Json, json};

use crate::base::diagnostic::Problems;
use crate::base::instants::rfc3339;
use crate::render::{self, RenderOptions, Sheet, count, counted, sentence};
use crate::reports::store::Manifest;

/// What became of a file.
pub enum FileOutcome {
    Added,
    /// The store is not to be written.
    Expected,
    Known,
    Mended,
    /// It was withdrawn, and counts again.
    Restored,
    /// A file of a folder that is no report.
    Skipped(Problems),
    Failed(Problems),
}

/// A file and what became of it.
pub struct FileReport {
    pub file: String,
    pub fate: FileOutcome,
    /// Of what is a report.
    pub manifest: Option<Manifest>,
    /// What there is to tell of it, as warnings.
    pub notes: Problems,
}

impl FileReport {
    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.manifest.as_ref().map_or(0, |manifest| manifest.rows)
    }
}

impl FileOutcome {
    fn word(&self) -> &'static str {
        match self {
            FileOutcome::Added => "added",
            FileOutcome::Expected => "would be added",
            FileOutcome::Known => "already there",
            FileOutcome::Mended => "mended",
            FileOutcome::Restored => "added again",
            FileOutcome::Skipped(_) => "skipped: no report",
            FileOutcome::Failed(_) => "failed",
        }
    }

    fn problems(&self) -> Vec<String> {
        match self {
            FileOutcome::Skipped(problems) | FileOutcome::Failed(problems) => {
                let words = problems
                    .clone()
                    .sorted()
                    .into_iter()
                    .map(|each| each.message);
                words.collect()
            }
            FileOutcome::Added
            | FileOutcome::Expected
            | FileOutcome::Known
            | FileOutcome::Mended
            | FileOutcome::Restored => Vec::new(),
        }
    }
}

/// A line a file, and how many there were of each fate.
pub fn text(told: &[FileReport], is_dry: bool, look: RenderOptions) -> String {
    let summary = sentence(&summary(told, is_dry), look);
    match told.is_empty() {
        true => summary,
        false => format!("{}\n{summary}", sheet(told, look).render(look)),
    }
}

/// Where the terminal is narrow, files stand below what became of them: a path that is cut does not say
/// which file it is.
fn sheet(told: &[FileReport], look: RenderOptions) -> Sheet {
    let mut wide = Sheet::new().words("report").words("source").numbers("rows");
    wide = wide.texts("assets").words("finished").words("");
    let mut narrow = Sheet::new().words("report").numbers("rows").words("");
    let mut narrowest = Sheet::new().words("").numbers("rows");
    for each in told {
        let (file, fate) = (|| each.file.clone(), || each.fate.word().to_string());
        let [source, rows, assets, finished] = facts(each.manifest.as_ref());
        narrow.row([file(), rows.clone(), fate()]);
        narrowest.row([fate(), rows.clone()]);
        narrowest.details([file()]);
        wide.row([file(), source, rows, assets, finished, fate()]);
    }
    Sheet::widest([wide, narrow, narrowest], look)
}

/// Source, rows, assets and end of the scan.
fn facts(manifest: Option<&Manifest>) -> [String; 4] {
    manifest.map_or_else(Default::default, |manifest| {
        [
            manifest.source.clone(),
            count(manifest.rows),
            manifest.assets.join(", "),
            rfc3339(manifest.finished_at),
        ]
    })
}

fn summary(told: &[FileReport], is_dry: bool) -> String {
    let is_new =
        |each: &&FileReport| matches!(each.fate, FileOutcome::Added | FileOutcome::Expected);
    let new = told.iter().filter(is_new);
    let rows = new.clone().filter_map(|each| each.manifest.as_ref());
    let rows: u64 = rows.map(|manifest| manifest.rows).sum();
    let verb = if is_dry { "would be added" } else { "added" };
    let mut parts = vec![format!(
        "{} {verb} ({})",
        counted(new.count() as u64, "report", "reports"),
        counted(rows, "row", "rows")
    )];
    let mut part = |is_of: fn(&FileOutcome) -> bool, words: &str| {
        let number = told.iter().filter(|each| is_of(&each.fate)).count();
        if number > 0 {
            parts.push(format!("{} {words}", count(number as u64)));
        }
    };
    part(|fate| matches!(fate, FileOutcome::Mended), "mended");
    part(|fate| matches!(fate, FileOutcome::Restored), "added again");
    part(|fate| matches!(fate, FileOutcome::Known), "already there");
    part(|fate| matches!(fate, FileOutcome::Skipped(_)), "skipped");
    part(|fate| matches!(fate, FileOutcome::Failed(_)), "failed");
    parts.join(", ")
}

/// The scans of a report: asset, tool, scan line and outcome of each.
fn lines(manifest: &Manifest) -> Vec<Json> {
    let scans = manifest.scans.iter().map(|scan| {
        json!({
            "asset": scan.asset,
            "tool": scan.tool,
            "scan_line": scan.label(),
            "outcome": scan.outcome.word(),
            "unseen": scan.unseen,
        })
    });
    scans.collect()
}

fn messages(problems: &Problems) -> Vec<String> {
    let sorted = problems.clone().sorted();
    sorted.into_iter().map(|each| each.message).collect()
}

/// An array of an object a file.
pub fn json(told: &[FileReport]) -> String {
    let files: Vec<Json> = told
        .iter()
        .map(|each| {
            let manifest = each.manifest.as_ref();
            json!({
                "file": each.file,
                "fate": each.fate.word(),
                "segment": manifest.map(|manifest| &manifest.segment),
                "source": manifest.map(|manifest| &manifest.source),
                "rows": manifest.map(|manifest| manifest.rows),
                "dropped": manifest.map(|manifest| &manifest.dropped),
                "assets": manifest.map(|manifest| &manifest.assets),
                "finished_at": manifest.map(|manifest| rfc3339(manifest.finished_at)),
                "outcome": manifest.map(|manifest| manifest.outcome.word()),
                "lines": manifest.map(lines),
                "problems": each.fate.problems(),
                "notes": messages(&each.notes),
            })
        })
        .collect();
    let text = render::pretty_json(&files);
    format!("{text}\n")
}
