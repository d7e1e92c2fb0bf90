//! Nodes of a relation → a [`LazyFrame`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::{
    DataFrame, DataType, ExplodeOptions, Expr, IntoLazy, JoinArgs, JoinType, LazyFrame,
    PolarsResult, QuantileMethod, SortMultipleOptions, UnionArgs, by_name, col, concat, len, lit,
};

use super::expressions::{boolean, predicate, value};
use super::tables::TableFrames;
use super::{functions, sets};
use crate::plan::relation::{
    Aggregate, Expression, JoinKind, Literal, Name, POINT, Relation, SharedRelation, SortKey, VALUE,
};

/// The points that an expanded relation is asked for: `[low, high)`.
pub type Window = (usize, usize);

/// Translates relations over some tables.
pub struct Compiler<'a> {
    tables: TableFrames<'a>,
    /// Named relations that were collected, by their address.
    collected: BTreeMap<usize, DataFrame>,
    /// Points to which [`Relation::Expand`] is confined, so that rows × points fit in memory.
    pub window: Option<Window>,
}

impl<'a> Compiler<'a> {
    pub fn new(tables: TableFrames<'a>) -> Compiler<'a> {
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
            Relation::Union { inputs } => self.union(inputs, &[]),
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

    /// Rows of several inputs. Of the inputs of a sweep, whose columns but for `keys` are summed, those that do not
    /// have a column bring 0: each column gets the type that holds its sums.
    fn union(&self, inputs: &[SharedRelation], keys: &[Name]) -> PolarsResult<LazyFrame> {
        let wide = wide_columns(inputs);
        let frames: PolarsResult<Vec<LazyFrame>> = inputs
            .iter()
            .map(|input| match input.as_ref() {
                Relation::Project { input, columns } => {
                    let typed = columns.iter().map(|(name, expression)| {
                        let value = value(expression)?;
                        let typed = match name {
                            name if name == POINT => value.cast(DataType::UInt32),
                            name if name == VALUE || keys.contains(name) => value,
                            name if wide.contains(name) => value.cast(DataType::Int128),
                            _ => value.cast(DataType::Int64),
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
        let mut frame = match input.as_ref() {
            Relation::Union { inputs } => self.union(inputs, keys)?,
            _ => self.compile(input)?,
        };
        let is_union = matches!(input.as_ref(), Relation::Union { .. });
        let (mut made, mut merged) = (Vec::new(), Vec::new());
        let mut has_sets = false;
        for (name, aggregate) in aggregates {
            match aggregate {
                Aggregate::UnionOfIntervals { from, until } => {
                    has_sets = true;
                    let (froms, untils) = (format!("{name} from"), format!("{name} until"));
                    // As columns first: a literal is not gathered into a list.
                    frame = frame.with_columns([
                        value(from)?.cast(DataType::Int64).alias(&froms),
                        value(until)?.cast(DataType::Int64).alias(&untils),
                    ]);
                    made.extend([col(&froms), col(&untils)]);
                    merged.push(sets::merge(col(&froms), col(&untils)).alias(name));
                }
                other => {
                    made.push(aggregated(other, is_union)?.alias(name));
                    merged.push(col(name));
                }
            }
        }
        let keys: Vec<Expr> = keys.iter().map(col).collect();
        let grouped = match keys.is_empty() {
            true => frame.select(made),
            false => frame.group_by(&keys).agg(made),
        };
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

/// The columns of a sweep whose sums may need 128 bits: all but counts.
fn wide_columns(inputs: &[SharedRelation]) -> BTreeSet<Name> {
    let mut wide = BTreeSet::new();
    for input in inputs {
        if let Relation::Project { columns, .. } = input.as_ref() {
            let is_wide = columns.iter().filter(|(_, value)| !is_count(value));
            wide.extend(is_wide.map(|(name, _)| name.clone()));
        }
    }
    wide
}

/// Whether an expression is 1, 0 or -1.
fn is_count(expression: &Expression) -> bool {
    match expression {
        Expression::Literal(Literal::Integer(_)) => true,
        Expression::Case {
            branches,
            otherwise,
        } => branches.iter().all(|(_, value)| is_count(value)) && is_count(otherwise),
        Expression::Subtract(left, right) => is_count(left) && is_count(right),
        _ => false,
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
