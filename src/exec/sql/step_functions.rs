//! Step functions of time → lists of structs `{after, until, value}`, ascending and apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::aggregates::{names, with_keys};
use super::dialects::{FIXED_POINT, SqlType, indented};
use super::expressions::ExpressionWriter;
use super::relations::Translator;
use super::select::{Select, SelectColumn, bare};
use crate::plan::relation::{
    Axis, Expression, Literal, Name, RelationalOperator, SharedRelation, StepFold, StepFunction,
    StepPart,
};

/// Sums above this are missing, as beside polars.
const LARGEST: &str = "1e12";

impl Translator<'_> {
    /// What rows bring, folded at each instant, as one list for each group.
    pub(super) fn steps(
        &mut self,
        input: &SharedRelation,
        keys: &[Name],
        (name, fold): (&str, StepFold),
        parts: &[StepPart],
    ) -> Select {
        let mut reads: BTreeSet<Name> = keys.iter().cloned().collect();
        for part in parts {
            part.each_expression(&mut |expression| expression.add_columns_to(&mut reads));
        }
        let select = self.shared(input);
        let select = self.read(select, &reads);
        let hint = format!("{}_{name}", bare(&select.source));
        let keys: Vec<SelectColumn> = keys.iter().map(|key| select.column(key).clone()).collect();
        let pieces: Vec<Select> = parts
            .iter()
            .map(|part| self.pieces(select.clone(), &keys, part, &hint))
            .collect();
        let texts: Vec<String> = pieces.iter().map(Select::text).collect();
        let body = texts.join("\nUNION ALL\n");
        let mut pieces = self.part_of(&format!("{hint}_pieces"), body, &pieces[0].columns);
        pieces.filters.push("value IS NOT NULL".to_string());
        let stretches = match fold {
            StepFold::Count | StepFold::Sum | StepFold::Mean => {
                self.summed(&hint, &pieces, &keys, fold)
            }
            StepFold::Min | StepFold::Max => self.extremes(&hint, &pieces, &keys, fold),
        };
        let list = self.dialect.collected_steps();
        let mut steps = with_keys(&stretches, &keys, vec![SelectColumn::made(name, list)]);
        steps.groups = names(self.dialect, &keys);
        steps.is_closed = true;
        steps
    }

    /// The intervals of a part with the value in each.
    fn pieces(
        &mut self,
        select: Select,
        keys: &[SelectColumn],
        part: &StepPart,
        hint: &str,
    ) -> Select {
        let one = Expression::Literal(Literal::Number(1.0));
        let value = part.value.as_ref().unwrap_or(&one);
        self.intervals_of(select, keys, (&part.set, Some(value)), hint)
    }

    /// Running counts and sums of what has begun and not ended.
    fn summed(
        &mut self,
        hint: &str,
        pieces: &Select,
        keys: &[SelectColumn],
        fold: StepFold,
    ) -> Select {
        let dialect = self.dialect;
        let fixed = dialect.fixed_point("value");
        let change = |at: &str, sign: &str| {
            let columns = vec![
                SelectColumn::made("begins", at),
                SelectColumn::made("change", format!("{sign}1")),
                SelectColumn::made("amount", format!("{sign}{fixed}")),
            ];
            with_keys(pieces, keys, columns)
        };
        let (begins, ends) = (change("after", ""), change("until", "-"));
        let all = format!("{}\nUNION ALL\n{}", begins.text(), ends.text());
        let changes = self.part_of(&format!("{hint}_changes"), all, &begins.columns);
        let by = names(pieces.dialect, keys).join(", ");
        let along = format!("PARTITION BY {by} ORDER BY begins");
        let running = |of: &str| format!("sum({}) OVER ({along})", dialect.sum(of));
        let columns = vec![
            SelectColumn::made("after", "begins"),
            SelectColumn::made("until", dialect.next("begins", &along)),
            SelectColumn::made("depth", running("change")),
            SelectColumn::made("amount", running("amount")),
        ];
        let mut depths = with_keys(&changes, keys, columns);
        depths.groups = names(pieces.dialect, keys);
        depths.groups.push("begins".to_string());
        depths.is_closed = true;
        let depths = self.part(&format!("{hint}_depths"), &depths);
        let number = dialect.type_word(SqlType::Number);
        let sum = format!("{} / {FIXED_POINT}", dialect.dividend("amount"));
        let value = match fold {
            StepFold::Count => format!("CAST(depth AS {number})"),
            StepFold::Mean => format!("{sum} / depth"),
            StepFold::Sum | StepFold::Min | StepFold::Max => sum,
        };
        let columns = vec![
            depths.column("after").clone(),
            depths.column("until").clone(),
            SelectColumn::made(
                "value",
                format!("CASE WHEN abs({value}) <= {LARGEST} THEN {value} END"),
            ),
        ];
        let mut stretches = with_keys(&depths, keys, columns);
        stretches.filters = vec!["depth > 0".to_string(), "until IS NOT NULL".to_string()];
        self.part(&format!("{hint}_stretches"), &stretches)
    }

    /// The stretches between ends of intervals, each with the extreme of the intervals over it. Intervals of a group with one
    /// value are merged first: each end is looked for in all intervals of the group, and scores have few values.
    fn extremes(
        &mut self,
        hint: &str,
        pieces: &Select,
        keys: &[SelectColumn],
        fold: StepFold,
    ) -> Select {
        let mut with_value = keys.to_vec();
        with_value.push(pieces.column("value").clone());
        let pieces = &self.islands(hint, pieces.clone(), &with_value);
        let end = |at: &str| with_keys(pieces, keys, vec![SelectColumn::made("begins", at)]);
        let (begins, ends) = (end("after"), end("until"));
        let all = format!("{}\nUNION\n{}", begins.text(), ends.text());
        let cuts = self.part_of(&format!("{hint}_cuts"), all, &begins.columns);
        let by = names(pieces.dialect, keys).join(", ");
        let next = self
            .dialect
            .next("begins", &format!("PARTITION BY {by} ORDER BY begins"));
        let columns = vec![
            SelectColumn::made("after", "begins"),
            SelectColumn::made("until", next),
        ];
        let between = with_keys(&cuts, keys, columns);
        let mut between = self.part(&format!("{hint}_between"), &between);
        between.qualify();
        let (own, source) = (between.source.clone(), &pieces.source);
        let same = names(pieces.dialect, keys).into_iter();
        let mut on: Vec<String> = same
            .map(|key| format!("{source}.{key} = {own}.{key}"))
            .collect();
        on.push(format!("{source}.after <= {own}.after"));
        on.push(format!("{source}.until >= {own}.until"));
        between
            .joins
            .push(format!("JOIN {source}\n  ON {}", on.join("\n  AND ")));
        between.groups = between
            .columns
            .iter()
            .map(|column| column.sql.clone())
            .collect();
        let number = self.dialect.type_word(SqlType::Number);
        let value = format!("CAST({}({source}.value) AS {number})", fold.word());
        between.columns.push(SelectColumn::made("value", value));
        between.is_closed = true;
        self.part(&format!("{hint}_stretches"), &between)
    }
}

impl ExpressionWriter<'_> {
    /// Steps, none where they are missing.
    pub fn present_steps(&mut self, of: &Expression) -> String {
        let of = self.written(of);
        self.dialect.present_steps(&of)
    }

    /// The instants at which the number is there, and passes a test if there is one.
    pub fn instants_where(
        &mut self,
        function: &StepFunction,
        test: Option<&(RelationalOperator, Box<Expression>)>,
    ) -> String {
        let dialect = self.dialect;
        let steps = self.operand(&function.steps);
        let one = self.element();
        let limit = test.map(|(comparison, limit)| (comparison.sign(), self.operand(limit)));
        let passes = |value: &str| match &limit {
            None => format!("{value} IS NOT NULL"),
            Some((sign, limit)) => format!("{value} {sign} {limit}"),
        };
        let own = passes(&dialect.value_of(&one));
        let inside = dialect.steps_where(&steps, &own, &one);
        let Some(otherwise) = function.otherwise else {
            return inside;
        };
        let outside = passes(&dialect.number(otherwise));
        if fails_always(otherwise, test) {
            return inside;
        }
        let failing = dialect.not_true(&format!("({own})"));
        let failing = dialect.steps_where(&steps, &failing, &one);
        let gap = self.element();
        let others = dialect.complement(&failing, &gap);
        format!(
            "CASE\n  WHEN {} THEN {}\n  WHEN {outside} THEN {}\n  ELSE {}\nEND",
            dialect.list_is_missing(&steps, true),
            dialect.nothing(),
            indented(&others, 2),
            indented(&inside, 2)
        )
    }

    /// The number at an instant.
    pub fn step_value(&mut self, function: &StepFunction, instant: &Expression) -> String {
        let steps = self.operand(&function.steps);
        let one = self.element();
        let instant = self.operand(instant);
        let otherwise = function.otherwise.map(|value| self.dialect.number(value));
        self.dialect
            .value_at(&steps, &instant, otherwise.as_deref(), &one)
    }

    /// The ranges of points that lie in a set with the number there, missing if there are none.
    pub fn stepped_points(
        &mut self,
        function: &StepFunction,
        set: &Expression,
        axis: &Arc<Axis>,
    ) -> String {
        let dialect = self.dialect;
        let steps = self.operand(&function.steps);
        let (gap, step, piece) = (self.element(), self.element(), self.element());
        let otherwise = match function.otherwise {
            None => dialect.missing(SqlType::Number),
            Some(value) => format!(
                "CASE WHEN {} THEN {} END",
                dialect.list_is_missing(&steps, false),
                dialect.number(value)
            ),
        };
        let set = self.present_set(set);
        let instants = self.axes.instants(axis, &mut self.joins);
        dialect.stepped(&steps, &otherwise, &set, &instants, [&gap, &step, &piece])
    }
}

/// Whether the number outside of all steps never passes a test.
fn fails_always(otherwise: f64, test: Option<&(RelationalOperator, Box<Expression>)>) -> bool {
    let Some((comparison, limit)) = test else {
        return false;
    };
    let Expression::Literal(Literal::Number(limit)) = limit.as_ref() else {
        return false;
    };
    !match comparison {
        RelationalOperator::Equal => otherwise == *limit,
        RelationalOperator::Less => otherwise < *limit,
        RelationalOperator::AtMost => otherwise <= *limit,
        RelationalOperator::Greater => otherwise > *limit,
        RelationalOperator::AtLeast => otherwise >= *limit,
    }
}
