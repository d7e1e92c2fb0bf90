//! Scans of a store: those whose reports it holds, and those that a register lists.

use std::collections::BTreeMap;

use super::names::CanonicalNames;
use crate::base::instants::{self, rfc3339};
use crate::reports::store::facts::{Registers, ScanFact};
use crate::reports::store::frames::DerivedTable;

/// A scan as the table has it.
pub(in crate::reports::store) struct ScanRow<'a> {
    id: &'a str,
    pub asset: &'a str,
    tool: Option<&'a str>,
    tool_kind: Option<&'a str>,
    environment: Option<&'a str>,
    pub finished_at: i64,
    outcome: &'a str,
}

/// All scans, in the order of time, then of names. Of several records of one scan the later one holds,
/// and its report before any.
pub(in crate::reports::store) fn all<'a>(
    registers: &'a Registers,
    names: &'a CanonicalNames,
    facts: &'a [ScanFact],
) -> Vec<ScanRow<'a>> {
    let listed = registers
        .scans
        .iter()
        .filter_map(|record| listed(record, names));
    let reported = facts.iter().map(|fact| reported(fact, names));
    let scans = listed.chain(reported).map(|scan| (scan.id, scan));
    let scans: BTreeMap<&str, ScanRow> = scans.collect();
    let mut scans: Vec<ScanRow> = scans.into_values().collect();
    scans.sort_by_key(|scan| (scan.finished_at, scan.id));
    scans
}

fn reported<'a>(fact: &'a ScanFact, names: &'a CanonicalNames) -> ScanRow<'a> {
    let manifest = fact.manifest;
    ScanRow {
        id: &fact.scan_id,
        asset: names.real(&fact.scan.asset),
        tool: Some(&fact.scan.tool),
        tool_kind: Some(fact.scan.tool_kind.word()),
        environment: Some(manifest.environment.as_str()).filter(|name| !name.is_empty()),
        finished_at: manifest.finished_at,
        outcome: fact.scan.outcome.word(),
    }
}

/// The scan of a record; those that say too little were refused when they came.
fn listed<'a>(
    record: &'a BTreeMap<String, String>,
    names: &'a CanonicalNames,
) -> Option<ScanRow<'a>> {
    let text = |field: &str| record.get(field).map(String::as_str);
    Some(ScanRow {
        id: text("scan_id")?,
        asset: names.real(text("asset_id")?),
        tool: text("tool"),
        tool_kind: text("tool_kind"),
        environment: text("environment"),
        finished_at: instants::parse(text("finished_at")?)?,
        outcome: text("outcome")?,
    })
}

/// One row a scan of an asset.
pub(in crate::reports::store) fn table(scans: &[ScanRow]) -> DerivedTable {
    let column = |value: &dyn Fn(&ScanRow) -> Option<String>| scans.iter().map(value).collect();
    let text = |text: Option<&str>| text.map(str::to_string);
    vec![
        ("scan_id", column(&|scan| text(Some(scan.id)))),
        ("asset_id", column(&|scan| text(Some(scan.asset)))),
        ("tool", column(&|scan| text(scan.tool))),
        ("tool_kind", column(&|scan| text(scan.tool_kind))),
        ("environment", column(&|scan| text(scan.environment))),
        (
            "finished_at",
            column(&|scan| Some(rfc3339(scan.finished_at))),
        ),
        ("outcome", column(&|scan| text(Some(scan.outcome)))),
    ]
}
