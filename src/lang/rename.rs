//! Renaming: where a name is written, and whether all names still name what they did afterwards.
//!
//! Takes checked definitions and their texts; gives changed texts. Writes no file.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{SourceId, Sources, Span};
use crate::lang::format;
use crate::lang::model::{
    Definitions, NameForm, Symbol, SymbolId, SymbolKind, SymbolTable, singular,
};
use crate::lang::syntax;

/// The kinds that can be renamed. A test is named by a sentence, which nothing refers to.
pub const KINDS: &[SymbolKind] = SymbolKind::Test.before();

/// What a renaming changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenamePlan {
    /// The changed text of each file that changes.
    pub texts: BTreeMap<SourceId, String>,
    /// How many places were written anew.
    pub places: usize,
}

/// The texts after some symbols have a new name: one, or the fields of several tables that have one name.
///
/// # Errors
///
/// The new name cannot be one (K915), is taken (K914), or a place names something else too (K916). What an SLA adds to
/// a table has the name that the language gives it (K913).
pub fn rename(
    sources: &Sources,
    definitions: &Definitions,
    renamed: &[SymbolId],
    new: &str,
) -> Result<RenamePlan, Problems> {
    let symbols = &definitions.symbols;
    check_name(new)?;
    let mut problems = Problems::default();
    for id in renamed {
        let symbol = symbols.get(*id);
        refuse_given(symbols, *id, &mut problems);
        refuse_taken(sources, symbols, symbol, new, &mut problems);
    }
    refuse_shared(sources, symbols, renamed, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let edits = edits(symbols, renamed, new);
    let places = edits.len();
    let mut texts: BTreeMap<SourceId, String> = BTreeMap::new();
    // From the end, so that places before a change stay where they are.
    for (span, written) in edits.iter().rev() {
        let text = texts
            .entry(span.source)
            .or_insert_with(|| sources.get(span.source).text.clone());
        text.replace_range(span.start as usize..span.end as usize, written);
    }
    Ok(RenamePlan { texts, places })
}

/// The places of a renaming in their order, each once, and what stands there afterwards.
fn edits(symbols: &SymbolTable, renamed: &[SymbolId], new: &str) -> BTreeMap<Span, String> {
    let defined = renamed.iter().flat_map(|id| &symbols.get(*id).names);
    let mut edits: BTreeMap<Span, String> =
        defined.map(|span| (*span, format::name(new))).collect();
    for each in symbols
        .uses
        .iter()
        .filter(|each| renamed.contains(&each.symbol))
    {
        let Some(span) = each.span else { continue };
        let written = match &each.form {
            NameForm::Name => format::name(new),
            NameForm::Part => new.to_owned(),
            NameForm::Singular => format::name(&singular(new)),
            NameForm::Cell { suffix } => format::cell(&format!("{new}{suffix}")),
        };
        edits.insert(span, written);
    }
    edits
}

fn check_name(new: &str) -> Result<(), Problems> {
    let problem = |why: &str| Problems::from(Diagnostic::data("K915", format!("`{new}` {why}")));
    if syntax::is_reserved(new) {
        return Err(problem("is a word of the language")
            .help(format!("choose another name, such as `{new}_value`")));
    }
    let is_written = |letter: char| letter != '`' && !letter.is_control();
    let has_outer_blanks = new.trim() != new;
    if new.is_empty() || has_outer_blanks || !new.chars().all(is_written) {
        return Err(problem("cannot be a name")
            .help("names are letters, digits and `_`, and do not begin with a digit"));
    }
    Ok(())
}

fn refuse_given(symbols: &SymbolTable, id: SymbolId, problems: &mut Problems) {
    let symbol = symbols.get(id);
    let is_written = !symbol.names.is_empty() || symbol.kind == SymbolKind::Column;
    if !is_written {
        problems.push(
            Diagnostic::data(
                "K913",
                format!("{} is added by an sla, under this name", symbol.label()),
            )
            .help("the names of what an sla adds are fixed: due_at, breached, overdue"),
        );
    }
}

/// Two things of one kind have two names, and so have the nouns of a table.
fn refuse_taken(
    sources: &Sources,
    symbols: &SymbolTable,
    symbol: &Symbol,
    new: &str,
    problems: &mut Problems,
) {
    let is_noun = |kind| matches!(kind, SymbolKind::Event | SymbolKind::State);
    let is_field = |kind| matches!(kind, SymbolKind::Column | SymbolKind::Field);
    let is_asked = |kind| matches!(kind, SymbolKind::Kpi | SymbolKind::View);
    let is_of_one_kind = |other: SymbolKind| {
        let kind = symbol.kind;
        kind == other
            || (is_noun(kind) && is_noun(other))
            || (is_field(kind) && is_field(other))
            || (is_asked(kind) && is_asked(other))
    };
    let taken = symbols.symbols.iter().find(|other| {
        is_of_one_kind(other.kind) && other.table == symbol.table && other.name == new
    });
    let Some(taken) = taken else { return };
    let (line, _) = sources.line_column(taken.place);
    let file = &sources.get(taken.place.source).name;
    let message = match taken.name == symbol.name && taken.kind == symbol.kind {
        true => format!("{} is called so already", symbol.label()),
        false => format!("there is a {} already", taken.label()),
    };
    problems.push(
        Diagnostic::data("K914", message)
            .help(format!("it is at {file}:{line}; choose another name")),
    );
}

/// A place that stands for something else too cannot be written for both.
fn refuse_shared(
    sources: &Sources,
    symbols: &SymbolTable,
    renamed: &[SymbolId],
    problems: &mut Problems,
) {
    let mut meant: BTreeMap<Span, BTreeSet<SymbolId>> = BTreeMap::new();
    for each in &symbols.uses {
        if let Some(span) = each.span {
            meant.entry(span).or_default().insert(each.symbol);
        }
    }
    for (span, meant) in meant {
        let others: Vec<&Symbol> = meant
            .iter()
            .filter(|id| !renamed.contains(id))
            .map(|id| symbols.get(*id))
            .collect();
        if others.len() == meant.len() || others.is_empty() {
            continue;
        }
        let names: Vec<String> = others.iter().map(|other| other.label()).collect();
        let name = sources.slice(span);
        problems.push(
            Diagnostic::error(
                "K916",
                span,
                format!("this `{name}` also means {}", names.join(", ")),
            )
            .label("it can have only one name")
            .help(format!(
                "rename all of them: riskql rename field {} NEW",
                others[0].name
            )),
        );
    }
}

/// Whether every name names after a renaming what it named before (K917 where one does not): a new name may be found
/// before an old one of another kind.
pub fn check_meanings(
    before: &Definitions,
    after: &Definitions,
    renamed: &[SymbolId],
    new: &str,
) -> Result<(), Diagnostic> {
    let (old, now) = (&before.symbols, &after.symbols);
    let kept = old.symbols.len() == now.symbols.len()
        && old.iter().all(|(id, symbol)| {
            let other = now.get(id);
            let name = match renamed.contains(&id) {
                true => new,
                false => &symbol.name,
            };
            symbol.kind == other.kind && other.name == name
        })
        && old.uses.len() == now.uses.len()
        && old.uses.iter().zip(&now.uses).all(|(one, other)| {
            (one.symbol, one.user, one.is_dependency)
                == (other.symbol, other.user, other.is_dependency)
        });
    match kept {
        true => Ok(()),
        false => Err(Diagnostic::data(
            "K917",
            format!("after the renaming, a name would mean something else: `{new}` stands for something already"),
        )
        .help("choose another name")),
    }
}
