//! Names of cached tables: hashes of all that the tables follow from.
//!
//! Every part is hashed with its length, or as a number of fixed size, so that no two lists of parts
//! are alike, and no hash hangs on how a type prints itself.

use crate::lang::model::{Definitions, MatchRule};
use crate::reports::ingest::recipe;

/// Changed whenever the same facts would give other tables.
const VERSION: &str = "derived 9";

/// A hash of what tables follow from.
#[derive(Clone)]
pub(super) struct CacheKey {
    hash: blake3::Hasher,
}

impl CacheKey {
    /// The part of the key that is the same whatever the facts.
    pub fn of(definitions: &Definitions) -> CacheKey {
        let mut key = CacheKey {
            hash: blake3::Hasher::new(),
        };
        // Tables that an older program derived must not be taken for those of this one.
        key.text(VERSION);
        key.definitions(definitions);
        key
    }

    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.hash.update(text.as_bytes());
    }

    pub fn number(&mut self, number: i64) {
        self.hash.update(&number.to_le_bytes());
    }

    pub fn count(&mut self, count: usize) {
        self.hash.update(&(count as u64).to_le_bytes());
    }

    /// A number that may not be there.
    pub fn optional(&mut self, number: Option<i64>) {
        self.count(usize::from(number.is_some()));
        self.number(number.unwrap_or_default());
    }

    /// 32 hexadecimal digits.
    pub fn finish(self) -> String {
        self.hash.finalize().to_hex()[..32].to_string()
    }

    /// What the tables owe to definitions: scales and rules of merging.
    fn definitions(&mut self, definitions: &Definitions) {
        self.count(definitions.scales.len());
        for scale in &definitions.scales {
            self.text(&scale.name);
            self.count(scale.values.len());
            for value in &scale.values {
                self.text(value);
            }
            self.count(scale.mapped.len());
            for (spelling, code) in &scale.mapped {
                self.text(spelling);
                self.number(i64::from(*code));
            }
        }
        // Identities are made anew where a report was read by another recipe.
        self.count(definitions.reports.len());
        for source in &definitions.reports {
            self.text(&source.name);
            self.text(&recipe(source));
        }
        self.count(definitions.matches.len());
        for rule in &definitions.matches {
            let MatchRule {
                name,
                title: _,
                same,
                lines_within,
                across,
                span: _,
            } = rule;
            self.text(name);
            self.count(same.len());
            for field in same {
                self.text(field.word());
            }
            self.optional(lines_within.map(i64::from));
            self.text(across.word());
        }
    }
}
