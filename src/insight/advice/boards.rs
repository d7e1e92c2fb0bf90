//! Rules about what stands beside a number on a dashboard.

use super::words;
use super::{Advice, AdviceRule};
use crate::lang::model::{
    Card, Condition, Dashboard, Definitions, Formula, Layer, Measure, Measured, Role, Subject,
    ValueColumn, ValuesQuery,
};

/// A number of findings grows with every new scanner.
pub(super) const RAW_COUNT: AdviceRule = AdviceRule {
    name: "raw-count",
    code: "K660",
    about: "executives see a number of findings, and nothing that is validated or weighted",
    look: raw_counts,
};

/// Where nobody looks nothing is open.
pub(super) const BACKLOG_WITHOUT_COVERAGE: AdviceRule = AdviceRule {
    name: "backlog-without-coverage",
    code: "K663",
    about: "a dashboard shows what is open, and not how much was looked at",
    look: backlogs,
};

/// A mean of finished work gets better by leaving old work undone.
pub(super) const MEAN_WITHOUT_OPEN: AdviceRule = AdviceRule {
    name: "mean-without-open",
    code: "K664",
    about: "a dashboard shows a mean of durations, and not the ages of what is open",
    look: means,
};

/// A number by itself is neither good nor bad.
pub(super) const NO_TIME: AdviceRule = AdviceRule {
    name: "no-time",
    code: "K667",
    about: "a layer shows numbers, and none over time or beside an earlier one",
    look: without_time,
};

fn values(card: &Card) -> Option<&ValuesQuery> {
    match &card.query.subject {
        Subject::Values(values) => Some(values),
        Subject::List(_) => None,
    }
}

fn columns_of(layer: &Layer) -> impl Iterator<Item = &ValueColumn> {
    layer
        .cards
        .iter()
        .flat_map(|card| words::columns(values(card)))
}

fn measures_of(dashboard: &Dashboard) -> Vec<&Measure> {
    let columns = dashboard.layers.iter().flat_map(columns_of);
    columns
        .flat_map(|column| column.formula.measures())
        .collect()
}

/// Whether a layer is for those who decide and do not work with findings.
fn is_executive(layer: &Layer) -> bool {
    let name = layer.name.to_lowercase();
    ["exec", "board", "management", "ciso"]
        .iter()
        .any(|word| name.contains(word))
}

fn raw_counts(definitions: &Definitions, advice: &mut Advice) {
    let layers = definitions
        .dashboards
        .iter()
        .flat_map(|dashboard| &dashboard.layers);
    for layer in layers.filter(|layer| is_executive(layer)) {
        let has_company = layer.cards.iter().any(|card| {
            let by_validation = values(card).is_some_and(|each| words::is_by_validation(&each.by));
            let mut measures =
                words::columns(values(card)).flat_map(|each| each.formula.measures());
            by_validation || measures.any(|each| is_weighted_or_validated(definitions, each))
        });
        if has_company {
            continue;
        }
        for card in &layer.cards {
            for column in words::columns(values(card)) {
                if is_raw_count(definitions, column) {
                    let message = format!(
                        "layer `{}` shows `{}`, a number of findings, and nothing that is validated or weighted",
                        layer.name, column.name
                    );
                    let help = "show a sum of a score beside it, or findings `where validation = confirmed`";
                    advice.tell(&RAW_COUNT, card.query.span, message, help);
                }
            }
        }
    }
}

fn is_raw_count(definitions: &Definitions, column: &ValueColumn) -> bool {
    let Formula::Measure(measure) = &column.formula else {
        return false;
    };
    matches!(measure.function.name, "count" | "distinct")
        && words::is_of_findings(definitions, measure.population.table)
}

fn is_weighted_or_validated(definitions: &Definitions, measure: &Measure) -> bool {
    matches!(measure.value, Some(Measured::Score(_))) || words::is_validated(definitions, measure)
}

fn backlogs(definitions: &Definitions, advice: &mut Advice) {
    for dashboard in &definitions.dashboards {
        let measures = measures_of(dashboard);
        let backlog = measures.iter().any(|measure| {
            let is_stock = matches!(measure.population.role, Role::State(_));
            let is_count = measure.function.name == "count";
            is_stock && is_count && words::is_of_findings(definitions, measure.population.table)
        });
        let covers = |test: &Condition| match test {
            Condition::Exists(exists) => words::is_of_scans(definitions, exists.table()),
            _ => false,
        };
        let has_coverage = measures.iter().any(|measure| {
            let mut tests = measure.with.iter().flat_map(Condition::tests);
            tests.any(covers)
        });
        if backlog && !has_coverage {
            let message = format!(
                "dashboard `{}` shows what is open, and not how much was looked at",
                dashboard.name
            );
            let help = "show a share of assets `with any scans completed within 30 days` beside it";
            advice.tell(&BACKLOG_WITHOUT_COVERAGE, dashboard.span, message, help);
        }
    }
}

fn means(definitions: &Definitions, advice: &mut Advice) {
    for dashboard in &definitions.dashboards {
        let measures = measures_of(dashboard);
        let is_mean = |measure: &&Measure| {
            measure.function.name == "mean"
                && matches!(measure.value, Some(Measured::Between { .. }))
        };
        let is_of_open = |measure: &&Measure| {
            let asks_age = |test: &&Condition| matches!(test, Condition::Elapsed { to: None, .. });
            let mut tests = words::conditions(measure).flat_map(Condition::tests);
            measure.function.name == "typical"
                || matches!(measure.value, Some(Measured::Since(_)))
                || tests.any(|test| asks_age(&test))
        };
        let mut all = measures.iter().copied();
        if all.any(|measure| is_mean(&measure)) && !measures.iter().any(is_of_open) {
            let message = format!(
                "dashboard `{}` shows a mean time of what is done, and not the ages of what is open",
                dashboard.name
            );
            let help =
                "show `median time since found of findings open` beside it, or a `typical time`";
            advice.tell(&MEAN_WITHOUT_OPEN, dashboard.span, message, help);
        }
    }
}

fn without_time(definitions: &Definitions, advice: &mut Advice) {
    let layers = definitions
        .dashboards
        .iter()
        .flat_map(|dashboard| &dashboard.layers);
    for layer in layers {
        let mut shown = layer.cards.iter().filter_map(values).peekable();
        if shown.peek().is_none() {
            continue;
        }
        if !shown.any(|each| each.over.is_some() || !each.versus.is_empty()) {
            let message = format!(
                "layer `{}` shows no number over time, and none beside an earlier one",
                layer.name
            );
            let help = "add `over month last 12 months` or `versus previous month` to one";
            advice.tell(&NO_TIME, layer.cards[0].query.span, message, help);
        }
    }
}
