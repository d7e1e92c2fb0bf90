//! What writes over a connection: a transaction, statements that have no rows, rows into a table.

use adbc_core::error::{Error, Status};
use adbc_core::options::{IngestMode, OptionConnection, OptionStatement, OptionValue};
use adbc_core::{Connection as _, Optionable as _, Statement as _};
use adbc_driver_manager::ManagedStatement;
use arrow_schema::Schema;

use super::batches::FrameBatches;
use super::connection::{Connection, StatementFailure, waited};
use crate::exec::sql::SqlDialect;

/// A table as it is named: `schema.table`, or one of the schema that the database takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TableName {
    pub schema: Option<String>,
    pub table: String,
}

impl TableName {
    /// As statements name it.
    pub fn quoted(&self, dialect: &dyn SqlDialect) -> String {
        let parts = self.schema.iter().chain([&self.table]);
        let parts: Vec<String> = parts.map(|part| dialect.name(part)).collect();
        parts.join(".")
    }
}

/// What a database has by the name of a table.
pub(super) enum TableLookup {
    NoTable,
    /// Not even the schema is there.
    NoSchema,
    Columns(Schema),
}

/// The SQLSTATE of a schema that is not there.
const NO_SCHEMA: [u8; 5] = *b"3F000";

impl Connection {
    /// What a name of a table means, which must not be asked within a transaction: some databases end it where there is none.
    pub(super) fn look_up(
        &self,
        name: &TableName,
        dialect: &dyn SqlDialect,
    ) -> Result<TableLookup, StatementFailure> {
        let (connection, asked) = (self.opened().clone(), name.clone());
        let look = move || {
            connection.get_table_schema(None, asked.schema.as_deref(), asked.table.as_str())
        };
        match waited(look, None, self.timeout()) {
            Err(()) => Err(StatementFailure::Timeout),
            Ok(Ok(schema)) => Ok(TableLookup::Columns(schema)),
            Ok(Err(error)) if error.sqlstate.map(|letter| letter as u8) == NO_SCHEMA => {
                Ok(TableLookup::NoSchema)
            }
            Ok(Err(error))
                if error.status == Status::NotFound || dialect.says_no_table(&error.message) =>
            {
                Ok(TableLookup::NoTable)
            }
            Ok(Err(error)) => Err(self.failure(&error, "")),
        }
    }

    /// Begins a transaction, which ends without a trace unless it is committed.
    pub(super) fn begin(&self) -> Result<(), StatementFailure> {
        let by_hand = OptionValue::String("false".to_owned());
        let begun = self
            .opened()
            .set_option(OptionConnection::AutoCommit, by_hand);
        begun.map_err(|error| self.failure(&error, ""))
    }

    /// Ends the transaction: all of it holds. Whoever asks to stop meanwhile is heard afterwards.
    pub(super) fn commit(&self) -> Result<(), StatementFailure> {
        let ended = self.opened().commit();
        ended.map_err(|error| self.failure(&error, ""))
    }

    /// Runs a statement that has no rows.
    pub(super) fn execute(&self, statement: &str) -> Result<(), StatementFailure> {
        self.run(statement, executed)
    }

    /// Adds rows to a table, which is made if `is_new`.
    pub(super) fn add_rows(
        &self,
        name: &TableName,
        is_new: bool,
        rows: FrameBatches,
    ) -> Result<(), StatementFailure> {
        let mode = match is_new {
            true => IngestMode::Create,
            false => IngestMode::Append,
        };
        let text = |text: &str| OptionValue::String(text.to_owned());
        let prepare = |made: &mut ManagedStatement| {
            made.set_option(OptionStatement::TargetTable, text(&name.table))?;
            if let Some(schema) = &name.schema {
                made.set_option(OptionStatement::TargetDbSchema, text(schema))?;
            }
            made.set_option(OptionStatement::IngestMode, mode.into())?;
            made.bind_stream(Box::new(rows))
        };
        self.run_prepared("", prepare, executed)
    }
}

fn executed(mut statement: ManagedStatement) -> Result<(), Error> {
    statement.execute_update().map(drop)
}
