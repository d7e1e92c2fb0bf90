//! Sets of instants → lists of intervals.

use super::dialects::{ALWAYS_UNTIL, always};
use super::expressions::ExpressionWriter;
use crate::plan::relation::{Expression, Literal};

impl ExpressionWriter<'_> {
    /// A set. One that is read from other tables may be missing, which is as good as empty but where it is negated.
    pub fn set(&mut self, set: &Expression) -> String {
        match set {
            Expression::Interval { from, until } => self.interval(from, until),
            Expression::AlwaysIf(condition) => match condition.as_ref() {
                Expression::And(parts) if parts.is_empty() => always(self.dialect),
                condition => {
                    let condition = self.written(condition);
                    format!(
                        "CASE WHEN {condition} THEN {} ELSE {} END",
                        always(self.dialect),
                        self.dialect.nothing()
                    )
                }
            },
            Expression::Intersection(parts) => self.intersection(parts),
            // What is in any of them is what is not outside all of them.
            Expression::Union(parts) => {
                let outside = parts
                    .iter()
                    .map(|part| Expression::Complement(Box::new(part.clone())));
                let outside = Expression::Intersection(outside.collect());
                self.set(&Expression::Complement(Box::new(outside)))
            }
            Expression::Complement(of) => {
                let one = self.element();
                let of = self.present_set(of);
                self.dialect.complement(&of, &one)
            }
            Expression::InstantsWhere { function, test } => {
                self.instants_where(function, test.as_ref())
            }
            Expression::Column(_) | Expression::Case { .. } | Expression::Coalesce(_) => {
                self.operand(set)
            }
            other => unreachable!("{other} is no set"),
        }
    }

    /// A set that is never missing.
    pub fn present_set(&mut self, set: &Expression) -> String {
        let text = self.set(set);
        match set {
            Expression::Interval { .. }
            | Expression::AlwaysIf(_)
            | Expression::Complement(_)
            | Expression::Union(_) => text,
            _ => self.dialect.present(&text),
        }
    }

    fn intersection(&mut self, parts: &[Expression]) -> String {
        let mut parts = parts.iter();
        let Some(first) = parts.next() else {
            return always(self.dialect);
        };
        let mut both = self.set(first);
        for part in parts {
            let (one, other) = (self.element(), self.element());
            let part = self.set(part);
            both = self.dialect.intersection(&both, &part, (&one, &other));
        }
        both
    }

    fn interval(&mut self, from: &Expression, until: &Expression) -> String {
        let after = self.operand(from);
        let is_open = matches!(until, Expression::Literal(Literal::Missing(_)));
        let last = self.dialect.integer(ALWAYS_UNTIL);
        let (until, test) = match is_open {
            true => (last, format!("{after} IS NOT NULL")),
            false => {
                let until = format!("coalesce({}, {last})", self.written(until));
                let test = format!("{after} < {until}");
                (until, test)
            }
        };
        let interval = self.dialect.interval(&after, &until);
        let nothing = self.dialect.nothing();
        format!("CASE WHEN {test} THEN {interval} ELSE {nothing} END")
    }
}
