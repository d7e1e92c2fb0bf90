//! Events, states and related rows of a table's rows (rules S5, S13, S35).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::periods::Periods;
use super::rows::{Rows, choose};
use crate::lang::model::{
    ChosenColumns, ChosenEvent, EventId, EventSource, Exists, RelatedNoun, StateSource, TableId,
    TableRelation as Related, Timeframe,
};
use crate::plan::ends::measured_events;
use crate::plan::relation::{
    Aggregate, Expression, JoinKind, Name, Relation, RelationalOperator, SharedRelation,
};

/// When a row is in a state.
#[derive(Clone)]
pub(super) enum StateTime {
    /// `[from, until)`; a missing `until` has not ended.
    Span { from: Expression, until: Expression },
    /// A set of instants.
    Set(Expression),
}

impl StateTime {
    /// The instants that see the row in the state.
    pub fn set(&self) -> Expression {
        match self {
            StateTime::Span { from, until } => Expression::Interval {
                from: Box::new(from.clone()),
                until: Box::new(until.clone()),
            },
            StateTime::Set(set) => set.clone(),
        }
    }
}

/// Which events of related rows are seen from an instant (rules S13, S40).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventsSeen {
    /// From a point: those before it.
    BeforeInstant,
    /// From the event that a flow counts: those at the same instant too.
    UpToInstant,
}

impl Rows<'_> {
    /// The instant of an event, missing where it has not happened.
    pub fn event(&mut self, event: usize) -> Expression {
        let definition = &self.context.definitions.table(self.table).events[event];
        let instant = match &definition.source {
            EventSource::Columns(columns) => self.chosen(columns),
            EventSource::LastOf { table, column } => self.last_of(*table, *column),
            EventSource::Due(sla) => self.due(*sla),
            EventSource::Breach(sla) => self.breach(*sla),
        };
        self.filtered_event(event, instant)
    }

    /// The same, missing too while it is planned and has not come.
    pub fn past_event(&mut self, event: usize) -> Expression {
        let instant = self.event(event);
        let table = self.table;
        if !self
            .context
            .definitions
            .is_planned_event(EventId { table, event })
        {
            return instant;
        }
        let as_of = Expression::integer(self.context.evaluation.as_of.instant);
        let has_come = instant.clone().is(RelationalOperator::Less, as_of);
        let name = &self.context.definitions.table(table).events[event].name;
        self.derive(&name.clone(), instant.only_if(has_come))
    }

    /// The events that one end of a time is read from, without what stands in for it from the other end.
    pub fn end_parts(&mut self, end: &ChosenEvent, other: &ChosenEvent) -> Vec<Expression> {
        let measured = measured_events(self.context.definitions, end, other);
        let parts = measured.into_iter().map(|(event, columns)| match columns {
            None => self.event(event.event),
            Some(columns) => {
                let instant = self.chosen(&columns);
                self.filtered_event(event.event, instant)
            }
        });
        parts.collect()
    }

    /// Both ends of a time. A choice of beginnings is among those that had happened by the end.
    pub fn ends(&mut self, from: &ChosenEvent, to: &ChosenEvent) -> (Expression, Expression) {
        let (starts, ends) = (self.end_parts(from, to), self.end_parts(to, from));
        let end = self.derive("end", choose(to.choice, ends));
        let all = choose(from.choice, starts.clone());
        let start = match starts.len() {
            1 => all,
            _ => {
                let by_then = |start: Expression| {
                    let is_before = start.clone().is(RelationalOperator::AtMost, end.clone());
                    start.only_if(is_before)
                };
                let begun = starts.into_iter().map(by_then).collect();
                Expression::Coalesce(vec![choose(from.choice, begun), all])
            }
        };
        (self.derive("end", start), end)
    }

    /// The instant of an event where its own condition holds.
    fn filtered_event(&mut self, event: usize, instant: Expression) -> Expression {
        let definition = &self.context.definitions.table(self.table).events[event];
        let instant = self.derive(&definition.name, instant);
        match &definition.filter {
            None => instant,
            Some(filter) => {
                let holds = self.holds(filter, Some(&instant));
                self.derive(&definition.name, instant.only_if(holds))
            }
        }
    }

    /// When a row is in a state.
    pub fn state(&mut self, state: usize) -> StateTime {
        let definition = &self.context.definitions.table(self.table).states[state];
        let name = &definition.name;
        match &definition.source {
            StateSource::Columns { from, until } => {
                let (from, until) = (self.chosen(from), self.chosen(until));
                StateTime::Span {
                    from: self.derive(&format!("{name}_from"), from),
                    until: self.derive(&format!("{name}_until"), until),
                }
            }
            StateSource::Intervals { table, from, until } => {
                StateTime::Set(self.intervals(name, *table, from, until))
            }
            StateSource::Overdue(sla) => StateTime::Span {
                from: self.breach(*sla),
                until: self.stop(*sla),
            },
        }
    }

    /// The intervals that rows of another table keep for each row of this one.
    fn intervals(
        &mut self,
        state: &str,
        table: TableId,
        from: &ChosenColumns,
        until: &ChosenColumns,
    ) -> Expression {
        let mut rows = Rows::new(self.context, table);
        let link = rows.link_to(self.table);
        let (from, until) = (rows.chosen(from), rows.chosen(until));
        let present = from.clone().is_present();
        let union = Aggregate::CoveredInstants {
            set: Expression::Interval {
                from: Box::new(from),
                until: Box::new(until),
            },
            at_least: 1,
        };
        let relation = rows.by_link(link, Some(present), vec![(state.to_string(), union)]);
        let key = self.key();
        self.related(key, LINK, &[state], relation).remove(0)
    }

    /// The latest value of a column over the row's rows in an interval table; missing while one of those has
    /// none. An interval that has neither begun nor ended is not there yet (rule S3).
    fn last_of(&mut self, table: TableId, column: usize) -> Expression {
        let mut rows = Rows::new(self.context, table);
        let link = rows.link_to(self.table);
        let last = rows.column(column);
        let starts = self
            .context
            .definitions
            .table(self.table)
            .interval_starts(table);
        let open = match starts {
            None => last.clone().is_missing(),
            Some(starts) => {
                let begun = rows.chosen(starts).is_present();
                Expression::all([last.clone().is_missing(), begun])
            }
        };
        let aggregates = vec![
            ("last".to_string(), Aggregate::Max(last)),
            ("running".to_string(), Aggregate::CountWhere(open)),
        ];
        let relation = rows.by_link(link, None, aggregates);
        let key = self.key();
        let mut columns = self.related(key, LINK, &["last", "running"], relation);
        let (running, last) = (columns.remove(1), columns.remove(0));
        last.only_if(running.is(RelationalOperator::Equal, Expression::integer(0)))
    }

    /// The instants at which `any …` holds: after an event of a related row, for as long as is asked
    /// (rule S13: an event at `s` counts at the instants `t` with `s` in `[t - micros, t)`, of a flow in `(t - micros, t]`),
    /// or while it is in a state.
    pub fn coverage(&mut self, exists: &Exists, seen: EventsSeen) -> Expression {
        let definitions = self.context.definitions;
        let related = exists.table();
        let mut rows = Rows::new(self.context, related);
        let mut sets = vec![rows.instants_of(exists.noun, seen, self.periods.as_ref())];
        let mut tests = Vec::new();
        for part in exists
            .filter
            .as_ref()
            .map_or(Vec::new(), |filter| filter.conjuncts())
        {
            match rows.depends_on_time(part, &[]) {
                true => sets.push(rows.instants(part)),
                false => tests.push(rows.holds(part, None)),
            }
        }
        tests.extend(rows.excluded().map(Expression::is_missing));
        let set = match sets.len() {
            1 => sets.remove(0),
            _ => Expression::Intersection(sets),
        };
        if let Expression::Interval { from, .. } = &set {
            tests.push(from.as_ref().clone().is_present());
        }
        let covered = Aggregate::CoveredInstants {
            set,
            at_least: exists.at_least,
        };
        let hint = format!("any_{}", definitions.table(related).name);
        let (link, on) = match exists.relation {
            Related::Child { parent } => (rows.link(parent), self.key()),
            Related::Sibling { own, related } => (rows.link(related), self.link(own)),
        };
        let mut relation = rows.by_link(
            link,
            Some(Expression::all(tests)),
            vec![(hint.clone(), covered)],
        );
        if let Related::Sibling { own, .. } = exists.relation {
            // Rows of a parent that is not there, or not yet known, are related to nobody.
            let parent = definitions.table(self.table).parents[own].table;
            relation = self.of_known(parent, relation);
        }
        self.related(on, LINK, &[&hint], relation).remove(0)
    }

    /// The instants at which a row is what is asked of it.
    fn instants_of(
        &mut self,
        noun: RelatedNoun,
        seen: EventsSeen,
        periods: Option<&Periods<'_>>,
    ) -> Expression {
        let (event, timeframe) = match noun {
            RelatedNoun::State(state) => return self.state(state.state).set(),
            RelatedNoun::Event(event, timeframe) => (event, timeframe),
        };
        let at = self.event(event.event);
        // Sets are seen from just before an instant.
        let from = match seen {
            EventsSeen::BeforeInstant => at.clone(),
            EventsSeen::UpToInstant => at.clone().minus(Expression::integer(1)),
        };
        let (from, until) = match timeframe {
            Timeframe::Within(micros) => {
                let until = from.clone().plus(Expression::integer(micros));
                (from, until)
            }
            Timeframe::Ever | Timeframe::Unsaid => (from, Expression::missing_integer()),
            Timeframe::InThePeriod => {
                let periods = periods.expect("checking asks for a period where one is meant");
                periods.around(self, &at)
            }
        };
        Expression::Interval {
            from: Box::new(from),
            until: Box::new(until),
        }
    }

    /// The rows of a relation by link whose key a known row of the table has.
    fn of_known(&self, table: TableId, relation: SharedRelation) -> SharedRelation {
        let mut rows = Rows::new(self.context, table);
        let Expression::Column(key) = rows.key() else {
            unreachable!("a key is a column");
        };
        Arc::new(Relation::Join {
            left: relation,
            right: rows.build(&BTreeSet::from([key.clone()])),
            on: (LINK.to_string(), key),
            kind: JoinKind::Semi,
        })
    }

    /// The column that holds the key of a table this one belongs to.
    fn link_to(&mut self, table: TableId) -> Expression {
        let parents = &self.context.definitions.table(self.table).parents;
        let parent = parents.iter().position(|parent| parent.table == table);
        self.link(parent.expect("checking found this relation"))
    }

    /// Aggregates of the rows that hold the same key of another table.
    pub(super) fn by_link(
        mut self,
        link: Expression,
        predicate: Option<Expression>,
        aggregates: Vec<(Name, Aggregate)>,
    ) -> SharedRelation {
        let link = self.derive(LINK, link);
        let mut wanted = BTreeSet::new();
        let mut want = |expression: &Expression| {
            expression.add_columns_to(&mut wanted);
        };
        want(&link);
        predicate.iter().for_each(&mut want);
        for (_, aggregate) in &aggregates {
            aggregate.each_expression(&mut want);
        }
        let present = link.clone().is_present();
        let filtered = Arc::new(Relation::Filter {
            input: self.build(&wanted),
            predicate: Expression::all(std::iter::once(present).chain(predicate)),
        });
        let Expression::Column(link) = link else {
            unreachable!("a link is a column");
        };
        let aggregate = Arc::new(Relation::Aggregate {
            input: filtered,
            keys: vec![link.clone()],
            aggregates: aggregates.clone(),
        });
        let own = aggregates
            .into_iter()
            .map(|(name, _)| (name.clone(), Expression::Column(name)));
        let link = (LINK.to_string(), Expression::Column(link));
        Arc::new(Relation::Project {
            input: aggregate,
            columns: std::iter::once(link).chain(own).collect(),
        })
    }
}

/// The key of relations that are joined by a link.
pub(super) const LINK: &str = "of";
