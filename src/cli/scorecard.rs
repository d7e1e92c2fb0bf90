//! `riskql run` without a query: every KPI of the library in the last month, against its targets and
//! the month before.

use super::args::{DataOptions, OutputOptions};
use super::boards::{self, Draft, DraftCard, DraftLayer};
use super::console::{Console, Target};
use super::failure::Failure;
use super::workspace;
use crate::check;
use crate::diagnostic::Problems;
use crate::format;
use crate::model::{CardKind, Definitions, Kpi};
use crate::source::Sources;
use crate::syntax;

/// Shows the scorecard.
pub fn run(
    console: &mut Console,
    definitions: &Definitions,
    data: &DataOptions,
    output: &OutputOptions,
) -> Result<(), Failure> {
    workspace::needs_data(data, "run")?;
    let draft = draft(&mut console.sources, definitions)?;
    let instants = workspace::instants(console, definitions, data)?;
    let ground = workspace::ground(console, definitions, data, instants)?;
    let board = boards::board(console, &ground, draft)?;
    boards::write(console, &board, &Target::new(output))
}

fn draft(sources: &mut Sources, definitions: &Definitions) -> Result<Draft, Problems> {
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
    Ok(Draft {
        name: "scorecard".to_string(),
        title: "Scorecard".to_string(),
        layers: vec![DraftLayer {
            name: "scorecard".to_string(),
            title: "Every KPI in the last complete month".to_string(),
            cards,
        }],
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
    let id = sources.add("<scorecard>", text);
    let written = syntax::parse_query(sources, id)?;
    let (query, _warnings) = check::query(definitions, &written)?;
    Ok(DraftCard {
        kind: CardKind::Number,
        title,
        query,
    })
}
