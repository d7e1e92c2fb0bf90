//! `\describe TABLE`: every field, event and state of a table.

use serde_json::{Value as Json, json};

use super::loaded::merge;
use super::profiles::{ends_in_words, object, raw_rows, read};
use super::words::{instant, with_round_share};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::Problems;
use crate::base::types::FieldType;
use crate::exec::data::TableSources;
use crate::insight::profile::{self, Bounds, Distribution, EventProfile, Profile, StateProfile};
use crate::lang::format;
use crate::lang::model::{Calendar, Definitions, FieldId, FieldSource, TableId};
use crate::lang::syntax::ast::{Definition, EventTime, TableClause};
use crate::render::{self, RenderOptions, Sheet};

/// What is found in a table.
struct Contents {
    rows: u64,
    fields: Vec<(FieldId, FieldContent)>,
    events: Vec<EventProfile>,
    states: Vec<StateProfile>,
}

/// What is found of a field.
enum FieldContent {
    Profile(Profile),
    /// Every row has another one: the rules of the data say so, and keys are not kept.
    Key,
    /// The file has no such column.
    Absent,
    /// The name of the SLA that works it out.
    WorkedOut(String),
    /// Other rows make it at each instant.
    RolledUp,
}

/// Describes a table.
pub(super) fn table(session: &mut Session, table: TableId) -> Result<Reply, Problems> {
    let definitions = &session.workspace.definitions;
    let key = definitions.table(table).key;
    let fields: Vec<FieldId> = (0..definitions.table(table).fields.len())
        .filter(|field| Some(*field) != key)
        .map(|field| FieldId { table, field })
        .collect();
    let mut request = profile::request(definitions, &fields);
    merge(&mut request, profile::moments_request(definitions, table));
    let (sources, told) = read(session, table, &request)?;
    let contents = contents(session, &sources, table)?;
    let shown = match session.settings.format.is_json() {
        true => render::json(&json(session, table, &contents)),
        false => text(session, table, &contents),
    };
    Ok(told.then(Reply::shown(shown)))
}

fn contents(
    session: &Session,
    sources: &TableSources,
    table: TableId,
) -> Result<Contents, Problems> {
    let definitions = &session.workspace.definitions;
    let data = sources.table(table);
    let declared = definitions.table(table);
    let found = |field: usize| {
        let id = FieldId { table, field };
        let is_absent = data.is_some_and(|data| data.absent.contains(&field));
        let found = match declared.fields[field].source {
            _ if definitions.roll_up(id).is_some() => FieldContent::RolledUp,
            FieldSource::Due(sla) => FieldContent::WorkedOut(definitions.slas[sla.0].name.clone()),
            FieldSource::Column(column) if is_absent && column == field => FieldContent::Absent,
            FieldSource::Column(column) if declared.key == Some(column) => FieldContent::Key,
            FieldSource::Column(_) | FieldSource::Parent { .. } | FieldSource::RollUp(_) => {
                let profile = profile::field(definitions, sources, id)?;
                FieldContent::Profile(profile.expect("its table is loaded"))
            }
        };
        Ok((id, found))
    };
    Ok(Contents {
        rows: data.map_or(0, |data| data.rows as u64),
        fields: (0..declared.fields.len())
            .map(found)
            .collect::<Result<_, Problems>>()?,
        events: profile::events(definitions, sources, table)?,
        states: profile::states(definitions, sources, table)?,
    })
}

fn text(session: &Session, table: TableId, contents: &Contents) -> String {
    let look = session.settings.look;
    let declared = session.workspace.definitions.table(table);
    let mut text = render::heading(&declared.name, look);
    if let Some(title) = &declared.title {
        text += &render::sentence(title, look);
    }
    text += &render::remark(&raw_rows(session, table, contents.rows), look);
    text += &format!("\n{}", fields(session, contents, look));
    let bearers = bearers(session, &declared.name);
    let of = |name: &str| {
        let bearer = bearers.iter().find(|(known, _)| known == name);
        bearer.map_or("worked out by an SLA".to_string(), |(_, words)| {
            words.clone()
        })
    };
    let calendar = &session.workspace.definitions.calendar;
    if !contents.events.is_empty() {
        text += &format!("\n{}", events(calendar, &contents.events, &of, look));
    }
    if !contents.states.is_empty() {
        text += &format!("\n{}", states(calendar, &contents.states, &of, look));
    }
    text
}

fn fields(session: &Session, contents: &Contents, look: RenderOptions) -> String {
    let definitions = &session.workspace.definitions;
    let mut sheet = Sheet::new()
        .words("field")
        .words("type")
        .numbers("missing")
        .numbers("distinct")
        .texts("lowest")
        .texts("highest")
        .words("");
    for (id, found) in &contents.fields {
        let name = definitions.field(*id).name.clone();
        let figures = figures(definitions, (*id, found), contents.rows, look);
        sheet.row([name].into_iter().chain(figures));
    }
    sheet.render(look) + &remarks(session, contents, look)
}

/// Type, missing, distinct, lowest, highest, bars.
fn figures(
    definitions: &Definitions,
    (id, found): (FieldId, &FieldContent),
    rows: u64,
    look: RenderOptions,
) -> [String; 6] {
    let kind = match &definitions.field(id).field_type {
        FieldType::Scale(_) => "scale".to_string(),
        other @ (FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date) => {
            other.to_string()
        }
    };
    let none = String::new;
    let zero = || "0".to_string();
    match found {
        FieldContent::Profile(profile) => {
            let (lowest, highest) = ends_in_words(definitions, profile);
            let missing = with_round_share(profile.missing, rows);
            let distinct = render::count(profile.distinct);
            let bars = render::levels(&bars(profile), look);
            [kind, missing, distinct, lowest, highest, bars]
        }
        FieldContent::Key => {
            let kind = format!("{kind} key");
            [kind, zero(), render::count(rows), none(), none(), none()]
        }
        FieldContent::Absent => {
            let missing = with_round_share(rows, rows);
            [kind, missing, zero(), none(), none(), none()]
        }
        FieldContent::WorkedOut(_) | FieldContent::RolledUp => {
            [kind, none(), none(), none(), none(), none()]
        }
    }
}

/// What the table of fields has no room for.
fn remarks(session: &Session, contents: &Contents, look: RenderOptions) -> String {
    let definitions = &session.workspace.definitions;
    let mut absent = Vec::new();
    let mut text = String::new();
    for (id, found) in &contents.fields {
        let name = definitions.field(*id).name.as_str();
        match found {
            FieldContent::Absent => absent.push(name),
            FieldContent::WorkedOut(sla) => {
                text += &render::remark(&format!("{name}: worked out by the SLA {sla}"), look);
            }
            FieldContent::RolledUp => {
                if let Some(roll_up) = definitions.roll_up(*id) {
                    let rows = &definitions.table(roll_up.measure.population.table).name;
                    let words = format!("{name}: rolled up from {rows} at each instant");
                    text += &render::remark(&words, look);
                }
            }
            FieldContent::Profile(_) | FieldContent::Key => {}
        }
    }
    if !absent.is_empty() {
        text += &render::remark(&format!("not in the file: {}", absent.join(", ")), look);
    }
    text
}

/// How the values lie, in a few counts: of texts the most frequent ones.
fn bars(profile: &Profile) -> Vec<u64> {
    match &profile.spread {
        Distribution::Nothing => Vec::new(),
        Distribution::Numbers(numbers) => numbers.stretches.clone(),
        Distribution::Dates(dates) => dates.stretches.clone(),
        Distribution::Ordered(values) => {
            let rows = values.iter().map(|(_, rows)| *rows);
            rows.take(profile::STRETCHES).collect()
        }
        Distribution::Texts(texts) => {
            let rows = texts.iter().map(|(_, rows)| rows);
            rows.take(profile::STRETCHES).collect()
        }
    }
}

fn events(
    calendar: &Calendar,
    events: &[EventProfile],
    of: &dyn Fn(&str) -> String,
    look: RenderOptions,
) -> String {
    let mut sheet = Sheet::new()
        .words("event")
        .numbers("rows")
        .words("first")
        .words("last")
        .texts("at");
    for event in events {
        let (rows, first, last) = bounds(calendar, event.found);
        let at = of(&format!("event {}", event.name));
        sheet.row([event.name.clone(), rows, first, last, at]);
    }
    sheet.render(look)
}

fn states(
    calendar: &Calendar,
    states: &[StateProfile],
    of: &dyn Fn(&str) -> String,
    look: RenderOptions,
) -> String {
    let mut sheet = Sheet::new()
        .words("state")
        .numbers("entered")
        .numbers("left")
        .words("first")
        .words("last")
        .texts("from, until");
    for state in states {
        let (entered, first, _) = bounds(calendar, state.from);
        let (left, _, _) = bounds(calendar, state.until);
        let last = state
            .from
            .and_then(|from| from.last)
            .max(state.until.and_then(|u| u.last));
        let last = last.map_or(String::new(), |last| instant(calendar, last));
        let words = of(&format!("state {}", state.name));
        sheet.row([state.name.clone(), entered, left, first, last, words]);
    }
    sheet.render(look)
}

fn bounds(calendar: &Calendar, bounds: Option<Bounds>) -> (String, String, String) {
    let Some(bounds) = bounds else {
        return (String::new(), String::new(), String::new());
    };
    let at = |micros: Option<i64>| micros.map_or(String::new(), |at| instant(calendar, at));
    (
        render::count(bounds.rows),
        at(bounds.first),
        at(bounds.last),
    )
}

/// What bears each event and state, as it is written: `fixed_at where resolution = fixed`.
fn bearers(session: &Session, table: &str) -> Vec<(String, String)> {
    let Some((_, tree)) = session.workspace.tree(&format!("table {table}")) else {
        return Vec::new();
    };
    let Definition::Table(tree) = &tree.node else {
        return Vec::new();
    };
    let mut bearers = Vec::new();
    for clause in &tree.clauses {
        match &clause.node {
            TableClause::Event { name, at, filter } => {
                let mut words = match at {
                    EventTime::Columns(columns) => format::time_columns(columns),
                    EventTime::LastOf { column, table } => {
                        format!("last {} of {}", column.node, table.node)
                    }
                };
                if let Some(filter) = filter {
                    words += &format!(" where {}", format::condition(&filter.node));
                }
                bearers.push((format!("event {}", name.node), words));
            }
            TableClause::State {
                name,
                intervals,
                from,
                until,
            } => {
                let of = intervals.as_ref();
                let of = of.map_or(String::new(), |table| format!(" of {}", table.node));
                let words = format!(
                    "{}, {}{of}",
                    format::time_columns(from),
                    format::time_columns(until)
                );
                bearers.push((format!("state {}", name.node), words));
            }
            TableClause::Scope { state, filter } => {
                let mut words = state.node.clone();
                if let Some(filter) = filter {
                    words += &format!(" where {}", format::condition(&filter.node));
                }
                bearers.push(("scope".to_string(), words));
            }
            TableClause::Key(_)
            | TableClause::BelongsTo { .. }
            | TableClause::Known(_)
            | TableClause::Field { .. }
            | TableClause::Exclude { .. } => {}
        }
    }
    bearers
}

fn json(session: &Session, table: TableId, contents: &Contents) -> Json {
    let definitions = &session.workspace.definitions;
    let calendar = &definitions.calendar;
    let at = |micros: Option<i64>| micros.map(|at| instant(calendar, at));
    let fields = contents.fields.iter().map(|(id, found)| {
        let (profile, rows) = match found {
            FieldContent::Profile(profile) => (Some(profile), None),
            FieldContent::Key => (None, Some((0, contents.rows))),
            FieldContent::Absent => (None, Some((contents.rows, 0))),
            FieldContent::WorkedOut(_) | FieldContent::RolledUp => (None, None),
        };
        let mut object = object(session, *id, profile);
        if let Some((missing, distinct)) = rows {
            object.insert("rows".into(), contents.rows.into());
            object.insert("missing".into(), missing.into());
            object.insert("distinct".into(), distinct.into());
        }
        Json::Object(object)
    });
    let events = contents.events.iter().map(|event| {
        json!({
            "event": event.name,
            "rows": event.found.map(|found| found.rows),
            "first": at(event.found.and_then(|found| found.first)),
            "last": at(event.found.and_then(|found| found.last)),
        })
    });
    let states = contents.states.iter().map(|state| {
        json!({
            "state": state.name,
            "entered": state.from.map(|from| from.rows),
            "left": state.until.map(|until| until.rows),
            "first": at(state.from.and_then(|from| from.first)),
            "last": at(state.until.and_then(|until| until.last)),
        })
    });
    json!({
        "table": definitions.table(table).name,
        "title": definitions.table(table).title,
        "rows": contents.rows,
        "fields": fields.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "states": states.collect::<Vec<_>>(),
    })
}
