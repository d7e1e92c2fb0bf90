//! English for messages: articles, singulars, lists.

use crate::base::types::FieldType;

/// `a finding`, `an asset`.
pub(super) fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// One row of a table: `findings` → `finding`. A name without a plural stays as it is.
pub(super) fn singular(table: &str) -> String {
    if let Some(stem) = table.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if table.ends_with("ss") {
        return table.to_owned();
    }
    table.strip_suffix('s').unwrap_or(table).to_owned()
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
