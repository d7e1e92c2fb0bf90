//! Conditions on the values of a row, for events that happened only where something holds.

use polars::prelude::{
    BooleanChunked, DataType, Expr, Field, IntoColumn, IntoSeries, NamedFrom, Series, col, lit,
};

use crate::base::types::FieldType;
use crate::lang::model::{Condition, Definitions, FieldId, NumberTest, OrderTest};

/// A condition as an expression over a frame of its fields.
pub(super) struct RowFilter<'a> {
    definitions: &'a Definitions,
    /// The fields that it reads, by the names that it reads them under.
    pub fields: Vec<(FieldId, String)>,
}

impl<'a> RowFilter<'a> {
    pub(super) fn new(definitions: &'a Definitions) -> Self {
        RowFilter {
            definitions,
            fields: Vec::new(),
        }
    }

    /// An expression that holds or not, and is never missing; `None` for conditions about other rows
    /// or about an instant.
    pub(super) fn expression(&mut self, condition: &Condition) -> Option<Expr> {
        let holds = match condition {
            Condition::All(parts) => return self.fold(parts, true, Expr::and),
            Condition::AnyOf(parts) => return self.fold(parts, false, Expr::or),
            Condition::Not(inner) => return Some(self.expression(inner)?.not()),
            Condition::Codes { field, allowed } => {
                let code = self.column(*field).cast(DataType::UInt8);
                let codes = (0..u8::MAX).filter(|code| allowed.contains(code));
                is_one_of(code, Series::new("".into(), codes.collect::<Vec<u8>>()))
            }
            Condition::Texts { field, allowed } => {
                let texts: Vec<&str> = allowed.iter().map(String::as_str).collect();
                is_one_of(self.column(*field), Series::new("".into(), texts))
            }
            Condition::ContainsText { field, text } => contains_text(self.column(*field), text),
            Condition::Number { field, test } => number(self.column(*field), *test),
            Condition::Between { field, from, until } => {
                let instant = self.column(*field);
                let is_after = instant.clone().gt_eq(lit(*from));
                is_after.and(instant.lt(lit(*until)))
            }
            Condition::Fields { left, test, right } => self.compare(*left, *test, *right),
            Condition::Present(field) => self.column(*field).is_not_null(),
            Condition::Exists(_)
            | Condition::Within { .. }
            | Condition::InState(_)
            | Condition::Happened(_)
            | Condition::Elapsed { .. }
            | Condition::Near { .. }
            | Condition::AtInstants(_)
            | Condition::SoFar(_) => return None,
        };
        Some(holds.fill_null(lit(false)))
    }

    fn fold(
        &mut self,
        parts: &[Condition],
        of_none: bool,
        add: impl Fn(Expr, Expr) -> Expr,
    ) -> Option<Expr> {
        let mut all = lit(of_none);
        for part in parts {
            all = add(all, self.expression(part)?);
        }
        Some(all)
    }

    fn column(&mut self, field: FieldId) -> Expr {
        let name = format!("field {} {}", field.table.0, field.field);
        let column = col(name.as_str());
        if !self.fields.iter().any(|(known, _)| *known == field) {
            self.fields.push((field, name));
        }
        column
    }

    fn compare(&mut self, left: FieldId, test: OrderTest, right: FieldId) -> Expr {
        let is_coded = |held: &FieldType| matches!(held, FieldType::Scale(_) | FieldType::YesNo);
        let [of_left, of_right] =
            [left, right].map(|field| &self.definitions.field(field).field_type);
        let coded = (is_coded(of_left), is_coded(of_right));
        let are_alike = coded == (true, true) || (coded == (false, false) && of_left == of_right);
        if !are_alike {
            return lit(false);
        }
        let mut side = |field| match coded.0 {
            true => self.column(field).cast(DataType::UInt8),
            false => self.column(field),
        };
        let (left, right) = (side(left), side(right));
        match test {
            OrderTest::Equal => left.eq(right),
            OrderTest::Less => left.lt(right),
            OrderTest::AtMost => left.lt_eq(right),
            OrderTest::Greater => left.gt(right),
            OrderTest::AtLeast => left.gt_eq(right),
        }
    }
}

fn number(value: Expr, test: NumberTest) -> Expr {
    match test {
        NumberTest::Equal(limit) => value.eq(lit(limit)),
        NumberTest::Less(limit) => value.lt(lit(limit)),
        NumberTest::AtMost(limit) => value.lt_eq(lit(limit)),
        NumberTest::Greater(limit) => value.gt(lit(limit)),
        NumberTest::AtLeast(limit) => value.gt_eq(lit(limit)),
    }
}

fn is_one_of(value: Expr, allowed: Series) -> Expr {
    value.is_in(lit(allowed).implode(true), false)
}

/// Whether a text contains another that is in small letters, letter case aside.
fn contains_text(of: Expr, text: &str) -> Expr {
    let text = text.to_string();
    of.map(
        move |column| {
            let texts = column.as_materialized_series();
            let own = texts.str()?.iter();
            let holds = own.map(|own| own.map(|own| own.to_lowercase().contains(&text)));
            let holds: BooleanChunked = holds.collect();
            Ok(holds.into_series().into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::Boolean)),
    )
}
