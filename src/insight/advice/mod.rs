//! Advice: where numbers may mislead though nothing is wrong with the definitions.
//!
//! Takes checked definitions with their trees; gives a warning for each place that a rule is about, unless a comment
//! allows it with a reason: `# allow no-owner: the team is being founded`. Rules look at definitions, never at data.

mod boards;
mod kpis;
mod policies;
mod words;

use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::{Sources, Span};
use crate::lang::model::Definitions;
use crate::lang::project::Project;
use crate::lang::syntax::{Allowances, allowances};

/// A rule of advice.
#[derive(Clone, Copy, Debug)]
pub struct AdviceRule {
    /// What a comment allows it by.
    pub name: &'static str,
    pub code: &'static str,
    /// What it is about, for the list of rules.
    pub about: &'static str,
    look: fn(&Definitions, &mut Advice),
}

/// All rules, in the order of their codes.
pub const RULES: [AdviceRule; 10] = [
    boards::RAW_COUNT,
    kpis::SCAN_COUNT,
    policies::SEVERITY_ALONE,
    boards::BACKLOG_WITHOUT_COVERAGE,
    boards::MEAN_WITHOUT_OPEN,
    kpis::UNVALIDATED,
    kpis::NO_OWNER,
    boards::NO_TIME,
    kpis::NO_DIRECTION,
    kpis::NO_MINIMUM,
];

/// The codes of advice and of the comments that allow it, with their meaning.
pub const CODES: &[(&str, &str)] = &[
    (
        "K650",
        "warning: a comment allows something without a reason",
    ),
    ("K651", "warning: a comment allows what nothing needs"),
    (
        "K652",
        "warning: a comment allows something that is no rule",
    ),
    advice_code(&boards::RAW_COUNT),
    advice_code(&kpis::SCAN_COUNT),
    advice_code(&policies::SEVERITY_ALONE),
    advice_code(&boards::BACKLOG_WITHOUT_COVERAGE),
    advice_code(&boards::MEAN_WITHOUT_OPEN),
    advice_code(&kpis::UNVALIDATED),
    advice_code(&kpis::NO_OWNER),
    advice_code(&boards::NO_TIME),
    advice_code(&kpis::NO_DIRECTION),
    advice_code(&kpis::NO_MINIMUM),
];

const fn advice_code(rule: &AdviceRule) -> (&'static str, &'static str) {
    (rule.code, rule.about)
}

/// What the rules found so far.
#[derive(Default)]
struct Advice {
    found: Vec<(&'static str, Diagnostic)>,
}

impl Advice {
    /// Tells of a place; `help` says what to write.
    fn tell(&mut self, rule: &AdviceRule, span: Span, message: String, help: &str) {
        let problem = Diagnostic::warning(rule.code, span, message).help(help);
        self.found.push((rule.name, problem));
    }
}

/// All advice that no comment allows, and comments that allow nothing.
pub fn advise(sources: &Sources, project: &Project) -> Problems {
    let mut advice = Advice::default();
    for rule in RULES {
        (rule.look)(&project.definitions, &mut advice);
    }
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let mut allowed = Allowances::of(sources, &project.files, &names);
    let mut problems = Problems::default();
    for (rule, problem) in advice.found {
        let place = problem.span.expect("advice has a place");
        if allowed.reason(rule, place).is_none() {
            let how = format!("or allow it with a reason: `# allow {rule}: …`");
            problems.push(problem.help(how));
        }
    }
    problems.extend(allowed.problems());
    problems.extend(unknown_rules(sources, project));
    problems
}

/// The rules that comments may name; those of `test` among them.
const OTHER_RULES: [&str; 2] = ["mutant", "uncovered"];

/// Warns of comments that allow something by a name that is no rule's (K652).
fn unknown_rules(sources: &Sources, project: &Project) -> Problems {
    let known = || RULES.iter().map(|rule| rule.name).chain(OTHER_RULES);
    let mut problems = Problems::default();
    let all = project
        .files
        .iter()
        .flat_map(|file| allowances(sources, file));
    for each in all.filter(|each| !known().any(|name| name == each.rule)) {
        // A sentence may begin with these words too: it names nothing that is near a rule.
        if each.reason.is_empty() && nearest(&each.rule, known()).is_none() {
            continue;
        }
        let message = format!("there is no rule `{}` to allow", each.rule);
        let problem = Diagnostic::warning("K652", each.span, message);
        problems.push(match nearest(&each.rule, known()) {
            Some(near) => problem.help(format!("did you mean `# allow {near}: …`?")),
            None => problem.help(format!(
                "rules are {}",
                known().collect::<Vec<_>>().join(", ")
            )),
        });
    }
    problems
}
