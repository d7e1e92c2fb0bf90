//! What can be typed after `riskql`.

mod definitions;
mod demo;
mod export;
mod gate;
mod into;
mod reports;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub use self::definitions::{
    DiffArguments, DiffFormat, DocsArguments, DocsFormat, KpisArguments, LineageArguments,
    LineageFormat, RenameArguments,
};
pub use self::demo::DemoArguments;
pub use self::export::{CubesArguments, ExportArguments, ExportCommand};
pub use self::gate::{GateArguments, GateFormat};
pub use self::into::IntoOptions;
pub use self::reports::{
    IngestArguments, RemoveArguments, SourcesArguments, SourcesCommand, StoreArguments, StoreBy,
    StoreCommand,
};
use super::init::KnownDatabase;
use crate::app::tables::TableOptions;
use crate::exec::objects::is_address;
use crate::exec::remote::CONNECTIONS_FILE;
use crate::exec::sql::{DIALECTS, SqlDialect};
use crate::render::{CsvTexts, OutputFormat};

const EXAMPLES: &str = "\
Examples:
  riskql demo                                        a made-up year of reports, and what it shows
  riskql init                                        write the library of definitions to ./kpi-defs
  riskql check                                       look for mistakes in it
  riskql run --data exports                          every KPI against its target
  riskql run \"mttr by team over month last 6 months\" --data exports
  riskql explain \"escape_rate last quarter\" --data exports
  riskql ingest zap.xml --asset shop                 a scanner report into ./riskql-store
  riskql run --data riskql-store                     every KPI, by the reports in it

Exit codes: 0 all well, 1 the answer is no (a failing test, a missed target, `fmt --check`,
`diff`), 2 a mistake in the
command, a definition or the query, 3 data or files missing or unreadable, 101 a bug,
130 interrupted.";

/// KPIs and risk weights of application security, computed over scanner findings
#[derive(Parser, Debug)]
#[command(name = "riskql", version, after_help = EXAMPLES, arg_required_else_help = true)]
#[command(propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub screen: ScreenOptions,
    /// Folder of definitions [default: ./kpi-defs if there, else the built-in library]
    #[arg(long, value_name = "DIR", global = true)]
    pub defs: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a year of scanner reports up, take them in and show a dashboard of them
    Demo(DemoArguments),
    /// Evaluate a query; without one, every KPI against its target
    Run(RunArguments),
    /// Explore the data and the definitions; with a script on stdin, run it
    Repl(ReplArguments),
    /// Look for mistakes in the definitions, and with --data in the data
    Check(CheckArguments),
    /// Run the `test` definitions
    Test(TestArguments),
    /// Format definitions
    Fmt(FmtArguments),
    /// Say in words and numbers how a value comes about
    Explain(ExplainArguments),
    /// Say where the change of a number between two periods comes from
    Why(WhyArguments),
    /// Write a query as one statement of SQL; with --all, a folder with one for each KPI
    Compile(CompileArguments),
    /// Write numbers for other programs
    Export(ExportArguments),
    /// Take scanner reports into a store
    Ingest(IngestArguments),
    /// Show what a store holds, and keep it well
    Store(StoreArguments),
    /// List the report formats known, or show what a report would yield
    Sources(SourcesArguments),
    /// Show a dashboard
    Dashboard(DashboardArguments),
    /// Say which targets are missed; for pipelines
    Gate(GateArguments),
    /// Show what changed in meaning between two versions, and by how much
    Diff(DiffArguments),
    /// List the KPIs with titles, units, owners and targets
    Kpis(KpisArguments),
    /// Show what a definition is made of, or what uses it
    Lineage(LineageArguments),
    /// Write a page for each KPI: in words, as written, with what it is made of
    Docs(DocsArguments),
    /// Give a definition another name, wherever it stands
    Rename(RenameArguments),
    /// Write the built-in library of definitions, to change it and keep it in git
    Init(InitArguments),
}

/// What the terminal gets to see.
#[derive(Args, Clone, Copy, Debug)]
pub struct ScreenOptions {
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: ColorChoice,
    /// No warnings and notes on stderr
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb
    Auto,
    Always,
    Never,
}

/// Where the rows come from, and as of when they are looked at.
#[derive(Args, Clone, Default, Debug)]
#[command(group = ArgGroup::new("named connections").multiple(true))]
pub struct DataOptions {
    /// Folder of table files: findings.csv, assets.parquet, scans.jsonl, …
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// File of one table; may be repeated
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = table_file)]
    pub tables: Vec<(String, PathBuf)>,
    /// Ask the tables of a database: the name of a connection
    #[arg(long, value_name = "NAME", conflicts_with_all = ["data", "tables"], group = "named connections")]
    pub on: Option<String>,
    /// File of connections [default: connections.toml]
    #[arg(long, value_name = "FILE", requires = "named connections")]
    pub connections: Option<PathBuf>,
    /// Evaluate as of this day, month, … or instant [default: the latest event in the data]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Use only what was known on this day or instant [default: as of]
    #[arg(long, value_name = "DATE")]
    pub known_on: Option<String>,
}

/// A page instead of a result for the terminal.
#[derive(Args, Clone, Default, Debug)]
pub struct PageOptions {
    /// Write a page to this file: the same as `--format html --output FILE`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "output"], group = "one place")]
    pub html: Option<PathBuf>,
}

impl PageOptions {
    /// The options of output with the page among them.
    pub fn with(&self, output: &OutputOptions) -> OutputOptions {
        match &self.html {
            Some(file) => OutputOptions {
                format: Some(OutputFormat::Html),
                output: Some(file.clone()),
                csv: output.csv,
            },
            None => output.clone(),
        }
    }
}

impl DataOptions {
    /// Whether any data was named.
    pub fn given(&self) -> bool {
        self.data.is_some() || !self.tables.is_empty() || self.on.is_some()
    }

    /// Whether data comes from another machine: who waits for it may not want to.
    pub fn is_elsewhere(&self) -> bool {
        let files = self.tables.iter().map(|(_, file)| file);
        let mut paths = self.data.iter().chain(files);
        self.on.is_some() || paths.any(|path| is_address(path))
    }

    /// Where the tables are.
    pub fn tables(&self) -> TableOptions {
        TableOptions {
            data: self.data.clone(),
            files: self.tables.clone(),
            connection: self.connection(),
        }
    }

    /// The connection that has the tables, and the file that has it.
    pub fn connection(&self) -> Option<(String, PathBuf)> {
        Some((self.on.clone()?, self.connections_file()))
    }

    /// The file of connections.
    pub fn connections_file(&self) -> PathBuf {
        let usual = || PathBuf::from(CONNECTIONS_FILE);
        self.connections.clone().unwrap_or_else(usual)
    }
}

fn table_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_string(), PathBuf::from(file)))
        }
        Some(_) | None => {
            Err("write the table's name and its file: findings=export.csv".to_string())
        }
    }
}

/// How a result is written, and where to.
#[derive(Args, Clone, Default, Debug)]
pub struct OutputOptions {
    /// Format of the result [default: by the ending of --output, else table]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub format: Option<OutputFormat>,
    /// Write the result to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub csv: CsvOptions,
}

/// How CSV is written.
#[derive(Args, Clone, Copy, Default, Debug)]
pub struct CsvOptions {
    /// Texts of CSV that a spreadsheet would take for formulas: safe with a `'` before them, or raw
    #[arg(long = "csv", value_name = "TEXTS", value_parser = csv_texts(), default_value = "safe")]
    pub texts: CsvTexts,
}

fn csv_texts() -> impl TypedValueParser<Value = CsvTexts> {
    PossibleValuesParser::new(["safe", "raw"]).map(|name| match name.as_str() {
        "raw" => CsvTexts::Raw,
        _ => CsvTexts::Safe,
    })
}

/// The formats by their names.
fn formats() -> impl TypedValueParser<Value = OutputFormat> {
    let names = OutputFormat::ALL.map(OutputFormat::name);
    PossibleValuesParser::new(names)
        .map(|name| OutputFormat::named(&name).expect("only names are possible values"))
}

/// How what was checked is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CheckFormat {
    #[default]
    #[value(alias = "table")]
    Text,
    Json,
    /// For build servers
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// For code scanning of code hosts
    Sarif,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TextOrJson {
    #[default]
    #[value(alias = "text")]
    Table,
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql run --data exports
  riskql run \"mttr by team over month last 6 months\" --data exports
  riskql run \"over month last 36 months\" --data exports --format csv
  riskql run \"list findings open where severity = critical\" --table findings=export.csv
  riskql run \"backlog by severity\" --data exports --as-of 2026-03-31
  riskql run --data exports --record history.jsonl
  riskql run \"mttr by severity over month last 12 months\" --data exports -o mttr.svg
  riskql run --data exports --html scorecard.html
  riskql run \"mttr by team over month\" --data exports --into warehouse bi.mttr --replace

Put a query in quotes: the shell would take `>`, `*` and `(` for itself.")]
pub struct RunArguments {
    /// The query; its words may stand apart
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// All rows and KPIs on a terminal too, however many they are
    #[arg(long)]
    pub full: bool,
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub output: OutputOptions,
    /// Add the values to this file of JSON lines, and tell which of finished periods were recorded otherwise
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[command(flatten)]
    pub page: PageOptions,
    #[command(flatten)]
    pub into: IntoOptions,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql repl --data exports
  riskql repl --data exports -c \"mttr by team last quarter\"
  riskql repl --data exports < monday.riskql

At the prompt: a query, a definition, or \\help.")]
pub struct ReplArguments {
    /// Answer this instead of asking; may be repeated
    #[arg(short = 'c', value_name = "QUERY")]
    pub commands: Vec<String>,
    /// In a script, go on after an entry that fails
    #[arg(long)]
    pub keep_going: bool,
    /// Run the entries of this file first [default: ~/.config/riskql/startup, at a terminal]
    #[arg(long, value_name = "FILE")]
    pub startup: Option<PathBuf>,
    /// Run no entries first
    #[arg(long, conflicts_with = "startup")]
    pub no_startup: bool,
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql check
  riskql check --defs team-defs --format json
  riskql check --data exports        keys, scale values, dates, balances, empty KPIs, unknown texts
  riskql check --advise              what numbers may hide; exit code 1 where there is advice
  riskql check --format github       annotations in a workflow")]
pub struct CheckArguments {
    #[command(flatten)]
    pub data: DataOptions,
    /// Tell also where numbers may mislead, by rules that a comment can silence with a reason
    #[arg(long)]
    pub advise: bool,
    /// Format of the result; `json`: the problems as a JSON array on stdout
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql test
  riskql test -k mttr                tests whose name has it, or that expect that KPI
  riskql test --coverage             definitions and lines of them that no test hits
  riskql test --mutate               changes of definitions that no test notices
  riskql test --mutate -k mttr       the same of what tests about mttr depend on
  riskql test --watch
  riskql test --format junit > tests.xml

Exit code 1: a test fails, a line is not hit, a mutant is not noticed. A comment allows what has to stay so:
`# allow uncovered: WHY`, `# allow mutant: WHY`, behind the line or above it.")]
pub struct TestArguments {
    /// Only tests whose name contains TEXT or that expect a KPI of that name
    #[arg(short = 'k', value_name = "TEXT")]
    pub filter: Option<String>,
    /// Say which definitions, targets, bands, due lines, weights and exclusions no test hits
    #[arg(long, conflicts_with = "filter")]
    pub coverage: bool,
    /// Change one place of the definitions at a time, and name the changes that no test notices
    #[arg(long)]
    pub mutate: bool,
    /// Run again whenever a definition file changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
    /// Exit with 1 when no test was run
    #[arg(long)]
    pub fail_on_empty: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql fmt                         the definitions in ./kpi-defs
  riskql fmt --check kpis/mttr.kpi
  riskql fmt - < draft.kpi           stdin to stdout")]
pub struct FmtArguments {
    /// Files or folders; `-` is stdin to stdout [default: the folder of definitions]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Change nothing; list the files that would change and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql explain mttr --data exports
  riskql explain \"mttr where severity = critical in 2026-03\" --data exports --format json
  riskql explain \"mttr in 2026-03\" --data exports --rows
  riskql explain \"mttr in 2026-03\" --data exports --rows -o rows.parquet
  riskql explain \"mttr in 2026-03\" --data exports --plan")]
pub struct ExplainArguments {
    /// The query; its words may stand apart
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
    #[command(flatten)]
    pub data: DataOptions,
    /// List the rows behind the numbers after the explanation
    #[arg(long)]
    pub rows: bool,
    /// Say instead whether the row with this key is counted: where, with what, or why not
    #[arg(long, value_name = "KEY", conflicts_with = "rows")]
    pub row: Option<String>,
    /// Say instead how it is computed: relations, plans of polars, files scanned
    #[arg(long, conflicts_with_all = ["rows", "row"])]
    pub plan: bool,
    /// Format of the explanation [default: by the ending of --output, else table]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ExplainFormat>,
    /// Write the explanation to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub csv: CsvOptions,
}

/// How an explanation is written, or the rows behind its numbers.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExplainFormat {
    #[value(alias = "text")]
    Table,
    Json,
    /// With --rows: the rows, each with what it brings into its number
    Csv,
    /// The same
    Jsonl,
    /// The same
    Parquet,
}

impl ExplainFormat {
    pub fn output(self) -> OutputFormat {
        match self {
            ExplainFormat::Table => OutputFormat::Table,
            ExplainFormat::Json => OutputFormat::Json,
            ExplainFormat::Csv => OutputFormat::Csv,
            ExplainFormat::Jsonl => OutputFormat::Jsonl,
            ExplainFormat::Parquet => OutputFormat::Parquet,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql why \"mttr from 2026-05 to 2026-06 by team\" --data exports
  riskql why \"backlog last month\" --data exports                    with the month before
  riskql why \"escape_rate in 2026-Q2 versus previous year\" --data exports --format json

Without `by`, the field of the KPI that tells most.")]
pub struct WhyArguments {
    /// The number and its periods; the words may stand apart
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

/// Reads the name of a database that statements are written for.
fn dialect_parser() -> impl TypedValueParser<Value = &'static dyn SqlDialect> {
    let names = DIALECTS.map(SqlDialect::word);
    PossibleValuesParser::new(names).map(|name| {
        let mut known = DIALECTS.into_iter();
        let found = known.find(|dialect| dialect.word() == name);
        found.expect("the names are those of the dialects")
    })
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql compile \"mttr by team over month last 6 months\" --dialect duckdb --data exports
  riskql compile backlog --dialect postgres --as-of 2026-03-31 > backlog.sql
  riskql compile --all \"by team over month last 12 months\" --dialect postgres --as-of 2026-03-31 -o models

With --data the statement reads the files, which DuckDB does; without, tables of the database that have the
columns of the definitions: text, yes/no, numbers of double precision, times with a zone.

With --all a file for each KPI: a query that a view or a dbt model can be made of, and schema.yml with the meaning of
their columns.")]
pub struct CompileArguments {
    /// The query; with --all, clauses for all KPIs. Its words may stand apart
    #[arg(value_name = "QUERY", required_unless_present = "all")]
    pub query: Vec<String>,
    /// Write a file for each KPI into the folder that --output names
    #[arg(long, requires = "output")]
    pub all: bool,
    /// The database that the statement is for
    #[arg(long, value_name = "NAME", value_parser = dialect_parser())]
    pub dialect: &'static dyn SqlDialect,
    #[command(flatten)]
    pub data: DataOptions,
    /// Write the statement to this file instead of stdout; with --all, the folder of files
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql dashboard --data exports
  riskql dashboard appsec --data exports --as-of 2026-03-31
  riskql dashboard appsec --layer operational --data exports
  riskql dashboard --watch --data exports            drawn again when a file changes
  riskql dashboard --data exports --html appsec.html
  riskql dashboard --data exports --for team=payments --html payments.html
  riskql dashboard --all --data exports --html pages        a page for each team, and an index

A page holds all it needs: no script, no request. Open it in a browser, send it, print it.")]
pub struct DashboardArguments {
    /// Which dashboard [default: the first]
    pub name: Option<String>,
    /// Only this layer of it
    #[arg(long, value_name = "NAME")]
    pub layer: Option<String>,
    /// All rows and layers on a terminal too, however many they are
    #[arg(long)]
    pub full: bool,
    /// Show it again whenever a definition or data file changes, until Ctrl-C
    #[arg(long, conflicts_with = "all")]
    pub watch: bool,
    /// Only rows of this value; cards without the field stay whole and say so
    #[arg(long = "for", value_name = "FIELD=VALUE", value_parser = field_value, conflicts_with = "all")]
    pub only: Option<(String, String)>,
    /// A page for each value of a field, and index.html, into the folder of --html
    #[arg(long, value_name = "FIELD", num_args = 0..=1, require_equals = true, default_missing_value = "team", requires = "html")]
    pub all: Option<String>,
    #[command(flatten)]
    pub data: DataOptions,
    #[command(flatten)]
    pub output: OutputOptions,
    #[command(flatten)]
    pub page: PageOptions,
}

fn field_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.trim().is_empty() && !value.trim().is_empty() => {
            Ok((field.trim().to_string(), value.trim().to_string()))
        }
        Some(_) | None => Err("write the field and its value: team=payments".to_string()),
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  riskql init                        the library in ./kpi-defs
  riskql init appsec-kpis            the library in appsec-kpis/kpi-defs
  riskql init --from defectdojo      also connections.toml and a SELECT for each table")]
pub struct InitArguments {
    /// Where to; the definitions are written to DIR/kpi-defs
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Also write where the tables are in the database of this program
    #[arg(long, value_name = "PROGRAM")]
    pub from: Option<KnownDatabase>,
}
