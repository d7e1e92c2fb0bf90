//! Every shared sample report against the second opinion on it: another importer's.
//!
//! What differs is explained by name in `explained.txt`. With `UPDATE_DOCS=1` in the environment the
//! table in `docs/sources.md` is written anew; where the samples are absent it stays as it is.

mod compare;
mod expected;
mod explained;
mod page;
mod row_paths;

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use riskql::ingest::{Reader, Report};
use riskql::model::Definitions;
use riskql::project::{self, Origin};
use riskql::source::Sources;

use super::shared;
use compare::{Difference, differences};
use expected::Expected;
use row_paths::RowPaths;

/// Samples are shared out over as many readers.
const READERS: usize = 4;

/// One sample and what became of it.
struct Sample {
    name: String,
    /// None: it was refused.
    report: Option<Report>,
    differences: Vec<Difference>,
}

impl Sample {
    fn is_equal(&self, what: &str) -> bool {
        self.report.is_some() && !self.differs(what)
    }

    fn differs(&self, what: &str) -> bool {
        self.differences.iter().any(|found| found.what == what)
    }

    /// Whether ours has all that the other has.
    fn loses_nothing(&self, what: &str) -> bool {
        let is_more = |found: &Difference| found.what != what || found.is_more_only;
        self.report.is_some() && self.differences.iter().all(is_more)
    }
}

#[test]
fn samples_are_read_as_they_are_and_every_difference_is_explained() {
    let Some(folder) = shared("reports") else {
        return;
    };
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &Origin::Library);
    let definitions = definitions.expect("the library has no mistakes");
    let samples = samples(&folder, &definitions);
    let wrong = explained::unexplained(&samples);
    assert!(wrong.is_empty(), "{wrong}");
    let read: Vec<&Sample> = samples
        .iter()
        .filter(|sample| sample.report.is_some())
        .collect();
    assert_nearly_all(&read, "rows as the report counts them", |sample| {
        sample.is_equal("rows")
    });
    page::check(&page::written(&definitions, &samples));
}

/// At least 98 of 100.
fn assert_nearly_all(samples: &[&Sample], what: &str, holds: impl Fn(&Sample) -> bool) {
    let good = samples.iter().filter(|sample| holds(sample)).count();
    assert!(
        good * 100 >= samples.len() * 98,
        "{what}: {good} of {}",
        samples.len()
    );
}

/// Reads all samples, in the order of their names.
fn samples(folder: &Path, definitions: &Definitions) -> Vec<Sample> {
    let expected = expected::read(folder);
    let paths = row_paths::of_library();
    let mut read: Vec<Sample> = (0..READERS)
        .into_par_iter()
        .flat_map_iter(|first| {
            let reader = Reader::new(definitions);
            let own = expected.iter().skip(first).step_by(READERS);
            let read = |expected| sample(folder, definitions, &reader, &paths, expected);
            own.map(read).collect::<Vec<_>>()
        })
        .collect();
    read.sort_by(|left, right| left.name.cmp(&right.name));
    read
}

fn sample(
    folder: &Path,
    definitions: &Definitions,
    reader: &Reader,
    paths: &RowPaths,
    expected: &Expected,
) -> Sample {
    let name = expected.sample.clone();
    let bytes = fs::read(folder.join(&name)).expect("a sample");
    match reader.read(&name, &bytes) {
        Ok(report) => {
            let mut scales = definitions.scales.iter();
            let scale = scales.find(|scale| scale.name == "severity");
            let words = &scale.expect("the scale of severities").values;
            let own = paths.count(&report.source, expected);
            Sample {
                name,
                differences: differences(expected, &report, own, words),
                report: Some(report),
            }
        }
        Err(problems) => {
            let reasons = problems.sorted();
            let how = reasons
                .iter()
                .map(|reason| format!("{} {}", reason.code, reason.message));
            Sample {
                name,
                report: None,
                differences: vec![Difference {
                    what: "refused",
                    how: how.collect::<Vec<_>>().join("; "),
                    is_more_only: false,
                }],
            }
        }
    }
}
