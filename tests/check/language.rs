//! Everything written in the description of the language is right.

use riskql::base::diagnostic::{Diagnostic, Problems};
use riskql::base::source::Sources;
use riskql::lang::check;
use riskql::lang::model::{Definitions, Query};
use riskql::lang::syntax::{parse_file, parse_query};

pub const FILES: [(&str, &str); 3] = [
    ("model/schema.kpi", include_str!("fixtures/schema.kpi")),
    ("kpis/all.kpi", include_str!("fixtures/kpis.kpi")),
    ("policy/all.kpi", include_str!("fixtures/policy.kpi")),
];

/// Checks files and gives the definitions and every problem, sorted; panics if they do not parse.
pub fn check_files(files: &[(&str, &str)]) -> (Sources, Option<Definitions>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let ids: Vec<_> = files
        .iter()
        .map(|(name, text)| sources.add(*name, *text))
        .collect();
    let trees: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let (tree, problems) = parse_file(&sources, id);
            assert_eq!(problems, Problems::default(), "the example must parse");
            tree
        })
        .collect();
    let (definitions, problems) = check::definitions(&sources, &trees);
    (sources, definitions, problems.sorted())
}

pub fn check_query(definitions: &Definitions, text: &str) -> Result<(Query, Problems), Problems> {
    let mut sources = Sources::default();
    let id = sources.add("<query>", text);
    let tree = parse_query(&sources, id).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    check::query(definitions, &tree)
}

/// The definitions of the language's description.
pub fn language() -> Definitions {
    let (_, definitions, problems) = check_files(&FILES);
    assert_eq!(problems, [], "the description has no problems");
    definitions.expect("definitions without errors")
}

#[test]
fn the_definitions_check_without_problems() {
    let definitions = language();
    assert_eq!(definitions.kpis.len(), 15);
    assert_eq!(definitions.tables.len(), 4);
    assert_eq!(definitions.dashboards[0].layers.len(), 3);
}

#[test]
fn the_queries_check() {
    let definitions = language();
    for line in include_str!("fixtures/queries.txt").lines() {
        let query = line.split('#').next().unwrap_or_default().trim();
        if let Err(problems) = check_query(&definitions, query) {
            panic!("{query}: {:?}", problems.sorted());
        }
    }
}
