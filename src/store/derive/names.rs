//! Names of assets: one that was renamed keeps its history.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::store::facts::Registers;

/// The name that counts, by any other name.
pub(super) struct Names<'a> {
    aliases: BTreeMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    /// What was registered last holds.
    pub fn of(registers: &'a Registers) -> Names<'a> {
        let mut aliases = BTreeMap::new();
        for record in &registers.assets {
            if let (Some(id), Some(name)) = (record.get("asset_id"), record.get("alias_of")) {
                aliases.insert(id.as_str(), name.as_str());
            }
        }
        Names { aliases }
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

    /// Circles, which are told.
    pub fn problems(&self) -> impl Iterator<Item = Diagnostic> {
        let circles = self.aliases.keys().filter(|name| !self.is_alias(name));
        circles.map(|name| {
            let message = format!("the asset `{name}` is an alias of itself");
            Diagnostic {
                severity: crate::diagnostic::Severity::Warning,
                ..Diagnostic::data("D436", message)
            }
            .help("correct `alias_of` in the register of assets, and ingest it again")
        })
    }
}
