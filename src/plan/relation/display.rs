//! Relations and expressions as text: one node a line, inputs below and indented.

use std::fmt::{self, Display, Formatter};

use super::{
    Aggregate, Axis, Expression, JoinKind, Literal, Name, Relation, SortKey, StepFunction, StepPart,
};
use crate::base::instants::rfc3339;

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// A node as it stands in the outline of a relation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutlineNode {
    /// How many nodes stand above it: 0 for what the relation gives.
    pub depth: usize,
    pub text: String,
}

impl Relation {
    /// The nodes in the order of [`Display`]. A relation with a name is written out only if it is this one; where others
    /// read it, its name stands for it.
    pub fn outline(&self) -> Vec<OutlineNode> {
        let mut nodes = Vec::new();
        match self {
            Relation::Named { input, .. } => input.outline_into(0, &mut nodes),
            other => other.outline_into(0, &mut nodes),
        }
        nodes
    }

    fn outline_into(&self, depth: usize, nodes: &mut Vec<OutlineNode>) {
        if let Relation::Named { name, .. } = self {
            let text = format!("read {name}");
            nodes.push(OutlineNode { depth, text });
            return;
        }
        let text = self.line();
        nodes.push(OutlineNode { depth, text });
        for input in self.inputs() {
            input.outline_into(depth + 1, nodes);
        }
    }

    fn write(&self, f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
        writeln!(f, "{:1$}{2}", "", depth * 2, self.line())?;
        for input in self.inputs() {
            input.write(f, depth + 1)?;
        }
        Ok(())
    }

    /// The node alone.
    pub fn line(&self) -> String {
        match self {
            Relation::Scan {
                name,
                columns,
                row_number,
                ..
            } => {
                let numbered = if row_number.is_some() {
                    ", numbered"
                } else {
                    ""
                };
                format!("scan {name} [{}]{numbered}", columns.join(", "))
            }
            Relation::Filter { predicate, .. } => format!("filter {predicate}"),
            Relation::Project { columns, .. } => format!("project {}", assignments(columns)),
            Relation::Extend { columns, .. } => format!("extend {}", assignments(columns)),
            Relation::Join { on, kind, .. } => {
                let kind = match kind {
                    JoinKind::Left => "left",
                    JoinKind::Semi => "semi",
                };
                format!("{kind} join on {} = {}", on.0, on.1)
            }
            Relation::Union { .. } => "union".to_string(),
            Relation::Aggregate {
                keys, aggregates, ..
            } => {
                let own = aggregates
                    .iter()
                    .map(|(name, of)| format!("{name} := {of}"));
                let by = if keys.is_empty() {
                    String::new()
                } else {
                    format!(" by {}", keys.join(", "))
                };
                format!("aggregate{by}: {}", list(own))
            }
            Relation::Running {
                partition,
                order,
                columns,
                ..
            } => {
                let by = if partition.is_empty() {
                    String::new()
                } else {
                    format!(" by {}", partition.join(", "))
                };
                format!("running sum of {}{by} along {order}", columns.join(", "))
            }
            Relation::Expand {
                low, high, into, ..
            } => {
                format!("expand {into} from {low} to {high}")
            }
            Relation::Unnest {
                ranges,
                low,
                high,
                value,
                ..
            } => {
                let names = [low, high].into_iter().chain(value);
                format!("unnest {ranges} as {}", list(names))
            }
            Relation::Sort { keys, .. } => format!("sort by {}", list(keys.iter())),
            Relation::Limit { rows, .. } => format!("limit {rows}"),
            Relation::Named { name, .. } => format!("named {name}"),
        }
    }
}

fn list<T: Display>(parts: impl Iterator<Item = T>) -> String {
    let parts: Vec<String> = parts.map(|part| part.to_string()).collect();
    parts.join(", ")
}

/// `3 slots up to 2026-10-01T00:00:00Z`.
fn extent(axis: &Axis, noun: &str) -> String {
    let plural = if axis.len() == 1 { "" } else { "s" };
    let last = axis.ends.last();
    let end = last.map(|last| format!(" up to {}", rfc3339(*last)));
    format!("{} {noun}{plural}{}", axis.len(), end.unwrap_or_default())
}

/// `name` for a column that keeps its name, `name := expression` for others.
fn assignments(columns: &[(Name, Expression)]) -> String {
    list(columns.iter().map(|(name, expression)| match expression {
        Expression::Column(own) if own == name => name.clone(),
        other => format!("{name} := {other}"),
    }))
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let direction = if self.is_descending {
            " descending"
        } else {
            ""
        };
        write!(f, "{}{direction}", self.column)
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Aggregate::Count => f.write_str("count"),
            Aggregate::CountWhere(of) => write!(f, "count where {of}"),
            Aggregate::CountPresent(of) => write!(f, "count of {of}"),
            Aggregate::Sum(of) => write!(f, "sum {of}"),
            Aggregate::Min(of) => write!(f, "min {of}"),
            Aggregate::Max(of) => write!(f, "max {of}"),
            Aggregate::OrderStatistic { of, fraction } => {
                write!(f, "order statistic at {fraction} of {of}")
            }
            Aggregate::NextOrderStatistic { of, fraction } => {
                write!(f, "order statistic after {fraction} of {of}")
            }
            Aggregate::IntervalEnd {
                of,
                fraction,
                level,
                is_upper,
            } => {
                let end = if *is_upper { "upper" } else { "lower" };
                write!(
                    f,
                    "{end} order statistic around {fraction} at level {level} of {of}"
                )
            }
            Aggregate::CountDistinct(of) => write!(f, "count of different {of}"),
            Aggregate::CoveredInstants { set, at_least: 1 } => write!(f, "union of {set}"),
            Aggregate::CoveredInstants { set, at_least } => {
                write!(f, "instants in {at_least} of {set}")
            }
            Aggregate::Steps { parts, fold } => {
                write!(f, "steps of {} of {}", fold.word(), list(parts.iter()))
            }
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Boolean(value) => write!(f, "{value}"),
            Literal::Code(code) => write!(f, "#{code}"),
            Literal::Band { name, .. } => write!(f, "{name:?}"),
            Literal::Integer(value) => write!(f, "{value}"),
            Literal::Number(value) => write!(f, "{value:?}"),
            Literal::Text(text) => write!(f, "{text:?}"),
            Literal::Missing(_) => f.write_str("missing"),
        }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Column(name) => f.write_str(name),
            Expression::Literal(literal) => write!(f, "{literal}"),
            Expression::Compare {
                left,
                comparison,
                right,
            } => write!(f, "{left} {} {right}", comparison.sign()),
            Expression::And(parts) => joined(f, parts, " and ", "true"),
            Expression::Or(parts) => joined(f, parts, " or ", "false"),
            Expression::Not(of) => write!(f, "not ({of})"),
            Expression::IsMissing(of) => write!(f, "{of} is missing"),
            Expression::ContainsText { of, text } => {
                let text = Literal::Text(text.clone());
                write!(f, "{of} contains {text}")
            }
            Expression::In { of, values } => write!(f, "{of} in ({})", list(values.iter())),
            Expression::Case {
                branches,
                otherwise,
            } => {
                f.write_str("case")?;
                for (condition, value) in branches {
                    write!(f, " when {condition} then {value}")?;
                }
                write!(f, " else {otherwise} end")
            }
            Expression::Coalesce(parts) => call(f, "coalesce", parts),
            Expression::Least(parts) => call(f, "least", parts),
            Expression::Greatest(parts) => call(f, "greatest", parts),
            Expression::Add(left, right) => write!(f, "({left} + {right})"),
            Expression::Subtract(left, right) => write!(f, "({left} - {right})"),
            Expression::Multiply(left, right) => write!(f, "({left} * {right})"),
            Expression::Weight {
                of,
                listed,
                otherwise,
                missing,
            } => {
                let own = listed
                    .iter()
                    .map(|(value, weight)| format!("{value} {weight}"));
                write!(f, "weight({of}: {}", list(own))?;
                otherwise
                    .iter()
                    .try_for_each(|weight| write!(f, ", otherwise {weight}"))?;
                missing
                    .iter()
                    .try_for_each(|weight| write!(f, ", missing {weight}"))?;
                f.write_str(")")
            }
            Expression::FixedPoint(of) => write!(f, "fixed_point({of})"),
            Expression::SlotOf { instant, axis } => {
                write!(f, "slot_of({instant}, {})", extent(axis, "slot"))
            }
            Expression::FirstPointAfter { instant, axis } => {
                write!(f, "first_point_after({instant}, {})", extent(axis, "point"))
            }
            Expression::InstantOfPoint { point, .. } => write!(f, "instant_of({point})"),
            Expression::CalendarAdd {
                instant,
                count,
                grain,
                zone,
            } => write!(
                f,
                "calendar_add({instant}, {count} {}, {zone})",
                grain.word()
            ),
            Expression::Due {
                start,
                limit,
                pauses,
            } => write!(f, "due({start}, {limit}, pauses {pauses})"),
            Expression::Interval { from, until } => write!(f, "({from}, {until}]"),
            Expression::AlwaysIf(of) => write!(f, "always_if({of})"),
            Expression::Intersection(parts) => call(f, "intersection", parts),
            Expression::Union(parts) => call(f, "union", parts),
            Expression::Complement(of) => write!(f, "complement({of})"),
            Expression::Contains { set, instant } => write!(f, "contains({set}, {instant})"),
            Expression::CoveredPoints { set, axis } => {
                write!(f, "covered_points({set}, {})", extent(axis, "point"))
            }
            Expression::PresentSteps(of) => write!(f, "present_steps({of})"),
            Expression::InstantsWhere { function, test } => {
                write!(f, "instants_where({function}")?;
                match test {
                    Some((comparison, limit)) => write!(f, " {} {limit})", comparison.sign()),
                    None => f.write_str(" is present)"),
                }
            }
            Expression::StepValue { function, instant } => {
                write!(f, "value_at({function}, {instant})")
            }
            Expression::SteppedPoints {
                function,
                set,
                axis,
            } => {
                let extent = extent(axis, "point");
                write!(f, "stepped_points({function}, {set}, {extent})")
            }
        }
    }
}

impl Display for StepFunction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.otherwise {
            Some(value) => write!(f, "{} otherwise {value:?}", self.steps),
            None => write!(f, "{}", self.steps),
        }
    }
}

impl Display for StepPart {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{value} at {}", self.set),
            None => write!(f, "{}", self.set),
        }
    }
}

fn call(f: &mut Formatter<'_>, name: &str, parts: &[Expression]) -> fmt::Result {
    write!(f, "{name}({})", list(parts.iter()))
}

fn joined(f: &mut Formatter<'_>, parts: &[Expression], word: &str, none: &str) -> fmt::Result {
    if parts.is_empty() {
        return f.write_str(none);
    }
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        match part {
            Expression::And(inner) | Expression::Or(inner) if inner.len() > 1 => {
                write!(f, "({part})")?;
            }
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}
