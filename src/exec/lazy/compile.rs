//! Nodes of a relation → a [`LazyFrame`].

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{
    DataFrame, DataType, ExplodeOptions, Expr, IntoLazy, JoinArgs, JoinType, LazyFrame,
    PolarsResult, QuantileMethod, SortMultipleOptions, UnionArgs, by_name, col, concat, len, lit,
};

use super::expressions::{boolean, predicate, value};
use super::tables::TableFrames;
use super::{functions, sets};
use crate::plan::relation::{
    Aggregate, Expression, JoinKind, Literal, Name, Relation, SharedRelation, SortKey,
};

/// The points that an expanded relation is asked for: `[low, high)`.
pub type Window = (usize, usize);

/// Translates relations over some tables.
pub struct Compiler<'a> {
    tables: &'a TableFrames<'a>,
    /// Named relations that were collected, by their address.
    collected: BTreeMap<usize, DataFrame>,
    /// Points to which [`Relation::Expand`] is confined, so that rows × points fit in memory.
    pub window: Option<Window>,
}

impl<'a> Compiler<'a> {
    pub fn new(tables: &'a TableFrames<'a>) -> Compiler<'a> {
        Compiler {
            tables,
            collected: BTreeMap::new(),
            window: None,
        }
    }

    /// From now on a named relation is read from a frame that holds its rows.
    pub fn keep(&mut self, named: &SharedRelation, rows: DataFrame) {
        self.collected.insert(address(named), rows);
    }

    /// The lazy frame of a relation.
    ///
    /// # Errors
    ///
    /// What polars refuses: a fault of this compiler.
    pub fn compile(&self, relation: &SharedRelation) -> PolarsResult<LazyFrame> {
        match relation.as_ref() {
            Relation::Scan {
                table,
                columns,
                row_number,
                ..
            } => Ok(self.tables.scan(*table, columns, row_number.as_ref())),
            Relation::Filter {
                input,
                predicate: of,
            } => Ok(self.compile(input)?.filter(predicate(of)?)),
            Relation::Project { input, columns } => {
                Ok(self.compile(input)?.select(named_values(columns)?))
            }
            Relation::Extend { input, columns } => {
                Ok(self.compile(input)?.with_columns(named_values(columns)?))
            }
            Relation::Join {
                left,
                right,
                on,
                kind,
            } => self.join(left, right, on, *kind),
            Relation::Union { inputs } => self.union(inputs),
            Relation::Aggregate {
                input,
                keys,
                aggregates,
            } => self.aggregate(input, keys, aggregates),
            Relation::Running {
                input,
                partition,
                order,
                columns,
            } => self.running(input, partition, order, columns),
            Relation::Expand {
                input,
                low,
                high,
                into,
            } => self.expand(input, low, high, into),
            Relation::Unnest {
                input,
                ranges,
                low,
                high,
            } => self.unnest(input, ranges, low, high),
            Relation::Sort { input, keys } => self.sort(input, keys),
            Relation::Limit { input, rows } => {
                let rows = u32::try_from(*rows).unwrap_or(u32::MAX);
                Ok(self.compile(input)?.limit(rows))
            }
            Relation::Named { input, .. } => match self.collected.get(&address(relation)) {
                Some(rows) => Ok(rows.clone().lazy()),
                None => self.compile(input),
            },
        }
    }

    fn join(
        &self,
        left: &SharedRelation,
        right: &SharedRelation,
        on: &(Name, Name),
        kind: JoinKind,
    ) -> PolarsResult<LazyFrame> {
        // The right side holds each key once and, of a semi join, nothing else: an inner join is one.
        let kind = match kind {
            JoinKind::Left => JoinType::Left,
            JoinKind::Semi => JoinType::Inner,
        };
        let (left, right) = (self.compile(left)?, self.compile(right)?);
        Ok(left.join(right, [col(&on.0)], [col(&on.1)], JoinArgs::new(kind)))
    }

    /// Inputs of a sweep bring 0 for columns they do not have: each column gets the type of the widest.
    fn union(&self, inputs: &[SharedRelation]) -> PolarsResult<LazyFrame> {
        let mut wide: BTreeMap<&str, bool> = BTreeMap::new();
        for input in inputs {
            if let Relation::Project { columns, .. } = input.as_ref() {
                for (name, expression) in columns {
                    let is_summed = is_number(expression);
                    if let Some(is_wide) = is_summed {
                        *wide.entry(name).or_default() |= is_wide;
                    }
                }
            }
        }
        let frames: PolarsResult<Vec<LazyFrame>> = inputs
            .iter()
            .map(|input| match input.as_ref() {
                Relation::Project { input, columns } => {
                    let typed = columns.iter().map(|(name, expression)| {
                        let value = value(expression)?;
                        let typed = match wide.get(name.as_str()) {
                            Some(true) if is_number(expression).is_some() => {
                                value.cast(DataType::Int128)
                            }
                            Some(false) => value.cast(DataType::Int64),
                            Some(true) | None => value,
                        };
                        Ok(typed.alias(name))
                    });
                    let typed: PolarsResult<Vec<Expr>> = typed.collect();
                    Ok(self.compile(input)?.select(typed?))
                }
                _ => self.compile(input),
            })
            .collect();
        let args = UnionArgs {
            rechunk: false,
            maintain_order: false,
            ..UnionArgs::default()
        };
        concat(frames?, args)
    }

    fn aggregate(
        &self,
        input: &SharedRelation,
        keys: &[Name],
        aggregates: &[(Name, Aggregate)],
    ) -> PolarsResult<LazyFrame> {
        let is_union = matches!(input.as_ref(), Relation::Union { .. });
        let mut made = Vec::new();
        let mut merged = Vec::new();
        for (name, aggregate) in aggregates {
            match aggregate {
                Aggregate::UnionOfIntervals { from, until } => {
                    let (froms, untils) = (format!("{name} from"), format!("{name} until"));
                    made.push(value(from)?.cast(DataType::Int64).alias(&froms));
                    made.push(value(until)?.cast(DataType::Int64).alias(&untils));
                    merged.push(sets::merge(col(&froms), col(&untils)).alias(name));
                }
                other => {
                    made.push(aggregated(other, is_union)?.alias(name));
                    merged.push(col(name));
                }
            }
        }
        let frame = self.compile(input)?;
        let keys: Vec<Expr> = keys.iter().map(col).collect();
        let grouped = match keys.is_empty() {
            true => frame.select(made),
            false => frame.group_by(&keys).agg(made),
        };
        let has_sets = merged.len() != aggregates.len()
            || aggregates
                .iter()
                .any(|(_, of)| matches!(of, Aggregate::UnionOfIntervals { .. }));
        Ok(match has_sets {
            true => grouped.select([keys, merged].concat()),
            false => grouped,
        })
    }

    fn running(
        &self,
        input: &SharedRelation,
        partition: &[Name],
        order: &str,
        columns: &[Name],
    ) -> PolarsResult<LazyFrame> {
        let mut by: Vec<Expr> = partition.iter().map(col).collect();
        let keys = by.clone();
        by.push(col(order));
        let sorted = self
            .compile(input)?
            .sort_by_exprs(by, SortMultipleOptions::default());
        let sums = columns.iter().map(|name| {
            let sum = col(name).cum_sum(false);
            match keys.is_empty() {
                true => Ok(sum),
                false => sum.over(keys.clone()),
            }
        });
        Ok(sorted.with_columns(sums.collect::<PolarsResult<Vec<Expr>>>()?))
    }

    fn expand(
        &self,
        input: &SharedRelation,
        low: &str,
        high: &str,
        into: &str,
    ) -> PolarsResult<LazyFrame> {
        let points = functions::points_between(col(low), col(high), self.window);
        let listed = self.compile(input)?.with_columns([points.alias(into)]);
        let present = listed.filter(col(into).is_not_null());
        Ok(present.explode(by_name([into], true, false), EXPLODE))
    }

    fn unnest(
        &self,
        input: &SharedRelation,
        ranges: &str,
        low: &str,
        high: &str,
    ) -> PolarsResult<LazyFrame> {
        let ends = [
            sets::lows(col(ranges)).alias(low),
            sets::highs(col(ranges)).alias(high),
        ];
        let listed = self
            .compile(input)?
            .filter(col(ranges).is_not_null())
            .with_columns(ends);
        Ok(listed.explode(by_name([low, high], true, false), EXPLODE))
    }

    fn sort(&self, input: &SharedRelation, keys: &[SortKey]) -> PolarsResult<LazyFrame> {
        let by: Vec<Expr> = keys.iter().map(|key| col(&key.column)).collect();
        let descending: Vec<bool> = keys.iter().map(|key| key.is_descending).collect();
        let options = SortMultipleOptions::default()
            .with_order_descending_multi(descending)
            .with_nulls_last(true);
        Ok(self.compile(input)?.sort_by_exprs(by, options))
    }
}

const EXPLODE: ExplodeOptions = ExplodeOptions {
    empty_as_null: false,
    keep_nulls: false,
};

fn address(relation: &SharedRelation) -> usize {
    Arc::as_ptr(relation) as usize
}

fn named_values(columns: &[(Name, Expression)]) -> PolarsResult<Vec<Expr>> {
    columns
        .iter()
        .map(|(name, expression)| Ok(value(expression)?.alias(name)))
        .collect()
}

/// Whether an expression is a whole number that is summed, and if so whether sums of it may need 128 bits. Keys and
/// points are plain columns and keep their types.
fn is_number(expression: &Expression) -> Option<bool> {
    match expression {
        Expression::Literal(Literal::Integer(_)) => Some(false),
        Expression::Case {
            branches,
            otherwise,
        } => {
            let parts = branches.iter().map(|(_, value)| value);
            let wide = parts
                .chain(std::iter::once(otherwise.as_ref()))
                .map(is_number);
            let wide: Option<Vec<bool>> = wide.collect();
            Some(wide.is_none_or(|wide| wide.contains(&true)))
        }
        Expression::FixedPoint(_) => Some(true),
        Expression::Subtract(_, right) => Some(is_number(right).unwrap_or(true)),
        _ => None,
    }
}

/// An aggregate but for unions of intervals. Sums over a union are already of a type that holds them.
fn aggregated(aggregate: &Aggregate, is_union: bool) -> PolarsResult<Expr> {
    let number = |of: &Expression| -> PolarsResult<Expr> { Ok(value(of)?.cast(DataType::Float64)) };
    Ok(match aggregate {
        Aggregate::Count => len().cast(DataType::Int64),
        Aggregate::CountWhere(of) => boolean(of)?
            .cast(DataType::UInt32)
            .sum()
            .cast(DataType::Int64),
        Aggregate::CountPresent(of) => value(of)?.count().cast(DataType::Int64),
        Aggregate::Sum(of) if is_union => value(of)?.sum(),
        Aggregate::Sum(of) => value(of)?.cast(DataType::Int128).sum(),
        Aggregate::Min(of) => value(of)?.min(),
        Aggregate::Max(of) => value(of)?.max(),
        Aggregate::OrderStatistic { of, fraction } => {
            number(of)?.quantile(lit(*fraction), QuantileMethod::Lower)
        }
        Aggregate::NextOrderStatistic { of, fraction } => {
            number(of)?.quantile(lit(*fraction), QuantileMethod::Higher)
        }
        Aggregate::CountDistinct(of) => value(of)?.drop_nulls().n_unique().cast(DataType::Int64),
        Aggregate::UnionOfIntervals { .. } => unreachable!("aggregated by its two ends"),
    })
}
