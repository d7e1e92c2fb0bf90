//! Text of a question → a checked query: what the command line, the session and boards share.

use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Spanned};
use crate::lang::check;
use crate::lang::model::{Definitions, Moment, Query};
use crate::lang::syntax::ast::{self, DateLiteral};
use crate::lang::syntax::{self, DateError};

/// A query as written, as checked, and what is to be said about it.
#[derive(Clone, Debug)]
pub struct AnalyzedQuery {
    pub written: Spanned<ast::Query>,
    pub query: Query,
    pub warnings: Problems,
}

impl AnalyzedQuery {
    /// Whether it names nothing and so asks for every KPI.
    pub fn is_everything(&self) -> bool {
        self.written.node.subject == ast::Subject::Everything
    }
}

/// Reads a query; messages call its text `name`.
pub fn read(
    sources: &mut Sources,
    definitions: &Definitions,
    name: &str,
    text: &str,
) -> Result<AnalyzedQuery, Problems> {
    let id = sources.add(name, text);
    let written = syntax::parse_query(sources, id)?;
    let (query, warnings) = check::query(definitions, &written)?;
    Ok(AnalyzedQuery {
        written,
        query,
        warnings,
    })
}

/// Reads an instant as queries write it: `2026-03-31`, `2026-03`, a timestamp. `option` is what the
/// user calls it: `--as-of`.
pub fn moment(
    sources: &mut Sources,
    definitions: &Definitions,
    option: &str,
    text: &str,
) -> Result<Moment, Problems> {
    let wanted = "a day, week, month, quarter, year or instant";
    let date = date(sources, option, text, wanted)?;
    check::moment(definitions, &date)
}

/// Reads when something was: an instant, or a day, which stands for its beginning. Whatever is longer
/// does not say when, and its end would lie in the next period.
pub fn occasion(
    sources: &mut Sources,
    definitions: &Definitions,
    option: &str,
    text: &str,
) -> Result<i64, Problems> {
    let wanted = "a day or an instant";
    let date = date(sources, option, text, wanted)?;
    let moment = check::moment(definitions, &date)?;
    let calendar = &definitions.calendar;
    match date.node {
        DateLiteral::Instant(_) => Ok(moment.instant),
        DateLiteral::Day(year, month, day) => {
            let day = calendar::day(year, month, day).expect("the day was checked");
            Ok(calendar::start_instant(calendar, day))
        }
        DateLiteral::Year(_)
        | DateLiteral::Quarter(..)
        | DateLiteral::Month(..)
        | DateLiteral::Week(..) => Err(no_date(option, text, wanted)),
    }
}

fn date(
    sources: &mut Sources,
    option: &str,
    text: &str,
    wanted: &str,
) -> Result<Spanned<DateLiteral>, Problems> {
    let id = sources.add(format!("<{option}>"), text);
    syntax::parse_date(sources, id).map_err(|error| match error {
        DateError::NoDate => no_date(option, text, wanted),
        DateError::NoSuchDate(problem) => (*problem).into(),
    })
}

fn no_date(option: &str, text: &str, wanted: &str) -> Problems {
    Diagnostic::data("K908", format!("`{option} {text}` does not name {wanted}"))
        .help(format!(
            "write {option} 2026-03-31, or {option} 2026-03-31T10:00:00Z"
        ))
        .into()
}
