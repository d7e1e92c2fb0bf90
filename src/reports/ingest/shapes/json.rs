//! JSON, one document or several after each other → a value.

use std::borrow::Cow;

use jaq_json::{Val, read as reader};

use super::keys::OpenKeys;
use super::walk::{JsonTokenKind, JsonWalk};
use super::{Budget, MOST_VALUES, place_in};
use crate::lang::model::Shape;

/// Members of an array, and documents, that a sample of a large text has.
pub(super) const SAMPLE: usize = 100;
/// Members of an object that it has: formats are told by a few of them, and each is looked at by many sources.
pub(super) const SAMPLE_KEYS: usize = 10_000;

/// Letters of a key that a message shows.
const LONGEST_KEY: usize = 60;

/// What a text holds, before it is read.
pub struct Skimmed {
    values: u64,
    documents: u64,
}

impl Skimmed {
    pub fn shape(&self) -> Shape {
        match self.documents {
            1 => Shape::Json,
            _ => Shape::JsonLines,
        }
    }
}

/// Reading is recursive and keeps all it reads, so depth and size are looked at before it begins.
pub(super) fn skim(text: &str) -> Result<Skimmed, String> {
    let mut walk = JsonWalk::new(text.as_bytes());
    let mut documents = 0;
    let mut keys = OpenKeys::new(text);
    while let Some(token) = walk.next()? {
        if let Some(byte) = keys.repeated(token) {
            return Err(repeated(text, byte));
        }
        let is_first = match token.kind {
            JsonTokenKind::Open { .. } => walk.depth() == 1,
            JsonTokenKind::Text | JsonTokenKind::Word => walk.depth() == 0,
            JsonTokenKind::Close | JsonTokenKind::Comma | JsonTokenKind::Colon => false,
        };
        documents += u64::from(is_first);
    }
    Ok(Skimmed {
        values: walk.values(),
        documents,
    })
}

/// Why an object is refused that has a key twice, the second of them at this byte.
fn repeated(text: &str, byte: usize) -> String {
    let key = text[byte..].split('"').nth(1).unwrap_or_default();
    let key: String = key.chars().take(LONGEST_KEY).collect();
    let place = place_in(text, byte);
    format!("{place}: `{key}` stands twice in one object, and nothing says which of them counts")
}

/// One document is itself, several are an array of them.
pub(super) fn read(
    text: &str,
    skimmed: &Skimmed,
    budget: &mut Budget,
) -> Result<(Shape, Val), String> {
    budget.take(skimmed.values)?;
    let mut documents = Vec::new();
    for document in reader::parse_many(text.as_bytes()) {
        documents.push(document.map_err(|error| format!("it is no JSON: {error}"))?);
    }
    Ok(match documents.len() {
        1 => (Shape::Json, documents.remove(0)),
        _ => (Shape::JsonLines, documents.into_iter().collect()),
    })
}

/// A large text, to be read when it is known how.
pub struct LargeJson<'a> {
    text: Cow<'a, str>,
    skimmed: Skimmed,
}

impl<'a> LargeJson<'a> {
    pub fn new(text: Cow<'a, str>, skimmed: Skimmed) -> LargeJson<'a> {
        LargeJson { text, skimmed }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_several(&self) -> bool {
        self.skimmed.shape() == Shape::JsonLines
    }

    /// Whether it may be read whole.
    pub fn fits(&self) -> bool {
        self.skimmed.values <= MOST_VALUES
    }

    /// The text as it would be if all of its arrays and objects, and it itself, ended early.
    pub fn sample(&self) -> Result<Val, String> {
        let (sample, values) = shortened(&self.text)?;
        let value = read(
            &sample,
            &Skimmed {
                values,
                documents: self.skimmed.documents,
            },
            &mut Budget::new(),
        )?;
        Ok(match value {
            // Of several, the sample may have but one.
            (Shape::Json, one) if self.is_several() => std::iter::once(one).collect(),
            (_, value) => value,
        })
    }

    /// The whole value.
    pub fn whole(&self) -> Result<Val, String> {
        read(&self.text, &self.skimmed, &mut Budget::new()).map(|(_, value)| value)
    }
}

/// The text without what comes after the first members of its arrays and objects, and how many values it has left.
fn shortened(text: &str) -> Result<(String, u64), String> {
    let mut walk = JsonWalk::new(text.as_bytes());
    let mut kept = String::new();
    let (mut values, mut documents) = (0, 0);
    // Members so far of the arrays and objects around, and the depth of the one that is cut short.
    let mut members: Vec<(bool, usize)> = Vec::new();
    let mut cut: Option<usize> = None;
    let mut from = 0;
    while let Some(token) = walk.next()? {
        let is_cut = cut.is_some();
        match token.kind {
            JsonTokenKind::Open { is_array } => members.push((is_array, 1)),
            JsonTokenKind::Close => drop(members.pop()),
            JsonTokenKind::Comma => {
                if let Some((is_array, count)) = members.last_mut() {
                    *count += 1;
                    let most = if *is_array { SAMPLE } else { SAMPLE_KEYS };
                    if *count > most && cut.is_none() {
                        kept.push_str(&text[from..token.start]);
                        cut = Some(members.len());
                    }
                }
            }
            JsonTokenKind::Text | JsonTokenKind::Word | JsonTokenKind::Colon => {}
        }
        if cut.is_some_and(|depth| members.len() < depth) {
            cut = None;
            from = token.start;
        } else if !is_cut && token.kind.is_value() {
            values += 1;
        }
        let is_end = members.is_empty()
            && !matches!(token.kind, JsonTokenKind::Comma | JsonTokenKind::Colon);
        documents += usize::from(is_end);
        if documents == SAMPLE {
            kept.push_str(&text[from..token.end]);
            return Ok((kept, values));
        }
    }
    kept.push_str(&text[from..]);
    Ok((kept, values))
}

/// How many values a text has; it need not be whole.
///
/// # Errors
///
/// In words: what would take too much to read.
pub fn values(text: &[u8]) -> Result<u64, String> {
    let mut walk = JsonWalk::new(text);
    while walk.next()?.is_some() {}
    Ok(walk.values())
}
