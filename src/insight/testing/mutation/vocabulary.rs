//! What may stand instead of a word: the neighbour on a scale, the next event, state or column of times.

use std::collections::BTreeMap;

use crate::base::types::FieldType;
use crate::lang::model::Definitions;

/// The names that definitions give, in their order.
pub struct Vocabulary {
    scales: Vec<Vec<String>>,
    /// Events, states and columns of times, each by table.
    events: BTreeMap<String, Vec<String>>,
    states: BTreeMap<String, Vec<String>>,
    times: BTreeMap<String, Vec<String>>,
}

impl Vocabulary {
    pub fn new(definitions: &Definitions) -> Vocabulary {
        let mut events = BTreeMap::new();
        let mut states = BTreeMap::new();
        let mut times = BTreeMap::new();
        for table in &definitions.tables {
            let of_events = table.events.iter().map(|event| event.name.clone());
            events.insert(table.name.clone(), of_events.collect());
            let of_states = table.states.iter().map(|state| state.name.clone());
            states.insert(table.name.clone(), of_states.collect());
            let is_time =
                |column: &&crate::lang::model::Column| matches!(column.field_type, FieldType::Date);
            let of_times = table.columns.iter().filter(is_time);
            let of_times = of_times.map(|column| column.name.clone()).collect();
            times.insert(table.name.clone(), of_times);
        }
        let scales = definitions.scales.iter();
        Vocabulary {
            scales: scales.map(|scale| scale.values.clone()).collect(),
            events,
            states,
            times,
        }
    }

    /// The values next to one on the scales that have it, each once.
    pub fn neighbours(&self, value: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for scale in &self.scales {
            let Some(place) = scale.iter().position(|other| other == value) else {
                continue;
            };
            let below = place.checked_sub(1).and_then(|below| scale.get(below));
            let beside = below.into_iter().chain(scale.get(place + 1));
            for value in beside {
                if !found.contains(value) {
                    found.push(value.clone());
                }
            }
        }
        found
    }

    /// The event or state of a table that is declared after one, the first after the last.
    pub fn other_noun(&self, table: &str, name: &str) -> Option<String> {
        next(self.events.get(table), name).or_else(|| next(self.states.get(table), name))
    }

    /// The same of columns that hold times.
    pub fn other_time(&self, table: &str, name: &str) -> Option<String> {
        next(self.times.get(table), name)
    }
}

fn next(names: Option<&Vec<String>>, name: &str) -> Option<String> {
    let names = names?;
    let place = names.iter().position(|other| other == name)?;
    let next = &names[(place + 1) % names.len()];
    (next != name).then(|| next.clone())
}
