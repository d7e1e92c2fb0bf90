//! Facts → the rows of the shipped tables. Nothing here reads or writes files.

mod about;
mod asset;
mod assets;
mod decisions;
mod detections;
mod findings;
mod issues;
mod merging;
mod names;
mod scans;

pub use about::DerivationNotes;
pub(super) use asset::{AssetFacts, DerivedRows, closings, derive};
pub use asset::{Closing, ClosingScan};
pub(super) use assets::{assets, retired};
pub(super) use decisions::{Ruling, rulings, without_number};
pub(super) use findings::{before_advisories, enrich, without_advisories};
pub use merging::{MergedDetection, Reason};
pub(super) use names::CanonicalNames;
pub(super) use scans::{all as all_scans, table as scans_table};
