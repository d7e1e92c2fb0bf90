//! Expressions of relations → SQL.
//!
//! A condition may be NULL where it is false: WHERE, CASE and FILTER take both alike, and so do AND and OR. What is
//! negated is therefore written `IS NOT TRUE` (rule S15).

use std::sync::Arc;

use super::axes::AxisTables;
use super::dialects::{SqlDialect, SqlType, indented};
use super::select::Select;
use crate::base::types::Scale;
use crate::plan::relation::{Axis, Expression, Literal, MissingOf, RelationalOperator};

/// How tightly the parts of a text hold together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Binding {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Whole,
}

/// A text and what brackets it needs.
struct SqlText {
    text: String,
    binding: Binding,
}

impl SqlText {
    fn whole(text: impl Into<String>) -> SqlText {
        SqlText {
            text: text.into(),
            binding: Binding::Whole,
        }
    }

    fn within(self, binding: Binding) -> String {
        match self.binding >= binding {
            true => self.text,
            false => format!("({})", indented(&self.text, 1)),
        }
    }
}

/// Writes expressions over the columns of a SELECT.
pub(super) struct ExpressionWriter<'w> {
    pub dialect: &'static dyn SqlDialect,
    pub select: &'w Select,
    pub axes: &'w mut AxisTables,
    /// Tables of points that what was written reads.
    pub joins: Vec<String>,
    /// How many names of list elements are in use.
    names: usize,
}

impl<'w> ExpressionWriter<'w> {
    pub fn new(select: &'w Select, axes: &'w mut AxisTables) -> ExpressionWriter<'w> {
        ExpressionWriter {
            dialect: select.dialect,
            joins: select.joins.clone(),
            select,
            axes,
            names: 0,
        }
    }

    /// An expression that stands for itself.
    pub fn written(&mut self, expression: &Expression) -> String {
        self.sql(expression).text
    }

    /// An expression that others stand around.
    pub fn operand(&mut self, expression: &Expression) -> String {
        self.sql(expression).within(Binding::Whole)
    }

    /// The parts of a condition that all must hold.
    pub fn conjuncts(&mut self, predicate: &Expression) -> Vec<String> {
        match predicate {
            Expression::And(parts) => parts.iter().flat_map(|part| self.conjuncts(part)).collect(),
            other => vec![self.sql(other).within(Binding::Not)],
        }
    }

    fn sql(&mut self, expression: &Expression) -> SqlText {
        match expression {
            Expression::Column(name) => SqlText::whole(&self.select.column(name).sql),
            Expression::Literal(literal) => SqlText::whole(self.literal(literal, None)),
            Expression::Compare {
                left,
                comparison,
                right,
            } => self.comparison(left, *comparison, right),
            Expression::And(parts) => self.joined(parts, " AND ", "true", Binding::And),
            Expression::Or(parts) => self.joined(parts, " OR ", "false", Binding::Or),
            Expression::Not(of) => self.negated(of),
            Expression::IsMissing(of) => self.missing(of, true),
            Expression::In { of, values } => self.among(of, values),
            Expression::ContainsText { of, text } => {
                let of = self.sql(of).within(Binding::Not);
                SqlText::whole(self.dialect.contains_text(&of, text))
            }
            Expression::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise),
            Expression::Coalesce(parts) => self.call("coalesce", parts),
            Expression::Least(parts) => self.call("least", parts),
            Expression::Greatest(parts) => self.call("greatest", parts),
            Expression::Add(left, right) => self.binary(left, "+", right, Binding::Sum),
            Expression::Subtract(left, right) => self.binary(left, "-", right, Binding::Sum),
            Expression::Multiply(left, right) => self.binary(left, "*", right, Binding::Product),
            Expression::FixedPoint(of) => {
                let of = self.sql(of).within(Binding::Product);
                SqlText::whole(self.dialect.fixed_point(&of))
            }
            other => self.of_time(other),
        }
    }

    /// The words of this field: weights, points of axes, sets of instants.
    fn of_time(&mut self, expression: &Expression) -> SqlText {
        match expression {
            Expression::Weight {
                of,
                listed,
                otherwise,
                missing,
            } => self.weight(of, listed, *otherwise, *missing),
            Expression::SlotOf { instant, axis } => self.slot(instant, axis),
            Expression::FirstPointAfter { instant, axis } => self.first_point(instant, axis),
            Expression::InstantOfPoint { point, axis } => self.instant_of(point, axis),
            Expression::CalendarAdd {
                instant,
                count,
                grain,
                zone,
            } => {
                let instant = self.written(instant);
                let dialect = self.dialect;
                SqlText::whole(dialect.calendar_add(&instant, *count, *grain, zone.name()))
            }
            Expression::Due {
                start,
                limit,
                pauses,
            } => self.due(start, limit, pauses),
            Expression::Contains { set, instant } => self.contains(set, instant),
            Expression::CoveredPoints { set, axis } => SqlText::whole(self.covered(set, axis)),
            Expression::PresentSteps(of) => SqlText::whole(self.present_steps(of)),
            Expression::StepValue { function, instant } => {
                SqlText::whole(self.step_value(function, instant))
            }
            Expression::SteppedPoints {
                function,
                set,
                axis,
            } => SqlText::whole(self.stepped_points(function, set, axis)),
            set => SqlText::whole(self.set(set)),
        }
    }

    fn joined(
        &mut self,
        parts: &[Expression],
        word: &str,
        none: &str,
        binding: Binding,
    ) -> SqlText {
        if parts.is_empty() {
            return SqlText::whole(none);
        }
        let texts = parts.iter().map(|part| self.sql(part).within(Binding::Not));
        let text = texts.collect::<Vec<String>>().join(word);
        let binding = if parts.len() == 1 {
            Binding::Or
        } else {
            binding
        };
        SqlText { text, binding }
    }

    fn comparison(
        &mut self,
        left: &Expression,
        comparison: RelationalOperator,
        right: &Expression,
    ) -> SqlText {
        let scale = self.scale(left).or(self.scale(right));
        let mut side = |side: &Expression| {
            let text = match side {
                Expression::Literal(literal) => self.literal(literal, scale.as_deref()),
                other => self.sql(other).within(Binding::Sum),
            };
            match &scale {
                // Words are equal as they are, but ordered by their scale.
                Some(scale) if comparison != RelationalOperator::Equal => {
                    self.dialect.place(&text, &scale.values)
                }
                Some(_) | None => text,
            }
        };
        let (left, right) = (side(left), side(right));
        SqlText {
            text: format!("{left} {} {right}", comparison.sign()),
            binding: Binding::Comparison,
        }
    }

    fn negated(&mut self, of: &Expression) -> SqlText {
        match of {
            Expression::IsMissing(of) => self.missing(of, false),
            Expression::Not(of) => self.sql(of),
            Expression::In { of, values } if values.len() == 1 && !is_boolean(&values[0]) => {
                let value = self.literal(&values[0], self.scale(of).as_deref());
                let of = self.sql(of).within(Binding::Sum);
                SqlText {
                    text: self.dialect.is_other(&of, &value),
                    binding: Binding::Comparison,
                }
            }
            Expression::In { of, values } if matches!(values[..], [Literal::Boolean(true)]) => {
                let of = self.sql(of).within(Binding::Sum);
                self.not_true(&of)
            }
            other => {
                let of = self.sql(other).within(Binding::Whole);
                self.not_true(&of)
            }
        }
    }

    fn missing(&mut self, of: &Expression, is_missing: bool) -> SqlText {
        let has_ranges = match of {
            Expression::Column(name) => self.select.column(name).has_ranges,
            _ => false,
        };
        match (has_ranges, is_missing) {
            (true, _) => {
                let of = self.sql(of).within(Binding::Whole);
                SqlText {
                    text: self.dialect.list_is_missing(&of, is_missing),
                    binding: Binding::Comparison,
                }
            }
            (false, true) => self.suffixed(of, "IS NULL"),
            (false, false) => self.suffixed(of, "IS NOT NULL"),
        }
    }

    fn not_true(&self, of: &str) -> SqlText {
        SqlText {
            text: self.dialect.not_true(of),
            binding: Binding::Comparison,
        }
    }

    fn suffixed(&mut self, of: &Expression, suffix: &str) -> SqlText {
        SqlText {
            text: format!("{} {suffix}", self.sql(of).within(Binding::Sum)),
            binding: Binding::Comparison,
        }
    }

    fn among(&mut self, of: &Expression, values: &[Literal]) -> SqlText {
        let scale = self.scale(of);
        let texts = values
            .iter()
            .map(|value| self.literal(value, scale.as_deref()));
        let texts: Vec<String> = texts.collect();
        match values {
            [] => SqlText::whole("false"),
            [Literal::Boolean(true)] => self.sql(of),
            [_] => self.suffixed(of, &format!("= {}", texts[0])),
            _ => self.suffixed(of, &format!("IN ({})", texts.join(", "))),
        }
    }

    fn case(&mut self, branches: &[(Expression, Expression)], otherwise: &Expression) -> SqlText {
        let mut parts = Vec::new();
        for (condition, value) in branches {
            let (condition, value) = (self.written(condition), self.written(value));
            parts.push(format!("WHEN {condition} THEN {value}"));
        }
        if !matches!(otherwise, Expression::Literal(Literal::Missing(_))) {
            parts.push(format!("ELSE {}", self.written(otherwise)));
        }
        SqlText::whole(case_text("CASE", &parts))
    }

    fn weight(
        &mut self,
        of: &Expression,
        listed: &[(Literal, f64)],
        otherwise: Option<f64>,
        missing: Option<f64>,
    ) -> SqlText {
        let scale = self.scale(of);
        let of = self.operand(of);
        let mut parts = Vec::new();
        for (value, weight) in listed {
            let value = self.literal(value, scale.as_deref());
            let weight = self.dialect.plain_number(*weight);
            parts.push(format!("WHEN {of} = {value} THEN {weight}"));
        }
        if missing != otherwise {
            let missing = missing.map(|weight| self.dialect.plain_number(weight));
            let missing = missing.unwrap_or_else(|| "NULL".to_string());
            parts.push(format!("WHEN {of} IS NULL THEN {missing}"));
        }
        let otherwise = otherwise.map(|weight| self.dialect.plain_number(weight));
        parts.extend(otherwise.map(|weight| format!("ELSE {weight}")));
        let case = case_text("CASE", &parts);
        let number = self.dialect.type_word(SqlType::Number);
        SqlText::whole(format!("CAST({case} AS {number})"))
    }

    fn call(&mut self, function: &str, parts: &[Expression]) -> SqlText {
        let texts: Vec<String> = parts.iter().map(|part| self.written(part)).collect();
        SqlText::whole(format!("{function}({})", texts.join(", ")))
    }

    fn binary(
        &mut self,
        left: &Expression,
        sign: &str,
        right: &Expression,
        binding: Binding,
    ) -> SqlText {
        if sign == "-" && matches!(left, Expression::Literal(Literal::Integer(0))) {
            let text = format!("-{}", self.sql(right).within(Binding::Whole));
            return SqlText::whole(text);
        }
        let left = self.sql(left).within(binding);
        // `a - (b + c)` needs its brackets.
        let right = match self.sql(right) {
            right if right.binding > binding => right.text,
            right => format!("({})", right.text),
        };
        SqlText {
            text: format!("{left} {sign} {right}"),
            binding,
        }
    }

    fn slot(&mut self, instant: &Expression, axis: &Arc<Axis>) -> SqlText {
        if let Expression::Literal(Literal::Integer(instant)) = instant {
            let slot = axis.slot_of(*instant).map(|slot| slot.to_string());
            let missing = || self.dialect.missing(SqlType::Integer);
            return SqlText::whole(slot.unwrap_or_else(missing));
        }
        let text = self.sql(instant).within(Binding::Sum);
        SqlText::whole(self.axes.slot(axis, &text, &mut self.joins))
    }

    fn first_point(&mut self, instant: &Expression, axis: &Arc<Axis>) -> SqlText {
        let text = self.sql(instant).within(Binding::Sum);
        SqlText::whole(self.axes.first_point_after(axis, &text, &mut self.joins))
    }

    fn instant_of(&mut self, point: &Expression, axis: &Arc<Axis>) -> SqlText {
        let text = self.operand(point);
        SqlText::whole(self.axes.instant_of(axis, &text, &mut self.joins))
    }

    fn due(&mut self, start: &Expression, limit: &Expression, pauses: &Expression) -> SqlText {
        let pauses = self.present_set(pauses);
        let due = self.binary(start, "+", limit, Binding::Sum).text;
        let start = self.operand(start);
        SqlText::whole(self.dialect.due(&start, &due, &pauses))
    }

    fn contains(&mut self, set: &Expression, instant: &Expression) -> SqlText {
        let one = self.element();
        let (set, instant) = (self.set(set), self.sql(instant).within(Binding::Sum));
        SqlText {
            text: self.dialect.contains(&set, &instant, &one),
            binding: Binding::Comparison,
        }
    }

    fn covered(&mut self, set: &Expression, axis: &Arc<Axis>) -> String {
        let one = self.element();
        let set = self.set(set);
        let instants = self.axes.instants(axis, &mut self.joins);
        self.dialect.covered(&set, &instants, &one)
    }

    /// A value; a code is a word of its scale.
    fn literal(&self, literal: &Literal, scale: Option<&Scale>) -> String {
        let dialect = self.dialect;
        match literal {
            Literal::Boolean(value) => value.to_string(),
            Literal::Code(code) => {
                let scale = scale.expect("a code is compared with a column of its scale");
                dialect.text(&scale.values[usize::from(*code)])
            }
            Literal::Band { name, .. } => dialect.text(name),
            Literal::Integer(value) => dialect.integer(*value),
            Literal::Number(value) => dialect.number(*value),
            Literal::Text(text) => dialect.text(text),
            Literal::Missing(of) => dialect.missing(match of {
                MissingOf::Integer => SqlType::Integer,
                MissingOf::Number => SqlType::Number,
                MissingOf::Band => SqlType::Text,
            }),
        }
    }

    /// A name for the elements of a list.
    pub fn element(&mut self) -> String {
        self.names += 1;
        format!("i{}", self.names)
    }

    /// The scale whose words an expression is one of.
    fn scale(&self, expression: &Expression) -> Option<Arc<Scale>> {
        match expression {
            Expression::Column(name) => self.select.column(name).scale.clone(),
            _ => None,
        }
    }
}

fn is_boolean(literal: &Literal) -> bool {
    matches!(literal, Literal::Boolean(_))
}

/// A case on one line if it is short.
pub(super) fn case_text(word: &str, parts: &[String]) -> String {
    const WIDEST: usize = 70;
    let line = format!("{word} {} END", parts.join(" "));
    if line.len() <= WIDEST && !line.contains('\n') {
        return line;
    }
    let parts: Vec<String> = parts.iter().map(|part| indented(part, 2)).collect();
    format!("{word}\n  {}\nEND", parts.join("\n  "))
}
