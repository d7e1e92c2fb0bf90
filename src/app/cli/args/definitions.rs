//! Arguments of the commands that are about definitions as such.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DataOptions, OutputOptions};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql kpis
  riskql kpis remediate              those with the word in name, title, note or owner
  riskql kpis --format csv -o kpis.csv")]
pub struct KpisArguments {
    /// Only KPIs with TEXT in name, title, note or owner
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
    #[command(flatten)]
    pub output: OutputOptions,
}

/// How a graph of definitions is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LineageFormat {
    /// A tree of lines
    #[default]
    #[value(alias = "table")]
    Text,
    Json,
    /// For Graphviz
    Dot,
    /// For Markdown of code hosts
    Mermaid,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql lineage mttr                      what it is made of, down to columns
  riskql lineage --impact score risk       what uses it, up to dashboards
  riskql lineage --impact findings.severity
  riskql lineage --format dot | dot -Tsvg > lineage.svg")]
pub struct LineageArguments {
    /// What to start from: `mttr`, `kpi mttr`, `findings.severity` [default: everything]
    #[arg(value_name = "NAME")]
    pub name: Vec<String>,
    /// Say instead what uses NAME
    #[arg(long, requires = "name")]
    pub impact: bool,
    /// Format of the graph
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: LineageFormat,
    /// Write the graph to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql rename mttr mean_time_to_remediate
  riskql rename score risk exposure_points         a kind, where a name has several meanings
  riskql rename findings.app application --dry-run
  riskql rename field team squad                   the field of all tables that have it")]
pub struct RenameArguments {
    /// [KIND] OLD NEW: the name there is, with its kind or table where it needs one, and the new one
    #[arg(value_name = "NAME", num_args = 2..=3, required = true)]
    pub names: Vec<String>,
    /// Change nothing; show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// How a comparison is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DiffFormat {
    #[default]
    #[value(alias = "table")]
    Text,
    /// For a comment of a pull request
    Md,
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql diff                              what changed since the last commit
  riskql diff main...HEAD --format md      what a branch changes, for its pull request
  riskql diff v1.0..v1.1 --data exports    and by how much, on the same data
  riskql diff old-defs new-defs            two folders

A comment, a layout, a reordered clause or another spelling is no change. Exit code 1: something
changed.")]
pub struct DiffArguments {
    /// A revision to compare the folder with, two (A..B, or A...B from where B left A), or two folders [default: HEAD]
    #[arg(value_name = "REV[..REV]", num_args = 0..=2)]
    pub versions: Vec<String>,
    #[command(flatten)]
    pub data: DataOptions,
    /// How many complete months are compared with --data
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub months: u32,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DiffFormat,
    /// Write the result to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How pages are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DocsFormat {
    #[default]
    Md,
    Html,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql docs                        Markdown in ./kpi-docs
  riskql docs --format html --out public/kpis

Pages that the command wrote before are replaced, those of KPIs that are gone removed.")]
pub struct DocsArguments {
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = "kpi-docs")]
    pub out: PathBuf,
    /// Format of the pages
    #[arg(long, value_name = "FORMAT", default_value = "md")]
    pub format: DocsFormat,
}
