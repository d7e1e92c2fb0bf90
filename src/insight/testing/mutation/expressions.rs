//! Places in formulas, populations, conditions and queries.

use super::places::{ChangeKind, Mutator};
use crate::base::source::Spanned;
use crate::lang::format;
use crate::lang::syntax::ast::{
    AggregateCall, ChosenEvents, Condition, Exists, Formula, Measured, Population, Query,
    QueryClause, Subject, Timeframe,
};

impl Mutator<'_> {
    pub(super) fn formula(&mut self, place: &mut Spanned<Formula>) {
        match &mut place.node {
            Formula::Number(number) => {
                let mut number = Spanned::new(number.clone(), place.span);
                self.weight(&mut number);
                place.node = Formula::Number(number.node);
            }
            Formula::Constant(literal) => {
                let mut literal = Spanned::new(literal.clone(), place.span);
                self.literal(&mut literal);
                place.node = Formula::Constant(literal.node);
            }
            // Another KPI is changed where it is defined.
            Formula::Name(_) => {}
            Formula::Aggregate(call) => self.aggregate(call),
            Formula::Binary { left, right, .. } => {
                self.formula(left);
                self.formula(right);
            }
            Formula::Negate(inner) | Formula::Group(inner) => self.formula(inner),
            Formula::Adjusted { formula, value, .. } => {
                self.formula(formula);
                self.literal(value);
            }
            Formula::Asked { formula, unit, .. } => {
                self.formula(formula);
                if let Some(unit) = unit {
                    self.shown_unit(unit);
                }
            }
        }
    }

    pub(super) fn aggregate(&mut self, call: &mut AggregateCall) {
        let table = call.population.node.table.node.clone();
        if let Some(value) = &mut call.value {
            self.measured(&table, &mut value.node);
        }
        self.population(&mut call.population.node);
        if let Some(with) = &mut call.with {
            self.condition(Some(&table), with);
        }
    }

    fn measured(&mut self, table: &str, value: &mut Measured) {
        let mut events = |chosen: &mut ChosenEvents| {
            for event in &mut chosen.events {
                self.noun(table, event);
            }
        };
        match value {
            Measured::Field(_) => {}
            Measured::TimeFrom { from, to } => {
                events(from);
                events(to);
            }
            Measured::TimeSince(since) => events(since),
        }
    }

    fn population(&mut self, population: &mut Population) {
        let table = population.table.node.clone();
        if let Some(role) = &mut population.role {
            self.noun(&table, role);
        }
        if let Some(filter) = &mut population.filter {
            self.condition(Some(&table), filter);
        }
    }

    /// A condition on rows of a table; a named one may be on rows of several.
    pub(super) fn condition(&mut self, table: Option<&str>, place: &mut Spanned<Condition>) {
        self.whole_condition(place);
        match &mut place.node {
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    self.condition(table, part);
                }
            }
            Condition::Not(inner) | Condition::Group(inner) | Condition::SoFar(inner) => {
                self.condition(table, inner);
            }
            Condition::Compare {
                operator, value, ..
            } => {
                self.operator(operator);
                self.literal(value);
            }
            Condition::In { values, .. } => {
                for value in values {
                    self.literal(value);
                }
            }
            Condition::Contains { .. } => {}
            Condition::Missing(_) | Condition::Present(_) => {}
            Condition::Exists(exists) => self.exists(exists),
            Condition::Within { event, within } => {
                if let Some(table) = table {
                    self.noun(table, event);
                }
                self.plain_duration(within);
            }
            Condition::Near { within, .. } => self.plain_duration(within),
            Condition::Elapsed {
                time,
                operator,
                limit,
            } => {
                if let Some(table) = table {
                    self.measured(table, &mut time.node);
                }
                self.operator(operator);
                self.plain_duration(limit);
            }
            Condition::Name(name) => {
                if let Some(table) = table {
                    self.noun(table, name);
                }
            }
        }
    }

    /// What a condition is as a whole: joined in another way, or turned into its contrary.
    fn whole_condition(&mut self, place: &mut Spanned<Condition>) {
        let other = match &place.node {
            Condition::And(parts) => Condition::Or(parts.clone()),
            Condition::Or(parts) => Condition::And(parts.clone()),
            Condition::Not(inner) => inner.node.clone(),
            Condition::Missing(field) => Condition::Present(field.clone()),
            Condition::Present(field) => Condition::Missing(field.clone()),
            Condition::In {
                field,
                negated,
                values,
            } => Condition::In {
                field: field.clone(),
                negated: !negated,
                values: values.clone(),
            },
            Condition::Contains {
                field,
                negated,
                value,
            } => Condition::Contains {
                field: field.clone(),
                negated: !negated,
                value: value.clone(),
            },
            Condition::Group(_)
            | Condition::SoFar(_)
            | Condition::Compare { .. }
            | Condition::Exists(_)
            | Condition::Within { .. }
            | Condition::Near { .. }
            | Condition::Elapsed { .. }
            | Condition::Name(_) => return,
        };
        let other = vec![(other.clone(), format::condition(&other))];
        self.offer(ChangeKind::Comparison, place.span, &mut place.node, other);
    }

    fn exists(&mut self, exists: &mut Exists) {
        let table = exists.table.node.clone();
        if let Some(count) = &mut exists.at_least {
            self.count(count);
        }
        self.noun(&table, &mut exists.role);
        if let Some(filter) = &mut exists.filter {
            self.condition(Some(&table), filter);
        }
        if let Some(timeframe) = &mut exists.timeframe
            && let Timeframe::Within(within) = &timeframe.node
        {
            let before = within.clone();
            self.duration(timeframe.span, &mut timeframe.node, &before, |other| {
                let text = format!("within {}", format::duration(&other));
                (Timeframe::Within(other), text)
            });
        }
    }

    /// What a view asks: its conditions, the bounds of its groups, the numbers it shows.
    pub(super) fn query(&mut self, query: &mut Query) {
        match &mut query.subject {
            Subject::Everything => {}
            Subject::Formulas(formulas) => formulas.iter_mut().for_each(|each| self.formula(each)),
            Subject::List(population) => self.population(&mut population.node),
        }
        for clause in &mut query.clauses {
            match &mut clause.node {
                QueryClause::Where(condition) => self.condition(None, condition),
                QueryClause::By(dimensions) => {
                    let bounds = dimensions.iter_mut().flat_map(|each| &mut each.bounds);
                    bounds.for_each(|bound| self.literal(bound));
                }
                QueryClause::Having(tests) => {
                    for test in tests {
                        self.operator(&mut test.operator);
                        self.literal(&mut test.value);
                    }
                }
                QueryClause::Over(_)
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
                | QueryClause::Top { .. }
                | QueryClause::SortBy(_)
                | QueryClause::Limit(_)
                | QueryClause::Show(_)
                | QueryClause::At(_) => {}
            }
        }
    }
}
