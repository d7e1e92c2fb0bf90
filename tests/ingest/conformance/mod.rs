//! Every shared sample report against what it says itself, and against a second opinion on it: another
//! importer's.
//!
//! Ids are compared with those that a naive second reading finds in the report; where a format has them
//! elsewhere than in fields stands in `own_ids.txt`. What differs from the other importer is explained in
//! `explained.txt`, and an explanation is done to our rows: it is wrong if they differ still. With
//! `UPDATE_DOCS=1` in the environment the tables in `docs/sources.md` are written anew; where the samples
//! are absent they stay as they are.

mod compare;
mod expected;
mod explained;
mod own_ids;
mod page;
mod raw;
mod row_paths;
mod steps;
mod template;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use riskql::base::source::Sources;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader};

use super::shared;
use compare::{Case, What};
use expected::Expected;
use explained::Explanation;
use row_paths::RowPaths;

/// Samples are shared out over as many readers.
const READERS: usize = 4;

/// One sample and what became of it.
struct Sample {
    name: String,
    /// The report, or why it was refused.
    outcome: Result<Report, String>,
    differences: Vec<Difference>,
    own_ids: OwnIds,
}

/// In what a report differs from the second opinion.
struct Difference {
    what: What,
    how: String,
    verdict: Result<Verdict, String>,
}

/// An explanation that holds.
struct Verdict {
    explanation: usize,
    /// Both are equal after it; else they are as it says.
    is_exact: bool,
}

/// How the ids of the rows are to those that the report states.
#[derive(Default)]
struct OwnIds {
    /// Whether advisories, and CWEs, are equal without any rule.
    are_equal: (bool, bool),
    /// How they differ by the rules of the source.
    difference: Option<String>,
    /// The rules without which other ids would be stated.
    rules: BTreeSet<usize>,
}

impl Sample {
    fn report(&self) -> Option<&Report> {
        self.outcome.as_ref().ok()
    }

    fn difference(&self, what: What) -> Option<&Difference> {
        self.differences.iter().find(|found| found.what == what)
    }

    fn is_equal(&self, what: What) -> bool {
        self.report().is_some() && self.difference(what).is_none()
    }
}

/// What samples are judged by.
struct Judge {
    definitions: Definitions,
    paths: RowPaths,
    explanations: Vec<Explanation>,
    rules: Vec<own_ids::Rule>,
    /// The words of the scale of severities.
    words: Vec<String>,
}

#[test]
fn samples_are_read_as_they_are_and_every_difference_is_explained() {
    let Some(folder) = shared("reports") else {
        return;
    };
    let judge = Judge::new();
    let samples = judge.samples(&folder);
    let mut wrong = explained::wrong(&judge.explanations, &samples);
    let used: BTreeSet<usize> = samples
        .iter()
        .flat_map(|sample| sample.own_ids.rules.iter().copied())
        .collect();
    for sample in &samples {
        if let Some(how) = &sample.own_ids.difference {
            wrong += &format!("{}: ids: {how}\n", sample.name);
        }
    }
    for (index, rule) in judge.rules.iter().enumerate() {
        if !used.contains(&index) {
            wrong += &format!(
                "a rule of ids changes nothing: {}: {}\n",
                rule.source, rule.why
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let read: Vec<&Sample> = samples.iter().filter(|own| own.outcome.is_ok()).collect();
    let counted = read
        .iter()
        .filter(|sample| sample.is_equal(What::Rows))
        .count();
    assert!(
        counted * 100 >= read.len() * 98,
        "rows as the report counts them: {counted} of {}",
        read.len()
    );
    page::check(&page::written(&judge, &samples));
}

impl Judge {
    fn new() -> Judge {
        let mut sources = Sources::default();
        let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
        let definitions = definitions.expect("the library has no mistakes");
        let mut scales = definitions.scales.iter();
        let scale = scales.find(|scale| scale.name == "severity");
        let words = scale.expect("the scale of severities").values.clone();
        Judge {
            definitions,
            paths: row_paths::of_library(),
            explanations: explained::read(),
            rules: own_ids::rules(),
            words,
        }
    }

    /// Reads all samples, in the order of their names.
    fn samples(&self, folder: &Path) -> Vec<Sample> {
        let expected = expected::read(folder);
        let mut read: Vec<Sample> = (0..READERS)
            .into_par_iter()
            .flat_map_iter(|first| {
                let reader = ReportReader::new(&self.definitions);
                let own = expected.iter().skip(first).step_by(READERS);
                let read = |expected| self.sample(folder, &reader, expected);
                own.map(read).collect::<Vec<_>>()
            })
            .collect();
        read.sort_by(|left, right| left.name.cmp(&right.name));
        read
    }

    fn sample(&self, folder: &Path, reader: &ReportReader, expected: &Expected) -> Sample {
        let name = expected.sample.clone();
        let bytes = fs::read(folder.join(&name)).expect("a sample");
        let report = match reader.read(&name, &bytes) {
            Ok(report) => report,
            Err(problems) => {
                let reasons = problems.sorted();
                let reasons = reasons
                    .iter()
                    .map(|reason| format!("{} {}", reason.code, reason.message));
                return Sample {
                    name,
                    outcome: Err(reasons.collect::<Vec<_>>().join("; ")),
                    differences: Vec::new(),
                    own_ids: OwnIds::default(),
                };
            }
        };
        let raw = raw::read(&bytes);
        let case = Case {
            expected,
            report: &report,
            raw: &raw,
            named: &own_ids::named(&raw),
            own_rows: self.paths.count(&report.source, expected),
            words: &self.words,
        };
        let differences = What::ALL.into_iter().filter_map(|what| {
            let how = case.difference(what, &[])?;
            let verdict = explained::verdict(&self.explanations, &case, what);
            Some(Difference { what, how, verdict })
        });
        Sample {
            name,
            differences: differences.collect(),
            own_ids: self.own_ids(&report, &raw),
            outcome: Ok(report),
        }
    }

    fn own_ids(&self, report: &Report, raw: &raw::Node) -> OwnIds {
        let ours = own_ids::of_rows(report);
        let rules: Vec<(usize, &own_ids::Rule)> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.source == report.source)
            .collect();
        let without = |left: Option<usize>| {
            let rules = rules.iter().filter(|(index, _)| Some(*index) != left);
            let rules: Vec<&own_ids::Rule> = rules.map(|(_, rule)| *rule).collect();
            own_ids::stated(raw, &rules)
        };
        let stated = without(None);
        let used = rules.iter().map(|(index, _)| *index);
        let outright = own_ids::stated(raw, &[]);
        OwnIds {
            are_equal: (
                outright.advisories == ours.advisories,
                outright.cwes == ours.cwes,
            ),
            difference: ours.difference(&stated),
            rules: used
                .filter(|index| without(Some(*index)) != stated)
                .collect(),
        }
    }
}
