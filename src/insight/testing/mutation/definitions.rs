//! Places in definitions. Dashboards, sources and matches have none: no test can ask for them.

use super::places::{ChangeKind, ChangedSymbol, Mutator};
use crate::base::source::Spanned;
use crate::lang::format;
use crate::lang::model::SymbolKind;
use crate::lang::syntax::ast::{
    Definition, DueTime, EventTime, FieldOrigin, Kpi, KpiClause, Score, ScoreClause, Sla,
    SlaClause, Table, TableClause, TimeColumns, Weight, WrittenLiteral,
};

impl Mutator<'_> {
    pub(super) fn definition(&mut self, definition: &mut Definition) {
        match definition {
            Definition::Table(table) => self.table(table),
            Definition::Condition(tree) => {
                self.enter(SymbolKind::Condition, &tree.name.node);
                self.condition(None, &mut tree.condition);
            }
            Definition::Score(score) => self.score(score),
            Definition::Sla(sla) => self.sla(sla),
            Definition::Kpi(kpi) => self.kpi(kpi),
            Definition::View(view) => {
                self.enter(SymbolKind::View, &view.name.node);
                for query in &mut view.shows {
                    self.query(&mut query.node);
                }
            }
            Definition::Calendar(_)
            | Definition::Scale(_)
            | Definition::Dashboard(_)
            | Definition::ReportSource(_)
            | Definition::Match(_)
            | Definition::Test(_) => {}
        }
    }

    fn enter(&mut self, kind: SymbolKind, name: &str) {
        self.of = ChangedSymbol {
            kind,
            table: None,
            name: name.to_owned(),
        };
    }

    fn enter_noun(&mut self, kind: SymbolKind, table: &str, name: &str) {
        self.enter(kind, name);
        self.of.table = Some(table.to_owned());
    }

    fn table(&mut self, tree: &mut Table) {
        let table = tree.name.node.clone();
        for clause in &mut tree.clauses {
            match &mut clause.node {
                TableClause::Key(_) | TableClause::BelongsTo { .. } => {}
                TableClause::Event { name, at, filter } => {
                    self.enter_noun(SymbolKind::Event, &table, &name.node);
                    match at {
                        EventTime::Columns(columns) => self.times(&table, columns),
                        EventTime::LastOf { column, table } => self.time(&table.node, column),
                    }
                    if let Some(filter) = filter {
                        self.condition(Some(&table), filter);
                    }
                }
                TableClause::State {
                    name,
                    intervals,
                    from,
                    until,
                } => {
                    self.enter_noun(SymbolKind::State, &table, &name.node);
                    let holder = intervals.as_ref().map_or(&table, |holder| &holder.node);
                    self.times(holder, from);
                    self.times(holder, until);
                }
                TableClause::Known(column) => {
                    self.enter(SymbolKind::Table, &table);
                    self.time(&table, column);
                }
                TableClause::Field { name, from, .. } => {
                    self.enter_noun(SymbolKind::Field, &table, &name.node);
                    if let Some(FieldOrigin::RollUp(call)) = from {
                        self.aggregate(&mut call.node);
                    }
                }
                TableClause::Scope { state, filter } => {
                    self.enter(SymbolKind::Table, &table);
                    self.noun(&table, state);
                    if let Some(filter) = filter {
                        self.condition(Some(&table), filter);
                    }
                }
                TableClause::Exclude { filter, .. } => {
                    self.enter(SymbolKind::Table, &table);
                    self.condition(Some(&table), filter);
                }
            }
        }
    }

    fn times(&mut self, table: &str, columns: &mut TimeColumns) {
        for column in &mut columns.columns {
            self.time(table, &mut column.name);
        }
    }

    fn score(&mut self, score: &mut Score) {
        self.enter(SymbolKind::Score, &score.name.node);
        for clause in &mut score.clauses {
            match &mut clause.node {
                ScoreClause::Base { weights, .. } | ScoreClause::Times { weights, .. } => {
                    weights.iter_mut().for_each(|each: &mut Spanned<Weight>| {
                        self.weight(&mut each.node.weight);
                    });
                }
                ScoreClause::Cap(cap) => {
                    let mut literal =
                        Spanned::new(WrittenLiteral::Number(cap.node.clone()), cap.span);
                    self.literal(&mut literal);
                    if let WrittenLiteral::Number(number) = literal.node {
                        cap.node = number;
                    }
                }
                ScoreClause::Of(_) | ScoreClause::Since(_) => {}
            }
        }
    }

    fn sla(&mut self, sla: &mut Sla) {
        self.enter(SymbolKind::Sla, &sla.name.node);
        let table = sla.clauses.iter().find_map(|clause| match &clause.node {
            SlaClause::Of(table) => Some(table.node.clone()),
            _ => None,
        });
        let table = table.unwrap_or_default();
        for clause in &mut sla.clauses {
            match &mut clause.node {
                SlaClause::Starts(event) => self.noun(&table, event),
                SlaClause::Stops(nouns) | SlaClause::Pauses(nouns) => {
                    nouns.iter_mut().for_each(|noun| self.noun(&table, noun));
                }
                SlaClause::Due { time, filter } => {
                    self.due_time(&table, time);
                    if let Some(filter) = filter {
                        self.condition(Some(&table), filter);
                    }
                }
                SlaClause::Owner(_)
                | SlaClause::Of(_)
                | SlaClause::Prefix(_)
                | SlaClause::Since(_) => {}
            }
        }
    }

    fn due_time(&mut self, table: &str, place: &mut Spanned<DueTime>) {
        match &mut place.node {
            DueTime::Elapsed(duration) => {
                let before = duration.clone();
                self.duration(place.span, &mut place.node, &before, |other| {
                    let text = format::duration(&other);
                    (DueTime::Elapsed(other), text)
                });
            }
            DueTime::Calendar { count, .. } => self.count(count),
            DueTime::At(column) => self.time(table, column),
        }
    }

    fn kpi(&mut self, kpi: &mut Kpi) {
        self.enter(SymbolKind::Kpi, &kpi.name.node);
        self.band_bounds(&mut kpi.clauses);
        for clause in &mut kpi.clauses {
            match &mut clause.node {
                KpiClause::Is(formula) => self.formula(formula),
                KpiClause::As(unit) => self.shown_unit(unit),
                KpiClause::Target {
                    bound,
                    limit,
                    filter,
                    ..
                } => {
                    self.target_bound(bound);
                    self.literal(limit);
                    if let Some(filter) = filter {
                        self.condition(None, filter);
                    }
                }
                KpiClause::Note(_)
                | KpiClause::Owner(_)
                | KpiClause::By(_)
                // It marks values and changes none.
                | KpiClause::AtLeastRows(_)
                | KpiClause::At(_)
                | KpiClause::HigherIsBetter
                | KpiClause::LowerIsBetter
                | KpiClause::Band { .. } => {}
            }
        }
    }

    /// Where one band ends the next begins: a bound is one place, though it may be written twice.
    fn band_bounds(&mut self, clauses: &mut Vec<Spanned<KpiClause>>) {
        let mut bounds: Vec<Spanned<WrittenLiteral>> = Vec::new();
        for clause in clauses.iter() {
            if let KpiClause::Band { lower, upper, .. } = &clause.node {
                for bound in [lower, upper].into_iter().flatten() {
                    if !bounds.contains(bound) {
                        bounds.push(bound.clone());
                    }
                }
            }
        }
        for bound in bounds {
            let others = self.other_literals(&bound.node).into_iter().map(|other| {
                let text = format::literal(&other);
                (with_bound(clauses, &bound.node, &other), text)
            });
            let others = others.collect();
            self.offer(ChangeKind::Bound, bound.span, clauses, others);
        }
    }
}

/// The clauses with another bound wherever one is written.
fn with_bound(
    clauses: &[Spanned<KpiClause>],
    old: &WrittenLiteral,
    new: &WrittenLiteral,
) -> Vec<Spanned<KpiClause>> {
    let mut changed = clauses.to_vec();
    for clause in &mut changed {
        if let KpiClause::Band { lower, upper, .. } = &mut clause.node {
            for bound in [lower, upper].into_iter().flatten() {
                if bound.node == *old {
                    bound.node = new.clone();
                }
            }
        }
    }
    changed
}
