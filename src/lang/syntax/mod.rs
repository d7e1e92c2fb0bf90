//! Text → tree, with pest. Looks no name up: `check` does.
//!
//! A file is scanned once into tokens (`tokens`), cut at the words in column 0 and at clause words
//! (`split`), and every piece is parsed alone by the grammar under `grammar/`, so that each mistake
//! has its message and hides no other. Common mistakes from other languages are refused by name
//! (`refusals`); everything else the grammar does not take is told in the words of `words`. What may come
//! next is read off the same grammar files (`next`).
//! Any text may be given: nothing panics, and the time is linear in its length.

pub mod ast;

mod allowances;
mod calls;
mod codes;
mod columns;
mod comments;
mod conditions;
mod dashboards;
mod definitions;
mod errors;
mod formulas;
mod grammar;
mod limits;
mod literals;
mod matches;
mod next;
mod other_dates;
mod other_words;
mod pieces;
mod queries;
mod query_mistakes;
mod refusals;
mod reports;
mod split;
mod tokens;
mod unparsed;
mod words;

pub use allowances::{Allowance, Allowances, allowances};
pub use codes::{CODES, DiagnosticCode, Example};
pub use next::{CompletionSlot, NameBeforeCursor, Next, in_definition, in_query, is_bare, quoted};
pub use tokens::{Grids, Token, TokenKind, is_name_character, scan};
pub use words::{RESERVED, definition_words, is_reserved, keywords};

use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::{SourceId, Sources, Spanned};
use grammar::{Fragment, Rule};

/// Reads a definition file: all definitions without a mistake, and the mistakes of the others.
pub fn parse_file(sources: &Sources, id: SourceId) -> (ast::File, Problems) {
    let text = &sources.get(id).text;
    let mut problems = Problems::default();
    let mut tokens = tokens::scan(text, Grids::Allowed);
    let comments = comments::collect(id, &mut tokens);
    let mut file = ast::File {
        source: id,
        definitions: Vec::new(),
        comments,
        mistaken: Vec::new(),
    };
    let split = split::split(id, text, &tokens, &mut problems);
    file.mistaken.extend(split.mistaken.iter().map(mistaken));
    for cut in split.definitions {
        match definitions::definition(&cut, &mut problems) {
            Some(definition) => {
                let definition = Spanned::new(definition, cut.whole.span());
                file.definitions.push(definition);
            }
            None => file.mistaken.push(mistaken(&cut.whole)),
        }
    }
    (file, problems)
}

/// What a piece that is no definition was most likely meant to define.
fn mistaken(piece: &Fragment<'_>) -> ast::MistakenDefinition {
    let word = |index: usize| piece.tokens.get(index).map(|token| piece.words(token));
    let kinds = definition_words();
    let meant = word(0).and_then(|word| nearest(word, kinds.iter().copied()));
    ast::MistakenDefinition {
        kind: kinds.into_iter().find(|kind| Some(*kind) == meant),
        name: word(1).map(|name| name.trim_matches('`').to_owned()),
    }
}

/// Reads one query. It may stretch over several lines and hold comments; an empty text asks for
/// every KPI.
pub fn parse_query(sources: &Sources, id: SourceId) -> Result<Spanned<ast::Query>, Problems> {
    let mut problems = Problems::default();
    let mut tokens = tokens::scan(&sources.get(id).text, Grids::Absent);
    comments::collect(id, &mut tokens);
    let piece = Fragment {
        source: id,
        text: &sources.get(id).text,
        tokens: &tokens,
    };
    let expecting = words::Expecting::Query;
    pieces::one(
        &piece,
        Rule::query_text,
        expecting,
        &mut problems,
        queries::query,
    )
    .ok_or(problems)
}

/// The dates that a text most likely means: one of the language, or `03/15/2026` and the like.
pub fn dates_meant(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let id = sources.add("", text);
    match parse_date(&sources, id) {
        Ok(_) => vec![text.trim().to_owned()],
        Err(_) => other_dates::readings(text.trim()),
    }
}

/// Why a text is not read as a date.
#[derive(Clone, PartialEq, Debug)]
pub enum DateError {
    /// It has not the shape of one.
    NoDate,
    /// It has the shape, and no calendar has such a date: `2026-13`.
    NoSuchDate(Box<Diagnostic>),
}

/// Reads a text that is a date of the language and nothing else: `2026-03-31`, `2026-Q1`.
pub fn parse_date(sources: &Sources, id: SourceId) -> Result<Spanned<ast::DateLiteral>, DateError> {
    let text = &sources.get(id).text;
    let tokens = tokens::scan(text, Grids::Absent);
    let piece = Fragment {
        source: id,
        text,
        tokens: &tokens,
    };
    let mut pairs = piece.parse(Rule::any_date).map_err(|_| DateError::NoDate)?;
    // The rule is content with a date at the beginning.
    match pairs.next() {
        Some(pair) if pair.as_str() == text.trim() => {
            literals::date(&piece, &pair).map_err(DateError::NoSuchDate)
        }
        Some(_) | None => Err(DateError::NoDate),
    }
}
