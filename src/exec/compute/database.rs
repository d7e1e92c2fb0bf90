//! Cubes of tables that a database has: each is aggregated there, and its groups come back.
//!
//! What has nearly as many groups as rows (lifetimes), and what SQL has no functions for (the ends of confidence intervals),
//! comes as rows, which are sorted and counted here as those of files are.

use std::sync::Arc;

use polars::prelude::{Column, DataFrame, DataType, IntoColumn, StringChunked};

use super::Computed;
use super::batches::{is_grouped_here, kept_rows};
use super::cells::{CubeCells, column, whole_numbers};
use crate::base::diagnostic::Problems;
use crate::base::types::FieldType;
use crate::exec::data::{RelationRequest, ResultType, TableDatabase};
use crate::plan::relation::{
    Aggregate, Cube, CubeLevel, CubeShape, ENDED, Expression, HIGH, LOW, Name, POINT, Relation,
    SharedRelation, VALUE, pruned,
};

type Columns = Vec<(Name, ResultType)>;

impl Computed<'_> {
    /// Runs all cubes where their tables are.
    ///
    /// # Errors
    ///
    /// More cells than fit; what the database says of a statement.
    pub(super) fn run_there(&mut self, database: &dyn TableDatabase) -> Result<(), Problems> {
        for cube in 0..self.lowering.cubes.len() {
            let cells = self.cells_there(database, cube, &CubeLevel::Groups)?;
            self.groups.push(cells);
        }
        for (cube, level) in self.jobs() {
            if level == CubeLevel::Total {
                let cells = self.cells_there(database, cube, &level)?;
                self.totals.insert(cube, cells);
            }
        }
        self.count_exclusions_there(database)
    }

    /// The cells of a cube for some groups.
    pub(super) fn cells_there(
        &mut self,
        database: &dyn TableDatabase,
        cube: usize,
        level: &CubeLevel,
    ) -> Result<CubeCells, Problems> {
        let frame = match comes_as_rows(&self.lowering.cubes[cube]) {
            true => {
                self.fetch_rows(database, cube)?;
                self.frame_of(cube, level)?
            }
            false => self.groups_there(database, cube, level)?,
        };
        let of = &self.lowering.cubes[cube];
        let dictionaries = &self.compiler.codes[&of.table].dictionaries;
        CubeCells::of(of, keys_at(of, level), &frame, dictionaries)
    }

    /// The rows that a cube counts, kept as those of files are.
    fn fetch_rows(&mut self, database: &dyn TableDatabase, cube: usize) -> Result<(), Problems> {
        if self.counted.contains_key(&cube) {
            return Ok(());
        }
        let asked = self.asked(cube, &CubeLevel::Groups);
        let frame = self.ask(database, cube, &asked)?;
        if !is_grouped_here(&self.lowering.cubes[cube]) {
            self.lowering.cubes[cube] = of_values(&self.lowering.cubes[cube]);
        }
        self.keep_counted(cube, frame);
        Ok(())
    }

    /// The groups of a cube that is aggregated there.
    fn groups_there(
        &self,
        database: &dyn TableDatabase,
        cube: usize,
        level: &CubeLevel,
    ) -> Result<DataFrame, Problems> {
        let of = &self.lowering.cubes[cube];
        let mut frame = self.ask(database, cube, &self.asked(cube, level))?;
        for (name, aggregate) in &of.aggregates {
            if let Some(quantile) = quantile_of(of, aggregate) {
                let mut both = column(&frame, &quantile).clone();
                both.rename(name.as_str().into());
                frame.with_column(both).expect("columns of one frame");
            }
        }
        Ok(frame)
    }

    /// What the database is asked for a cube.
    pub(super) fn asked(&self, cube: usize, level: &CubeLevel) -> Asked {
        let of = &self.lowering.cubes[cube];
        let rows = &pruned(&self.rows[&of.table], &of.columns());
        let integer = |name: &str| (name.to_string(), ResultType::Integer);
        if !comes_as_rows(of) {
            let relation = of.relation(rows, level);
            let mut columns = self.key_columns(of, keys_at(of, level));
            columns.push(integer(POINT));
            // A quantile comes interpolated: both of the values that it lies between are it.
            let is_own = |of: &Aggregate| !matches!(of, Aggregate::NextOrderStatistic { .. });
            let own = of.aggregates.iter().filter(|(_, of)| is_own(of));
            columns.extend(own.map(|(name, of)| (name.clone(), result_type(of))));
            return Asked {
                // Cells are summed along the points where they are made dense.
                relation: match relation.as_ref() {
                    Relation::Running { input, .. } => input.clone(),
                    _ => relation,
                },
                columns,
            };
        }
        let mut columns = self.key_columns(of, &of.keys);
        let relation = match &of.shape {
            CubeShape::Expanded { are_ages, .. } => {
                let value = match are_ages {
                    true => ResultType::Integer,
                    false => ResultType::Number,
                };
                columns.extend([integer(LOW), integer(HIGH), (VALUE.to_string(), value)]);
                kept_rows(of, rows)
            }
            CubeShape::Flow {
                also_by: Some((duration, _)),
                ..
            } => {
                columns.extend([integer(POINT), integer(duration)]);
                columns.push((ENDED.to_string(), ResultType::YesNo));
                kept_rows(of, rows)
            }
            CubeShape::Flow { slot, .. } => {
                columns.push(integer(POINT));
                let values = values_of(of);
                let read_as = |(name, _): &(Name, Expression)| (name.clone(), ResultType::Number);
                columns.extend(values.iter().map(read_as));
                let keys = of.keys.iter();
                let mut made: Vec<(Name, Expression)> = keys
                    .map(|key| (key.clone(), Expression::column(key)))
                    .collect();
                made.push((POINT.to_string(), slot.clone()));
                made.extend(values);
                let input = Arc::new(Relation::Filter {
                    input: rows.clone(),
                    predicate: of.predicate.clone(),
                });
                Arc::new(Relation::Project {
                    input,
                    columns: made,
                })
            }
            CubeShape::Swept(_) => unreachable!("what is swept is aggregated there"),
        };
        Asked { relation, columns }
    }

    /// Asks for a relation; texts that rows are grouped by come as numbers.
    fn ask(
        &self,
        database: &dyn TableDatabase,
        cube: usize,
        asked: &Asked,
    ) -> Result<DataFrame, Problems> {
        let of = &self.lowering.cubes[cube];
        let mut frame = database.rows(self.context.definitions, &self.request(cube, asked))?;
        let dictionaries = &self.compiler.codes[&of.table].dictionaries;
        for (name, read_as) in &asked.columns {
            if *read_as == ResultType::Text {
                let numbers = dictionaries[name].numbers(texts(column(&frame, name)));
                let numbers = numbers.with_name(name.as_str().into());
                frame
                    .with_column(numbers.into_column())
                    .expect("columns of one frame");
            }
        }
        Ok(frame)
    }

    /// The statement that [`Computed::cells_there`] runs for a cube.
    pub(super) fn statement_there(
        &self,
        database: &dyn TableDatabase,
        cube: usize,
        level: &CubeLevel,
    ) -> String {
        let asked = self.asked(cube, level);
        database.statement(self.context.definitions, &self.request(cube, &asked))
    }

    fn request<'r>(&'r self, cube: usize, asked: &'r Asked) -> RelationRequest<'r> {
        let of = &self.lowering.cubes[cube];
        RelationRequest {
            title: &self.context.definitions.table(of.table).name,
            relation: &asked.relation,
            axis: Some(&of.axis),
            columns: &asked.columns,
        }
    }

    fn key_columns(&self, of: &Cube, keys: &[Name]) -> Columns {
        let sizes = &self.compiler.codes[&of.table].sizes;
        let definitions = self.context.definitions;
        let table = definitions.table(of.table);
        let read_as = |key: &Name| match (of.bands.get(key), &sizes[key].data_type) {
            (Some(names), _) => ResultType::Words(names.clone()),
            (None, DataType::Boolean) => ResultType::YesNo,
            (None, DataType::UInt8) => {
                let field = table.field_named(key).expect("a key is a field");
                let FieldType::Scale(scale) = &table.fields[field].field_type else {
                    unreachable!("codes are of scales and bands");
                };
                ResultType::Words(scale.values.clone())
            }
            (None, _) => ResultType::Text,
        };
        keys.iter().map(|key| (key.clone(), read_as(key))).collect()
    }

    fn count_exclusions_there(&mut self, database: &dyn TableDatabase) -> Result<(), Problems> {
        for (table, rows) in self.rows.clone() {
            let Some(relation) = self.lowering.exclusions_of(table, &rows) else {
                continue;
            };
            let counts = &self.lowering.exclusions[&table];
            let columns = counts
                .iter()
                .map(|(name, _)| (name.clone(), ResultType::Integer));
            let columns: Columns = columns.collect();
            let request = RelationRequest {
                title: "rows that are not used",
                relation: &relation,
                axis: None,
                columns: &columns,
            };
            let frame = database.rows(self.context.definitions, &request)?;
            for (name, _) in columns {
                let count = whole_numbers(column(&frame, &name))[0] as u64;
                self.exclusions.insert((table, name), count);
            }
        }
        Ok(())
    }
}

/// A relation and the columns that are read of it.
pub(super) struct Asked {
    pub relation: SharedRelation,
    pub columns: Columns,
}

fn keys_at<'c>(of: &'c Cube, level: &CubeLevel) -> &'c [Name] {
    match level {
        CubeLevel::Groups => &of.keys,
        CubeLevel::Total | CubeLevel::Outside(_) => &[],
    }
}

/// Whether the rows of a cube come instead of its groups.
pub(super) fn comes_as_rows(of: &Cube) -> bool {
    let mut aggregates = of.aggregates.iter();
    let is_of_lifetimes = matches!(
        of.shape,
        CubeShape::Flow {
            also_by: Some(_),
            ..
        }
    );
    is_of_lifetimes || aggregates.any(|(_, of)| matches!(of, Aggregate::IntervalEnd { .. }))
}

/// What the aggregates of a cube of events read, as numbers with names.
fn values_of(of: &Cube) -> Vec<(Name, Expression)> {
    let mut values: Vec<Expression> = Vec::new();
    for (_, aggregate) in &of.aggregates {
        aggregate.each_expression(&mut |value| {
            if !values.contains(value) {
                values.push(value.clone());
            }
        });
    }
    let named = values.into_iter().enumerate();
    named
        .map(|(place, value)| (format!("value {place}"), value))
        .collect()
}

/// A cube of events over its own rows, point and values ([`values_of`]) as columns.
fn of_values(of: &Cube) -> Cube {
    let values = values_of(of);
    let named = |value: &Expression| {
        let known = values.iter().find(|(_, known)| known == value);
        Expression::column(&known.expect("one of the values").0)
    };
    let aggregates = of.aggregates.iter().map(|(name, aggregate)| {
        let over = aggregate.with_expressions(&named);
        (name.clone(), over)
    });
    Cube {
        predicate: Expression::And(Vec::new()),
        shape: CubeShape::Flow {
            slot: Expression::column(POINT),
            also_by: None,
            adds_up: of.adds_up(),
        },
        aggregates: aggregates.collect(),
        ..of.clone()
    }
}

fn result_type(aggregate: &Aggregate) -> ResultType {
    match aggregate {
        Aggregate::Count
        | Aggregate::CountWhere(_)
        | Aggregate::CountPresent(_)
        | Aggregate::CountDistinct(_) => ResultType::Integer,
        Aggregate::Sum(_) => ResultType::Sum,
        Aggregate::Min(_)
        | Aggregate::Max(_)
        | Aggregate::OrderStatistic { .. }
        | Aggregate::NextOrderStatistic { .. }
        | Aggregate::IntervalEnd { .. } => ResultType::Number,
        Aggregate::CoveredInstants { .. } | Aggregate::Steps { .. } => {
            unreachable!("cubes aggregate numbers")
        }
    }
}

/// The column of the quantile that an order statistic is next to.
fn quantile_of(cube: &Cube, aggregate: &Aggregate) -> Option<Name> {
    let Aggregate::NextOrderStatistic { of, fraction } = aggregate else {
        return None;
    };
    let lower = Aggregate::OrderStatistic {
        of: of.clone(),
        fraction: *fraction,
    };
    let mut aggregates = cube.aggregates.iter();
    let found = aggregates.find(|(_, known)| *known == lower);
    found.map(|(name, _)| name.clone())
}

fn texts(of: &Column) -> &StringChunked {
    let series = of.as_materialized_series();
    series.str().expect("the type was asked for")
}
