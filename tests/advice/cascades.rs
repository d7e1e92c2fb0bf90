//! One mistake gives one error: what uses a mistaken definition is not told as well.

use riskql::base::diagnostic::{Diagnostic, Severity};
use riskql::base::source::Sources;
use riskql::lang::syntax::parse_file;
use riskql::lang::{check, project};

/// A file of the library, what is changed in it, and the code of the one error.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("policy/risk.kpi", "critical  40", "critcal  40", "K204"),
    ("policy/risk.kpi", "base severity", "base sevrity", "K202"),
    ("policy/risk.kpi", "cap 360", "cap of 360", "K100"),
    (
        "policy/remediation.kpi",
        "sla remediation",
        "sal remediation",
        "K112",
    ),
    (
        "policy/remediation.kpi",
        "starts found",
        "stars found",
        "K113",
    ),
    ("kpis/mttr.kpi", "mean time from", "mean tme from", "K100"),
    ("kpis/mttr.kpi", "kpi mttr", "kpy mttr", "K112"),
    (
        "kpis/backlog.kpi",
        "count of findings open",
        "count(findings open)",
        "K127",
    ),
    (
        "kpis/risk_exposure.kpi",
        "kpi risk_exposure",
        "<<<<<<< HEAD\nkpi risk_exposure",
        "K161",
    ),
    (
        "model/findings.kpi",
        "event  found      at",
        "event  found      att",
        "K100",
    ),
    (
        "model/findings.kpi",
        "field  app text",
        "field  app tekst",
        "K233",
    ),
    (
        "model/findings.kpi",
        "table findings",
        "tabel findings",
        "K112",
    ),
    (
        "model/findings.kpi",
        "scale severity",
        "scale sevrity",
        "K205",
    ),
    (
        "model/scales.kpi",
        "info < low < medium",
        "info < low <> medium",
        "K110",
    ),
    ("model/calendar.kpi", "week starts", "week strats", "K100"),
    (
        "views/highest_risk_apps.kpi",
        "view highest",
        "veiw highest",
        "K112",
    ),
];

fn problems_of(changed: &str, old: &str, new: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let mut files = Vec::new();
    let mut is_changed = false;
    for (path, text) in project::library_texts() {
        let text = match path == changed && text.contains(old) {
            true => {
                is_changed = true;
                text.replacen(old, new, 1)
            }
            false => text.to_owned(),
        };
        let id = sources.add(path, text);
        let (file, problems) = parse_file(&sources, id);
        found.extend(problems.sorted());
        files.push(file);
    }
    assert!(is_changed, "`{old}` is not in {changed}");
    found.extend(check::definitions(&sources, &files).1.sorted());
    found
}

#[test]
fn one_mistake_gives_one_error() {
    for (path, old, new, code) in MISTAKES {
        let problems = problems_of(path, old, new);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [*code], "{new} in {path}: {problems:#?}");
    }
}

#[test]
fn a_scale_that_is_not_there_is_told_once_for_all_reports() {
    let problems = problems_of("model/scales.kpi", "scale severity", "scale gravity");
    let of_reports = problems.iter().filter(|problem| problem.code == "K703");
    assert_eq!(of_reports.count(), 1);
    assert!(
        problems
            .iter()
            .all(|problem| problem.severity == Severity::Error)
    );
}
