//! Time axes → tables of points, and the joins that find the point of an instant.

use std::sync::Arc;

use super::dialects::{SqlDialect, SqlType};
use super::select::{Select, SelectColumn};
use crate::plan::TimeBucket;
use crate::plan::relation::Axis;

/// The periods of the answer, numbered so that the first that can be read is 0, and the points of axes that are
/// finer than that.
pub(super) struct AxisTables {
    dialect: &'static dyn SqlDialect,
    slots: Vec<TimeBucket>,
    /// The place of the first slot that can be read.
    first: usize,
    /// AxisTables with several points a slot, with the names of their tables.
    finer: Vec<(Arc<Axis>, String)>,
}

/// The table of the periods.
pub(super) const PERIODS: &str = "periods";
/// Its column of numbers, and that of every table of points.
pub(super) const POINT: &str = "point";
/// The column of a finer table that says which period a point is of.
pub(super) const PERIOD_POINT: &str = "period_point";
/// The column of a finer table with how many points its period has.
pub(super) const POINTS: &str = "points";

impl AxisTables {
    pub fn new(dialect: &'static dyn SqlDialect, slots: &[TimeBucket]) -> AxisTables {
        AxisTables {
            dialect,
            slots: slots.to_vec(),
            first: slots
                .iter()
                .position(TimeBucket::is_readable)
                .unwrap_or(slots.len()),
            finer: Vec::new(),
        }
    }

    /// Whether all periods can be read.
    pub fn all_readable(&self) -> bool {
        self.slots.iter().all(TimeBucket::is_readable)
    }

    /// The number of a slot.
    pub fn number(&self, slot: usize) -> i64 {
        slot as i64 - self.first as i64
    }

    fn readable(&self) -> impl Iterator<Item = &TimeBucket> {
        self.slots.iter().filter(|slot| slot.is_readable())
    }

    /// The column of the periods that has the instants of an axis with one point a period.
    pub fn column_of(&self, axis: &Axis) -> Option<&'static str> {
        if has_ties(axis) {
            return None;
        }
        let is_of = |instant: fn(&TimeBucket) -> i64| {
            self.readable().map(instant).eq(axis.ends.iter().copied())
        };
        if is_of(|slot| slot.end) {
            return Some("ends_at");
        }
        (axis.is_stock && is_of(|slot| slot.start)).then_some("starts_at")
    }

    /// The table and the column with the instants of an axis.
    pub fn table(&mut self, axis: &Arc<Axis>) -> (String, &'static str) {
        if let Some(column) = self.column_of(axis) {
            return (PERIODS.to_string(), column);
        }
        let known = self.finer.iter().position(|(known, _)| known == axis);
        let place = known.unwrap_or_else(|| {
            let name = match self.finer.len() {
                0 => "days".to_string(),
                others => format!("days_{}", others + 1),
            };
            self.finer.push((axis.clone(), name));
            self.finer.len() - 1
        });
        (self.finer[place].1.clone(), "ends_at")
    }

    /// The bucket that an instant falls in.
    pub fn slot(&mut self, axis: &Arc<Axis>, instant: &str, joins: &mut Vec<String>) -> String {
        let dialect = self.dialect;
        match (axis.starts.as_slice(), axis.ends.as_slice()) {
            ([], _) => dialect.missing(SqlType::Integer),
            ([start], [end]) => {
                let from = match *start {
                    i64::MIN => format!("{instant} IS NOT NULL"),
                    start => format!("{instant} >= {}", dialect.integer(start)),
                };
                format!(
                    "CASE WHEN {from} AND {instant} < {} THEN 0 END",
                    dialect.integer(*end)
                )
            }
            _ => {
                let (table, _) = self.table(axis);
                let alias = alias(dialect, "period_of", instant, joins, |alias| {
                    dialect.bucket_join(&table, alias, instant)
                });
                dialect.bucket(&alias, instant)
            }
        }
    }

    /// The first point after an instant.
    pub fn first_point_after(
        &mut self,
        axis: &Arc<Axis>,
        instant: &str,
        joins: &mut Vec<String>,
    ) -> String {
        let dialect = self.dialect;
        match axis.ends.as_slice() {
            [] => format!("CASE WHEN {instant} IS NOT NULL THEN 0 END"),
            [point] => {
                let point = dialect.integer(*point);
                format!("CASE WHEN {instant} < {point} THEN 0 WHEN {instant} >= {point} THEN 1 END")
            }
            _ => {
                let (table, column) = self.table(axis);
                let alias = alias(dialect, "before", instant, joins, |alias| {
                    dialect.nearest_before(&table, alias, instant, column)
                });
                let before = dialect.point_before(&alias, instant);
                format!("CASE WHEN {instant} IS NOT NULL THEN coalesce({before} + 1, 0) END")
            }
        }
    }

    /// The instant of a point.
    pub fn instant_of(&mut self, axis: &Arc<Axis>, point: &str, joins: &mut Vec<String>) -> String {
        let dialect = self.dialect;
        match axis.ends.as_slice() {
            [] => return dialect.missing(SqlType::Integer),
            [only] => {
                let instant = dialect.integer(*only);
                return format!("CASE WHEN {point} IS NOT NULL THEN {instant} END");
            }
            _ => {}
        }
        let (table, column) = self.table(axis);
        let alias = alias(dialect, "instant_of", point, joins, |alias| {
            format!("LEFT JOIN {table} AS {alias}\n  ON {alias}.{POINT} = {point}")
        });
        format!("{alias}.{column}")
    }

    /// The instants of all points as a list.
    pub fn instants(&mut self, axis: &Arc<Axis>, joins: &mut Vec<String>) -> String {
        let dialect = self.dialect;
        if axis.ends.len() <= 1 {
            return dialect.instants(&axis.ends);
        }
        let (table, column) = self.table(axis);
        let of = format!("{table}.{column}");
        let alias = alias(dialect, "all_of", &of, joins, |alias| {
            dialect.instants_join(&table, alias, column)
        });
        format!("{alias}.instants")
    }

    /// The tables, those of finer axes last.
    pub fn tables(&self, shows_period: bool) -> Vec<(String, Select)> {
        let mut tables = vec![(PERIODS.to_string(), self.periods(shows_period))];
        for (axis, name) in &self.finer {
            tables.push((name.clone(), self.days(axis)));
        }
        tables
    }

    fn periods(&self, shows_period: bool) -> Select {
        let dialect = self.dialect;
        let row = |(place, slot): (usize, &TimeBucket)| {
            let mut cells = vec![self.number(place).to_string()];
            if shows_period {
                cells.push(dialect.text(&slot.label));
            }
            for instant in [slot.start, slot.end] {
                let instant = slot.is_readable().then_some(instant);
                cells.push(dialect.constant_instant(instant));
            }
            format!("({})", cells.join(", "))
        };
        let rows: Vec<String> = self.slots.iter().enumerate().map(row).collect();
        let mut columns = vec![(POINT, Some(SqlType::Integer))];
        columns.extend(shows_period.then_some(("period", Some(SqlType::Text))));
        columns.extend([("starts_at", None), ("ends_at", None)]);
        self.constants(&columns, &rows)
    }

    fn days(&self, axis: &Axis) -> Select {
        let is_of_periods = axis.points.len() == self.slots.len();
        let mut rows = Vec::new();
        for (place, points) in axis.points.iter().enumerate() {
            let number = if is_of_periods {
                self.number(place)
            } else {
                place as i64
            };
            for point in points.clone() {
                // Of points with one instant the last: after it comes the first of a later instant.
                if axis.ends.get(point + 1) == Some(&axis.ends[point]) {
                    continue;
                }
                let start = axis.starts.get(point).copied();
                let instants = start.into_iter().chain([axis.ends[point]]);
                let instants = instants.map(|one| self.dialect.constant_instant(Some(one)));
                let instants: Vec<String> = instants.collect();
                let instants = instants.join(", ");
                rows.push(format!("({point}, {number}, {}, {instants})", points.len()));
            }
        }
        let numbers = [POINT, PERIOD_POINT, POINTS].into_iter();
        let mut columns: Vec<_> = numbers.map(|name| (name, Some(SqlType::Integer))).collect();
        columns.extend((!axis.starts.is_empty()).then_some(("starts_at", None)));
        columns.push(("ends_at", None));
        self.constants(&columns, &rows)
    }

    /// A constant table. Columns without a type are of instants, and are read as microseconds.
    fn constants(&self, columns: &[(&str, Option<SqlType>)], rows: &[String]) -> Select {
        let read = columns.iter().map(|(name, of)| {
            let sql = match of {
                Some(_) => (*name).to_string(),
                None => self.dialect.micros_of_constant(name),
            };
            SelectColumn::made(*name, sql)
        });
        Select {
            columns: read.collect(),
            source: self.dialect.constant_table(columns, rows),
            ..Select::new(self.dialect)
        }
    }
}

/// Whether points of an axis have the same instant, as the starts of windows may.
fn has_ties(axis: &Axis) -> bool {
    axis.ends.windows(2).any(|pair| pair[0] == pair[1])
}

/// The name of a joined table, joined if it is not yet.
fn alias(
    dialect: &dyn SqlDialect,
    word: &str,
    of: &str,
    joins: &mut Vec<String>,
    join: impl Fn(&str) -> String,
) -> String {
    let is_name = of
        .chars()
        .all(|letter| letter.is_alphanumeric() || "._\"`".contains(letter));
    let hint = match is_name {
        true => format!(
            "{word}_{}",
            of.rsplit('.').next().unwrap_or(of).replace(['"', '`'], "")
        ),
        false => word.to_string(),
    };
    let numbered =
        std::iter::once(hint.clone()).chain((2..).map(|number| format!("{hint}_{number}")));
    for name in numbered.map(|name| dialect.name(&name)) {
        let text = join(&name);
        if joins.contains(&text) {
            return name;
        }
        if !joins
            .iter()
            .any(|known| known.contains(&format!(" AS {name}")))
        {
            joins.push(text);
            return name;
        }
    }
    unreachable!("there are more numbers than joins")
}
