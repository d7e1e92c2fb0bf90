//! Names of assets: one that was renamed keeps its history.

use std::collections::BTreeMap;

use super::about::Oddity;
use crate::reports::store::facts::Registers;

/// The name that counts, by any other name.
pub(in crate::reports::store) struct CanonicalNames<'a> {
    aliases: BTreeMap<&'a str, &'a str>,
}

impl<'a> CanonicalNames<'a> {
    /// What was registered last holds.
    pub fn of(registers: &'a Registers) -> CanonicalNames<'a> {
        let mut aliases = BTreeMap::new();
        for record in &registers.assets {
            if let (Some(id), Some(name)) = (record.get("asset_id"), record.get("alias_of")) {
                aliases.insert(id.as_str(), name.as_str());
            }
        }
        CanonicalNames { aliases }
    }

    /// Follows aliases of aliases; those that go round in a circle stand for themselves.
    pub fn real<'b>(&'b self, name: &'b str) -> &'b str {
        let mut real = name;
        for _ in 0..=self.aliases.len() {
            match self.aliases.get(real) {
                Some(next) => real = next,
                None => return real,
            }
        }
        name
    }

    pub fn is_alias(&self, name: &str) -> bool {
        self.real(name) != name
    }

    /// Names that lead back to themselves, which are told.
    pub fn circles(&self) -> impl Iterator<Item = Oddity> {
        let circles = self.aliases.keys().filter(|name| !self.is_alias(name));
        circles.map(|name| Oddity::circle(name))
    }
}
