//! The weights of a score's field: one for each value that the field may have.

use super::fields;
use super::roll_ups::refuse_changing;
use super::scope::Scope;
use super::values;
use super::wording::{describe, list};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{FieldType, Scale};
use crate::lang::format;
use crate::lang::model::{Factor, FieldId, TableId, Weights};
use crate::lang::syntax::ast::{self, Weight, WrittenLiteral};

/// A field and its weights. Every problem is reported.
pub(super) fn factor(
    scope: Scope,
    table: TableId,
    written: &ast::FieldRef,
    weights: &[Spanned<Weight>],
    problems: &mut Problems,
) -> Option<Factor> {
    let field = fields::find(scope, table, written, problems)?;
    refuse_changing(scope, field, "a score", written.span(), problems)?;
    check_numbers(weights, problems)?;
    let otherwise = otherwise(weights, problems)?;
    let listed: Vec<(&Spanned<WrittenLiteral>, f64)> = weights
        .iter()
        .filter_map(|line| line.node.value.as_ref().map(|value| (value, line)))
        .map(|(value, line)| (value, line.node.weight.node.value))
        .collect();
    let weights = match scope.field_type(field) {
        FieldType::Number => itself(scope, field, weights, problems),
        FieldType::Date => {
            problems.push(no_weights(scope, field, written.span()));
            None
        }
        FieldType::Text => texts(scope, field, &listed, otherwise, written.span(), problems),
        FieldType::YesNo => yes_no(scope, field, &listed, otherwise, written.span(), problems),
        FieldType::Scale(scale) => codes(
            scope,
            field,
            scale,
            &listed,
            otherwise,
            written.span(),
            problems,
        ),
    };
    weights.map(|weights| Factor { field, weights })
}

fn check_numbers(weights: &[Spanned<Weight>], problems: &mut Problems) -> Option<()> {
    let mut all_right = Some(());
    for line in weights {
        let number = &line.node.weight;
        if !(number.node.value.is_finite() && number.node.value >= 0.0) {
            problems.push(
                Diagnostic::error("K501", number.span, "a weight is 0 or more")
                    .label("write a plain number"),
            );
            all_right = None;
        }
    }
    all_right
}

/// The weight of `otherwise`, which stands once and last (K501).
fn otherwise(weights: &[Spanned<Weight>], problems: &mut Problems) -> Option<Option<f64>> {
    let mut lines = weights
        .iter()
        .enumerate()
        .filter(|(_, line)| line.node.value.is_none());
    let Some((place, first)) = lines.next() else {
        return Some(None);
    };
    if let Some((_, second)) = lines.next() {
        problems.push(
            Diagnostic::error("K501", second.span, "`otherwise` stands twice")
                .label("keep one of them"),
        );
        return None;
    }
    if place + 1 < weights.len() {
        problems.push(
            Diagnostic::error("K501", first.span, "`otherwise` comes last")
                .label("move this line below the values"),
        );
        return None;
    }
    Some(Some(first.node.weight.node.value))
}

fn itself(
    scope: Scope,
    field: FieldId,
    weights: &[Spanned<Weight>],
    problems: &mut Problems,
) -> Option<Weights> {
    let Some(first) = weights.first() else {
        return Some(Weights::Itself);
    };
    let name = scope.field_name(field);
    problems.push(
        Diagnostic::error(
            "K502",
            first.span,
            format!("`{name}` is a number and weighs what it is"),
        )
        .label("leave the weights out")
        .help("to weigh ranges of it, define a scale over them and declare such a field"),
    );
    None
}

fn no_weights(scope: Scope, field: FieldId, span: Span) -> Diagnostic {
    let name = scope.field_name(field);
    Diagnostic::error("K502", span, format!("`{name}` is a date and cannot weigh"))
        .label("use a scale, yes/no, text or number field")
}

fn needs_weights(scope: Scope, field: FieldId, span: Span) -> Diagnostic {
    let name = scope.field_name(field);
    Diagnostic::error(
        "K500",
        span,
        format!(
            "`{name}` is {} and needs weights",
            describe(scope.field_type(field))
        ),
    )
    .help(format!(
        "write one line for each value below, such as `{}`, or `otherwise 1.0`",
        example(scope.field_type(field))
    ))
}

fn example(field_type: &FieldType) -> String {
    match field_type {
        FieldType::Scale(scale) => {
            let last = scale.values.last().map_or("", String::as_str);
            format!("{last} 40")
        }
        FieldType::YesNo => "yes 3.0".to_owned(),
        FieldType::Text | FieldType::Number | FieldType::Date => "internet 1.5".to_owned(),
    }
}

fn texts(
    scope: Scope,
    field: FieldId,
    listed: &[(&Spanned<WrittenLiteral>, f64)],
    otherwise: Option<f64>,
    span: Span,
    problems: &mut Problems,
) -> Option<Weights> {
    let Some(otherwise) = otherwise else {
        problems.push(if listed.is_empty() {
            needs_weights(scope, field, span)
        } else {
            Diagnostic::error(
                "K500",
                span,
                format!(
                    "`{}` is text, so its weights need an `otherwise`",
                    scope.field_name(field)
                ),
            )
            .help("write `otherwise 1.0` as the last line: a text may be anything")
        });
        return None;
    };
    let mut weights: Vec<(String, f64)> = Vec::new();
    for (value, weight) in listed {
        let text = match &value.node {
            WrittenLiteral::Word(word) | WrittenLiteral::Text(word) => word.clone(),
            WrittenLiteral::Number(_)
            | WrittenLiteral::Percent(_)
            | WrittenLiteral::Duration(_)
            | WrittenLiteral::Date(_)
            | WrittenLiteral::Field(_) => {
                let written = format::literal(&value.node);
                problems.push(
                    Diagnostic::error("K213", value.span, format!("`{written}` is not text"))
                        .label_write(format!("\"{written}\"")),
                );
                continue;
            }
        };
        if weights.iter().any(|(known, _)| *known == text) {
            problems.push(listed_twice(value));
        }
        weights.push((text, *weight));
    }
    Some(Weights::Texts {
        listed: weights,
        otherwise,
    })
}

fn listed_twice(value: &Spanned<WrittenLiteral>) -> Diagnostic {
    let written = format::literal(&value.node);
    Diagnostic::error("K501", value.span, format!("`{written}` has two weights"))
        .label("keep one of the lines")
}

fn yes_no(
    scope: Scope,
    field: FieldId,
    listed: &[(&Spanned<WrittenLiteral>, f64)],
    otherwise: Option<f64>,
    span: Span,
    problems: &mut Problems,
) -> Option<Weights> {
    let mut table = WeightTable::new(2);
    for (value, weight) in listed {
        match values::yes_no_code(&value.node) {
            Some(code) => table.set(code, *weight, value, problems),
            None => {
                let written = format::literal(&value.node);
                problems.push(
                    Diagnostic::error("K213", value.span, format!("`{written}` is not yes or no"))
                        .label("write `yes` or `no`"),
                );
                table.has_errors = true;
            }
        }
    }
    let words = ["no".to_owned(), "yes".to_owned()];
    table.finish(scope, field, &words, otherwise, span, problems)
}

fn codes(
    scope: Scope,
    field: FieldId,
    scale: &Scale,
    listed: &[(&Spanned<WrittenLiteral>, f64)],
    otherwise: Option<f64>,
    span: Span,
    problems: &mut Problems,
) -> Option<Weights> {
    let mut table = WeightTable::new(scale.values.len());
    for (value, weight) in listed {
        match values::code(scope, scale, value, problems) {
            Some(code) => table.set(code, *weight, value, problems),
            None => table.has_errors = true,
        }
    }
    table.finish(scope, field, &scale.values, otherwise, span, problems)
}

/// Weights by code while they are read.
struct WeightTable {
    by_code: Vec<Option<f64>>,
    has_errors: bool,
}

impl WeightTable {
    fn new(length: usize) -> Self {
        WeightTable {
            by_code: vec![None; length],
            has_errors: false,
        }
    }

    fn set(
        &mut self,
        code: u8,
        weight: f64,
        value: &Spanned<WrittenLiteral>,
        problems: &mut Problems,
    ) {
        let slot = &mut self.by_code[usize::from(code)];
        if slot.is_some() {
            problems.push(listed_twice(value));
            self.has_errors = true;
        }
        *slot = Some(weight);
    }

    /// Every code needs a weight, its own or that of `otherwise` (K500).
    fn finish(
        self,
        scope: Scope,
        field: FieldId,
        words: &[String],
        otherwise: Option<f64>,
        span: Span,
        problems: &mut Problems,
    ) -> Option<Weights> {
        if self.has_errors {
            return None;
        }
        let is_empty = self.by_code.iter().all(Option::is_none);
        if is_empty && otherwise.is_none() {
            problems.push(needs_weights(scope, field, span));
            return None;
        }
        let lacking = words
            .iter()
            .zip(&self.by_code)
            .filter(|(_, weight)| weight.is_none() && otherwise.is_none())
            .map(|(word, _)| word.as_str());
        let lacking = list(lacking);
        if !lacking.is_empty() {
            let name = scope.field_name(field);
            problems.push(
                Diagnostic::error("K500", span, format!("no weight for `{name}` {lacking}")).help(
                    format!("add a line for {lacking}, or `otherwise 1.0` as the last"),
                ),
            );
            return None;
        }
        Some(Weights::Codes {
            by_code: self
                .by_code
                .into_iter()
                .map(|weight| weight.or(otherwise).unwrap_or_default())
                .collect(),
            missing: otherwise,
        })
    }
}
