//! Queries asked in databases (`--on`): the answers are those over files, with their totals, exclusions and notes.

use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use riskql::base::diagnostic::Problems;
use riskql::exec::answer::{Answer, Cell, Row};
use riskql::exec::data::Tables;
use riskql::exec::{assemble, remote};
use riskql::plan::{self, RequirementOptions};

use super::compare::Pair;
use super::database::{Database, HostedTables, TableSet, is_named, one_in, wanted};
use super::duckdb::{self, DuckDb};

/// Asks all queries in each database that is there; fails with those whose answers are others.
pub fn all_equal_there(pairs: &[Pair]) {
    let duckdb = is_named(duckdb::DIALECT).then_some(&DuckDb as &dyn Database);
    for database in wanted().into_iter().chain(duckdb) {
        let wrong = different_there(database, pairs);
        assert!(
            wrong.is_empty(),
            "{} of {} differ where they are asked, in {}\n{}",
            wrong.len(),
            pairs.len(),
            database.dialect().title(),
            wrong.join("\n")
        );
    }
}

fn different_there(database: &dyn Database, pairs: &[Pair]) -> Vec<String> {
    let mut sets: Vec<(&Rc<TableSet>, Vec<&Pair>)> = Vec::new();
    for pair in pairs.iter().step_by(one_in()) {
        match sets
            .iter_mut()
            .find(|(set, _)| Rc::ptr_eq(set, &pair.tables))
        {
            Some((_, those)) => those.push(pair),
            None => sets.push((&pair.tables, vec![pair])),
        }
    }
    let mut wrong = Vec::new();
    for (set, those) in sets {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let Some(hosted) = database.hosted(set, folder.path()) else {
            break;
        };
        let file = folder.path().join("connections.toml");
        let HostedTables {
            connections,
            server,
        } = hosted;
        fs::write(&file, connections).expect("a file of connections");
        let tables = remote::tables(&those[0].definitions, &file, "tested");
        let tables = tables.unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
        for pair in those {
            let difference = difference(pair, &tables);
            wrong.extend(difference.map(|words| format!("{}\n{words}", pair.label)));
        }
        drop(tables);
        drop(server);
    }
    wrong
}

fn difference(pair: &Pair, tables: &Tables) -> Option<String> {
    match answered(pair, tables) {
        Ok(there) => other_answer(&pair.answer, &there),
        Err(problems) => Some(format!("{:#?}", problems.sorted())),
    }
}

fn answered(pair: &Pair, tables: &Tables) -> Result<Answer, Problems> {
    let definitions = &pair.definitions;
    let asking = RequirementOptions {
        place: &|_| String::new(),
        watermark: false,
        tolerant: false,
    };
    let wanted = plan::requirements(definitions, &[&pair.query], asking);
    let tables = tables.whole(definitions)?;
    let sources = tables.borrow_mut().sources(definitions, &wanted)?;
    let plans = std::slice::from_ref(&pair.plan);
    Ok(assemble::answers(definitions, &sources, plans)?.remove(0))
}

/// In what an answer is another.
fn other_answer(own: &Answer, there: &Answer) -> Option<String> {
    let counted = |answer: &Answer| -> BTreeMap<(String, String), u64> {
        let counts = answer.excluded.iter();
        let counts = counts.map(|one| ((one.kpi.clone(), one.reason.clone()), one.rows));
        counts.collect()
    };
    if counted(own) != counted(there) {
        return Some(format!(
            "excluded {:?}, not {:?}",
            there.excluded, own.excluded
        ));
    }
    if notes(own) != notes(there) {
        return Some(format!("notes {:?}, not {:?}", there.notes, own.notes));
    }
    if own.rows.len() != there.rows.len() {
        return Some(format!("{} rows, not {}", there.rows.len(), own.rows.len()));
    }
    let mut rows = own.rows.iter().zip(&there.rows);
    let (own, there) = rows.find(|(own, there)| !is_equal(own, there))?;
    Some(format!("expected {own:?}\nbut got  {there:?}"))
}

/// Groups without rows are found by the texts that a table has, which nobody reads of a database.
fn notes(answer: &Answer) -> Vec<&String> {
    let notes = answer.notes.iter();
    notes
        .filter(|note| !note.starts_with("no row for "))
        .collect()
}

fn is_equal(own: &Row, there: &Row) -> bool {
    let mut cells = own.cells.iter().zip(&there.cells);
    own.level == there.level
        && own.cells.len() == there.cells.len()
        && cells.all(|(own, there)| match (own, there) {
            (Cell::Number(own), Cell::Number(there)) => is_close(*own, *there),
            (Cell::Value(own), Cell::Value(there)) => {
                let values = match (own.value, there.value) {
                    (Some(own), Some(there)) => is_close(own, there),
                    (own, there) => own == there,
                };
                values && own.rows == there.rows && own.band == there.band
            }
            (own, there) => own == there,
        })
}

fn is_close(own: f64, there: f64) -> bool {
    own == there || (own - there).abs() <= 1e-12 * own.abs().max(there.abs())
}
