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

use super::candidate::{self, Candidate};
use super::catalogue::Catalogue;
use super::input;
use crate::base::diagnostic::nearest;
use crate::lang::functions;
use crate::lang::functions::Takes;
use crate::lang::syntax::{self, CompletionSlot, NameBeforeCursor, Next};
use crate::render;
use word::Word;

/// Candidates for the word at the cursor.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Byte at which the word begins that a candidate replaces; it ends at the cursor.
    pub start: usize,
    pub candidates: Vec<Candidate>,
    /// The word is the start of a file's name. `paths` completes it: nothing here reads the file system.
    pub is_file: bool,
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
        next.retain(
            |next| matches!(&next.slot, CompletionSlot::Keyword(word) if keywords::is_clause(word)),
        );
    }
    // `count` might be a KPI's name, `mttr` a function's: what is known is meant.
    if next.iter().any(|next| is_sound(next, catalogue)) {
        next.retain(|next| is_sound(next, catalogue));
    }
    next.retain(|next| fits_function(next) && fits_tested(next, catalogue));
    next
}

/// Whether all names before a place are known.
fn is_sound(next: &Next, catalogue: &Catalogue) -> bool {
    let is_condition = |name: &String| catalogue.conditions.iter().any(|own| own.name == *name);
    let function = next.function.as_deref();
    let measured = next.measured.as_deref();
    function.is_none_or(|name| functions::find(name).is_some())
        && measured.is_none_or(|name| is_measurable(name, catalogue))
        && next.alone.iter().all(is_condition)
        && next.about.iter().all(|named| match named {
            NameBeforeCursor::Table(name) => catalogue.table(name).is_some(),
            NameBeforeCursor::Formula(name) => catalogue.formula(name).is_some(),
        })
}

fn is_measurable(written: &str, catalogue: &Catalogue) -> bool {
    let name = written.rsplit('.').next().unwrap_or(written);
    let tables = catalogue.tables.iter();
    let mut fields = tables.flat_map(|table| &table.fields);
    written.contains(char::is_whitespace)
        || fields.any(|field| field.name == name)
        || catalogue.scores.iter().any(|score| score.name == name)
}

/// Whether a word may follow the name before it: only an event is `within` a time.
fn fits_tested(next: &Next, catalogue: &Catalogue) -> bool {
    let (CompletionSlot::Keyword(word), Some((_, name))) = (&next.slot, &next.field) else {
        return true;
    };
    let tables = catalogue.tables.iter();
    let has_event = tables.clone().flat_map(|table| &table.events);
    let has_field = tables.flat_map(|table| &table.fields);
    match word.as_str() {
        "within" => has_event.into_iter().any(|event| event.name == *name),
        "in" | "not" | "is" => has_field.into_iter().any(|field| field.name == *name),
        _ => true,
    }
}

/// Whether a word may follow the function before it: `count` measures nothing, `mean` must, and only
/// `share` has a test.
fn fits_function(next: &Next) -> bool {
    let Some((function, _)) = next.function.as_deref().and_then(functions::find) else {
        return true;
    };
    let CompletionSlot::Keyword(word) = &next.slot else {
        return true;
    };
    let counts_rows = match function.takes {
        Takes::Rows | Takes::Test => true,
        Takes::Number | Takes::Field | Takes::Lifetime => false,
    };
    match word.as_str() {
        "of" => counts_rows || next.measured.is_some(),
        "time" => matches!(function.takes, Takes::Number | Takes::Lifetime),
        "with" => function.takes == Takes::Test,
        _ => true,
    }
}

/// All candidates for the place before a word, the likeliest first.
fn offered(before: &str, word: &Word, catalogue: &Catalogue) -> Vec<Candidate> {
    let mut next = places(before, catalogue);
    if word.is_quoted {
        next.retain(|next| matches!(next.slot, CompletionSlot::Value | CompletionSlot::Weight));
    }
    if word.is_long {
        next.retain(|next| {
            matches!(
                next.slot,
                CompletionSlot::Value | CompletionSlot::Weight | CompletionSlot::Date
            )
        });
    }
    next.sort_by_key(|next| next.slot != CompletionSlot::Formula);
    let is_value = |next: &&Next| matches!(next.slot, CompletionSlot::Value);
    let of = |next: &Next| slots::candidates(next, word, catalogue);
    // Values are many, and different from each other already.
    let values = next.iter().find(is_value).map_or_else(Vec::new, of);
    let is_date = |next: &&Next| matches!(next.slot, CompletionSlot::Date);
    let others = next.iter().filter(|next| !is_value(next) && !is_date(next));
    let mut candidates: Vec<Candidate> = others.flat_map(of).collect();
    if !input::has_code(before) {
        candidates.extend(keywords::definitions());
    }
    candidates.extend(keywords::candidates(before, &next));
    // After `versus`, a word is likelier than one of the many dates.
    candidates.extend(next.iter().filter(is_date).flat_map(of));
    [values, unique(candidates)].concat()
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

/// Those that begin with the word; if none does, those that hold it; after a typo, what it is nearest to.
fn chosen(candidates: Vec<Candidate>, word: &Word) -> Vec<Candidate> {
    if word.typed.is_empty() {
        return candidates.into_iter().map(|own| word.fit(own)).collect();
    }
    let typed = word.typed.to_lowercase();
    let having = |test: &dyn Fn(&str) -> bool| -> Vec<Candidate> {
        let name = |own: &Candidate| candidate::bare(&own.replacement).to_lowercase();
        let having = candidates.iter().filter(|own| test(&name(own)));
        having.cloned().collect()
    };
    let mut found = having(&|name| name.starts_with(&typed));
    if found.is_empty() {
        found = having(&|name| name.contains(&typed));
    }
    if found.is_empty() && !word.is_long {
        found.extend(meant(&candidates, word));
    }
    found.into_iter().map(|own| word.fit(own)).collect()
}

fn meant(candidates: &[Candidate], word: &Word) -> Option<Candidate> {
    if functions::find(&word.typed).is_some() || word.typed.chars().count() < 2 {
        return None;
    }
    let names = candidates
        .iter()
        .map(|own| candidate::bare(&own.replacement));
    let near = nearest(&word.typed, names)?;
    let found = candidates
        .iter()
        .find(|own| candidate::bare(&own.replacement) == near)?;
    Some(Candidate {
        about: match found.about.as_str() {
            "" => "did you mean this?".to_string(),
            about => format!("did you mean this? {about}"),
        },
        ..found.clone()
    })
}
