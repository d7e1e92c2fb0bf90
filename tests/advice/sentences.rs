//! Sentences that are almost right, over the shipped library, and what is told to type instead.

use riskql::base::source::Sources;
use riskql::lang::analyze;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};

use super::changed;

/// What was typed, and the whole sentence after the change that is told first.
const SENTENCES: &[(&str, &str)] = &[
    (
        "median (cvss) of findings found",
        "median cvss of findings found",
    ),
    (
        "mean(time from found to verified) of findings verified by team",
        "mean time from found to verified of findings verified by team",
    ),
    (
        "mean(time from found to verified)",
        "mean time from found to verified of findings verified",
    ),
    (
        "mean(time since found)",
        "mean time since found of findings open",
    ),
    ("count(findings open)", "count of findings open"),
    (
        "count(findings open where severity = high) by team",
        "count of findings open where severity = high by team",
    ),
    ("COUNT(*) by team", "count of findings open by team"),
    (
        "count(distinct app) of findings open",
        "distinct app of findings open",
    ),
    ("SUM(risk) by team", "sum risk of findings open by team"),
    ("avg(cvss)", "mean cvss of findings open"),
    (
        "share(findings found with exploitable = yes)",
        "share of findings found with exploitable = yes",
    ),
    ("max(cvss of findings open)", "max cvss of findings open"),
    (
        "mean (max cvss of findings open) of findings open",
        "max cvss of findings open",
    ),
    (
        "average cvss of findings open",
        "mean cvss of findings open",
    ),
    ("backlog where as of 2026-03", "backlog as of 2026-03"),
    (
        "count of findings open where severity = high and as of 2026-03",
        "count of findings open where severity = high as of 2026-03",
    ),
    ("mttr where last month", "mttr last month"),
    ("mttr ytd", "mttr this year"),
    ("mttr qtd by team", "mttr this quarter by team"),
    (
        "introduced_findings yesterday",
        "introduced_findings last day",
    ),
    ("introduced_findings today", "introduced_findings this day"),
    ("backlog as of 03/15/2026", "backlog as of 2026-03-15"),
    ("backlog as of 15.03.2026", "backlog as of 2026-03-15"),
    ("backlog as of 2026/03/15", "backlog as of 2026-03-15"),
    (
        "backlog where found_at > 12/31/2025",
        "backlog where found_at > 2025-12-31",
    ),
    (
        "backlog where found_at > \"12/31/2025\"",
        "backlog where found_at > 2025-12-31",
    ),
    (
        "backlog where found_at > \"2025-12-31\"",
        "backlog where found_at > 2025-12-31",
    ),
    (
        "backlog where team = \"\"\"logistics\"\"\"",
        "backlog where team = \"logistics\"",
    ),
    (
        "backlog where team = 'logistics'",
        "backlog where team = \"logistics\"",
    ),
    ("mttr by team;", "mttr by team"),
    ("MTTR by team", "mttr by team"),
    (
        "backlog where sev = critical",
        "backlog where severity = critical",
    ),
    ("backlog by env", "backlog by environment"),
    (
        "backlog where severity is high",
        "backlog where severity = high",
    ),
    (
        "backlog where severity is not high",
        "backlog where severity != high",
    ),
    ("backlog where team = null", "backlog where team is missing"),
    (
        "backlog where team != NULL",
        "backlog where team is present",
    ),
    ("backlog where team = none", "backlog where team is missing"),
    (
        "backlog where team != missing",
        "backlog where team is present",
    ),
    ("backlog where team = \"\"", "backlog where team is missing"),
    ("backlog where cvss = none", "backlog where cvss is missing"),
    (
        "backlog where exploitable = none",
        "backlog where exploitable is missing",
    ),
    (
        "backlog where cvss between 7 and 9",
        "backlog where cvss >= 7 and cvss <= 9",
    ),
    (
        "backlog where team = \"web\" and cvss between 7 and 9",
        "backlog where team = \"web\" and cvss >= 7 and cvss <= 9",
    ),
    (
        "mttr between 2026-01 and 2026-03",
        "mttr from 2026-01 to 2026-03",
    ),
    (
        "mttr from 2026-03 to 2026-01",
        "mttr from 2026-01 to 2026-03",
    ),
    ("mttr group by team", "mttr by team"),
    (
        "list findings open order by found_at",
        "list findings open sort by found_at",
    ),
    (
        "mean time from verified to found of findings verified",
        "mean time from found to verified of findings verified",
    ),
    ("count of findings", "count of findings introduced"),
    (
        "backlog where exploitable",
        "backlog where exploitable = yes",
    ),
    (
        "backlog where exploitable = maybe",
        "backlog where exploitable = yes",
    ),
    (
        "backlog where severity == high && exploitable = yes",
        "backlog where severity = high && exploitable = yes",
    ),
];

/// Texts for which no change is told, and words that the message has.
const TOLD: &[(&str, &str)] = &[
    ("round(mttr)", "there is no function `round`"),
    (
        "backlog where found_at > yesterday",
        "write a date such as `2026-03-31`",
    ),
    (
        "backlog where found_at in last month",
        "`count of findings found last month`",
    ),
    (
        "backlog where team > 5",
        "declare `field team number` in table findings",
    ),
    (
        "backlog by tool",
        "declare it: `field tool text` in table findings",
    ),
    ("avg(csvv)", "an aggregate is mean VALUE of POPULATION"),
];

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    definitions.expect("the library is right")
}

fn told(definitions: &Definitions, text: &str) -> Vec<riskql::base::diagnostic::Diagnostic> {
    let mut sources = Sources::default();
    match analyze::read(&mut sources, definitions, "query", text) {
        Ok(query) => query.warnings.sorted(),
        Err(problems) => problems.sorted(),
    }
}

#[test]
fn almost_right_sentences_are_answered_with_the_right_ones() {
    let definitions = library();
    let mut wrong = Vec::new();
    for (typed, right) in SENTENCES {
        let problems = told(&definitions, typed);
        let edit = problems.iter().flat_map(|problem| &problem.edits).next();
        let instead = edit.map(|edit| changed(typed, edit));
        if instead.as_deref() != Some(*right) {
            wrong.push(format!(
                "{typed}: {instead:?} instead of {right} of {problems:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_right_sentences_are_accepted() {
    let definitions = library();
    for (_, right) in SENTENCES {
        let mut sources = Sources::default();
        let read = analyze::read(&mut sources, &definitions, "query", right);
        // The last of the sentences has a second mistake.
        assert!(
            read.is_ok() || right.contains("&&"),
            "{right}: {:#?}",
            read.err()
        );
    }
}

#[test]
fn what_no_change_mends_is_told_in_words() {
    let definitions = library();
    for (typed, words) in TOLD {
        let problems = told(&definitions, typed);
        assert_eq!(problems.len(), 1, "{typed}: {problems:#?}");
        let all: Vec<&String> = [&problems[0].message]
            .into_iter()
            .chain(&problems[0].label)
            .chain(&problems[0].help)
            .collect();
        assert!(
            all.iter().any(|line| line.contains(words)),
            "{typed}: {all:#?}"
        );
        assert_eq!(problems[0].edits, [], "{typed}");
    }
}
