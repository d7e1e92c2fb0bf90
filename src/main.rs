//! The `riskql` command: reads the arguments, runs the command, returns its exit code.

use std::process::ExitCode;

use clap::Parser;
use riskql::app::cli;

fn main() -> ExitCode {
    cli::report_bugs();
    cli::run(&cli::Arguments::parse())
}
