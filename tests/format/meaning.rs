//! Trees in a form that can be compared: the formatter may reorder the clauses of a query, and
//! writes the `where` of a list right after its population.

use riskql::base::source::Spanned;
use riskql::lang::syntax::ast::{Definition, Query, QueryClause, Subject, TestClause};

pub fn comparable(mut definitions: Vec<Spanned<Definition>>) -> Vec<Spanned<Definition>> {
    for definition in &mut definitions {
        queries(&mut definition.node)
            .into_iter()
            .for_each(put_in_order);
    }
    definitions
}

pub fn comparable_query(mut query: Query) -> Query {
    put_in_order(&mut query);
    query
}

fn queries(definition: &mut Definition) -> Vec<&mut Query> {
    match definition {
        Definition::View(view) => view.shows.iter_mut().map(|show| &mut show.node).collect(),
        Definition::Dashboard(dashboard) => dashboard
            .layers
            .iter_mut()
            .flat_map(|layer| &mut layer.node.cards)
            .map(|card| &mut card.node.query.node)
            .collect(),
        Definition::Test(test) => test
            .clauses
            .iter_mut()
            .filter_map(|clause| match &mut clause.node {
                TestClause::Expect { query, .. } => Some(&mut query.node),
                TestClause::AsOf(_) | TestClause::KnownOn(_) | TestClause::Given { .. } => None,
            })
            .collect(),
        Definition::Calendar(_)
        | Definition::Scale(_)
        | Definition::Table(_)
        | Definition::Condition(_)
        | Definition::Score(_)
        | Definition::Sla(_)
        | Definition::ReportSource(_)
        | Definition::Match(_)
        | Definition::Kpi(_) => Vec::new(),
    }
}

fn put_in_order(query: &mut Query) {
    query.clauses.sort_by_key(|clause| kind(&clause.node));
    if let Subject::List(population) = &mut query.subject
        && population.node.filter.is_none()
    {
        let is_where = |clause: &Spanned<QueryClause>| matches!(clause.node, QueryClause::Where(_));
        if let Some(index) = query.clauses.iter().position(is_where)
            && let QueryClause::Where(condition) = query.clauses.remove(index).node
        {
            population.node.filter = Some(condition);
        }
    }
}

/// The name of the variant: any fixed order will do.
fn kind(clause: &QueryClause) -> String {
    let text = format!("{clause:?}");
    let end = text.find(|letter: char| !letter.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_string()
}
