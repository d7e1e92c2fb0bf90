//! Trees of what is said about reports: sources and matches.

use super::{Identifier, Text};
use crate::base::source::Spanned;

/// How the reports of a tool are read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportSource {
    pub name: Identifier,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<SourceClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SourceClause {
    Tool(Text),
    Kind(Identifier),
    /// `reads json, xml`
    Reads(Vec<Identifier>),
    /// A program: whether a report is one of these.
    KnownBy(Text),
    /// A program: what was scanned and when.
    Scan(Text),
    /// A program: the rows.
    Rows(Text),
    /// `severity`, `status` or `evidence`: the report's words and what they mean.
    Words {
        of: SourceWords,
        rules: Vec<Spanned<WordRule>>,
    },
    Dates(Vec<Text>),
    Fills(Identifier),
    /// `identity rule_id, file numbered`
    Identity {
        fields: Vec<Identifier>,
        is_numbered: bool,
    },
    /// `parts ".runs[].results"`: arrays that may be read some members at a time.
    Parts(Vec<Text>),
    /// `counted ".runs[].results[]"`: what of a report is a row.
    Counted(Vec<Text>),
    /// `precedes generic_json`: sources that do not count where this one knows a report too.
    Precedes(Vec<Identifier>),
    /// `repeated "Labels"`: columns of a table that may stand in it several times.
    Repeated(Vec<Text>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceWords {
    Severity,
    Status,
    Evidence,
}

/// `"Medium" to medium`, `otherwise to info`
#[derive(Clone, Debug, PartialEq)]
pub struct WordRule {
    /// `None` is `otherwise`.
    pub word: Option<Text>,
    pub to: Identifier,
}

/// When detections are of one weakness.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    pub name: Identifier,
    pub title: Option<Text>,
    pub clauses: Vec<Spanned<MatchClause>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MatchClause {
    /// `same cwe, file`
    Same(Vec<Identifier>),
    /// `near line within 5`
    Near {
        field: Identifier,
        within: Spanned<u64>,
    },
    /// `across tools`
    Across(Identifier),
}
