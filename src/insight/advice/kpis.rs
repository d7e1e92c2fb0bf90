//! Rules about a KPI by itself.

use super::words::{self, own_measures};
use super::{Advice, AdviceRule};
use crate::lang::model::{Definitions, Formula, Kpi};

/// How often scanners ran is work, not what came of it.
pub(super) const SCAN_COUNT: AdviceRule = AdviceRule {
    name: "scan-count",
    code: "K661",
    about: "a number of scans that is judged as if it were an outcome",
    look: scan_counts,
};

/// A finding that nobody confirmed may be none.
pub(super) const UNVALIDATED: AdviceRule = AdviceRule {
    name: "unvalidated",
    code: "K665",
    about: "findings are counted without asking whether somebody confirmed them",
    look: unvalidated,
};

/// Who acts on the number?
pub(super) const NO_OWNER: AdviceRule = AdviceRule {
    name: "no-owner",
    code: "K666",
    about: "nobody answers for a KPI",
    look: without_owner,
};

/// Whether more is better is what a reader must not have to guess.
pub(super) const NO_DIRECTION: AdviceRule = AdviceRule {
    name: "no-direction",
    code: "K668",
    about: "a KPI has a target and does not say which way is better",
    look: without_direction,
};

/// Two of three is no 67%.
pub(super) const NO_MINIMUM: AdviceRule = AdviceRule {
    name: "no-minimum",
    code: "K669",
    about: "a share has a target, and does not say of how few rows it is one",
    look: without_minimum,
};

fn scan_counts(definitions: &Definitions, advice: &mut Advice) {
    for kpi in &definitions.kpis {
        let Formula::Measure(measure) = &kpi.formula else {
            continue;
        };
        let is_count = matches!(measure.function.name, "count" | "distinct");
        let is_judged = kpi.direction.is_some() || !kpi.targets.is_empty();
        if is_count && is_judged && words::is_of_scans(definitions, measure.population.table) {
            let message = format!(
                "`{}` judges how much was scanned, not what came of it",
                kpi.name
            );
            let help = "measure what is covered: `share of assets in_service with any scans completed within 30 days`";
            advice.tell(&SCAN_COUNT, kpi.span, message, help);
        }
    }
}

fn unvalidated(definitions: &Definitions, advice: &mut Advice) {
    for kpi in &definitions.kpis {
        let is_broken_out = kpi.dimensions.iter().any(|name| name == words::VALIDATION);
        let measures = own_measures(&kpi.formula);
        let is_open = |measure: &&&crate::lang::model::Measure| {
            words::has_validation(definitions, measure.population.table)
                && !words::is_validated(definitions, measure)
        };
        if !is_broken_out && measures.iter().any(|measure| is_open(&measure)) {
            let message = format!(
                "`{}` takes confirmed findings and unconfirmed ones together",
                kpi.name
            );
            let help =
                "add `validation` to its `by`, or `where validation = confirmed` to its population";
            advice.tell(&UNVALIDATED, kpi.span, message, help);
        }
    }
}

fn without_owner(definitions: &Definitions, advice: &mut Advice) {
    for kpi in definitions.kpis.iter().filter(|kpi| kpi.owner.is_none()) {
        let message = format!("nobody answers for `{}`", kpi.name);
        advice.tell(&NO_OWNER, kpi.span, message, "add `owner \"team or role\"`");
    }
}

fn without_direction(definitions: &Definitions, advice: &mut Advice) {
    let is_unclear = |kpi: &&Kpi| kpi.direction.is_none() && !kpi.targets.is_empty();
    for kpi in definitions.kpis.iter().filter(is_unclear) {
        let message = format!(
            "`{}` has a target and does not say which way is better",
            kpi.name
        );
        let help = "add `lower is better` or `higher is better`";
        advice.tell(&NO_DIRECTION, kpi.span, message, help);
    }
}

fn without_minimum(definitions: &Definitions, advice: &mut Advice) {
    for kpi in definitions
        .kpis
        .iter()
        .filter(|kpi| !kpi.targets.is_empty())
    {
        let is_share = matches!(&kpi.formula, Formula::Measure(of) if of.function.name == "share");
        if is_share && kpi.fewest_rows.is_none() {
            let message = format!(
                "a target judges `{}`, however few rows it is a share of",
                kpi.name
            );
            let help = "add `at least 5 rows`: values of fewer are marked";
            advice.tell(&NO_MINIMUM, kpi.span, message, help);
        }
    }
}
