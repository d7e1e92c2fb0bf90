//! Names in queries.

use super::{Resolver, TableIds};
use crate::base::source::{Span, Spanned};
use crate::lang::model::{NameForm, SymbolKind};
use crate::lang::syntax::ast::{self, Formula, Query, QueryClause, Subject};

/// What names of a query can mean beside definitions.
#[derive(Default)]
pub(super) struct QueryNames {
    /// The tables of its populations.
    pub tables: TableIds,
    /// The dimensions it is grouped by.
    pub by: Vec<ast::GroupBy>,
    /// KPIs that are columns of it by their own name.
    pub kpis: Vec<String>,
    pub is_list: bool,
    /// Columns of times, whose names are made of those of their events.
    times: Vec<ElapsedColumn>,
}

/// A column of times: `time_since_found` of groups, `days_since_found` of a list.
pub(super) struct ElapsedColumn {
    name: String,
    /// What its name begins with: `time`, or a unit.
    begin: String,
    time: ast::Measured,
}

impl QueryNames {
    /// The column of times that has a name.
    pub fn time(&self, name: &str) -> Option<&ElapsedColumn> {
        self.times.iter().find(|column| column.name == name)
    }

    fn add_time(&mut self, time: &Spanned<ast::Measured>, begin: &str) {
        if matches!(time.node, ast::Measured::Field(_)) {
            return;
        }
        let column = ast::GroupBy {
            of: time.clone(),
            bounds: Vec::new(),
        };
        self.times.push(ElapsedColumn {
            name: column.name().replacen("time", begin, 1),
            begin: begin.to_owned(),
            time: time.node.clone(),
        });
    }
}

impl Resolver<'_> {
    /// The names of a query; gives what can be named by what is said of it.
    pub(super) fn query(&mut self, tree: &Query) -> QueryNames {
        let mut names = self.subject(&tree.subject);
        for clause in &tree.clauses {
            if let QueryClause::By(fields) = &clause.node {
                names.by.clone_from(fields);
            }
        }
        for dimension in names.by.clone() {
            names.add_time(&dimension.of, "time");
        }
        for clause in &tree.clauses {
            if let QueryClause::Show(columns) = &clause.node {
                for column in columns {
                    let unit = column.unit.as_ref().map_or("days", |unit| &unit.node);
                    names.add_time(&column.value, unit);
                }
            }
        }
        for clause in &tree.clauses {
            self.query_clause(&names, &clause.node);
        }
        names
    }

    fn subject(&mut self, tree: &Subject) -> QueryNames {
        match tree {
            Subject::Everything => self.every_kpi(),
            Subject::List(population) => QueryNames {
                tables: self.population(&population.node).into_iter().collect(),
                is_list: true,
                ..QueryNames::default()
            },
            Subject::Formulas(formulas) => {
                let mut names = QueryNames::default();
                for formula in formulas {
                    self.query_column(&mut names, &formula.node);
                }
                names
            }
        }
    }

    /// A query that names nothing is about all KPIs.
    fn every_kpi(&mut self) -> QueryNames {
        let mut names = QueryNames::default();
        for kpi in &self.scope.model.kpis {
            self.implied(self.find(SymbolKind::Kpi, None, &kpi.name));
            names.tables.extend(self.tables_of_kpi(&kpi.name));
            names.kpis.push(kpi.name.clone());
        }
        names
    }

    fn query_column(&mut self, names: &mut QueryNames, tree: &Formula) {
        if let Formula::Name(name) = tree
            && let Some(view) = self.scope.view(&name.node)
        {
            self.name(SymbolKind::View, None, name);
            // What the view names is used by the view; here only what it offers counts.
            let (uses, user) = (self.found.uses.len(), self.user);
            *names = self.query(&view.tree.node);
            self.found.uses.truncate(uses);
            self.user = user;
            return;
        }
        names.tables.extend(self.formula(tree));
        names.kpis.extend(own_name(tree));
    }

    fn query_clause(&mut self, names: &QueryNames, clause: &QueryClause) {
        match clause {
            QueryClause::By(dimensions) => {
                for dimension in dimensions {
                    self.measured(&names.tables, &dimension.of.node);
                }
            }
            QueryClause::Show(columns) => {
                for column in columns {
                    self.measured(&names.tables, &column.value.node);
                }
            }
            QueryClause::Where(condition) => self.condition(&names.tables, &condition.node),
            QueryClause::Having(tests) => {
                for test in tests {
                    self.name(SymbolKind::Kpi, None, &test.column);
                }
            }
            QueryClause::Top { count: _, by } => {
                if let Some(by) = by {
                    self.name(SymbolKind::Kpi, None, by);
                }
            }
            QueryClause::SortBy(keys) => {
                for key in keys {
                    self.sort_key(names, &key.field);
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
            | QueryClause::Limit(_)
            | QueryClause::At(_) => {}
        }
    }

    /// A dimension, or else a column; of a list, a field.
    fn sort_key(&mut self, names: &QueryNames, key: &ast::FieldRef) {
        let mut by = names.by.iter();
        let is_dimension = by.any(|dimension| {
            let field = dimension.field();
            field.is_some_and(|field| field.name.node == key.name.node)
        });
        if let Some(time) = names.time(&key.name.node) {
            self.time_column(&names.tables, time, &key.name);
            return;
        }
        match names.is_list || is_dimension {
            true => self.field(&names.tables, key),
            false => self.name(SymbolKind::Kpi, None, &key.name),
        }
    }
}

impl Resolver<'_> {
    /// The name of a column of times, such as `time_from_found_to_verified`: the names of events in it.
    pub(super) fn time_column(
        &mut self,
        tables: &TableIds,
        column: &ElapsedColumn,
        written: &Spanned<String>,
    ) {
        // In quotes or back-ticks the places of its parts are others.
        if (written.span.end - written.span.start) as usize != written.node.len() {
            return;
        }
        let pieces: Vec<(&str, &ast::ChosenEvents)> = match &column.time {
            ast::Measured::Field(_) => Vec::new(),
            ast::Measured::TimeFrom { from, to } => vec![("_from_", from), ("_to_", to)],
            ast::Measured::TimeSince(since) => vec![("_since_", since)],
        };
        let underlined = |words: &str| words.replace(", ", "_").replace(' ', "_").len();
        let mut at = written.span.start + column.begin.len() as u32;
        for (words, chosen) in pieces {
            let (before, between) = chosen.choice.words();
            at += (words.len() + underlined(before)) as u32;
            for (place, event) in chosen.events.iter().enumerate() {
                at += if place > 0 {
                    underlined(between) as u32
                } else {
                    0
                };
                let end = at + event.node.len() as u32;
                let span = Span {
                    start: at,
                    end,
                    ..written.span
                };
                for table in tables {
                    let symbol = self.find(SymbolKind::Event, Some(*table), &event.node);
                    self.push(symbol, Some(span), NameForm::Part, false);
                }
                at = end;
            }
        }
    }
}

/// The KPI whose name a column bears. One that is `called` otherwise bears that name.
fn own_name(tree: &Formula) -> Option<String> {
    match tree {
        Formula::Name(name) => Some(name.node.clone()),
        Formula::Asked {
            formula,
            unit: _,
            name: None,
        } => own_name(&formula.node),
        Formula::Number(_)
        | Formula::Constant(_)
        | Formula::Aggregate(_)
        | Formula::Binary { .. }
        | Formula::Negate(_)
        | Formula::Group(_)
        | Formula::Adjusted { .. }
        | Formula::Asked { .. } => None,
    }
}
