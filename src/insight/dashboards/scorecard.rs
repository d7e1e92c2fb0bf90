//! The scorecard: every KPI of the library in the last month, against its targets and the month before.

use super::{DashboardDraft, DraftCard, DraftLayer};
use crate::base::diagnostic::Problems;
use crate::base::source::Sources;
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{CardKind, Definitions, Kpi};

/// The scorecard of the definitions.
pub fn scorecard(
    sources: &mut Sources,
    definitions: &Definitions,
) -> Result<DashboardDraft, Problems> {
    let mut problems = Problems::default();
    let mut cards = Vec::new();
    for kpi in &definitions.kpis {
        for (title, text) in questions(kpi) {
            match card(sources, definitions, title, text) {
                Ok(card) => cards.push(card),
                Err(of_query) => problems.extend(of_query),
            }
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(DashboardDraft {
        name: "scorecard".to_string(),
        title: "Scorecard".to_string(),
        layers: vec![DraftLayer {
            name: "scorecard".to_string(),
            title: "Every KPI in the last complete month".to_string(),
            cards,
        }],
        with_known: false,
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
