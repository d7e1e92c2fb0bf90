//! `\ingest`: reports into the store that the session reads.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{ArgumentKind, SessionCommand, first_screen};
use crate::app::repl::output::path;
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::render::{self, Sheet};
use crate::reports::ingest::ReportReader;
use crate::reports::store::{self, AddOutcome, IngestContext, Segment, Store};

pub(super) const INGEST: SessionCommand = SessionCommand {
    name: "ingest",
    arguments: "FILE … [asset=NAME] [environment=NAME] [at=DATE]",
    help: "takes scanner reports into the store that the session reads",
    takes: &[ArgumentKind::File],
    run: ingest,
};

/// Adds every report; one that fails does not keep the others out. Then the tables are looked at anew.
fn ingest(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let folder = session.settings.data.clone();
    let folder = folder.filter(|folder| store::is_store(folder));
    let store = Store::open(&folder.ok_or_else(no_store)?)?;
    let (files, context) = read_arguments(session, arguments)?;
    let mut sheet = Sheet::new()
        .texts("report")
        .words("source")
        .numbers("rows")
        .words("");
    let mut problems = Problems::default();
    for file in files {
        match take(session, &store, &file, &context) {
            Ok(cells) => sheet.row(cells),
            Err(of_file) => problems.extend(of_file),
        }
    }
    session.locate()?;
    let shown = sheet.render(session.settings.look);
    let reply = Reply::shown(shown).then(first_screen(session));
    Ok(match problems.has_errors() {
        true => reply.then(session.failed(&problems)),
        false => reply,
    })
}

/// The files, and what is said about them.
fn read_arguments(
    session: &mut Session,
    arguments: &str,
) -> Result<(Vec<String>, IngestContext), Problems> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut context = IngestContext {
        recorded_at: since.map_or(0, |since| since.as_micros() as i64),
        ..IngestContext::default()
    };
    let mut files = Vec::new();
    for word in arguments.split_whitespace() {
        match word.split_once('=') {
            Some((option @ ("asset" | "environment"), "")) => {
                return Err(Diagnostic::data("K966", format!("`{option}=` names none"))
                    .help(format!("write {option}=NAME, or leave it out"))
                    .into());
            }
            Some(("asset", name)) => context.asset = Some(name.to_string()),
            Some(("environment", name)) => context.environment = Some(name.to_string()),
            Some(("at", date)) => context.at = Some(session.occasion("at=", date)?),
            Some(_) | None => files.push(word.to_string()),
        }
    }
    if files.is_empty() {
        return Err(Diagnostic::data("K966", "which report?")
            .help("\\ingest zap.xml asset=shop environment=production")
            .into());
    }
    Ok((files, context))
}

fn take(
    session: &Session,
    store: &Store,
    typed: &str,
    context: &IngestContext,
) -> Result<[String; 4], Problems> {
    let file = path(typed);
    let segment = read(session, &file, context)?;
    let word = match store::add(store, &segment)? {
        AddOutcome::New => "added",
        AddOutcome::Known => "already there",
        AddOutcome::Mended => "mended",
    };
    let manifest = &segment.manifest;
    Ok([
        typed.to_string(),
        manifest.source.clone(),
        render::count(manifest.rows),
        word.to_string(),
    ])
}

fn read(session: &Session, file: &Path, context: &IngestContext) -> Result<Segment, Problems> {
    let definitions = &session.workspace.definitions;
    let name = file.display().to_string();
    let bytes = store::read_report(file)?;
    Segment::read(
        &ReportReader::new(definitions),
        definitions,
        &name,
        bytes,
        context,
    )
}

fn no_store() -> Problems {
    Diagnostic::data("K984", "the session reads no store")
        .help("begin one: riskql ingest REPORT --store DIR; then \\data DIR")
        .into()
}
