//! A naive replay of a world, day by day, from what `docs/lifecycle.md` and `docs/sources.md` promise.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{Piped, PipedScan, World};

/// What keeps a scan from closing what it could not have seen, and what makes two rows one weakness. The replay can be
/// asked to forget one of them: a world in which that changes something is a world that this rule decides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    Targets,
    Environments,
    Tools,
    Formats,
    Lines,
    NamedLines,
    FailedScans,
    ScansOfChanges,
    PartialRuns,
    RulesThatRan,
    SeenAtOneInstant,
    RenamedAssets,
    Withdrawals,
    StableIdentities,
}

impl Rule {
    pub const ALL: [Rule; 14] = [
        Rule::Targets,
        Rule::Environments,
        Rule::Tools,
        Rule::Formats,
        Rule::Lines,
        Rule::NamedLines,
        Rule::FailedScans,
        Rule::ScansOfChanges,
        Rule::PartialRuns,
        Rule::RulesThatRan,
        Rule::SeenAtOneInstant,
        Rule::RenamedAssets,
        Rule::Withdrawals,
        Rule::StableIdentities,
    ];
}

/// A stretch in which a weakness was open, and whose it was.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OpenStretch {
    pub target: String,
    pub environment: String,
    pub title: String,
    pub found: u32,
    pub verified: Option<u32>,
}

/// Who looks: scans of another know nothing of what this one saw.
type Looker = [&'static str; 4];
/// Whose it is, which component, and what would be its version if that told weaknesses apart.
type Weakness = (Looker, &'static str, u32);
type Line = Option<&'static str>;

/// When each weakness was open, by all rules but one that is forgotten.
pub fn replayed(world: &World, forgotten: Option<Rule>) -> Vec<OpenStretch> {
    let replay = Replay { world, forgotten };
    let mut open: BTreeMap<Weakness, (u32, BTreeSet<Line>)> = BTreeMap::new();
    let mut stretches = Vec::new();
    let last_day = world.reports.iter().map(|report| report.day).max();
    for day in 0..=last_day.unwrap_or_default() {
        let scans = replay.scans_of(day);
        let mut seen_today = BTreeSet::new();
        for (report, scan) in &scans {
            for component in &scan.seen {
                let weakness = replay.weakness(report, scan, component);
                let line = replay.line(report, scan);
                open.entry(weakness)
                    .or_insert((day, BTreeSet::new()))
                    .1
                    .insert(line);
                seen_today.insert((weakness, line));
            }
        }
        for (report, scan) in &scans {
            let line = replay.line(report, scan);
            for (weakness, (_, lines)) in &mut open {
                let is_seen = match replay.keeps(Rule::SeenAtOneInstant) {
                    true => seen_today.contains(&(*weakness, line)),
                    false => scan.seen.contains(&weakness.1),
                };
                if weakness.0 == replay.looker(report, scan)
                    && replay.could_see(report, scan, weakness.1)
                    && !is_seen
                {
                    lines.remove(&line);
                }
            }
        }
        // Every line that saw it has looked again.
        open.retain(|weakness, (found, lines)| {
            if lines.is_empty() {
                stretches.push(stretch(weakness, *found, Some(day)));
            }
            !lines.is_empty()
        });
    }
    stretches.extend(
        open.iter()
            .map(|(weakness, (found, _))| stretch(weakness, *found, None)),
    );
    stretches.sort();
    stretches
}

fn stretch(
    ([target, environment, tool, format], component, _): &Weakness,
    found: u32,
    verified: Option<u32>,
) -> OpenStretch {
    OpenStretch {
        target: target.to_string(),
        environment: environment.to_string(),
        title: format!("{tool} {format} {component}"),
        found,
        verified,
    }
}

struct Replay<'a> {
    world: &'a World,
    forgotten: Option<Rule>,
}

impl<'a> Replay<'a> {
    fn keeps(&self, rule: Rule) -> bool {
        self.forgotten != Some(rule)
    }

    /// All scans of an instant are one look.
    fn scans_of(&self, day: u32) -> Vec<(&'a Piped, &'a PipedScan)> {
        let counts = |report: &&Piped| !report.is_withdrawn || !self.keeps(Rule::Withdrawals);
        let reports = self
            .world
            .reports
            .iter()
            .filter(|report| report.day == day)
            .filter(counts);
        reports
            .flat_map(|report| report.scans.iter().map(move |scan| (report, scan)))
            .collect()
    }

    fn looker(&self, report: &Piped, scan: &PipedScan) -> Looker {
        let told = |rule: Rule, name: &'static str| if self.keeps(rule) { name } else { "any" };
        let is_old_name =
            self.world.is_renamed && self.keeps(Rule::RenamedAssets) && scan.target == "old-web";
        let target = if is_old_name { "web" } else { scan.target };
        [
            told(Rule::Targets, target),
            told(Rule::Environments, report.environment),
            told(Rule::Tools, report.tool),
            told(Rule::Formats, report.format),
        ]
    }

    fn weakness(&self, report: &Piped, scan: &PipedScan, component: &'static str) -> Weakness {
        let version = if self.keeps(Rule::StableIdentities) {
            0
        } else {
            report.version
        };
        (self.looker(report, scan), component, version)
    }

    /// Scans without a line are of one that is no other's.
    fn line(&self, report: &Piped, scan: &PipedScan) -> Line {
        let said = report.said_line.filter(|_| self.keeps(Rule::NamedLines));
        said.or(scan.line).filter(|_| self.keeps(Rule::Lines))
    }

    /// Whether a scan would have seen a component if it were there.
    fn could_see(&self, report: &Piped, scan: &PipedScan, component: &str) -> bool {
        let is_of_rule = scan
            .rules
            .as_ref()
            .is_none_or(|rules| rules.contains(&component));
        (scan.outcome == "success" || !self.keeps(Rule::FailedScans))
            && (scan.scope == "full" || !self.keeps(Rule::ScansOfChanges))
            && (!report.is_partial || !self.keeps(Rule::PartialRuns))
            && (is_of_rule || !self.keeps(Rule::RulesThatRan))
    }
}
