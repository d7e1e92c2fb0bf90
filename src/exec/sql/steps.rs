//! Steps of a relation that one SELECT can often hold: filters, columns, joins, orders.

use std::collections::BTreeSet;

use super::expressions::ExpressionWriter;
use super::relations::{KeyOrder, Translator, hint, needs_points, ordered, read_by};
use super::select::{Select, SelectColumn, bare};
use crate::plan::relation::{Expression, JoinKind, Name, SharedRelation, SortKey};

impl Translator<'_> {
    pub(super) fn filter(&mut self, input: &SharedRelation, predicate: &Expression) -> Select {
        let select = self.shared(input);
        let mut select = self.opened(select, &read_by([predicate]), needs_points([predicate]));
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let filters = writer.conjuncts(predicate);
        let joins = writer.joins;
        select
            .filters
            .extend(filters.into_iter().filter(|filter| filter != "true"));
        select.joins = joins;
        select
    }

    pub(super) fn project(
        &mut self,
        input: &SharedRelation,
        columns: &[(Name, Expression)],
        keeps_others: bool,
    ) -> Select {
        let select = self.shared(input);
        let made = || {
            let expressions = columns.iter().map(|(_, expression)| expression);
            expressions.filter(|expression| !matches!(expression, Expression::Column(_)))
        };
        let mut select = match made().next() {
            None => select,
            Some(_) => self.opened(select, &read_by(made()), needs_points(made())),
        };
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let own: Vec<SelectColumn> = columns
            .iter()
            .map(|(name, expression)| match expression {
                Expression::Column(of) => SelectColumn {
                    name: name.clone(),
                    ..writer.select.column(of).clone()
                },
                other => SelectColumn {
                    has_ranges: matches!(
                        other,
                        Expression::CoveredPoints { .. } | Expression::SteppedPoints { .. }
                    ),
                    ..SelectColumn::made(name, writer.written(other))
                },
            })
            .collect();
        let joins = writer.joins;
        select.joins = joins;
        match keeps_others {
            false => select.columns = own,
            true => {
                let is_new = |known: &SelectColumn| own.iter().all(|one| one.name != known.name);
                select.columns.retain(is_new);
                select.columns.extend(own);
            }
        }
        select
    }

    pub(super) fn join(
        &mut self,
        left: &SharedRelation,
        right: &SharedRelation,
        on: &(Name, Name),
        kind: JoinKind,
    ) -> Select {
        let right = self.source(right, &hint(right));
        let select = self.shared(left);
        let is_left = kind == JoinKind::Left;
        let mut select = self.opened(select, &BTreeSet::from([on.0.clone()]), is_left);
        let own = select.column(&on.0).sql.clone();
        let key = &right.column(&on.1).sql;
        let table = &right.source;
        if !is_left {
            let keys = format!("SELECT {key} FROM {table}");
            select.filters.push(format!("{own} IN ({keys})"));
            return select;
        }
        let alias = alias_of(&select, table, &on.0);
        let named = match alias == *table {
            true => alias.clone(),
            false => format!("{table} AS {alias}"),
        };
        let join = format!("LEFT JOIN {named}\n  ON {own} = {alias}.{key}");
        select.joins.push(join);
        let columns = right.columns.iter().filter(|column| column.name != on.1);
        select.columns.extend(columns.map(|column| SelectColumn {
            sql: format!("{alias}.{}", column.sql),
            ..column.clone()
        }));
        select
    }

    pub(super) fn union(&mut self, inputs: &[SharedRelation]) -> Select {
        let selects: Vec<Select> = inputs.iter().map(|input| self.shared(input)).collect();
        let columns = selects[0].columns.clone();
        let hint = format!("{}_changes", self.subject);
        let texts: Vec<String> = selects.iter().map(Select::text).collect();
        self.part_of(&hint, texts.join("\nUNION ALL\n"), &columns)
    }

    pub(super) fn expand(
        &mut self,
        input: &SharedRelation,
        low: &str,
        high: &str,
        into: &str,
    ) -> Select {
        let select = self.shared(input);
        let reads = BTreeSet::from([low.to_string(), high.to_string()]);
        let mut select = self.opened(select, &reads, false);
        let points = self
            .dialect
            .expanded(&select.column(low).sql, &select.column(high).sql);
        select.columns.push(SelectColumn::made(into, points));
        select
    }

    pub(super) fn unnest(
        &mut self,
        input: &SharedRelation,
        ranges: &str,
        (low, high): (&str, &str),
        value: Option<&str>,
    ) -> Select {
        let select = self.shared(input);
        let mut select = self.opened(select, &BTreeSet::from([ranges.to_string()]), false);
        let list = select.column(ranges).sql.clone();
        let ranges = self
            .dialect
            .unnested_ranges(&list, "stretch", value.is_some());
        select.joins.push(ranges.join);
        let end = |name: &str, sql: String| SelectColumn {
            is_plain: true,
            ..SelectColumn::made(name, sql)
        };
        select.columns.push(end(low, ranges.low));
        select.columns.push(end(high, ranges.high));
        select
            .columns
            .extend(value.map(|name| end(name, ranges.value)));
        select
    }

    pub(super) fn sort(&mut self, input: &SharedRelation, keys: &[SortKey]) -> Select {
        let mut select = self.shared(input);
        // Databases take a constant for the place of a column, and rows do not differ in it.
        let differs = |key: &&SortKey| !is_constant(&select.column(&key.column).sql);
        select.order = keys
            .iter()
            .filter(differs)
            .map(|key| {
                let column = select.column(&key.column);
                let order = match &column.scale {
                    Some(scale) => KeyOrder::Scale(&scale.values),
                    None if column.is_text => KeyOrder::Text,
                    None => KeyOrder::Plain,
                };
                ordered(self.dialect, &column.sql, order, key.is_descending)
            })
            .collect();
        select.is_closed = true;
        select
    }
}

fn is_constant(sql: &str) -> bool {
    matches!(sql, "true" | "false") || sql.parse::<i64>().is_ok()
}

/// What a joined table is called: by its name, or if that is taken by the column that finds its rows.
fn alias_of(select: &Select, table: &str, on: &str) -> String {
    let is_joined = |join: &String| join.contains(&format!(" {table}\n"));
    match select.source == table || select.joins.iter().any(is_joined) {
        true => select.dialect.name(&format!("{}_of_{on}", bare(table))),
        false => table.to_string(),
    }
}
