//! Report bytes → rows, driven by the sources of the definitions.
//!
//! Takes the bytes of one report; gives a [`Report`]: what was scanned, and a typed row for each row
//! of it, or the reasons why not. Formats are recognised by content. Nothing is written, merged or
//! left out silently: rows that are no findings are counted under their reason.

mod dates;
mod identity;
mod mistakes;
mod places;
mod programs;
mod reader;
mod reading;
mod records;
mod repair;
mod report;
mod rows;
mod scan;
mod shapes;
mod stable;
mod unknown;
mod values;

pub use dates::DayOrder;
pub use identity::{recipe, renewed as renewed_identity};
pub use reader::{ReportReader, Sizes};
pub use report::{
    LeftOut, Report, ReportRecord, ReportRow, RowPart, ScanInfo, ScanOutcome, ScanScope, UnreadDate,
};
pub use shapes::{LARGEST, too_large};

/// The codes of problems with reports.
pub const CODES: &[(&str, &str)] = &[
    ("K710", "a program of a source cannot be read"),
    ("D401", "a report of no known format"),
    ("D402", "a report that several sources know"),
    ("D403", "a report that is damaged, too deep or too large"),
    ("D404", "a program of a source fails on a report"),
    ("D405", "a row with a field that a source cannot give"),
    ("D406", "a severity or status without a rule"),
    ("D407", "a date that no format of the source reads"),
    ("D408", "a report without a date"),
    ("D411", "a report of which not every row is read"),
    ("D412", "a source that is not there"),
    (
        "D417",
        "dates of which it is not known whether the day or the month comes first",
    ),
];
