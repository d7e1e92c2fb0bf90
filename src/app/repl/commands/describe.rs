//! `\describe TABLE|FIELD`: what is in a table or a field.

use serde_json::{Value as Json, json};

use super::fields::{self, ResolvedName, full_name};
use super::profiles::{object, profile_of, raw_rows, type_in_words};
use super::values::{self, listed};
use super::welcome::counted;
use super::words::{bar_room, instant, number, with_share};
use super::{ArgumentKind, SessionCommand, describe_table};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::insight::profile::{Dates, Distribution, Numbers, Profile, STRETCHES};
use crate::lang::model::{Definitions, FieldId};
use crate::render::{self, RenderOptions, Sheet};

pub(super) const DESCRIBE: SessionCommand = SessionCommand {
    name: "describe",
    arguments: "TABLE|FIELD",
    help: "what is in a table or a field: missing, different, lowest and highest values",
    takes: &[ArgumentKind::TableOrField],
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
    let shown = match session.settings.format.is_json() {
        true => {
            let mut object = object(session, field, Some(&profile));
            if let Some(values) = listed(&profile) {
                let top = values.iter().take(TOP);
                let top = top.map(|(value, rows)| json!({"value": value, "rows": rows}));
                object.insert("values".into(), top.collect());
            }
            render::json(&Json::Object(object))
        }
        false => text(session, field, &profile, others),
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
