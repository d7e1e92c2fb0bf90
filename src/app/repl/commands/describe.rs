//! `\describe TABLE|FIELD`: what is in a table or a field.

use serde_json::{Map, Value as Json, json};

use super::fields::{self, ResolvedName, full_name};
use super::values::{self, listed};
use super::welcome::counted;
use super::words::{bar_room, instant, number, with_share};
use super::{ArgumentKind, SessionCommand, describe_table};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::FieldType;
use crate::exec::data::{Dataset, Request};
use crate::insight::profile::{self, Dates, Distribution, Numbers, Profile, STRETCHES};
use crate::lang::model::{Definitions, FieldId, FieldSource, TableId};
use crate::render::{self, OutputFormat, RenderOptions, Sheet};

pub(super) const DESCRIBE: SessionCommand = SessionCommand {
    name: "describe",
    arguments: "TABLE|FIELD",
    help: "what is in a table or a field: missing, different, lowest and highest values",
    takes: &[ArgumentKind::Table, ArgumentKind::Field],
    run: describe,
};

/// Values shown of a field that has many.
const TOP: usize = 10;

fn describe(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if arguments.is_empty() {
        let names = session.workspace.definitions.tables.iter();
        let names: Vec<&str> = names.map(|table| table.name.as_str()).collect();
        return Err(Diagnostic::data("K966", "describe what?")
            .help(format!("a table: {}", names.join(", ")))
            .help("or a field: \\describe severity, \\describe findings.severity")
            .into());
    }
    match fields::named(session, arguments)? {
        ResolvedName::Table(table) => describe_table::table(session, table),
        ResolvedName::Field(field, others) => describe_field(session, field, &others),
    }
}

fn describe_field(
    session: &mut Session,
    field: FieldId,
    others: &[FieldId],
) -> Result<Reply, Problems> {
    let (profile, told) = profile_of(session, field)?;
    let shown = match session.settings.format {
        OutputFormat::Json => {
            let mut object = object(session, field, Some(&profile));
            if let Some(values) = listed(&profile) {
                let top = values.iter().take(TOP);
                let top = top.map(|(value, rows)| json!({"value": value, "rows": rows}));
                object.insert("values".into(), top.collect());
            }
            render::json(&Json::Object(object))
        }
        OutputFormat::Table
        | OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet => text(session, field, &profile, others),
    };
    Ok(told.then(Reply::shown(shown)))
}

fn text(session: &Session, field: FieldId, profile: &Profile, others: &[FieldId]) -> String {
    let (definitions, look) = (&session.workspace.definitions, session.settings.look);
    let name = full_name(definitions, field);
    let mut text = render::heading(&name, look);
    text += &render::sentence(&type_in_words(definitions, field), look);
    text += &render::remark(&raw_rows(session, field.table, profile.rows), look);
    let values = counted(profile.distinct, "different value", "different values");
    let missing = match profile.missing {
        0 => "none missing".to_string(),
        missing => format!("{} missing", with_share(missing, profile.rows)),
    };
    text += &render::sentence(&format!("{values}, {missing}"), look);
    text += &spread(definitions, &name, profile, look);
    if !others.is_empty() {
        let others = others.iter().map(|id| full_name(definitions, *id));
        let others = others.collect::<Vec<_>>().join(", ");
        text += &render::remark(&format!("also: {others}"), look);
    }
    text
}

fn spread(definitions: &Definitions, name: &str, profile: &Profile, look: RenderOptions) -> String {
    match &profile.spread {
        Distribution::Nothing => String::new(),
        Distribution::Numbers(numbers) => numbers_text(numbers, look),
        Distribution::Dates(dates) => dates_text(definitions, dates, look),
        Distribution::Ordered(_) | Distribution::Texts(_) => values_text(name, profile, look),
    }
}

fn values_text(name: &str, profile: &Profile, look: RenderOptions) -> String {
    let mut text = String::new();
    let mut limit = usize::MAX;
    if let Distribution::Texts(texts) = &profile.spread
        && let Some((first, last)) = texts.ends()
    {
        let ends = format!("in the order of texts from `{first}` to `{last}`");
        text += &render::sentence(&ends, look);
        limit = TOP;
    }
    let values = listed(profile).expect("texts are listed");
    text += &values::sheet(&values, profile, limit, look);
    let hidden = values.len().saturating_sub(limit);
    if hidden > 0 {
        let hidden = render::count(hidden as u64);
        text += &render::remark(&format!("{hidden} more: \\values {name} all"), look);
    }
    text
}

fn numbers_text(numbers: &Numbers, look: RenderOptions) -> String {
    let facts = [
        format!("lowest {}", render::plain(numbers.lowest)),
        format!("highest {}", render::plain(numbers.highest)),
        format!("mean {}", number(numbers.mean)),
        format!("median {}", number(numbers.median)),
    ];
    let mut text = render::sentence(&facts.join(", "), look);
    let mut sheet = Sheet::new()
        .numbers("from")
        .numbers("to")
        .numbers("rows")
        .words("");
    let width = numbers.highest / STRETCHES as f64 - numbers.lowest / STRETCHES as f64;
    let most = numbers.stretches.iter().copied().max().unwrap_or(0);
    for (index, rows) in numbers.stretches.iter().enumerate() {
        let from = numbers.lowest + width * index as f64;
        sheet.row([
            number(from),
            number(from + width),
            render::count(*rows),
            bar(*rows, most, look),
        ]);
    }
    text += &sheet.render(look);
    text
}

fn dates_text(definitions: &Definitions, dates: &Dates, look: RenderOptions) -> String {
    let calendar = &definitions.calendar;
    let (first, last) = (
        instant(calendar, dates.first),
        instant(calendar, dates.last),
    );
    let mut text = render::sentence(&format!("first {first}, last {last}"), look);
    let mut sheet = Sheet::new().words("period").numbers("rows").words("");
    let most = dates
        .periods
        .iter()
        .map(|(_, rows)| *rows)
        .max()
        .unwrap_or(0);
    let mut expected = None;
    for (period, rows) in &dates.periods {
        // A wrong year lies far off: the empty periods up to it are one line.
        if expected.is_some_and(|expected| expected != *period) {
            sheet.row(["…".to_string(), "0".to_string(), String::new()]);
        }
        expected = Some(calendar::next(*period));
        sheet.row([
            calendar::label(calendar, *period),
            render::count(*rows),
            bar(*rows, most, look),
        ]);
    }
    text += &sheet.render(look);
    text
}

fn bar(rows: u64, most: u64, look: RenderOptions) -> String {
    render::bar(rows as f64 / most.max(1) as f64, bar_room(look), look)
}

/// The profile of a field, read if need be, and what is to be told of the reading.
pub(super) fn profile_of(
    session: &mut Session,
    field: FieldId,
) -> Result<(Profile, Reply), Problems> {
    let definitions = &session.workspace.definitions;
    let request = profile::request(definitions, &[field]);
    let (dataset, told) = read(session, field.table, &request)?;
    let definitions = &session.workspace.definitions;
    match profile::field(definitions, &dataset, field) {
        Some(profile) => Ok((profile, told)),
        None => Err(worked_out(definitions, field)),
    }
}

/// Reads what profiles of a table need; a table without a file is a mistake.
pub(super) fn read(
    session: &mut Session,
    table: TableId,
    request: &Request,
) -> Result<(Dataset, Reply), Problems> {
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
    let dataset = tables.dataset(definitions, request)?;
    let look = session.settings.look;
    let notes = dataset.notes.iter().map(|note| render::remark(note, look));
    let told = Reply::told(notes.collect::<String>());
    Ok((dataset, told))
}

fn worked_out(definitions: &Definitions, field: FieldId) -> Problems {
    let name = full_name(definitions, field);
    let policy = match definitions.field(field).source {
        FieldSource::Due(sla) => definitions.slas[sla.0].name.as_str(),
        FieldSource::Column(_) | FieldSource::Parent { .. } => "a policy",
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
fn type_in_words(definitions: &Definitions, id: FieldId) -> String {
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
        FieldSource::Column(_) | FieldSource::Due(_) => None,
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
