//! Why rows of a population could not be used.

use super::fields::Reader;
use super::pass::Unused;
use super::pieces::Left;
use crate::lang::model::{
    EventSource, Factor, Measure, Measured, Population, Role, ScoreId, StateSource, Weights,
};

/// Why rows of a population were left out, whatever is measured; reasons without rows included.
pub(super) fn of_population(
    reader: &Reader,
    population: &Population,
    left: &Left,
) -> Vec<(String, u64)> {
    let table = reader.definitions.table(population.table);
    let labels = table.excludes.iter().map(|exclude| exclude.label.clone());
    let mut reasons: Vec<(String, u64)> = labels.zip(left.labelled.iter().copied()).collect();
    reasons.push(("pending".to_string(), left.pending));
    if let Role::State(state) = population.role
        && let StateSource::Columns { from, until } = &table.states[state].source
    {
        let name = |columns: &[usize]| table.columns[columns[0]].name.clone();
        let reversed = format!("{} before {}", name(until), name(from));
        reasons.push((reversed, left.faults));
    }
    reasons
}

/// Why rows of a measure could not be used, with their number: `found_at missing`.
pub(super) fn reasons(
    reader: &Reader,
    measure: &Measure,
    left: &Left,
    unused: Unused,
) -> Vec<(String, u64)> {
    let table = reader.definitions.table(measure.population.table);
    let mut reasons = of_population(reader, &measure.population, left);
    match &measure.value {
        None => {}
        Some(Measured::Field(field)) => {
            let name = &reader.definitions.field(*field).name;
            reasons.push((format!("{name} missing"), unused.first));
        }
        Some(Measured::Score(score)) => {
            let names = needed_fields(reader, *score).join(" or ");
            reasons.push((format!("{names} missing"), unused.first));
        }
        Some(Measured::Since(event)) => {
            reasons.push((missing(reader, measure, event.event), unused.first));
        }
        Some(Measured::Between { from, to }) => {
            reasons.push((missing(reader, measure, from.event), unused.first));
            reasons.push((missing(reader, measure, to.event), unused.second));
            let name = |event: usize| &table.events[event].name;
            let reversed = format!("{} before {}", name(to.event), name(from.event));
            reasons.push((reversed, unused.reversed));
        }
    }
    reasons.retain(|(_, rows)| *rows > 0);
    reasons
}

fn missing(reader: &Reader, measure: &Measure, event: usize) -> String {
    let table = reader.definitions.table(measure.population.table);
    let event = &table.events[event];
    match &event.source {
        EventSource::Columns(columns) => {
            let names: Vec<&str> = columns
                .iter()
                .map(|column| table.columns[*column].name.as_str())
                .collect();
            format!("{} missing", names.join(" and "))
        }
        EventSource::LastOf { .. } | EventSource::Breach(_) => format!("{} missing", event.name),
    }
}

/// The fields without which a score has no points.
fn needed_fields<'a>(reader: &'a Reader, score: ScoreId) -> Vec<&'a str> {
    let needs = |factor: &&Factor| match &factor.weights {
        Weights::Itself | Weights::Codes { missing: None, .. } => true,
        Weights::Codes { .. } | Weights::Texts { .. } => false,
    };
    let versions = reader.definitions.scores[score.0].versions.iter();
    let factors = versions.flat_map(|version| std::iter::once(&version.base).chain(&version.times));
    let names = factors
        .filter(needs)
        .map(|factor| reader.definitions.field(factor.field));
    let mut names: Vec<&str> = names.map(|field| field.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
