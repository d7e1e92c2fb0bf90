//! Values of programs → texts, numbers, lists.

use jaq_json::Val;
use jaq_std::ValT as _;

use crate::exec::data::{LARGEST_NUMBER, written_number};

/// The text of a scalar without white space around it; `None` for null, blanks, objects and arrays.
pub(super) fn text(value: &Val) -> Option<String> {
    let text = match value {
        Val::Null | Val::Arr(_) | Val::Obj(_) => return None,
        Val::Bool(truth) => truth.to_string(),
        Val::Num(_) => value.to_string(),
        Val::TStr(bytes) | Val::BStr(bytes) => String::from_utf8_lossy(bytes).trim().to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// A number, given as one or as text.
pub(super) fn number(value: &Val) -> Option<f64> {
    match value {
        Val::Num(_) => value.as_f64(),
        Val::TStr(_) => written_number(&text(value)?),
        Val::Null | Val::Bool(_) | Val::BStr(_) | Val::Arr(_) | Val::Obj(_) => None,
    }
    .filter(|number| number.abs() <= LARGEST_NUMBER)
}

/// A whole number of at least 0.
pub(super) fn whole(value: &Val) -> Option<u32> {
    let number = number(value)?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

/// A yes or no of a program.
pub(super) fn truth(value: &Val) -> Option<bool> {
    match value {
        Val::Bool(truth) => Some(*truth),
        Val::Null | Val::Num(_) | Val::BStr(_) | Val::TStr(_) | Val::Arr(_) | Val::Obj(_) => {
            match text(value)?.to_lowercase().as_str() {
                "yes" | "true" | "1" | "y" => Some(true),
                "no" | "false" | "0" | "n" => Some(false),
                _ => None,
            }
        }
    }
}

/// The members of an array; a scalar is an array of itself, null is an empty one.
pub(super) fn list(value: &Val) -> Vec<&Val> {
    match value {
        Val::Null => Vec::new(),
        Val::Arr(values) => values.iter().collect(),
        Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) | Val::Obj(_) => vec![value],
    }
}
