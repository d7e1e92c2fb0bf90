//! When which scanner looks at which application.

use super::company::{Application, Environment};
use super::days::DemoDays;
use super::random::Random;

/// A pipeline runs its scanners at least this often.
const PIPELINE_DAYS: (i64, i64) = (33, 42);
/// How often the cluster and sites are scanned.
const NIGHTLY_DAYS: i64 = 21;

/// What looks at an application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DemoScanner {
    /// CodeQL and Semgrep, in the pipeline.
    Code,
    /// Dependency-Check, in the pipeline of Java.
    Dependencies,
    /// Trivy, over the cluster.
    Cluster,
    /// ZAP.
    Site(Environment),
    /// Nuclei, over production.
    Templates,
}

/// The days of all scans, ascending.
pub struct Schedule {
    /// The first day of scanners, by application.
    pub onboarded: Vec<Option<i64>>,
    /// By application.
    pub code: Vec<Vec<i64>>,
    /// By application.
    pub dependencies: Vec<Vec<i64>>,
    pub cluster: Vec<i64>,
    pub staging: Vec<i64>,
    pub production: Vec<i64>,
    pub templates: Vec<i64>,
}

impl Schedule {
    pub fn new(days: &DemoDays, applications: &[Application], seed: u64) -> Schedule {
        let mut random = Random::new(seed, "schedule");
        let onboarded: Vec<Option<i64>> = applications
            .iter()
            .map(|app| {
                app.onboarded
                    .map(|part| days.at(part) + random.between(0, 9))
            })
            .collect();
        let mut runs = |is_scanned: fn(&Application) -> bool| -> Vec<Vec<i64>> {
            let all = applications.iter().zip(&onboarded);
            all.map(|(app, first)| match first {
                Some(first) if is_scanned(app) => pipeline(days, *first, &mut random),
                Some(_) | None => Vec::new(),
            })
            .collect()
        };
        let code = runs(Application::has_code_scans);
        let dependencies = runs(Application::has_dependency_check);
        let nightly = |last: i64| {
            let mut scans: Vec<i64> = (0..=last).rev().step_by(NIGHTLY_DAYS as usize).collect();
            scans.reverse();
            scans
        };
        Schedule {
            onboarded,
            code,
            dependencies,
            cluster: nightly(days.last()),
            staging: nightly(days.last() - 3),
            production: nightly(days.last() - 8),
            // Between two scans of ZAP: either may be the first to see what both know.
            templates: nightly(days.last() - 8 - NIGHTLY_DAYS / 2),
        }
    }

    /// The days on which a scanner looks at an application.
    pub fn looks(
        &self,
        scanner: DemoScanner,
        application: usize,
    ) -> impl Iterator<Item = i64> + '_ {
        let first = self.onboarded[application];
        let days = match scanner {
            DemoScanner::Code => &self.code[application],
            DemoScanner::Dependencies => &self.dependencies[application],
            DemoScanner::Cluster => &self.cluster,
            DemoScanner::Site(Environment::Staging) => &self.staging,
            DemoScanner::Site(Environment::Production) => &self.production,
            DemoScanner::Templates => &self.templates,
        };
        let days = days.iter().copied();
        days.filter(move |day| first.is_some_and(|first| *day >= first))
    }

    /// The first look on a day or later.
    pub fn next(&self, scanner: DemoScanner, application: usize, day: i64) -> Option<i64> {
        self.looks(scanner, application).find(|look| *look >= day)
    }

    /// A run of the pipeline for the sake of a change, unless there is one soon.
    pub fn add_run(&mut self, application: usize, day: i64) {
        let runs = &mut self.code[application];
        let place = runs.partition_point(|run| *run < day);
        let is_soon = runs.get(place).is_some_and(|next| *next <= day + 3);
        if !is_soon {
            runs.insert(place, day);
        }
    }
}

/// Runs from the first day to the last few, about monthly.
fn pipeline(days: &DemoDays, first: i64, random: &mut Random) -> Vec<i64> {
    let mut runs = Vec::new();
    let mut day = days.last() - random.between(0, 5);
    while day > first {
        runs.push(day);
        day -= random.between(PIPELINE_DAYS.0, PIPELINE_DAYS.1);
    }
    runs.push(first);
    runs.reverse();
    runs
}
