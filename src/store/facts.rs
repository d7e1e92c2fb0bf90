//! What a store knows for sure: scans that were made, and what they saw.

use std::borrow::Cow;

use super::manifest::Manifest;
use crate::ingest::Row;

/// A row of a report and the asset it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Observation<'a> {
    /// The report it was seen in.
    pub segment: Cow<'a, str>,
    pub asset: Cow<'a, str>,
    pub row: Cow<'a, Row>,
}

/// One scan of one asset: a report may hold several.
#[derive(Clone, PartialEq, Debug)]
pub struct ScanFact<'a> {
    pub scan_id: String,
    pub asset: &'a str,
    pub manifest: &'a Manifest,
}

/// The scans of a report, in the order of its assets.
pub(super) fn scans(manifest: &Manifest) -> impl Iterator<Item = ScanFact<'_>> {
    let is_one = manifest.assets.len() == 1;
    manifest
        .assets
        .iter()
        .enumerate()
        .map(move |(index, asset)| ScanFact {
            scan_id: match is_one {
                true => manifest.segment.clone(),
                false => format!("{}-{}", manifest.segment, index + 1),
            },
            asset,
            manifest,
        })
}
