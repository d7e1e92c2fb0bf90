//! Options of rows that are written into a table of a database.

use clap::{ArgAction, Args};

/// A table of a database, in place of a file.
#[derive(Args, Clone, Default, Debug)]
pub struct IntoOptions {
    /// Write the rows into a new table of a database, whose connection is a name or an address
    #[arg(long, num_args = 2, value_names = ["CONNECTION", "TABLE"], action = ArgAction::Set)]
    #[arg(conflicts_with_all = ["format", "output"], groups = ["named connections", "one place"])]
    pub into: Vec<String>,
    /// With --into: add the rows to those of the table, if it is there
    #[arg(long, requires = "into", conflicts_with = "replace")]
    pub append: bool,
    /// With --into: put the rows in place of those of the table, if it is there
    #[arg(long, requires = "into")]
    pub replace: bool,
}
