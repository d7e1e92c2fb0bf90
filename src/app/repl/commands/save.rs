//! `\save`: a definition typed, or the last query as one, into a file below the definitions.

use std::path::PathBuf;

use super::{ArgumentKind, SessionCommand};
use crate::app::repl::asking::view;
use crate::app::repl::draft::{self, DefinitionDraft, DraftLookup, kpi_of};
use crate::app::repl::keep::{self, SavedDefinition, keep};
use crate::app::repl::output::nothing_asked_yet;
use crate::app::repl::output::path;
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Sources;
use crate::lang::format;
use crate::lang::model::Subject;
use crate::lang::syntax;

pub(super) const SAVE: SessionCommand = SessionCommand {
    name: "save",
    arguments: "[KIND] NAME [\"TITLE\"] [FILE]",
    help: "write what was typed, or the last query, as a checked definition",
    takes: &[ArgumentKind::NewName, ArgumentKind::File],
    run: save,
};

/// Kinds of definitions that can be named before the name.
const KINDS: &[&str] = &[
    "kpi",
    "view",
    "condition",
    "score",
    "sla",
    "scale",
    "table",
    "dashboard",
    "test",
];

/// What was typed after `\save`.
struct SaveRequest {
    kind: Option<&'static str>,
    name: String,
    title: Option<String>,
    file: Option<PathBuf>,
}

fn save(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let wish = wish(arguments)?;
    let typed = typed_label(session, &wish)?;
    let (label, text, told) = match &typed {
        Some(label) if wish.title.is_some() => return Err(has_title(label).into()),
        Some(label) => {
            let text = session.workspace.typed_text(label);
            (label.clone(), text.expect("it was typed"), String::new())
        }
        None => of_last(session, &wish)?,
    };
    let keeping = SavedDefinition {
        label: &label,
        text: &text,
        replaces: typed.is_some(),
        file: wish.file,
    };
    let file = keep(&session.workspace.origin, &keeping)?;
    let mut words = format!("saved {label} in {}", file.display());
    if keep::is_read(&session.workspace.origin, &file) {
        session.workspace.forget(&label);
        let problems = session.workspace.reload().problems;
        if problems.has_errors() {
            words += &format!("\n{}", session.rendered(&problems));
        }
    } else {
        words += "; this is not below the definitions of the session, so it is not read with them";
        if typed.is_none() {
            session.workspace.add("<typed>", &text)?;
        }
    }
    session.refresh_catalogue();
    let shown = render_text(&text, session);
    Ok(Reply::told(format!("{told}{shown}{words}")))
}

/// The definition as it was written, to be looked over.
fn render_text(text: &str, session: &Session) -> String {
    crate::render::verbatim(text, session.settings.look)
}

fn wish(arguments: &str) -> Result<SaveRequest, Problems> {
    let (first, rest) = word(arguments);
    let kind = KINDS.iter().find(|kind| **kind == first);
    let (name, rest) = match kind {
        Some(&"test") => name_of_test(rest),
        Some(_) => word(rest),
        None => (first, rest),
    };
    let name = name.trim_matches('`').to_string();
    if name.is_empty() || name.starts_with('"') {
        return Err(no_name().into());
    }
    let quoted = rest.strip_prefix('"').and_then(|rest| {
        let (title, rest) = rest.split_once('"')?;
        // A name of a file may be in quotes too.
        (!title.ends_with(".kpi")).then(|| (title.to_string(), rest.trim()))
    });
    let (title, file) = match quoted {
        Some((title, file)) => (Some(title), file),
        None => (None, rest),
    };
    Ok(SaveRequest {
        kind: kind.copied(),
        name,
        title,
        file: (!file.is_empty()).then(|| path(file)),
    })
}

/// The name of a test is a text in quotes.
fn name_of_test(text: &str) -> (&str, &str) {
    let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    quoted.map_or(("", ""), |(name, rest)| (name, rest.trim()))
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    }
}

fn no_name() -> Diagnostic {
    Diagnostic::data("K983", "under which name is it to be saved?")
        .help("\\save urgent_backlog, or with a title: \\save urgent_backlog \"Urgent findings\"")
}

fn has_title(label: &str) -> Diagnostic {
    Diagnostic::data(
        "K983",
        format!("`{label}` is saved as it was typed, with its own title"),
    )
    .help("type the definition again to change it")
}

/// The definition typed in this session that is to be saved.
fn typed_label(session: &Session, wish: &SaveRequest) -> Result<Option<String>, Diagnostic> {
    let kinds = wish.kind.map_or(KINDS.to_vec(), |kind| vec![kind]);
    let labels = kinds.iter().map(|kind| format!("{kind} {}", wish.name));
    let mut typed: Vec<String> = labels
        .filter(|label| session.workspace.typed_text(label).is_some())
        .collect();
    if typed.len() > 1 {
        let help = typed.iter().map(|label| format!("\\save {label}"));
        return Err(Diagnostic::data(
            "K983",
            format!("several definitions called `{}` were typed", wish.name),
        )
        .help(help.collect::<Vec<_>>().join(" or ")));
    }
    Ok(typed.pop())
}

/// Label and text of the last query as a definition, and what is to be said of it.
fn of_last(session: &Session, wish: &SaveRequest) -> Result<(String, String, String), Problems> {
    let last = session.last.as_ref().ok_or_else(nothing_asked_yet)?;
    let workspace = &session.workspace;
    let known = DraftLookup {
        view: &|name| view(&workspace.definitions, name),
        kpi: &|name| kpi_of(&workspace.tree(&format!("kpi {name}"))?.1.node),
        words: &|span| workspace.sources.slice(span).to_string(),
    };
    let title = wish.title.as_deref();
    let is_kpi = match wish.kind {
        Some("kpi") => true,
        Some("view") => false,
        None => draft::is_formula(&last.written.node, &known),
        Some(kind) => return Err(not_typed(kind, &wish.name).into()),
    };
    let draft = match (is_kpi, &last.query.subject) {
        (true, Subject::Values(values)) => {
            let unit = values.columns[0].display.word();
            draft::kpi(&wish.name, title, &last.written.node, unit, &known)?
        }
        (true, Subject::List(_)) => {
            draft::kpi(&wish.name, title, &last.written.node, "count", &known)?
        }
        (false, _) => {
            let mut sources = Sources::default();
            let id = sources.add("<query>", last.query.text.clone());
            let asked = syntax::parse_query(&sources, id)?;
            draft::view(&wish.name, title, &asked.node, &known)
        }
    };
    let kind = if is_kpi { "kpi" } else { "view" };
    let label = format!("{kind} {}", wish.name);
    Ok((label, formatted(&draft), told(&draft)))
}

fn not_typed(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::data(
        "K983",
        format!("no {kind} `{name}` was typed in this session"),
    )
    .help("the last query can be saved as a KPI or a view")
}

/// The text in the one form it has. One that cannot be read is left: checking says why.
fn formatted(draft: &DefinitionDraft) -> String {
    let mut sources = Sources::default();
    let id = sources.add("<saved>", draft.text.clone());
    let (file, problems) = syntax::parse_file(&sources, id);
    match problems.has_errors() {
        true => draft.text.clone(),
        false => format::file(&sources, &file),
    }
}

fn told(draft: &DefinitionDraft) -> String {
    match draft.left_out.is_empty() {
        true => String::new(),
        false => format!(
            "not part of a KPI, so left to the queries: {}\n",
            draft.left_out.join(", ")
        ),
    }
}
