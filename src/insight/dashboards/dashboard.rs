//! A dashboard of the definitions, its cards layer by layer.

use super::{DashboardDraft, DraftCard, DraftLayer};
use crate::base::diagnostic::{Diagnostic, nearest};
use crate::lang::model::{Dashboard, Definitions, Layer};

/// The dashboard named, or the first.
pub fn dashboard(
    definitions: &Definitions,
    name: Option<&str>,
) -> Result<DashboardDraft, Diagnostic> {
    choose(definitions, name).map(draft)
}

fn choose<'a>(
    definitions: &'a Definitions,
    name: Option<&str>,
) -> Result<&'a Dashboard, Diagnostic> {
    let known = || {
        definitions
            .dashboards
            .iter()
            .map(|dashboard| dashboard.name.as_str())
    };
    let Some(name) = name else {
        return definitions.dashboards.first().ok_or_else(|| {
            Diagnostic::data("K910", "the definitions have no dashboard")
                .help("for every KPI against its target: riskql run")
        });
    };
    let named = definitions
        .dashboards
        .iter()
        .find(|dashboard| dashboard.name == name);
    named.ok_or_else(|| {
        let problem = Diagnostic::data("K910", format!("there is no dashboard `{name}`"));
        let has_layer = |own: &&Dashboard| own.layers.iter().any(|layer| layer.name == name);
        if let Some(of) = definitions.dashboards.iter().find(has_layer) {
            return problem.help(format!(
                "`{name}` is a layer of the dashboard `{}`",
                of.name
            ));
        }
        match nearest(name, known()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!(
                "there is: {}",
                known().collect::<Vec<_>>().join(", ")
            )),
        }
    })
}

fn draft(dashboard: &Dashboard) -> DashboardDraft {
    let title = dashboard.title.as_ref().unwrap_or(&dashboard.name);
    DashboardDraft {
        name: dashboard.name.clone(),
        title: title.clone(),
        layers: dashboard.layers.iter().map(layer).collect(),
        with_known: true,
    }
}

fn layer(layer: &Layer) -> DraftLayer {
    let cards = layer.cards.iter().map(|card| DraftCard {
        kind: card.kind,
        title: card.title.clone(),
        query: card.query.clone(),
        next_step: card.next_step.clone(),
    });
    DraftLayer {
        name: layer.name.clone(),
        title: layer.title.clone().unwrap_or_default(),
        cards: cards.collect(),
    }
}
