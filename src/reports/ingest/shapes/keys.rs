//! Keys of a JSON text that stand twice in one object: which of their values counts, nothing says.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::walk::{JsonToken, JsonTokenKind};

/// So many keys of an object are looked through one by one.
const FEW: usize = 16;

/// The keys of the objects that are open.
pub(super) struct OpenKeys<'a> {
    text: &'a str,
    keys: Vec<Cow<'a, str>>,
    open: Vec<OpenObject<'a>>,
    /// The last text: it is a key if a colon follows.
    last: Range<usize>,
}

struct OpenObject<'a> {
    /// Where its keys begin among all.
    start: usize,
    /// Them, once there are many.
    many: HashSet<Cow<'a, str>>,
}

impl<'a> OpenKeys<'a> {
    pub fn new(text: &'a str) -> OpenKeys<'a> {
        OpenKeys {
            text,
            keys: Vec::new(),
            open: Vec::new(),
            last: 0..0,
        }
    }

    /// Takes the next token of the text; the byte at which a key begins that its object has already.
    pub fn repeated(&mut self, token: JsonToken) -> Option<usize> {
        match token.kind {
            JsonTokenKind::Open { .. } => self.open.push(OpenObject {
                start: self.keys.len(),
                many: HashSet::new(),
            }),
            JsonTokenKind::Close => {
                let closed = self.open.pop();
                self.keys.truncate(closed.map_or(0, |object| object.start));
            }
            JsonTokenKind::Text => self.last = token.start..token.end,
            JsonTokenKind::Colon if !self.last.is_empty() => {
                let start = self.last.start;
                return (!self.is_new()).then_some(start);
            }
            JsonTokenKind::Colon | JsonTokenKind::Word | JsonTokenKind::Comma => {}
        }
        None
    }

    /// Whether the key that was read last is the first of its name in its object.
    fn is_new(&mut self) -> bool {
        let key = unescaped(&self.text[std::mem::replace(&mut self.last, 0..0)]);
        let Some(object) = self.open.last_mut() else {
            return true;
        };
        let known = &self.keys[object.start..];
        if known.len() < FEW {
            let is_new = !known.contains(&key);
            self.keys.push(key);
            return is_new;
        }
        if object.many.is_empty() {
            object.many.extend(known.iter().cloned());
        }
        object.many.insert(key)
    }
}

/// A text without its quotes, as the letters that it means.
fn unescaped(quoted: &str) -> Cow<'_, str> {
    let raw = quoted.trim_matches('"');
    match raw.contains('\\') {
        true => serde_json::from_str(quoted).map_or(Cow::Borrowed(raw), Cow::Owned),
        false => Cow::Borrowed(raw),
    }
}
