//! What people decide about findings: real, fixed, accepted, not real.

use super::catalogue::{CodeScanner, FlawSeverity};
use super::random::Random;
use super::story::Story;
use super::weakness::{Flaw, Weakness, address};

/// A row of the register of decisions.
pub struct DemoDecision {
    pub day: i64,
    pub hour: u32,
    pub application: usize,
    pub decision: &'static str,
    pub until: Option<i64>,
    pub by: String,
    pub reason: &'static str,
    /// Which finding of the application is meant.
    pub of: Named,
}

/// What names a finding; empty where it is not needed.
#[derive(Clone, Default)]
pub struct Named {
    pub rule: String,
    pub cve: String,
    pub file: String,
    pub url: String,
    pub component: String,
}

/// Decisions on all weaknesses, by day.
pub fn decisions(story: &Story, seed: u64) -> Vec<DemoDecision> {
    let mut random = Random::new(seed, "decisions");
    let mut made = Vec::new();
    for weakness in &story.weaknesses {
        let (from, fixed) = weakness.there[0];
        let found = story.found(weakness, from);
        if let Some(found) = found.filter(|found| *found < fixed) {
            on(story, weakness, (found, fixed), &mut random, &mut made);
        }
    }
    made.retain(|decision| decision.day <= story.days.last());
    made.sort_by_key(|decision| (decision.day, decision.hour, decision.application));
    made
}

/// Those on one weakness, from the day on which it was found until it is fixed.
fn on(
    story: &Story,
    weakness: &Weakness,
    (found, fixed): (i64, i64),
    random: &mut Random,
    made: &mut Vec<DemoDecision>,
) {
    let severity = weakness.severity();
    let mut decide = |day: i64, decision, until, by: &str, reason| {
        made.push(DemoDecision {
            day,
            hour: 10,
            application: weakness.application,
            decision,
            until,
            by: by.to_string(),
            reason,
            of: named(story, weakness),
        });
    };
    if severity == FlawSeverity::Noise {
        // Before the rule is mended.
        let day = (found + random.between(2, 12)).min(fixed - 1);
        return decide(day, "false_positive", None, "appsec", "test fixture");
    }
    let judged = found + random.between(1, 9);
    let is_judged = match severity {
        FlawSeverity::Critical | FlawSeverity::High => random.chance(0.85),
        FlawSeverity::Medium => random.chance(0.5),
        FlawSeverity::Low | FlawSeverity::Info | FlawSeverity::Noise => random.chance(0.15),
    };
    if is_judged && judged < fixed {
        decide(judged, "confirmed", None, "appsec", "");
    }
    let is_minor = matches!(severity, FlawSeverity::Medium | FlawSeverity::Low);
    let accepted = found + random.between(10, 40);
    if is_minor && random.chance(0.16) && accepted < fixed {
        let until = accepted + random.pick(&[60, 90, 180]);
        let reason = "compensating control";
        decide(accepted, "accepted", Some(until), "risk board", reason);
    }
    if random.chance(0.5) {
        let team = &story.applications[weakness.application].team;
        // The evening before the first scan that can see it.
        decide(fixed - 1, "claimed_fixed", None, team, "");
    }
}

fn named(story: &Story, weakness: &Weakness) -> Named {
    let application = &story.applications[weakness.application];
    match &weakness.flaw {
        Flaw::Code { rule, file, .. } => Named {
            rule: rule.id(application.stack, rule.scanner == CodeScanner::Semgrep),
            file: file.clone(),
            ..Named::default()
        },
        Flaw::Package(package) => Named {
            cve: package.cve.clone(),
            component: package.name.clone(),
            ..Named::default()
        },
        Flaw::Page {
            rule,
            environment,
            path,
            parameter,
        } => Named {
            rule: rule.id().to_string(),
            url: address(application, *environment, path, *parameter),
            ..Named::default()
        },
    }
}
