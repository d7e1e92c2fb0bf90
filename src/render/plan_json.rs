//! How a query is computed, as JSON: the shape in `docs/plan.md`, keys in a fixed order.

use serde_json::{Map, Value as Json, json};

use super::plan_words::periods_key;
use crate::exec::compute::{
    BaseDescription, CubeDescription, CubeMethod, CubePurpose, PlanDescription, ScanDescription,
};
use crate::plan::relation::OutlineNode;

/// A description as one object.
pub(super) fn plan(described: &PlanDescription) -> Json {
    let measures = described.measures.iter();
    let measures: Vec<Json> = measures
        .map(|measure| json!({"measure": measure.measure, "columns": measure.columns}))
        .collect();
    let cubes = described.cubes.iter();
    json!({
        "query": described.query,
        "as_of": described.as_of,
        "as_of_latest_event": described.is_at_latest_event,
        "known_on": described.known_on,
        "grain": described.grain.map(|grain| grain.word()),
        "periods": described.periods,
        "compared": described.compared,
        "by": described.by,
        "measures": measures,
        "bases": described.bases.iter().map(base).collect::<Vec<Json>>(),
        "queries": cubes.map(|cube| query(described, cube)).collect::<Vec<Json>>(),
        "scanned": described.scans.iter().map(scan).collect::<Vec<Json>>(),
        "notes": described.notes,
    })
}

fn base(base: &BaseDescription) -> Json {
    json!({
        "name": base.name,
        "table": base.table,
        "batches": base.batches,
        "readers": base.readers,
        "relation": outline(&base.relation),
        "polars": base.polars,
    })
}

fn query(described: &PlanDescription, cube: &CubeDescription) -> Json {
    let mut object = Map::new();
    let (gives, of_measures) = match cube.gives {
        CubePurpose::Measures {
            method,
            points,
            is_total,
        } => ("measures", Some((method, points, is_total))),
        CubePurpose::Exclusions => ("exclusions", None),
        CubePurpose::Rows => ("rows", None),
        CubePurpose::Counts => ("counts", None),
    };
    object.insert("gives".into(), gives.into());
    if let Some((method, points, is_total)) = of_measures {
        let method = match method {
            CubeMethod::Flow => "flow",
            CubeMethod::Swept => "swept",
            CubeMethod::Expanded => "expanded",
        };
        object.insert("method".into(), method.into());
        object.insert("points".into(), points.into());
        let level = if is_total { "total" } else { "groups" };
        object.insert("level".into(), level.into());
        let served = cube.serves.iter().map(|served| {
            let measure = &described.measures[served.measure];
            json!({
                "measure": measure.measure,
                "columns": measure.columns,
                "periods": periods_key(served.over),
            })
        });
        object.insert("serves".into(), served.collect());
    }
    object.insert("base".into(), json!(cube.base));
    object.insert("relation".into(), outline(&cube.relation));
    if described.database.is_some() {
        object.insert("statement".into(), json!(cube.polars));
        return Json::Object(object);
    }
    object.insert("polars".into(), json!(cube.polars));
    object.insert("polars_of_kept".into(), json!(cube.polars_of_kept));
    Json::Object(object)
}

fn outline(nodes: &[OutlineNode]) -> Json {
    let nodes = nodes.iter();
    let nodes = nodes.map(|node| json!({"depth": node.depth, "node": node.text}));
    nodes.collect()
}

fn scan(scan: &ScanDescription) -> Json {
    let report = &scan.report;
    let proofs = report.proofs.iter();
    let proofs: Vec<Json> = proofs
        .map(|proof| json!({"what": proof.what, "remembered": proof.is_remembered}))
        .collect();
    json!({
        "table": scan.table,
        "file": report.path.display().to_string(),
        "format": report.format,
        "lazy": report.is_lazy,
        "rows": scan.rows,
        "columns": report.columns,
        "file_columns": report.file_columns,
        "proofs": proofs,
    })
}
