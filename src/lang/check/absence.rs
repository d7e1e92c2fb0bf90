//! Words that other languages have for a missing value, compared with a field.

use super::scope::Scope;
use super::wording::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::FieldType;
use crate::lang::model::FieldId;
use crate::lang::syntax::ast::{ComparisonOperator, WrittenLiteral};

/// A field compared with such a word: refused where the field cannot hold it (K213), told where it is a
/// text like any other (K280).
pub(super) fn compared(
    scope: Scope,
    field: FieldId,
    operator: &Spanned<ComparisonOperator>,
    value: &Spanned<WrittenLiteral>,
    problems: &mut Problems,
) -> Option<()> {
    let meant = match operator.node {
        ComparisonOperator::Equal => "is missing",
        ComparisonOperator::NotEqual => "is present",
        ComparisonOperator::Less
        | ComparisonOperator::AtMost
        | ComparisonOperator::Greater
        | ComparisonOperator::AtLeast => return Some(()),
    };
    let (word, quoted) = match &value.node {
        WrittenLiteral::Word(word) => (word.as_str(), false),
        WrittenLiteral::Text(text) => (text.as_str(), true),
        WrittenLiteral::Number(_)
        | WrittenLiteral::Percent(_)
        | WrittenLiteral::Duration(_)
        | WrittenLiteral::Date(_)
        | WrittenLiteral::Field(_) => return Some(()),
    };
    if !is_absence(word) {
        return Some(());
    }
    let name = scope.field_name(field);
    let (is_refused, problem) = match scope.field_type(field) {
        FieldType::Scale(scale) if scale.code(word).is_some() => return Some(()),
        FieldType::Text if quoted && !word.is_empty() => return Some(()),
        FieldType::Text if word.is_empty() => (
            false,
            Diagnostic::warning(
                "K280",
                value.span,
                format!("no row has `{name}` as a text without letters"),
            )
            .label("a cell with nothing in it is missing"),
        ),
        FieldType::Text => (
            false,
            Diagnostic::warning(
                "K280",
                value.span,
                format!("`{word}` is a text like any other here"),
            )
            .label(format!("rows whose `{name}` reads \"{word}\"")),
        ),
        other => (
            true,
            Diagnostic::error(
                "K213",
                value.span,
                format!("`{name}` is {}, not `{word}`", describe(other)),
            ),
        ),
    };
    let line = format!("for rows without one write `{name} {meant}`");
    let whole = operator.span.to(value.span);
    problems.push(problem.help(&line).edit_at(whole, meant, &line));
    (!is_refused).then_some(())
}

fn is_absence(word: &str) -> bool {
    let word = word.to_lowercase();
    matches!(
        word.as_str(),
        "" | "none" | "missing" | "null" | "nil" | "empty" | "n/a" | "na"
    )
}
