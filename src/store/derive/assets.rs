//! Assets and scans of a store.

use std::collections::BTreeMap;

use super::{Facts, Table};
use crate::store::derive::findings::instant;

/// The columns of the shipped table that somebody registers.
const REGISTERED: &[&str] = &[
    "name",
    "kind",
    "criticality",
    "exposure",
    "business_critical",
    "team",
    "commissioned_at",
    "retired_at",
];

/// One row an asset: as it was registered last, or as it was first seen in a scan.
pub(super) fn assets(facts: &Facts) -> Table {
    let mut assets: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for scan in &facts.scans {
        assets.entry(scan.asset).or_insert_with(|| {
            let first = instant(scan.manifest.finished_at);
            BTreeMap::from([("name", scan.asset.to_string()), ("commissioned_at", first)])
        });
    }
    for record in &facts.assets {
        let Some(id) = record.get("asset_id") else {
            continue;
        };
        let asset = assets.entry(id).or_default();
        for field in REGISTERED {
            if let Some(value) = record.get(*field) {
                asset.insert(field, value.clone());
            }
        }
    }
    let mut table: Table = vec![(
        "asset_id",
        assets.keys().map(|id| Some((*id).to_string())).collect(),
    )];
    table.extend(REGISTERED.iter().map(|field| {
        let values = assets.values().map(|asset| asset.get(field).cloned());
        (*field, values.collect())
    }));
    table
}

/// One row a scan of an asset.
pub(super) fn scans(facts: &Facts) -> Table {
    let column = |value: &dyn Fn(&super::ScanFact) -> Option<String>| {
        facts.scans.iter().map(value).collect()
    };
    vec![
        ("scan_id", column(&|scan| Some(scan.scan_id.clone()))),
        ("asset_id", column(&|scan| Some(scan.asset.to_string()))),
        ("tool", column(&|scan| Some(scan.manifest.tool.clone()))),
        (
            "tool_kind",
            column(&|scan| Some(scan.manifest.tool_kind.clone())),
        ),
        (
            "environment",
            column(&|scan| Some(scan.manifest.environment.clone()).filter(|text| !text.is_empty())),
        ),
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
