//! Bytes → what they are made of, as a value that programs can read.

use jaq_json::Val;

use super::{csv, json, xml, zip};
use crate::diagnostic::Diagnostic;
use crate::model::Shape;

/// The largest report that is read whole, in bytes.
pub(super) const LARGEST: u64 = 1 << 30;
/// How deep elements and values may be nested.
pub(super) const DEEPEST: usize = 256;

/// What bytes are.
pub(super) struct Content {
    pub shape: Shape,
    pub value: Val,
    /// What the format is recognised by: of a table its first row, or the names of its columns.
    pub sample: Val,
}

impl Content {
    fn new(shape: Shape, value: Val) -> Content {
        Content {
            shape,
            sample: value.clone(),
            value,
        }
    }
}

/// Reads bytes as whatever their beginning says they are. Messages call them `name`.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Content, Diagnostic> {
    if bytes.len() as u64 > LARGEST {
        return Err(damaged(
            name,
            format!(
                "{} bytes are too many: a report is read up to {LARGEST}",
                bytes.len()
            ),
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return zip::read(name, bytes).map(|value| Content::new(Shape::Zip, value));
    }
    let text = text(bytes);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    match text.as_bytes().first() {
        None => Err(damaged(name, "it is empty")),
        Some(b'<') if is_html(text) => Err(Diagnostic::data(
            "D401",
            format!("`{name}` is a web page, not a report for machines"),
        )
        .help("export the report as JSON, XML or CSV")),
        Some(b'<') => xml::read(text)
            .map(|value| Content::new(Shape::Xml, value))
            .map_err(|why| damaged(name, why)),
        Some(b'{' | b'[') => json::read(text)
            .map(|(shape, value)| Content::new(shape, value))
            .map_err(|why| damaged(name, why)),
        Some(_) => csv::read(text)
            .map(|(value, sample)| Content {
                shape: Shape::Csv,
                value,
                sample,
            })
            .map_err(|why| damaged(name, why)),
    }
}

/// A report that cannot be read.
pub(super) fn damaged(name: &str, why: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::data(
        "D403",
        format!("`{name}` cannot be read as a report: {why}"),
    )
}

/// The text of a file: by its byte order mark, by what an XML declaration says, else UTF-8; bytes that
/// are no UTF-8 are read as Windows-1252, which takes every byte.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0;
    }
    if let Some(encoding) = declared(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => {
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
        }
    }
}

fn declared(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = std::str::from_utf8(&bytes[..bytes.len().min(200)]).ok()?;
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let after = declaration.split("encoding").nth(1)?;
    let label = after.trim_start_matches([' ', '=', '"', '\'']);
    let label = label.split(['"', '\'']).next()?;
    encoding_rs::Encoding::for_label(label.as_bytes())
}

fn is_html(text: &str) -> bool {
    let mut end = text.len().min(1000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].to_lowercase();
    head.starts_with("<!doctype html") || head.contains("<html")
}

/// A text as a value.
pub(super) fn string(text: impl Into<String>) -> Val {
    Val::from(text.into())
}

/// An object of members in order.
pub(super) fn object(members: Vec<(String, Val)>) -> Val {
    Val::obj(
        members
            .into_iter()
            .map(|(name, value)| (string(name), value))
            .collect(),
    )
}
