//! Advice on numbers that look good without saying much. Warnings only, and only where it is clear.

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Bound;
use crate::lang::model::{Formula, Kpi, Role, ScoreVersion, Weights};

/// A goal for how much was done rewards doing much of it (K290).
pub(super) fn on_kpi(kpi: &Kpi, problems: &mut Problems) {
    let Formula::Measure(measure) = &kpi.formula else {
        return;
    };
    let counts_events =
        measure.function.name == "count" && matches!(measure.population.role, Role::Event(_));
    if !counts_events {
        return;
    }
    for target in &kpi.targets {
        if matches!(target.bound, Bound::AtLeast | Bound::Above) {
            problems.push(
                Diagnostic::warning(
                    "K290",
                    target.span,
                    format!(
                        "`{}` counts activity: this target rewards doing more of it",
                        kpi.name
                    ),
                )
                .label("a share or a rate would say more")
                .help(
                    "such as `share of assets in_service with any scans completed within 30 days`",
                ),
            );
        }
    }
}

/// A score that is the bare CVSS number ranks by severity, not by risk (K291).
pub(super) fn on_score(
    version: &ScoreVersion,
    base_name: &str,
    name: &crate::lang::syntax::ast::Identifier,
    problems: &mut Problems,
) {
    let is_bare = matches!(version.base.weights, Weights::Itself) && version.times.is_empty();
    if is_bare && base_name.starts_with("cvss") {
        problems.push(
            Diagnostic::warning(
                "K291",
                name.span,
                format!(
                    "score `{}` is `{base_name}` alone: severity, not risk",
                    name.node
                ),
            )
            .help("add `times exploitable`, `times exposure` or `times criticality` with weights"),
        );
    }
}
