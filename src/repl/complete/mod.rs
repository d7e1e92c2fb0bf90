//! What may come next in a text: a pure function of the text, the position and the catalogue.
//!
//! The grammar says which places there are (`syntax::in_query`, `syntax::in_definition`); the
//! catalogue fills them. Nothing here knows which word may follow which.

mod commands;
pub(super) mod fields;
mod keywords;
mod slots;
mod times;
pub(super) mod values;
pub(super) mod word;

pub(super) use keywords::meaning as keyword_meaning;
pub(super) use word::entry_start;

use super::catalogue::Catalogue;
use super::input;
use crate::diagnostic::nearest;
use crate::functions;
use crate::render;
use crate::render::Look;
use crate::syntax::{self, Named, Next, Slot};
use word::Word;

/// Candidates for the word at the cursor.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Byte at which the word begins that a candidate replaces; it ends at the cursor.
    pub start: usize,
    pub candidates: Vec<Candidate>,
    /// The word is the start of a file's name: whoever has a file system completes it.
    pub is_file: bool,
}

/// One word that may stand at the cursor.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What is put into the line, quoted if the language wants it.
    pub replacement: String,
    /// What the menu says of it: `Mean time to remediate, days`, `1,204 rows`.
    pub about: String,
}

impl Candidate {
    fn new(replacement: impl Into<String>, about: impl Into<String>) -> Candidate {
        Candidate {
            replacement: replacement.into(),
            about: harmless(&about.into()),
        }
    }
}

/// A text that may be shown on a terminal, whatever data or definitions say.
pub(super) fn harmless(text: &str) -> String {
    render::harmless(text, Look::PIPE)
}

/// Candidates for the word that ends at a byte position.
pub fn complete(text: &str, position: usize, catalogue: &Catalogue) -> Completion {
    let position = word::boundary(text, position);
    let start = entry_start(text, position);
    let entry = &text[start..position];
    if entry.starts_with('\\') {
        return commands::complete_command(text, start, position, catalogue);
    }
    if word::is_in_comment(entry) {
        return nothing(position);
    }
    for word in word::readings(text, start, position) {
        let before = &text[start..word.start];
        let candidates = chosen(offered(before, &word, catalogue), &word);
        if !candidates.is_empty() {
            return Completion {
                start: word.start,
                candidates,
                is_file: false,
            };
        }
    }
    nothing(position)
}

fn nothing(position: usize) -> Completion {
    Completion {
        start: position,
        ..Completion::default()
    }
}

/// What may stand after a text, in the words of the grammar.
pub(super) fn places(before: &str, catalogue: &Catalogue) -> Vec<Next> {
    let mut next = Vec::new();
    let is_definition = input::begins_as_definition(before);
    if is_definition {
        next.extend(syntax::in_definition(before));
    }
    let first = before.split_whitespace().next().unwrap_or("");
    if !is_definition || catalogue.formula(first).is_some() {
        next.extend(in_query(before, catalogue));
    }
    next
}

/// A query, or clauses that refine the last one.
fn in_query(before: &str, catalogue: &Catalogue) -> Vec<Next> {
    let (clauses, refines) = match input::refinement_before(before) {
        Some(clauses) => (clauses, true),
        None => (before, false),
    };
    let mut next = syntax::in_query(clauses);
    if refines && clauses.trim().is_empty() {
        next.retain(|next| matches!(&next.slot, Slot::Keyword(word) if keywords::is_clause(word)));
    }
    let is_sound = |next: &Next| {
        let function = next.function.as_deref();
        function.is_none_or(|name| functions::find(name).is_some())
            && next.about.iter().all(|named| match named {
                Named::Table(name) => catalogue.table(name).is_some(),
                Named::Formula(name) => catalogue.formula(name).is_some(),
            })
    };
    // `count` might be a KPI's name, `mttr` a function's: what is known is meant.
    if next.iter().any(is_sound) {
        next.retain(is_sound);
    }
    next
}

/// All candidates for the place before a word, the likeliest first.
fn offered(before: &str, word: &Word, catalogue: &Catalogue) -> Vec<Candidate> {
    let mut next = places(before, catalogue);
    if word.is_quoted {
        next.retain(|next| matches!(next.slot, Slot::Value | Slot::Weight));
    }
    if word.is_long {
        next.retain(|next| matches!(next.slot, Slot::Value | Slot::Weight | Slot::Date));
    }
    next.retain(|next| !is_idle_with(next));
    let mut candidates: Vec<Candidate> = Vec::new();
    for next in &next {
        candidates.extend(slots::candidates(next, word, catalogue));
    }
    if before.trim().is_empty() {
        candidates.extend(keywords::definitions());
    }
    candidates.extend(keywords::candidates(&next));
    unique(candidates)
}

/// A `with` that would begin the test of a function that has none.
fn is_idle_with(next: &Next) -> bool {
    let function = next.function.as_deref().and_then(functions::find);
    let tests = function.is_some_and(|(own, _)| own.takes == functions::Takes::Test);
    next.slot == Slot::Keyword("with".to_string()) && next.function.is_some() && !tests
}

/// The names that may follow a text; words of the language left out.
pub(super) fn following(before: &str, catalogue: &Catalogue) -> Vec<String> {
    let word = Word::plain(before.len(), "");
    let next = places(before, catalogue);
    let candidates = next
        .iter()
        .flat_map(|next| slots::candidates(next, &word, catalogue));
    let candidates = unique(candidates.collect()).into_iter();
    candidates.map(|own| own.replacement).collect()
}

/// The first of each name counts. What cannot be shown cannot be chosen either.
fn unique(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut known = std::collections::BTreeSet::new();
    candidates.retain(|own| {
        !own.replacement.chars().any(render::is_harmful) && known.insert(own.replacement.clone())
    });
    candidates
}

/// Those that begin with the word, then those that hold it; after a typo, what it is nearest to.
fn chosen(candidates: Vec<Candidate>, word: &Word) -> Vec<Candidate> {
    if word.typed.is_empty() {
        return candidates.into_iter().map(|own| word.fit(own)).collect();
    }
    let typed = word.typed.to_lowercase();
    let mut beginning = Vec::new();
    let mut holding = Vec::new();
    for candidate in &candidates {
        let name = word::bare(&candidate.replacement).to_lowercase();
        if name.starts_with(&typed) {
            beginning.push(candidate.clone());
        } else if name.contains(&typed) {
            holding.push(candidate.clone());
        }
    }
    beginning.extend(holding);
    if beginning.is_empty() && !word.is_long {
        beginning.extend(meant(&candidates, word));
    }
    beginning.into_iter().map(|own| word.fit(own)).collect()
}

fn meant(candidates: &[Candidate], word: &Word) -> Option<Candidate> {
    if functions::find(&word.typed).is_some() || word.typed.chars().count() < 2 {
        return None;
    }
    let names = candidates.iter().map(|own| word::bare(&own.replacement));
    let near = nearest(&word.typed, names)?;
    let found = candidates
        .iter()
        .find(|own| word::bare(&own.replacement) == near)?;
    Some(Candidate {
        about: match found.about.as_str() {
            "" => "did you mean this?".to_string(),
            about => format!("did you mean this? {about}"),
        },
        ..found.clone()
    })
}
