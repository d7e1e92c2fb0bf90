//! What is known of vulnerabilities: EPSS scores and known exploits.

use std::collections::BTreeMap;

use super::instants::micros;
use crate::store::facts::Registers;

/// By vulnerability id in capitals.
#[derive(Default)]
pub(super) struct Advisories<'a> {
    scores: BTreeMap<&'a str, (i64, f64)>,
    exploited: BTreeMap<&'a str, i64>,
}

impl<'a> Advisories<'a> {
    /// The latest score, and the first day on which an exploit was known.
    pub fn of(registers: &'a Registers) -> Advisories<'a> {
        let mut advisories = Advisories::default();
        for (recorded, record) in &registers.advisories {
            let Some(id) = record.get("vulnerability_id") else {
                continue;
            };
            let day = record.get("date").and_then(|text| micros(text));
            let day = day.unwrap_or(*recorded);
            if let Some(score) = record.get("epss").and_then(|text| text.parse().ok()) {
                let known = advisories.scores.entry(id).or_insert((day, score));
                if day >= known.0 {
                    *known = (day, score);
                }
            }
            if record
                .get("known_exploited")
                .is_some_and(|word| word == "yes")
            {
                let known = advisories.exploited.entry(id).or_insert(day);
                *known = day.min(*known);
            }
        }
        advisories
    }

    /// The highest score of a weakness with several ids.
    pub fn score(&self, ids: &[String]) -> Option<f64> {
        let known = ids
            .iter()
            .filter_map(|id| self.scores.get(id.to_uppercase().as_str()));
        known.map(|(_, score)| *score).max_by(f64::total_cmp)
    }

    /// Since when an exploit of any of its ids is known.
    pub fn exploited_at(&self, ids: &[String]) -> Option<i64> {
        let known = ids
            .iter()
            .filter_map(|id| self.exploited.get(id.to_uppercase().as_str()));
        known.min().copied()
    }
}
