//! Dates near an instant, as far as they are known then (rule S54).

use super::conditions::after;
use super::rows::{Rows, choose};
use crate::base::types::{Choice, NearSide};
use crate::lang::model::{EventSource, NearDate};
use crate::plan::relation::Expression;

impl Rows<'_> {
    /// The instants to which a date is near, as far as it is known then (rule S54): those up to it and less than so long
    /// before it, or those after it and not longer than that.
    pub fn while_near(&mut self, of: NearDate, side: NearSide, micros: i64) -> Expression {
        let (date, known_from) = match of {
            NearDate::Field(field) => {
                let known_from = self.is_of_time(field, &[]).then(|| self.known_from(field));
                (self.field(field), known_from)
            }
            NearDate::Event(event) => (self.event(event.event), self.event_known_from(event.event)),
        };
        let (from, until) = match side {
            NearSide::Next => (date.clone().minus(Expression::integer(micros)), date),
            NearSide::Last => (date.clone(), date.plus(Expression::integer(micros))),
        };
        let near = Expression::Interval {
            from: Box::new(from),
            until: Box::new(until),
        };
        match known_from {
            Some(since) => Expression::Intersection(vec![near, after(since)]),
            None => near,
        }
    }

    /// Since when an event is known that is known before it comes, but not at all times.
    fn event_known_from(&mut self, event: usize) -> Option<Expression> {
        let definitions = self.context.definitions;
        let table = definitions.table(self.table);
        match &table.events[event].source {
            EventSource::Due(sla) => Some(self.event(definitions.slas[sla.0].starts.event)),
            EventSource::Columns(columns) => {
                let ends = columns
                    .iter()
                    .filter_map(|column| table.planned_with(*column));
                let begins: Vec<Expression> = ends
                    .flat_map(|begin| begin.iter())
                    .map(|column| self.column(*column))
                    .collect();
                (!begins.is_empty()).then(|| choose(Choice::Earliest, begins))
            }
            EventSource::LastOf { .. } | EventSource::Breach(_) => None,
        }
    }
}
