//! JSON, one document or several after each other → a value.

use jaq_json::{Val, read as reader};

use super::shape::DEEPEST;
use crate::model::Shape;

/// One document is itself, several are an array of them.
pub(super) fn read(text: &str) -> Result<(Shape, Val), String> {
    check_depth(text.as_bytes())?;
    let mut documents = Vec::new();
    for document in reader::parse_many(text.as_bytes()) {
        documents.push(document.map_err(|error| format!("it is no JSON: {error}"))?);
    }
    Ok(match documents.len() {
        1 => (Shape::Json, documents.remove(0)),
        _ => (Shape::JsonLines, documents.into_iter().collect()),
    })
}

/// Reading is recursive, so depth is bounded before it begins.
fn check_depth(bytes: &[u8]) -> Result<(), String> {
    let mut depth = 0usize;
    let mut is_text = false;
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            b'\\' if is_text => index += 1,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("values are nested deeper than {DEEPEST}"));
                }
            }
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        index += 1;
    }
    Ok(())
}
