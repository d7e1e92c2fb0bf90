//! What may come next: the text before the cursor → the words and names that may stand at its end.
//!
//! The grammar's own files say what may follow (`forms`, `walk`); what each place means is told here in
//! words of the language ([`CompletionSlot`]), with the names already written that it is about. Nothing is
//! looked up: the caller, who knows tables and KPIs, makes candidates of it.

mod definitions;
mod forms;
mod slots;
mod walk;

pub use definitions::in_definition;

use super::tokens::{self, Grids, Token, TokenKind};
use super::words;

/// One thing that may stand at the end of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next {
    pub slot: CompletionSlot,
    /// The tables and KPIs whose rows are meant, as far as they are written; none: all of them.
    pub about: Vec<NameBeforeCursor>,
    /// The function of the aggregate it stands in.
    pub function: Option<String>,
    /// What that function measures, as far as it is written.
    pub measured: Option<String>,
    /// Names before it that stand as conditions by themselves.
    pub alone: Vec<String>,
    /// The field whose values are meant, and its table if written.
    pub field: Option<(Option<String>, String)>,
}

/// A name in the text before the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NameBeforeCursor {
    Table(String),
    /// A KPI or a view.
    Formula(String),
}

/// What a place takes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CompletionSlot {
    /// `=`, `!=`, `<`, …
    Comparison,
    /// A KPI, or where a query begins a view.
    Formula,
    /// An aggregate.
    Function,
    Table,
    /// An event or a state.
    Role,
    Event,
    State,
    /// A field or event, or the name of a condition.
    Tested,
    /// A field to group by.
    Dimension,
    Field,
    /// A field of this table, after the dot.
    FieldOf(String),
    /// A number field or a score.
    Measured,
    /// A dimension or a KPI of the query.
    SortKey,
    /// The KPI that ranks.
    Rank,
    /// A value of the field.
    Value,
    /// A field's value and its weight.
    Weight,
    Date,
    /// A whole number of things.
    Count,
    Grain {
        is_plural: bool,
    },
    TimeUnit,
    Moment,
    /// What a KPI is shown as.
    Unit,
    FieldType,
    Scale,
    /// A value of the scale being defined.
    ScaleValue,
    CardKind,
    Weekday,
    MonthName,
    /// A text in quotes that nobody can guess.
    Text,
    /// A name that is not there yet.
    NewName,
    /// A column of a file.
    Column,
    /// The parenthesis that begins a list.
    List,
    /// Between the parts of a list.
    Comma,
    Keyword(String),
}

/// What may stand at the end of a query. If it has a mistake before the end, what its last clause
/// may go on with.
pub fn in_query(text: &str) -> Vec<Next> {
    let next = slots::next("query_text", text, &[]);
    if !next.is_empty() {
        return next;
    }
    let tokens = tokens::scan(text, Grids::Absent);
    let begins = |token: &&Token| {
        let word = &text[token.start..token.end];
        token.kind == TokenKind::Word && words::QUERY_CLAUSES.contains(&word)
    };
    for token in tokens.iter().rev().filter(begins) {
        let before = mentioned(text, &tokens, token.start);
        let next = slots::next("query_text", &text[token.start..], &before);
        if !next.is_empty() {
            return next;
        }
    }
    Vec::new()
}

/// The tables and KPIs that tokens before a position may name, without a grammar.
fn mentioned(text: &str, tokens: &[Token], end: usize) -> Vec<NameBeforeCursor> {
    let mut found = Vec::new();
    let mut before = "";
    for token in tokens.iter().take_while(|token| token.start < end) {
        let word = &text[token.start..token.end];
        if token.kind == TokenKind::Word && matches!(before, "of" | "list") {
            found.push(NameBeforeCursor::Table(word.to_string()));
        } else if token.kind == TokenKind::Word && matches!(before, "" | "is" | "," | "+" | "/") {
            found.push(NameBeforeCursor::Formula(word.to_string()));
        }
        before = word;
    }
    found
}

/// Whether a value may stand without quotes.
pub fn is_bare(value: &str) -> bool {
    let mut letters = value.chars();
    letters.next().is_some_and(tokens::is_name_start)
        && letters.all(tokens::is_name_character)
        && !words::is_reserved(value)
        && !matches!(value, "now" | "today" | "null" | "NULL")
}

/// A text as the language writes it in quotes. A line break cannot stand in one.
pub fn quoted(value: &str) -> Option<String> {
    (!value.contains('\n'))
        .then(|| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
}
