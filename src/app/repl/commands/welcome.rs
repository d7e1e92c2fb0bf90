//! What a session says first: what is loaded, how current it is, and a query to begin with.

use super::loaded::{self, UsualTables};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::calendar;
use crate::base::diagnostic::Problems;
use crate::base::types::Grain;
use crate::insight::profile::{self, Distribution};
use crate::lang::format;
use crate::lang::model::{FieldId, Kpi, Query, Subject, TableId};
use crate::plan;
use crate::render;

/// Months of history that the example asks for.
const MONTHS: u32 = 6;
/// A dimension with more values than this makes a long answer.
const FEW: u64 = 30;

/// What a session says when it opens, or when its data are others: the problems and notes of the
/// data, and three lines.
pub(in crate::app::repl) fn first_screen(session: &mut Session) -> Reply {
    let look = session.settings.look;
    let usual = loaded::usual(session);
    let mut told = session.rendered(&usual.problems);
    for note in &usual.notes {
        told += &render::remark(note, look);
    }
    session.refresh_catalogue();
    for line in [
        format!(
            "{}{}",
            definitions_line(session),
            standing_words(session, &usual)
        ),
        tables_line(session),
        start_line(session, &usual),
    ] {
        told += &render::sentence(&line, look);
    }
    Reply::told(told)
}

/// `21 KPIs from kpi-defs; 2 definitions left out because of mistakes`
fn definitions_line(session: &Session) -> String {
    let workspace = &session.workspace;
    let kpis = counted(workspace.definitions.kpis.len() as u64, "KPI", "KPIs");
    let origin = workspace.origin.name();
    if workspace.is_stand_in {
        return format!("{kpis} from the built-in library, because nothing in {origin} is sound");
    }
    match workspace.left_out {
        0 => format!("{kpis} from {origin}"),
        left_out => {
            let left_out = counted(left_out as u64, "definition", "definitions");
            format!("{kpis} from {origin}; {left_out} left out because of mistakes")
        }
    }
}

/// `findings 398 rows, assets 24 rows`
fn tables_line(session: &Session) -> String {
    let tables = session.tables.borrow();
    let with_rows = tables.locations().iter().map(|location| {
        let name = &session.workspace.definitions.table(location.table).name;
        match tables.rows(location.table) {
            Some(rows) => format!("{name} {}", counted(rows as u64, "row", "rows")),
            None => format!("{name} cannot be read"),
        }
    });
    match tables.locations().is_empty() {
        true => "no data: \\data FOLDER names a folder of findings.csv, assets.csv, …".to_string(),
        false => with_rows.collect::<Vec<_>>().join(", "),
    }
}

/// `try: backlog by severity over month last 6 months; all commands: \help`
fn start_line(session: &Session, usual: &UsualTables) -> String {
    let has_tables = !session.tables.borrow().locations().is_empty();
    let example = has_tables.then(|| example(session, usual)).flatten();
    match example {
        Some(query) => format!("try: {query}; what can be typed: \\help"),
        None => "what can be typed: \\help".to_string(),
    }
}

/// `; as of 2026-04-30 (UTC), the newest date`, if there are tables.
fn standing_words(session: &Session, usual: &UsualTables) -> String {
    let has_tables = !session.tables.borrow().locations().is_empty();
    match has_tables {
        true => format!("; {}", as_of(session, usual)),
        false => String::new(),
    }
}

fn as_of(session: &Session, usual: &UsualTables) -> String {
    let zone = session.workspace.definitions.calendar.timezone;
    match (standing(session, usual), &session.settings.as_of) {
        (Ok(evaluation), Some(_)) => format!("as of {} ({zone})", evaluation.as_of.label),
        (Ok(evaluation), None) => {
            format!("as of {} ({zone}), the newest date", evaluation.as_of.label)
        }
        (Err(_), _) if usual.problems.has_errors() => {
            "no newest date before the data are mended".to_string()
        }
        (Err(_), _) => "no event in the data: \\as-of DATE says where to stand".to_string(),
    }
}

/// Where queries stand that do not say.
pub(super) fn standing(
    session: &Session,
    usual: &UsualTables,
) -> Result<plan::EvaluationTime, Problems> {
    let definitions = &session.workspace.definitions;
    let watermark = match usual.problems.has_errors() {
        true => None,
        false => session.tables.borrow_mut().latest_event(definitions),
    };
    let given = plan::GivenTime {
        as_of: session.settings.as_of.clone(),
        known_on: session.settings.known_on.clone(),
        watermark,
    };
    plan::evaluation_time(definitions, &usual.everything, &given)
}

/// A query that the data can answer.
fn example(session: &Session, usual: &UsualTables) -> Option<String> {
    let instant = standing(session, usual).ok()?.as_of.instant;
    let definitions = &session.workspace.definitions;
    for (kpi, query) in loaded::single_kpis(definitions, &usual.everything) {
        let tables = tables_of(&query);
        let has_rows = |table: &TableId| usual.sources.table(*table).is_some_and(|t| t.rows > 0);
        if !tables.iter().all(has_rows) || !loaded::lacking(session, &query).is_empty() {
            continue;
        }
        let mut text = format::name(&kpi.name);
        if let Some(dimension) = dimension(session, usual, kpi, tables.first().copied()) {
            text += &format!(" by {}", format::name(&dimension));
        }
        if tables
            .iter()
            .all(|table| has_history(session, usual, *table, instant))
        {
            text += &format!(" over month last {MONTHS} months");
        }
        return Some(text);
    }
    None
}

fn tables_of(query: &Query) -> Vec<TableId> {
    let Subject::Values(values) = &query.subject else {
        return Vec::new();
    };
    let measures = values
        .columns
        .iter()
        .flat_map(|column| column.formula.measures());
    measures.map(|measure| measure.population.table).collect()
}

/// The first dimension of a KPI with several values, but not too many.
fn dimension(
    session: &Session,
    usual: &UsualTables,
    kpi: &Kpi,
    table: Option<TableId>,
) -> Option<String> {
    let definitions = &session.workspace.definitions;
    let table = table?;
    let has_values = |name: &&String| {
        let Some(field) = definitions.table(table).field_named(name) else {
            return false;
        };
        let profile = profile::field(definitions, &usual.sources, FieldId { table, field });
        let profile = profile.ok().flatten();
        profile.is_some_and(|profile| match profile.spread {
            Distribution::Ordered(_) | Distribution::Texts(_) => {
                (2..=FEW).contains(&profile.distinct)
            }
            Distribution::Nothing | Distribution::Numbers(_) | Distribution::Dates(_) => false,
        })
    };
    kpi.dimensions.iter().find(has_values).cloned()
}

/// Whether the events of a table reach back over the months that the example asks for.
fn has_history(session: &Session, usual: &UsualTables, table: TableId, as_of: i64) -> bool {
    let definitions = &session.workspace.definitions;
    let calendar = &definitions.calendar;
    let Some((first, _)) = profile::ends(definitions, &usual.sources, table) else {
        return false;
    };
    let Some(day) = calendar::local_day(calendar, as_of - 1) else {
        return false;
    };
    let month = calendar::period_of(calendar, day, Grain::Month);
    let start = calendar::start_instant(calendar, calendar::back(month, MONTHS));
    let is_told = calendar
        .history_from
        .is_none_or(|from| calendar::midnight(calendar, from) <= start);
    is_told && first <= start
}

/// `1 row`, `1,204 rows`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        render::count(count),
        if count == 1 { one } else { many }
    )
}
