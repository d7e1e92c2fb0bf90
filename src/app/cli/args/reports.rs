//! What can be typed after the commands that are about reports.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use super::TextOrJson;
use crate::reports::ingest::DayOrder;

#[derive(Args, Default, Debug)]
#[command(after_help = "\
Examples:
  riskql ingest zap.xml --asset shop --environment production
  riskql ingest reports --at 2026-03-31 --asset shop
  riskql ingest trivy.json --dry-run
  trivy image --format json shop:1.4 | riskql ingest - --asset shop
  riskql ingest gitleaks.json --source gitleaks --asset shop --at 2026-03-31
  riskql ingest export.csv --asset shop --at 2026-03-31 --dates dmy
  riskql run --data riskql-store

The same report twice changes nothing. A report that fails is told, and the others go in; the exit
code is then 3. Files in folders that are no reports, such as pictures, are skipped; a file that is
named must be one. An empty report is a clean scan once `--source` says whose.")]
pub struct IngestArguments {
    /// Reports, or folders of them; `-` is stdin
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What was scanned [default: what the report says]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub asset: Option<String>,
    /// Where it runs: production, staging, …
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub environment: Option<String>,
    /// When the scan was finished [default: what the report says]
    #[arg(long, value_name = "DATE")]
    pub at: Option<String>,
    /// The branch that was scanned [default: what the report says]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub branch: Option<String>,
    /// Whose reports these are, where they do not say, such as an empty list: a source of `riskql sources`
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub source: Option<String>,
    /// What the scan looked at, beside other scans of its tool and asset [default: what the report says]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub scan_line: Option<String>,
    /// Which number of 03/04/2026 is the day [default: what other dates of the report, or its source, say]
    #[arg(long, value_name = "ORDER", value_parser = day_order())]
    pub dates: Option<DayOrder>,
    /// The sheet of reports that are workbooks (.xlsx) [default: the first]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub sheet: Option<String>,
    /// The scan did not look at everything: what it does not see stays open
    #[arg(long)]
    pub partial: bool,
    /// The store
    #[arg(long, value_name = "DIR", default_value = "riskql-store")]
    pub store: PathBuf,
    /// When the store came to know the reports [default: now]; for replaying history
    #[arg(long, value_name = "DATE")]
    pub recorded_at: Option<String>,
    /// Read the reports and say what would be added
    #[arg(long)]
    pub dry_run: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: TextOrJson,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql store
  riskql store --by tool            reports, rows and the newest scan of each tool
  riskql store --format json
  riskql store log                  what was added and taken back, and when
  riskql store remove zap.xml --dry-run
  riskql store verify
  riskql store compact              after some thousand reports: fewer and larger files
  riskql store explain 3f0c2a9d41b7e8650d1c
  riskql store rebuild --store team-store")]
pub struct StoreArguments {
    #[command(subcommand)]
    pub command: Option<StoreCommand>,
    /// The store
    #[arg(
        long,
        value_name = "DIR",
        default_value = "riskql-store",
        global = true
    )]
    pub store: PathBuf,
    /// One line for each of these
    #[arg(long, value_name = "WHAT", default_value = "report")]
    pub by: StoreBy,
    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: TextOrJson,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreBy {
    Report,
    Tool,
    Asset,
}

#[derive(Subcommand, Clone, Debug)]
pub enum StoreCommand {
    /// Say which detections a finding was made of, and why they were merged
    Explain {
        /// The finding
        #[arg(value_name = "FINDING_ID")]
        finding: String,
    },
    /// List what was added and taken back, when, and from which file
    Log {
        /// How the list is written
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: TextOrJson,
    },
    /// Take reports back: from now on the store is asked as if they had not been ingested
    Remove(RemoveArguments),
    /// Hash everything again and compare it with what was written
    Verify,
    /// Merge small segments into larger ones
    Compact,
    /// Make the derived tables anew
    Rebuild,
}

#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  riskql store remove zap.xml --dry-run
  riskql store remove 3f0c2a9d41b7

What was known before stays so: `as known on` a day before asks with the reports. Ingested again, a report counts again.")]
pub struct RemoveArguments {
    /// Reports: their files, or the beginnings of their ids or hashes, as `riskql store log` shows them
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<String>,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// When the store came to know that they are withdrawn [default: now]; for replaying history
    #[arg(long, value_name = "DATE")]
    pub recorded_at: Option<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: TextOrJson,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql sources
  riskql sources test zap.xml
  riskql sources test zap.xml --format json
  riskql sources test export.csv --dates dmy")]
pub struct SourcesArguments {
    #[command(subcommand)]
    pub command: Option<SourcesCommand>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table", global = true)]
    pub format: TextOrJson,
}

#[derive(Subcommand, Debug)]
pub enum SourcesCommand {
    /// Show what a report would yield, row by row
    Test {
        /// The report; `-` is stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Which number of 03/04/2026 is the day [default: what other dates of the report, or its source, say]
        #[arg(long, value_name = "ORDER", value_parser = day_order())]
        dates: Option<DayOrder>,
        /// The sheet of a workbook (.xlsx) [default: the first]
        #[arg(long, value_name = "NAME", value_parser = name)]
        sheet: Option<String>,
    },
}

/// The orders of day and month by their words.
fn day_order() -> impl TypedValueParser<Value = DayOrder> {
    let values = DayOrder::ALL.map(|order| {
        let help = match order {
            DayOrder::DayFirst => "the day comes first: 3 April",
            DayOrder::MonthFirst => "the month comes first: 4 March",
        };
        PossibleValue::new(order.word()).help(help)
    });
    PossibleValuesParser::new(values).map(|word| {
        let mut orders = DayOrder::ALL.into_iter();
        let order = orders.find(|order| order.word() == word);
        order.expect("only words of orders are possible values")
    })
}

/// Scripts name things by variables, which may be empty.
fn name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("write a name, or leave the option out".to_string()),
        name => Ok(name.to_string()),
    }
}
