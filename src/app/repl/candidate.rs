//! A word that completion offers.

use crate::render::{self, RenderOptions};

/// One word that may stand at the cursor.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What is put into the line, quoted if the language wants it.
    pub replacement: String,
    /// What the menu says of it: `Mean time to remediate, days`, `1,204 rows`.
    pub about: String,
}

impl Candidate {
    pub fn new(replacement: impl Into<String>, about: impl Into<String>) -> Candidate {
        Candidate {
            replacement: replacement.into(),
            about: harmless(&about.into()),
        }
    }
}

/// A text that may be shown on a terminal, whatever data or definitions say.
pub(super) fn harmless(text: &str) -> String {
    render::harmless(text, RenderOptions::PIPE)
}

/// The text of a candidate without its quotes.
pub(super) fn bare(replacement: &str) -> &str {
    let inside = replacement.strip_prefix('"');
    let inside = inside.and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or(replacement)
}
