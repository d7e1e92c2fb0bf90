//! Bytes → what they are made of, as a value that programs can read.

mod csv;
mod encoding;
mod finder;
pub(super) mod json;
mod keys;
mod large;
mod large_xml;
mod portions;
mod preamble;
mod script;
mod table;
mod tags;
mod walk;
mod workbook;
mod xml;
mod zip;

pub(super) use encoding::OddBytes;
pub(super) use large::LargeText;

use std::borrow::Cow;

use jaq_json::Val;

use encoding::{Decoded, decoded};

use crate::base::diagnostic::{Cause, Diagnostic};
use crate::exec::data;
use crate::lang::model::Shape;

/// The largest report that is read whole, in bytes.
pub const LARGEST: u64 = 1 << 30;
/// Values of one report, keys included: each takes up to a hundred bytes of memory.
pub(super) const MOST_VALUES: u64 = 32_000_000;
/// What a file packed by gzip begins with.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// What workbooks of Excel before 2007 begin with, and those with a password.
const OLD_WORKBOOK: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// How deep elements and values may be nested.
pub(super) const DEEPEST: usize = 256;
/// The longest text of a report, in bytes. Programs copy the texts that they look at, up to twenty times.
const LONGEST_TEXT: usize = 16 << 20;

/// Help with a report in which no tool is named.
pub(super) const SAYS_NOTHING: &str = "nothing in it says which tool ran: have the tool write SARIF, \
     which says so also where it found nothing";
/// And what to do if it cannot.
pub(super) const SAY_WHOSE: &str = "if it is a clean scan, say whose: riskql ingest FILE --source gitleaks --asset shop --at 2026-03-31";

/// Whether a file has nothing in it, packed or not.
pub(super) fn is_empty(bytes: &[u8]) -> bool {
    let is_blank =
        |bytes: &[u8]| decoded("", bytes).is_ok_and(|decoded| begun(&decoded.text).is_empty());
    match bytes.starts_with(GZIP) {
        true => zip::unpacked(bytes).is_ok_and(|unpacked| is_blank(&unpacked)),
        false => bytes.len() < 1000 && is_blank(bytes),
    }
}

/// What bytes are.
pub(super) struct Content<'a> {
    pub shape: Shape,
    /// What the format is recognised by: of a table its first row, or the names of its columns; of a
    /// large text the beginnings of its arrays.
    pub sample: Val,
    pub body: Body<'a>,
    pub odd: OddBytes,
    /// Names that several columns of a table have.
    pub repeated: Vec<String>,
}

/// A text that was read whole.
struct Whole {
    shape: Shape,
    value: Val,
    /// As in `Content`.
    sample: Val,
    repeated: Vec<String>,
}

impl Whole {
    /// What is recognised by all of it.
    fn itself((shape, value): (Shape, Val)) -> Whole {
        Whole {
            shape,
            sample: value.clone(),
            value,
            repeated: Vec::new(),
        }
    }
}

/// What a report holds.
pub(super) enum Body<'a> {
    Read(Val),
    Large(LargeText<'a>),
}

/// How many more values a report may have: a short text can be many of them.
pub(super) struct Budget {
    left: Option<u64>,
}

impl Budget {
    pub fn new() -> Budget {
        Budget {
            left: Some(MOST_VALUES),
        }
    }

    pub fn take(&mut self, values: u64) -> Result<(), String> {
        self.left = self.left.and_then(|left| left.checked_sub(values));
        self.check()
    }

    /// Whether nothing was refused so far.
    pub fn check(&self) -> Result<(), String> {
        match self.left {
            Some(_) => Ok(()),
            None => Err(too_many_values()),
        }
    }
}

/// Whether a text of so many bytes is read.
fn fits(bytes: usize) -> Result<(), String> {
    match bytes > LONGEST_TEXT {
        true => Err(format!(
            "one of its texts has {bytes} bytes, and one is read up to {LONGEST_TEXT}"
        )),
        false => Ok(()),
    }
}

/// Why a report is too large to be read whole.
pub(super) fn too_many_values() -> String {
    format!("it has more than {MOST_VALUES} values")
}

/// Reads bytes as whatever their beginning says they are; what is longer than `large` is only looked
/// at, if it can be read in portions. Messages call them `name`; of a workbook it is the sheet of this name, or the first.
pub(super) fn read<'a>(
    name: &str,
    bytes: &'a [u8],
    large: usize,
    sheet: Option<&str>,
) -> Result<Content<'a>, Diagnostic> {
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(name, bytes.len() as u64));
    }
    if data::is_workbook(bytes) {
        let table =
            workbook::read(bytes, sheet, &mut Budget::new()).map_err(|why| damaged(name, why))?;
        return Ok(Content {
            shape: Shape::Csv,
            sample: table.sample,
            body: Body::Read(table.rows),
            odd: OddBytes::default(),
            repeated: table.repeated,
        });
    }
    if bytes.starts_with(OLD_WORKBOOK) {
        return Err(
            damaged(name, "it is a workbook of an old Excel, or has a password")
                .help("save it as .xlsx without a password, or as CSV"),
        );
    }
    if bytes.starts_with(data::ARCHIVE) {
        let (value, odd) = zip::read(name, bytes, &mut Budget::new())?;
        return Ok(Content {
            shape: Shape::Zip,
            sample: value.clone(),
            body: Body::Read(value),
            odd,
            repeated: Vec::new(),
        });
    }
    let Decoded { text, odd } = match bytes.starts_with(GZIP) {
        true => {
            let unpacked = zip::unpacked(bytes).map_err(|why| damaged(name, why))?;
            let Decoded { text, odd } = decoded(name, &unpacked)?;
            Decoded {
                text: Cow::Owned(text.into_owned()),
                odd,
            }
        }
        false => decoded(name, bytes)?,
    };
    if text.len() > large && large::has_portions(&text) {
        let content = large::looked_at(text).map_err(|why| damaged(name, why))?;
        return Ok(Content { odd, ..content });
    }
    let whole = whole(name, &text, &mut Budget::new())?;
    Ok(Content {
        shape: whole.shape,
        sample: whole.sample,
        body: Body::Read(whole.value),
        odd,
        repeated: whole.repeated,
    })
}

/// The value of a member of an archive, read whole.
pub(super) fn unpacked(
    name: &str,
    bytes: &[u8],
    budget: &mut Budget,
) -> Result<(Val, OddBytes), Diagnostic> {
    let Decoded { text, odd } = decoded(name, bytes)?;
    let whole = whole(name, &text, budget)?;
    match whole.repeated.first() {
        // No source says so of tables in archives.
        Some(column) => Err(several_columns(name, column)),
        None => Ok((whole.value, odd)),
    }
}

/// A table in which a name stands several times, and no source says that it may.
pub(super) fn several_columns(name: &str, column: &str) -> Diagnostic {
    damaged(name, format!("two columns are called `{column}`"))
}

fn begun(text: &str) -> &str {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
}

fn whole(name: &str, text: &str, budget: &mut Budget) -> Result<Whole, Diagnostic> {
    let text = begun(text);
    match text.as_bytes().first() {
        None => Err(damaged(name, "it is empty")
            .help(SAYS_NOTHING)
            .help(SAY_WHOSE)),
        Some(b'<') if is_html(text) => Err(Diagnostic::data(
            "D401",
            format!("`{name}` is a web page, not a report for machines"),
        )
        .because(Cause::NoReport)
        .help("export the report as JSON, XML or CSV")),
        Some(b'<') => xml::read(text, budget)
            .map(|value| Whole::itself((Shape::Xml, value)))
            .map_err(|why| damaged(name, why)),
        Some(b'{' | b'[') => json::skim(text)
            .and_then(|skimmed| json::read(text, &skimmed, budget))
            .map(Whole::itself)
            .map_err(|why| damaged(name, why)),
        // Some tools write this where they found nothing.
        Some(_) if text.trim_end() == "null" => Ok(Whole::itself((Shape::Json, Val::Null))),
        Some(_) if is_binary(text) => Err(Diagnostic::data(
            "D401",
            format!("`{name}` is no text: no source knows this report"),
        )
        .because(Cause::NoReport)
        .help("export the report as JSON, XML or CSV; packed by zip or gzip is fine")),
        Some(_) => csv::read(text, budget)
            .map(|table| Whole {
                shape: Shape::Csv,
                value: table.rows,
                sample: table.sample,
                repeated: table.repeated,
            })
            .map_err(|why| damaged(name, why)),
    }
}

/// A report of more bytes than are read.
pub fn too_large(name: &str, bytes: u64) -> Diagnostic {
    damaged(
        name,
        format!("{bytes} bytes are too many: a report is read up to {LARGEST}"),
    )
    .help("export it in parts: by application, by project, or by date")
    .help("if every line is a document: split --line-bytes=500M --additional-suffix=.jsonl FILE")
}

/// A report that cannot be read.
pub(super) fn damaged(name: &str, why: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::data(
        "D403",
        format!("`{name}` cannot be read as a report: {why}"),
    )
}

/// Where in a text a byte is, in words.
fn place_in(text: &str, byte: usize) -> String {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default();
    format!("line {line}, column {}", column.chars().count() + 1)
}

/// Whether a text begins with signs that no text has.
fn is_binary(text: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n');
    text.chars().take(1000).any(is_odd)
}

/// Whether the first element is that of a web page; texts inside of reports may have such elements.
fn is_html(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ => break,
        };
        let Some((_, after)) = rest.split_once(end) else {
            return false;
        };
        rest = after;
    }
    let begins = |word: &str| {
        let head = rest.as_bytes().get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
    };
    begins("<!doctype html") || begins("<html")
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
