//! Scores and SLAs in words.

use super::Paragraph;
use super::conditions::{code_word, condition, name, text_value};
use super::time::{duration, instant};
use crate::base::source::Span;
use crate::lang::model::{Definitions, DueTime, EventId, Factor, Score, Sla, SlaVersion, Weights};

/// The weights of a score, version by version.
pub(super) fn score(
    definitions: &Definitions,
    place: &dyn Fn(Span) -> String,
    score: &Score,
) -> Paragraph {
    let mut lines = Vec::new();
    for version in &score.versions {
        lines.extend(since(definitions, version.since));
        lines.push(format!("base {}", factor(definitions, &version.base)));
        for times in &version.times {
            lines.push(format!("times {}", factor(definitions, times)));
        }
        lines.extend(version.cap.map(|cap| format!("at most {cap}")));
    }
    Paragraph {
        title: format!("Score `{}` ({})", score.name, place(score.span)),
        lines,
    }
}

fn since(definitions: &Definitions, since: Option<i64>) -> Option<String> {
    since.map(|since| format!("since {}:", instant(&definitions.calendar, since)))
}

/// `severity: critical 40, high 20, info 0`
fn factor(definitions: &Definitions, factor: &Factor) -> String {
    let field = name(definitions, factor.field);
    let weights: Vec<String> = match &factor.weights {
        Weights::Itself => return format!("{field}: the number itself"),
        Weights::Codes { by_code, missing } => {
            let kind = &definitions.field(factor.field).field_type;
            let codes = by_code.iter().enumerate().rev();
            codes
                .map(|(code, weight)| format!("{} {weight}", code_word(kind, code as u8)))
                .chain(missing.map(|weight| format!("missing {weight}")))
                .collect()
        }
        Weights::Texts { listed, otherwise } => listed
            .iter()
            .map(|(text, weight)| format!("{} {weight}", text_value(text)))
            .chain([format!("otherwise {otherwise}")])
            .collect(),
    };
    format!("{field}: {}", weights.join(", "))
}

/// The clock of an SLA and its lines.
pub(super) fn sla(
    definitions: &Definitions,
    place: &dyn Fn(Span) -> String,
    sla: &Sla,
) -> Paragraph {
    let event = |id: &EventId| definitions.table(id.table).events[id.event].name.as_str();
    let stops: Vec<&str> = sla.stops.iter().map(event).collect();
    let mut lines = vec![format!(
        "of {}: the clock starts when {} and stops when {}",
        definitions.table(sla.table).name,
        event(&sla.starts),
        stops.join(" or ")
    )];
    if !sla.pauses.is_empty() {
        let states = &definitions.table(sla.table).states;
        let pauses: Vec<&str> = sla
            .pauses
            .iter()
            .map(|pause| states[*pause].name.as_str())
            .collect();
        lines.push(format!("it stands while {}", pauses.join(" or ")));
    }
    for version in &sla.versions {
        lines.extend(since(definitions, version.since));
        lines.extend(due_lines(definitions, version));
    }
    Paragraph {
        title: format!("SLA `{}` ({})", sla.name, place(sla.span)),
        lines,
    }
}

fn due_lines(definitions: &Definitions, version: &SlaVersion) -> Vec<String> {
    version
        .lines
        .iter()
        .map(|line| {
            let rows = match &line.filter {
                Some(filter) => format!("where {}", condition(definitions, filter)),
                None => "otherwise".to_owned(),
            };
            format!("due {} {rows}", due_time(definitions, line.time))
        })
        .collect()
}

fn due_time(definitions: &Definitions, time: DueTime) -> String {
    match time {
        DueTime::Elapsed(micros) => duration(micros),
        DueTime::Calendar { count: 1, grain } => format!("1 calendar {}", grain.word()),
        DueTime::Calendar { count, grain } => format!("{count} calendar {}s", grain.word()),
        DueTime::At(field) => format!("at {}", name(definitions, field)),
    }
}
