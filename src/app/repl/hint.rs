//! The line below the line: what the word at the cursor is, and what its clause expects.

use super::candidate;
use super::catalogue::{Catalogue, FieldWords, KnownValues, KpiWords, Noun, TableWords};
use super::commands::COMMANDS;
use super::complete::{self, entry_start, fields, keyword_meaning, values, word};
use crate::lang::functions;
use crate::lang::syntax::{self, CompletionSlot, Grids, Next, Token, TokenKind};

/// How many words before the cursor are asked what they are.
const FURTHEST_LOOK: usize = 4;
/// How many names a hint lists.
const MOST_NAMES: usize = 6;

/// A sentence about the place at the cursor, if there is something to say.
pub fn hint(text: &str, position: usize, catalogue: &Catalogue) -> Option<String> {
    let position = word::boundary(text, position);
    let start = entry_start(text, position);
    let end = position + rest_of_word(&text[position..]);
    let entry = &text[start..end];
    if entry.starts_with('\\') {
        return command(entry, catalogue);
    }
    if word::is_in_comment(&text[start..position]) {
        return None;
    }
    let tokens = syntax::scan(entry, Grids::Allowed);
    let mut code: Vec<&Token> = tokens
        .iter()
        .filter(|token| token.kind != TokenKind::Comment)
        .collect();
    while let Some(token) = code.pop() {
        let is_far = tokens
            .iter()
            .filter(|other| other.start > token.start)
            .count();
        if is_far >= FURTHEST_LOOK {
            return None;
        }
        if let Some(hint) = of_token(entry, token, catalogue) {
            return Some(candidate::harmless(&hint));
        }
    }
    None
}

/// The part of the word that stands behind the cursor.
fn rest_of_word(after: &str) -> usize {
    let rest = after.trim_start_matches(syntax::is_name_character);
    after.len() - rest.len()
}

fn command(entry: &str, catalogue: &Catalogue) -> Option<String> {
    let name = entry[1..].split_whitespace().next().unwrap_or("");
    let command = COMMANDS.iter().find(|command| command.name == name);
    if let Some(command) = command {
        let usage = format!("\\{} {}", command.name, command.arguments);
        return Some(format!("{}: {}", usage.trim_end(), command.help));
    }
    let matching = complete::complete(entry, entry.len(), catalogue).candidates;
    let names: Vec<String> = matching.into_iter().map(|own| own.replacement).collect();
    (!names.is_empty()).then(|| listed(&names))
}

/// What a word is in its place.
fn of_token(entry: &str, token: &Token, catalogue: &Catalogue) -> Option<String> {
    let word = entry[token.start..token.end].trim_matches('`');
    let places = complete::places(&entry[..token.start], catalogue);
    places
        .iter()
        .find_map(|next| of_place(next, word, &entry[..token.end], catalogue))
}

fn of_place(next: &Next, word: &str, until: &str, catalogue: &Catalogue) -> Option<String> {
    let about = &next.about;
    match &next.slot {
        CompletionSlot::Formula | CompletionSlot::Rank => catalogue.formula(word).map(formula),
        CompletionSlot::Function => function(word),
        CompletionSlot::Table => catalogue
            .table(word)
            .map(|table| of_table(&catalogue.tables[table])),
        CompletionSlot::Role | CompletionSlot::Event | CompletionSlot::State => {
            role(next, word, catalogue)
        }
        CompletionSlot::Tested => named_field(about, None, word, catalogue)
            .or_else(|| condition(word, catalogue))
            .or_else(|| role(next, word, catalogue)),
        CompletionSlot::Dimension | CompletionSlot::Field | CompletionSlot::Measured => {
            let score = catalogue.scores.iter().find(|own| own.name == word);
            named_field(about, None, word, catalogue).or_else(|| score.map(noun))
        }
        CompletionSlot::SortKey => catalogue
            .formula(word)
            .map(formula)
            .or_else(|| named_field(about, None, word, catalogue)),
        CompletionSlot::FieldOf(table) => named_field(about, Some(table.clone()), word, catalogue),
        CompletionSlot::Comparison
        | CompletionSlot::Value
        | CompletionSlot::Weight
        | CompletionSlot::List => {
            let is_sign = next.slot == CompletionSlot::Comparison && !is_comparison(word);
            let is_list = next.slot == CompletionSlot::List && word != "(";
            let (table, name) = next.field.clone().filter(|_| !is_sign && !is_list)?;
            named_field(about, table, &name, catalogue)
        }
        CompletionSlot::Keyword(own) if own == word => keyword(word, until, next, catalogue),
        CompletionSlot::Keyword(_)
        | CompletionSlot::Date
        | CompletionSlot::Count
        | CompletionSlot::Grain { .. }
        | CompletionSlot::TimeUnit
        | CompletionSlot::Moment
        | CompletionSlot::Unit
        | CompletionSlot::FieldType
        | CompletionSlot::Scale
        | CompletionSlot::ScaleValue
        | CompletionSlot::CardKind
        | CompletionSlot::Weekday
        | CompletionSlot::MonthName
        | CompletionSlot::Text
        | CompletionSlot::NewName
        | CompletionSlot::Column
        | CompletionSlot::Comma => None,
    }
}

fn is_comparison(word: &str) -> bool {
    matches!(word, "=" | "!=" | "<" | "<=" | ">" | ">=")
}

fn formula(own: &KpiWords) -> String {
    match own.targets.as_str() {
        "" => format!("{}: {}", own.name, own.about),
        targets => format!("{}: {}; target {targets}", own.name, own.about),
    }
}

fn noun(own: &Noun) -> String {
    match own.about.as_str() {
        "" => own.name.clone(),
        about => format!("{}: {about}", own.name),
    }
}

fn function(word: &str) -> Option<String> {
    let (function, _) = functions::find(word)?;
    let signature = function.signature.replace("p90", word);
    Some(format!("{signature}: {}", function.summary))
}

fn of_table(table: &TableWords) -> String {
    let mut words = vec![table.about.clone()];
    words.extend(table.rows.map(|rows| fields::rows_words(rows as u64)));
    words.retain(|words| !words.is_empty());
    let roles = table.events.iter().chain(&table.states);
    let roles: Vec<String> = roles.map(|noun| noun.name.clone()).collect();
    if !roles.is_empty() {
        words.push(listed(&roles));
    }
    format!("{}: {}", table.name, words.join("; "))
}

fn role(next: &Next, word: &str, catalogue: &Catalogue) -> Option<String> {
    let tables = fields::tables(&next.about, catalogue);
    let anywhere: Vec<usize> = (0..catalogue.tables.len()).collect();
    let of = if tables.is_empty() { anywhere } else { tables };
    let tables = of.iter().map(|table| &catalogue.tables[*table]);
    let mut roles = tables.flat_map(|table| table.events.iter().chain(&table.states));
    roles.find(|own| own.name == word).map(noun)
}

fn condition(word: &str, catalogue: &Catalogue) -> Option<String> {
    let own = catalogue.conditions.iter().find(|own| own.name == word)?;
    Some(format!("{}: {}", own.name, own.about))
}

fn named_field(
    about: &[syntax::NameBeforeCursor],
    table: Option<String>,
    name: &str,
    catalogue: &Catalogue,
) -> Option<String> {
    let (table, index, words) = values::field(about, &(table, name.to_string()), catalogue)?;
    Some(field(words, &catalogue.values(table, index)))
}

/// A field, its type, and the first of its values.
fn field(words: &FieldWords, values: &KnownValues) -> String {
    let about = format!("{}: {}", words.name, words.about);
    let values: Vec<String> = match values {
        KnownValues::Open => Vec::new(),
        KnownValues::Ordered(values) => {
            let counted = values.iter();
            let counted = counted.filter_map(|(name, rows)| Some((name, (*rows)?)));
            counted.map(with_rows).collect()
        }
        KnownValues::Found(values, _) => values
            .iter()
            .map(|(name, rows)| (name, *rows))
            .map(with_rows)
            .collect(),
    };
    match values.is_empty() {
        true => about,
        false => format!("{about}; {}", listed(&values)),
    }
}

fn with_rows((name, rows): (&String, u64)) -> String {
    format!("{name} {}", crate::render::count(rows))
}

/// `by FIELD, …: severity, app, team`
fn keyword(word: &str, until: &str, next: &Next, catalogue: &Catalogue) -> Option<String> {
    let before = until.strip_suffix(word).unwrap_or(until);
    let meaning = keyword_meaning(word, before, Some(next))?;
    let names = match word {
        "by" | "show" | "where" | "sort" | "list" | "any" | "of" => {
            complete::following(&format!("{until} "), catalogue)
        }
        _ => Vec::new(),
    };
    let meaning = match meaning.starts_with(word) {
        true => meaning.to_string(),
        false => format!("{word}: {meaning}"),
    };
    Some(match names.is_empty() {
        true => meaning,
        false => format!("{meaning} — {}", listed(&names)),
    })
}

/// The first names of a list, and whether there are more.
fn listed(names: &[String]) -> String {
    let first = names[..names.len().min(MOST_NAMES)].join(", ");
    match names.len() > MOST_NAMES {
        true => format!("{first}, …"),
        false => first,
    }
}
