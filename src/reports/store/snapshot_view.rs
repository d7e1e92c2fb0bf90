//! What of a store is within a horizon.
//!
//! A scan is within the view if it was finished before as-of, and a record if its effective time is before
//! as-of; either only if its report was recorded before known-on, and not withdrawn before it. Registers of assets have no time of their
//! own: of those, as-of leaves out retirements alone.

use std::collections::BTreeMap;

use super::cache_key::CacheKey;
use super::data_files;
use super::frames;
use super::layout::Store;
use super::manifest::Manifest;
use super::withdrawals::Withdrawals;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::instants;
use crate::exec::data::Horizon;
use crate::lang::model::Fills;

/// The segments of a store, as far as they are within a horizon.
pub(super) struct SnapshotView {
    pub horizon: Horizon,
    /// Those with anything within the horizon; the members of merged ones are the reports within it.
    pub manifests: Vec<Manifest>,
    /// By segment, how many records are within the horizon, where not all are. Which ones follows from how
    /// many: the earliest.
    partial: BTreeMap<String, u64>,
}

impl SnapshotView {
    /// Looks at segments from a horizon.
    ///
    /// # Errors
    ///
    /// `D420`, `D421`: dates of records cannot be read.
    pub fn of(store: &Store, all: &[Manifest], horizon: Horizon) -> Result<SnapshotView, Problems> {
        let mut problems = Problems::default();
        let withdrawals = store.withdrawals()?;
        let mut manifests = Vec::with_capacity(all.len());
        let mut partial = BTreeMap::new();
        for manifest in all {
            let Some(fills) = register(manifest) else {
                manifests.extend(scans_within(manifest, &horizon, &withdrawals));
                continue;
            };
            if !withdrawals.was_known(manifest, &horizon) {
                continue;
            }
            match records_within(store, manifest, fills, &horizon) {
                Ok(count) if count == manifest.rows => manifests.push(manifest.clone()),
                Ok(0) if fills.date_field().is_some() => {}
                Ok(count) => {
                    partial.insert(manifest.segment.clone(), count);
                    manifests.push(manifest.clone());
                }
                Err(problem) => problems.push(problem),
            }
        }
        match problems.has_errors() {
            true => Err(problems),
            false => Ok(SnapshotView {
                horizon,
                manifests,
                partial,
            }),
        }
    }

    /// Adds the reports and records of the view to a key: two horizons with the same facts have one key, and
    /// share the tables derived from them.
    pub fn update(&self, key: &mut CacheKey) {
        self.update_by(key, &self.manifests.iter().collect::<Vec<_>>());
    }

    /// The same of advisories alone.
    pub fn update_by_advisories(&self, key: &mut CacheKey) {
        let is_advisory = |manifest: &&Manifest| manifest.fills == Fills::Advisories;
        let advisories: Vec<&Manifest> = self.manifests.iter().filter(is_advisory).collect();
        self.update_by(key, &advisories);
    }

    fn update_by(&self, key: &mut CacheKey, manifests: &[&Manifest]) {
        let reports = manifests.iter().flat_map(|manifest| manifest.reports());
        let mut reports: Vec<&Manifest> = reports.collect();
        reports.sort_by(|left, right| left.segment.cmp(&right.segment));
        for report in reports {
            key.text(&report.segment);
            key.number(report.recorded_at);
            let partial = self.partial.get(&report.segment);
            key.optional(partial.map(|count| *count as i64));
        }
    }
}

/// What a segment of records fills; `None` for those of scans.
pub(super) fn register(manifest: &Manifest) -> Option<Fills> {
    Some(manifest.fills).filter(|fills| fills.record_fields().is_some())
}

/// Effective time of a record.
pub(super) fn date(manifest: &Manifest, text: Option<&str>) -> i64 {
    text.and_then(instants::parse)
        .unwrap_or(manifest.finished_at)
}

/// The segment with the reports that are within the horizon, if there are any.
fn scans_within(
    manifest: &Manifest,
    horizon: &Horizon,
    withdrawals: &Withdrawals,
) -> Option<Manifest> {
    let is_within = |report: &Manifest| {
        horizon.has_happened(report.finished_at) && withdrawals.was_known(report, horizon)
    };
    if manifest.members.is_empty() {
        return is_within(manifest).then(|| manifest.clone());
    }
    let members = manifest.members.iter();
    let members: Vec<Manifest> = members.filter(|each| is_within(each)).cloned().collect();
    (!members.is_empty()).then(|| Manifest {
        members,
        ..manifest.clone()
    })
}

/// How many records of a segment are within the horizon; of assets, how many are not retired later.
fn records_within(
    store: &Store,
    manifest: &Manifest,
    fills: Fills,
    horizon: &Horizon,
) -> Result<u64, Diagnostic> {
    if horizon.as_of.is_none() {
        return Ok(manifest.rows);
    }
    let path = store.observations().join(&manifest.data);
    let bytes = data_files::read(store, manifest)?;
    let field = fills.date_field();
    let mut count = 0;
    for (text, rows) in frames::read_runs(field.unwrap_or("retired_at"), &path, &bytes)? {
        let is_within = match (field, text.as_deref()) {
            // Still in service.
            (None, None) => true,
            (_, text) => horizon.has_happened(date(manifest, text)),
        };
        if is_within {
            count += rows as u64;
        }
    }
    Ok(count)
}
