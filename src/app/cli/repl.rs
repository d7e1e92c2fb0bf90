//! `riskql repl`: a session, at a terminal or from a script.

use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use super::args::ReplArguments;
use super::console::{Console, OutputTarget, lines_for_answers};
use super::failure::{Failure, FailureKind};
use crate::app::places;
use crate::app::repl::{self, Options, Reply, Script, Session};
use crate::base::diagnostic::{Diagnostic, Fault, Problems};
use crate::lang::project::{self, ProjectOrigin};
use crate::render::RenderOptions;

/// Opens a session and runs it to its end.
pub fn run(
    console: &mut Console,
    arguments: &ReplArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let is_interactive = arguments.commands.is_empty() && io::stdin().is_terminal();
    let target = OutputTarget::new(&arguments.output)?;
    let options = Options {
        origin: ProjectOrigin::choose(defs),
        data: arguments.data.data.clone(),
        tables: arguments.data.tables.clone(),
        connection: arguments.data.connection(),
        as_of: arguments.data.as_of.clone(),
        known_on: arguments.data.known_on.clone(),
        format: target.format,
        look: target.look(console),
        proofs: places::proof_cache(),
    };
    let progress = console.progress();
    let opened = match is_interactive {
        true => Session::open(options),
        false => Session::open_silently(options),
    };
    drop(progress);
    let (mut session, first) = match opened {
        Ok(opened) => opened,
        Err(refused) => {
            console.sources = refused.sources;
            return Err(refused.problems.into());
        }
    };
    say(&first);
    if let Some(script) = startup(arguments, is_interactive)? {
        say(&repl::start_up(&mut session, &script));
    }
    if is_interactive {
        let look = || RenderOptions {
            rows: Some(lines_for_answers()),
            ..target.look(console)
        };
        return repl::run_terminal(&mut session, &look).map_err(|error| broken(&error));
    }
    match repl::run_script(&mut session, &scripts(arguments)?, arguments.keep_going) {
        Ok(None) => Ok(()),
        Ok(Some(Fault::Mistake)) => Err(said(FailureKind::Mistake)),
        Ok(Some(Fault::Environment)) => Err(said(FailureKind::Environment)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(broken(&error)),
    }
}

/// What a session says before its first entry. A stderr that is closed is no error: there is no other place to report it.
fn say(reply: &Reply) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(&reply.shown);
    let _ = stderr.write_all(reply.told.as_bytes());
}

/// The entries to be run first. A script depends on no file of the machine it runs on, unless told.
fn startup(arguments: &ReplArguments, is_interactive: bool) -> Result<Option<Script>, Failure> {
    if let Some(file) = &arguments.startup {
        return Ok(Some(Script::of_file(file)?));
    }
    match places::startup_file() {
        Some(file) if is_interactive && !arguments.no_startup && file.is_file() => {
            Ok(Some(Script::of_file(&file)?))
        }
        Some(_) | None => Ok(None),
    }
}

fn scripts(arguments: &ReplArguments) -> Result<Vec<Script>, Failure> {
    if arguments.commands.is_empty() {
        let name = "<script>".to_string();
        let text = read_stdin()?;
        return Ok(vec![Script { name, text }]);
    }
    let script = |text: &String| Script {
        name: "<query>".to_string(),
        text: text.clone(),
    };
    Ok(arguments.commands.iter().map(script).collect())
}

fn read_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    match io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok(
            project::text("<script>", bytes).map_err(|problem| Diagnostic {
                code: "D901",
                ..problem
            })?,
        ),
        Err(error) => {
            Err(Diagnostic::data("D901", format!("cannot read the script: {error}")).into())
        }
    }
}

fn broken(error: &io::Error) -> Failure {
    Diagnostic::data("D902", format!("cannot talk to the terminal: {error}")).into()
}

/// A failure whose problems were told when they came up.
fn said(kind: FailureKind) -> Failure {
    Failure {
        kind,
        problems: Problems::default(),
    }
}
