//! Text of a question → a checked query: what the command line, the session and boards share.

use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Edit, Problems, Severity};
use crate::base::source::{SourceId, Sources, Span, Spanned};
use crate::lang::check;
use crate::lang::model::{Definitions, Moment, Query};
use crate::lang::spoken_names;
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
    let checked = checked(sources, id, definitions);
    match checked.map_err(|problems| with_spoken_kpi(definitions, id, text, problems)) {
        Ok((written, query, warnings)) => Ok(AnalyzedQuery {
            written,
            query,
            warnings: accepted_advice(definitions, id, text, warnings),
        }),
        Err(problems) => Err(accepted_advice(definitions, id, text, problems)),
    }
}

/// The tree of a query that is not checked yet.
pub fn parsed(
    sources: &Sources,
    definitions: &Definitions,
    id: SourceId,
) -> Result<Spanned<ast::Query>, Problems> {
    let text = &sources.get(id).text;
    syntax::parse_query(sources, id)
        .map_err(|problems| with_spoken_kpi(definitions, id, text, problems))
}

/// The problems of a query, told as one where words name a KPI and its name is read in their place.
fn with_spoken_kpi(
    definitions: &Definitions,
    id: SourceId,
    text: &str,
    problems: Problems,
) -> Problems {
    let Some(spoken) = spoken_names::told(definitions, id, text, &problems) else {
        return problems;
    };
    let edits = &spoken.problem.edits;
    if !edits
        .iter()
        .all(|edit| is_accepted(definitions, text, edit))
    {
        return problems;
    }
    let mut told = Problems::from(spoken.problem);
    spoken.others.into_iter().for_each(|other| told.push(other));
    told
}

fn checked(
    sources: &Sources,
    id: SourceId,
    definitions: &Definitions,
) -> Result<(Spanned<ast::Query>, Query, Problems), Problems> {
    let written = syntax::parse_query(sources, id)?;
    let (query, warnings) = check::query(definitions, &written)?;
    Ok((written, query, warnings))
}

/// The problems of a query without advice that would be refused in turn: each change is made, and
/// read as the query was.
fn accepted_advice(
    definitions: &Definitions,
    id: SourceId,
    text: &str,
    mut problems: Problems,
) -> Problems {
    let mut tried = 0;
    for problem in problems.iter_mut() {
        for edit in problem.edits.clone() {
            // A change of a definition is not one of the query.
            if edit.span.source != id || tried == MOST_TRIED {
                continue;
            }
            tried += 1;
            if !is_accepted(definitions, text, &edit) {
                problem.without(&edit);
            }
        }
    }
    problems
}

/// How many changes of one query are tried, so that the whole stays linear.
const MOST_TRIED: usize = 32;

/// Whether nothing is wrong with what a change puts into a query. What is wrong elsewhere remains.
fn is_accepted(definitions: &Definitions, text: &str, edit: &Edit) -> bool {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let changed = format!("{}{}{}", &text[..start], edit.text, &text[end..]);
    let mut sources = Sources::default();
    let id = sources.add("", &changed);
    let Err(left) = checked(&sources, id, definitions) else {
        return true;
    };
    let inserted = start..start + edit.text.len();
    let touches =
        |span: Span| (span.start as usize) < inserted.end && (span.end as usize) > inserted.start;
    !left
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .any(|problem| problem.span.is_some_and(touches))
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
