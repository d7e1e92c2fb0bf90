//! The tables of a connection, and the relations that run over them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use polars::prelude::DataFrame;

use super::connection::{Connection, StatementFailure};
use super::facts::{self, ColumnShape, FactsInput};
use super::frames::{self, RemoteRows};
use super::settings::{ConnectionSettings, TableOrigin};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::data::{
    AskedFacts, RelationRequest, ResultType, TableDatabase, TableFacts, TableShape,
};
use crate::exec::sql::{NamedSource, NamedTable, RowsInput, SqlType, TableNames, rows_statement};
use crate::lang::model::{Definitions, TableId};

/// A database with the tables of a connection.
#[derive(Debug)]
pub struct RemoteDatabase {
    settings: ConnectionSettings,
    connection: Connection,
    /// What was found of tables so far.
    known: Mutex<BTreeMap<TableId, KnownTable>>,
}

#[derive(Clone, Debug)]
struct KnownTable {
    columns: BTreeMap<usize, ColumnShape>,
    named: NamedTable,
}

impl RemoteDatabase {
    pub fn new(settings: ConnectionSettings, connection: Connection) -> RemoteDatabase {
        RemoteDatabase {
            settings,
            connection,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<TableId, KnownTable>> {
        self.known
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Rows of a statement that is part of what `title` says.
    fn run(&self, title: &str, statement: &str) -> Result<RemoteRows, Problems> {
        let ran = self.connection.rows(statement);
        ran.map_err(|failure| self.failure(title, &failure).into())
    }

    fn failure(&self, title: &str, failure: &StatementFailure) -> Diagnostic {
        let (name, database) = (self.connection.name(), self.connection.title());
        match failure {
            StatementFailure::Timeout => self.connection.late(title),
            StatementFailure::Refused(words) | StatementFailure::Forbidden(words) => {
                Diagnostic::data("D508", format!("{name} ({database}), {title}: {words}")).help(
                    "the statements of a query are shown by `riskql explain QUERY --plan`"
                        .to_owned(),
                )
            }
        }
    }

    fn source(&self, definitions: &Definitions, table: TableId) -> Option<NamedSource> {
        let origin = self.settings.tables.get(&definitions.table(table).name)?;
        Some(match origin {
            TableOrigin::Query { text, .. } => NamedSource::Query(text.clone()),
            TableOrigin::Table(name) => {
                let parts = name.split('.');
                let quoted = parts.map(|part| self.settings.dialect.name(part));
                NamedSource::Name(quoted.collect::<Vec<_>>().join("."))
            }
        })
    }

    /// What the columns of a statement are given as.
    fn given(request: &RelationRequest) -> Vec<(String, Option<SqlType>)> {
        let given = |read_as: &ResultType| match read_as {
            ResultType::Words(_) | ResultType::YesNo => None,
            ResultType::Text | ResultType::Sum => Some(SqlType::Text),
            ResultType::Number => Some(SqlType::Number),
            ResultType::Integer => Some(SqlType::Integer),
        };
        let columns = request.columns.iter();
        columns
            .map(|(name, read_as)| (name.clone(), given(read_as)))
            .collect()
    }
}

impl TableDatabase for RemoteDatabase {
    fn name(&self) -> &str {
        self.connection.name()
    }

    fn title(&self) -> &'static str {
        self.connection.title()
    }

    fn shape(
        &self,
        definitions: &Definitions,
        table: TableId,
    ) -> Result<Option<TableShape>, Problems> {
        let Some(source) = self.source(definitions, table) else {
            return Ok(None);
        };
        let origin = &self.settings.tables[&definitions.table(table).name];
        let input = FactsInput {
            dialect: self.settings.dialect,
            table: definitions.table(table),
            source: &source,
        };
        let statement = facts::shape_statement(&input);
        let none = match self.connection.rows(&statement) {
            Ok(none) => none,
            Err(StatementFailure::Refused(words) | StatementFailure::Forbidden(words)) => {
                return Err(self.no_table(origin, &words).into());
            }
            Err(failure) => return Err(self.failure(origin.title(), &failure).into()),
        };
        let (shape, columns) = facts::shape(&input, origin.title(), &none.schema);
        let mut known = self.known();
        // What was learnt of columns that are not asked for again is kept.
        let before = known.remove(&table).map(|known| known.named.forms);
        let named = NamedTable {
            source,
            forms: before.unwrap_or_default(),
        };
        known.insert(table, KnownTable { columns, named });
        Ok(Some(shape))
    }

    fn facts(
        &self,
        definitions: &Definitions,
        table: TableId,
        asked: &AskedFacts,
    ) -> Result<TableFacts, Problems> {
        let title = self.settings.tables[&definitions.table(table).name].title();
        let (columns, source) = {
            let known = self.known();
            let known = &known[&table];
            (known.columns.clone(), known.named.source.clone())
        };
        let input = FactsInput {
            dialect: self.settings.dialect,
            table: definitions.table(table),
            source: &source,
        };
        let mut reading = facts::FactsReader {
            input: &input,
            columns: &columns,
            asked,
            facts: TableFacts::default(),
            forms: BTreeMap::new(),
        };
        let run = |statement: &str| self.run(title, statement);
        reading.read_columns(&run)?;
        reading.read_key(&run)?;
        for parent in &asked.parents {
            let of = definitions.table(table).parents[*parent].table;
            let parents = self.source(definitions, of);
            let key = definitions.table(of).key;
            if let (Some(parents), Some(key)) = (parents, key) {
                let key = &definitions.table(of).columns[key].name;
                reading.read_orphans(*parent, (&parents, key), &run)?;
            }
        }
        let facts::FactsReader { facts, forms, .. } = reading;
        if let Some(known) = self.known().get_mut(&table) {
            known.named.forms.extend(forms);
        }
        Ok(facts)
    }

    fn rows(
        &self,
        definitions: &Definitions,
        request: &RelationRequest,
    ) -> Result<DataFrame, Problems> {
        let statement = self.statement(definitions, request);
        let rows = match self.connection.rows(&statement) {
            Ok(rows) => rows,
            Err(failure) => {
                let changed = self.changed_table(definitions);
                let failed = || self.failure(request.title, &failure);
                return Err(changed.unwrap_or_else(failed).into());
            }
        };
        frames::frame(&rows, request.columns).map_err(|unexpected| {
            let how = format!("{} holds {}", unexpected.column, unexpected.found);
            self.changed(request.title, &how).into()
        })
    }

    fn statement(&self, definitions: &Definitions, request: &RelationRequest) -> String {
        let known = self.known();
        let named = known
            .iter()
            .map(|(table, known)| (*table, known.named.clone()));
        let tables = TableNames {
            by_table: named.collect(),
        };
        drop(known);
        rows_statement(&RowsInput {
            dialect: self.settings.dialect,
            definitions,
            tables: &tables,
            title: request.title,
            relation: request.relation,
            axis: request.axis,
            columns: &Self::given(request),
        })
    }
}

impl RemoteDatabase {
    fn changed(&self, title: &str, how: &str) -> Diagnostic {
        let name = self.connection.name();
        let message = format!("{name}: {title} has changed since it was looked at: {how}");
        Diagnostic::data("D510", message).help("ask again; in a session, after \\reload".to_owned())
    }

    /// The first table that no longer has the columns it had.
    fn changed_table(&self, definitions: &Definitions) -> Option<Diagnostic> {
        let known = self.known().clone();
        known.iter().find_map(|(table, known)| {
            let origin = &self.settings.tables[&definitions.table(*table).name];
            let input = FactsInput {
                dialect: self.settings.dialect,
                table: definitions.table(*table),
                source: &known.named.source,
            };
            let statement = facts::shape_statement(&input);
            let Ok(none) = self.connection.rows(&statement) else {
                return Some(self.changed(origin.title(), "it is not there any more"));
            };
            let (_, columns) = facts::shape(&input, origin.title(), &none.schema);
            let mut gone = known.columns.iter();
            let (place, _) = gone.find(|(place, kind)| columns.get(place) != Some(kind))?;
            let column = &definitions.table(*table).columns[*place].name;
            let how = format!("its column {column} is gone, or of another type");
            Some(self.changed(origin.title(), &how))
        })
    }

    fn no_table(&self, origin: &TableOrigin, words: &str) -> Diagnostic {
        let (name, database) = (self.connection.name(), self.connection.title());
        let title = origin.title();
        let problem = Diagnostic::data(
            "D507",
            format!("{name} ({database}) has no `{title}`: {words}"),
        );
        match origin {
            TableOrigin::Table(_) => problem.help(format!(
                "say where the table is, with its schema, below [{name}.tables]"
            )),
            TableOrigin::Query { file, .. } => {
                problem.help(format!("the SELECT in {file} must run there as it is"))
            }
        }
    }
}
