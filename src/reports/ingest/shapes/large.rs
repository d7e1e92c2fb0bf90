//! Large texts that are read a portion at a time, whatever they are made of.

use std::borrow::Cow;

use jaq_json::Val;

use super::csv::{LargeTable, TablePortions};
use super::json::{self, LargeJson};
use super::large_xml::{LargeXml, XmlPortions};
use super::portions::Portions;
use super::{Body, Content, OddBytes, begun, is_binary, is_html};
use crate::lang::model::{ArrayPath, Shape};

/// A large text, to be read when it is known how.
pub enum LargeText<'a> {
    Json(LargeJson<'a>),
    Xml(LargeXml<'a>),
    Table(LargeTable<'a>),
}

impl LargeText<'_> {
    /// Whether it may be read whole, if that is known before.
    pub fn fits(&self) -> bool {
        match self {
            LargeText::Json(large) => large.fits(),
            LargeText::Xml(_) | LargeText::Table(_) => true,
        }
    }

    pub fn whole(&self) -> Result<Val, String> {
        match self {
            LargeText::Json(large) => large.whole(),
            LargeText::Xml(large) => large.whole(),
            LargeText::Table(large) => large.whole(),
        }
    }

    /// Divides a text at what a source names. One that has none of it is one portion.
    ///
    /// # Errors
    ///
    /// In words: what cannot be read.
    pub fn portions(
        &self,
        paths: &[ArrayPath],
        portion: usize,
    ) -> Result<LargePortions<'_>, String> {
        Ok(match self {
            LargeText::Json(large) => LargePortions::Json(Portions::of(large, paths, portion)?),
            LargeText::Xml(large) => LargePortions::Xml(large.portions(paths, portion)?),
            LargeText::Table(large) => LargePortions::Table(large.portions(paths, portion)),
        })
    }
}

/// What of a large text is read at a time.
pub enum LargePortions<'a> {
    Json(Portions<'a>),
    Xml(XmlPortions<'a>),
    Table(TablePortions<'a>),
}

impl LargePortions<'_> {
    pub fn count(&self) -> usize {
        match self {
            LargePortions::Json(portions) => portions.count(),
            LargePortions::Xml(portions) => portions.count(),
            LargePortions::Table(portions) => portions.count(),
        }
    }

    /// The value of a portion.
    pub fn value(&self, index: usize) -> Result<Val, String> {
        match self {
            LargePortions::Json(portions) => portions.value(index),
            LargePortions::Xml(portions) => portions.value(index),
            LargePortions::Table(portions) => portions.value(index),
        }
    }
}

/// Whether a text is made of something that is read in portions.
pub(super) fn has_portions(text: &str) -> bool {
    let start = begun(text);
    match start.as_bytes().first() {
        None => false,
        Some(b'{' | b'[') => true,
        Some(b'<') => !is_html(start),
        Some(_) => start.trim_end() != "null" && !is_binary(start),
    }
}

/// A large text that has portions, looked at but not kept as values.
///
/// # Errors
///
/// In words: what is not whole.
pub(super) fn looked_at(text: Cow<'_, str>) -> Result<Content<'_>, String> {
    let content = |shape, sample, large, repeated| Content {
        shape,
        sample,
        body: Body::Large(large),
        odd: OddBytes::default(),
        repeated,
    };
    Ok(match begun(&text).as_bytes().first() {
        Some(b'{' | b'[') => {
            let skimmed = json::skim(&text)?;
            let shape = skimmed.shape();
            let large = LargeJson::new(text, skimmed);
            let sample = large.sample()?;
            content(shape, sample, LargeText::Json(large), Vec::new())
        }
        Some(b'<') => {
            let large = LargeXml::new(text);
            let sample = large.sample()?;
            content(Shape::Xml, sample, LargeText::Xml(large), Vec::new())
        }
        Some(_) | None => {
            let large = LargeTable::new(text)?;
            let first = large.sample()?;
            let large = LargeText::Table(large);
            content(Shape::Csv, first.sample, large, first.repeated)
        }
    })
}
