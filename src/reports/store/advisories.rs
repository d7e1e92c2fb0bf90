//! What is known of vulnerabilities: EPSS scores and known exploits.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// By vulnerability id in capitals.
#[derive(Default)]
pub(super) struct Advisories {
    /// The day of the score, and the score.
    scores: BTreeMap<String, (i64, f64)>,
    exploited: BTreeMap<String, i64>,
    /// By when the catalogue wants it mended.
    due: BTreeMap<String, NaiveDate>,
}

impl Advisories {
    /// Takes a record of a day in: the latest score holds, the first day on which an exploit was known, and the due
    /// date that was read last. Of two scores of one day the one that comes later holds.
    pub fn add(&mut self, day: i64, record: &BTreeMap<String, String>) {
        let Some(id) = record.get("vulnerability_id") else {
            return;
        };
        if let Some(score) = record.get("epss").and_then(|text| text.parse().ok()) {
            let known = self.scores.entry(id.clone()).or_insert((day, score));
            if day >= known.0 {
                *known = (day, score);
            }
        }
        let listed = record.get("known_exploited");
        if listed.is_some_and(|word| word == "yes") {
            let known = self.exploited.entry(id.clone()).or_insert(day);
            *known = day.min(*known);
        }
        let due = record.get("due_date").and_then(|text| text.parse().ok());
        if let Some(due) = due {
            self.due.insert(id.clone(), due);
        }
    }

    /// The highest score of a weakness with several ids.
    pub fn score(&self, ids: &[String]) -> Option<f64> {
        let known = ids
            .iter()
            .filter_map(|id| self.scores.get(id.to_uppercase().as_str()));
        known.map(|(_, score)| *score).max_by(f64::total_cmp)
    }

    /// The earliest due date of any of its ids.
    pub fn due(&self, ids: &[String]) -> Option<NaiveDate> {
        let known = ids
            .iter()
            .filter_map(|id| self.due.get(id.to_uppercase().as_str()));
        known.min().copied()
    }

    /// Since when an exploit of any of its ids is known.
    pub fn exploited_at(&self, ids: &[String]) -> Option<i64> {
        let known = ids
            .iter()
            .filter_map(|id| self.exploited.get(id.to_uppercase().as_str()));
        known.min().copied()
    }
}
