//! A query on a view, made a query of its own.

use std::mem::discriminant;

use super::scope::Scope;
use crate::base::source::Spanned;
use crate::lang::syntax::ast;

/// If a query's subject is a view: the view's query, with the clauses of this one in place of its
/// own of the same kind.
pub(super) fn refined(scope: Scope, tree: &ast::Query) -> Option<ast::Query> {
    let ast::Subject::Formulas(formulas) = &tree.subject else {
        return None;
    };
    let [
        Spanned {
            node: ast::Formula::Name(name),
            ..
        },
    ] = formulas.as_slice()
    else {
        return None;
    };
    let view = &scope.view(&name.node)?.tree.node;
    let kept = view.clauses.iter().filter(|clause| {
        let kind = discriminant(&clause.node);
        tree.clauses
            .iter()
            .all(|given| discriminant(&given.node) != kind)
    });
    Some(ast::Query {
        explain: tree.explain || view.explain,
        subject: subject(view, tree),
        clauses: kept.chain(&tree.clauses).cloned().collect(),
    })
}

/// The subject of a view; the `where` of a list is inside it and gives way like any clause.
fn subject(view: &ast::Query, given: &ast::Query) -> ast::Subject {
    let mut subject = view.subject.clone();
    let narrows = given
        .clauses
        .iter()
        .any(|clause| matches!(clause.node, ast::QueryClause::Where(_)));
    if let ast::Subject::List(population) = &mut subject
        && narrows
    {
        population.node.filter = None;
    }
    subject
}
