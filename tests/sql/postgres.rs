//! Runs statements in a PostgreSQL of its own, which listens on a socket in a temporary folder.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use riskql::exec::sql::{DIALECTS, SqlDialect};
use serde_json::{Map, Value};
use tempfile::TempDir;

use super::database::{Database, HostedTables, Rows, Statement, TableSet, sets_of, tell};
use super::drivers;

pub struct Postgres;

/// The server of the tests that run at this moment: the last of them stops it.
static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// How many schemas were made.
static SCHEMAS: AtomicUsize = AtomicUsize::new(0);

impl Database for Postgres {
    fn dialect(&self) -> &'static dyn SqlDialect {
        DIALECTS[1]
    }

    fn run(&self, statements: &[Statement]) -> Option<Vec<Result<Rows, String>>> {
        let script = |folder: &Path| written(self.dialect(), statements, folder);
        answered(statements.len(), &script)
    }

    fn hosted(&self, set: &TableSet, _: &Path) -> Option<HostedTables> {
        let driver = drivers::postgres_driver()?;
        let loaded = Postgres::loaded(set)?;
        Some(HostedTables {
            connections: loaded.connection(&driver, set.names()),
            server: Some(Box::new(loaded)),
        })
    }
}

/// Runs statements over what a script makes in a schema of its own.
pub fn run_over(made_by: &str, statements: &[&str]) -> Option<Vec<Result<Rows, String>>> {
    let schema = SCHEMAS.fetch_add(1, Ordering::Relaxed);
    let script = |folder: &Path| {
        let mut script = BEGINNING.to_owned();
        script += &format!("CREATE SCHEMA case_{schema};\nSET search_path TO case_{schema};\n");
        script += &format!("{made_by}\n");
        for (place, statement) in statements.iter().enumerate() {
            script += &asked(place, "", statement, folder);
        }
        script + END
    };
    answered(statements.len(), &script)
}

/// What a script, given a folder for results, has for so many statements.
fn answered(count: usize, script: &dyn Fn(&Path) -> String) -> Option<Vec<Result<Rows, String>>> {
    let Some(programs) = programs() else {
        tell("no PostgreSQL: its statements are not run");
        return None;
    };
    let server = running(&programs);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("script.sql");
    fs::write(&file, script(folder.path())).expect("a script");
    let told = server.psql(&file);
    let results = (0..count).map(|place| match told_of(&told, place) {
        "" => Ok(rows(&folder.path().join(format!("{place}.json")))),
        error => Err(error.to_owned()),
    });
    Some(results.collect())
}

/// How each script begins and ends.
const BEGINNING: &str = "\\pset format unaligned\n\\pset tuples_only on\n";
const END: &str = "\\warn @end\n";

/// The part of a script that makes something and writes the rows of a statement to a file.
fn asked(place: usize, made: &str, statement: &str, folder: &Path) -> String {
    let text = statement.trim_end().trim_end_matches(';');
    format!(
        "\\warn @{place}\n{made}\\o {}/{place}.json\nSELECT row_to_json(answer) FROM (\n{text}\n) AS answer;\n",
        folder.display()
    )
}

/// The server, started if it is not there.
fn running(programs: &Programs) -> Arc<Server> {
    let mut running = RUNNING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let server = running
        .upgrade()
        .unwrap_or_else(|| Arc::new(Server::started(programs)));
    *running = Arc::downgrade(&server);
    server
}

/// Tables in a schema of their own, in a server that runs until this is dropped.
pub struct LoadedTables {
    server: Arc<Server>,
    schema: String,
}

impl LoadedTables {
    /// A file of connections whose `tested` has the tables.
    pub fn connection<'n>(&self, driver: &Path, names: impl Iterator<Item = &'n str>) -> String {
        drivers::connections(driver, &self.address("postgres"), &self.schema, names)
    }

    /// The schema of the tables.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The address of the database, for a user of it.
    pub fn address(&self, user: &str) -> String {
        let folder = self.server.folder.path().display();
        format!("postgresql:///postgres?host={folder}&user={user}")
    }

    /// The rows of a statement, as `psql` has them.
    pub fn rows(&self, statement: &str) -> Result<Rows, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut script = BEGINNING.to_owned();
        script += &format!("SET search_path TO {};\n", self.schema);
        script += &asked(0, "", statement, folder.path());
        let file = folder.path().join("script.sql");
        fs::write(&file, script + END).expect("a script");
        let told = self.server.psql(&file);
        match told_of(&told, 0) {
            "" => Ok(rows(&folder.path().join("0.json"))),
            error => Err(error.to_owned()),
        }
    }

    /// Runs statements; gives what was said on stderr.
    pub fn run(&self, statements: &str) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = folder.path().join("script.sql");
        let text = format!("SET search_path TO {};\n{statements}\n", self.schema);
        fs::write(&script, text).expect("a script");
        self.server.psql(&script)
    }
}

impl Postgres {
    /// The tables in a schema of their own; `None`, and a word on stderr, if there is no PostgreSQL.
    pub fn loaded(set: &TableSet) -> Option<LoadedTables> {
        let Some(programs) = programs() else {
            tell("no PostgreSQL: no query is asked there");
            return None;
        };
        let schema = format!("case_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
        let loaded = LoadedTables {
            server: running(&programs),
            schema,
        };
        let said = loaded.run(&tables_of(Postgres.dialect(), set, &loaded.schema));
        assert!(said.is_empty(), "{said}");
        Some(loaded)
    }
}

/// Statements that make a schema with tables.
fn tables_of(dialect: &dyn SqlDialect, set: &TableSet, schema: &str) -> String {
    let mut script = format!("CREATE SCHEMA {schema};\nSET search_path TO {schema};\n");
    for (table, create) in set.tables.iter().zip(set.created(dialect)) {
        let name = dialect.name(&table.name);
        script += &format!(
            "{create};\nCOPY {name} FROM STDIN WITH (FORMAT csv);\n{}\\.\n",
            table.csv
        );
    }
    script
}

/// A script that makes the tables and writes the rows of each statement to a file.
fn written(dialect: &dyn SqlDialect, statements: &[Statement], folder: &Path) -> String {
    let mut script = BEGINNING.to_owned();
    let sets = sets_of(statements);
    let first = SCHEMAS.fetch_add(sets.len(), Ordering::Relaxed);
    for (place, set) in sets.iter().enumerate() {
        script += &tables_of(dialect, set, &format!("case_{}", first + place));
    }
    for (place, statement) in statements.iter().enumerate() {
        let set = sets
            .iter()
            .position(|set| Rc::ptr_eq(set, statement.tables));
        let set = set.expect("one of the sets");
        script += &format!("SET search_path TO case_{};\n", first + set);
        let text = statement.text.trim_end().trim_end_matches(';');
        script += &match statement.is_view {
            false => asked(place, "", text, folder),
            true => {
                let made = format!("CREATE VIEW view_{place} AS\n{text};\n");
                asked(place, &made, &format!("SELECT * FROM view_{place}"), folder)
            }
        };
    }
    script + END
}

/// What was said on stderr while a statement ran.
fn told_of(told: &str, place: usize) -> &str {
    let Some((_, after)) = told.split_once(&format!("@{place}\n")) else {
        return "the statement was not reached";
    };
    let (own, _) = after.split_once('@').expect("another mark");
    own.trim()
}

fn rows(path: &Path) -> Rows {
    let text = fs::read_to_string(path).expect("what a statement gave");
    let objects = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let objects: Vec<Map<String, Value>> = objects.collect();
    Rows {
        columns: objects.first().map(|row| row.keys().cloned().collect()),
        rows: objects
            .into_iter()
            .map(|row| row.into_iter().map(|(_, value)| value).collect())
            .collect(),
    }
}

/// Where the programs of a server are.
struct Programs {
    folder: PathBuf,
    /// Whose processes they are: the server refuses to be root's.
    user: Option<(u32, u32)>,
}

fn programs() -> Option<Programs> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> = versions
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    let folder = folders
        .into_iter()
        .rfind(|folder| folder.join("initdb").exists())?;
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout)
            .ok()?
            .trim()
            .parse::<u32>()
            .ok()
    };
    let user = match id(&["-u"])? {
        0 => Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)),
        _ => None,
    };
    Some(Programs { folder, user })
}

impl Programs {
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.stdin(Stdio::null());
        command
    }
}

/// A server that runs until this is dropped.
struct Server {
    process: Child,
    folder: TempDir,
}

impl Server {
    fn started(programs: &Programs) -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if let Some((user, group)) = programs.user {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).expect("its folder");
        }
        let data = folder.path().join("data");
        let made = programs
            .command("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .expect("initdb runs");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let log = File::create(folder.path().join("log")).expect("a log");
        let process = programs
            .command("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "jit=off",
            ])
            .args(["-c", "timezone=Asia/Kolkata"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let server = Server { process, folder };
        let until = Instant::now() + Duration::from_secs(60);
        while !server.is_ready() {
            let log = || fs::read_to_string(server.folder.path().join("log")).unwrap_or_default();
            assert!(
                Instant::now() < until,
                "the server does not start\n{}",
                log()
            );
            thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn client(&self) -> Command {
        let mut command = Command::new("psql");
        command
            .arg("--no-psqlrc")
            .arg("--quiet")
            .arg("-h")
            .arg(self.folder.path());
        command.args(["-U", "postgres", "-d", "postgres"]);
        command
    }

    fn is_ready(&self) -> bool {
        let asked = self.client().args(["-c", "SELECT 1"]).output();
        asked.is_ok_and(|output| output.status.success())
    }

    /// Runs a script; gives what it said on stderr.
    fn psql(&self, script: &Path) -> String {
        let output = self
            .client()
            .arg("-f")
            .arg(script)
            .output()
            .expect("psql runs");
        String::from_utf8(output.stderr).expect("text")
    }
}

impl Drop for Server {
    /// By its id, at once: nobody needs the tables any more.
    fn drop(&mut self) {
        let stopped = Command::new("kill")
            .args(["-QUIT", &self.process.id().to_string()])
            .status();
        if stopped.is_ok_and(|status| status.success()) {
            let ended = self.process.wait();
            drop(ended);
        }
    }
}
