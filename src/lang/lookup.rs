//! What a name means that somebody types about definitions: `mttr`, `kpi mttr`, `findings.severity`.

use std::collections::BTreeSet;

use crate::base::diagnostic::{Diagnostic, nearest};
use crate::lang::model::{Symbol, SymbolId, SymbolKind, SymbolTable};

/// The symbols that are meant, one unless `field NAME` is of several tables.
///
/// # Errors
///
/// Nothing of a kind in `kinds` is called so (K911), or several things are (K912).
pub fn lookup(
    symbols: &SymbolTable,
    kinds: &[SymbolKind],
    typed: &str,
) -> Result<Vec<SymbolId>, Diagnostic> {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let (kind, name) = match words.as_slice() {
        [name] => (None, *name),
        [kind, name] => (Some(*kind), *name),
        _ => return Err(no_name(kinds, typed)),
    };
    if let Some(kind) = kind
        && !kinds.iter().any(|known| known.is_called(kind))
    {
        return Err(unknown_kind(kinds, kind));
    }
    let is_meant = |symbol: &Symbol| {
        let named = symbol.name == plain(name) || symbol.path() == plain(name);
        kinds.contains(&symbol.kind) && named && kind.is_none_or(|kind| symbol.kind.is_called(kind))
    };
    let found: Vec<SymbolId> = symbols
        .iter()
        .filter(|(_, symbol)| is_meant(symbol))
        .map(|(id, _)| id)
        .collect();
    match found.as_slice() {
        [] => Err(unknown(symbols, kinds, kind, name)),
        [_] => Ok(found),
        several if kind.is_some_and(|kind| SymbolKind::Column.is_called(kind)) => {
            Ok(several.to_vec())
        }
        several => Err(ambiguous(symbols, kind, name, several)),
    }
}

/// A name without the back-ticks it may stand in.
pub fn plain(name: &str) -> &str {
    let bare = name
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    bare.unwrap_or(name)
}

/// What to type for a symbol where nothing else can be meant.
fn typed_as(symbol: &Symbol, kind_is_known: bool) -> String {
    match kind_is_known {
        true => format!("`{}`", symbol.path()),
        false => format!("`{}`", symbol.label()),
    }
}

fn words_of(kinds: &[SymbolKind]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(", ")
}

fn no_name(kinds: &[SymbolKind], typed: &str) -> Diagnostic {
    Diagnostic::data("K911", format!("`{typed}` is no name"))
        .help("write a name, or a kind and a name: `kpi mttr`")
        .help(format!("kinds are {}", words_of(kinds)))
}

fn unknown_kind(kinds: &[SymbolKind], kind: &str) -> Diagnostic {
    let problem = Diagnostic::data("K911", format!("`{kind}` is no kind of definition"));
    let near = nearest(kind, kinds.iter().map(|kind| kind.word()));
    let problem = match near {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    };
    problem.help(format!("kinds are {}", words_of(kinds)))
}

fn unknown(
    symbols: &SymbolTable,
    kinds: &[SymbolKind],
    kind: Option<&str>,
    name: &str,
) -> Diagnostic {
    let what = match kind {
        Some(kind) => format!("there is no {kind} `{name}`"),
        None => format!("nothing is called `{name}`"),
    };
    let problem = Diagnostic::data("K911", what);
    let known = symbols
        .symbols
        .iter()
        .filter(|symbol| kinds.contains(&symbol.kind));
    let of_kind = known
        .clone()
        .filter(|symbol| kind.is_none_or(|kind| symbol.kind.is_called(kind)));
    let names: Vec<String> = of_kind
        .flat_map(|symbol| [symbol.name.clone(), symbol.path()])
        .collect();
    if let Some(near) = nearest(plain(name), names.iter().map(String::as_str)) {
        return problem.help(format!("did you mean `{near}`?"));
    }
    let of_other_kind: BTreeSet<String> = known
        .filter(|symbol| symbol.name == plain(name))
        .map(|symbol| typed_as(symbol, false))
        .collect();
    match of_other_kind.is_empty() {
        true => problem.help("all names: riskql lineage"),
        false => problem.help(format!("there is {}", joined(of_other_kind))),
    }
}

fn ambiguous(
    symbols: &SymbolTable,
    kind: Option<&str>,
    name: &str,
    several: &[SymbolId],
) -> Diagnostic {
    let meant = several.iter().map(|id| symbols.get(*id));
    let choices: BTreeSet<String> = meant
        .clone()
        .map(|symbol| typed_as(symbol, kind.is_some()))
        .collect();
    let problem = Diagnostic::data("K912", format!("`{name}` names several things"))
        .help(format!("write one of {}", joined(choices)));
    let are_fields = meant
        .clone()
        .all(|symbol| SymbolKind::Column.is_called(symbol.kind.word()));
    match are_fields {
        true => problem.help(format!("for the field of all these tables: `field {name}`")),
        false => problem,
    }
}

fn joined(names: BTreeSet<String>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}
