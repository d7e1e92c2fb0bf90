//! Assets of a store.

use std::collections::BTreeMap;

use super::names::CanonicalNames;
use super::scans::ScanRow;
use crate::base::instants::{self, rfc3339};
use crate::exec::data::Horizon;
use crate::lang::model::Fills;
use crate::reports::store::facts::Registers;
use crate::reports::store::frames::DerivedTable;

/// The columns of the shipped table that are registered: all but the key, and other names of an
/// asset, which have no column.
fn registered() -> impl Iterator<Item = &'static str> {
    let fields = Fills::Assets.record_fields().into_iter().flatten().copied();
    fields.filter(|field| !matches!(*field, "asset_id" | "alias_of"))
}

/// One row an asset: as it was registered last, or as it was first seen in a scan. Other names of an
/// asset have no row.
pub(in crate::reports::store) fn assets(
    registers: &Registers,
    names: &CanonicalNames,
    scans: &[ScanRow],
) -> DerivedTable {
    let mut assets: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for scan in scans {
        assets.entry(scan.asset).or_insert_with(|| {
            let name = scan.asset.to_string();
            let first = rfc3339(scan.finished_at);
            BTreeMap::from([("name", name), ("commissioned_at", first)])
        });
    }
    for record in &registers.assets {
        let id = record.get("asset_id").filter(|id| !names.is_alias(id));
        let Some(id) = id else {
            continue;
        };
        let asset = assets.entry(id).or_default();
        for field in registered() {
            if let Some(value) = record.get(field) {
                asset.insert(field, value.clone());
            }
        }
    }
    let mut table: DerivedTable = vec![(
        "asset_id",
        assets.keys().map(|id| Some((*id).to_string())).collect(),
    )];
    table.extend(registered().map(|field| {
        let values = assets.values().map(|asset| asset.get(field).cloned());
        (field, values.collect())
    }));
    table
}

/// When assets were taken out of service, by name, as registered last. What lies beyond the horizon
/// has closed nothing yet.
pub(in crate::reports::store) fn retired<'a>(
    registers: &'a Registers,
    horizon: &Horizon,
) -> BTreeMap<&'a str, i64> {
    let records = registers.assets.iter();
    let retired = records.filter_map(|record| {
        let at = record
            .get("retired_at")
            .and_then(|text| instants::parse(text))?;
        Some((record.get("asset_id")?.as_str(), at))
    });
    let mut retired: BTreeMap<&str, i64> = retired.collect();
    retired.retain(|_, at| horizon.has_happened(*at));
    retired
}
