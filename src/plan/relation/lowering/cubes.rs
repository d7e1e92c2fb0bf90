//! Cubes: aggregates over one population, axis and grouping. Measures that agree in those share one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::model::TableId;
use crate::plan::relation::{
    Aggregate, Axis, Expression, Literal, Name, Relation, RelationalOperator, SharedRelation,
    SortKey,
};

/// Aggregates by groups and points.
#[derive(Clone, PartialEq, Debug)]
pub struct Cube {
    pub table: TableId,
    /// Rows that count.
    pub predicate: Expression,
    /// The columns rows are grouped by.
    pub keys: Vec<Name>,
    /// The names of the bands of each key that is one, by their codes.
    pub bands: BTreeMap<Name, Vec<String>>,
    pub axis: Arc<Axis>,
    pub shape: CubeShape,
    /// Of a swept cube, the sums of its contributions.
    pub aggregates: Vec<(Name, Aggregate)>,
}

/// The column of the rows of a population.
pub const ROWS: &str = "rows";
/// The column of a cube that holds the point.
pub const POINT: &str = "point";
/// The columns of the range of points at which a row of a stock counts.
pub const LOW: &str = "low";
pub const HIGH: &str = "high";
/// The column of the value that a row of an expanded cube brings.
pub const VALUE: &str = "value";
/// The column of [`Cube::durations`] that says whether a duration has ended.
pub const ENDED: &str = "ended";

#[derive(Clone, PartialEq, Debug)]
pub enum CubeShape {
    /// Rows count in one bucket.
    Flow {
        slot: Expression,
        /// One more key: durations, for lifetimes.
        also_by: Option<(Name, Expression)>,
        /// Whether groups add up: order statistics and distinct counts do not.
        adds_up: bool,
    },
    /// Rows add at the first point they count and take away at the first they do not.
    Swept(Vec<SweepContribution>),
    /// Rows stand at every point they count.
    Expanded {
        contributions: Vec<SweepContribution>,
        /// The value that is brought is an instant, and counts as the time since then at each point after it.
        are_ages: bool,
    },
}

/// What rows bring over a range of points.
#[derive(Clone, PartialEq, Debug)]
pub struct SweepContribution {
    /// The keys that rows have there and not elsewhere: bands.
    pub keys: Vec<(Name, Literal)>,
    pub over: PointRange,
    /// The range is cut to these bounds, which may read `low` and `high`.
    pub from: Option<Expression>,
    pub until: Option<Expression>,
    /// Whole numbers, missing counting nothing; of an expanded cube the one column [`VALUE`].
    pub values: Vec<(Name, Expression)>,
}

/// Where the range of points comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum PointRange {
    Columns {
        low: Expression,
        high: Expression,
    },
    /// A column of several ranges.
    Ranges(Name),
    /// A column of several ranges, each with a number that is the column [`VALUE`].
    Steps(Name),
}

/// The groups a cube is asked for.
#[derive(Clone, PartialEq, Debug)]
pub enum CubeLevel {
    /// Each combination of keys.
    Groups,
    /// All rows as one group.
    Total,
    /// The rows of all groups but these as one group; a value each key, `None` for missing.
    Outside(Vec<Vec<Option<Literal>>>),
}

impl Cube {
    /// Whether the numbers of groups add up to those of a total.
    pub fn adds_up(&self) -> bool {
        match &self.shape {
            CubeShape::Flow { adds_up, .. } => *adds_up,
            CubeShape::Swept(_) => true,
            CubeShape::Expanded { .. } => false,
        }
    }

    /// The rows that it counts, with what it groups them by and takes of them.
    pub fn counted_rows(&self, rows: &SharedRelation) -> SharedRelation {
        let columns = self.of_counted().columns();
        let columns = columns.into_iter().map(|name| {
            let column = Expression::column(&name);
            (name, column)
        });
        Arc::new(Relation::Project {
            input: Arc::new(Relation::Filter {
                input: rows.clone(),
                predicate: self.predicate.clone(),
            }),
            columns: columns.collect(),
        })
    }

    /// The same cube over [`Cube::counted_rows`].
    pub fn of_counted(&self) -> Cube {
        Cube {
            predicate: Expression::And(Vec::new()),
            ..self.clone()
        }
    }

    /// The same cube of the rows that count at some points, `[low, high)`.
    pub fn within(&self, (low, high): (usize, usize)) -> Cube {
        let point = |point: usize| Expression::integer(point as i64);
        let is_there = match &self.shape {
            CubeShape::Flow { slot, .. } => Expression::all([
                slot.clone().is(RelationalOperator::AtLeast, point(low)),
                slot.clone().is(RelationalOperator::Less, point(high)),
            ]),
            CubeShape::Swept(contributions) | CubeShape::Expanded { contributions, .. } => {
                let overlaps = contributions.iter().map(|one| match &one.over {
                    PointRange::Columns {
                        low: from,
                        high: until,
                    } => Expression::all([
                        from.clone().is(RelationalOperator::Less, point(high)),
                        until.clone().is(RelationalOperator::Greater, point(low)),
                    ]),
                    PointRange::Ranges(ranges) | PointRange::Steps(ranges) => {
                        Expression::column(ranges).is_present()
                    }
                });
                Expression::Or(overlaps.collect())
            }
        };
        Cube {
            predicate: Expression::all([self.predicate.clone(), is_there]),
            ..self.clone()
        }
    }

    /// The keys that rows have wherever they count.
    fn keys_of_rows(&self) -> Vec<Name> {
        let contributions: &[SweepContribution] = match &self.shape {
            CubeShape::Flow { .. } => &[],
            CubeShape::Swept(contributions) | CubeShape::Expanded { contributions, .. } => {
                contributions
            }
        };
        let is_own = |key: &&Name| {
            let mut changing = contributions.iter().flat_map(|one| &one.keys);
            changing.all(|(own, _)| own != *key)
        };
        self.keys.iter().filter(is_own).cloned().collect()
    }

    /// The columns of its rows that it reads.
    pub fn columns(&self) -> BTreeSet<Name> {
        let mut names: BTreeSet<Name> = self.keys_of_rows().into_iter().collect();
        let mut add = |expression: &Expression| {
            expression.add_columns_to(&mut names);
        };
        add(&self.predicate);
        match &self.shape {
            CubeShape::Flow { slot, also_by, .. } => {
                for (_, aggregate) in &self.aggregates {
                    aggregate.each_expression(&mut add);
                }
                add(slot);
                also_by.iter().for_each(|(_, expression)| add(expression));
            }
            CubeShape::Swept(contributions) | CubeShape::Expanded { contributions, .. } => {
                for contribution in contributions {
                    contribution.each_expression(&mut add);
                }
            }
        }
        for made in [LOW, HIGH, POINT, VALUE] {
            names.remove(made);
        }
        names
    }

    /// The relation over the rows of its table.
    pub fn relation(&self, rows: &SharedRelation, level: &CubeLevel) -> SharedRelation {
        let (counted, keys) = self.counted_at(rows, level);
        match &self.shape {
            CubeShape::Flow { slot, also_by, .. } => self.flow(counted, keys, slot, also_by),
            CubeShape::Swept(contributions) => self.swept(counted, keys, contributions),
            CubeShape::Expanded {
                contributions,
                are_ages,
            } => self.expanded(counted, keys, contributions, *are_ages),
        }
    }

    /// The rows that count for some groups, and what they are grouped by.
    fn counted_at(&self, rows: &SharedRelation, level: &CubeLevel) -> (SharedRelation, Vec<Name>) {
        let mut predicate = self.predicate.clone();
        let mut keys = self.keys.clone();
        match level {
            CubeLevel::Groups => {}
            CubeLevel::Total => keys.clear(),
            CubeLevel::Outside(groups) => {
                predicate = Expression::all([predicate, outside(&keys, groups)]);
                keys.clear();
            }
        }
        let counted = Arc::new(Relation::Filter {
            input: rows.clone(),
            predicate,
        });
        (counted, keys)
    }

    /// What is kept of the rows that an expanded cube or one of lifetimes counts: of the first keys, [`LOW`], [`HIGH`] and
    /// [`VALUE`], of the second keys, [`POINT`], the duration, and as [`ENDED`] whether it has ended.
    pub fn contributed_rows(&self, rows: &SharedRelation) -> SharedRelation {
        let (counted, keys) = self.counted_at(rows, &CubeLevel::Groups);
        match &self.shape {
            CubeShape::Expanded { contributions, .. } => {
                let inputs = contributions.iter().map(|contribution| {
                    let mut columns = contribution.key_columns(&keys);
                    columns.extend(same_columns(&[LOW.to_string(), HIGH.to_string()]));
                    columns.extend(contribution.values.iter().cloned());
                    Arc::new(Relation::Project {
                        input: contribution.ranged(&counted),
                        columns,
                    })
                });
                union(inputs.collect())
            }
            CubeShape::Flow {
                slot,
                also_by: Some(duration),
                ..
            } => {
                let ended = self.aggregates.iter().find_map(|(_, of)| match of {
                    Aggregate::CountWhere(ended) => Some(ended.clone()),
                    _ => None,
                });
                let ended = ended.expect("a cube of lifetimes counts those that have ended");
                let mut columns = same_columns(&keys);
                columns.push((POINT.to_string(), slot.clone()));
                columns.push(duration.clone());
                columns.push((ENDED.to_string(), ended));
                Arc::new(Relation::Project {
                    input: counted,
                    columns,
                })
            }
            CubeShape::Flow { also_by: None, .. } | CubeShape::Swept(_) => {
                unreachable!("the rows of other cubes are grouped as they are")
            }
        }
    }

    /// Those of some groups among [`Cube::contributed_rows`].
    pub fn contributed_at(&self, rows: &SharedRelation, level: &CubeLevel) -> SharedRelation {
        self.of_counted().counted_at(rows, level).0
    }

    fn flow(
        &self,
        counted: SharedRelation,
        keys: Vec<Name>,
        slot: &Expression,
        also_by: &Option<(Name, Expression)>,
    ) -> SharedRelation {
        let mut made = vec![(POINT.to_string(), slot.clone())];
        made.extend(also_by.clone());
        let mut by = keys;
        by.extend(made.iter().map(|(name, _)| name.clone()));
        Arc::new(Relation::Aggregate {
            input: Arc::new(Relation::Extend {
                input: counted,
                columns: made,
            }),
            keys: by,
            aggregates: self.aggregates.clone(),
        })
    }

    fn swept(
        &self,
        counted: SharedRelation,
        keys: Vec<Name>,
        contributions: &[SweepContribution],
    ) -> SharedRelation {
        let points = Expression::integer(self.axis.len() as i64);
        let mut inputs = Vec::new();
        for contribution in contributions {
            let ranged = contribution.ranged(&counted);
            let ends = Arc::new(Relation::Filter {
                input: ranged.clone(),
                predicate: Expression::column(HIGH).is(RelationalOperator::Less, points.clone()),
            });
            inputs.push(self.changes(ranged, &keys, LOW, contribution, false));
            inputs.push(self.changes(ends, &keys, HIGH, contribution, true));
        }
        let mut by = keys.clone();
        by.push(POINT.to_string());
        let changes = Relation::Aggregate {
            input: Arc::new(Relation::Union { inputs }),
            keys: by,
            aggregates: self.aggregates.clone(),
        };
        Arc::new(Relation::Running {
            input: Arc::new(changes),
            partition: keys,
            order: POINT.to_string(),
            columns: self
                .aggregates
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
        })
    }

    /// What rows add, or take away, at one end of their range. A column that the contribution does not have is 0.
    fn changes(
        &self,
        input: SharedRelation,
        keys: &[Name],
        point: &str,
        contribution: &SweepContribution,
        is_end: bool,
    ) -> SharedRelation {
        let mut columns = contribution.key_columns(keys);
        columns.push((POINT.to_string(), Expression::column(point)));
        for (name, _) in &self.aggregates {
            let own = contribution.values.iter().find(|(own, _)| own == name);
            let value = match own {
                None => Expression::integer(0),
                Some((_, value)) if is_end => Expression::integer(0).minus(value.clone()),
                Some((_, value)) => value.clone(),
            };
            columns.push((name.clone(), value));
        }
        Arc::new(Relation::Project { input, columns })
    }

    fn expanded(
        &self,
        counted: SharedRelation,
        keys: Vec<Name>,
        contributions: &[SweepContribution],
        are_ages: bool,
    ) -> SharedRelation {
        let expanded = |contribution: &SweepContribution| {
            let expanded = Arc::new(Relation::Expand {
                input: contribution.ranged(&counted),
                low: LOW.to_string(),
                high: HIGH.to_string(),
                into: POINT.to_string(),
            });
            let mut columns = contribution.key_columns(&keys);
            columns.push((POINT.to_string(), Expression::column(POINT)));
            columns.extend(contribution.values.iter().map(|(name, value)| {
                let value = match are_ages {
                    true => self.age(value),
                    false => value.clone(),
                };
                (name.clone(), value)
            }));
            Arc::new(Relation::Project {
                input: expanded,
                columns,
            })
        };
        let input = union(contributions.iter().map(expanded).collect());
        let mut by = keys;
        by.push(POINT.to_string());
        Arc::new(Relation::Aggregate {
            input,
            keys: by,
            aggregates: self.aggregates.clone(),
        })
    }

    /// The time since an instant at each point after it; missing before.
    fn age(&self, since: &Expression) -> Expression {
        let instant = Expression::InstantOfPoint {
            point: Box::new(Expression::column(POINT)),
            axis: self.axis.clone(),
        };
        let has_begun = since.clone().is(RelationalOperator::Less, instant.clone());
        instant.minus(since.clone()).only_if(has_begun)
    }
}

/// Columns that stay as they are.
fn same_columns(names: &[Name]) -> Vec<(Name, Expression)> {
    let same = |name: &Name| (name.clone(), Expression::column(name));
    names.iter().map(same).collect()
}

fn union(mut inputs: Vec<SharedRelation>) -> SharedRelation {
    match inputs.len() {
        1 => inputs.remove(0),
        _ => Arc::new(Relation::Union { inputs }),
    }
}

fn outside(keys: &[Name], groups: &[Vec<Option<Literal>>]) -> Expression {
    let is_of = |group: &Vec<Option<Literal>>| {
        let tests = keys.iter().zip(group).map(|(key, value)| match value {
            None => Expression::column(key).is_missing(),
            Some(value) => Expression::column(key).is(
                RelationalOperator::Equal,
                Expression::Literal(value.clone()),
            ),
        });
        Expression::And(tests.collect())
    };
    Expression::Or(groups.iter().map(is_of).collect()).negated()
}

impl Aggregate {
    /// The same of other expressions; aggregates of sets and steps are left as they are.
    #[must_use]
    pub fn with_expressions(&self, other: &impl Fn(&Expression) -> Expression) -> Aggregate {
        let mut made = self.clone();
        match &mut made {
            Aggregate::CountWhere(of)
            | Aggregate::CountPresent(of)
            | Aggregate::Sum(of)
            | Aggregate::Min(of)
            | Aggregate::Max(of)
            | Aggregate::OrderStatistic { of, .. }
            | Aggregate::NextOrderStatistic { of, .. }
            | Aggregate::IntervalEnd { of, .. }
            | Aggregate::CountDistinct(of) => *of = other(of),
            Aggregate::Count | Aggregate::CoveredInstants { .. } | Aggregate::Steps { .. } => {}
        }
        made
    }

    /// Hands the expressions it reads to a function.
    pub fn each_expression(&self, visit: &mut impl FnMut(&Expression)) {
        match self {
            Aggregate::Count => {}
            Aggregate::CountWhere(of)
            | Aggregate::CountPresent(of)
            | Aggregate::Sum(of)
            | Aggregate::Min(of)
            | Aggregate::Max(of)
            | Aggregate::OrderStatistic { of, .. }
            | Aggregate::NextOrderStatistic { of, .. }
            | Aggregate::IntervalEnd { of, .. }
            | Aggregate::CountDistinct(of) => visit(of),
            Aggregate::CoveredInstants { set, .. } => visit(set),
            Aggregate::Steps { parts, .. } => {
                parts.iter().for_each(|part| part.each_expression(visit));
            }
        }
    }
}

impl SortKey {
    pub fn ascending(column: impl Into<Name>) -> SortKey {
        SortKey {
            column: column.into(),
            is_descending: false,
        }
    }

    pub fn descending(column: impl Into<Name>) -> SortKey {
        SortKey {
            column: column.into(),
            is_descending: true,
        }
    }
}
