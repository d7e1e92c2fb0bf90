//! Assets and scans of a store.

use std::collections::BTreeMap;

use super::instants::{instant, micros};
use super::names::Names;
use crate::model::Fills;
use crate::store::facts::{Registers, ScanFact};
use crate::store::frames::Table;

/// The columns of the shipped table that somebody registers: all but the key, and other names of an
/// asset, which have no column.
fn registered() -> impl Iterator<Item = &'static str> {
    let fields = Fills::Assets.record_fields().into_iter().flatten().copied();
    fields.filter(|field| !matches!(*field, "asset_id" | "alias_of"))
}

/// One row an asset: as it was registered last, or as it was first seen in a scan. Other names of an
/// asset have no row.
pub(super) fn assets(registers: &Registers, names: &Names, scans: &[ScanFact]) -> Table {
    let mut assets: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for scan in scans {
        let name = names.real(scan.asset);
        assets.entry(name).or_insert_with(|| {
            let first = instant(scan.manifest.finished_at);
            BTreeMap::from([("name", name.to_string()), ("commissioned_at", first)])
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
    let mut table: Table = vec![(
        "asset_id",
        assets.keys().map(|id| Some((*id).to_string())).collect(),
    )];
    table.extend(registered().map(|field| {
        let values = assets.values().map(|asset| asset.get(field).cloned());
        (field, values.collect())
    }));
    table
}

/// When assets were taken out of service, by name, as registered last.
pub(super) fn retired(registers: &Registers) -> BTreeMap<&str, i64> {
    let records = registers.assets.iter();
    let retired = records.filter_map(|record| {
        let at = record.get("retired_at").and_then(|text| micros(text))?;
        Some((record.get("asset_id")?.as_str(), at))
    });
    retired.collect()
}

/// One row a scan of an asset.
pub(super) fn scans(names: &Names, scans: &[ScanFact]) -> Table {
    let column =
        |value: &dyn Fn(&ScanFact) -> Option<String>| scans.iter().map(value).collect::<Vec<_>>();
    let environment = |scan: &ScanFact| {
        let name = scan.manifest.environment.clone();
        Some(name).filter(|name| !name.is_empty())
    };
    vec![
        ("scan_id", column(&|scan| Some(scan.scan_id.clone()))),
        (
            "asset_id",
            column(&|scan| Some(names.real(scan.asset).to_string())),
        ),
        ("tool", column(&|scan| Some(scan.manifest.tool.clone()))),
        (
            "tool_kind",
            column(&|scan| Some(scan.manifest.tool_kind.clone())),
        ),
        ("environment", column(&environment)),
        (
            "finished_at",
            column(&|scan| Some(instant(scan.manifest.finished_at))),
        ),
        (
            "outcome",
            column(&|scan| Some(scan.manifest.outcome.clone())),
        ),
    ]
}
