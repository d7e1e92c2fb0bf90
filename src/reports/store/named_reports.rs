//! Reports of a store by what people call them: the file, the id, the hash.

use std::path::Path;

use super::layout::Store;
use super::manifest::Manifest;
use super::withdrawals::Withdrawals;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::instants::rfc3339;

/// How many digits of an id are shown, and at least typed.
const SHOWN: usize = 12;
const FEWEST: usize = 6;
/// How many reports of one name are listed.
const MOST_LISTED: usize = 10;

/// The id of a report, as lists show it.
pub fn short_id(report: &Manifest) -> &str {
    &report.segment[..report.segment.len().min(SHOWN)]
}

/// The reports that are called so, each once, in the order of the names. A name is the file of a report as it was
/// ingested or the last part of it, or the beginning of its id or of the hash of its bytes. Of several with one name, those that
/// were withdrawn are meant only where all were.
///
/// # Errors
///
/// `D423`: there is none; `D424`: there are several.
pub fn named_reports(store: &Store, names: &[String]) -> Result<Vec<Manifest>, Problems> {
    let manifests = store.read_manifests()?;
    let withdrawals = store.withdrawals()?;
    let reports: Vec<&Manifest> = manifests.iter().flat_map(Manifest::reports).collect();
    let mut problems = Problems::default();
    let mut found: Vec<Manifest> = Vec::new();
    for name in names {
        match one(&reports, &withdrawals, name) {
            Ok(report) if found.iter().any(|known| known.segment == report.segment) => {}
            Ok(report) => found.push(report.clone()),
            Err(problem) => problems.push(problem),
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(found),
    }
}

fn one<'a>(
    reports: &[&'a Manifest],
    withdrawals: &Withdrawals,
    name: &str,
) -> Result<&'a Manifest, Diagnostic> {
    let is_called = |report: &&&Manifest| {
        let begins = |id: &str| name.len() >= FEWEST && id.starts_with(name);
        report.file == name
            || file_name(report) == name
            || begins(&report.segment)
            || begins(&report.report)
    };
    let called: Vec<&&Manifest> = reports.iter().filter(is_called).collect();
    let counting = called
        .iter()
        .filter(|report| withdrawals.counts(&report.segment));
    let counting: Vec<&&Manifest> = counting.copied().collect();
    let meant = if counting.is_empty() {
        called
    } else {
        counting
    };
    match meant.as_slice() {
        [one] => Ok(**one),
        [] => Err(unknown(reports, name)),
        several => Err(ambiguous(several, name)),
    }
}

fn file_name(report: &Manifest) -> String {
    let name = Path::new(&report.file).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn unknown(reports: &[&Manifest], name: &str) -> Diagnostic {
    let names: Vec<String> = reports
        .iter()
        .flat_map(|report| {
            [
                report.file.clone(),
                file_name(report),
                short_id(report).to_string(),
            ]
        })
        .collect();
    let problem = Diagnostic::data("D423", format!("the store has no report `{name}`"));
    let problem = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    };
    problem.help("all reports and their ids: riskql store log")
}

fn ambiguous(several: &[&&Manifest], name: &str) -> Diagnostic {
    let count = several.len();
    let message = format!("{count} reports are called `{name}`: say which by its id");
    let mut problem = Diagnostic::data("D424", message);
    for report in several.iter().take(MOST_LISTED) {
        problem = problem.help(format!(
            "{}: {} of {}, finished at {}, recorded at {}",
            short_id(report),
            report.source,
            report.assets.join(", "),
            rfc3339(report.finished_at),
            rfc3339(report.recorded_at)
        ));
    }
    match count.saturating_sub(MOST_LISTED) {
        0 => problem,
        more => problem.help(format!("and {more} more: riskql store log")),
    }
}
