//! Tables of a database: what queries rely on is asked there, and nothing of them is read here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use polars::prelude::DataFrame;

use super::absent::TableFile;
use super::bad_values::BadValues;
use super::checking::CheckedFiles;
use super::columns::ColumnRequest;
use super::fingerprint::FileHash;
use super::held::HeldTable;
use super::parents;
use super::plan::{TablePlan, plan};
use super::report::{NAMED, Origin, report_bad_values, shortened, wrong_type};
use super::source::Proof;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Definitions, TableId};
use crate::plan::Requirements;
use crate::plan::relation::{Axis, Name, SharedRelation};

/// A database that has tables: it looks at them, and runs relations over them.
pub trait TableDatabase: fmt::Debug + Send + Sync {
    /// What its connection is called.
    fn name(&self) -> &str;

    /// How databases of its kind are called: `PostgreSQL`.
    fn title(&self) -> &'static str;

    /// What a table is there; `None` if the connection has no such table.
    ///
    /// # Errors
    ///
    /// A table that the connection names and the database lacks; one that cannot be asked.
    fn shape(
        &self,
        definitions: &Definitions,
        table: TableId,
    ) -> Result<Option<TableShape>, Problems>;

    /// What queries rely on, of columns that the table has.
    ///
    /// # Errors
    ///
    /// A table that cannot be asked.
    fn facts(
        &self,
        definitions: &Definitions,
        table: TableId,
        asked: &AskedFacts,
    ) -> Result<TableFacts, Problems>;

    /// The rows of a relation.
    ///
    /// # Errors
    ///
    /// What the database says of the statement.
    fn rows(
        &self,
        definitions: &Definitions,
        request: &RelationRequest,
    ) -> Result<DataFrame, Problems>;

    /// The statement that [`TableDatabase::rows`] runs.
    fn statement(&self, definitions: &Definitions, request: &RelationRequest) -> String;
}

/// A table of a database.
#[derive(Clone, Debug)]
pub struct TableShape {
    /// As messages name it: `public.findings`, or the file of its query.
    pub title: String,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Columns of types that cannot hold their fields' values, and what they hold.
    pub wrong: BTreeMap<usize, String>,
}

/// What is asked of a table, by the places of columns in the model.
#[derive(Clone, Default, Debug)]
pub struct AskedFacts {
    pub columns: BTreeSet<usize>,
    /// The key, if its values must be different.
    pub key: Option<usize>,
    /// The links whose parents are there.
    pub parents: BTreeSet<usize>,
}

/// What is so of a table.
#[derive(Clone, Default, Debug)]
pub struct TableFacts {
    pub rows: usize,
    /// The first and the last instant of columns of dates.
    pub spans: BTreeMap<usize, (i64, i64)>,
    /// Values that are none of their fields', by column, with how many rows have each.
    pub bad: Vec<(usize, String, usize)>,
    pub rows_without_key: usize,
    /// Some keys of several rows, and of how many.
    pub repeated: Vec<(String, usize)>,
    /// By link how many rows name a parent that is not there, and the first such name.
    pub orphans: BTreeMap<usize, (usize, String)>,
}

/// A relation whose rows are wanted.
pub struct RelationRequest<'a> {
    /// What it is for, as the statement and messages say it.
    pub title: &'a str,
    pub relation: &'a SharedRelation,
    /// The axis of its cube.
    pub axis: Option<&'a Arc<Axis>>,
    /// Its columns, all or some, in the order in which they are wanted.
    pub columns: &'a [(Name, ResultType)],
}

/// What the values of a column are read as.
#[derive(Clone, PartialEq, Debug)]
pub enum ResultType {
    /// Words by their places: `UInt8`.
    Words(Vec<String>),
    /// `Boolean`.
    YesNo,
    /// `String`.
    Text,
    /// `Float64`.
    Number,
    /// `Int64`.
    Integer,
    /// An exact sum: `Int128`.
    Sum,
}

/// Checks all that requirements ask for where the tables are.
pub(super) fn check(
    definitions: &Definitions,
    database: &dyn TableDatabase,
    requirements: &Requirements,
) -> Result<CheckedFiles, Problems> {
    let plans = plan(definitions, requirements);
    let mut problems = Problems::default();
    let mut shapes: BTreeMap<TableId, TableShape> = BTreeMap::new();
    for (id, plan) in &plans {
        match database.shape(definitions, *id) {
            Ok(Some(shape)) => drop(shapes.insert(*id, shape)),
            Ok(None) if plan.file_needed_by.is_empty() => {}
            Ok(None) => problems.push(no_table(definitions, database, (*id, plan))),
            Err(of_table) => problems.extend(of_table),
        }
    }
    let check = DatabaseCheck {
        definitions,
        database,
        plans: &plans,
        shapes: &shapes,
    };
    let mut checked = CheckedFiles {
        tables: Vec::new(),
        hashes: BTreeMap::new(),
        notes: Vec::new(),
    };
    for id in shapes.keys() {
        match check.table(*id, &mut checked.notes) {
            Ok(table) => {
                checked.tables.push((*id, table));
                checked.hashes.insert(*id, FileHash::unknown());
            }
            Err(of_table) => problems.extend(of_table),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(checked)
}

fn no_table(
    definitions: &Definitions,
    database: &dyn TableDatabase,
    (id, plan): (TableId, &TablePlan),
) -> Diagnostic {
    let table = &definitions.table(id).name;
    let users = super::report::and_list(&plan.file_needed_by);
    let verb = if plan.file_needed_by.len() == 1 {
        "needs"
    } else {
        "need"
    };
    let name = database.name();
    Diagnostic::data(
        "D113",
        format!("the connection {name} has no table {table}, which {users} {verb}"),
    )
    .help(format!(
        "say where it is, below [{name}.tables]: {table} = \"public.{table}\""
    ))
}

struct DatabaseCheck<'a> {
    definitions: &'a Definitions,
    database: &'a dyn TableDatabase,
    plans: &'a BTreeMap<TableId, TablePlan>,
    shapes: &'a BTreeMap<TableId, TableShape>,
}

impl DatabaseCheck<'_> {
    fn has(&self, id: TableId, column: usize) -> bool {
        let name = &self.definitions.table(id).columns[column].name;
        let shape = self.shapes.get(&id);
        shape.is_some_and(|shape| shape.columns.contains(name))
    }

    fn table(&self, id: TableId, notes: &mut Vec<String>) -> Result<HeldTable, Problems> {
        let (table, plan, shape) = (
            self.definitions.table(id),
            &self.plans[&id],
            &self.shapes[&id],
        );
        let mut problems = Problems::default();
        let is_absent: Vec<bool> = plan
            .wanted
            .iter()
            .map(|wanted| !self.has(id, wanted.column))
            .collect();
        let file = TableFile {
            definitions: self.definitions,
            table,
            name: &shape.title,
        };
        notes.extend(file.report_absent(plan, &shape.columns, &is_absent, &mut problems));
        for wanted in &plan.wanted {
            if let Some(held) = shape.wrong.get(&wanted.column) {
                problems.push(wrong_type(&shape.title, wanted, held));
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let asked = self.asked(id, notes);
        let facts = self.database.facts(self.definitions, id, &asked)?;
        self.report(id, &facts, notes, &mut problems);
        if problems.has_errors() {
            return Err(problems);
        }
        let absent = plan.wanted.iter().zip(&is_absent);
        let absent = absent.filter_map(|(wanted, is_absent)| is_absent.then_some(wanted.column));
        Ok(HeldTable::of_database(
            plan,
            absent.collect(),
            (self.database.title(), shape),
            facts,
            self.proofs(id, &asked),
        ))
    }

    fn asked(&self, id: TableId, notes: &mut Vec<String>) -> AskedFacts {
        let (table, plan) = (self.definitions.table(id), &self.plans[&id]);
        let columns = plan.wanted.iter().map(|wanted| wanted.column);
        let mut asked = AskedFacts {
            columns: columns.filter(|column| self.has(id, *column)).collect(),
            key: table.key.filter(|key| self.has(id, *key)),
            parents: BTreeSet::new(),
        };
        for parent in &plan.parents {
            let link = &table.parents[*parent];
            let key = self.definitions.table(link.table).key;
            match key.is_some_and(|key| self.has(link.table, key)) {
                true if self.has(id, link.column) => drop(asked.parents.insert(*parent)),
                true => {}
                false => notes.push(parents::no_parent_note(self.definitions, id, *parent)),
            }
        }
        asked
    }

    fn report(
        &self,
        id: TableId,
        facts: &TableFacts,
        notes: &mut Vec<String>,
        problems: &mut Problems,
    ) {
        let origin = Origin::Database {
            name: self.shapes[&id].title.clone(),
        };
        for wanted in &self.plans[&id].wanted {
            let mut bad = BadValues::default();
            let own = facts.bad.iter();
            for (_, value, rows) in own.filter(|(column, ..)| *column == wanted.column) {
                bad.add_rows(value, *rows);
            }
            report_bad_values(self.definitions, &origin, wanted, &bad, problems);
        }
        self.report_keys(id, facts, &origin, problems);
        for (parent, (count, first)) in &facts.orphans {
            notes.push(parents::unknown_parents_note(
                self.definitions,
                (id, *parent),
                *count,
                first,
            ));
        }
    }

    fn report_keys(
        &self,
        id: TableId,
        facts: &TableFacts,
        origin: &Origin,
        problems: &mut Problems,
    ) {
        let table = self.definitions.table(id);
        let Some(key) = table.key.map(|key| &table.columns[key].name) else {
            return;
        };
        let name = origin.name();
        if facts.rows_without_key > 0 {
            let rows = match facts.rows_without_key {
                1 => "1 row has".to_owned(),
                rows => format!("{rows} rows have"),
            };
            problems.push(Diagnostic::data(
                "D302",
                format!("{name}: {rows} no `{key}`, the key of {}", table.name),
            ));
        }
        if facts.repeated.is_empty() {
            return;
        }
        let named = facts.repeated.iter().take(NAMED);
        let named = named.map(|(value, rows)| format!("`{}` ({rows} rows)", shortened(value)));
        let mut named: Vec<String> = named.collect();
        if facts.repeated.len() > NAMED {
            named.push("…".to_owned());
        }
        problems.push(Diagnostic::data(
            "D301",
            format!(
                "{name}: `{key}` is the key of {}, and values occur more than once: {}",
                table.name,
                named.join(", ")
            ),
        ));
    }

    /// What was asked of the table, as files tell what was proven of them.
    fn proofs(&self, id: TableId, asked: &AskedFacts) -> Vec<Proof> {
        let table = self.definitions.table(id);
        let name = |wanted: &ColumnRequest| format!("values of `{}`", wanted.name);
        let wanted = self.plans[&id].wanted.iter();
        let present = wanted.filter(|wanted| asked.columns.contains(&wanted.column));
        let mut all: Vec<String> = present.map(name).collect();
        all.extend(
            asked
                .key
                .map(|key| format!("`{}` is unique", table.columns[key].name)),
        );
        all.extend(asked.parents.iter().map(|parent| {
            let link = &table.parents[*parent];
            let parent = &self.definitions.table(link.table).name;
            format!("`{}` is in {parent}", table.columns[link.column].name)
        }));
        let proof = |what| Proof {
            what,
            is_remembered: false,
        };
        all.into_iter().map(proof).collect()
    }
}
