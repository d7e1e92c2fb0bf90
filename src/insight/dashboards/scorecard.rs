//! The scorecard: every KPI of the library in the last month, against its targets and the month before.
//! KPIs stand in the layer of the first dashboard that names them.

use super::{DashboardDraft, DraftCard, DraftLayer};
use crate::base::diagnostic::Problems;
use crate::base::source::Sources;
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{CardKind, Definitions, Kpi, KpiId, Layer, Subject};

/// The layer of KPIs that the first dashboard does not name, and what it is called where there are others.
const OTHER: (&str, &str) = ("other", "Other KPIs");
/// What it is called where it is the only one.
const ALL: &str = "All KPIs";

/// The scorecard of the definitions: in each layer KPIs with a target first.
pub fn scorecard(
    sources: &mut Sources,
    definitions: &Definitions,
) -> Result<DashboardDraft, Problems> {
    let mut problems = Problems::default();
    let named: &[Layer] = match definitions.dashboards.first() {
        Some(dashboard) => &dashboard.layers,
        None => &[],
    };
    let mut layers: Vec<DraftLayer> = named.iter().map(of_dashboard).collect();
    layers.push(draft_layer(OTHER.0, OTHER.1));
    let all = definitions.kpis.iter().enumerate();
    let mut ordered: Vec<(usize, &Kpi)> = all.collect();
    ordered.sort_by_key(|(_, kpi)| kpi.targets.is_empty());
    for (index, kpi) in ordered {
        let place = named.iter().position(|layer| names(layer, KpiId(index)));
        let layer = &mut layers[place.unwrap_or(named.len())];
        for (title, text) in questions(kpi) {
            match card(sources, definitions, title, text) {
                Ok(card) => layer.cards.push(card),
                Err(of_query) => problems.extend(of_query),
            }
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    layers.retain(|layer| !layer.cards.is_empty());
    if let [only] = layers.as_mut_slice() {
        only.title = ALL.to_string();
    }
    Ok(DashboardDraft {
        name: "scorecard".to_string(),
        title: "Scorecard: the last complete month".to_string(),
        layers,
        with_known: false,
    })
}

fn of_dashboard(layer: &Layer) -> DraftLayer {
    draft_layer(&layer.name, layer.title.as_ref().unwrap_or(&layer.name))
}

fn draft_layer(name: &str, title: &str) -> DraftLayer {
    DraftLayer {
        name: name.to_string(),
        title: title.to_string(),
        cards: Vec::new(),
    }
}

/// Whether a card of a layer shows a KPI.
fn names(layer: &Layer, kpi: KpiId) -> bool {
    layer.cards.iter().any(|card| match &card.query.subject {
        Subject::Values(values) => values.columns.iter().any(|column| column.kpi == Some(kpi)),
        Subject::List(_) => false,
    })
}

/// Title and query of the KPI's cards: the KPI itself, and each part of it that a target judges.
fn questions(kpi: &Kpi) -> Vec<(String, String)> {
    let name = format::name(&kpi.name);
    let title = kpi.title.as_deref().unwrap_or(&kpi.name);
    let versus = if kpi.targets.is_empty() {
        "versus previous month"
    } else {
        "versus target, previous month"
    };
    let mut parts: Vec<&str> = Vec::new();
    for target in &kpi.targets {
        if let Some(part) = target.restrictions_written.as_deref()
            && !parts.contains(&part)
        {
            parts.push(part);
        }
    }
    let mut questions = vec![(title.to_string(), format!("{name} last month {versus}"))];
    questions.extend(parts.into_iter().map(|part| {
        (
            format!("{title}, {part}"),
            format!("{name} where {part} last month {versus}"),
        )
    }));
    questions
}

fn card(
    sources: &mut Sources,
    definitions: &Definitions,
    title: String,
    text: String,
) -> Result<DraftCard, Problems> {
    let query = analyze::read(sources, definitions, "<scorecard>", &text)?.query;
    Ok(DraftCard {
        kind: CardKind::Number,
        title,
        query,
        next_step: None,
    })
}
