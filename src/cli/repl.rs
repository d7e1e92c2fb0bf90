//! `riskql repl`: a session, at a terminal or from a script.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use super::args::ReplArguments;
use super::console::{Console, Target};
use super::failure::{Failure, Kind};
use crate::diagnostic::{Diagnostic, Fault, Problems};
use crate::project::Origin;
use crate::repl::{self, Options, Session};

/// Opens a session and runs it to its end.
pub fn run(
    console: &mut Console,
    arguments: &ReplArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let is_interactive = arguments.commands.is_empty() && io::stdin().is_terminal();
    let target = Target::new(&arguments.output);
    let options = Options {
        origin: Origin::choose(defs),
        data: arguments.data.data.clone(),
        tables: arguments.data.tables.clone(),
        as_of: arguments.data.as_of.clone(),
        known_on: arguments.data.known_on.clone(),
        format: target.format,
        look: target.look(console),
    };
    let (mut session, first) = match Session::open(options) {
        Ok(opened) => opened,
        Err((session, problems)) => {
            let _ = session;
            return Err(problems.into());
        }
    };
    if is_interactive {
        eprint!("{}", first.told);
        let look = || target.look(console);
        return repl::run_terminal(&mut session, &look).map_err(|error| broken(&error));
    }
    let text = match arguments.commands.is_empty() {
        true => read_stdin()?,
        false => arguments.commands.join("\n\n"),
    };
    match repl::run_script(&mut session, &text, arguments.keep_going) {
        Ok(None) => Ok(()),
        Ok(Some(Fault::Mistake)) => Err(said(Kind::Mistake)),
        Ok(Some(Fault::Environment)) => Err(said(Kind::Environment)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(broken(&error)),
    }
}

fn read_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    match io::stdin().lock().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => {
            Err(Diagnostic::data("D901", format!("cannot read the script: {error}")).into())
        }
    }
}

fn broken(error: &io::Error) -> Failure {
    Diagnostic::data("D902", format!("cannot talk to the terminal: {error}")).into()
}

/// A failure whose problems were told when they came up.
fn said(kind: Kind) -> Failure {
    Failure {
        kind,
        problems: Problems::default(),
    }
}
