//! Aggregates and running sums.

use std::collections::BTreeSet;

use super::duckdb;
use super::expressions::ExpressionWriter;
use super::relations::{Translator, read_by};
use super::select::{Select, SelectColumn};
use crate::plan::relation::{Aggregate, Expression, Name, SharedRelation};

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
        let end = writer.operand(until);
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
        let keys = || keys.iter().map(|key| intervals.column(&key.name).clone());
        let begins = "count(*) FILTER (WHERE reached IS NULL OR after > reached)";
        let mut numbered = intervals.clone();
        numbered.columns = keys().collect();
        numbered.columns.extend([
            intervals.column("after").clone(),
            intervals.column("until").clone(),
            SelectColumn::made(
                "island",
                format!("{begins} OVER (PARTITION BY {by} ORDER BY after)"),
            ),
        ]);
        let numbered = self.part(&format!("{hint}_islands"), &numbered);
        let mut merged = numbered.clone();
        merged.columns = keys().collect();
        merged.columns.extend([
            SelectColumn::made("after", "min(after)"),
            SelectColumn::made("until", "max(until)"),
        ]);
        merged.groups = names
            .iter()
            .cloned()
            .chain(["island".to_string()])
            .collect();
        let merged = self.part(&format!("{hint}_merged"), &merged);
        let mut sets = merged.clone();
        sets.columns = keys().collect();
        sets.columns.push(SelectColumn::made(
            name,
            duckdb::collected("after", "until"),
        ));
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
                let hint = format!("{}_taken", select.source);
                self.part(&hint, &select)
            }
        }
    }

    /// Sums along the points. Every group gets a row at every point, so that one without changes has a sum too.
    pub(super) fn running(
        &mut self,
        input: &SharedRelation,
        partition: &[Name],
        order: &str,
        columns: &[Name],
    ) -> Select {
        let crate::plan::relation::Relation::Aggregate { input, .. } = input.as_ref() else {
            unreachable!("what runs along the points is a sum of changes");
        };
        let changes = self.shared(input);
        let points = self.points.table.clone();
        let keys = || partition.iter().map(|key| changes.column(key).clone());
        let mut spine = changes.clone();
        spine.is_distinct = true;
        spine.joins = vec![format!("CROSS JOIN {points}")];
        spine.columns = keys().collect();
        let point = format!("{points}.{}", duckdb::name(order));
        spine.columns.push(SelectColumn {
            is_plain: true,
            ..SelectColumn::made(order, point)
        });
        spine
            .columns
            .extend(columns.iter().map(|column| SelectColumn::made(column, "0")));
        if self.points.has_unreadable {
            spine
                .filters
                .push(format!("{points}.starts_at IS NOT NULL"));
        }
        let all = format!("{}\nUNION ALL\n{}", changes.text(), spine.text());
        let dense = self.part_of(&format!("{}_dense", changes.source), all, &changes.columns);
        let mut running = dense.clone();
        let mut groups: Vec<String> = partition
            .iter()
            .map(|key| dense.column(key).sql.clone())
            .collect();
        let order = dense.column(order).sql.clone();
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
