//! `\show NAME`: a definition, where it stands, who uses it, what its targets are now.

use std::collections::{BTreeMap, BTreeSet};

use super::kpis::target_in_words;
use super::words::instant;
use super::{ArgumentKind, SessionCommand, fields, loaded, welcome};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::Spanned;
use crate::lang::format;
use crate::lang::functions::{self, Function};
use crate::lang::model::{Formula, Kpi, SymbolId, SymbolTable, TableId, Target};
use crate::lang::project::ProjectOrigin;
use crate::lang::syntax::ast::{Comment, Definition, File};
use crate::render::{self, RenderOptions};

pub(super) const SHOW: SessionCommand = SessionCommand {
    name: "show",
    arguments: "[NAME]",
    help: "a definition, where it stands and who uses it; without a name, all there are",
    takes: &[ArgumentKind::Definition],
    run: show,
};

fn show(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let look = session.settings.look;
    let wanted = arguments.replace('`', "");
    if wanted.is_empty() {
        return Ok(Reply::shown(kinds(session)));
    }
    let found: BTreeSet<String> = session
        .workspace
        .labels()
        .into_iter()
        .filter(|label| is_named(label, &wanted))
        .collect();
    let mut texts: Vec<String> = Vec::new();
    for label in &found {
        texts.push(definition(session, label));
    }
    let function = wanted.strip_prefix("function ").unwrap_or(&wanted);
    if let Some((function, _)) = functions::find(function) {
        texts.push(function_text(session, function, look));
    }
    match texts.is_empty() {
        true => Err(unknown(session, &wanted)),
        false => Ok(Reply::shown(texts.join("\n"))),
    }
}

/// Whether a label such as `kpi mttr` is meant by `mttr` or `kpi mttr`.
fn is_named(label: &str, wanted: &str) -> bool {
    label == wanted || name_of(label) == wanted
}

/// The name in `kpi mttr`; a calendar has none.
fn name_of(label: &str) -> &str {
    label.split_once(' ').map_or(label, |(_, name)| name)
}

fn unknown(session: &Session, wanted: &str) -> Problems {
    let problem = Diagnostic::data("K963", format!("nothing is defined as `{wanted}`"));
    let labels = session.workspace.labels();
    let definitions = &session.workspace.definitions;
    if let Some(table) = definitions
        .tables
        .iter()
        .find(|table| table.field_named(wanted).is_some())
    {
        let table = &table.name;
        return problem
            .help(format!("it is a field: \\describe {table}.{wanted}"))
            .into();
    }
    let tables = (0..definitions.tables.len()).map(TableId);
    let roles: Vec<String> = tables
        .filter_map(|id| fields::role(definitions, id, wanted))
        .collect();
    if !roles.is_empty() {
        return Diagnostic {
            help: roles,
            ..problem
        }
        .into();
    }
    let names = labels.iter().map(|label| name_of(label));
    let names = names.chain(functions::ALL.iter().map(|function| function.name));
    match nearest(wanted, names) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("all that is defined: \\show"),
    }
    .into()
}

/// Every kind with its names, a paragraph each.
fn kinds(session: &Session) -> String {
    let look = session.settings.look;
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let labels: BTreeSet<String> = session.workspace.labels().into_iter().collect();
    for label in &labels {
        let (kind, name) = label.split_once(' ').unwrap_or((label, ""));
        kinds.entry(kind).or_default().push(name.to_string());
    }
    let functions = functions::ALL.iter();
    let functions = functions.map(|function| function.name.to_string());
    kinds.insert("function", functions.collect());
    let mut text = String::new();
    for (kind, names) in kinds {
        let line = match (kind, names.len()) {
            ("calendar", _) => kind.to_string(),
            // The names of tests are sentences.
            ("test", count) => format!("{kind} ({count})"),
            (_, count) => format!("{kind} ({count}): {}", names.join(", ")),
        };
        text += &render::sentence(&line, look);
    }
    text + &render::remark("one of them: \\show NAME", look)
}

fn definition(session: &mut Session, label: &str) -> String {
    let look = session.settings.look;
    let targets = targets(session, label);
    let (file, tree) = session
        .workspace
        .tree(label)
        .expect("it is one of the labels");
    let mut text = render::heading(&place(session, label, tree), look);
    let shown = format::file(&session.workspace.sources, &alone(session, file, tree));
    text += &render::verbatim(&shown, look);
    for line in targets {
        text += &render::sentence(&line, look);
    }
    text + &used_by(session, label, look)
}

/// `kpi mttr, kpi-defs/kpis/mttr.kpi:1`
fn place(session: &Session, label: &str, tree: &Spanned<Definition>) -> String {
    let workspace = &session.workspace;
    if workspace.is_typed(tree.span.source) {
        return format!("{label}, typed in this session");
    }
    let place = session.context().place(tree.span);
    match (&workspace.origin, workspace.is_stand_in) {
        (ProjectOrigin::Folder(_), false) => format!("{label}, {place}"),
        (ProjectOrigin::Library, _) | (ProjectOrigin::Folder(_), true) => {
            let place = place.trim_start_matches("<library>/");
            format!("{label}, {place} of the built-in library")
        }
    }
}

/// A file of one definition with the comments that belong to it: those inside it, at the end of its
/// last line, and directly above it.
fn alone(session: &Session, file: &File, tree: &Spanned<Definition>) -> File {
    let text = &session.workspace.sources.get(file.source).text;
    let (start, end) = (tree.span.start as usize, tree.span.end as usize);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let comments = file.comments.iter();
    let within = |comment: &&Comment| {
        let at = comment.span.start as usize;
        start <= at && at < line_end && (at < end || !comment.own_line)
    };
    let mut kept: Vec<Comment> = comments.clone().filter(within).cloned().collect();
    let mut top = start;
    for comment in comments
        .rev()
        .filter(|comment| (comment.span.end as usize) <= start)
    {
        let between = &text[comment.span.end as usize..top];
        let is_adjacent = between.trim().is_empty() && between.matches('\n').count() == 1;
        if !comment.own_line || !is_adjacent {
            break;
        }
        top = comment.span.start as usize;
        kept.insert(0, comment.clone());
    }
    File {
        source: file.source,
        definitions: vec![tree.clone()],
        comments: kept,
        mistaken: Vec::new(),
    }
}

/// Definitions that name this one.
fn used_by(session: &Session, label: &str, look: RenderOptions) -> String {
    let symbols = &session.workspace.definitions.symbols;
    let mut users = BTreeSet::new();
    if let Some((id, _)) = symbols.iter().find(|(_, symbol)| symbol.label() == label) {
        add_users(symbols, id, &mut users);
    }
    users.remove(label);
    named_by(users, look)
}

/// Adds the definitions that name a symbol. What an SLA adds to a table stands for the SLA.
fn add_users(symbols: &SymbolTable, named: SymbolId, users: &mut BTreeSet<String>) {
    let uses = symbols.uses.iter();
    for each in uses.filter(|each| each.symbol == named && each.user != named) {
        let user = symbols.get(each.user);
        match &user.table {
            Some(_) if user.names.is_empty() => add_users(symbols, each.user, users),
            Some(table) => {
                users.insert(format!("table {table}"));
            }
            None => {
                users.insert(user.label());
            }
        }
    }
}

/// The KPIs whose formulas have a function.
fn with_function(session: &Session, function: &Function, look: RenderOptions) -> String {
    let kpis = session.workspace.definitions.kpis.iter();
    let kpis = kpis.filter(|kpi| has_function(&kpi.formula, function));
    let kpis = kpis.map(|kpi| format!("kpi {}", kpi.name));
    named_by(kpis.collect(), look)
}

/// Whether a formula has a function itself, and not by a KPI that it names.
fn has_function(formula: &Formula, function: &Function) -> bool {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } | Formula::Kpi(_) => false,
        Formula::Measure(measure) => measure.function.name == function.name,
        Formula::Binary { left, right, .. } => {
            has_function(left, function) || has_function(right, function)
        }
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => {
            has_function(inner, function)
        }
    }
}

fn named_by(users: BTreeSet<String>, look: RenderOptions) -> String {
    let (tests, others): (Vec<String>, Vec<String>) = users
        .into_iter()
        .partition(|user| user.starts_with("test "));
    let mut parts = others;
    match tests.len() {
        0 => {}
        1 => parts.push("1 test".to_string()),
        count => parts.push(format!("{count} tests")),
    }
    match parts.is_empty() {
        true => render::remark("nothing else names it", look),
        false => render::remark(&format!("named by {}", parts.join(", ")), look),
    }
}

/// The targets of a KPI as of now, and those that come later.
fn targets(session: &mut Session, label: &str) -> Vec<String> {
    let kpi = label.strip_prefix("kpi ");
    let kpi = kpi.and_then(|name| session.workspace.definitions.kpi_named(name));
    let Some(kpi) = kpi else {
        return Vec::new();
    };
    let kpi: Kpi = session.workspace.definitions.kpis[kpi.0].clone();
    if kpi.targets.is_empty() {
        return Vec::new();
    }
    let standing = match session.tables.borrow().locations().is_empty() {
        true => None,
        false => Some(()),
    };
    let standing = standing.and_then(|()| {
        let usual = loaded::usual(session);
        welcome::standing(session, &usual).ok()
    });
    let Some(standing) = standing else {
        let all: Vec<String> = kpi.targets.iter().map(target_in_words).collect();
        return vec![format!("targets: {}", all.join("; "))];
    };
    let at = standing.as_of.instant;
    let mut lines = Vec::new();
    let now: Vec<String> = in_force(&kpi.targets, at)
        .into_iter()
        .map(target_in_words)
        .collect();
    if !now.is_empty() {
        lines.push(format!(
            "targets as of {}: {}",
            standing.as_of.label,
            now.join("; ")
        ));
    }
    let calendar = &session.workspace.definitions.calendar;
    for target in &kpi.targets {
        if let Some(since) = target.since.filter(|since| *since >= at) {
            let since = instant(calendar, since);
            lines.push(format!("from {since}: {}", target_in_words(target)));
        }
    }
    lines
}

/// Of targets for the same rows, the one that came into force last.
fn in_force(targets: &[Target], at: i64) -> Vec<&Target> {
    let mut found: Vec<&Target> = Vec::new();
    for target in targets {
        if target.since.is_some_and(|since| at <= since) {
            continue;
        }
        let same = |known: &&Target| known.restrictions == target.restrictions;
        match found.iter().position(same) {
            Some(place) if target.since > found[place].since => found[place] = target,
            Some(_) => {}
            None => found.push(target),
        }
    }
    found
}

fn function_text(session: &Session, function: &Function, look: RenderOptions) -> String {
    let mut text = render::heading(&format!("function {}", function.name), look);
    text += &render::verbatim(function.signature, look);
    text += &render::sentence(function.summary, look);
    text += &render::verbatim(&format!("as in: {}", function.example), look);
    text + &with_function(session, function, look)
}
