//! `\tables`: which tables there are and what is in them.

use serde_json::{Value as Json, json};

use super::loaded::{self, UsualTables};
use super::words::instant;
use super::{SessionCommand, told};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::Problems;
use crate::insight::profile;
use crate::lang::model::{Definitions, Table, TableId};
use crate::render::{self, RenderOptions, Sheet};

pub(super) const TABLES: SessionCommand = SessionCommand {
    name: "tables",
    arguments: "",
    help: "the tables: rows, columns, events, states, newest event",
    takes: &[],
    run: tables,
};

/// What there is to say of a table.
struct TableSummary<'a> {
    table: &'a Table,
    file: Option<String>,
    rows: Option<usize>,
    /// Columns that the file was found not to have.
    absent: usize,
    newest: Option<i64>,
}

fn tables(session: &mut Session, _arguments: &str) -> Result<Reply, Problems> {
    let usual = loaded::usual(session);
    let definitions = &session.workspace.definitions;
    let ids = (0..definitions.tables.len()).map(TableId);
    let look = session.settings.look;
    let cards: Vec<TableSummary> = ids.map(|id| card(session, &usual, id)).collect();
    let shown = match session.settings.format.is_json() {
        true => render::json(&json!({
            "tables": cards.iter().map(|card| object(definitions, card)).collect::<Vec<_>>()
        })),
        false => sheet(definitions, &cards, look).render(look),
    };
    Ok(told(session, &usual).then(Reply::shown(shown)))
}

fn card<'a>(session: &'a Session, usual: &UsualTables, id: TableId) -> TableSummary<'a> {
    let definitions = &session.workspace.definitions;
    let tables = session.tables.borrow();
    let location = tables
        .locations()
        .iter()
        .find(|location| location.table == id);
    let absent = location.and_then(|_| tables.absent(id));
    TableSummary {
        table: definitions.table(id),
        file: location.map(|location| location.path.display().to_string()),
        rows: location.and_then(|_| tables.rows(id)),
        absent: absent.map_or(0, |absent| absent.len()),
        newest: profile::ends(definitions, &usual.sources, id).map(|(_, last)| last),
    }
}

/// A row for each table; where the terminal has no room for it, its events and states stand below.
fn sheet(definitions: &Definitions, cards: &[TableSummary], look: RenderOptions) -> Sheet {
    let headers = Sheet::new()
        .words("table")
        .numbers("rows")
        .words("newest")
        .numbers("columns");
    let mut narrow = headers.clone().texts("file");
    let mut wide = headers
        .texts("events")
        .texts("states")
        .texts("about")
        .texts("file");
    for card in cards {
        let figures = figures(definitions, card).into_iter();
        let about = card.table.title.clone().unwrap_or_default();
        let file = card.file.clone().unwrap_or("no file".to_string());
        let events = events(card.table).join(", ");
        let states = states(card.table).join(", ");
        narrow.row(figures.clone().chain([file.clone()]));
        narrow.details([about.clone()]);
        narrow.details([labelled("events", &events)]);
        narrow.details([labelled("states", &states)]);
        wide.row(figures.chain([events, states, about, file]));
    }
    match !wide.fits(look) && narrow.is_aligned(look) {
        true => narrow,
        false => wide,
    }
}

fn labelled(label: &str, names: &str) -> String {
    match names.is_empty() {
        true => String::new(),
        false => format!("{label}: {names}"),
    }
}

/// Name, rows, newest event, columns.
fn figures(definitions: &Definitions, card: &TableSummary) -> [String; 4] {
    let rows = match (card.rows, &card.file) {
        (Some(rows), _) => render::count(rows as u64),
        (None, Some(_)) => "cannot be read".to_string(),
        (None, None) => String::new(),
    };
    let newest = card
        .newest
        .map(|newest| instant(&definitions.calendar, newest));
    [
        card.table.name.clone(),
        rows,
        newest.unwrap_or_default(),
        columns(card),
    ]
}

/// `18`, or `15 of 18` if the file lacks some.
fn columns(card: &TableSummary) -> String {
    let declared = card.table.columns.len();
    match card.absent {
        0 => declared.to_string(),
        absent => format!("{} of {declared}", declared - absent),
    }
}

fn events(table: &Table) -> Vec<&str> {
    table
        .events
        .iter()
        .map(|event| event.name.as_str())
        .collect()
}

fn states(table: &Table) -> Vec<&str> {
    table
        .states
        .iter()
        .map(|state| state.name.as_str())
        .collect()
}

fn object(definitions: &Definitions, card: &TableSummary) -> Json {
    json!({
        "table": card.table.name,
        "title": card.table.title,
        "file": card.file,
        "rows": card.rows,
        "columns": card.table.columns.len(),
        "columns_absent": card.absent,
        "events": events(card.table),
        "states": states(card.table),
        "newest": card.newest.map(|newest| instant(&definitions.calendar, newest)),
    })
}
