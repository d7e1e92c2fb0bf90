//! A made-up year of scanner reports, for `riskql demo`.
//!
//! Takes a seed and the days; gives files: reports in the formats of real tools, a register of assets, decisions of
//! people. Nothing here computes a KPI, and nothing is written: the same seed and days give the same bytes.

mod catalogue;
mod company;
mod days;
mod decisions;
mod pipelines;
mod random;
mod registers;
mod schedule;
mod sites;
mod story;
mod weakness;

use chrono::NaiveDate;
use serde_json::Value as Json;

use catalogue::FlawCatalogue;
use company::Environment;
use days::DemoDays;
use story::Story;

/// Which year is told.
#[derive(Clone, Copy, Debug)]
pub struct DemoOptions {
    pub seed: u64,
    /// How many months there are, up to the last day.
    pub months: u32,
    pub until: NaiveDate,
}

/// A file of the demo.
#[derive(PartialEq, Eq, Debug)]
pub struct DemoFile {
    /// Folder and name, with `/` between them; the folder is one of [`FOLDERS`].
    pub path: String,
    pub bytes: Vec<u8>,
}

/// The folders of the files, with the environment that their reports are of; registers are of none.
pub const FOLDERS: [(&str, Option<&str>); 4] = [
    ("registers", None),
    ("ci", Some("ci")),
    ("staging", Some("staging")),
    ("production", Some("production")),
];

impl DemoOptions {
    fn days(&self) -> DemoDays {
        DemoDays::up_to(self.until, self.months)
    }

    /// The first day.
    pub fn from(&self) -> NaiveDate {
        self.days().first()
    }

    /// A day before the sprint, and the first after it.
    pub fn around_sprint(&self) -> (NaiveDate, NaiveDate) {
        let days = self.days();
        let (start, end) = story::SPRINT;
        (days.day(days.at(start) - 1), days.day(days.at(end)))
    }
}

/// How many applications there are, and teams.
pub fn size() -> (usize, usize) {
    let applications = company::applications();
    let teams: std::collections::BTreeSet<&str> =
        applications.iter().map(|app| app.team.as_str()).collect();
    (applications.len(), teams.len())
}

/// All files, in the order of folders and days.
pub fn files(options: &DemoOptions) -> Vec<DemoFile> {
    let catalogue = FlawCatalogue::read();
    let applications = company::applications();
    let story = Story::new(options.days(), &applications, &catalogue, options.seed);
    let decisions = decisions::decisions(&story, options.seed);
    let mut files = vec![
        file("registers/assets.csv", registers::assets(&story)),
        file(
            "registers/decisions.csv",
            registers::decisions(&story, &decisions),
        ),
        document(
            "registers/exploited.json",
            &registers::exploited(&catalogue),
        ),
    ];
    files.extend(of_pipelines(&story));
    files.extend(of_sites(&story));
    files
}

fn of_pipelines(story: &Story) -> Vec<DemoFile> {
    let mut files = Vec::new();
    for (place, app) in story.applications.iter().enumerate() {
        for day in &story.schedule.code[place] {
            let path = format!("ci/{}-{}.sarif", app.name, story.days.date(*day));
            files.push(document(&path, &pipelines::sarif(story, place, *day)));
        }
        for day in &story.schedule.dependencies[place] {
            let date = story.days.date(*day);
            let path = format!("ci/{}-{date}-dependency-check.json", app.name);
            let report = pipelines::dependency_check(story, place, *day);
            files.push(document(&path, &report));
        }
    }
    let scans = story.schedule.cluster.iter();
    files.extend(scans.filter_map(|day| {
        let path = format!("ci/cluster-{}-trivy.json", story.days.date(*day));
        Some(document(&path, &sites::trivy(story, *day)?))
    }));
    files
}

fn of_sites(story: &Story) -> Vec<DemoFile> {
    let (staging, production) = (Environment::Staging, Environment::Production);
    let mut files = Vec::new();
    for (environment, days) in [
        (staging, &story.schedule.staging),
        (production, &story.schedule.production),
    ] {
        let folder = environment.word();
        files.extend(days.iter().filter_map(|day| {
            let path = format!("{folder}/sites-{}-zap.json", story.days.date(*day));
            Some(document(&path, &sites::zap(story, environment, *day)?))
        }));
    }
    files.extend(story.schedule.templates.iter().filter_map(|day| {
        let path = format!("production/sites-{}-nuclei.jsonl", story.days.date(*day));
        Some(file(&path, sites::nuclei(story, *day)?.into_bytes()))
    }));
    files
}

fn document(path: &str, document: &Json) -> DemoFile {
    let text = serde_json::to_string_pretty(document).expect("JSON can be written");
    file(path, format!("{text}\n").into_bytes())
}

fn file(path: &str, bytes: Vec<u8>) -> DemoFile {
    DemoFile {
        path: path.to_string(),
        bytes,
    }
}
