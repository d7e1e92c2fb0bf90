//! How a text of rows and cells is written: its encoding, what stands above the names of its columns, and what
//! separates its cells. Reports and table files are read by the same rules.

use encoding_rs::Encoding;

/// A text of rows and cells.
pub struct CellText<'a> {
    /// The comment lines above the table, joined.
    pub comment: String,
    /// What stands between two cells.
    pub separator: u8,
    /// The text from the line of names on.
    pub table: &'a str,
}

/// Tells how a text is written: comment lines begin with `#`, a line `sep=;` names the separator; else it is the one
/// that the first line has most of, or `otherwise` where that line has none.
pub fn cell_text(text: &str, otherwise: u8) -> CellText<'_> {
    let (comment, table) = commented(text);
    let table = table.trim_start_matches(['\r', '\n']);
    let (separator, table) = match told_separator(table) {
        Some((separator, rest)) => (separator, rest),
        None => (most_frequent(table).unwrap_or(otherwise), table),
    };
    CellText {
        comment,
        separator,
        table,
    }
}

/// The comment lines, and the table below them.
fn commented(text: &str) -> (String, &str) {
    let mut table = text;
    let mut comment = String::new();
    while table.starts_with('#') {
        let (line, rest) = table.split_once('\n').unwrap_or((table, ""));
        comment += line;
        table = rest;
    }
    (comment, table)
}

/// The separator that spreadsheets name in a line of its own.
fn told_separator(table: &str) -> Option<(u8, &str)> {
    let (line, rest) = table.split_once('\n')?;
    let line = line.trim_end_matches('\r').trim_matches('"');
    match line.as_bytes() {
        [named @ .., separator] if named.eq_ignore_ascii_case(b"sep=") && separator.is_ascii() => {
            Some((*separator, rest))
        }
        _ => None,
    }
}

/// Of as many, the last counts.
const SEPARATORS: [u8; 4] = [b'|', b'\t', b';', b','];

/// The separator that the first line has most of, outside of quotes.
fn most_frequent(table: &str) -> Option<u8> {
    let first = table.lines().next().unwrap_or_default();
    let mut counts = SEPARATORS.map(|separator| (separator, 0));
    let mut is_quoted = false;
    for byte in first.bytes() {
        is_quoted ^= byte == b'"';
        let count = counts.iter_mut().find(|(separator, _)| *separator == byte);
        if let Some((_, count)) = count.filter(|_| !is_quoted) {
            *count += 1;
        }
    }
    let found = counts.into_iter().max_by_key(|(_, count)| *count);
    found
        .filter(|(_, count)| *count > 0)
        .map(|(separator, _)| separator)
}

/// The encoding of a text whose letters are two bytes each, by its mark or by the NUL that letters of ASCII have
/// beside them there; `None` for any other.
pub fn wide_encoding(start: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return (encoding != encoding_rs::UTF_8).then_some(encoding);
    }
    match start {
        [0, letter, ..] if *letter != 0 => Some(encoding_rs::UTF_16BE),
        [letter, 0, ..] if *letter != 0 => Some(encoding_rs::UTF_16LE),
        _ => None,
    }
}

/// The name of a column as tables declare it: `Found At` is `found_at`.
pub fn column_name(header: &str) -> String {
    let is_blank = |letter: char| letter.is_whitespace() || letter == '-';
    let words = header.split(is_blank).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// A number, as `7.5` or `7,5`. A comma before three digits may stand between thousands, so it is none, unless a zero
/// stands before it; neither are infinities and texts.
pub fn written_number(text: &str) -> Option<f64> {
    let is_sign = |byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
    if text.bytes().all(is_sign) {
        return text.parse().ok();
    }
    let (whole, fraction) = text.split_once(',')?;
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    let is_decimal = fraction.len() != 3 || digits == "0";
    match are_digits(digits) && are_digits(fraction) && is_decimal {
        true => format!("{whole}.{fraction}").parse().ok(),
        false => None,
    }
}
