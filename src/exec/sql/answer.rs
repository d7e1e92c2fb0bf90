//! The answer put together: groups and periods, and the formulas over the cells joined to them.

use super::StatementInput;
use super::axes::{AxisTables, PERIODS, POINT};
use super::cells::{JoinedCells, LineCells, cubes, first_with_score, joined, step_of};
use super::formulas::{bracketed_sum, formula, is_quotient};
use super::relations::{KeyOrder, Translator, ordered};
use super::select::{Select, SelectColumn, TableExpression, statement as written};
use crate::base::types::{DisplayUnit, FieldType};
use crate::lang::model::{Dimension, EmptyValues, HavingTest, NumberTest, SortColumn, ValueColumn};
use crate::plan::relation::Lowering;
use crate::plan::{EmptyWork, TimeBucket, ValuesWork};

/// The statement of a query of values.
pub(super) fn statement(question: &StatementInput, work: &ValuesWork) -> String {
    let slots = &work.timeline.slots;
    let whole: Vec<TimeBucket> = ranks_whole(work)
        .then(|| work.timeline.whole())
        .flatten()
        .into_iter()
        .collect();
    let mut lowering = Lowering::new(question.definitions, &question.plan.evaluation);
    let main = LineCells::lower(&mut lowering, work, slots, |_| true);
    let range = whole.first().map(|_| of_range(&mut lowering, work, &whole));
    let lines: Vec<&LineCells> = std::iter::once(&main).chain(&range).collect();
    let axes = AxisTables::new(question.dialect, slots);
    let mut translator = Translator::new(question, axes);
    let cubes = cubes(&mut translator, question, work, &lowering, &lines);
    let mut assembly = AnswerStatement {
        question,
        work,
        translator,
        cubes,
        groups: None,
    };
    let last = assembly.last(&main, range.as_ref());
    let tables = assembly.translator.axes.tables(work.shows_period);
    let part = |(name, select): (String, Select)| TableExpression {
        comments: Vec::new(),
        name,
        body: select.text(),
    };
    let mut parts: Vec<TableExpression> = tables.into_iter().map(part).collect();
    parts.extend(assembly.translator.parts);
    written(&question.opening(), &parts, &last)
}

/// The cells of the column that ranks groups, over all periods as one.
fn of_range<'a>(
    lowering: &mut Lowering,
    work: &ValuesWork,
    whole: &'a [TimeBucket],
) -> LineCells<'a> {
    let ranking = &work.columns[work.top.map_or(0, |top| top.by)];
    let measures = ranking.formula.measures();
    LineCells::lower(lowering, work, whole, |step| {
        let mut measures = measures.iter();
        let moment = step.measure.moment.unwrap_or(ranking.moment);
        step.moment == moment && measures.any(|measure| step.measure == **measure)
    })
}

/// Whether `top` ranks groups by their value over all periods.
fn ranks_whole(work: &ValuesWork) -> bool {
    work.shows_period && work.top.is_some() && !work.by.is_empty()
}

struct AnswerStatement<'q, 'a> {
    question: &'q StatementInput<'a>,
    work: &'q ValuesWork,
    translator: Translator<'a>,
    cubes: Vec<Select>,
    /// The part with the groups.
    groups: Option<String>,
}

impl AnswerStatement<'_, '_> {
    fn last(&mut self, main: &LineCells, range: Option<&LineCells>) -> Select {
        let steps: Vec<JoinedCells> = (0..self.work.steps.len())
            .map(|step| joined(&mut self.translator, &self.cubes, main, (self.work, step)))
            .collect();
        if !self.work.by.is_empty() {
            self.groups = Some(self.group_part(&steps));
        }
        let top = self.work.top.filter(|_| !self.work.by.is_empty());
        let ranked = top.map(|top| (self.ranked(top.by, main, range, &steps), top.count));
        if let Some((ranked, _)) = &ranked {
            self.groups = Some(ranked.clone());
        }
        let values: Vec<SelectColumn> = self
            .work
            .columns
            .iter()
            .map(|column| SelectColumn::made(&column.name, self.shown(column, main, &steps)))
            .collect();
        // Counts that only tell which groups there are have no column.
        let empty = self.work.empty.as_ref();
        let shown: Vec<JoinedCells> = (0..steps.len())
            .filter(|step| empty.is_none_or(|empty| !empty.steps.contains(step)))
            .map(|step| steps[step].clone())
            .collect();
        let mut select = self.joined_to(PERIODS, &shown, PERIODS);
        select.columns = self.labels();
        select.columns.extend(values);
        select.filters.extend(
            ranked
                .iter()
                .map(|(ranked, count)| format!("{ranked}.place <= {count}")),
        );
        let tests = self.work.having.iter();
        select
            .filters
            .extend(tests.map(|test| self.having(test, main, &steps)));
        select.order = self.order(ranked.is_some());
        select.limit = self.work.limit;
        select
    }

    /// Whether a row of a group is shown (rule S49).
    fn having(&self, test: &HavingTest, line: &LineCells, steps: &[JoinedCells]) -> String {
        let column = &self.work.columns[test.column];
        let value = self.value(column, line, &|step| steps[step].sql.clone());
        let value = bracketed_sum(&self.where_readable(column, line, value));
        let (sign, limit) = match test.test {
            NumberTest::Equal(limit) => ("=", limit),
            NumberTest::Less(limit) => ("<", limit),
            NumberTest::AtMost(limit) => ("<=", limit),
            NumberTest::Greater(limit) => (">", limit),
            NumberTest::AtLeast(limit) => (">=", limit),
        };
        let limit = self.question.dialect.number(limit);
        let holds = format!("coalesce({value} {sign} {limit}, false)");
        match test.negated {
            true => format!("NOT {holds}"),
            false => holds,
        }
    }

    /// The groups of the parent's rows, with each value of the other dimensions (rule S51).
    fn empty_groups(&self, empty: &EmptyWork, steps: &[JoinedCells]) -> Vec<String> {
        let parents: Vec<Option<&JoinedCells>> = match empty.steps.is_empty() {
            true => vec![None],
            false => empty.steps.iter().map(|step| Some(&steps[*step])).collect(),
        };
        let dialect = self.question.dialect;
        let of = |parent: Option<&JoinedCells>| {
            let mut keys = parent.into_iter().flat_map(|parent| &parent.keys);
            let mut sources: Vec<String> = parent.iter().map(|step| step.cube.clone()).collect();
            let columns = empty.values.iter().zip(&self.work.by).map(|(values, by)| {
                let name = dialect.name(&by.name);
                match values {
                    EmptyValues::OfParent(_) => {
                        let key = dialect.name(keys.next().expect("a key for each dimension"));
                        format!("{}.{key} AS {name}", sources[0])
                    }
                    EmptyValues::Every => {
                        let words = words(by).map_or_else(
                            || vec!["false".to_string(), "true".to_string()],
                            |words| words.iter().map(|word| dialect.text(word)).collect(),
                        );
                        let alias = dialect.name(&format!("every_{}", by.name));
                        let values: Vec<String> =
                            words.iter().map(|word| format!("({word})")).collect();
                        sources.push(format!("(VALUES {}) AS {alias}({name})", values.join(", ")));
                        format!("{alias}.{name}")
                    }
                }
            });
            let columns: Vec<String> = columns.collect();
            format!(
                "SELECT {}\nFROM {}",
                columns.join(", "),
                sources.join("\nCROSS JOIN ")
            )
        };
        parents.into_iter().map(of).collect()
    }

    /// Every combination of dimensions that has a row in any population (rule S24).
    fn group_part(&mut self, steps: &[JoinedCells]) -> String {
        let mut texts: Vec<String> = Vec::new();
        let empty = self.work.empty.as_ref();
        let is_of_parent = |step: usize| empty.is_some_and(|empty| empty.steps.contains(&step));
        for (place, step) in steps.iter().enumerate() {
            if is_of_parent(place) {
                continue;
            }
            let keys = step
                .keys
                .iter()
                .zip(&self.work.by)
                .map(|(key, dimension)| SelectColumn {
                    is_plain: *key == dimension.name,
                    ..SelectColumn::made(&dimension.name, self.question.dialect.name(key))
                });
            let select = Select {
                columns: keys.collect(),
                source: step.cube.clone(),
                ..Select::new(self.question.dialect)
            };
            let text = select.text();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.extend(
            empty
                .iter()
                .flat_map(|empty| self.empty_groups(empty, steps)),
        );
        let body = match texts.as_slice() {
            [only] => only.replacen("SELECT", "SELECT DISTINCT", 1),
            several => several.join("\nUNION\n"),
        };
        let columns: Vec<SelectColumn> = self
            .work
            .by
            .iter()
            .map(|by| SelectColumn::made(&by.name, ""))
            .collect();
        self.translator.part_of("groups", body, &columns).source
    }

    /// The groups by value, largest first (rule S25).
    fn ranked(
        &mut self,
        by: usize,
        main: &LineCells,
        range: Option<&LineCells>,
        steps: &[JoinedCells],
    ) -> String {
        let column = &self.work.columns[by];
        let mut order = Vec::new();
        let groups = self.groups.clone().expect("groups are ranked");
        let mut select = Select {
            source: groups.clone(),
            ..Select::new(self.question.dialect)
        };
        match range {
            Some(line) => {
                let (joins, value) = self.over_range(column, line);
                select.joins = joins;
                order.push(format!("{value} DESC NULLS LAST"));
            }
            None if !self.work.shows_period && main.slots[0].is_readable() => {
                let used = self.used(column);
                let used: Vec<&JoinedCells> = used.iter().map(|step| &steps[*step]).collect();
                select.joins = self.joins_to(&groups, &used, "0");
                let value = self.value(column, main, &|step| steps[step].sql.clone());
                order.push(format!("{value} DESC NULLS LAST"));
            }
            // Nothing can be read: names alone rank them.
            None => {}
        }
        order.extend(self.by_name());
        let mut columns: Vec<SelectColumn> = self.dimensions();
        let place = format!("row_number() OVER (ORDER BY {})", order.join(", "));
        columns.push(SelectColumn::made("place", place));
        select.columns = columns;
        self.translator.part("ranked", &select).source
    }

    /// The joins of a column's cells over the whole range, and its value there.
    fn over_range(&mut self, column: &ValueColumn, line: &LineCells) -> (Vec<String>, String) {
        let used = self.used(column);
        let cells: Vec<(usize, JoinedCells)> = used
            .into_iter()
            .map(|step| {
                let cells = joined(&mut self.translator, &self.cubes, line, (self.work, step));
                (step, cells)
            })
            .collect();
        let groups = self.groups.clone().expect("groups are ranked");
        let joins = self.joins_to(
            &groups,
            &cells.iter().map(|(_, cells)| cells).collect::<Vec<_>>(),
            "0",
        );
        let of = |step: usize| {
            let found = cells.iter().find(|(known, _)| *known == step);
            found
                .map(|(_, cells)| cells.sql.clone())
                .expect("a step of the column")
        };
        let value = self.value(column, line, &of);
        (joins, value)
    }

    /// The steps of a column, each once.
    fn used(&self, column: &ValueColumn) -> Vec<usize> {
        let measures = column.formula.measures().into_iter();
        let mut steps: Vec<usize> = measures
            .map(|measure| step_of(self.work, column, measure))
            .collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    fn joined_to(&self, source: &str, steps: &[JoinedCells], points: &str) -> Select {
        let mut joins: Vec<String> = self
            .groups
            .iter()
            .map(|groups| format!("CROSS JOIN {groups}"))
            .collect();
        let groups = self.groups.clone().unwrap_or_default();
        let point = format!("{points}.{POINT}");
        joins.extend(self.joins_to(&groups, &steps.iter().collect::<Vec<_>>(), &point));
        Select {
            source: source.to_string(),
            joins,
            ..Select::new(self.question.dialect)
        }
    }

    /// Joins of cells to groups at a point.
    fn joins_to(&self, groups: &str, steps: &[&JoinedCells], point: &str) -> Vec<String> {
        let dialect = self.question.dialect;
        let mut joins: Vec<String> = Vec::new();
        for step in steps {
            let mut on = vec![format!("{}.{POINT} = {point}", step.part)];
            for (key, dimension) in step.keys.iter().zip(&self.work.by) {
                on.push(format!(
                    "{}.{} IS NOT DISTINCT FROM {groups}.{}",
                    step.part,
                    dialect.name(key),
                    dialect.name(&dimension.name)
                ));
            }
            let join = format!("LEFT JOIN {}\n  ON {}", step.part, on.join("\n  AND "));
            if !joins.contains(&join) {
                joins.push(join);
            }
        }
        joins
    }

    fn dimensions(&self) -> Vec<SelectColumn> {
        let dialect = self.question.dialect;
        let groups = self.groups.as_deref().unwrap_or_default();
        let column = |dimension: &Dimension| SelectColumn {
            is_plain: true,
            ..SelectColumn::made(
                &dimension.name,
                format!("{groups}.{}", dialect.name(&dimension.name)),
            )
        };
        self.work.by.iter().map(column).collect()
    }

    fn labels(&self) -> Vec<SelectColumn> {
        let period = self.work.shows_period && self.work.timeline.grain.is_some();
        let mut labels: Vec<SelectColumn> = Vec::new();
        if period {
            labels.push(SelectColumn {
                is_plain: true,
                ..SelectColumn::made("period", format!("{PERIODS}.period"))
            });
        }
        labels.extend(self.dimensions());
        labels
    }

    /// The value of a column in the unit shown.
    fn shown(&self, column: &ValueColumn, line: &LineCells, steps: &[JoinedCells]) -> String {
        let value = self.value(column, line, &|step| steps[step].sql.clone());
        let dialect = self.question.dialect;
        let value = match column.display {
            DisplayUnit::Time(unit) => {
                let value = match is_quotient(&value) {
                    true => value,
                    false => dialect.dividend(&value),
                };
                format!("{} / {}", bracketed_sum(&value), unit.micros())
            }
            DisplayUnit::Count
            | DisplayUnit::Percent
            | DisplayUnit::Points
            | DisplayUnit::Ratio => match is_quotient(&value) {
                true => value,
                false => dialect.shown_number(&value),
            },
        };
        self.where_readable(column, line, value)
    }

    /// A value only in periods that can be read and whose score has a version.
    fn where_readable(&self, column: &ValueColumn, line: &LineCells, value: String) -> String {
        let axes = &self.translator.axes;
        let firsts = column.formula.measures().into_iter().map(|measure| {
            let cells = line.cells[step_of(self.work, column, measure)].as_ref();
            cells.map_or(0, |cells| first_with_score(self.question, measure, cells))
        });
        let mut tests = Vec::new();
        if !axes.all_readable() {
            tests.push(format!("{PERIODS}.starts_at IS NOT NULL"));
        }
        match firsts.max().unwrap_or(0) {
            0 => {}
            first => tests.push(format!("{PERIODS}.{POINT} >= {}", axes.number(first))),
        }
        match tests.is_empty() {
            true => value,
            false => format!("CASE WHEN {} THEN {value} END", tests.join(" AND ")),
        }
    }

    fn value(
        &self,
        column: &ValueColumn,
        line: &LineCells,
        of: &dyn Fn(usize) -> String,
    ) -> String {
        debug_assert!(line.cells.len() == self.work.steps.len());
        formula(self.question.dialect, &column.formula, &|measure| {
            of(step_of(self.work, column, measure))
        })
    }

    /// Dimensions in the order shown: scales as they are ordered, texts by name, missing last (rule S24).
    fn by_name(&self) -> Vec<String> {
        let columns = self.dimensions().into_iter().zip(&self.work.by);
        columns
            .map(|(column, dimension)| {
                let dialect = self.question.dialect;
                ordered(dialect, &column.sql, order_of(dimension), false)
            })
            .collect()
    }

    fn order(&self, is_ranked: bool) -> Vec<String> {
        let dialect = self.question.dialect;
        let mut order: Vec<String> = Vec::new();
        for sort in &self.work.sort {
            order.push(match sort.by {
                SortColumn::Period => {
                    let direction = if sort.descending { " DESC" } else { "" };
                    format!("{PERIODS}.{POINT}{direction}")
                }
                SortColumn::Dimension(place) => {
                    let column = &self.dimensions()[place];
                    let order = order_of(&self.work.by[place]);
                    ordered(dialect, &column.sql, order, sort.descending)
                }
                SortColumn::Value(place) => ordered(
                    dialect,
                    &dialect.name(&self.work.columns[place].name),
                    KeyOrder::Plain,
                    sort.descending,
                ),
            });
        }
        order.push(format!("{PERIODS}.{POINT}"));
        match (&self.groups, is_ranked) {
            (Some(groups), true) => order.push(format!("{groups}.place")),
            _ => order.extend(self.by_name()),
        }
        order
    }
}

fn words(dimension: &Dimension) -> Option<&[String]> {
    match &dimension.field_type {
        FieldType::Scale(scale) => Some(&scale.values),
        FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date => None,
    }
}

fn order_of(dimension: &Dimension) -> KeyOrder<'_> {
    match (words(dimension), &dimension.field_type) {
        (Some(words), _) => KeyOrder::Scale(words),
        (None, FieldType::Text) => KeyOrder::Text,
        (None, _) => KeyOrder::Plain,
    }
}
