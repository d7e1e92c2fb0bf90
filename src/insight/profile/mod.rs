//! Definitions and tables → what is in them: how many values are missing, how many different
//! ones there are, how they are spread, how many rows have an event.
//!
//! These are the rows of the files as they are: no as-of, nothing excluded. Knows nothing of KPIs and
//! renders nothing. Reading what a profile needs is up to the caller: [`request`] says what that is.

mod counts;
mod filter;
mod frames;
mod moments;
mod values;

pub use counts::{FieldPath, ValueCounts};
pub use moments::{Bounds, EventProfile, StateProfile, ends, events, states};

use polars::prelude::{IdxCa, StringChunked};

use crate::base::diagnostic::Problems;
use crate::exec::data::TableSources;
use crate::lang::model::{CalendarPeriod, Definitions, FieldId, FieldSource, TableId};
use crate::plan::{Requirement, Requirements};

/// Equal stretches into which numbers and dates are cut.
pub const STRETCHES: usize = 12;

/// What the rows of a table have in a field.
#[derive(Clone, Debug)]
pub struct Profile {
    pub rows: u64,
    pub missing: u64,
    pub distinct: u64,
    pub spread: Distribution,
}

/// Distribution of the values.
#[derive(Clone, Debug)]
pub enum Distribution {
    /// There is no value.
    Nothing,
    Numbers(Numbers),
    Dates(Dates),
    /// The rows of every value of a scale, in its order, or of `no` and `yes`.
    Ordered(Vec<(String, u64)>),
    Texts(Texts),
}

#[derive(Clone, Debug)]
pub struct Numbers {
    pub lowest: f64,
    pub highest: f64,
    pub mean: f64,
    /// Of an even number of values, the mean of the two in the middle.
    pub median: f64,
    /// Rows in [`STRETCHES`] equal stretches from the lowest to the highest value.
    pub stretches: Vec<u64>,
}

#[derive(Clone, Debug)]
pub struct Dates {
    pub first: i64,
    pub last: i64,
    /// Rows in [`STRETCHES`] equal stretches from the first to the last instant.
    pub stretches: Vec<u64>,
    /// Rows by month; by quarter or year if the months are too many. Periods without rows are not
    /// there.
    pub periods: Vec<(CalendarPeriod, u64)>,
}

/// The texts that occur, the most frequent first, equally frequent ones in their order.
#[derive(Clone, Debug)]
pub struct Texts {
    words: StringChunked,
    rows: IdxCa,
}

impl Texts {
    /// Every text and its rows, the most frequent first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        let words = self.words.iter().flatten();
        words.zip(self.rows.iter().flatten().map(u64::from))
    }

    /// The first and the last in the order of texts.
    pub fn ends(&self) -> Option<(&str, &str)> {
        let words = || self.words.iter().flatten();
        words().min().zip(words().max())
    }
}

/// The profile of a field over the rows of its table; `None` if a policy works it out, or its table
/// is not loaded.
///
/// # Errors
///
/// Files that cannot be read any more.
pub fn field(
    definitions: &Definitions,
    sources: &TableSources,
    field: FieldId,
) -> Result<Option<Profile>, Problems> {
    values::profile(definitions, sources, field)
}

/// What the profiles of some fields read. Nothing of it must be there.
pub fn request(definitions: &Definitions, fields: &[FieldId]) -> Requirements {
    let mut request = Requirements::default();
    for field in fields {
        ask(definitions, &mut request, *field);
    }
    request
}

/// What the profiles of a table's events and states read.
pub fn moments_request(definitions: &Definitions, table: TableId) -> Requirements {
    let mut request = Requirements::default();
    moments::ask(definitions, &mut request, table);
    request
}

/// Adds to a request; a table asked for has its rows counted and its key checked.
fn ask(definitions: &Definitions, request: &mut Requirements, id: FieldId) {
    let wanted = ask_table(request, id.table);
    match definitions.field(id).source {
        FieldSource::Column(column) => {
            wanted
                .columns
                .entry(column)
                .or_insert(Requirement::Optional);
        }
        FieldSource::Parent { parent, field } => {
            let link = &definitions.table(id.table).parents[parent];
            wanted.parents.insert(parent);
            let of = FieldId {
                table: link.table,
                field,
            };
            ask(definitions, request, of);
        }
        FieldSource::Due(_) | FieldSource::RollUp(_) => {}
    }
}

fn ask_table(request: &mut Requirements, table: TableId) -> &mut crate::plan::TableRequirements {
    let wanted = request.tables.entry(table).or_default();
    wanted.key.get_or_insert(Requirement::Optional);
    wanted
}
