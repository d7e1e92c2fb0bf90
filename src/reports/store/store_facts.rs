//! What the tables of a store follow from, all but the rows of reports; and the rows of single assets.

use std::collections::BTreeMap;

use super::cache_key::CacheKey;
use super::derive::{self, AssetFacts, CanonicalNames, Ruling};
use super::facts::{self, FactRows, Registers, ScanFact};
use super::layout::Store;
use super::manifest::Manifest;
use super::snapshot_view::SnapshotView;
use crate::base::diagnostic::Problems;
use crate::lang::model::Definitions;

/// All of a store but the rows.
pub(super) struct StoreFacts<'a> {
    pub store: &'a Store,
    pub definitions: &'a Definitions,
    pub view: &'a SnapshotView,
    pub registers: &'a Registers,
    pub names: &'a CanonicalNames<'a>,
    pub rulings: &'a [Ruling<'a>],
    /// In the order of time.
    pub scans: &'a [ScanFact<'a>],
    retired: BTreeMap<&'a str, i64>,
    by_asset: BTreeMap<&'a str, Vec<&'a ScanFact<'a>>>,
    key: CacheKey,
}

/// Does work with what tables follow from.
pub(super) fn with_facts<T>(
    store: &Store,
    definitions: &Definitions,
    view: &SnapshotView,
    work: impl FnOnce(&StoreFacts) -> Result<T, Problems>,
) -> Result<T, Problems> {
    let registers = &facts::read_registers(store, view)?;
    let names = &CanonicalNames::of(registers);
    let scans = &facts::all_scans(&view.manifests);
    let mut by_asset: BTreeMap<&str, Vec<&ScanFact>> = BTreeMap::new();
    for scan in scans {
        let asset = names.real(&scan.scan.asset);
        by_asset.entry(asset).or_default().push(scan);
    }
    work(&StoreFacts {
        store,
        definitions,
        view,
        registers,
        names,
        rulings: &derive::rulings(&registers.decisions, names),
        scans,
        retired: derive::retired(registers, &view.horizon),
        by_asset,
        key: CacheKey::of(definitions),
    })
}

impl<'a> StoreFacts<'a> {
    /// The names of assets that were scanned, in their order.
    pub fn assets(&self) -> Vec<&'a str> {
        self.by_asset.keys().copied().collect()
    }

    /// How many rows the reports of scans have.
    pub fn observations(&self) -> u64 {
        let mut reports = BTreeMap::new();
        for scan in self.scans {
            reports.insert(scan.manifest.segment.as_str(), scan.manifest.rows);
        }
        reports.into_values().sum()
    }

    /// The rows of segments that have some of assets that are wanted.
    pub fn rows(&self, is_wanted: impl Fn(&str) -> bool) -> Result<FactRows, Problems> {
        let has_some = |manifest: &Manifest| {
            let mut assets = manifest.assets.iter();
            assets.any(|name| is_wanted(self.names.real(name)))
        };
        let manifests = &self.view.manifests;
        facts::read_rows(self.store, self.definitions, manifests, has_some)
    }

    /// Does work with what is known of an asset.
    pub fn of_asset<T>(&self, asset: &str, work: impl FnOnce(&AssetFacts) -> T) -> T {
        work(&AssetFacts {
            definitions: self.definitions,
            asset,
            scans: self.by_asset.get(asset).map_or(&[], Vec::as_slice),
            rulings: &self.rulings_on(asset),
            retired_at: self.retired.get(asset).copied(),
        })
    }

    /// The hash of all that the rows of an asset follow from, but for advisories.
    pub fn key_of(&self, asset: &str) -> String {
        let mut key = self.key.clone();
        key.text(asset);
        self.of_asset(asset, |facts| {
            key.optional(facts.retired_at);
            key.count(facts.scans.len());
            for scan in facts.scans {
                key.text(&scan.scan_id);
                key.text(&scan.scan.asset);
                key.number(scan.manifest.recorded_at);
            }
            for ruling in facts.rulings {
                key.text(&ruling.name);
            }
        });
        key.finish()
    }

    /// The hash of all that the rows of some assets follow from, given the hash of each.
    pub fn key_of_all<'k>(&self, keys: impl Iterator<Item = &'k String>) -> String {
        let mut key = self.key.clone();
        self.view.update_by_advisories(&mut key);
        keys.for_each(|own| key.text(own));
        key.finish()
    }

    fn rulings_on(&self, asset: &str) -> Vec<&'a Ruling<'a>> {
        let rulings = self.rulings.iter();
        rulings.filter(|ruling| ruling.may_be_on(asset)).collect()
    }
}
