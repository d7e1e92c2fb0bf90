//! The last query and clauses typed alone → the refined query.

use crate::format;
use crate::source::Spanned;
use crate::syntax::ast::{Query, QueryClause};

/// The text of the last query with clauses put in place of its own of the same kind, or, if they are
/// to be added, joined to them.
pub fn refine(last: &Query, clauses: &Query, adds: bool) -> String {
    let mut refined = last.clone();
    for clause in &clauses.clauses {
        let is_same = |own: &Spanned<QueryClause>| {
            std::mem::discriminant(&own.node) == std::mem::discriminant(&clause.node)
        };
        let place = refined.clauses.iter().position(is_same);
        match place {
            Some(place) if adds => join(&mut refined.clauses[place].node, &clause.node),
            Some(place) => refined.clauses[place] = clause.clone(),
            None => refined.clauses.push(clause.clone()),
        }
    }
    refined.explain |= clauses.explain;
    format::query(&refined)
}

/// Joins a clause to one of its kind; what cannot be joined takes its place.
fn join(own: &mut QueryClause, more: &QueryClause) {
    match (own, more) {
        (QueryClause::By(own), QueryClause::By(more)) => own.extend(more.iter().cloned()),
        (QueryClause::Show(own), QueryClause::Show(more)) => own.extend(more.iter().cloned()),
        (own, more) => *own = more.clone(),
    }
}
