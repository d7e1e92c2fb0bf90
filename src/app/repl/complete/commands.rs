//! Commands and their arguments as candidates.

use super::fields::{self, name, nouns};
use super::{Candidate, Completion, chosen, complete, times, unique, word};
use crate::app::repl::catalogue::{Catalogue, KpiWords};
use crate::app::repl::commands::{ArgumentKind, COMMANDS, SessionCommand};
use crate::render::OutputFormat;
use word::Word;

const PERIODS: &[&str] = &["last", "this", "past", "in", "from", "none"];

/// Candidates in a command that begins at `start`.
pub(super) fn complete_command(
    text: &str,
    start: usize,
    position: usize,
    catalogue: &Catalogue,
) -> Completion {
    let typed = &text[start..position];
    let Some(end) = typed.find(char::is_whitespace) else {
        return found(commands("\\"), start, typed);
    };
    let command = COMMANDS
        .iter()
        .find(|command| command.name == &typed[1..end]);
    let Some(takes) = command.map(|command| command.takes) else {
        return found(Vec::new(), position, "");
    };
    let arguments = &typed[end..];
    let words = arguments.trim_end_matches(|letter: char| !letter.is_whitespace());
    let place = words.split_whitespace().count();
    let word_start = start + end + words.len();
    let Some(takes) = takes.get(place).or_else(|| takes.last()) else {
        return found(Vec::new(), position, "");
    };
    if matches!(takes, ArgumentKind::Query) || (*takes == ArgumentKind::Period && place > 0) {
        return shifted(&text[start + end..position], start + end, catalogue);
    }
    let word = &text[word_start..position];
    if *takes == ArgumentKind::File {
        return Completion {
            is_file: true,
            ..found(Vec::new(), word_start, word)
        };
    }
    found(arguments_of(*takes, catalogue), word_start, word)
}

/// A query inside a command, its places counted in the whole text.
fn shifted(query: &str, start: usize, catalogue: &Catalogue) -> Completion {
    let blank = query.len() - query.trim_start().len();
    let query = &query[blank..];
    let inner = complete(query, query.len(), catalogue);
    Completion {
        start: inner.start + start + blank,
        ..inner
    }
}

fn found(candidates: Vec<Candidate>, start: usize, typed: &str) -> Completion {
    Completion {
        start,
        candidates: chosen(unique(candidates), &Word::plain(start, typed)),
        is_file: false,
    }
}

fn commands(before: &str) -> Vec<Candidate> {
    let about = |command: &SessionCommand| match command.arguments {
        "" => command.help.to_string(),
        arguments => format!("{arguments}: {}", command.help),
    };
    let commands = COMMANDS.iter();
    commands
        .map(|command| Candidate::new(format!("{before}{}", command.name), about(command)))
        .collect()
}

fn arguments_of(takes: ArgumentKind, catalogue: &Catalogue) -> Vec<Candidate> {
    match takes {
        ArgumentKind::Query | ArgumentKind::File | ArgumentKind::NewName => Vec::new(),
        ArgumentKind::Kpi => formulas(&catalogue.kpis),
        ArgumentKind::Definition => definitions(catalogue),
        ArgumentKind::Table => fields::table_candidates(catalogue),
        ArgumentKind::Field => all_fields(catalogue),
        ArgumentKind::Date => {
            let latest = Candidate::new("latest", "the latest event in the data");
            [vec![latest], times::dates(catalogue)].concat()
        }
        ArgumentKind::Period => words(PERIODS),
        ArgumentKind::Format => words(&OutputFormat::ALL.map(OutputFormat::name)),
        ArgumentKind::Command => commands(""),
        ArgumentKind::Words(list) => words(list),
    }
}

fn words(words: &[&str]) -> Vec<Candidate> {
    let about = |word: &str| super::keyword_meaning(word).unwrap_or_default();
    let words = words.iter();
    words
        .map(|word| Candidate::new(*word, about(word)))
        .collect()
}

fn formulas(formulas: &[KpiWords]) -> Vec<Candidate> {
    let formulas = formulas.iter();
    formulas
        .map(|own| Candidate::new(name(&own.name), own.about.clone()))
        .collect()
}

fn definitions(catalogue: &Catalogue) -> Vec<Candidate> {
    let conditions = catalogue.conditions.iter();
    let conditions = conditions.map(|own| Candidate::new(name(&own.name), own.about.clone()));
    let mut found = [formulas(&catalogue.kpis), formulas(&catalogue.views)].concat();
    found.extend(nouns(&catalogue.dashboards));
    found.extend(conditions);
    found.extend(nouns(&catalogue.scores));
    found.extend(nouns(&catalogue.slas));
    found.extend(fields::table_candidates(catalogue));
    found.extend(nouns(&catalogue.scales));
    found
}

/// Fields by their name, and again with their table.
fn all_fields(catalogue: &Catalogue) -> Vec<Candidate> {
    let alone = fields::fields(&[], catalogue);
    let mut found: Vec<Candidate> = alone
        .iter()
        .map(|(_, _, field)| fields::candidate(field))
        .collect();
    for table in &catalogue.tables {
        for field in &table.fields {
            let written = format!("{}.{}", name(&table.name), name(&field.name));
            found.push(Candidate::new(written, field.about.clone()));
        }
    }
    found
}
