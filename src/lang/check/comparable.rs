//! Which types have an order, and which columns compare with each other.

use super::scope::Scope;
use super::wording::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;
use crate::base::types::FieldType;
use crate::lang::model::{Condition, FieldId, OrderTest};

/// Texts and yes/no have no order (K214).
pub(super) fn refuse_order(
    scope: Scope,
    field: FieldId,
    test: OrderTest,
    operator: Span,
    compares_number: bool,
    problems: &mut Problems,
) -> Option<()> {
    if test == OrderTest::Equal {
        return Some(());
    }
    let name = scope.field_name(field);
    let field_type = scope.field_type(field);
    let problem = Diagnostic::error(
        "K214",
        operator,
        format!("`{name}` is {} and has no order", describe(field_type)),
    )
    .label("use `=`, `!=` or `in`");
    let table = &scope.table(field.table).name;
    problems.push(match field_type {
        FieldType::Text if compares_number => problem.help(format!(
            "to compare numbers declare `field {name} number` in table {table}"
        )),
        FieldType::Text => problem.help(format!(
            "to order its values define `scale {name} is low < high` and declare `field {name} scale {name}`"
        )),
        FieldType::YesNo | FieldType::Number | FieldType::Date | FieldType::Scale(_) => problem,
    });
    None
}

/// Two columns of one row.
pub(super) fn columns(
    scope: Scope,
    left: FieldId,
    test: OrderTest,
    operator: Span,
    right: FieldId,
    span: Span,
    problems: &mut Problems,
) -> Option<Condition> {
    let (left_type, right_type) = (scope.field_type(left), scope.field_type(right));
    if left_type != right_type {
        problems.push(
            Diagnostic::error(
                "K215",
                span,
                format!(
                    "`{}` is {} and `{}` is {}",
                    scope.field_name(left),
                    describe(left_type),
                    scope.field_name(right),
                    describe(right_type)
                ),
            )
            .label("columns of different types cannot be compared"),
        );
        return None;
    }
    match left_type {
        FieldType::Text | FieldType::YesNo => {
            refuse_order(scope, left, test, operator, false, problems)?;
        }
        FieldType::Number | FieldType::Date | FieldType::Scale(_) => {}
    }
    Some(Condition::Fields { left, test, right })
}
