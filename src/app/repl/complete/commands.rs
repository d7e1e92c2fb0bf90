//! Commands and their arguments as candidates.

use super::fields::{self, name, nouns};
use super::{Candidate, Completion, chosen, complete, times, unique, word};
use crate::app::repl::catalogue::{Catalogue, KpiWords};
use crate::app::repl::commands::{ArgumentKind, COMMANDS, SessionCommand};
use crate::render::OutputFormat;
use word::Word;

const PERIODS: &[&str] = &["last", "this", "past", "in", "from"];

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
    let Some(command) = command else {
        return found(Vec::new(), position, "");
    };
    let takes = command.takes;
    let arguments = &typed[end..];
    let words = arguments.trim_end_matches(|letter: char| !letter.is_whitespace());
    let place = words.split_whitespace().count();
    let word_start = start + end + words.len();
    let repeated = takes.last().filter(|last| is_repeated(**last, command));
    let Some(takes) = takes.get(place).or(repeated) else {
        return found(Vec::new(), position, "");
    };
    if matches!(takes, ArgumentKind::Query) || (*takes == ArgumentKind::Period && place > 0) {
        let start = start + end + word_before_query(arguments, command);
        return shifted(&text[start..position], start, catalogue);
    }
    let word = &text[word_start..position];
    if *takes == ArgumentKind::File {
        return Completion {
            is_file: true,
            ..found(Vec::new(), word_start, word)
        };
    }
    let given: Vec<&str> = words.split_whitespace().collect();
    if let (ArgumentKind::Words(list), Some(ArgumentKind::Query)) =
        (takes, takes_next(command, place))
    {
        return word_or_query(&text[start + end..position], start + end, list, catalogue);
    }
    found(arguments_of(*takes, &given, catalogue), word_start, word)
}

/// Whether what the last argument is may stand again: a query and a period have several words.
fn is_repeated(last: ArgumentKind, command: &SessionCommand) -> bool {
    matches!(last, ArgumentKind::Query | ArgumentKind::Period) || command.arguments.contains('…')
}

/// The length of the word that may stand before a query, where it does: `\chart bar`.
fn word_before_query(arguments: &str, command: &SessionCommand) -> usize {
    let Some(ArgumentKind::Words(list)) = command.takes.first() else {
        return 0;
    };
    let rest = arguments.trim_start();
    let word = rest.split_whitespace().next().unwrap_or("");
    match list.contains(&word) && rest.len() > word.len() {
        true => arguments.len() - rest.len() + word.len(),
        false => 0,
    }
}

fn takes_next(command: &SessionCommand, place: usize) -> Option<ArgumentKind> {
    command.takes.get(place + 1).copied()
}

/// One of some words, or a query without one.
fn word_or_query(typed: &str, start: usize, list: &[&str], catalogue: &Catalogue) -> Completion {
    let query = shifted(typed, start, catalogue);
    let word = typed.trim_start();
    let mut both = found(words(list), start + typed.len() - word.len(), word);
    if both.start == query.start {
        both.candidates.extend(query.candidates);
        return both;
    }
    query
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

/// Candidates for an argument behind those that are given.
fn arguments_of(takes: ArgumentKind, given: &[&str], catalogue: &Catalogue) -> Vec<Candidate> {
    match takes {
        ArgumentKind::Query | ArgumentKind::File | ArgumentKind::NewName => Vec::new(),
        ArgumentKind::Kpi => formulas(&catalogue.kpis),
        ArgumentKind::Definition => definitions(catalogue),
        ArgumentKind::Field => all_fields(catalogue),
        ArgumentKind::TableOrField => {
            [fields::table_candidates(catalogue), all_fields(catalogue)].concat()
        }
        ArgumentKind::Dashboard => dashboards(catalogue),
        ArgumentKind::Layer => {
            let name = given.first().map_or("", |name| name.trim_matches('`'));
            let named = catalogue.dashboards.iter().find(|own| own.name == name);
            named.map_or_else(Vec::new, |own| nouns(&own.layers))
        }
        ArgumentKind::ScorecardLayer => {
            let first = catalogue.dashboards.first();
            let layers = first.map_or_else(Vec::new, |own| nouns(&own.layers));
            let other = Candidate::new("other", "KPIs that the first dashboard does not name");
            [layers, vec![other]].concat()
        }
        ArgumentKind::Date => {
            let latest = Candidate::new("latest", "the latest event in the data");
            [vec![latest], times::dates(catalogue)].concat()
        }
        ArgumentKind::Period => periods(),
        ArgumentKind::Format => words(&OutputFormat::ALL.map(OutputFormat::name)),
        ArgumentKind::Command => commands(""),
        ArgumentKind::Words(list) => words(list),
    }
}

/// Words of a command: `on`, `table`. What the language means by them is another matter.
fn words(words: &[&str]) -> Vec<Candidate> {
    words.iter().map(|word| Candidate::new(*word, "")).collect()
}

fn periods() -> Vec<Candidate> {
    let about = |word: &str| super::keyword_meaning(word, "", None).unwrap_or_default();
    let periods = PERIODS.iter();
    let mut periods: Vec<Candidate> = periods
        .map(|word| Candidate::new(*word, about(word)))
        .collect();
    periods.push(Candidate::new("none", "queries without a period have none"));
    periods
}

fn dashboards(catalogue: &Catalogue) -> Vec<Candidate> {
    let dashboards = catalogue.dashboards.iter();
    dashboards
        .map(|own| Candidate::new(name(&own.name), own.about.clone()))
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
    found.extend(dashboards(catalogue));
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
