//! Arguments of `riskql export`.

use clap::{Args, Subcommand};

use super::{DataOptions, IntoOptions, OutputOptions};

#[derive(Args, Debug)]
pub struct ExportArguments {
    #[command(subcommand)]
    pub command: ExportCommand,
}

#[derive(Subcommand, Debug)]
pub enum ExportCommand {
    /// A row for each KPI, period and group
    Cubes(CubesArguments),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql export cubes --data exports -o cubes.parquet
  riskql export cubes mttr backlog --data exports --over \"week last 26 weeks\" -o cubes.csv
  riskql export cubes appsec --data exports --by \"team, severity\" -o cubes.parquet
  riskql export cubes --data exports --into warehouse bi.cubes --replace

The numbers are those of `run`, a query for each KPI and dimension. They cannot be added up over groups or periods: the
number of all groups is the row without a dimension.")]
pub struct CubesArguments {
    /// KPIs, and dashboards for the KPIs they show [default: all KPIs]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The periods, as a query has them behind `over`
    #[arg(long, value_name = "PERIODS", default_value = "month last 12 months")]
    pub over: String,
    /// Dimensions that rows are grouped by together [default: none, then each of the KPI's own alone]
    #[arg(long, value_name = "FIELDS")]
    pub by: Option<String>,
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub output: OutputOptions,
    #[command(flatten)]
    pub into: IntoOptions,
}
