//! Aggregates and running sums.

use std::collections::BTreeSet;

use super::dialects::{ALWAYS_UNTIL, SqlDialect};
use super::expressions::ExpressionWriter;
use super::quantiles::ranked_quantile;
use super::relations::{Translator, read_by};
use super::select::{Select, SelectColumn};
use crate::plan::relation::{Aggregate, Expression, Literal, Name, Relation, SharedRelation};

impl Translator<'_> {
    pub(super) fn aggregate(
        &mut self,
        input: &SharedRelation,
        keys: &[Name],
        aggregates: &[(Name, Aggregate)],
    ) -> Select {
        if let [(name, Aggregate::CoveredInstants { set, at_least })] = aggregates {
            return self.covered_instants(input, keys, name, set, *at_least);
        }
        if let [(name, Aggregate::Steps { parts, fold })] = aggregates {
            return self.steps(input, keys, (name, *fold), parts);
        }
        let mut reads: BTreeSet<Name> = keys.iter().cloned().collect();
        for (_, aggregate) in aggregates {
            aggregate.each_expression(&mut |expression| expression.add_columns_to(&mut reads));
        }
        let select = self.shared(input);
        let select = self.read(select, &reads);
        let mut select = self.ranked(select, &reads, keys, aggregates);
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let mut columns: Vec<SelectColumn> = keys
            .iter()
            .map(|key| writer.select.column(key).clone())
            .collect();
        let groups = columns.iter().map(|column| column.sql.clone()).collect();
        for (name, aggregate) in aggregates {
            let aggregated = aggregated(&mut writer, name, aggregate);
            columns.push(SelectColumn::made(name, aggregated));
        }
        let joins = writer.joins;
        select.columns = columns;
        select.joins = joins;
        select.groups = groups;
        select.is_closed = true;
        select
    }

    fn covered_instants(
        &mut self,
        input: &SharedRelation,
        keys: &[Name],
        name: &str,
        set: &Expression,
        at_least: u32,
    ) -> Select {
        let mut reads = read_by([set]);
        reads.extend(keys.iter().cloned());
        let select = self.shared(input);
        let select = self.read(select, &reads);
        let hint = format!("{}_{name}", select.source);
        let keys: Vec<SelectColumn> = keys.iter().map(|key| select.column(key).clone()).collect();
        let mut intervals = self.intervals_of(select, &keys, (set, None), &hint);
        if at_least > 1 {
            intervals = self.deep_enough(&hint, intervals, &keys, at_least);
        }
        let merged = self.islands(&hint, intervals, &keys);
        let set = SelectColumn::made(name, self.dialect.collected("after", "until"));
        let mut sets = with_keys(&merged, &keys, vec![set]);
        sets.groups = names(self.dialect, &keys);
        sets.is_closed = true;
        sets
    }

    /// The keys with the ends of the intervals of a set, `after` and `until`, and a `value` if one is asked for: a row for
    /// each interval.
    pub(super) fn intervals_of(
        &mut self,
        mut select: Select,
        keys: &[SelectColumn],
        (set, value): (&Expression, Option<&Expression>),
        hint: &str,
    ) -> Select {
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let value = value.map(|value| SelectColumn::made("value", writer.written(value)));
        let Expression::Interval { from, until } = set else {
            let written = writer.written(set);
            let joins = writer.joins;
            select.columns = keys.to_vec();
            select.columns.extend(value);
            select.columns.push(SelectColumn::made("instants", written));
            select.joins = joins;
            let mut sets = self.part(&format!("{hint}_sets"), &select);
            let list = sets.column("instants").sql.clone();
            let intervals = self.dialect.unnested(&list, "stretch");
            sets.joins.push(intervals.join);
            sets.columns.pop();
            sets.columns.extend([
                SelectColumn::made("after", intervals.low),
                SelectColumn::made("until", intervals.high),
            ]);
            return sets;
        };
        let after = writer.operand(from);
        let last = self.dialect.integer(ALWAYS_UNTIL);
        let end = match until.as_ref() {
            Expression::Literal(Literal::Missing(_)) => last,
            until => format!("coalesce({}, {last})", writer.written(until)),
        };
        let joins = writer.joins;
        select.filters.push(format!("{after} < {end}"));
        select.joins = joins;
        select.columns = keys.to_vec();
        select.columns.extend(value);
        select.columns.extend([
            SelectColumn::made("after", after),
            SelectColumn::made("until", end),
        ]);
        select
    }

    /// The stretches in which so many intervals are: a running count of those that have begun and not ended.
    fn deep_enough(
        &mut self,
        hint: &str,
        intervals: Select,
        keys: &[SelectColumn],
        at_least: u32,
    ) -> Select {
        let intervals = self.part(&format!("{hint}_single"), &intervals);
        let names = names(self.dialect, keys);
        let by = names.join(", ");
        let with = |others: Vec<SelectColumn>| with_keys(&intervals, keys, others);
        let made = |name: &str, sql: &str| SelectColumn::made(name, sql);
        let begins = with(vec![made("after", "after"), made("change", "1")]);
        let ends = with(vec![made("after", "until"), made("change", "-1")]);
        let all = format!("{}\nUNION ALL\n{}", begins.text(), ends.text());
        let changes = self.part_of(&format!("{hint}_changes"), all, &begins.columns);
        let along = format!("PARTITION BY {by} ORDER BY after");
        let mut depths = changes.clone();
        depths.columns = keys
            .iter()
            .map(|key| changes.column(&key.name).clone())
            .collect();
        depths.columns.extend([
            changes.column("after").clone(),
            made("until", &self.dialect.next("after", &along)),
            made("depth", &format!("sum(sum(change)) OVER ({along})")),
        ]);
        depths.groups = names.iter().cloned().chain(["after".to_string()]).collect();
        depths.is_closed = true;
        let mut deep = self.part(&format!("{hint}_depths"), &depths);
        deep.filters.push(format!("depth >= {at_least}"));
        deep.columns.pop();
        deep
    }

    /// The intervals of each group with those that touch or overlap as one (gaps and islands): an interval begins an island where
    /// none before it reaches so far.
    pub(super) fn islands(
        &mut self,
        hint: &str,
        mut intervals: Select,
        keys: &[SelectColumn],
    ) -> Select {
        let (after, end) = (
            intervals.column("after").sql.clone(),
            intervals.column("until").sql.clone(),
        );
        let partition = keys
            .iter()
            .map(|key| intervals.column(&key.name).sql.as_str());
        let partition: Vec<&str> = partition.collect();
        let window = format!("PARTITION BY {} ORDER BY {after}", partition.join(", "));
        let reached = self.dialect.largest_before(&end, &window);
        intervals
            .columns
            .push(SelectColumn::made("reached", reached));
        let intervals = self.part(&format!("{hint}_intervals"), &intervals);
        let by = names(self.dialect, keys).join(", ");
        let begins = "count(CASE WHEN reached IS NULL OR after > reached THEN 1 END)";
        let island = format!("{begins} OVER (PARTITION BY {by} ORDER BY after)");
        let own = |name: &str| intervals.column(name).clone();
        let made = |name: &str, sql: String| SelectColumn::made(name, sql);
        let numbered = vec![own("after"), own("until"), made("island", island)];
        let numbered = with_keys(&intervals, keys, numbered);
        let numbered = self.part(&format!("{hint}_islands"), &numbered);
        let ends = vec![
            made("after", "min(after)".into()),
            made("until", "max(until)".into()),
        ];
        let mut merged = with_keys(&numbered, keys, ends);
        let island = std::iter::once("island".to_string());
        merged.groups = names(self.dialect, keys)
            .into_iter()
            .chain(island)
            .collect();
        self.part(&format!("{hint}_merged"), &merged)
    }

    /// A SELECT whose columns aggregates can read.
    pub(super) fn read(&mut self, select: Select, reads: &BTreeSet<Name>) -> Select {
        let can_read = reads.iter().all(|name| select.column(name).is_plain);
        match can_read && !select.is_closed {
            true => select,
            false => {
                let hint = self.hint_of(&select);
                self.part(&hint, &select)
            }
        }
    }

    /// Sums along the points.
    pub(super) fn running(
        &mut self,
        input: &SharedRelation,
        partition: &[Name],
        order: &str,
        columns: &[Name],
    ) -> Select {
        let Relation::Aggregate { input, .. } = input.as_ref() else {
            unreachable!("what runs along the points is a sum of changes");
        };
        let changes = self.shared(input);
        let changes = self.added_up(&changes, columns);
        let zeros = self.zeros(&changes, partition, order, columns);
        let all = format!("{}\nUNION ALL\n{}", changes.text(), zeros.text());
        let mut running = self.part_of(&format!("{}_dense", self.subject), all, &changes.columns);
        let of = |name: &Name| running.column(name).sql.clone();
        let mut groups: Vec<String> = partition.iter().map(of).collect();
        let order = running.column(order).sql.clone();
        let along = match groups.is_empty() {
            true => format!("ORDER BY {order}"),
            false => format!("PARTITION BY {} ORDER BY {order}", groups.join(", ")),
        };
        for column in &mut running.columns {
            if columns.contains(&column.name) {
                let sum = self.dialect.sum(&column.sql);
                column.sql = format!("sum({sum}) OVER ({along})");
                column.is_plain = false;
            }
        }
        groups.push(order);
        running.groups = groups;
        running.is_closed = true;
        running
    }

    /// The changes of each group at each point as one, so that what follows need not look at rows again.
    fn added_up(&mut self, changes: &Select, columns: &[Name]) -> Select {
        let mut added = changes.clone();
        added.is_closed = true;
        let once = self.dialect.computed_once().map(str::to_owned);
        added.filters.extend(once);
        for column in &mut added.columns {
            match columns.contains(&column.name) {
                false => added.groups.push(column.sql.clone()),
                true => {
                    column.sql = self.dialect.sum(&column.sql);
                    column.is_plain = false;
                }
            }
        }
        self.part(&format!("{}_by_point", self.subject), &added)
    }

    /// A change of nothing for every group at every point, so that a group without changes at one has a sum too.
    fn zeros(&self, changes: &Select, partition: &[Name], order: &str, columns: &[Name]) -> Select {
        let points = &self.points.table;
        let mut zeros = changes.clone();
        zeros.is_distinct = true;
        zeros.joins = vec![format!("CROSS JOIN {points}")];
        let keys = partition.iter().map(|key| changes.column(key).clone());
        zeros.columns = keys.collect();
        zeros.columns.push(SelectColumn {
            is_plain: true,
            ..SelectColumn::made(order, format!("{points}.{}", self.dialect.name(order)))
        });
        let nothing = |column: &Name| SelectColumn::made(column, "0".to_string());
        zeros.columns.extend(columns.iter().map(nothing));
        if self.points.has_unreadable {
            zeros
                .filters
                .push(format!("{points}.starts_at IS NOT NULL"));
        }
        zeros
    }
}

/// The names of columns as a statement writes them.
pub(super) fn names(dialect: &dyn SqlDialect, keys: &[SelectColumn]) -> Vec<String> {
    keys.iter().map(|key| dialect.name(&key.name)).collect()
}

/// A SELECT with some of its columns and others.
pub(super) fn with_keys(
    select: &Select,
    keys: &[SelectColumn],
    others: Vec<SelectColumn>,
) -> Select {
    let mut select = select.clone();
    let keys: Vec<SelectColumn> = keys
        .iter()
        .map(|key| select.column(&key.name).clone())
        .collect();
    select.columns = keys.into_iter().chain(others).collect();
    select
}

fn aggregated(writer: &mut ExpressionWriter, name: &str, aggregate: &Aggregate) -> String {
    match aggregate {
        Aggregate::Count => "count(*)".to_string(),
        Aggregate::CountWhere(of) => format!("count(*) FILTER (WHERE {})", writer.written(of)),
        Aggregate::CountPresent(of) => format!("count({})", writer.written(of)),
        Aggregate::Sum(of) => {
            let of = writer.written(of);
            format!("coalesce({}, 0)", writer.dialect.sum(&of))
        }
        Aggregate::Min(of) => format!("min({})", writer.written(of)),
        Aggregate::Max(of) => format!("max({})", writer.written(of)),
        Aggregate::OrderStatistic { of, fraction } => {
            let of = writer.written(of);
            let own = writer.dialect.quantile(&of, *fraction);
            own.unwrap_or_else(|| ranked_quantile(writer.dialect, name, *fraction))
        }
        Aggregate::NextOrderStatistic { .. } => {
            unreachable!("a quantile is one column here")
        }
        Aggregate::IntervalEnd { .. } => {
            unreachable!("statements have no confidence intervals")
        }
        Aggregate::CountDistinct(of) => format!("count(DISTINCT {})", writer.written(of)),
        Aggregate::CoveredInstants { .. } | Aggregate::Steps { .. } => {
            unreachable!("a set of instants stands alone")
        }
    }
}
