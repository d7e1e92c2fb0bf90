//! The last query and what was typed after it → the refined query. Looks nothing up but views.
//!
//! Clauses take the place of the query's own of their kind, `and …` joins them to its own,
//! `without …` takes some out. The `where` of a list, and of a query that is one measure alone, is
//! that of its population; in any other query it is the query's.

use std::mem::discriminant;

use crate::base::diagnostic::{Diagnostic, nearest};
use crate::base::source::Spanned;
use crate::lang::syntax::ast::{Condition, Formula, Query, QueryClause, Subject};

/// The query of a view by its name.
pub type Views<'a> = &'a dyn Fn(&str) -> Option<Query>;

type QueryFilter = Option<Spanned<Condition>>;

/// What `without` may take out, in the words it is typed in, and what messages call it.
const PARTS: &[(&str, &str)] = &[
    ("by", "by"),
    ("over", "over"),
    ("where", "where"),
    ("period", "period"),
    ("at", "at"),
    ("as of", "as of"),
    ("as-of", "as of"),
    ("as known on", "as known on"),
    ("known on", "as known on"),
    ("known-on", "as known on"),
    ("versus", "versus"),
    ("with total", "total"),
    ("total", "total"),
    ("top", "top"),
    ("sort by", "sort"),
    ("sort", "sort"),
    ("limit", "limit"),
    ("show", "show"),
];

/// The query with clauses in place of its own of the same kind.
pub fn replaced(last: &Query, clauses: &Query) -> Query {
    let mut refined = last.clone();
    for clause in &clauses.clauses {
        if let QueryClause::Where(condition) = &clause.node {
            take_filter(&mut refined);
            set_filter(&mut refined, Some(condition.clone()));
        } else {
            put(&mut refined, clause);
        }
    }
    finished(refined, clauses)
}

/// The query with clauses joined to its own, and with more columns if `more` has some. `None` if it
/// has no columns to add to.
pub fn joined(last: &Query, more: &Query, views: Views) -> Option<Query> {
    let kinds: Vec<&str> = more
        .clauses
        .iter()
        .map(|clause| kind(&clause.node))
        .collect();
    let adds_columns = more.subject != Subject::Everything;
    let mut refined = match opened(last, views) {
        Some(opened) if adds_columns || hides(last, &opened, &kinds) => opened,
        Some(_) | None => last.clone(),
    };
    match (&mut refined.subject, &more.subject) {
        (_, Subject::Everything) => {}
        (Subject::Formulas(own), Subject::Formulas(more)) => own.extend(more.iter().cloned()),
        (Subject::Everything | Subject::List(_), Subject::Formulas(_)) | (_, Subject::List(_)) => {
            return None;
        }
    }
    for clause in &more.clauses {
        if let QueryClause::Where(condition) = &clause.node {
            let own = take_filter(&mut refined);
            set_filter(&mut refined, either(own, Some(condition.clone())));
        } else {
            join(&mut refined, clause);
        }
    }
    Some(finished(refined, more))
}

/// What `without by, where` names, if a text is that: the words after `without`.
pub fn removal(text: &str) -> Option<&str> {
    let rest = text.trim().strip_prefix("without")?;
    let first = rest.strip_prefix(char::is_whitespace)?.trim_start();
    let begins = |(word, _): &(&str, &str)| {
        first
            .strip_prefix(word)
            .is_some_and(|after| !after.starts_with(|letter: char| letter.is_alphanumeric()))
    };
    PARTS.iter().any(begins).then(|| first.trim_end())
}

/// The query without some of its clauses.
pub fn without(last: &Query, words: &str, views: Views) -> Result<Query, Diagnostic> {
    let mut refined = last.clone();
    for word in words.split(',').map(str::trim) {
        let part = part(word)?;
        if let Some(opened) = opened(&refined, views)
            && hides(&refined, &opened, &[part])
        {
            refined = opened;
        }
        if !remove(&mut refined, part) {
            return Err(Diagnostic::data(
                "K975",
                format!("the last query has no `{word}` to leave out"),
            )
            .help(format!("it is: {}", crate::lang::format::query(&refined))));
        }
    }
    Ok(apart(refined))
}

fn part(word: &str) -> Result<&'static str, Diagnostic> {
    let spaced = word.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((_, part)) = PARTS.iter().find(|(known, _)| *known == spaced) {
        return Ok(part);
    }
    let problem = Diagnostic::data("K974", format!("`without {word}`: there is no such clause"));
    Err(
        match nearest(&spaced, PARTS.iter().map(|(word, _)| *word)) {
            Some(near) => problem.help(format!("did you mean `without {near}`?")),
            None => problem.help("write the words a clause begins with: without by, where"),
        },
    )
}

/// Whether there was such a clause.
fn remove(query: &mut Query, part: &str) -> bool {
    if part == "where" {
        return take_filter(query).is_some();
    }
    let before = query.clauses.len();
    query.clauses.retain(|clause| kind(&clause.node) != part);
    query.clauses.len() < before
}

/// The query of the view that a query names, with the query's own clauses in place.
pub fn opened(query: &Query, views: Views) -> Option<Query> {
    let Subject::Formulas(formulas) = &query.subject else {
        return None;
    };
    let [formula] = formulas.as_slice() else {
        return None;
    };
    let Formula::Name(name) = &formula.node else {
        return None;
    };
    let mut view = views(&name.node)?;
    view.explain = query.explain;
    Some(replaced(&view, query))
}

/// Whether a view has a clause of these kinds that the query on it does not show.
fn hides(query: &Query, opened: &Query, kinds: &[&str]) -> bool {
    let shows = |wanted: &str| {
        let is_own = |clause: &Spanned<QueryClause>| kind(&clause.node) == wanted;
        query.clauses.iter().any(is_own)
    };
    let has = |wanted: &str| match wanted {
        "where" => take_filter(&mut opened.clone()).is_some(),
        _ => opened
            .clauses
            .iter()
            .any(|clause| kind(&clause.node) == wanted),
    };
    kinds.iter().any(|kind| has(kind) && !shows(kind))
}

fn finished(mut refined: Query, typed: &Query) -> Query {
    refined.explain |= typed.explain;
    apart(refined)
}

fn put(query: &mut Query, clause: &Spanned<QueryClause>) {
    match same(query, clause) {
        Some(own) => *own = clause.clone(),
        None => query.clauses.push(clause.clone()),
    }
}

/// Joins a clause to the query's own of its kind; what cannot be joined takes its place.
fn join(query: &mut Query, clause: &Spanned<QueryClause>) {
    match same(query, clause).map(|own| (&mut own.node, &clause.node)) {
        Some((QueryClause::By(own), QueryClause::By(more))) => own.extend(more.iter().cloned()),
        Some((QueryClause::Show(own), QueryClause::Show(more))) => own.extend(more.iter().cloned()),
        Some((QueryClause::SortBy(own), QueryClause::SortBy(more))) => {
            own.extend(more.iter().cloned());
        }
        Some((QueryClause::Versus(own), QueryClause::Versus(more))) => {
            own.extend(more.iter().cloned());
        }
        Some(_) | None => put(query, clause),
    }
}

fn same<'q>(
    query: &'q mut Query,
    clause: &Spanned<QueryClause>,
) -> Option<&'q mut Spanned<QueryClause>> {
    let wanted = discriminant(&clause.node);
    let mut own = query.clauses.iter_mut();
    own.find(|own| discriminant(&own.node) == wanted)
}

/// Takes the `where` of a query out: of its clauses, and of its population.
fn take_filter(query: &mut Query) -> QueryFilter {
    let is_where = |clause: &Spanned<QueryClause>| matches!(clause.node, QueryClause::Where(_));
    let index = query.clauses.iter().position(is_where);
    let written = index.map(|index| query.clauses.remove(index).node);
    let written = match written {
        Some(QueryClause::Where(condition)) => Some(condition),
        Some(_) | None => None,
    };
    let own = population_filter(&mut query.subject).and_then(Option::take);
    either(own, written)
}

/// Puts a `where` where it belongs; there is none.
fn set_filter(query: &mut Query, filter: QueryFilter) {
    match (population_filter(&mut query.subject), filter) {
        (Some(own), filter) => *own = filter,
        (None, Some(condition)) => {
            let span = condition.span;
            let clause = QueryClause::Where(condition);
            query.clauses.push(Spanned::new(clause, span));
        }
        (None, None) => {}
    }
}

/// The `where` inside the population of a list, or of a measure that is the whole subject.
fn population_filter(subject: &mut Subject) -> Option<&mut QueryFilter> {
    match subject {
        Subject::Everything => None,
        Subject::List(population) => Some(&mut population.node.filter),
        Subject::Formulas(formulas) => match formulas.as_mut_slice() {
            [formula] => match &mut formula.node {
                Formula::Aggregate(measure) => Some(&mut measure.population.node.filter),
                Formula::Number(_)
                | Formula::Constant(_)
                | Formula::Name(_)
                | Formula::Binary { .. }
                | Formula::Negate(_)
                | Formula::Group(_)
                | Formula::Adjusted { .. }
                | Formula::Asked { .. } => None,
            },
            [] | [_, ..] => None,
        },
    }
}

fn either(own: QueryFilter, more: QueryFilter) -> QueryFilter {
    match (own, more) {
        (Some(own), Some(more)) => Some(both(own, more)),
        (own, more) => own.or(more),
    }
}

/// Two conditions joined by `and`; one that is an `or` is put in parentheses.
pub fn both(own: Spanned<Condition>, more: Spanned<Condition>) -> Spanned<Condition> {
    let span = own.span;
    let mut parts = Vec::new();
    for each in [own, more] {
        match each.node {
            Condition::And(inner) => parts.extend(inner),
            Condition::Or(_) => {
                let span = each.span;
                parts.push(Spanned::new(Condition::Group(Box::new(each)), span));
            }
            Condition::Not(_)
            | Condition::Group(_)
            | Condition::Compare { .. }
            | Condition::In { .. }
            | Condition::Contains { .. }
            | Condition::Missing(_)
            | Condition::Present(_)
            | Condition::Exists(_)
            | Condition::Elapsed { .. }
            | Condition::Near { .. }
            | Condition::SoFar(_)
            | Condition::Within { .. }
            | Condition::Name(_) => parts.push(each),
        }
    }
    Spanned::new(Condition::And(parts), span)
}

/// A `where` right after a population without one would be read as part of it: with nothing else to
/// stand between, the last formula is put in parentheses.
fn apart(mut query: Query) -> Query {
    let is_where = |clause: &Spanned<QueryClause>| matches!(clause.node, QueryClause::Where(_));
    let has_nothing_else = query.clauses.iter().all(is_where);
    if !query.clauses.is_empty()
        && has_nothing_else
        && let Subject::Formulas(formulas) = &mut query.subject
        && let Some(last) = formulas.last_mut()
        && last.node.ends_in_open_population()
    {
        let inner = last.clone();
        last.node = Formula::Group(Box::new(inner));
    }
    query
}

/// What messages call a clause.
pub fn kind(clause: &QueryClause) -> &'static str {
    match clause {
        QueryClause::By(_) => "by",
        QueryClause::Over(_) => "over",
        QueryClause::Where(_) => "where",
        QueryClause::Period(_) => "period",
        QueryClause::AsOf(_) => "as of",
        QueryClause::KnownOn(_) => "as known on",
        QueryClause::Versus(_) => "versus",
        QueryClause::Window(_) => "rolling",
        QueryClause::WithTotal => "total",
        QueryClause::WithShare => "share",
        QueryClause::WithEmpty => "empty",
        QueryClause::WithInterval(_) => "interval",
        QueryClause::WithVerdict => "verdict",
        QueryClause::OnConstantScope => "on",
        QueryClause::AtLeastRows(_) => "at least",
        QueryClause::Having(_) => "having",
        QueryClause::Top { .. } => "top",
        QueryClause::SortBy(_) => "sort",
        QueryClause::Limit(_) => "limit",
        QueryClause::Show(_) => "show",
        QueryClause::At(_) => "at",
    }
}
