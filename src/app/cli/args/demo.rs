//! What can be typed after `riskql demo`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql demo
  riskql demo --keep demo            reports and store in ./demo
  riskql demo --seed 2               another year
  riskql demo --months 18 --until 2026-12-31")]
pub struct DemoArguments {
    /// What is drawn: the same number gives the same reports
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many months there are
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(6..=36))]
    pub months: u32,
    /// The last day
    #[arg(long, value_name = "DATE", default_value = "2026-09-30")]
    pub until: String,
    /// Write reports and store to this folder, which is not there or empty [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
