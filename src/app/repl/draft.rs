//! The last query → the text of a definition that asks the same.
//!
//! A formula becomes a KPI: its `where` goes into the populations, and a KPI it names whose
//! populations must be narrowed is written out. Whatever has a period or several columns becomes a
//! view.

use crate::base::diagnostic::Diagnostic;
use crate::base::source::{SourceId, Span, Spanned};
use crate::lang::format;
use crate::lang::refine::{both, kind, opened};
use crate::lang::syntax::ast::{
    Condition, Definition, Formula, Kpi, KpiClause, Query, QueryClause, Subject,
};

/// What a draft looks up.
pub struct DraftLookup<'a> {
    pub view: &'a dyn Fn(&str) -> Option<Query>,
    pub kpi: &'a dyn Fn(&str) -> Option<Kpi>,
    /// The words at a place of a definition.
    pub words: &'a dyn Fn(Span) -> String,
}

/// A definition that is not checked yet, and which clauses of the query it leaves out.
pub struct DefinitionDraft {
    pub text: String,
    pub left_out: Vec<String>,
}

/// Whether a query is a formula and what narrows and groups it, and so may become a KPI.
pub fn is_formula(query: &Query, known: &DraftLookup) -> bool {
    let is_one = matches!(&query.subject, Subject::Formulas(formulas) if formulas.len() == 1);
    let fits = |clause: &Spanned<QueryClause>| belongs(&clause.node);
    is_one && opened(query, known.view).is_none() && query.clauses.iter().all(fits)
}

/// What a KPI says itself; periods, bands and the like are the query's.
fn belongs(clause: &QueryClause) -> bool {
    match clause {
        QueryClause::By(groups) => groups.iter().all(|group| group.field().is_some()),
        clause => matches!(clause, QueryClause::Where(_) | QueryClause::At(_)),
    }
}

/// A view that shows what the query shows.
pub fn view(
    name: &str,
    title: Option<&str>,
    query: &Query,
    known: &DraftLookup,
) -> DefinitionDraft {
    let mut query = opened(query, known.view).unwrap_or_else(|| query.clone());
    query.explain = false;
    DefinitionDraft {
        text: format!(
            "view {}{}\n  show {}\n",
            format::name(name),
            titled(title),
            format::query(&query)
        ),
        left_out: Vec::new(),
    }
}

/// A KPI that computes what the query computes; `unit` is the word of its unit.
pub fn kpi(
    name: &str,
    title: Option<&str>,
    query: &Query,
    unit: &str,
    known: &DraftLookup,
) -> Result<DefinitionDraft, Diagnostic> {
    let query = opened(query, known.view).unwrap_or_else(|| query.clone());
    let Subject::Formulas(formulas) = &query.subject else {
        return Err(no_kpi(
            name,
            "a list and a query of every KPI are no formula",
        ));
    };
    let [formula] = formulas.as_slice() else {
        return Err(no_kpi(
            name,
            "the query has several columns, and a KPI is one",
        ));
    };
    // A KPI has its name and its unit of its own.
    let formula = match &formula.node {
        Formula::Asked { formula, .. } => formula,
        _ => formula,
    };
    let own = match &formula.node {
        Formula::Name(kpi) => (known.kpi)(&kpi.node),
        _ => None,
    };
    let formula = match filter(&query) {
        Some(filter) => narrowed(formula, filter, known),
        None => formula.clone(),
    };
    let mut lines = vec![
        format!("kpi {}{}", format::name(name), titled(title)),
        format!("is {}", format::formula(&bare(&formula).node)),
        format!("as {unit}"),
    ];
    let has_bands = |clause: &Spanned<QueryClause>| {
        matches!(&clause.node, QueryClause::By(_)) && !belongs(&clause.node)
    };
    if !query.clauses.iter().any(has_bands) {
        lines.extend(clause_of(&query, "by"));
    }
    lines.extend(clause_of(&query, "at"));
    let has_moment = clause_of(&query, "at").is_some();
    let clauses = own.iter().flat_map(|own| &own.clauses);
    let carried = clauses.filter(|clause| is_carried(&clause.node, has_moment));
    lines.extend(carried.map(|clause| (known.words)(clause.span)));
    let left_out = query.clauses.iter().filter(|clause| !belongs(&clause.node));
    Ok(DefinitionDraft {
        text: format!("{}\n", lines.join("\n  ")),
        left_out: left_out.map(|clause| written(&clause.node)).collect(),
    })
}

/// The condition of a query.
fn filter(query: &Query) -> Option<&Spanned<Condition>> {
    query.clauses.iter().find_map(|clause| match &clause.node {
        QueryClause::Where(condition) => Some(condition),
        QueryClause::By(_)
        | QueryClause::Over(_)
        | QueryClause::Period(_)
        | QueryClause::AsOf(_)
        | QueryClause::KnownOn(_)
        | QueryClause::Versus(_)
        | QueryClause::Window(_)
        | QueryClause::WithTotal
        | QueryClause::WithShare
        | QueryClause::WithEmpty
        | QueryClause::WithInterval(_)
        | QueryClause::WithVerdict
        | QueryClause::OnConstantScope
        | QueryClause::AtLeastRows(_)
        | QueryClause::Having(_)
        | QueryClause::Top { .. }
        | QueryClause::SortBy(_)
        | QueryClause::Limit(_)
        | QueryClause::Show(_)
        | QueryClause::At(_) => None,
    })
}

fn titled(title: Option<&str>) -> String {
    title.map_or_else(String::new, |title| {
        format!(" \"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""))
    })
}

fn no_kpi(name: &str, why: &str) -> Diagnostic {
    Diagnostic::data("K981", format!("the last query is no KPI: {why}"))
        .help(format!("save it as a view: \\save view {name}"))
}

/// A clause as a query writes it.
fn written(clause: &QueryClause) -> String {
    let alone = Query {
        explain: false,
        subject: Subject::Everything,
        clauses: vec![Spanned::new(clause.clone(), NOWHERE)],
    };
    format::query(&alone)
}

const NOWHERE: Span = Span {
    source: SourceId(0),
    start: 0,
    end: 0,
};

fn clause_of(query: &Query, wanted: &str) -> Option<String> {
    let mut clauses = query.clauses.iter();
    let clause = clauses.find(|clause| kind(&clause.node) == wanted)?;
    Some(written(&clause.node))
}

/// What a narrowed KPI keeps of the one it is made of. Targets it does not: they were set for the
/// whole.
fn is_carried(clause: &KpiClause, has_moment: bool) -> bool {
    match clause {
        KpiClause::At(_) => !has_moment,
        KpiClause::HigherIsBetter
        | KpiClause::LowerIsBetter
        | KpiClause::AtLeastRows(_)
        | KpiClause::Band { .. } => true,
        KpiClause::Note(_)
        | KpiClause::Owner(_)
        | KpiClause::Is(_)
        | KpiClause::As(_)
        | KpiClause::By(_)
        | KpiClause::Target { .. } => false,
    }
}

/// A formula with a condition in each of its populations; KPIs it names are written out.
fn narrowed(
    formula: &Spanned<Formula>,
    filter: &Spanned<Condition>,
    known: &DraftLookup,
) -> Spanned<Formula> {
    let inside = |inner: &Spanned<Formula>| Box::new(narrowed(inner, filter, known));
    let node = match &formula.node {
        Formula::Number(number) => Formula::Number(number.clone()),
        Formula::Name(name) => match (known.kpi)(&name.node).as_ref().and_then(is) {
            Some(own) => Formula::Group(inside(own)),
            None => Formula::Name(name.clone()),
        },
        Formula::Aggregate(measure) => {
            let mut measure = measure.clone();
            let own = &mut measure.population.node.filter;
            *own = Some(match own.take() {
                Some(own) => both(own, filter.clone()),
                None => filter.clone(),
            });
            Formula::Aggregate(measure)
        }
        Formula::Binary {
            operator,
            left,
            right,
        } => Formula::Binary {
            operator: *operator,
            left: inside(left),
            right: inside(right),
        },
        Formula::Negate(inner) => Formula::Negate(inside(inner)),
        Formula::Group(inner) => Formula::Group(inside(inner)),
        Formula::Constant(value) => Formula::Constant(value.clone()),
        Formula::Adjusted {
            formula,
            adjustment,
            value,
        } => Formula::Adjusted {
            formula: inside(formula),
            adjustment: *adjustment,
            value: value.clone(),
        },
        Formula::Asked {
            formula,
            unit,
            name,
        } => Formula::Asked {
            formula: inside(formula),
            unit: unit.clone(),
            name: name.clone(),
        },
    };
    Spanned::new(node, formula.span)
}

fn is(kpi: &Kpi) -> Option<&Spanned<Formula>> {
    kpi.clauses.iter().find_map(|clause| {
        if let KpiClause::Is(formula) = &clause.node {
            return Some(formula);
        }
        None
    })
}

/// A formula without parentheses around the whole of it.
fn bare(formula: &Spanned<Formula>) -> &Spanned<Formula> {
    match &formula.node {
        Formula::Group(inner) => bare(inner),
        Formula::Number(_)
        | Formula::Name(_)
        | Formula::Aggregate(_)
        | Formula::Binary { .. }
        | Formula::Negate(_)
        | Formula::Constant(_)
        | Formula::Adjusted { .. }
        | Formula::Asked { .. } => formula,
    }
}

/// The tree of a KPI, if a definition is one.
pub fn kpi_of(definition: &Definition) -> Option<Kpi> {
    if let Definition::Kpi(kpi) = definition {
        return Some(kpi.clone());
    }
    None
}
