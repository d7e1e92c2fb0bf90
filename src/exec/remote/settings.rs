//! `connections.toml`: where databases are, how they are reached, and which of their tables are those of the model.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::address;
use super::secrets::{Secrets, name_is_secret, password};
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::exec::sql::{DIALECTS, SqlDialect};
use crate::lang::model::Definitions;

/// The file that is read where none is named.
pub const CONNECTIONS_FILE: &str = "connections.toml";

/// How long a statement may take where the connection does not say.
pub(super) const USUAL_TIMEOUT: Duration = Duration::from_secs(600);

/// One connection, with the values of the environment in place.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// As messages call it: of one that is an address, where the database is.
    pub name: String,
    /// Whether no file has it.
    pub(super) is_address: bool,
    /// The name of a driver, or the path of its library.
    pub driver: String,
    /// The function that a driver begins with, where it has not the usual name.
    pub(super) entrypoint: Option<String>,
    pub dialect: &'static dyn SqlDialect,
    pub(super) address: String,
    pub(super) options: BTreeMap<String, String>,
    /// By the names of the model's tables.
    pub tables: BTreeMap<String, TableOrigin>,
    pub timeout: Duration,
    pub(super) secrets: Secrets,
}

impl ConnectionSettings {
    /// Whether another connection leads to the same database, as far as names and addresses tell.
    pub(super) fn is_place_of(&self, other: &ConnectionSettings) -> bool {
        let place =
            |settings: &ConnectionSettings| address::place(&settings.address).map(str::to_owned);
        let is_same_place = place(self).is_some() && place(self) == place(other);
        self.name == other.name || is_same_place
    }
}

/// Where the rows of a table come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TableOrigin {
    /// `schema.table`
    Table(String),
    /// A SELECT in a file.
    Query { file: String, text: String },
}

impl TableOrigin {
    /// As messages call it.
    pub fn title(&self) -> &str {
        match self {
            TableOrigin::Table(name) => name,
            TableOrigin::Query { file, .. } => file,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenConnection {
    driver: String,
    entrypoint: Option<String>,
    dialect: Option<String>,
    #[serde(default)]
    address: String,
    #[serde(default)]
    options: BTreeMap<String, String>,
    /// Seconds that a statement may take.
    timeout: Option<u64>,
    #[serde(default)]
    tables: BTreeMap<String, WrittenTable>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenTable {
    Name(String),
    Query { query: PathBuf },
}

/// The names of the connections of a file, as they are written.
///
/// # Errors
///
/// `D501`: the file cannot be read.
pub fn connection_names(file: &Path) -> Result<Vec<String>, Problems> {
    Ok(read(file)?.into_keys().collect())
}

/// Where a connection is named: the file that has it, and the option that names it.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionName<'a> {
    pub file: &'a Path,
    pub name: &'a str,
    /// `--on`
    pub option: &'static str,
}

/// One connection of a file.
///
/// # Errors
///
/// `K936`, `D501`, `D503`, `D504`, all that is wrong with it at once.
pub fn read_connection(
    definitions: &Definitions,
    named: ConnectionName,
) -> Result<ConnectionSettings, Problems> {
    let ConnectionName { file, name, .. } = named;
    let mut all = read(file)?;
    let Some(written) = all.remove(name) else {
        return Err(unknown(named, all.keys()).into());
    };
    let reading = ConnectionReader {
        definitions,
        file,
        name,
    };
    reading.settings(written)
}

fn read(file: &Path) -> Result<BTreeMap<String, WrittenConnection>, Problems> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        let problem = Diagnostic::data("D501", format!("cannot read `{shown}`: {error}"));
        match error.kind() {
            std::io::ErrorKind::NotFound => problem
                .help(format!(
                    "write the connections there, such as: [{}]",
                    "warehouse"
                ))
                .help("driver = \"postgresql\"".to_owned())
                .help("address = \"${WAREHOUSE_ADDRESS}\"".to_owned())
                .help("or name another file with --connections FILE".to_owned()),
            _ => problem,
        }
    })?;
    toml::from_str(&text).map_err(|error| {
        let place = error.span().map_or_else(String::new, |span| {
            let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
            format!(":{line}")
        });
        // The lines of the file stay out of the message: a secret may be written there.
        Diagnostic::data("D501", format!("`{shown}{place}`: {}", error.message())).into()
    })
}

fn unknown<'n>(
    named: ConnectionName,
    others: impl Iterator<Item = &'n String> + Clone,
) -> Diagnostic {
    let ConnectionName { file, name, option } = named;
    let shown = file.display();
    let problem = Diagnostic::data("K936", format!("`{shown}` has no connection {name}"));
    let near = nearest(name, others.clone().map(String::as_str));
    let all: Vec<&str> = others.map(String::as_str).collect();
    match (near, all.as_slice()) {
        (Some(near), _) => problem.help(format!("did you mean {option} {near}?")),
        (None, []) => problem.help(format!("it has none: begin one with [{name}]")),
        (None, all) => problem.help(format!("it has {}", all.join(", "))),
    }
}

struct ConnectionReader<'a> {
    definitions: &'a Definitions,
    file: &'a Path,
    name: &'a str,
}

impl ConnectionReader<'_> {
    fn problem(&self, code: &'static str, message: &str) -> Diagnostic {
        let place = self.file.display();
        Diagnostic::data(code, format!("`{place}` [{}]: {message}", self.name))
    }

    fn settings(&self, written: WrittenConnection) -> Result<ConnectionSettings, Problems> {
        let mut problems = Problems::default();
        let mut secrets = Secrets::default();
        self.refuse_secrets(&written, &mut problems);
        let mut filled = |text: &str| {
            secrets.filled(text).unwrap_or_else(|unset| {
                let message = format!("the environment has no {}", unset.name);
                let help = format!("set it before: export {}=…", unset.name);
                problems.push(self.problem("D504", &message).help(help));
                String::new()
            })
        };
        let driver = filled(&written.driver);
        let address = filled(&written.address);
        let options = written.options.iter();
        let options = options.map(|(name, value)| (name.clone(), filled(value)));
        let options = options.collect();
        let dialect = self.dialect(&written, &mut problems);
        let tables = self.tables(written.tables, &mut problems);
        let dialect = dialect.filter(|_| !problems.has_errors());
        let Some(dialect) = dialect else {
            return Err(problems);
        };
        let usual = dialect.driver_entrypoint().map(str::to_owned);
        secrets.add_usual();
        Ok(ConnectionSettings {
            name: self.name.to_owned(),
            is_address: false,
            driver,
            entrypoint: written.entrypoint.or(usual),
            dialect,
            address,
            options,
            tables,
            timeout: written.timeout.map_or(USUAL_TIMEOUT, Duration::from_secs),
            secrets,
        })
    }

    /// Secrets come from the environment: files like this one end in version control.
    fn refuse_secrets(&self, written: &WrittenConnection, problems: &mut Problems) {
        let is_written = |value: &str| !value.is_empty() && !value.contains("${");
        if password(&written.address).is_some_and(is_written) {
            problems.push(
                self.problem("D503", "the address has a password written out")
                    .help("take it from the environment: \"postgresql://user:${DATABASE_PASSWORD}@host/database\"".to_owned()),
            );
        }
        for (option, value) in &written.options {
            if name_is_secret(option) && is_written(value) {
                let message = format!("the option {option} has a secret written out");
                let help =
                    format!("take it from the environment: {option} = \"${{DATABASE_SECRET}}\"");
                problems.push(self.problem("D503", &message).help(help));
            }
        }
    }

    fn dialect(
        &self,
        written: &WrittenConnection,
        problems: &mut Problems,
    ) -> Option<&'static dyn SqlDialect> {
        let known = |word: &str| DIALECTS.iter().copied().find(|one| one.word() == word);
        let found = match &written.dialect {
            Some(word) => known(word),
            None => address::dialect(&written.driver),
        };
        if found.is_none() {
            let words: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.word()).collect();
            let message = match &written.dialect {
                Some(word) => format!("no dialect is called {word}"),
                None => format!(
                    "the driver `{}` does not tell which SQL it speaks",
                    written.driver
                ),
            };
            let help = format!("write one of them: dialect = \"{}\"", words.join("\", \""));
            problems.push(self.problem("D501", &message).help(help));
        }
        found
    }

    fn tables(
        &self,
        written: BTreeMap<String, WrittenTable>,
        problems: &mut Problems,
    ) -> BTreeMap<String, TableOrigin> {
        let mut tables = BTreeMap::new();
        for (table, origin) in written {
            if self.definitions.table_named(&table).is_none() {
                let all = self.definitions.tables.iter();
                let all: Vec<&str> = all.map(|table| table.name.as_str()).collect();
                let problem = self.problem("D501", &format!("no table is called {table}"));
                problems.push(match nearest(&table, all.iter().copied()) {
                    Some(near) => problem.help(format!("did you mean {near}?")),
                    None => problem.help(format!("tables: {}", all.join(", "))),
                });
                continue;
            }
            match self.origin(origin) {
                Ok(origin) => drop(tables.insert(table, origin)),
                Err(problem) => problems.push(problem),
            }
        }
        tables
    }

    fn origin(&self, written: WrittenTable) -> Result<TableOrigin, Diagnostic> {
        let file = match written {
            WrittenTable::Name(name) => return Ok(TableOrigin::Table(name)),
            WrittenTable::Query { query } => query,
        };
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let path = folder.join(&file);
        let text = fs::read_to_string(&path).map_err(|error| {
            self.problem(
                "D501",
                &format!("cannot read `{}`: {error}", path.display()),
            )
        })?;
        Ok(TableOrigin::Query {
            file: file.display().to_string(),
            text: text.trim().trim_end_matches(';').trim_end().to_owned(),
        })
    }
}
