//! The `riskql` command: reads the arguments, runs the command, returns its exit code.

use std::process::ExitCode;

use clap::Parser;
use riskql::app::cli;

/// Reading reports is making and dropping small values, most of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::report_bugs();
    cli::run(&cli::Arguments::parse())
}
