//! Queries that no statement answers as the engine does.

use chrono_tz::Tz;

use super::dialects::{DIALECTS, SqlDialect};
use crate::base::diagnostic::Diagnostic;
use crate::lang::model::{Query, Subject};
use crate::plan::relation::{Aggregate, Expression, Relation};

/// What some dialects have no exact words for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Construct {
    /// A number of a row made of the rows that belong to it.
    RollUp,
    /// A term of an SLA in units of the calendar, in a zone whose clocks change.
    LocalCalendarTerm,
}

impl Construct {
    const ALL: [Construct; 2] = [Construct::RollUp, Construct::LocalCalendarTerm];

    fn words(self) -> &'static str {
        match self {
            Construct::RollUp => "numbers rolled up from the rows that belong to a row",
            Construct::LocalCalendarTerm => {
                "terms in units of the calendar in a zone other than UTC"
            }
        }
    }

    fn is_of_aggregate(self, aggregate: &Aggregate) -> bool {
        self == Construct::RollUp && matches!(aggregate, Aggregate::Steps { .. })
    }

    fn is_of_expression(self, of: &Expression) -> bool {
        let is_own = match of {
            Expression::CalendarAdd { zone, .. } => {
                self == Construct::LocalCalendarTerm && *zone != Tz::UTC
            }
            _ => false,
        };
        is_own
            || of
                .operands()
                .into_iter()
                .any(|part| self.is_of_expression(part))
    }

    fn is_of_relation(self, relation: &Relation) -> bool {
        let is_own = match relation {
            Relation::Filter { predicate, .. } => self.is_of_expression(predicate),
            Relation::Project { columns, .. } | Relation::Extend { columns, .. } => {
                columns.iter().any(|(_, made)| self.is_of_expression(made))
            }
            Relation::Aggregate { aggregates, .. } => aggregates.iter().any(|(_, aggregate)| {
                let mut found = self.is_of_aggregate(aggregate);
                aggregate.each_expression(&mut |of| found |= self.is_of_expression(of));
                found
            }),
            _ => false,
        };
        is_own
            || relation
                .inputs()
                .into_iter()
                .any(|input| self.is_of_relation(input))
    }
}

/// Whether a dialect has exact words for all of a relation.
///
/// # Errors
///
/// `K930`, with what it lacks.
pub(super) fn exact(dialect: &dyn SqlDialect, relation: &Relation) -> Result<(), Diagnostic> {
    for construct in Construct::ALL {
        let Some(reason) = dialect.lacks(construct) else {
            continue;
        };
        if !construct.is_of_relation(relation) {
            continue;
        }
        let (title, words) = (dialect.title(), construct.words());
        let others = DIALECTS
            .iter()
            .filter(|other| other.lacks(construct).is_none());
        let others: Vec<String> = others
            .map(|other| format!("`--dialect {}`", other.word()))
            .collect();
        return Err(Diagnostic::data(
            "K930",
            format!("{title} has no exact words for {words}: {reason}"),
        )
        .help(format!(
            "ask `riskql run`, or compile for another: {}",
            others.join(", ")
        )));
    }
    Ok(())
}

/// Why a query has no statement (K930). Intervals and verdicts follow from distributions that SQL has no functions for; a limit counts the totals of
/// periods, which statements leave out.
pub fn refusal(query: &Query) -> Option<Diagnostic> {
    let Subject::Values(values) = &query.subject else {
        return None;
    };
    let problem =
        |message: String, help: &str| Some(Diagnostic::data("K930", message).help(help.to_owned()));
    let evidence = match (values.evidence.interval, values.evidence.verdict) {
        (Some(_), _) => Some("with interval"),
        (None, true) => Some("with verdict"),
        (None, false) => None,
    };
    if let Some(clause) = evidence {
        return problem(
            format!("SQL has no functions for `{clause}`"),
            "leave it out here, or ask `riskql run`, which has both in every format",
        );
    }
    if values.limit.is_some() && values.with_total && values.over.is_some() {
        return problem(
            "`limit` counts the totals of periods, which a statement has no rows for".to_owned(),
            "leave out `limit` or `with total`",
        );
    }
    None
}
