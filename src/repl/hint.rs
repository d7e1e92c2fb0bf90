//! The line below the line: what the word at the cursor is, and what its clause expects.

use super::catalogue::Catalogue;

/// A sentence about the place at the cursor, if there is something to say.
pub fn hint(_text: &str, _position: usize, _catalogue: &Catalogue) -> Option<String> {
    None
}
