//! Bytes of a report → its text, by what they say of their encoding.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{begun, damaged, place_in, script};
use crate::base::diagnostic::Diagnostic;
use crate::exec::data;

/// A text.
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub odd: OddBytes,
}

/// What of a text its bytes do not say for certain.
#[derive(Clone, Copy, Default)]
pub(in crate::reports::ingest) struct OddBytes {
    /// How many places were bytes that are no text.
    pub unknown: usize,
    /// How many letters beyond ASCII were read as Windows-1252, which nothing in the report says.
    pub guessed: usize,
}

impl std::ops::AddAssign for OddBytes {
    fn add_assign(&mut self, other: OddBytes) {
        self.unknown += other.unknown;
        self.guessed += other.guessed;
    }
}

/// The text of a file: by its byte order mark, by what an XML declaration says, else UTF-8. Where bytes that
/// are no UTF-8 stand among letters that are, they alone are unknown. Where there are no such letters, a table
/// is read as Windows-1252, which takes every byte: nothing in a table can say what it is. Of a script it is the
/// value that it assigns.
///
/// # Errors
///
/// `D403`: JSON or XML that is not in the encoding it says, or has to be in.
pub(super) fn decoded<'a>(name: &str, bytes: &'a [u8]) -> Result<Decoded<'a>, Diagnostic> {
    if let Some(is_little) = utf_32(bytes) {
        return Ok(of_four_bytes(bytes, is_little));
    }
    let declared = || declared(bytes).filter(|encoding| *encoding != UTF_8);
    let (text, has_unknown) = if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        let (text, _, has_unknown) = encoding.decode(bytes);
        (text, has_unknown)
    } else if let Some(encoding) = declared().or_else(|| data::wide_encoding(bytes)) {
        encoding.decode_without_bom_handling(bytes)
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => (text.into(), false),
            Err(_) if is_mostly_utf8(bytes) => (String::from_utf8_lossy(bytes), true),
            Err(error) => return guessed(name, bytes, error.valid_up_to()),
        }
    };
    Ok(of_text(text, has_unknown))
}

/// A report may hold the letter that stands for what is no text; it counts only where some of it was put there.
fn of_text(text: Cow<'_, str>, has_unknown: bool) -> Decoded<'_> {
    let unknown = match has_unknown {
        true => text.matches(char::REPLACEMENT_CHARACTER).count(),
        false => 0,
    };
    Decoded {
        text: script::assigned(text),
        odd: OddBytes {
            unknown,
            guessed: 0,
        },
    }
}

/// A text that says nothing of its encoding and is no UTF-8 from a byte on.
fn guessed<'a>(name: &str, bytes: &'a [u8], at: usize) -> Result<Decoded<'a>, Diagnostic> {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let odd = OddBytes {
        unknown: 0,
        guessed: bytes.iter().filter(|byte| !byte.is_ascii()).count(),
    };
    let text = script::assigned(text);
    let valid = std::str::from_utf8(&bytes[..at]).unwrap_or_default();
    let place = format!("{}: the byte 0x{:02X}", place_in(valid, at), bytes[at]);
    let convert = "or convert it and take it in again: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW";
    match begun(&text).as_bytes().first() {
        Some(b'{' | b'[') => Err(damaged(
            name,
            format!("{place} is no UTF-8, in which JSON is written"),
        )
        .help("have the tool write UTF-8")
        .help(convert)),
        Some(b'<') => Err(damaged(
            name,
            format!("{place} is no UTF-8, and the report declares no other encoding"),
        )
        .help("declare it in the first line: <?xml version=\"1.0\" encoding=\"windows-1252\"?>")
        .help(convert)),
        Some(_) | None => Ok(Decoded { text, odd }),
    }
}

/// Whether a text says by its mark that each of its letters is four bytes: the least of them first, or last.
fn utf_32(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some(true),
        [0, 0, 0xfe, 0xff, ..] => Some(false),
        _ => None,
    }
}

/// The letters behind the mark.
fn of_four_bytes(bytes: &[u8], is_little: bool) -> Decoded<'static> {
    let letter = |bytes: &[u8]| {
        let bytes = bytes.try_into().ok()?;
        let number = match is_little {
            true => u32::from_le_bytes(bytes),
            false => u32::from_be_bytes(bytes),
        };
        char::from_u32(number)
    };
    let letters = bytes[4..].chunks(4).map(letter);
    let has_unknown = letters.clone().any(|letter| letter.is_none());
    let text: String = letters
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    of_text(text.into(), has_unknown)
}

/// Whether there are more letters beyond ASCII that are UTF-8 than bytes that are not.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut letters, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        letters += chunk
            .valid()
            .chars()
            .filter(|letter| !letter.is_ascii())
            .count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    letters > bad
}

/// What the declaration of an XML document names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(200)];
    // Behind the declaration may stand what is no UTF-8.
    let head = head.utf8_chunks().next()?.valid();
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let after = declaration.split("encoding").nth(1)?;
    let label = after.trim_start_matches([' ', '=', '"', '\'']);
    let label = label.split(['"', '\'']).next()?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    // The declaration was read byte by byte, so it is not of an encoding of two bytes a letter.
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
    (!is_wide).then_some(encoding)
}
