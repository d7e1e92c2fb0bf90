//! Nodes of a relation → a [`LazyFrame`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::{
    Column, DataFrame, DataType, ExplodeOptions, Expr, Int64Chunked, IntoColumn, IntoLazy,
    JoinArgs, JoinType, LazyFrame, PolarsResult, QuantileMethod, SortMultipleOptions, SortOptions,
    UnionArgs, by_name, col, concat, len, lit,
};

use super::expressions::{boolean, predicate, value};
use super::functions::{Dictionary, elementwise};
use super::packing::{KeySize, Packing};
use super::spans::{Spans, simplified};
use super::steps::{GatheredPart, GatheredSet, PartShape};
use super::tables::TableFrames;
use super::{functions, sets, steps};
use crate::base::statistics::interval_ranks;
use crate::lang::model::TableId;
use crate::plan::relation::{
    Aggregate, Expression, JoinKind, Literal, Name, Relation, SharedRelation, SortKey, StepPart,
};

/// Some points: `[low, high)`.
pub type Window = (usize, usize);

/// Translates relations over some tables.
pub struct Compiler<'a> {
    tables: TableFrames<'a>,
    /// What named relations are read from, by their address.
    kept: BTreeMap<usize, LazyFrame>,
    /// How the keys of groups are coded, by table.
    pub codes: BTreeMap<TableId, KeyCodes>,
    /// Rows to which one scan is confined: where they begin, and how many there are.
    pub slice: Option<(SharedRelation, (usize, usize))>,
}

impl<'a> Compiler<'a> {
    pub fn new(tables: TableFrames<'a>) -> Compiler<'a> {
        Compiler {
            tables,
            kept: BTreeMap::new(),
            codes: BTreeMap::new(),
            slice: None,
        }
    }

    /// From now on a named relation is read from a frame that holds its rows.
    pub fn keep(&mut self, named: &SharedRelation, rows: DataFrame) {
        self.kept.insert(address(named), rows.lazy());
    }

    /// From now on a named relation is made once in a query, however many others of the query read it.
    pub fn share(&mut self, named: &SharedRelation, rows: LazyFrame) {
        self.kept.insert(address(named), rows.cache());
    }

    /// Lets go of the rows of a named relation.
    pub fn forget(&mut self, named: &SharedRelation) {
        self.kept.remove(&address(named));
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
            } => {
                let slice = self.slice.as_ref();
                let slice = slice.filter(|(sliced, _)| Arc::ptr_eq(sliced, relation));
                let slice = slice.map(|(_, slice)| *slice);
                self.tables
                    .scan(*table, columns, row_number.as_ref(), slice)
            }
            Relation::Filter {
                input,
                predicate: of,
            } => {
                let frame = self.compile(input)?;
                Ok(match simplified(of, &self.spans_of(input)).as_ref() {
                    Expression::And(parts) if parts.is_empty() => frame,
                    of => frame.filter(predicate(of)?),
                })
            }
            Relation::Project { input, columns } => {
                let spans = self.spans_of(input);
                let columns = columns.iter().map(|(name, of)| {
                    let of = simplified(of, &spans);
                    Ok(value(&of)?.alias(name))
                });
                let columns: PolarsResult<Vec<Expr>> = columns.collect();
                Ok(self.compile(input)?.select(columns?))
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
            // The changes of a sweep are few once they are aggregated: whoever makes cells of them sums along the points.
            Relation::Running { input, .. } => self.compile(input),
            Relation::Expand { .. } => {
                unreachable!("rows that stand at points are counted where cells are made")
            }
            Relation::Unnest {
                input,
                ranges,
                low,
                high,
                value,
            } => self.unnest(input, ranges, (low, high), value.as_deref()),
            Relation::Sort { input, keys } => self.sort(input, keys),
            Relation::Limit { input, rows } => {
                let rows = u32::try_from(*rows).unwrap_or(u32::MAX);
                Ok(self.compile(input)?.limit(rows))
            }
            Relation::Named { input, .. } => match self.kept.get(&address(relation)) {
                Some(rows) => Ok(rows.clone()),
                None => self.named(input),
            },
        }
    }

    /// Between which instants the dates of a relation lie, as far as it has columns of a file as they are.
    fn spans_of(&self, relation: &SharedRelation) -> Spans {
        match relation.as_ref() {
            Relation::Scan { table, .. } => self.tables.spans(*table),
            Relation::Filter { input, .. } => self.spans_of(input),
            _ => Spans::new(),
        }
    }

    /// The rows of a named relation: texts that rows are only grouped by become numbers.
    fn named(&self, input: &SharedRelation) -> PolarsResult<LazyFrame> {
        let Relation::Project { input, columns } = input.as_ref() else {
            return self.compile(input);
        };
        let frame = self.compile(input)?;
        let joined = joined_columns(input);
        let codes = table_of(input).and_then(|table| self.codes.get(&table));
        let columns = columns.iter().map(|(name, expression)| {
            let value = match codes.and_then(|codes| codes.dictionaries.get(name)) {
                Some(_) if joined.contains(name) => col(numbered(name)),
                Some(dictionary) => functions::number_texts(col(name), dictionary),
                None => value(expression)?,
            };
            Ok(value.alias(name))
        });
        Ok(frame.select(columns.collect::<PolarsResult<Vec<Expr>>>()?))
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
        let right = match self.kept.get(&address(right)) {
            Some(rows) => rows.clone(),
            None => self.right_side(left, right)?,
        };
        let left = self.compile(left)?;
        Ok(left.join(right, [col(&on.0)], [col(&on.1)], JoinArgs::new(kind)))
    }

    /// The right side of a join. Its texts that rows are grouped by are numbered there, where rows are fewer.
    pub fn right_side(
        &self,
        left: &SharedRelation,
        right: &SharedRelation,
    ) -> PolarsResult<LazyFrame> {
        let texts = match right.as_ref() {
            Relation::Project { columns, .. } => columns.as_slice(),
            _ => &[],
        };
        let codes = table_of(left).and_then(|table| self.codes.get(&table));
        let numbers = texts.iter().filter_map(|(name, _)| {
            let dictionary = codes?.dictionaries.get(name)?;
            Some(functions::number_texts(col(name), dictionary).alias(numbered(name)))
        });
        let numbers: Vec<Expr> = numbers.collect();
        Ok(self.compile(right)?.with_columns(numbers))
    }

    fn union(&self, inputs: &[SharedRelation]) -> PolarsResult<LazyFrame> {
        let frames: PolarsResult<Vec<LazyFrame>> =
            inputs.iter().map(|input| self.compile(input)).collect();
        concat(frames?, UNION)
    }

    fn aggregate(
        &self,
        input: &SharedRelation,
        keys: &[Name],
        aggregates: &[(Name, Aggregate)],
    ) -> PolarsResult<LazyFrame> {
        if let Relation::Union { inputs } = input.as_ref()
            && aggregates
                .iter()
                .all(|(_, of)| matches!(of, Aggregate::Sum(_)))
        {
            return self.sums_of_union(inputs, keys, aggregates);
        }
        let frame = self.compile(input)?;
        let is_set = |of: &Aggregate| {
            matches!(
                of,
                Aggregate::CoveredInstants { .. } | Aggregate::Steps { .. }
            )
        };
        if aggregates.iter().any(|(_, of)| is_set(of)) {
            return gathered(frame, keys, aggregates);
        }
        let made: PolarsResult<Vec<Expr>> = aggregates
            .iter()
            .map(|(name, of)| Ok(aggregated(of)?.alias(name)))
            .collect();
        Ok(self.grouped(frame, keys, self.packing(input, keys), made?))
    }

    /// Sums of several inputs by group: first of each input, then of those. A sweep would else copy its rows, with a
    /// column for every sum, before it groups them.
    fn sums_of_union(
        &self,
        inputs: &[SharedRelation],
        keys: &[Name],
        aggregates: &[(Name, Aggregate)],
    ) -> PolarsResult<LazyFrame> {
        let wide = wide_columns(inputs);
        let mut parts = Vec::new();
        for input in inputs {
            let Relation::Project { input, columns } = input.as_ref() else {
                unreachable!("a sweep projects what rows bring");
            };
            let own = columns.iter().filter(|(name, _)| keys.contains(name));
            let own: PolarsResult<Vec<Expr>> =
                own.map(|(name, of)| Ok(value(of)?.alias(name))).collect();
            let frame = self.compile(input)?.with_columns(own?);
            let sums = columns.iter().filter(|(name, _)| !keys.contains(name));
            let sums: PolarsResult<Vec<Expr>> = sums
                .map(|(name, of)| Ok(sum_of(of, wide.contains(name))?.alias(name)))
                .collect();
            parts.push(self.grouped(frame, keys, self.packing(input, keys), sums?));
        }
        let sums = aggregates.iter().map(|(name, _)| col(name).sum());
        Ok(concat(parts, UNION)?
            .group_by(keys.iter().map(col).collect::<Vec<Expr>>())
            .agg(sums.collect::<Vec<Expr>>()))
    }

    /// Aggregates of groups; of all rows if there are no keys. Keys whose sizes are known are packed into one number:
    /// polars groups by one number several times as fast as by several columns.
    fn grouped(
        &self,
        frame: LazyFrame,
        keys: &[Name],
        packing: Option<Packing>,
        made: Vec<Expr>,
    ) -> LazyFrame {
        if keys.is_empty() {
            return frame.select(made);
        }
        match packing {
            Some(packing) => {
                let grouped = frame.group_by([packing.packed().alias(PACKED)]).agg(made);
                grouped.with_columns(packing.unpacked(col(PACKED)))
            }
            None => {
                let keys: Vec<Expr> = keys.iter().map(col).collect();
                frame.group_by(keys).agg(made)
            }
        }
    }

    fn packing(&self, rows: &SharedRelation, keys: &[Name]) -> Option<Packing> {
        let codes = self.codes.get(&table_of(rows)?)?;
        let sized = keys.iter().map(|key| {
            let size = codes.sizes.get(key)?;
            Some((key.clone(), size.clone()))
        });
        Packing::of(sized.collect::<Option<Vec<_>>>()?)
    }

    fn unnest(
        &self,
        input: &SharedRelation,
        ranges: &str,
        (low, high): (&str, &str),
        number: Option<&str>,
    ) -> PolarsResult<LazyFrame> {
        let frame = self.compile(input)?.filter(col(ranges).is_not_null());
        let Some(number) = number else {
            let ends = [
                sets::lows(col(ranges)).alias(low),
                sets::highs(col(ranges)).alias(high),
            ];
            let listed = frame.with_columns(ends);
            return Ok(listed.explode(by_name([low, high], true, false), EXPLODE));
        };
        let listed = frame.with_columns([
            steps::range_ends(col(ranges), 0).alias(low),
            steps::range_ends(col(ranges), 1).alias(high),
            steps::range_numbers(col(ranges)).alias(number),
        ]);
        let exploded = listed.explode(by_name([low, high, number], true, false), EXPLODE);
        Ok(exploded.with_columns([steps::number_or_missing(col(number)).alias(number)]))
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

/// How the keys of the groups of a table's rows are coded.
#[derive(Default)]
pub struct KeyCodes {
    /// How many values each key has, of keys that can be packed.
    pub sizes: BTreeMap<Name, KeySize>,
    /// Text columns that rows are only grouped by: they are numbered, and this says by what.
    pub dictionaries: BTreeMap<Name, Arc<Dictionary>>,
}

/// The table whose rows a relation has.
fn table_of(relation: &SharedRelation) -> Option<TableId> {
    match relation.as_ref() {
        Relation::Scan { table, .. } => Some(*table),
        other => table_of(other.inputs().first()?),
    }
}

/// The column that groups are packed into.
const PACKED: &str = "packed keys";

/// The column of the numbers of a text column.
fn numbered(name: &str) -> String {
    format!("{name} numbered")
}

/// The columns that come from the right sides of a relation's joins.
fn joined_columns(relation: &SharedRelation) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    let mut at = relation;
    loop {
        match at.as_ref() {
            Relation::Extend { input, .. } => at = input,
            Relation::Join { left, right, .. } => {
                if let Relation::Project { columns, .. } = right.as_ref() {
                    names.extend(columns.iter().map(|(name, _)| name.clone()));
                }
                at = left;
            }
            _ => return names,
        }
    }
}

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

/// The sum of what rows bring: counts in 64 bits, anything else in 128.
fn sum_of(of: &Expression, is_wide: bool) -> PolarsResult<Expr> {
    let data_type = match is_wide {
        true => DataType::Int128,
        false => DataType::Int64,
    };
    Ok(match of {
        Expression::Literal(Literal::Integer(0)) => lit(0).cast(data_type),
        Expression::Literal(Literal::Integer(1)) => len().cast(data_type),
        Expression::Subtract(left, right)
            if matches!(left.as_ref(), Expression::Literal(Literal::Integer(0))) =>
        {
            lit(0).cast(data_type) - sum_of(right, is_wide)?
        }
        Expression::Case {
            branches,
            otherwise,
        } if is_count(of) => match (branches.as_slice(), otherwise.as_ref()) {
            (
                [(test, Expression::Literal(Literal::Integer(1)))],
                Expression::Literal(Literal::Integer(0)),
            ) => boolean(test)?.sum().cast(data_type),
            _ => value(of)?.cast(data_type).sum(),
        },
        other => value(other)?.cast(data_type).sum(),
    })
}

/// Aggregates some of which are sets or steps of instants: those of the rows are gathered, then merged. Of single intervals
/// the ends are gathered, which takes no list a row.
fn gathered(
    mut frame: LazyFrame,
    keys: &[Name],
    aggregates: &[(Name, Aggregate)],
) -> PolarsResult<LazyFrame> {
    let mut made = Vec::new();
    let mut columns: Vec<Expr> = keys.iter().map(col).collect();
    for (name, aggregate) in aggregates {
        match aggregate {
            Aggregate::CoveredInstants { set, at_least } => {
                let part = StepPart {
                    set: set.clone(),
                    value: None,
                };
                let (with, names, shape) = gathered_part(frame, name, 0, &part)?;
                frame = with;
                made.extend(names.iter().map(col));
                columns.push(
                    match shape.is_set {
                        true => sets::merge_sets(col(&names[0]), *at_least),
                        false => sets::merge(col(&names[0]), col(&names[1]), *at_least),
                    }
                    .alias(name),
                );
            }
            Aggregate::Steps { parts, fold } => {
                let (mut inputs, mut shapes) = (Vec::new(), Vec::new());
                for (place, part) in parts.iter().enumerate() {
                    let (with, names, shape) = gathered_part(frame, name, place, part)?;
                    frame = with;
                    made.extend(names.iter().map(col));
                    inputs.extend(names.iter().map(col));
                    shapes.push(shape);
                }
                columns.push(steps::fold(inputs, shapes, *fold).alias(name));
            }
            other => {
                made.push(aggregated(other)?.alias(name));
                columns.push(col(name));
            }
        }
    }
    let keys: Vec<Expr> = keys.iter().map(col).collect();
    Ok(frame.group_by(keys).agg(made).select(columns))
}

/// What a part brings as columns of the frame: a literal is not gathered into a list. Gives their names.
fn gathered_part(
    frame: LazyFrame,
    of: &str,
    place: usize,
    part: &StepPart,
) -> PolarsResult<(LazyFrame, Vec<Name>, PartShape)> {
    let GatheredPart { set, value } = GatheredPart::of(part)?;
    let name = |word: &str| match place {
        0 => format!("{of} {word}"),
        _ => format!("{of} {word} {place}"),
    };
    let shape = PartShape {
        is_set: matches!(set, GatheredSet::Sets(_)),
        has_value: value.is_some(),
    };
    let mut columns = match set {
        GatheredSet::Ends(from, until) => vec![(name("from"), from), (name("until"), until)],
        GatheredSet::Sets(sets) => vec![(name("sets"), sets)],
    };
    columns.extend(value.map(|value| (name("value"), value)));
    let names = columns.iter().map(|(name, _)| name.clone()).collect();
    let columns: Vec<Expr> = columns
        .into_iter()
        .map(|(name, column)| column.alias(name))
        .collect();
    Ok((frame.with_columns(columns), names, shape))
}

/// An aggregate but for sets of instants.
fn aggregated(aggregate: &Aggregate) -> PolarsResult<Expr> {
    Ok(match aggregate {
        Aggregate::Count => len().cast(DataType::Int64),
        Aggregate::CountWhere(of) => boolean(of)?.sum().cast(DataType::Int64),
        Aggregate::CountPresent(of) => value(of)?.count().cast(DataType::Int64),
        Aggregate::Sum(of) => sum_of(of, !is_count(of))?,
        Aggregate::Min(of) => value(of)?.min(),
        Aggregate::Max(of) => value(of)?.max(),
        Aggregate::OrderStatistic { of, fraction } => {
            value(of)?.quantile(lit(*fraction), QuantileMethod::Lower)
        }
        Aggregate::NextOrderStatistic { of, fraction } => {
            value(of)?.quantile(lit(*fraction), QuantileMethod::Higher)
        }
        Aggregate::IntervalEnd {
            of,
            fraction,
            level,
            is_upper,
        } => interval_end(value(of)?, (*fraction, *level), *is_upper),
        Aggregate::CountDistinct(of) => value(of)?.drop_nulls().n_unique().cast(DataType::Int64),
        Aggregate::CoveredInstants { .. } | Aggregate::Steps { .. } => {
            unreachable!("gathered, then merged")
        }
    })
}

/// The order statistic at one end of a confidence interval, whose rank follows from how many values there are.
fn interval_end(of: Expr, (fraction, level): (f64, f64), is_upper: bool) -> Expr {
    let rank = move |columns: &[Column], _: usize| {
        let counts = columns[0].cast(&DataType::Int64)?;
        let counts = counts.as_materialized_series().i64()?;
        let ranks = counts.iter().map(|count| {
            let (low, high) = interval_ranks(count? as u64, fraction, level)?;
            Some(if is_upper { high } else { low } as i64)
        });
        Ok(ranks.collect::<Int64Chunked>().into_column())
    };
    let rank = elementwise(
        "interval_rank",
        vec![of.clone().count()],
        DataType::Int64,
        rank,
    );
    let sorted = of.drop_nulls().sort(SortOptions::default());
    // A number like those of other quantiles: missing, where there is no such rank.
    sorted.get(rank, true).cast(DataType::Float64)
}

const UNION: UnionArgs = UnionArgs {
    parallel: true,
    rechunk: false,
    // Points may be of different widths: of an axis, and of lists.
    to_supertypes: true,
    diagonal: false,
    strict: false,
    from_partitioned_ds: false,
    maintain_order: false,
};
