//! Tokens of a file → definitions, each cut into its first line and its clauses.
//!
//! A definition begins at the margin. A clause begins where a line begins with one of the clause
//! words of that definition; any other indented line goes on with the clause above it. Every piece
//! is parsed alone, so one mistake hides no other.

use super::errors;
use super::grammar::Fragment;
use super::tokens::{Token, TokenKind};
use super::words::DefinitionKind;
use crate::base::diagnostic::Problems;
use crate::base::source::SourceId;

/// How a version-control system marks where the first side of a conflict begins.
const CONFLICT: &str = "<<<<<<<";

/// One definition, cut up.
pub(super) struct DefinitionParts<'t> {
    pub kind: DefinitionKind,
    /// From the margin to the first clause.
    pub header: Fragment<'t>,
    pub clauses: Vec<Fragment<'t>>,
    /// The whole.
    pub whole: Fragment<'t>,
}

/// A file, cut up.
#[derive(Default)]
pub(super) struct SplitFile<'t> {
    pub definitions: Vec<DefinitionParts<'t>>,
    /// What stands where a definition should, and is told.
    pub mistaken: Vec<Fragment<'t>>,
}

/// Cuts a file. Text that belongs to no definition, or to one of an unknown kind, becomes a problem.
pub(super) fn split<'t>(
    source: SourceId,
    text: &'t str,
    tokens: &'t [Token],
    problems: &mut Problems,
) -> SplitFile<'t> {
    let piece = |tokens| Fragment {
        source,
        text,
        tokens,
    };
    let conflicts: Vec<&Token> = tokens
        .iter()
        .filter(|token| token.at_margin && text[token.start..].starts_with(CONFLICT))
        .collect();
    if !conflicts.is_empty() {
        // What stands between the marks is twice there, and no mistake of its own.
        for token in conflicts {
            let span = piece(tokens).place(token.start, token.start + CONFLICT.len());
            problems.push(errors::merge_conflict(span));
        }
        let begun = tokens.chunk_by(|_, next| !next.at_margin).map(piece);
        return SplitFile {
            definitions: Vec::new(),
            mistaken: begun.filter(|begun| kind(begun).is_some()).collect(),
        };
    }
    let first = tokens
        .iter()
        .position(|token| token.at_margin)
        .unwrap_or(tokens.len());
    if first > 0 {
        problems.push(errors::before_first_definition(&piece(&tokens[..first])));
    }
    let mut file = SplitFile::default();
    let mut above = None;
    for tokens in tokens[first..].chunk_by(|_, next| !next.at_margin) {
        let whole = piece(tokens);
        match kind(&whole) {
            Some(kind) => {
                file.definitions.push(cut(kind, whole));
                above = Some(kind);
            }
            None => {
                problems.push(errors::unknown_kind(&whole, above));
                file.mistaken.push(whole);
            }
        }
    }
    file
}

fn kind(whole: &Fragment<'_>) -> Option<DefinitionKind> {
    let first = whole.tokens.first()?;
    DefinitionKind::from_word(whole.words(first))
}

fn cut(kind: DefinitionKind, whole: Fragment<'_>) -> DefinitionParts<'_> {
    let begins = |token: &Token| {
        token.first_on_line
            && token.kind == TokenKind::Word
            && kind.clause_words().contains(&whole.words(token))
    };
    let mut pieces = whole
        .tokens
        .chunk_by(|_, next| !begins(next))
        .map(|tokens| Fragment { tokens, ..whole });
    let header = pieces.next().unwrap_or(whole);
    DefinitionParts {
        kind,
        header,
        clauses: pieces.collect(),
        whole,
    }
}
