//! What happens at the company: which weaknesses there are, from when to when.
//!
//! Applications are onboarded in waves, and bring what they had. A sprint in the second half fixes much of what is
//! urgent; one team does not join it and is slow all the time. In the middle an update of a rule reports what is no
//! weakness, until the rule is mended. Some fixes do not last. Numbers are drawn, and none of the KPIs is known here.

use std::collections::BTreeSet;

use super::catalogue::{
    CodeRule, CodeScanner, FlawCatalogue, FlawSeverity, LAYERS, NOUNS, PARAMETERS, Package,
    PageRule,
};
use super::company::{self, Application, Environment};
use super::days::DemoDays;
use super::random::Random;
use super::schedule::{DemoScanner, Schedule};
use super::weakness::{Flaw, Weakness, package_scanners};

/// The sprint, as parts of the whole time.
pub const SPRINT: (f64, f64) = (0.62, 0.76);
/// The update of the rule, and its mending.
const NOISE: (f64, f64) = (0.42, 0.52);
/// Where a scan that does not get through may be.
const PARTIAL: (f64, f64) = (0.4, 0.62);
/// What an application brings along when it is onboarded.
const BACKLOG: (i64, i64) = (8, 16);
/// Arrivals of 30 days, all applications together, on the first day and on the last.
const ARRIVALS: (f64, f64) = (46.0, 40.0);
/// What was learned in the sprint: as many weaknesses as before come in, and fixes take as long, times these.
const LEARNED: (f64, f64) = (0.55, 0.4);
/// How often each severity is drawn, and how many days fixing takes on average, lowest first.
const SHARES: [u32; 5] = [5, 14, 34, 32, 15];
const PACE: [f64; 5] = [220.0, 180.0, 130.0, 75.0, 34.0];
const NEVER: i64 = i64::MAX;

/// A year of the company.
pub struct Story<'a> {
    pub days: DemoDays,
    pub applications: &'a [Application],
    pub schedule: Schedule,
    pub weaknesses: Vec<Weakness<'a>>,
    /// The scan of code that does not get through: application and day.
    pub partial: Option<(usize, i64)>,
}

impl<'a> Story<'a> {
    /// The same seed tells the same story.
    pub fn new(
        days: DemoDays,
        applications: &'a [Application],
        catalogue: &'a FlawCatalogue,
        seed: u64,
    ) -> Story<'a> {
        let mut teller = Teller {
            catalogue,
            random: Random::new(seed, "story"),
            taken: BTreeSet::new(),
            story: Story {
                days,
                applications,
                schedule: Schedule::new(&days, applications, seed),
                weaknesses: Vec::new(),
                partial: None,
            },
        };
        teller.arrivals();
        teller.sprint();
        teller.runs_for_fixes();
        teller.returns();
        teller.noise();
        let mut story = teller.story;
        story.partial = story.partial_scan();
        story
    }

    /// What is wrong with an application on a day.
    pub fn seen(&self, application: usize, day: i64) -> impl Iterator<Item = &Weakness<'a>> {
        self.weaknesses
            .iter()
            .filter(move |weakness| weakness.application == application && weakness.is_there(day))
    }

    /// The first day on which a scanner sees a weakness.
    pub fn found(&self, weakness: &Weakness, from: i64) -> Option<i64> {
        let scanners = weakness.scanners(&self.applications[weakness.application]);
        let looks = scanners
            .into_iter()
            .filter_map(|scanner| self.schedule.next(scanner, weakness.application, from));
        looks.min()
    }

    /// The scan of code with most results in the middle of the time.
    fn partial_scan(&self) -> Option<(usize, i64)> {
        let (from, until) = (self.days.at(PARTIAL.0), self.days.at(PARTIAL.1));
        let runs = (0..self.applications.len()).flat_map(|application| {
            let runs = self.schedule.looks(DemoScanner::Code, application);
            runs.map(move |day| (application, day))
        });
        // One that is looked at again, or nothing could be said of what it did not see.
        let runs = runs.filter(|(application, day)| {
            let mut later = self.schedule.looks(DemoScanner::Code, *application);
            (from..until).contains(day) && later.any(|next| next > *day)
        });
        runs.max_by_key(|(application, day)| {
            let seen = self.seen(*application, *day);
            let seen = seen.filter(|weakness| weakness.of_codeql().is_some());
            (seen.count(), std::cmp::Reverse(*application), *day)
        })
    }
}

struct Teller<'a> {
    catalogue: &'a FlawCatalogue,
    random: Random,
    /// Places that have a weakness: one at each.
    taken: BTreeSet<String>,
    story: Story<'a>,
}

impl<'a> Teller<'a> {
    /// What applications bring along, and what comes later.
    fn arrivals(&mut self) {
        let days = self.story.days;
        for application in 0..self.story.applications.len() {
            let Some(first) = self.story.schedule.onboarded[application] else {
                continue;
            };
            for _ in 0..self.random.between(BACKLOG.0, BACKLOG.1) {
                let appeared = first - self.random.between(5, 200);
                self.add(application, appeared);
            }
        }
        let mut month = 0;
        while month < days.count {
            let onboarded = &self.story.schedule.onboarded;
            let scanned: Vec<usize> = (0..onboarded.len())
                .filter(|place| onboarded[*place].is_some_and(|first| first <= month))
                .collect();
            let usual = ARRIVALS.0 + (ARRIVALS.1 - ARRIVALS.0) * days.part(month);
            let usual = usual * scanned.len() as f64 / onboarded.len() as f64;
            let usual = match month > days.at(SPRINT.1) {
                true => usual * LEARNED.0,
                false => usual,
            };
            for _ in 0..usual as i64 + self.random.between(-3, 4) {
                let day = month + self.random.between(0, 30);
                if !scanned.is_empty() && day < days.count {
                    let application = *self.random.pick(&scanned);
                    self.add(application, day);
                }
            }
            month += 30;
        }
    }

    /// A weakness that nobody has at its place yet, and its fix.
    fn add(&mut self, application: usize, appeared: i64) {
        let severity = FlawSeverity::ALL[self.random.weighted(&SHARES)];
        let Some(flaw) = self.flaw(application, severity, appeared) else {
            return;
        };
        let is_seen_twice = match &flaw {
            Flaw::Code { rule, .. } => rule.scanner == CodeScanner::Both && self.random.chance(0.6),
            Flaw::Package(_) | Flaw::Page { .. } => false,
        };
        let mut weakness = Weakness {
            application,
            flaw,
            there: Vec::new(),
            is_seen_twice,
        };
        let Some(found) = self.story.found(&weakness, appeared) else {
            return;
        };
        let fixed = found + self.fix_days(&weakness, found);
        weakness.there.push((appeared, fixed));
        self.story.weaknesses.push(weakness);
    }

    fn fix_days(&mut self, weakness: &Weakness, found: i64) -> i64 {
        let team = self.story.applications[weakness.application].team.as_str();
        let severity = weakness.severity().min(FlawSeverity::Critical) as usize;
        let is_after_sprint = found > self.story.days.at(SPRINT.1);
        let of_team = match team {
            company::BEHIND => 2.0,
            "storefront" => 0.95,
            _ => 0.85,
        };
        // What was learned in the sprint stays with those who were in it.
        let of_time = match is_after_sprint && team != company::BEHIND {
            true => LEARNED.1,
            false => 1.0,
        };
        self.random.days(PACE[severity] * of_team * of_time)
    }

    fn flaw(&mut self, application: usize, severity: FlawSeverity, day: i64) -> Option<Flaw<'a>> {
        // A place may be taken, and an application have no pages.
        for _ in 0..8 {
            let flaw = match self.random.weighted(&[40, 30, 30]) {
                0 => self.code_flaw(application, severity),
                1 => self.package_flaw(application, severity),
                _ => self.page_flaw(application, severity, day),
            };
            if let Some(flaw) = flaw {
                return Some(flaw);
            }
        }
        None
    }

    fn take(&mut self, application: usize, place: &str) -> Option<()> {
        let place = format!("{application} {place}");
        self.taken.insert(place).then_some(())
    }

    fn code_flaw(&mut self, application: usize, severity: FlawSeverity) -> Option<Flaw<'a>> {
        if !self.story.applications[application].has_code_scans() {
            return None;
        }
        let catalogue = self.catalogue;
        let rules: Vec<&CodeRule> = catalogue
            .code
            .iter()
            .filter(|rule| rule.severity == severity)
            .collect();
        let rule = *rules.get(self.random.between(0, rules.len() as i64) as usize)?;
        let (noun, layer) = (*self.random.pick(&NOUNS), *self.random.pick(&LAYERS));
        let file = self.story.applications[application].file(noun, layer);
        self.take(application, &file)?;
        Some(Flaw::Code {
            rule,
            file,
            line: self.random.between(14, 240),
        })
    }

    fn package_flaw(&mut self, application: usize, severity: FlawSeverity) -> Option<Flaw<'a>> {
        let app = &self.story.applications[application];
        if package_scanners(app).is_empty() {
            return None;
        }
        let catalogue = self.catalogue;
        let packages: Vec<&Package> = catalogue
            .packages
            .iter()
            .filter(|package| package.severity == severity && package.stack == app.stack)
            .collect();
        let package = *packages.get(self.random.between(0, packages.len() as i64) as usize)?;
        self.take(application, &package.cve)?;
        Some(Flaw::Package(package))
    }

    fn page_flaw(
        &mut self,
        application: usize,
        severity: FlawSeverity,
        day: i64,
    ) -> Option<Flaw<'a>> {
        let app = &self.story.applications[application];
        // Less and less gets past the scans of staging.
        let slips = 0.45 - 0.25 * self.story.days.part(day.max(0));
        let environment = match app.is_reachable() && self.random.chance(slips) {
            true => Environment::Production,
            false => Environment::Staging,
        };
        // Nuclei looks at production alone.
        let is_known = |rule: &&PageRule| match environment {
            Environment::Staging => rule.plugin.is_some(),
            Environment::Production => true,
        };
        let catalogue = self.catalogue;
        let rules: Vec<&PageRule> = catalogue
            .pages
            .iter()
            .filter(|rule| app.has_pages() && rule.severity == severity)
            .filter(is_known)
            .collect();
        let rule = *rules.get(self.random.between(0, rules.len() as i64) as usize)?;
        let parameter = rule.has_parameter.then(|| *self.random.pick(&PARAMETERS));
        let path = format!("/{}", self.random.pick(&NOUNS));
        let word = environment.word();
        self.take(application, &format!("{word} {path} {}", rule.title))?;
        Some(Flaw::Page {
            rule,
            environment,
            path,
            parameter,
        })
    }

    /// All teams but one fix what is urgent.
    fn sprint(&mut self) {
        let (start, end) = (self.story.days.at(SPRINT.0), self.story.days.at(SPRINT.1));
        for weakness in &mut self.story.weaknesses {
            let team = self.story.applications[weakness.application].team.as_str();
            let joins = match weakness.severity() {
                _ if team == company::BEHIND => 0.0,
                FlawSeverity::Critical | FlawSeverity::High => 0.8,
                FlawSeverity::Medium => 0.45,
                FlawSeverity::Low | FlawSeverity::Info | FlawSeverity::Noise => 0.1,
            };
            let planned = self.random.between(start, end);
            if weakness.is_there(start)
                && self.random.chance(joins)
                && let Some((_, fixed)) = weakness.there.last_mut()
            {
                *fixed = planned.min(*fixed);
            }
        }
    }

    /// Whoever fixes something urgent in code has the pipeline look at it.
    fn runs_for_fixes(&mut self) {
        for weakness in &self.story.weaknesses {
            let is_urgent = weakness.severity() == FlawSeverity::Critical;
            if !is_urgent || !matches!(weakness.flaw, Flaw::Code { .. }) {
                continue;
            }
            for (_, fixed) in &weakness.there {
                let day = fixed.saturating_add(self.random.between(0, 3));
                if day <= self.story.days.last() {
                    self.story.schedule.add_run(weakness.application, day);
                }
            }
        }
    }

    /// Some of what was fixed, and seen to be, comes back.
    fn returns(&mut self) {
        for place in 0..self.story.weaknesses.len() {
            let weakness = &self.story.weaknesses[place];
            let fixed = weakness.there.last().map_or(NEVER, |(_, until)| *until);
            if !self.random.chance(0.05) {
                continue;
            }
            let app = &self.story.applications[weakness.application];
            let looks: Option<Vec<i64>> = weakness
                .scanners(app)
                .into_iter()
                .map(|scanner| {
                    self.story
                        .schedule
                        .next(scanner, weakness.application, fixed)
                })
                .collect();
            let Some(verified) = looks.and_then(|looks| looks.into_iter().max()) else {
                continue;
            };
            let again = verified + self.random.between(3, 50);
            let Some(found) = self.story.found(weakness, again) else {
                continue;
            };
            let severity = weakness.severity() as usize;
            let until = found + self.random.days(PACE[severity]);
            self.story.weaknesses[place].there.push((again, until));
        }
    }

    /// An update of a rule reports test fixtures, until the rule is mended.
    fn noise(&mut self) {
        let catalogue = self.catalogue;
        let mut rules = catalogue.code.iter();
        let Some(rule) = rules.find(|rule| rule.severity == FlawSeverity::Noise) else {
            return;
        };
        let there = (self.story.days.at(NOISE.0), self.story.days.at(NOISE.1));
        for application in 0..self.story.applications.len() {
            let next = self
                .story
                .schedule
                .next(DemoScanner::Code, application, there.0);
            if next.is_none_or(|day| day >= there.1) {
                continue;
            }
            for _ in 0..self.random.between(1, 4) {
                let file = format!("tests/fixtures/{}.json", self.random.pick(&NOUNS));
                if self.take(application, &file).is_none() {
                    continue;
                }
                let flaw = Flaw::Code {
                    rule,
                    file,
                    line: self.random.between(2, 60),
                };
                self.story.weaknesses.push(Weakness {
                    application,
                    flaw,
                    there: vec![there],
                    is_seen_twice: false,
                });
            }
        }
    }
}
