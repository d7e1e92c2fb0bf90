//! Text of a question → a checked query: what the command line, the session and boards share.

use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Spanned};
use crate::base::types::Grain;
use crate::lang::check;
use crate::lang::model::{Definitions, Moment, Query};
use crate::lang::syntax::{self, ast};

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
    let no_date = || no_date(option, text, "a day, week, month, quarter, year or instant");
    dated(sources, definitions, option, text, &no_date)
}

/// Reads when something was: an instant, or a day, which stands for its beginning. Whatever is longer
/// does not say when, and its end would lie in the next period.
pub fn occasion(
    sources: &mut Sources,
    definitions: &Definitions,
    option: &str,
    text: &str,
) -> Result<i64, Problems> {
    let no_day = || no_date(option, text, "a day or an instant");
    let moment = dated(sources, definitions, option, text, &no_day)?;
    let calendar = &definitions.calendar;
    match calendar::parse(calendar, &moment.label) {
        None => Ok(moment.instant),
        Some(day) if day.grain == Grain::Day => Ok(calendar::start_instant(calendar, day)),
        Some(_) => Err(no_day()),
    }
}

fn dated(
    sources: &mut Sources,
    definitions: &Definitions,
    option: &str,
    text: &str,
    no_date: &dyn Fn() -> Problems,
) -> Result<Moment, Problems> {
    let name = format!("<{option}>");
    let question = read(sources, definitions, &name, &format!("as of {text}"));
    let question = question.map_err(|problems| match is_of_a_date(&problems) {
        true => problems,
        // What else it could be in a query is no matter here.
        false => no_date(),
    })?;
    if question.written.node.clauses.len() != 1 {
        return Err(no_date());
    }
    question.query.as_of.ok_or_else(no_date)
}

/// Whether what is wrong is a date, such as a day that is not in its month.
fn is_of_a_date(problems: &Problems) -> bool {
    let problems = problems.clone().sorted();
    let mut codes = problems.iter().map(|problem| problem.code);
    codes.any(|code| matches!(code, "K129" | "K403"))
}

fn no_date(option: &str, text: &str, wanted: &str) -> Problems {
    Diagnostic::data("K908", format!("`{option} {text}` does not name {wanted}"))
        .help(format!(
            "write {option} 2026-03-31, or {option} 2026-03-31T10:00:00Z"
        ))
        .into()
}
