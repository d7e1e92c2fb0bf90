//! What may stand at the end of definitions.

use super::slots;
use super::{CompletionSlot, NameBeforeCursor, Next, mentioned};
use crate::base::diagnostic::Problems;
use crate::base::source::SourceId;
use crate::lang::syntax::grammar::Fragment;
use crate::lang::syntax::split::{self, DefinitionParts};
use crate::lang::syntax::tokens::{self, Grids, Token, TokenKind};
use crate::lang::syntax::words::DefinitionKind;

/// What may stand at the end of a text of definitions: words that begin a clause where a line begins,
/// what the clause takes inside it.
pub fn in_definition(text: &str) -> Vec<Next> {
    let mut tokens = tokens::scan(text, Grids::Allowed);
    tokens.retain(|token| token.kind != TokenKind::Comment);
    let mut problems = Problems::default();
    let cuts = split::split(SourceId(0), text, &tokens, &mut problems);
    let Some(cut) = cuts.definitions.last() else {
        return kinds();
    };
    let line = text.rsplit('\n').next().unwrap_or(text);
    let begins_line = line.trim().is_empty() && text.contains('\n');
    if begins_line && line.is_empty() {
        return kinds();
    }
    let mut next = Vec::new();
    if begins_line {
        next.extend(clauses(cut));
    }
    next.extend(in_piece(cut, text, &tokens));
    next
}

fn kinds() -> Vec<Next> {
    DefinitionKind::ALL
        .map(|kind| keyword(kind.word()))
        .to_vec()
}

fn keyword(word: &str) -> Next {
    Next {
        slot: CompletionSlot::Keyword(word.to_string()),
        about: Vec::new(),
        function: None,
        measured: None,
        alone: Vec::new(),
        field: None,
    }
}

/// The words that may begin the next clause.
fn clauses(cut: &DefinitionParts<'_>) -> Vec<Next> {
    let used: Vec<&str> = cut.clauses.iter().map(first_word).collect();
    let is_used = |word: &str| match word {
        "higher" | "lower" => used.contains(&"higher") || used.contains(&"lower"),
        word => used.contains(&word) && !repeats(cut.kind, word),
    };
    let words = cut.kind.clause_words().iter();
    words
        .filter(|word| !is_used(word))
        .map(|word| keyword(word))
        .collect()
}

fn first_word<'t>(piece: &Fragment<'t>) -> &'t str {
    piece.tokens.first().map_or("", |token| piece.words(token))
}

/// Whether a definition may have several clauses that begin with a word.
fn repeats(kind: DefinitionKind, word: &str) -> bool {
    match kind {
        DefinitionKind::Calendar
        | DefinitionKind::Condition
        | DefinitionKind::View
        | DefinitionKind::Source
        | DefinitionKind::Match => false,
        DefinitionKind::Scale | DefinitionKind::Dashboard | DefinitionKind::Test => true,
        DefinitionKind::Table => !matches!(word, "key" | "known"),
        DefinitionKind::Score => word != "of",
        DefinitionKind::Sla => matches!(word, "due" | "since"),
        DefinitionKind::Kpi => matches!(word, "target" | "band"),
    }
}

/// What the last clause, or the first line, goes on with.
fn in_piece(cut: &DefinitionParts<'_>, text: &str, tokens: &[Token]) -> Vec<Next> {
    let (piece, part) = match cut.clauses.last() {
        Some(clause) => (clause, "clause"),
        None => (&cut.header, "header"),
    };
    let rule = format!("{}_{part}", cut.kind.word());
    if cut.kind == DefinitionKind::Condition && part == "clause" {
        return Vec::new();
    }
    slots::next(&rule, &text[piece.start()..], &about(cut, text, tokens))
}

/// The tables and KPIs that a definition is about.
fn about(cut: &DefinitionParts<'_>, text: &str, tokens: &[Token]) -> Vec<NameBeforeCursor> {
    let clause = |word: &str| cut.clauses.iter().find(|piece| first_word(piece) == word);
    match cut.kind {
        DefinitionKind::Table => {
            let name = cut.header.tokens.get(1);
            let name =
                name.map(|token| NameBeforeCursor::Table(cut.header.words(token).to_string()));
            name.into_iter().collect()
        }
        DefinitionKind::Score | DefinitionKind::Sla => {
            let of = clause("of").and_then(|piece| piece.tokens.get(1).map(|at| piece.words(at)));
            of.map(|name| NameBeforeCursor::Table(name.to_string()))
                .into_iter()
                .collect()
        }
        DefinitionKind::Kpi => clause("is").map_or_else(Vec::new, |piece| {
            let first = tokens.partition_point(|token| token.start < piece.start());
            mentioned(text, &tokens[first..], piece.end())
        }),
        DefinitionKind::Calendar
        | DefinitionKind::Scale
        | DefinitionKind::Condition
        | DefinitionKind::View
        | DefinitionKind::Dashboard
        | DefinitionKind::Source
        | DefinitionKind::Match
        | DefinitionKind::Test => Vec::new(),
    }
}
