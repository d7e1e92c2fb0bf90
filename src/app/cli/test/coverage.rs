//! Which KPIs the tests expect, and how often.

use crate::insight::testing::column_names;
use crate::lang::model::Definitions;

/// Every KPI with the number of tests that expect it, those without a test last.
pub fn table(definitions: &Definitions) -> String {
    let counts: Vec<(&str, usize)> = definitions
        .kpis
        .iter()
        .map(|kpi| (kpi.name.as_str(), tests_of(definitions, &kpi.name)))
        .collect();
    let width = counts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::from("coverage\n");
    let (tested, untested): (Vec<_>, Vec<_>) = counts.iter().partition(|(_, tests)| *tests > 0);
    for (name, tests) in &tested {
        let noun = if *tests == 1 { "test" } else { "tests" };
        text += &format!("  {name:width$}  {tests} {noun}\n");
    }
    for (name, _) in &untested {
        text += &format!("  {name:width$}  no test\n");
    }
    text + &format!("{} of {} KPIs have a test\n\n", tested.len(), counts.len())
}

fn tests_of(definitions: &Definitions, kpi: &str) -> usize {
    definitions
        .tests
        .iter()
        .filter(|test| {
            test.expects
                .iter()
                .any(|expect| column_names(&expect.query).contains(&kpi))
        })
        .count()
}
