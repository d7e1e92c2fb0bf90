//! What was noticed while tables were derived.

use serde::{Deserialize, Serialize};

use super::merging::Reason;
use crate::base::diagnostic::{Diagnostic, Severity};

/// Notes on derived tables.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
pub struct DerivationNotes {
    pub detections: usize,
    /// Issues: findings, however often they came back.
    pub issues: usize,
    /// Why detections were merged.
    pub reasons: Vec<Reason>,
    /// Findings whose detections name weaknesses that have nothing in common.
    pub conflicts: Vec<String>,
    /// The names of decisions that are on something.
    pub(in crate::reports::store) used: Vec<String>,
    /// Message and advice of what is odd, with the code.
    pub(in crate::reports::store) oddities: Vec<Oddity>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(in crate::reports::store) struct Oddity {
    code: WarningCode,
    message: String,
    help: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
enum WarningCode {
    D435,
    D436,
}

impl Oddity {
    pub fn unused_decision(message: String) -> Oddity {
        let help =
            "it holds as soon as a scan sees one: is everything spelt as the reports spell it?";
        Oddity {
            code: WarningCode::D435,
            message,
            help: vec![help.to_string()],
        }
    }

    pub fn circle(name: &str) -> Oddity {
        let help = "correct `alias_of` in the register of assets, and ingest it again";
        Oddity {
            code: WarningCode::D436,
            message: format!("the asset `{name}` is an alias of itself"),
            help: vec![help.to_string()],
        }
    }
}

impl DerivationNotes {
    /// Adds what was noticed of another asset.
    pub(in crate::reports::store) fn append(&mut self, other: &DerivationNotes) {
        self.detections += other.detections;
        self.issues += other.issues;
        self.reasons.extend_from_slice(&other.reasons);
        self.conflicts.extend_from_slice(&other.conflicts);
        self.used.extend_from_slice(&other.used);
    }

    /// What is odd, as warnings.
    pub fn warnings(&self) -> impl Iterator<Item = Diagnostic> {
        self.oddities.iter().map(|oddity| {
            let code = match oddity.code {
                WarningCode::D435 => "D435",
                WarningCode::D436 => "D436",
            };
            Diagnostic {
                severity: Severity::Warning,
                help: oddity.help.clone(),
                ..Diagnostic::data(code, &oddity.message)
            }
        })
    }
}
