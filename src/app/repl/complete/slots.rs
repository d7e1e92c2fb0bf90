//! A place of the grammar → its candidates.

use super::fields::{self, name, nouns, roles};
use super::word::Word;
use super::{Candidate, times, values};
use crate::app::repl::catalogue::{Catalogue, KpiWords};
use crate::base::types::{DisplayUnit, TimeUnit};
use crate::lang::functions::{self, Takes};
use crate::lang::syntax::{CompletionSlot, NameBeforeCursor, Next};

/// Candidates for a place; none for keywords, which come after all of them.
pub(super) fn candidates(next: &Next, word: &Word, catalogue: &Catalogue) -> Vec<Candidate> {
    let about = next.about.as_slice();
    match &next.slot {
        CompletionSlot::Comparison => comparisons(next, catalogue),
        CompletionSlot::Formula => formulas(about, catalogue),
        CompletionSlot::Function => nouns(&catalogue.functions),
        CompletionSlot::Table => fields::table_candidates(catalogue),
        CompletionSlot::Role => roles(about, catalogue, |table| {
            [nouns(&table.events), nouns(&table.states)].concat()
        }),
        CompletionSlot::Event => roles(about, catalogue, |table| nouns(&table.events)),
        CompletionSlot::State => roles(about, catalogue, |table| nouns(&table.states)),
        CompletionSlot::Tested => tested(about, catalogue),
        CompletionSlot::Dimension | CompletionSlot::Field => field_names(about, catalogue),
        CompletionSlot::FieldOf(table) => {
            field_names(&[NameBeforeCursor::Table(table.clone())], catalogue)
        }
        CompletionSlot::Measured => measured(next, catalogue),
        CompletionSlot::SortKey => {
            [meant(about, catalogue), field_names(about, catalogue)].concat()
        }
        CompletionSlot::Rank => meant(about, catalogue),
        CompletionSlot::Value | CompletionSlot::Weight => {
            next.field.as_ref().map_or_else(Vec::new, |field| {
                values::candidates(about, field, word, catalogue)
            })
        }
        CompletionSlot::Date => times::dates(catalogue),
        CompletionSlot::Count => times::counts(),
        CompletionSlot::Grain { is_plural } => times::grains(*is_plural),
        CompletionSlot::TimeUnit => times::units(),
        CompletionSlot::Moment => times::moments(),
        CompletionSlot::Unit => units(),
        CompletionSlot::FieldType => words(&["text", "number", "yesno", "date"]),
        CompletionSlot::Scale => nouns(&catalogue.scales),
        CompletionSlot::CardKind => words(&[
            "verdict", "number", "line", "area", "matrix", "table", "list",
        ]),
        CompletionSlot::Weekday => words(&["monday", "sunday", "saturday"]),
        CompletionSlot::MonthName => words(&["january", "april", "july", "october"]),
        CompletionSlot::List if word.typed.is_empty() => {
            vec![Candidate::new("(", "a list of values")]
        }
        CompletionSlot::List
        | CompletionSlot::Comma
        | CompletionSlot::ScaleValue
        | CompletionSlot::Text
        | CompletionSlot::NewName
        | CompletionSlot::Column
        | CompletionSlot::Keyword(_) => Vec::new(),
    }
}

fn words(words: &[&str]) -> Vec<Candidate> {
    words.iter().map(|word| Candidate::new(*word, "")).collect()
}

fn comparisons(next: &Next, catalogue: &Catalogue) -> Vec<Candidate> {
    use crate::app::repl::catalogue::FieldKind;
    let field = next.field.as_ref();
    let Some((_, _, words)) = field.and_then(|field| values::field(&next.about, field, catalogue))
    else {
        return Vec::new();
    };
    let signs: &[(&str, &str)] = match words.kind {
        FieldKind::Text | FieldKind::YesNo => &[("=", "equal"), ("!=", "not equal")],
        FieldKind::Number | FieldKind::Date | FieldKind::Scale(_) => &[
            ("=", "equal"),
            ("!=", "not equal"),
            (">=", "at least"),
            ("<=", "at most"),
            (">", "more than"),
            ("<", "less than"),
        ],
    };
    let signs = signs.iter();
    signs
        .map(|(sign, about)| Candidate::new(*sign, *about))
        .collect()
}

/// KPIs, and views where the query has nothing else yet.
fn formulas(about: &[NameBeforeCursor], catalogue: &Catalogue) -> Vec<Candidate> {
    let is_named = |own: &&KpiWords| {
        about
            .iter()
            .any(|named| matches!(named, NameBeforeCursor::Formula(known) if *known == own.name))
    };
    let views: &[KpiWords] = match about.is_empty() {
        true => &catalogue.views,
        false => &[],
    };
    let all = catalogue.kpis.iter().chain(views);
    let mut all: Vec<&KpiWords> = all.collect();
    // A second mention is rarely meant, but `escape_rate / escape_rate` is no mistake.
    all.sort_by_key(is_named);
    all.into_iter().map(formula).collect()
}

fn formula(own: &KpiWords) -> Candidate {
    Candidate::new(name(&own.name), own.about.clone())
}

/// The KPIs that the query asks for; of everything, all.
fn meant(about: &[NameBeforeCursor], catalogue: &Catalogue) -> Vec<Candidate> {
    let named = about.iter().filter_map(|named| match named {
        NameBeforeCursor::Formula(name) => catalogue.kpis.iter().find(|kpi| kpi.name == *name),
        NameBeforeCursor::Table(_) => None,
    });
    match about.is_empty() {
        true => catalogue.kpis.iter().map(formula).collect(),
        false => named.map(formula).collect(),
    }
}

fn field_names(about: &[NameBeforeCursor], catalogue: &Catalogue) -> Vec<Candidate> {
    let fields = fields::fields(about, catalogue);
    fields
        .iter()
        .map(|(_, _, field)| fields::candidate(field))
        .collect()
}

/// What a condition may begin with: fields, conditions, events.
fn tested(about: &[NameBeforeCursor], catalogue: &Catalogue) -> Vec<Candidate> {
    let tables = fields::tables(about, catalogue);
    let conditions = catalogue.conditions.iter();
    let fitting = conditions.filter(|own| tables.iter().all(|table| own.tables.contains(table)));
    let mut found = field_names(about, catalogue);
    found.extend(fitting.map(|own| Candidate::new(name(&own.name), own.about.clone())));
    found.extend(roles(about, catalogue, |table| nouns(&table.events)));
    found.extend(roles(about, catalogue, |table| nouns(&table.states)));
    found
}

/// What a function may measure; nothing for those that count rows.
fn measured(next: &Next, catalogue: &Catalogue) -> Vec<Candidate> {
    let function = next.function.as_deref().and_then(functions::find);
    let takes = function.map(|(function, _)| function.takes);
    match takes {
        Some(Takes::Rows | Takes::Test | Takes::Lifetime) => Vec::new(),
        Some(Takes::Field) => field_names(&next.about, catalogue),
        Some(Takes::Number) | None => {
            let fields = fields::fields(&next.about, catalogue);
            let numbers = fields
                .iter()
                .filter(|(_, _, field)| fields::is_number(field));
            let numbers = numbers.map(|(_, _, field)| fields::candidate(field));
            nouns(&catalogue.scores)
                .into_iter()
                .chain(numbers)
                .collect()
        }
    }
}

fn units() -> Vec<Candidate> {
    let units = [
        DisplayUnit::Time(TimeUnit::Days),
        DisplayUnit::Time(TimeUnit::Hours),
        DisplayUnit::Time(TimeUnit::Weeks),
        DisplayUnit::Time(TimeUnit::Minutes),
        DisplayUnit::Percent,
        DisplayUnit::Count,
        DisplayUnit::Points,
        DisplayUnit::Ratio,
    ];
    units.map(|unit| Candidate::new(unit.word(), "")).to_vec()
}
