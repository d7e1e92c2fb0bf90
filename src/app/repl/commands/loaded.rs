//! What is loaded of the data, and which KPIs it can answer.

use crate::app::repl::loading;
use crate::app::repl::session::Session;
use crate::base::diagnostic::Problems;
use crate::exec::data::TableSources;
use crate::lang::model::{Definitions, Kpi, Query, Subject, TableId};
use crate::plan::{Requirement, Requirements, TableRequirements};

/// The tables with all that KPIs usually read of them.
pub(in crate::app::repl) struct UsualTables {
    pub sources: TableSources,
    pub notes: Vec<String>,
    /// Why tables could not be read, if some could not.
    pub problems: Problems,
    /// The query of all KPIs.
    pub everything: Query,
}

impl Session {
    /// Loads the columns of all KPIs and of the fields that are declared, and renews the catalogue.
    /// Gives what the user should know of the data. Files and columns that are not there are left
    /// out: the query that needs them says so.
    ///
    /// # Errors
    ///
    /// Problems of the data. All tables without problems are loaded all the same.
    pub fn load_all(&mut self) -> Result<Vec<String>, Problems> {
        let usual = usual(self);
        self.refresh_catalogue();
        match usual.problems.has_errors() {
            true => Err(usual.problems),
            false => Ok(usual.notes),
        }
    }
}

/// Reads what KPIs and their dimensions need, as far as it is not read yet. Tables without mistakes
/// are read even if others have some.
pub(in crate::app::repl) fn usual(session: &mut Session) -> UsualTables {
    let everything = session.read("").expect("every KPI can be asked for").query;
    let definitions = &session.workspace.definitions;
    let request = usual_request(session, &everything);
    let mut tables = session.tables.borrow_mut();
    let (mut sources, problems) = match tables.sources(definitions, &request) {
        Ok(sources) => (sources, Problems::default()),
        Err(problems) => {
            let mut whole = TableSources {
                tables: definitions.tables.iter().map(|_| None).collect(),
                ..TableSources::default()
            };
            for alone in request.tables.iter().map(alone) {
                if let Ok(sources) = tables.sources(definitions, &alone) {
                    put_together(&mut whole, sources);
                }
            }
            (whole, problems)
        }
    };
    UsualTables {
        notes: std::mem::take(&mut sources.notes),
        sources,
        problems,
        everything,
    }
}

/// A request for one table without its parents.
fn alone((table, wanted): (&TableId, &TableRequirements)) -> Requirements {
    let wanted = TableRequirements {
        parents: Default::default(),
        ..wanted.clone()
    };
    Requirements {
        tables: [(*table, wanted)].into(),
    }
}

fn put_together(whole: &mut TableSources, part: TableSources) {
    for (own, new) in whole.tables.iter_mut().zip(part.tables) {
        if new.is_some() {
            *own = new;
        }
    }
    whole.notes.extend(part.notes);
}

/// What a session is likely to need, and the row count of every table with a file. Nothing of it must
/// be there.
fn usual_request(session: &Session, everything: &Query) -> Requirements {
    let mut request = loading::request(&session.workspace.definitions, everything);
    for location in session.tables.borrow().locations() {
        let wanted = request.tables.entry(location.table).or_default();
        wanted.key = Some(Requirement::Optional);
    }
    request
}

/// Adds one request to another.
pub(super) fn merge(request: &mut Requirements, more: Requirements) {
    for (table, asked) in more.tables {
        let wanted = request.tables.entry(table).or_default();
        for (column, need) in asked.columns {
            wanted.columns.entry(column).or_insert(need);
        }
        wanted.parents.extend(asked.parents);
        wanted.key = wanted.key.take().or(asked.key);
    }
}

/// Each KPI and the query of it alone, cut out of the query of all.
pub(super) fn single_kpis<'a>(
    definitions: &'a Definitions,
    everything: &Query,
) -> Vec<(&'a Kpi, Query)> {
    let Subject::Values(values) = &everything.subject else {
        return Vec::new();
    };
    let single = |index: usize| {
        let column = &values.columns[index];
        let mut query = everything.clone();
        if let Subject::Values(values) = &mut query.subject {
            values.columns = vec![column.clone()];
        }
        Some((&definitions.kpis[column.kpi?.0], query))
    };
    (0..values.columns.len()).filter_map(single).collect()
}

/// What a query needs and the data do not have, in words: `no file for scans`. Nothing is read:
/// tables are judged by what is loaded of them.
pub(super) fn lacking(session: &Session, query: &Query) -> Vec<String> {
    let definitions = &session.workspace.definitions;
    let request = session.context().requirements(&[query]);
    let tables = session.tables.borrow();
    let mut found = Vec::new();
    for (id, wanted) in &request.tables {
        let name = &definitions.table(*id).name;
        let has_file = tables
            .locations()
            .iter()
            .any(|location| location.table == *id);
        if !has_file {
            if !wanted.file_needed_by.is_empty() {
                found.push(format!("no file for {name}"));
            }
            continue;
        }
        let Some(known) = tables.absent(*id) else {
            if !wanted.file_needed_by.is_empty() {
                found.push(format!("{name} cannot be read"));
            }
            continue;
        };
        let columns = wanted.columns.iter();
        let absent = columns
            .filter(|(column, need)| **need != Requirement::Optional && known.contains(column))
            .map(|(column, _)| &definitions.table(*id).columns[*column].name);
        found.extend(absent.map(|column| format!("no column {column} in {name}")));
    }
    found
}

/// The tables that a query reads and cannot do without.
pub(super) fn needed_tables(session: &Session, query: &Query) -> Vec<String> {
    let request = session.context().requirements(&[query]);
    let tables = request.tables.iter();
    tables
        .filter(|(_, wanted)| !wanted.file_needed_by.is_empty())
        .map(|(id, _)| session.workspace.definitions.table(*id).name.clone())
        .collect()
}
