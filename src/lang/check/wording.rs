//! English for messages: articles, singulars, lists.

use crate::base::types::FieldType;

pub(super) use crate::lang::model::singular;

/// `a finding`, `an asset`.
pub(super) fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// `a, b, c`; after twelve an ellipsis.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = names[..names.len().min(12)].join(", ");
    if names.len() > 12 {
        text.push_str(", …");
    }
    text
}

/// What a field of this type is: `a number`.
pub(super) fn describe(field_type: &FieldType) -> String {
    match field_type {
        FieldType::Text => "text".to_owned(),
        FieldType::YesNo => "yes or no".to_owned(),
        FieldType::Number => "a number".to_owned(),
        FieldType::Date => "a date".to_owned(),
        FieldType::Scale(scale) => format!("of scale {}", scale.name),
    }
}
