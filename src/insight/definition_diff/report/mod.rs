//! What a comparison found, as text, as Markdown for a pull request, and as JSON.

mod markdown;
mod object;
mod sentences;
mod text;

pub use markdown::markdown;
pub use object::json;
pub use text::text;

use super::compare::DefinitionDiff;
use super::numbers::DiffNumbers;
use crate::base::source::Sources;

/// A comparison and what is needed to tell it.
pub struct DiffReport<'a> {
    /// What the versions are called: `HEAD~1`, `kpi-defs`.
    pub old: &'a str,
    pub new: &'a str,
    /// The texts of both.
    pub texts: &'a Sources,
    pub diff: &'a DefinitionDiff,
    pub numbers: Option<&'a DiffNumbers>,
}
