//! Text → a list of tokens, by a plain scan that cannot fail and looks at every byte once.
//!
//! The grammar does the parsing. This list is what stands around it: where definitions and clauses
//! begin, where comments are, where a span really ends, and what stands beside a mistake.

/// What a token is, as far as one can tell without a grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Word,
    /// A name in back-ticks.
    BackTicked,
    /// A text in double quotes.
    Text,
    /// A program between three double quotes, over as many lines as it takes.
    Block,
    /// Begins with a digit: a number, a date, `30d`, or a mistake such as `3rd`.
    Number,
    /// An operator or any other character.
    Symbol,
    /// A whole row of a grid, from its first bar to its last.
    GridRow,
    Comment,
    /// A text without its closing quote; goes to the end of the line.
    OpenText,
    /// A program without its closing quotes; goes to the end of the text.
    OpenBlock,
    /// A name without its closing back-tick; goes to the end of the line.
    OpenBackTick,
    /// A row of a grid without its last bar.
    OpenGridRow,
    /// A text in quotes that are not ours: `'web'`, `“web”`.
    OtherQuotes,
}

/// A stretch of the text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: TokenKind,
    /// Byte at which it begins.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    /// Nothing but white space stands before it on its line.
    pub first_on_line: bool,
    /// It begins its line.
    pub at_margin: bool,
}

/// Whether lines that begin with a bar are rows of a grid: in files, not in queries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Grids {
    Allowed,
    Absent,
}

/// The byte order mark some editors put before the first character.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// What a program stands between.
pub(super) const BLOCK: &str = "\"\"\"";

const LONG_SYMBOLS: [&str; 9] = ["==", "!=", "<=", ">=", "<>", "&&", "||", "=<", "=>"];

/// All tokens of a text, comments among them, in order.
pub fn scan(text: &str, grids: Grids) -> Vec<Token> {
    let start = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    };
    let mut scanner = Scanner {
        text,
        position: start,
        line_start: start,
        first_on_line: true,
        grids,
        tokens: Vec::new(),
    };
    while scanner.step() {}
    scanner.tokens
}

/// Whether a character may begin a bare name.
pub(super) fn is_name_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

/// Whether a character may stand in a bare name.
pub fn is_name_character(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\u{a0}')
}

struct Scanner<'t> {
    text: &'t str,
    position: usize,
    line_start: usize,
    first_on_line: bool,
    grids: Grids,
    tokens: Vec<Token>,
}

impl Scanner<'_> {
    /// Reads white space or one token; false at the end.
    fn step(&mut self) -> bool {
        let rest = &self.text[self.position..];
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if first == '\n' {
            self.position += 1;
            self.line_start = self.position;
            self.first_on_line = true;
        } else if is_blank(first) {
            self.position += first.len_utf8();
        } else {
            let (kind, length) = self.token(rest, first);
            self.add(kind, length);
        }
        true
    }

    fn add(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token {
            kind,
            start: self.position,
            end: self.position + length,
            first_on_line: self.first_on_line,
            at_margin: self.position == self.line_start,
        });
        self.first_on_line = false;
        self.position += length;
    }

    /// Kind and length of the token that begins `rest` with the character `first`.
    fn token(&self, rest: &str, first: char) -> (TokenKind, usize) {
        match first {
            '#' => (TokenKind::Comment, line(rest).len()),
            '|' if self.first_on_line && self.grids == Grids::Allowed => grid_row(rest),
            '"' if rest.starts_with(BLOCK) => match rest[BLOCK.len()..].find(BLOCK) {
                Some(length) => (TokenKind::Block, length + 2 * BLOCK.len()),
                None => (TokenKind::OpenBlock, rest.trim_end().len()),
            },
            '"' => match text_length(rest) {
                Some(length) => (TokenKind::Text, length),
                None => (TokenKind::OpenText, line(rest).len()),
            },
            '`' => match line(rest)[1..].find('`') {
                Some(length) => (TokenKind::BackTicked, length + 2),
                None => (TokenKind::OpenBackTick, line(rest).len()),
            },
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{201e}' => {
                (TokenKind::OtherQuotes, other_quotes_length(rest, first))
            }
            _ if first.is_ascii_digit() => (TokenKind::Number, number_length(rest)),
            _ if is_name_start(first) => (TokenKind::Word, word_length(rest)),
            _ => (TokenKind::Symbol, symbol_length(rest, first)),
        }
    }
}

/// The rest of the line without white space at its end.
fn line(rest: &str) -> &str {
    let line = rest.split('\n').next().unwrap_or(rest);
    line.trim_end_matches(is_blank)
}

fn word_length(rest: &str) -> usize {
    rest.find(|character| !is_name_character(character))
        .unwrap_or(rest.len())
}

/// Length of a text in double quotes that begins `rest`; none if its line ends first.
pub(super) fn text_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut index = 1;
    while index < bytes.len() {
        match bytes[index] {
            b'"' => return Some(index + 1),
            b'\n' => return None,
            b'\\' if bytes.get(index + 1).is_some_and(|next| *next != b'\n') => index += 2,
            _ => index += 1,
        }
    }
    None
}

/// To the other quote of the kind on the same line, else the quote alone.
fn other_quotes_length(rest: &str, first: char) -> usize {
    let closes = |character: char| match first {
        '\'' => character == '\'',
        _ => matches!(
            character,
            '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '"'
        ),
    };
    let inside = &line(rest)[first.len_utf8()..];
    match inside.char_indices().find(|(_, found)| closes(*found)) {
        Some((index, quote)) => first.len_utf8() + index + quote.len_utf8(),
        None => first.len_utf8(),
    }
}

fn symbol_length(rest: &str, first: char) -> usize {
    LONG_SYMBOLS
        .iter()
        .find(|symbol| rest.starts_with(**symbol))
        .map_or(first.len_utf8(), |symbol| symbol.len())
}

/// A number with what sticks to it, or a date in the shape the grammar knows.
fn number_length(rest: &str) -> usize {
    let plain = word_length(rest);
    if let Some(length) = date_length(rest, plain) {
        return length;
    }
    let after = &rest[plain..];
    match after.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|next: char| next.is_ascii_digit()) => {
            plain + 1 + word_length(fraction)
        }
        _ => plain,
    }
}

fn date_length(rest: &str, plain: usize) -> Option<usize> {
    let year = plain == 4 && rest.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    let mut length = plain;
    let mut parts = 0;
    while year && parts < 2 {
        let Some(part) = part_length(&rest[length..], '-') else {
            break;
        };
        length += part;
        parts += 1;
    }
    if parts == 0 {
        return None;
    }
    while let Some(part) = part_length(&rest[length..], ':') {
        length += part;
    }
    length += part_length(&rest[length..], '.').unwrap_or(0);
    Some(length + offset_length(&rest[length..]))
}

/// Length of a separator and the letters and digits after it.
fn part_length(rest: &str, separator: char) -> Option<usize> {
    let part = rest.strip_prefix(separator)?;
    let length = part
        .find(|next: char| !next.is_ascii_alphanumeric())
        .unwrap_or(part.len());
    (length > 0).then_some(length + 1)
}

fn offset_length(rest: &str) -> usize {
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    if !rest.starts_with(['+', '-']) {
        return 0;
    }
    let hours = digits(&rest[1..]);
    if hours == 0 {
        return 0;
    }
    let minutes = rest[1 + hours..].strip_prefix(':').map_or(0, digits);
    if minutes == 0 {
        1 + hours
    } else {
        2 + hours + minutes
    }
}

/// A row from its first bar to its last. A cell that begins with `#` is no cell but a comment.
fn grid_row(rest: &str) -> (TokenKind, usize) {
    let line = line(rest);
    let mut end = 1;
    loop {
        let blanks = line[end..].len() - line[end..].trim_start_matches(is_blank).len();
        let cell = &line[end + blanks..];
        if cell.is_empty() || cell.starts_with('#') {
            return (TokenKind::GridRow, end);
        }
        match cell_length(cell) {
            Some(length) => end += blanks + length + 1,
            None => return (TokenKind::OpenGridRow, line.len()),
        }
    }
}

/// Length of a cell up to the bar that closes it; none if there is no bar.
fn cell_length(cell: &str) -> Option<usize> {
    if let Some(quoted) = quoted_cell_length(cell) {
        return Some(quoted);
    }
    let bytes = cell.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            b'|' => return Some(index),
            b'\\' if matches!(bytes.get(index + 1), Some(b'|' | b'\\')) => index += 2,
            _ => index += 1,
        }
    }
    None
}

fn quoted_cell_length(cell: &str) -> Option<usize> {
    if !cell.starts_with('"') {
        return None;
    }
    let length = text_length(cell)?;
    let rest = &cell[length..];
    let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
    rest[blanks..].starts_with('|').then_some(length + blanks)
}
