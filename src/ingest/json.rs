//! JSON, one document or several after each other → a value.

use jaq_json::{Val, read as reader};

use super::shape::{Budget, DEEPEST};
use crate::model::Shape;

/// Numbers are read exactly, which takes ever longer.
const LONGEST_NUMBER: usize = 1000;

/// One document is itself, several are an array of them.
pub(super) fn read(text: &str, budget: &mut Budget) -> Result<(Shape, Val), String> {
    check(text.as_bytes(), budget)?;
    let mut documents = Vec::new();
    for document in reader::parse_many(text.as_bytes()) {
        documents.push(document.map_err(|error| format!("it is no JSON: {error}"))?);
    }
    Ok(match documents.len() {
        1 => (Shape::Json, documents.remove(0)),
        _ => (Shape::JsonLines, documents.into_iter().collect()),
    })
}

/// Reading is recursive and keeps all it reads, so depth and size are bounded before it begins.
fn check(bytes: &[u8], budget: &mut Budget) -> Result<(), String> {
    let mut depth = 0usize;
    let mut values = 0;
    let mut place = Place::Between;
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        place = match (place, byte) {
            (Place::Text, b'"') | (Place::Comment, b'\n') => Place::Between,
            (Place::Text, b'\\') => {
                index += 1;
                Place::Text
            }
            (Place::Text | Place::Comment, _) => place,
            (Place::Between | Place::Word(_), b'"') => {
                values += 1;
                Place::Text
            }
            // The reader knows comments, in which quotes mean nothing.
            (Place::Between | Place::Word(_), b'#') => Place::Comment,
            (Place::Between | Place::Word(_), b'{' | b'[') => {
                values += 1;
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("values are nested deeper than {DEEPEST}"));
                }
                Place::Between
            }
            (Place::Between | Place::Word(_), b'}' | b']') => {
                depth = depth.saturating_sub(1);
                Place::Between
            }
            (_, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':') => Place::Between,
            (Place::Word(LONGEST_NUMBER), _) => {
                return Err(format!(
                    "a number has more than {LONGEST_NUMBER} digits, or a text has no quotes"
                ));
            }
            (Place::Word(length), _) => Place::Word(length + 1),
            (Place::Between, _) => {
                values += 1;
                Place::Word(1)
            }
        };
        index += 1;
    }
    budget.take(values)
}

/// Where in a document a byte is.
#[derive(Clone, Copy)]
enum Place {
    Between,
    /// In a number or a word, after so many letters.
    Word(usize),
    Text,
    Comment,
}
