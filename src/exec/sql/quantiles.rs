//! Quantiles where the database has no aggregate for large groups: the rows of a group are ranked by value first.

use std::collections::BTreeSet;

use super::dialects::SqlDialect;
use super::expressions::ExpressionWriter;
use super::relations::Translator;
use super::select::{Select, SelectColumn, bare};
use crate::plan::relation::{Aggregate, Name};

/// The columns that a quantile is read from.
struct RankedColumns {
    value: Name,
    /// The place of the value in the group, ascending from 1.
    place: Name,
    /// How many values the group has.
    count: Name,
}

impl RankedColumns {
    fn of(quantile: &str) -> RankedColumns {
        RankedColumns {
            value: format!("{quantile}_value"),
            place: format!("{quantile}_place"),
            count: format!("{quantile}_count"),
        }
    }
}

/// A quantile as an aggregate over ranked rows: the two values that it lies between, and how far it is from the lower one.
pub(super) fn ranked_quantile(dialect: &dyn SqlDialect, name: &str, fraction: f64) -> String {
    let columns = RankedColumns::of(name);
    let [value, place, count] =
        [columns.value, columns.place, columns.count].map(|column| dialect.name(&column));
    let rank = format!("{} * ({count} - 1)", dialect.number(fraction));
    let at =
        |rounded: &str| format!("max(CASE WHEN {place} = {rounded}({rank}) + 1 THEN {value} END)");
    let (lower, upper) = (at("floor"), at("ceil"));
    format!("{lower} + ({upper} - {lower}) * max({rank} - floor({rank}))")
}

impl Translator<'_> {
    /// The rows with the columns that [`ranked_quantile`] reads; as they are where the database has quantiles, or none are
    /// asked for.
    pub(super) fn ranked(
        &mut self,
        select: Select,
        reads: &BTreeSet<Name>,
        keys: &[Name],
        aggregates: &[(Name, Aggregate)],
    ) -> Select {
        let mut writer = ExpressionWriter::new(&select, &mut self.axes);
        let partition: Vec<&str> = keys
            .iter()
            .map(|key| select.column(key).sql.as_str())
            .collect();
        let partition = match partition.is_empty() {
            true => String::new(),
            false => format!("PARTITION BY {}", partition.join(", ")),
        };
        let mut made = Vec::new();
        for (name, aggregate) in aggregates {
            let Aggregate::OrderStatistic { of, fraction } = aggregate else {
                continue;
            };
            let value = writer.written(of);
            if writer.dialect.quantile(&value, *fraction).is_some() {
                continue;
            }
            let columns = RankedColumns::of(name);
            let place = format!("row_number() OVER ({partition} ORDER BY {value} NULLS LAST)");
            let count = format!("count({value}) OVER ({partition})");
            made.push(SelectColumn::made(columns.place, place));
            made.push(SelectColumn::made(columns.count, count));
            made.push(SelectColumn::made(columns.value, value));
        }
        let joins = writer.joins;
        if made.is_empty() {
            return select;
        }
        let mut ranked = select.clone();
        ranked.joins = joins;
        ranked.columns.retain(|column| reads.contains(&column.name));
        ranked.columns.extend(made);
        let hint = format!("{}_ranked", bare(&select.source));
        self.part(&hint, &ranked)
    }
}
