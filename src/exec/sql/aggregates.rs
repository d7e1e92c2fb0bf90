//! Aggregates and running sums.

use std::collections::BTreeSet;

use super::duckdb;
use super::expressions::ExpressionWriter;
use super::relations::{Translator, read_by};
use super::select::{Select, SelectColumn};
use crate::plan::relation::{Aggregate, Expression, Name, Relation, SharedRelation};

impl Translator<'_> {
    pub(super) fn aggregate(
        &mut self,
        input: &SharedRelation,
        keys: &[Name],
        aggregates: &[(Name, Aggregate)],
    ) -> Select {
        if let [(name, Aggregate::UnionOfIntervals { from, until })] = aggregates {
            return self.union_of_intervals(input, keys, name, (from, until));
        }
        let mut reads: BTreeSet<Name> = keys.iter().cloned().collect();
        for (_, aggregate) in aggregates {
            aggregate.each_expression(&mut |expression| expression.add_columns_to(&mut reads));
        }
        let select = self.shared(input);
        let mut select = self.read(select, &reads);
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let mut columns: Vec<SelectColumn> = keys
            .iter()
            .map(|key| writer.select.column(key).clone())
            .collect();
        let groups = columns.iter().map(|column| column.sql.clone()).collect();
        for (name, aggregate) in aggregates {
            columns.push(SelectColumn::made(name, aggregated(&mut writer, aggregate)));
        }
        let joins = writer.joins;
        select.columns = columns;
        select.joins = joins;
        select.groups = groups;
        select.is_closed = true;
        select
    }

    /// Gaps and islands: an interval begins an island where none before it reaches so far.
    fn union_of_intervals(
        &mut self,
        input: &SharedRelation,
        keys: &[Name],
        name: &str,
        (from, until): (&Expression, &Expression),
    ) -> Select {
        let select = self.shared(input);
        let mut reads = read_by([from, until]);
        reads.extend(keys.iter().cloned());
        let mut select = self.read(select, &reads);
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let after = writer.operand(from);
        let end = writer.written(until);
        let end = match end.as_str() {
            "NULL" => duckdb::ALWAYS_UNTIL.to_string(),
            end => format!("coalesce({end}, {})", duckdb::ALWAYS_UNTIL),
        };
        let hint = format!("{}_{name}", select.source);
        let keys: Vec<SelectColumn> = keys.iter().map(|key| select.column(key).clone()).collect();
        let partition: Vec<&str> = keys.iter().map(|key| key.sql.as_str()).collect();
        let window = format!("PARTITION BY {} ORDER BY {after}", partition.join(", "));
        let before = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING";
        select.filters.push(format!("{after} < {end}"));
        select.columns = keys.clone();
        select.columns.extend([
            SelectColumn::made("after", after),
            SelectColumn::made("until", end.clone()),
            SelectColumn::made("reached", format!("max({end}) OVER ({window} {before})")),
        ]);
        let intervals = self.part(&format!("{hint}_intervals"), &select);
        self.islands(&hint, intervals, &keys, name)
    }

    fn islands(
        &mut self,
        hint: &str,
        intervals: Select,
        keys: &[SelectColumn],
        name: &str,
    ) -> Select {
        let names: Vec<String> = keys.iter().map(|key| duckdb::name(&key.name)).collect();
        let by = names.join(", ");
        let with_keys = |select: &Select, others: Vec<SelectColumn>| {
            let mut select = select.clone();
            let keys = keys.iter().map(|key| intervals.column(&key.name).clone());
            select.columns = keys.chain(others).collect();
            select
        };
        let begins = "count(*) FILTER (WHERE reached IS NULL OR after > reached)";
        let island = format!("{begins} OVER (PARTITION BY {by} ORDER BY after)");
        let own = |name: &str| intervals.column(name).clone();
        let made = |name: &str, sql: String| SelectColumn::made(name, sql);
        let numbered = vec![own("after"), own("until"), made("island", island)];
        let numbered = with_keys(&intervals, numbered);
        let numbered = self.part(&format!("{hint}_islands"), &numbered);
        let ends = vec![
            made("after", "min(after)".into()),
            made("until", "max(until)".into()),
        ];
        let mut merged = with_keys(&numbered, ends);
        let island = std::iter::once("island".to_string());
        merged.groups = names.iter().cloned().chain(island).collect();
        let merged = self.part(&format!("{hint}_merged"), &merged);
        let set = made(name, duckdb::collected("after", "until"));
        let mut sets = with_keys(&merged, vec![set]);
        sets.groups = names;
        sets.is_closed = true;
        sets
    }

    /// A SELECT whose columns aggregates can read.
    fn read(&mut self, select: Select, reads: &BTreeSet<Name>) -> Select {
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
                column.sql = format!("sum(sum({})) OVER ({along})", column.sql);
                column.is_plain = false;
            }
        }
        groups.push(order);
        running.groups = groups;
        running.is_closed = true;
        running
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
            ..SelectColumn::made(order, format!("{points}.{}", duckdb::name(order)))
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

fn aggregated(writer: &mut ExpressionWriter, aggregate: &Aggregate) -> String {
    match aggregate {
        Aggregate::Count => "count(*)".to_string(),
        Aggregate::CountWhere(of) => format!("count(*) FILTER (WHERE {})", writer.written(of)),
        Aggregate::CountPresent(of) => format!("count({})", writer.written(of)),
        Aggregate::Sum(of) => format!("coalesce(sum({}), 0)", writer.written(of)),
        Aggregate::Min(of) => format!("min({})", writer.written(of)),
        Aggregate::Max(of) => format!("max({})", writer.written(of)),
        Aggregate::OrderStatistic { of, fraction } => {
            duckdb::quantile(&writer.written(of), *fraction)
        }
        Aggregate::NextOrderStatistic { .. } => {
            unreachable!("a quantile is one column here")
        }
        Aggregate::CountDistinct(of) => format!("count(DISTINCT {})", writer.written(of)),
        Aggregate::UnionOfIntervals { .. } => unreachable!("a union of intervals stands alone"),
    }
}
