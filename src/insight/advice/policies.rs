//! Rules about scores and SLAs.

use super::words;
use super::{Advice, AdviceRule};
use crate::lang::model::{Definitions, FieldId, Score, Sla};

/// Most findings of high severity are never exploited; some of low severity are.
pub(super) const SEVERITY_ALONE: AdviceRule = AdviceRule {
    name: "severity-alone",
    code: "K662",
    about: "a score or SLA goes by severity and not by exploitation",
    look: severity_alone,
};

fn severity_alone(definitions: &Definitions, advice: &mut Advice) {
    let goes_by_severity_alone = |fields: &[FieldId]| {
        let name = |field: &FieldId| definitions.field(*field).name.as_str();
        let has = |is_meant: fn(&str) -> bool| fields.iter().map(name).any(is_meant);
        has(words::is_severity) && !has(words::is_exploitation)
    };
    for score in &definitions.scores {
        if goes_by_severity_alone(&fields_of_score(score)) {
            let message = format!(
                "score `{}` goes by severity, not by exploitation",
                score.name
            );
            let help =
                "add `times exploitable` with weights, or weights of another field that says so";
            advice.tell(&SEVERITY_ALONE, score.span, message, help);
        }
    }
    for sla in &definitions.slas {
        if goes_by_severity_alone(&fields_of_sla(sla)) {
            let message = format!("sla `{}` goes by severity, not by exploitation", sla.name);
            let help = "begin with a line such as `due 14 days where exploitable = yes`";
            advice.tell(&SEVERITY_ALONE, sla.span, message, help);
        }
    }
}

fn fields_of_score(score: &Score) -> Vec<FieldId> {
    let versions = score.versions.iter();
    let factors = versions.flat_map(|version| std::iter::once(&version.base).chain(&version.times));
    factors.map(|factor| factor.field).collect()
}

fn fields_of_sla(sla: &Sla) -> Vec<FieldId> {
    let lines = sla.versions.iter().flat_map(|version| &version.lines);
    words::tested_fields(lines.filter_map(|line| line.filter.as_ref()))
}
