//! Checked query + evaluation time → what to compute, in our words.
//!
//! Takes definitions known to be right and the instant to evaluate at; gives a [`Plan`]: periods with
//! their bounds, what each is compared with, and the measures to compute, each once. Also says which
//! columns a query reads ([`requirements`]) and what a plan means in English ([`describe`]). Reads no data, no
//! clock and no files.

mod compare;
mod components;
mod ends;
mod evaluation_time;
mod period_span;
mod planning;
pub mod relation;
mod requirements;
mod scope;
mod steps;
mod stretch;
mod timeline;
mod types;
mod words;

pub use components::components;
pub use evaluation_time::{GivenTime, evaluation_time};
pub use planning::plan;
pub use requirements::{
    Requirement, RequirementOptions, Requirements, TableRequirements, also_require, requirements,
};
pub use scope::in_scope;
pub use timeline::{LARGEST_TIMELINE, day_ends};
pub use types::*;
pub use words::{Paragraph, condition, describe, formula, measure};

/// The codes of problems of plans, and what each is about.
pub const CODES: &[(&str, &str)] = &[
    (
        "K410",
        "no as-of: the data holds no event and none was given",
    ),
    ("K411", "as-of lies outside the years 0 to 9999"),
    ("K412", "a period without any time in it"),
    ("K413", "more periods than one answer can hold"),
    ("K414", "a comparison of flows without a period"),
    (
        "K415",
        "a comparison with a period shorter than the one compared",
    ),
    ("K416", "weeks compared by months or quarters"),
    (
        "K417",
        "a stock averaged over all of history, without a beginning",
    ),
];
