//! A connection to a database over its ADBC driver.

use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use super::frames::RemoteRows;
use super::secrets::Secrets;
use super::settings::ConnectionSettings;
use crate::base::cancellation;
use crate::base::diagnostic::{Diagnostic, Problems};
use adbc_core::LOAD_FLAG_DEFAULT;
use adbc_core::error::{Error, Status};
use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{CancelHandle, Connection as _, Database as _, Driver as _, Statement as _};
use adbc_driver_manager::{ManagedConnection, ManagedDriver, ManagedStatement};

/// How often a waiting thread looks whether it was asked to stop.
const LOOK: Duration = Duration::from_millis(50);
/// How long the database has to end a statement that was cancelled.
const GRACE: Duration = Duration::from_secs(5);

/// An open connection. Statements run one after another.
pub struct Connection {
    title: &'static str,
    name: String,
    is_address: bool,
    timeout: Duration,
    secrets: Secrets,
    open: Mutex<ManagedConnection>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.name)
    }
}

/// Why a statement has no rows.
pub(super) enum StatementFailure {
    /// It took longer than it may.
    Timeout,
    /// What the database says, without secrets.
    Refused(String),
    /// The same where the user may not do it.
    Forbidden(String),
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// `D505`: the driver is not there or cannot be loaded. `D506`: the database cannot be reached or lets nobody in.
    /// Leaves by unwinding if the work was asked to stop.
    pub fn open(settings: &ConnectionSettings) -> Result<Connection, Problems> {
        let driver = driver(settings)?;
        let mut options = vec![(
            OptionDatabase::Uri,
            OptionValue::String(settings.address.clone()),
        )];
        if settings.address.is_empty() {
            options.clear();
        }
        let others = settings.options.iter();
        options.extend(others.map(|(name, value)| {
            let name = OptionDatabase::Other(name.clone());
            (name, OptionValue::String(value.clone()))
        }));
        let connect = move || {
            let mut driver = driver;
            driver.new_database_with_opts(options)?.new_connection()
        };
        let open = match waited(connect, None, settings.timeout) {
            Ok(Ok(open)) => open,
            Ok(Err(error)) => return Err(unreachable_database(settings, &error.message).into()),
            Err(()) => return Err(no_answer(settings).into()),
        };
        let connection = Connection {
            title: settings.dialect.title(),
            name: settings.name.clone(),
            is_address: settings.is_address,
            timeout: settings.timeout,
            secrets: settings.secrets.clone(),
            open: Mutex::new(open),
        };
        // Some drivers connect with the first statement.
        match connection.rows("SELECT 1") {
            Ok(_) => Ok(connection),
            Err(StatementFailure::Refused(words) | StatementFailure::Forbidden(words)) => {
                Err(unreachable_database(settings, &words).into())
            }
            Err(StatementFailure::Timeout) => Err(no_answer(settings).into()),
        }
    }

    /// The rows of a statement. Leaves by unwinding if the work was asked to stop; the statement is cancelled first.
    pub(super) fn rows(&self, statement: &str) -> Result<RemoteRows, StatementFailure> {
        self.run(statement, fetched)
    }

    /// Runs a statement, which `work` executes on another thread.
    pub(super) fn run<T: Send + 'static>(
        &self,
        statement: &str,
        work: fn(ManagedStatement) -> Result<T, Error>,
    ) -> Result<T, StatementFailure> {
        // Some drivers put a statement into another, where it cannot end.
        let statement = statement.trim_end().trim_end_matches(';');
        self.run_prepared(statement, |made| made.set_sql_query(statement), work)
    }

    /// Runs what is made of an empty statement; messages mean `text` by lines.
    pub(super) fn run_prepared<T: Send + 'static>(
        &self,
        text: &str,
        prepare: impl FnOnce(&mut ManagedStatement) -> Result<(), Error>,
        work: fn(ManagedStatement) -> Result<T, Error>,
    ) -> Result<T, StatementFailure> {
        let said = |error: Error| self.failure(&error, text);
        let mut made = self.opened().new_statement().map_err(said)?;
        prepare(&mut made).map_err(said)?;
        let cancel = made.get_cancel_handle();
        match waited(move || work(made), Some(cancel.as_ref()), self.timeout) {
            Ok(done) => done.map_err(said),
            Err(()) => Err(StatementFailure::Timeout),
        }
    }

    pub(super) fn opened(&self) -> MutexGuard<'_, ManagedConnection> {
        self.open
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(super) fn failure(&self, error: &Error, statement: &str) -> StatementFailure {
        let words = self.words(error, statement);
        match error.status {
            Status::Unauthorized => StatementFailure::Forbidden(words),
            _ => StatementFailure::Refused(words),
        }
    }

    /// What is told of a statement that took too long and is part of what `title` says.
    pub(super) fn late(&self, title: &str) -> Diagnostic {
        let (name, database, seconds) = (&self.name, self.title, self.timeout.as_secs());
        let message = format!("{name} ({database}), {title}: no answer in {seconds} seconds");
        let longer = format!("timeout = {}", seconds.max(1) * 4);
        Diagnostic::data("D509", message).help(match self.is_address {
            true => format!("give it longer: a connection of connections.toml with {longer}"),
            false => format!("ask for less, or give it longer: {longer} below [{name}]"),
        })
    }

    /// What the database says, on one line and without secrets and the statement, but with the part of it that is meant.
    fn words(&self, error: &Error, statement: &str) -> String {
        let message = error.message.split("Query was:").next().unwrap_or_default();
        let words = plain(&self.secrets, message);
        match part_of_line(&words, statement) {
            Some(part) => format!("{words} (in {part})"),
            None => words,
        }
    }

    pub(super) fn title(&self) -> &'static str {
        self.title
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }
}

fn fetched(mut statement: ManagedStatement) -> Result<RemoteRows, Error> {
    let reader = statement.execute()?;
    let schema = reader.schema();
    let mut batches = Vec::new();
    for batch in reader {
        batches.push(batch?);
    }
    Ok(RemoteRows { schema, batches })
}

/// What work gives that is done on a thread of its own, so that this one hears the wish to stop; `Err`: it took too long.
pub(super) fn waited<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    cancel: Option<&dyn CancelHandle>,
    timeout: Duration,
) -> Result<T, ()> {
    let (give, take) = mpsc::channel();
    thread::spawn(move || drop(give.send(work())));
    let stop_at = Instant::now() + timeout;
    loop {
        match take.recv_timeout(LOOK) {
            Ok(done) => {
                cancellation::listen();
                return Ok(done);
            }
            Err(RecvTimeoutError::Disconnected) => return Err(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let is_late = Instant::now() >= stop_at;
        if is_late || cancellation::is_stopping() {
            if let Some(cancel) = cancel {
                // Where the driver cannot cancel, the database goes on alone, and nobody waits for it.
                if cancel.try_cancel().is_ok() {
                    drop(take.recv_timeout(GRACE));
                }
            }
            cancellation::listen();
            return Err(());
        }
    }
}

/// The named part of a statement that a message means by `LINE 12:`.
fn part_of_line(words: &str, statement: &str) -> Option<String> {
    let (_, after) = words.split_once("LINE ")?;
    let line: usize = after.split(':').next()?.trim().parse().ok()?;
    let lines: Vec<&str> = statement.lines().take(line).collect();
    let is_end = |line: &&&str| **line == ")" || **line == "),";
    let begins = lines
        .iter()
        .rposition(|line| line.ends_with(" AS (") && !line.starts_with(' '))?;
    match lines[begins..].iter().find(is_end) {
        Some(_) => None,
        None => lines[begins].strip_suffix(" AS (").map(str::to_owned),
    }
}

fn driver(settings: &ConnectionSettings) -> Result<ManagedDriver, Problems> {
    let load = |name: &str| {
        let version = AdbcVersion::V110;
        ManagedDriver::load_from_name(
            name,
            settings.entrypoint.as_deref().map(str::as_bytes),
            version,
            LOAD_FLAG_DEFAULT,
            python_packages(name),
        )
    };
    let name = settings.driver.as_str();
    let is_path = name.contains(['/', '\\']) || name.ends_with(".so") || name.ends_with(".dylib");
    let first = match load(name) {
        Ok(driver) => return Ok(driver),
        Err(error) => error,
    };
    let usual = format!("adbc_driver_{name}");
    if !is_path && let Ok(driver) = load(&usual) {
        return Ok(driver);
    }
    Err(no_driver(settings, &first, is_path).into())
}

fn no_driver(settings: &ConnectionSettings, error: &Error, is_path: bool) -> Diagnostic {
    let name = &settings.driver;
    let dialect = settings.dialect;
    let source = format!("one of {}: {}", dialect.title(), dialect.driver_source());
    if !is_path && error.status == Status::NotFound {
        let looked_for = format!(
            "it is looked for in the folders of ADBC_DRIVER_PATH and where the system keeps libraries, as lib{name}.so or libadbc_driver_{name}.so"
        );
        return Diagnostic::data("D505", format!("no ADBC driver is called `{name}`"))
            .help(looked_for)
            .help(source);
    }
    let words = plain(&settings.secrets, &error.message);
    let problem = Diagnostic::data(
        "D505",
        format!("the driver `{name}` cannot be loaded: {words}"),
    );
    match words.contains("undefined symbol") {
        true => problem.help(
            "if it is a driver, name the function that it begins with: entrypoint = \"…\""
                .to_owned(),
        ),
        false => problem.help(source),
    }
}

/// The folders that Python packages of drivers have below those of ADBC_DRIVER_PATH.
fn python_packages(name: &str) -> Option<Vec<PathBuf>> {
    let paths = std::env::var_os("ADBC_DRIVER_PATH")?;
    let package = name.strip_prefix("lib").unwrap_or(name);
    let package = match package.starts_with("adbc_driver_") {
        true => package.to_owned(),
        false => format!("adbc_driver_{package}"),
    };
    Some(
        std::env::split_paths(&paths)
            .map(|path| path.join(&package))
            .collect(),
    )
}

fn no_answer(settings: &ConnectionSettings) -> Diagnostic {
    let words = format!("no answer in {} seconds", settings.timeout.as_secs());
    unreachable_database(settings, &words)
}

fn unreachable_database(settings: &ConnectionSettings, words: &str) -> Diagnostic {
    let words = plain(&settings.secrets, words);
    let title = settings.dialect.title();
    Diagnostic::data(
        "D506",
        format!("{} ({title}) cannot be reached: {words}", settings.name),
    )
    .help(match settings.is_address {
        true => "look at the address, and at PGPASSWORD if the password is there".to_owned(),
        false => format!(
            "look at its address and its driver below [{}], and at what the environment has for them",
            settings.name
        ),
    })
}

/// A message of a driver on one line, without secrets.
pub(super) fn plain(secrets: &Secrets, message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    secrets.hidden(&words.join(" "))
}
