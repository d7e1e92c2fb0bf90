//! What a JSON text is made of, one thing after the other, without keeping any of it.

use super::{DEEPEST, fits};

/// Numbers are read exactly, which takes ever longer. The modulus of an RSA key of 16,384 bits has 4,933 digits.
const LONGEST_NUMBER: usize = 5000;

/// A bracket, text, word or sign, and its bytes.
#[derive(Clone, Copy)]
pub(super) struct JsonToken {
    pub kind: JsonTokenKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonTokenKind {
    Open {
        is_array: bool,
    },
    Close,
    /// With its quotes.
    Text,
    /// A number or a name.
    Word,
    Comma,
    Colon,
}

impl JsonTokenKind {
    /// Whether a value begins here, or a key.
    pub fn is_value(self) -> bool {
        match self {
            JsonTokenKind::Open { .. } | JsonTokenKind::Text | JsonTokenKind::Word => true,
            JsonTokenKind::Close | JsonTokenKind::Comma | JsonTokenKind::Colon => false,
        }
    }
}

/// Goes through the tokens of a text. It does not check the grammar of JSON: the reader of the values does.
pub(super) struct JsonWalk<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    values: u64,
}

impl<'a> JsonWalk<'a> {
    pub fn new(bytes: &'a [u8]) -> JsonWalk<'a> {
        JsonWalk {
            bytes,
            at: 0,
            depth: 0,
            values: 0,
        }
    }

    /// How many brackets are open after the last token.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// How many values there were, keys included.
    pub fn values(&self) -> u64 {
        self.values
    }

    /// The next token.
    ///
    /// # Errors
    ///
    /// In words: what would take too much to read.
    pub fn next(&mut self) -> Result<Option<JsonToken>, String> {
        self.skip();
        let start = self.at;
        let Some(byte) = self.bytes.get(start) else {
            return Ok(None);
        };
        let kind = match byte {
            b'{' | b'[' => self.open(*byte == b'[')?,
            b'}' | b']' => {
                self.at += 1;
                self.depth = self.depth.saturating_sub(1);
                JsonTokenKind::Close
            }
            b',' => self.sign(JsonTokenKind::Comma),
            b':' => self.sign(JsonTokenKind::Colon),
            b'"' => {
                self.at = end_of_text(self.bytes, start + 1);
                fits(self.at - start)?;
                JsonTokenKind::Text
            }
            _ => self.word()?,
        };
        self.values += u64::from(kind.is_value());
        let end = self.at;
        Ok(Some(JsonToken { kind, start, end }))
    }

    fn open(&mut self, is_array: bool) -> Result<JsonTokenKind, String> {
        self.at += 1;
        self.depth += 1;
        match self.depth > DEEPEST {
            true => Err(format!("values are nested deeper than {DEEPEST}")),
            false => Ok(JsonTokenKind::Open { is_array }),
        }
    }

    fn sign(&mut self, kind: JsonTokenKind) -> JsonTokenKind {
        self.at += 1;
        kind
    }

    fn word(&mut self) -> Result<JsonTokenKind, String> {
        let rest = &self.bytes[self.at..];
        let ends = |byte: &u8| b"{}[],:\"# \t\r\n".contains(byte);
        let length = rest.iter().take(LONGEST_NUMBER + 1).position(ends);
        let length = length.unwrap_or(rest.len());
        if length > LONGEST_NUMBER {
            return Err(format!(
                "a number has more than {LONGEST_NUMBER} digits, or a text has no quotes"
            ));
        }
        self.at += length;
        Ok(JsonTokenKind::Word)
    }

    /// White space, and comments: the reader knows them, and quotes mean nothing in them.
    fn skip(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => {
                    let line = memchr::memchr(b'\n', &self.bytes[self.at..]);
                    self.at = line.map_or(self.bytes.len(), |length| self.at + length);
                }
                _ => return,
            }
        }
    }
}

/// Behind the quotes that end a text.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match memchr::memchr2(b'"', b'\\', rest) {
            None => return bytes.len(),
            Some(length) if rest[length] == b'"' => return at + length + 1,
            Some(length) => at += length + 2,
        }
    }
}
