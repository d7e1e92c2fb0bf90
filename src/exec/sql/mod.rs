//! Plan + where the tables are → one SQL statement for a database that gives the same rows.
//!
//! Cubes of [`crate::plan::relation`] become named parts of the statement (`relations`, `steps`, `aggregates`, `expressions`,
//! `sets`, `step_functions`, `axes`, `tables`); the answer is put together from them (`cells`, `formulas`, `answer`, `lists`). What databases differ
//! in is in `dialects`, a file each. Reads no data: whoever asks says which columns the files lack.

mod aggregates;
mod answer;
mod axes;
mod cells;
mod dialects;
mod expressions;
mod formulas;
mod lifetimes;
mod lists;
mod quantiles;
mod readings;
mod refusals;
mod relations;
mod rows;
mod select;
mod sets;
mod step_functions;
mod steps;
mod tables;

pub use dialects::{DIALECTS, FileWords, SqlDialect, SqlType, Unnested};
pub use refusals::refusal;
pub use rows::{RowsInput, rows_statement};
pub use tables::{ColumnForm, NamedSource, NamedTable, TableFiles, TableNames};

use crate::base::source::Span;
use crate::lang::model::Definitions;
use crate::plan::{Plan, Work};

/// What a statement is made of.
pub struct StatementInput<'a> {
    pub dialect: &'static dyn SqlDialect,
    pub definitions: &'a Definitions,
    pub plan: &'a Plan,
    /// The files that it reads; `None`: tables of the database, with the columns and types of the model.
    pub files: Option<&'a TableFiles>,
    /// Where a definition is written, for comments: `kpis/mttr.kpi:3`.
    pub place: &'a dyn Fn(Span) -> String,
}

/// The statement of a query that [`refusal`] does not refuse.
pub fn statement(question: &StatementInput) -> String {
    match &question.plan.work {
        Work::Values(work) => answer::statement(question, work),
        Work::List(work) => lists::statement(question, work),
    }
}

impl StatementInput<'_> {
    /// What stands above the statement.
    fn opening(&self) -> Vec<String> {
        let evaluation = &self.plan.evaluation;
        let zone = self.definitions.calendar.timezone.name();
        let mut where_from = format!("as of {}, time zone {zone}", evaluation.as_of.label);
        if evaluation.known_on_given {
            where_from = format!(
                "as of {}, as known on {}, time zone {zone}",
                evaluation.as_of.label, evaluation.known_on.label
            );
        }
        vec![self.plan.query.clone(), where_from]
    }
}

/// The codes of this room's problems and what each means.
pub const CODES: &[(&str, &str)] = &[
    (
        "K918",
        "a file that the database of a statement cannot read",
    ),
    ("K930", "a query that has no statement of SQL"),
];
