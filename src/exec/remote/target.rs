//! A table of a database that rows are written into: all of them or none, and none of what was there is lost by mistake.

use std::path::Path;

use arrow_schema::{DataType as ArrowType, Field, Schema};
use polars::prelude::DataFrame;

use super::address;
use super::batches::{self, FrameBatches};
use super::connection::{Connection, StatementFailure};
use super::settings::{
    ConnectionName, ConnectionSettings, TableOrigin, connection_names, read_connection,
};
use super::writing::{TableLookup, TableName};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Definitions;

/// What becomes of a table that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WriteMode {
    /// There must be none.
    Create,
    /// Its rows stay.
    Append,
    /// The new rows stand in place of its own.
    Replace,
}

/// What was asked for.
pub struct TargetRequest<'a> {
    /// The name of a connection, or an address.
    pub place: &'a str,
    /// The file of connections.
    pub file: &'a Path,
    /// `table` or `schema.table`
    pub table: &'a str,
    pub mode: WriteMode,
    /// The connection whose tables are read.
    pub reads: Option<ConnectionName<'a>>,
}

/// A table that rows can be written into.
#[derive(Debug)]
pub struct TargetTable {
    settings: ConnectionSettings,
    name: TableName,
    /// As it was named.
    title: String,
    mode: WriteMode,
}

impl TargetTable {
    /// Looks whether the table may be written, before anything is computed for it.
    ///
    /// # Errors
    ///
    /// `K937`, `K938`, `K939`: what was asked for. `D511`: a table that is there already. Whatever is wrong with the connection.
    pub fn open(definitions: &Definitions, asked: &TargetRequest) -> Result<TargetTable, Problems> {
        let name = table_name(asked.table)?;
        let settings = settings(definitions, asked)?;
        let target = TargetTable {
            settings,
            name,
            title: asked.table.to_owned(),
            mode: asked.mode,
        };
        let named = [asked.table];
        target.refuse_long_names(named.into_iter().flat_map(|name| name.split('.')))?;
        let read = match asked.reads {
            Some(named) => Some(read_connection(definitions, named)?),
            None => None,
        };
        target.refuse_tables_of_the_model(read.as_ref())?;
        let connection = Connection::open(&target.settings)?;
        target.columns_there(&connection)?;
        Ok(target)
    }

    /// As messages call it: `bi.mttr of warehouse (PostgreSQL)`.
    pub fn title(&self) -> String {
        format!("{} of {}", self.title, self.database())
    }

    fn database(&self) -> String {
        format!("{} ({})", self.settings.name, self.settings.dialect.title())
    }

    /// Writes the rows of a frame. Leaves by unwinding if the work was asked to stop: nothing is written then.
    ///
    /// # Errors
    ///
    /// `D511`, `D512`, `D513`, `D514`, `D509`: nothing is written. Whatever is wrong with the connection.
    pub fn write(&self, frame: DataFrame) -> Result<(), Problems> {
        let columns = frame.columns().iter();
        self.refuse_long_names(columns.map(|column| column.name().as_str()))?;
        let connection = Connection::open(&self.settings)?;
        let there = self.columns_there(&connection)?;
        let frame = match &there {
            Some(there) => self.fitting(frame, there)?,
            None => frame,
        };
        let written = self.written(&connection, frame, there.is_none());
        written.map_err(|failure| self.failure(&connection, failure).into())
    }

    fn written(
        &self,
        connection: &Connection,
        frame: DataFrame,
        is_new: bool,
    ) -> Result<(), StatementFailure> {
        let dialect = self.settings.dialect;
        connection.begin()?;
        if self.mode == WriteMode::Replace && !is_new {
            let table = self.name.quoted(dialect);
            if let Some(lock) = dialect.lock_against_writers(&table) {
                connection.execute(&lock)?;
            }
            connection.execute(&format!("DELETE FROM {table}"))?;
        }
        connection.add_rows(&self.name, is_new, FrameBatches::new(frame))?;
        connection.commit()
    }

    /// The columns of the table, if it is there and may be written.
    fn columns_there(&self, connection: &Connection) -> Result<Option<Schema>, Diagnostic> {
        let found = connection.look_up(&self.name, self.settings.dialect);
        match found.map_err(|failure| self.failure(connection, failure))? {
            TableLookup::NoTable => Ok(None),
            TableLookup::NoSchema => Err(self.no_schema()),
            TableLookup::Columns(schema) => match self.mode {
                WriteMode::Create => Err(self.is_there()),
                WriteMode::Append | WriteMode::Replace => Ok(Some(schema)),
            },
        }
    }

    fn no_schema(&self) -> Diagnostic {
        let schema = self.name.schema.as_deref().unwrap_or_default();
        let message = format!("{} has no schema `{schema}`", self.database());
        let quoted = self.settings.dialect.name(schema);
        Diagnostic::data("D507", message).help(format!("make it there: CREATE SCHEMA {quoted}"))
    }

    fn is_there(&self) -> Diagnostic {
        let message = format!("{} has a table `{}` already", self.database(), self.title);
        Diagnostic::data("D511", message)
            .help("--append adds the rows to it".to_owned())
            .help("--replace puts them in place of all its rows".to_owned())
    }

    /// The columns of a frame in the order of the table's, which must be the same.
    fn fitting(&self, frame: DataFrame, there: &Schema) -> Result<DataFrame, Diagnostic> {
        let own = batches::schema(&frame);
        let differences = differences(&own, there);
        if !differences.is_empty() {
            let message = format!("{} has other columns than the rows", self.title());
            let mut problem = Diagnostic::data("D512", message);
            for difference in differences {
                problem = problem.help(difference);
            }
            return Err(problem.help("write into another table, or drop this one first".to_owned()));
        }
        let names = there.fields().iter().map(|field| field.name().as_str());
        Ok(frame.select(names).expect("the columns are the same"))
    }

    /// Names that the database would cut.
    fn refuse_long_names<'n>(
        &self,
        mut names: impl Iterator<Item = &'n str>,
    ) -> Result<(), Diagnostic> {
        let Some(longest) = self.settings.dialect.longest_name() else {
            return Ok(());
        };
        let Some(long) = names.find(|name| name.len() > longest) else {
            return Ok(());
        };
        let database = self.settings.dialect.title();
        let message = format!("names of {database} have at most {longest} bytes: `{long}`");
        Err(Diagnostic::data("K937", message).help(
            "give it a shorter one: for a column, a KPI or a formula with a shorter name"
                .to_owned(),
        ))
    }

    /// Tables that hold what is counted are never written.
    fn refuse_tables_of_the_model(
        &self,
        read: Option<&ConnectionSettings>,
    ) -> Result<(), Diagnostic> {
        let own = Some(&self.settings);
        let read = read.filter(|read| self.settings.is_place_of(read));
        for settings in own.into_iter().chain(read) {
            for (table, origin) in &settings.tables {
                if let TableOrigin::Table(name) = origin
                    && is_same_table(name, &self.title)
                {
                    let message = format!(
                        "`{}` is where the {table} of {} are",
                        self.title, settings.name
                    );
                    return Err(Diagnostic::data("K939", message).help(
                        "write into another table; one of the same name in another schema is named with it: schema.table"
                            .to_owned(),
                    ));
                }
            }
        }
        Ok(())
    }

    fn failure(&self, connection: &Connection, failure: StatementFailure) -> Diagnostic {
        let title = self.title();
        let kept = "nothing was written: what was there is as it was".to_owned();
        match failure {
            StatementFailure::Timeout => connection
                .late(&format!("rows into {}", self.title))
                .help(kept),
            StatementFailure::Forbidden(words) => {
                Diagnostic::data("D513", format!("{title} may not be written: {words}")).help(kept)
            }
            StatementFailure::Refused(words) => {
                Diagnostic::data("D514", format!("{title} cannot be written: {words}")).help(kept)
            }
        }
    }
}

/// The settings of a place that is named or an address.
fn settings(
    definitions: &Definitions,
    asked: &TargetRequest,
) -> Result<ConnectionSettings, Problems> {
    let TargetRequest { place, file, .. } = *asked;
    if address::is_address(place) {
        return address::settings(place);
    }
    // What is no name may be an address with a password, and is not repeated.
    let is_word = |letter: char| letter.is_alphanumeric() || "_-. ".contains(letter);
    if !place.chars().all(is_word) && !connection_names(file)?.iter().any(|name| name == place) {
        let message = "what --into names is neither a connection nor an address";
        return Err(Diagnostic::data("K938", message)
            .help(address::EXAMPLE)
            .into());
    }
    let option = "--into";
    read_connection(
        definitions,
        ConnectionName {
            file,
            name: place,
            option,
        },
    )
}

/// Reads the name of a table.
fn table_name(text: &str) -> Result<TableName, Diagnostic> {
    let wrong = |message: String| {
        Diagnostic::data("K937", message)
            .help("the connection comes first, then the table: --into warehouse bi.mttr".to_owned())
    };
    if text.contains(['@', '/', '=']) {
        return Err(wrong("what --into names second is no table".to_owned()));
    }
    let is_name = |part: &str| !part.trim().is_empty() && !part.contains(char::is_control);
    let parts: Vec<&str> = text.split('.').collect();
    let (schema, table) = match parts.as_slice() {
        [table] => (None, *table),
        [schema, table] => (Some(*schema), *table),
        _ => {
            return Err(wrong(format!(
                "a table is named `table` or `schema.table`, not `{text}`"
            )));
        }
    };
    match schema.into_iter().chain([table]).all(is_name) {
        true => Ok(TableName {
            schema: schema.map(str::to_owned),
            table: table.to_owned(),
        }),
        false => Err(wrong(format!("no table can be called `{text}`"))),
    }
}

/// Whether two names may mean one table: where a schema is left out, any may be meant.
fn is_same_table(left: &str, right: &str) -> bool {
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
    match left.contains('.') && right.contains('.') {
        true => left == right,
        false => last(left) == last(right),
    }
}

/// In what columns differ, a line for each kind of difference.
fn differences(own: &Schema, there: &Schema) -> Vec<String> {
    let lacking = |of: &Schema, than: &Schema| {
        let names = of.fields().iter().map(|field| field.name().as_str());
        let names: Vec<&str> = names.filter(|name| than.index_of(name).is_err()).collect();
        names.join(", ")
    };
    let mut told = Vec::new();
    let missing = lacking(own, there);
    if !missing.is_empty() {
        told.push(format!("the table has no {missing}"));
    }
    let surplus = lacking(there, own);
    if !surplus.is_empty() {
        told.push(format!("the rows have no {surplus}"));
    }
    for field in own.fields() {
        if let Ok(other) = there.field_with_name(field.name())
            && !is_same_type(field, other)
        {
            let (name, there, here) = (field.name(), type_there(other), words(field.data_type()));
            told.push(format!(
                "{name} is {there} there, and {here} is to be written"
            ));
        }
    }
    told
}

fn is_same_type(own: &Field, there: &Field) -> bool {
    let is_text = |of: &ArrowType| {
        matches!(
            of,
            ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View
        )
    };
    // Exact decimals and the like come as texts that say what they are.
    let is_plain = ["ARROW:extension:name", "ADBC:postgresql:typname"]
        .iter()
        .all(|key| !there.metadata().contains_key(key));
    let (own, there) = (own.data_type(), there.data_type());
    is_plain
        && match (own, there) {
            (ArrowType::Timestamp(_, Some(_)), ArrowType::Timestamp(_, Some(_))) => true,
            (own, there) => own == there || (is_text(own) && is_text(there)),
        }
}

/// The type of a column as its database calls it, if the driver tells.
fn type_there(field: &Field) -> String {
    match field.metadata().get("POSTGRESQL:type") {
        Some(word) => word.clone(),
        None => words(field.data_type()),
    }
}

fn words(of: &ArrowType) -> String {
    match of {
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => "text",
        ArrowType::Boolean => "boolean",
        ArrowType::Float64 => "double precision",
        ArrowType::Int64 => "bigint",
        ArrowType::Date32 => "date",
        ArrowType::Timestamp(_, Some(_)) => "timestamp with time zone",
        other => return other.to_string(),
    }
    .to_owned()
}
