//! Time axes → tables of points, and the joins that find the point of an instant.

use std::sync::Arc;

use super::duckdb;
use super::select::{Select, SelectColumn};
use crate::plan::TimeBucket;
use crate::plan::relation::Axis;

/// The periods of the answer, numbered so that the first that can be read is 0, and the points of axes that are
/// finer than that.
pub(super) struct AxisTables {
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
    pub fn new(slots: &[TimeBucket]) -> AxisTables {
        AxisTables {
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
        match (axis.starts.as_slice(), axis.ends.as_slice()) {
            ([], _) => "NULL".to_string(),
            ([start], [end]) => {
                let from = match *start {
                    i64::MIN => format!("{instant} IS NOT NULL"),
                    start => format!("{instant} >= {}", duckdb::integer(start)),
                };
                format!(
                    "CASE WHEN {from} AND {instant} < {} THEN 0 END",
                    duckdb::integer(*end)
                )
            }
            _ => {
                let (table, _) = self.table(axis);
                let alias = alias("period_of", instant, joins, |alias| {
                    format!(
                        "LEFT JOIN {table} AS {alias}\n  ON {instant} >= {alias}.starts_at AND {instant} < {alias}.ends_at"
                    )
                });
                format!("{alias}.{POINT}")
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
        match axis.ends.as_slice() {
            [] => format!("CASE WHEN {instant} IS NOT NULL THEN 0 END"),
            [point] => {
                let point = duckdb::integer(*point);
                format!("CASE WHEN {instant} < {point} THEN 0 WHEN {instant} >= {point} THEN 1 END")
            }
            _ => {
                let (table, column) = self.table(axis);
                let alias = alias("before", instant, joins, |alias| {
                    duckdb::nearest_before(&table, alias, instant, column)
                });
                format!("CASE WHEN {instant} IS NOT NULL THEN coalesce({alias}.{POINT} + 1, 0) END")
            }
        }
    }

    /// The instant of a point.
    pub fn instant_of(&mut self, axis: &Arc<Axis>, point: &str, joins: &mut Vec<String>) -> String {
        match axis.ends.as_slice() {
            [] => return "NULL".to_string(),
            [only] => {
                let instant = duckdb::integer(*only);
                return format!("CASE WHEN {point} IS NOT NULL THEN {instant} END");
            }
            _ => {}
        }
        let (table, column) = self.table(axis);
        let alias = alias("instant_of", point, joins, |alias| {
            format!("LEFT JOIN {table} AS {alias}\n  ON {alias}.{POINT} = {point}")
        });
        format!("{alias}.{column}")
    }

    /// The instants of all points as a list.
    pub fn instants(&mut self, axis: &Arc<Axis>, joins: &mut Vec<String>) -> String {
        if axis.ends.len() <= 1 {
            return duckdb::list(axis.ends.iter().map(|instant| duckdb::integer(*instant)));
        }
        let (table, column) = self.table(axis);
        let alias = alias("all_of", &format!("{table}.{column}"), joins, |alias| {
            format!(
                "CROSS JOIN (SELECT list({column} ORDER BY {POINT}) AS instants FROM {table}) AS {alias}"
            )
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
        let row = |(place, slot): (usize, &TimeBucket)| {
            let mut cells = vec![self.number(place).to_string()];
            if shows_period {
                cells.push(duckdb::text(&slot.label));
            }
            match slot.is_readable() {
                true => cells.extend([timestamp(slot.start), timestamp(slot.end)]),
                false => {
                    cells.extend(["NULL::TIMESTAMP".to_string(), "NULL::TIMESTAMP".to_string()])
                }
            }
            format!("({})", cells.join(", "))
        };
        let rows: Vec<String> = self.slots.iter().enumerate().map(row).collect();
        let mut names = vec![POINT];
        names.extend(shows_period.then_some("period"));
        let mut columns: Vec<SelectColumn> = names
            .iter()
            .map(|name| SelectColumn::made(*name, *name))
            .collect();
        columns.push(SelectColumn::made("starts_at", duckdb::micros("starts_at")));
        columns.push(SelectColumn::made("ends_at", duckdb::micros("ends_at")));
        names.extend(["starts_at", "ends_at"]);
        values(columns, &rows, &names)
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
                let instant = timestamp(axis.ends[point]);
                rows.push(format!("({point}, {number}, {}, {instant})", points.len()));
            }
        }
        let names = [POINT, PERIOD_POINT, POINTS, "ends_at"];
        let mut columns: Vec<SelectColumn> = names[..3]
            .iter()
            .map(|name| SelectColumn::made(*name, *name))
            .collect();
        columns.push(SelectColumn::made("ends_at", duckdb::micros("ends_at")));
        values(columns, &rows, &names)
    }
}

/// Whether points of an axis have the same instant, as the starts of windows may.
fn has_ties(axis: &Axis) -> bool {
    axis.ends.windows(2).any(|pair| pair[0] == pair[1])
}

/// A constant table.
fn values(columns: Vec<SelectColumn>, rows: &[String], names: &[&str]) -> Select {
    Select {
        columns,
        source: format!(
            "(VALUES\n  {}\n) AS given({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        ..Select::default()
    }
}

/// An instant of the calendar; one before all of it has no time of day.
fn timestamp(micros: i64) -> String {
    match micros {
        i64::MIN => "TIMESTAMP '0001-01-01 00:00:00'".to_string(),
        micros => format!("TIMESTAMP '{}'", duckdb::timestamp(micros)),
    }
}

/// The name of a joined table, joined if it is not yet.
fn alias(word: &str, of: &str, joins: &mut Vec<String>, join: impl Fn(&str) -> String) -> String {
    let is_name = of
        .chars()
        .all(|letter| letter.is_alphanumeric() || "._\"".contains(letter));
    let hint = match is_name {
        true => format!(
            "{word}_{}",
            of.rsplit('.').next().unwrap_or(of).replace('"', "")
        ),
        false => word.to_string(),
    };
    let numbered =
        std::iter::once(hint.clone()).chain((2..).map(|number| format!("{hint}_{number}")));
    for name in numbered.map(|name| duckdb::name(&name)) {
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
