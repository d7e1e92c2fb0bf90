//! Text of a question → a checked query: what the command line, the session and boards share.

use crate::check;
use crate::diagnostic::{Diagnostic, Problems};
use crate::model::{Definitions, Moment, Query};
use crate::source::{Sources, Spanned};
use crate::syntax::{self, ast};

/// A query as written, as checked, and what is to be said about it.
#[derive(Clone, Debug)]
pub struct Question {
    pub written: Spanned<ast::Query>,
    pub query: Query,
    pub warnings: Problems,
}

impl Question {
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
) -> Result<Question, Problems> {
    let id = sources.add(name, text);
    let written = syntax::parse_query(sources, id)?;
    let (query, warnings) = check::query(definitions, &written)?;
    Ok(Question {
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
    let question = read(
        sources,
        definitions,
        &format!("<{option}>"),
        &format!("as of {text}"),
    )?;
    if question.written.node.clauses.len() != 1 {
        return Err(no_date(option, text));
    }
    question.query.as_of.ok_or_else(|| no_date(option, text))
}

fn no_date(option: &str, text: &str) -> Problems {
    Diagnostic::data("K908", format!("`{option} {text}`: this is not a date"))
        .help(format!(
            "write a day, week, month, quarter, year or instant: {option} 2026-03-31"
        ))
        .into()
}
