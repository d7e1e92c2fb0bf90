//! The command line: arguments in, results on stdout, messages on stderr, an exit code.
//!
//! Each command is a file here with a function `run`. Only this module prints, reads definition files,
//! and looks at the environment.

mod args;
mod check;
mod codes;
mod compile;
mod console;
mod dashboard;
mod demo;
mod diff;
mod docs;
mod explain;
mod export;
mod failure;
mod fmt;
mod gate;
mod ingest;
mod init;
mod into;
mod kpis;
mod lineage;
mod pipelines;
mod record;
mod rename;
mod repl;
mod reports;
mod run;
mod scorecard;
mod sources;
mod store;
mod test;
mod why;
mod workspace;

use crate::base::cancellation;
pub use codes::CODES;

use std::process::ExitCode;

pub use args::Arguments;
use args::{
    CheckFormat, Command, DiffFormat, ExplainFormat, ExportCommand, GateFormat, LineageFormat,
    StoreCommand, TextOrJson,
};
use console::Console;
use failure::Failure;

use crate::render::OutputFormat;

/// Runs a command and says what went wrong, if anything.
pub fn run(arguments: &Arguments) -> ExitCode {
    let mut console = Console::new(arguments.screen);
    console.json = wants_json(&arguments.command);
    let code = match command(&mut console, arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let code = failure.kind.exit_code();
            console.report(failure.problems);
            ExitCode::from(code)
        }
    };
    console.finish();
    code
}

/// Runs a command. Those that ask a database stop by unwinding, so that what runs there is cancelled.
fn command(console: &mut Console, arguments: &Arguments) -> Result<(), Failure> {
    let done = cancellation::until_stopped(|| chosen(console, arguments));
    done.unwrap_or_else(|| Err(Failure::interrupted()))
}

fn chosen(console: &mut Console, arguments: &Arguments) -> Result<(), Failure> {
    let defs = arguments.defs.as_deref();
    match &arguments.command {
        Command::Demo(own) => demo::run(console, own, defs),
        Command::Run(own) => run::run(console, own, defs),
        Command::Check(own) => check::run(console, own, defs),
        Command::Test(own) => test::run(console, own, arguments.screen, defs),
        Command::Fmt(own) => fmt::run(console, own, defs),
        Command::Explain(own) => explain::run(console, own, defs),
        Command::Why(own) => why::run(console, own, defs),
        Command::Dashboard(own) => dashboard::run(console, own, arguments.screen, defs),
        Command::Compile(own) => compile::run(console, own, defs),
        Command::Export(own) => export::run(console, own, defs),
        Command::Repl(own) => repl::run(console, own, defs),
        Command::Ingest(own) => ingest::run(console, own, defs),
        Command::Store(own) => store::run(console, own, defs),
        Command::Sources(own) => sources::run(console, own, defs),
        Command::Gate(own) => gate::run(console, own, defs),
        Command::Diff(own) => diff::run(console, own, defs),
        Command::Kpis(own) => kpis::run(console, own, defs),
        Command::Lineage(own) => lineage::run(console, own, defs),
        Command::Docs(own) => docs::run(console, own, defs),
        Command::Rename(own) => rename::run(console, own, defs),
        Command::Init(own) => init::run(console, own),
    }
}

/// Who asks for JSON gets the messages as JSON too.
fn wants_json(command: &Command) -> bool {
    match command {
        Command::Run(own) => own.output.format == Some(OutputFormat::Json),
        Command::Why(own) => own.output.format == Some(OutputFormat::Json),
        Command::Dashboard(own) => own.output.format == Some(OutputFormat::Json),
        Command::Repl(own) => own.output.format == Some(OutputFormat::Json),
        Command::Check(own) => own.format == CheckFormat::Json,
        Command::Test(own) => own.format == CheckFormat::Json,
        Command::Gate(own) => own.format == GateFormat::Json,
        Command::Explain(own) => own.format == Some(ExplainFormat::Json),
        Command::Sources(own) => own.format == TextOrJson::Json,
        Command::Ingest(own) => own.format == TextOrJson::Json,
        Command::Store(own) => {
            let format = match &own.command {
                Some(StoreCommand::Log { format }) => *format,
                Some(StoreCommand::Remove(own)) => own.format,
                Some(_) | None => own.format,
            };
            format == TextOrJson::Json
        }
        Command::Kpis(own) => own.output.format == Some(OutputFormat::Json),
        Command::Export(own) => {
            let ExportCommand::Cubes(own) = &own.command;
            own.output.format == Some(OutputFormat::Json)
        }
        Command::Lineage(own) => own.format == LineageFormat::Json,
        Command::Diff(own) => own.format == DiffFormat::Json,
        Command::Demo(_)
        | Command::Docs(_)
        | Command::Fmt(_)
        | Command::Compile(_)
        | Command::Rename(_)
        | Command::Init(_) => false,
    }
}

/// Makes a panic say that it is a bug and what to do. The exit code of a panic is 101.
pub fn report_bugs() {
    let show_place = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        show_place(panic);
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"\nThis is a bug in riskql, not a mistake of yours. Please report it with the lines above \
              and what you typed.\n",
        );
    }));
}
