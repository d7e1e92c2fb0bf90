//! The shipped library and the queries of the language's page over the demo tables.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use riskql::base::source::Sources;
use riskql::exec::data::{self, Tables};
use riskql::exec::query_context::{QueryContext, plans};
use riskql::exec::sql;
use riskql::lang::model::{Definitions, Query};
use riskql::lang::project;
use riskql::plan::{Requirement, Requirements};

use super::compare::{Case, Pair, all_equal, all_equal_in};
use super::database::TableSet;
use super::duckdb::DuckDb;
use crate::answers::pipeline;
use crate::docs::blocks::blocks;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo")
}

pub fn library() -> (Sources, Definitions) {
    let mut sources = Sources::default();
    let (definitions, problems) =
        project::definitions(&mut sources, &project::ProjectOrigin::Library);
    let definitions = definitions.unwrap_or_else(|| panic!("{:#?}", problems.sorted()));
    (sources, definitions)
}

/// Queries with their answers over the demo tables, and their statements.
pub fn pairs(texts: &[String]) -> Vec<Pair> {
    let (sources, definitions) = library();
    let located = data::locate(&definitions, Some(&folder()), &[]).expect("the demo data is found");
    let context = QueryContext {
        definitions: &definitions,
        sources: &sources,
        tables: Rc::new(Tables::of_files(located)),
        as_of: None,
        known_on: None,
        watermark: None,
    };
    let queries: Vec<Query> = texts
        .iter()
        // Not every KPI has every dimension, or is read at every moment.
        .filter_map(|text| pipeline::try_query(&definitions, text))
        .filter(|query| sql::refusal(query).is_none())
        .collect();
    let queries: Vec<&Query> = queries.iter().collect();
    let (read, given) = context
        .load(&queries)
        .unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let planned = plans(&definitions, &queries, &given)
        .unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let answered = context
        .answers(&queries)
        .unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let folder = folder();
    let case = Case::new(&definitions, &folder, &read);
    let all = queries.iter().zip(answered.answers).zip(&planned);
    all.map(|((query, answer), plan)| case.pair("", query, plan, answer))
        .collect()
}

/// The demo tables with all of their columns.
pub fn tables() -> Rc<TableSet> {
    let (_, definitions) = library();
    let located = data::locate(&definitions, Some(&folder()), &[]).expect("the demo data is found");
    let mut wanted = Requirements::default();
    for location in &located {
        let columns = 0..definitions.table(location.table).columns.len();
        let table = wanted.tables.entry(location.table).or_default();
        table.columns = columns
            .map(|column| (column, Requirement::Optional))
            .collect();
    }
    let read = data::TableCache::new(located).sources(&definitions, &wanted);
    let read = read.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    TableSet::new(&definitions, &read)
}

/// Every KPI in many forms.
fn of_kpis(forms: &[&str]) -> Vec<String> {
    let (_, definitions) = library();
    let kpis = definitions.kpis.iter();
    kpis.flat_map(|kpi| forms.iter().map(|form| form.replace("KPI", &kpi.name)))
        .collect()
}

#[test]
fn every_kpi_of_the_library_in_many_forms() {
    let pairs = pairs(&of_kpis(&[
        "KPI",
        "KPI over month last 12 months",
        "KPI by severity over week last 5 weeks",
        "KPI by team, severity over quarter last 4 quarters",
        "KPI by business_critical in 2026-05",
        "KPI by team over year last 3 years with total",
        "KPI by team top 2 over month last 4 months",
        "KPI by app top 3",
        "KPI by team over month last 4 months sort by KPI descending, team",
        "KPI by criticality, team sort by criticality descending, KPI limit 6",
        "KPI by team over month from 2023-11 to 2027-02",
        "KPI over month last 3 months as of 2026-05-10 as known on 2026-04-30",
        "KPI over quarter last 3 quarters at average",
        "KPI by team over month last 3 months at peak",
        "KPI by severity over day past 10 days at start",
        "KPI by team over month last 2 months versus previous year",
    ]));
    assert!(pairs.len() > 180, "only {} queries", pairs.len());
    all_equal(&pairs);
}

#[test]
fn queries_of_the_documentation() {
    let blocks = blocks();
    let texts = blocks.iter().filter(|block| block.is("query"));
    let texts: Vec<String> = texts
        .flat_map(|block| block.text.lines())
        .map(str::to_owned)
        .collect();
    let pairs = pairs(&texts);
    assert!(pairs.len() > 30, "only {} queries", pairs.len());
    all_equal(&pairs);
}

/// DuckDB reads tables of its own as well as files.
#[test]
fn tables_of_duckdb() {
    let mut texts = of_kpis(&["KPI by team over month last 6 months", "KPI by severity"]);
    texts.push(
        "list findings open where severity = critical show finding_id, found_at, due_at, cvss"
            .to_owned(),
    );
    all_equal_in(&DuckDb, &pairs(&texts));
}
