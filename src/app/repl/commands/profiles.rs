//! Profiles of fields: read for `\describe` and `\values`, in words and as JSON.

use serde_json::{Map, Value as Json, json};

use super::fields::full_name;
use super::welcome::counted;
use super::words::instant;
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::FieldType;
use crate::exec::data::TableSources;
use crate::insight::profile::{self, Distribution, Profile};
use crate::lang::model::{Definitions, FieldId, FieldSource, TableId};
use crate::plan::Requirements;
use crate::render;

/// The profile of a field, read if need be, and what is to be told of the reading.
pub(super) fn profile_of(
    session: &mut Session,
    field: FieldId,
) -> Result<(Profile, Reply), Problems> {
    let definitions = &session.workspace.definitions;
    let request = profile::request(definitions, &[field]);
    let (sources, told) = read(session, field.table, &request)?;
    let definitions = &session.workspace.definitions;
    match profile::field(definitions, &sources, field)? {
        Some(profile) => Ok((profile, told)),
        None => Err(worked_out(definitions, field)),
    }
}

/// Reads what profiles of a table need; a table without a file is a mistake.
pub(super) fn read(
    session: &mut Session,
    table: TableId,
    request: &Requirements,
) -> Result<(TableSources, Reply), Problems> {
    session.needs_data()?;
    let definitions = &session.workspace.definitions;
    let mut tables = session.tables.borrow_mut();
    let has_file = |location: &crate::exec::data::Location| location.table == table;
    if !tables.locations().iter().any(has_file) {
        let name = &definitions.table(table).name;
        return Err(
            Diagnostic::data("K965", format!("there is no file for {name}"))
                .help(format!("name it: \\data {name}=FILE"))
                .into(),
        );
    }
    let sources = tables.sources(definitions, request)?;
    let look = session.settings.look;
    let notes = sources.notes.iter().map(|note| render::remark(note, look));
    let told = Reply::told(notes.collect::<String>());
    Ok((sources, told))
}

fn worked_out(definitions: &Definitions, field: FieldId) -> Problems {
    let name = full_name(definitions, field);
    if let Some(roll_up) = definitions.roll_up(field) {
        let (table, own) = (
            &definitions.table(field.table).name,
            &definitions.field(field).name,
        );
        let rows = &definitions.table(roll_up.measure.population.table).name;
        return Diagnostic::data(
            "K963",
            format!("`{name}` is in no file: it is rolled up from {rows} at each instant"),
        )
        .help(format!("ask for rows: list {table} show {own}"))
        .help(format!("how it is worked out: \\show {table}"))
        .into();
    }
    let policy = match definitions.field(field).source {
        FieldSource::Due(sla) => definitions.slas[sla.0].name.as_str(),
        FieldSource::Column(_) | FieldSource::Parent { .. } | FieldSource::RollUp(_) => "a policy",
    };
    let (table, field) = (
        &definitions.table(field.table).name,
        &definitions.field(field).name,
    );
    Diagnostic::data(
        "K963",
        format!("`{name}` is in no file: the SLA {policy} works it out as of an instant"),
    )
    .help(format!("ask for rows: list {table} show {field}"))
    .help(format!("how it is worked out: \\show {policy}"))
    .into()
}

/// What rows a profile is of.
pub(super) fn raw_rows(session: &Session, table: TableId, rows: u64) -> String {
    let tables = session.tables.borrow();
    let location = tables
        .locations()
        .iter()
        .find(|location| location.table == table);
    let file = location.map_or(String::new(), |file| format!(" of {}", file.path.display()));
    let rows = counted(rows, "row", "rows");
    format!("{rows}{file} as they are: no as-of, nothing excluded")
}

/// `scale severity: info < low`, `text, through asset_id from assets.team`
pub(super) fn type_in_words(definitions: &Definitions, id: FieldId) -> String {
    let field = definitions.field(id);
    let words = match &field.field_type {
        FieldType::Scale(scale) => format!("scale {}: {}", scale.name, scale.values.join(" < ")),
        FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date => {
            field.field_type.to_string()
        }
    };
    match origin(definitions, id) {
        Some((through, from)) => format!("{words}, from {from} by {through}"),
        None => words,
    }
}

/// The column that leads to the parent, and the parent's field.
pub(super) fn origin(definitions: &Definitions, id: FieldId) -> Option<(String, String)> {
    let table = definitions.table(id.table);
    match table.fields[id.field].source {
        FieldSource::Parent { parent, field } => {
            let link = &table.parents[parent];
            let of = FieldId {
                table: link.table,
                field,
            };
            let through = table.columns[link.column].name.clone();
            Some((through, full_name(definitions, of)))
        }
        FieldSource::Column(_) | FieldSource::Due(_) | FieldSource::RollUp(_) => None,
    }
}

/// A field as JSON: the same keys whatever its type.
pub(super) fn object(
    session: &Session,
    id: FieldId,
    profile: Option<&Profile>,
) -> Map<String, Json> {
    let definitions = &session.workspace.definitions;
    let field = definitions.field(id);
    let (lowest, highest) = profile.map_or((Json::Null, Json::Null), |p| ends(definitions, p));
    let (mean, median) = match profile.map(|profile| &profile.spread) {
        Some(Distribution::Numbers(numbers)) => (json!(numbers.mean), json!(numbers.median)),
        Some(
            Distribution::Nothing
            | Distribution::Dates(_)
            | Distribution::Ordered(_)
            | Distribution::Texts(_),
        )
        | None => (Json::Null, Json::Null),
    };
    let object = json!({
        "field": full_name(definitions, id),
        "type": field.field_type.to_string(),
        "from": origin(definitions, id).map(|(_, from)| from),
        "rows": profile.map(|profile| profile.rows),
        "missing": profile.map(|profile| profile.missing),
        "distinct": profile.map(|profile| profile.distinct),
        "lowest": lowest,
        "highest": highest,
        "mean": mean,
        "median": median,
    });
    match object {
        Json::Object(object) => object,
        _ => unreachable!("an object was written"),
    }
}

/// The first and last value in their order.
fn ends(definitions: &Definitions, profile: &Profile) -> (Json, Json) {
    let calendar = &definitions.calendar;
    match &profile.spread {
        Distribution::Nothing => (Json::Null, Json::Null),
        Distribution::Numbers(numbers) => (json!(numbers.lowest), json!(numbers.highest)),
        Distribution::Dates(dates) => (
            json!(instant(calendar, dates.first)),
            json!(instant(calendar, dates.last)),
        ),
        Distribution::Ordered(values) => {
            let mut there = values.iter().filter(|(_, rows)| *rows > 0);
            let first = there.next().map(|(value, _)| value);
            (
                json!(first),
                json!(there.next_back().map(|(value, _)| value).or(first)),
            )
        }
        Distribution::Texts(texts) => match texts.ends() {
            Some((first, last)) => (json!(first), json!(last)),
            None => (Json::Null, Json::Null),
        },
    }
}

/// The same in words, of instants the day.
pub(super) fn ends_in_words(definitions: &Definitions, profile: &Profile) -> (String, String) {
    let calendar = &definitions.calendar;
    let day = |micros| match calendar::local_day(calendar, micros) {
        Some(day) => day.to_string(),
        None => instant(calendar, micros),
    };
    if let Distribution::Dates(dates) = &profile.spread {
        return (day(dates.first), day(dates.last));
    }
    let word = |value: Json| match value {
        Json::String(text) => text,
        Json::Number(value) => render::plain(value.as_f64().unwrap_or(f64::NAN)),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => String::new(),
    };
    let (lowest, highest) = ends(definitions, profile);
    (word(lowest), word(highest))
}
