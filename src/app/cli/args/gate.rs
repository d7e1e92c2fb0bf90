//! Arguments of `gate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::DataOptions;

/// How verdicts are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GateFormat {
    #[default]
    #[value(alias = "table")]
    Text,
    Json,
    Md,
    /// For build servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql gate --data exports
  riskql gate --data exports --only overdue_critical,sla_compliance
  riskql gate --data exports --for 3                        missed three months in a row
  riskql gate --data exports --baseline accepted.csv

A baseline is a CSV file of misses that are accepted until a day:
  kpi,for,until,reason
  mttr,severity = critical,2026-12-31,the platform team is being rebuilt

Exit codes: 0 no target is missed, 1 one is, 3 one could not be judged for lack of data.")]
pub struct GateArguments {
    #[command(flatten)]
    pub data: DataOptions,
    /// Only targets of these KPIs
    #[arg(long, value_name = "KPI,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// How many complete months in a row a target must be missed to count
    #[arg(long = "for", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub months: u32,
    /// File of misses that are accepted, each with a reason and a last day
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: GateFormat,
}
