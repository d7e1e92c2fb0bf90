//! The rows of a `test` definition → the same tables that files would give.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::Series;

use super::columns::{ColumnRequest, Meaning, TypedColumn};
use super::convert::convert_cells;
use super::fingerprint;
use super::held::HeldTable;
use super::links::{CheckedTable, Links};
use super::load::Loaded;
use super::plan::TablePlan;
use super::report::{Origin, report_bad_values};
use super::source::TableSources;
use crate::base::diagnostic::Problems;
use crate::base::source::Span;
use crate::lang::model::{Definitions, Given, TableId};
use crate::plan::Requirement;

/// All columns and parents of all tables from given rows. Several givens of one table follow
/// each other; columns that are not given are missing, and tables that are not given have no rows.
///
/// # Errors
///
/// The `D2xx` and `D3xx` that files would give, at the places of the rows.
pub fn sources_of_given(
    definitions: &Definitions,
    givens: &[Given],
) -> Result<TableSources, Problems> {
    let (plans, tables) = load_all(definitions, givens)?;
    let tables = tables.into_iter();
    let mut links = Links {
        definitions,
        plans: &plans,
        contents: &BTreeMap::new(),
        tables: tables
            .map(|(id, loaded)| (id, CheckedTable::Whole(loaded)))
            .collect(),
        keys: BTreeMap::new(),
    };
    links.check_keys()?;
    let mut sources = TableSources {
        fingerprint: fingerprint_of(definitions, givens),
        notes: links.check_parents()?,
        ..TableSources::default()
    };
    for (id, checked) in links.tables {
        let (table, calendar) = (definitions.table(id), &definitions.calendar);
        let held = HeldTable::of(checked, &plans[&id], Path::new(&table.name), calendar)?;
        let columns = (0..table.columns.len()).collect();
        let source = held.source((table, calendar), sources.fingerprint.clone(), &columns)?;
        sources.tables.push(Some(source));
    }
    Ok(sources)
}

type Loadings = (BTreeMap<TableId, TablePlan>, BTreeMap<TableId, Loaded>);

fn load_all(definitions: &Definitions, givens: &[Given]) -> Result<Loadings, Problems> {
    let mut problems = Problems::default();
    let (mut plans, mut tables) = (BTreeMap::new(), BTreeMap::new());
    for id in (0..definitions.tables.len()).map(TableId) {
        let of_table: Vec<&Given> = givens.iter().filter(|given| given.table == id).collect();
        let plan = whole_table(definitions, id);
        match load(definitions, id, &plan, &of_table) {
            Ok(loaded) => drop(tables.insert(id, loaded)),
            Err(of_table) => problems.extend(of_table),
        }
        plans.insert(id, plan);
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok((plans, tables))
}

fn fingerprint_of(definitions: &Definitions, givens: &[Given]) -> String {
    let cells = givens.iter().map(|given| {
        let rows = given.rows.iter().flatten().map(Option::as_deref);
        (definitions.table(given.table).name.as_str(), rows.collect())
    });
    fingerprint::of_cells(cells)
}

/// All columns and all parents; the table may be a parent itself.
fn whole_table(definitions: &Definitions, id: TableId) -> TablePlan {
    let table = definitions.table(id);
    let wanted = table
        .columns
        .iter()
        .enumerate()
        .map(|(column, of_table)| ColumnRequest {
            column,
            name: of_table.name.clone(),
            meaning: Meaning::of(&of_table.field_type),
        });
    TablePlan {
        wanted: wanted.collect(),
        required: (0..table.columns.len())
            .map(|column| (column, Requirement::Optional))
            .collect(),
        parents: (0..table.parents.len()).collect(),
        is_parent: true,
        file_needed_by: Vec::new(),
    }
}

fn load(
    definitions: &Definitions,
    id: TableId,
    plan: &TablePlan,
    givens: &[&Given],
) -> Result<Loaded, Problems> {
    let mut problems = Problems::default();
    let origin = Origin::Given {
        table: definitions.table(id).name.clone(),
        spans: givens.iter().flat_map(|given| spans(given)).collect(),
    };
    let columns = plan.wanted.iter().map(|wanted| {
        let column = convert(definitions, wanted, givens);
        report_bad_values(definitions, &origin, wanted, &column.bad, &mut problems);
        column.series
    });
    let columns: Vec<Series> = columns.collect();
    if problems.has_errors() {
        return Err(problems);
    }
    let given: BTreeSet<usize> = givens
        .iter()
        .flat_map(|given| &given.columns)
        .copied()
        .collect();
    let is_empty = givens.is_empty();
    let is_absent = plan
        .wanted
        .iter()
        .map(|wanted| !is_empty && !given.contains(&wanted.column));
    Ok(Loaded {
        rows: givens.iter().map(|given| given.rows.len()).sum(),
        is_absent: is_absent.collect(),
        origin,
        columns,
        notes: Vec::new(),
    })
}

fn spans(given: &Given) -> impl Iterator<Item = Span> {
    given.spans.iter().copied()
}

fn convert(definitions: &Definitions, wanted: &ColumnRequest, givens: &[&Given]) -> TypedColumn {
    let cells = givens.iter().flat_map(|given| {
        let mut columns = given.columns.iter();
        let place = columns.position(|column| *column == wanted.column);
        let rows = given.rows.iter();
        rows.map(move |row| place.and_then(|place| row[place].as_deref()))
    });
    convert_cells(cells, wanted, &definitions.calendar)
}
