//! Two versions of definitions: what changed in meaning, what that affects, and by how much on the same data.
//!
//! Takes two projects; gives a [`DefinitionDiff`], and with a context for each [`DiffNumbers`]. A comment, a layout,
//! a reordered clause, another spelling of the same and a name for what stood there are no change.

mod affected;
mod compare;
mod facts;
mod lines;
mod normal_form;
mod numbers;
mod queries;
mod report;

pub use affected::AffectedDefinition;
pub use compare::{DefinitionChange, DefinitionDiff, DefinitionFate, compare};
pub use facts::ChangeEffect;
pub use lines::FactChange;
pub use numbers::{
    DiffNumbers, DiffQueries, KpiNumbers, PeriodNumbers, ViewNumbers, measure, queries_of,
};
pub use report::{DiffReport, json, markdown, text};
