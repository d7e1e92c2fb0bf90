//! `\values FIELD`: every value of a field and its rows.

use serde_json::{Value as Json, json};

use super::fields::{self, full_name};
use super::profiles::{profile_of, raw_rows};
use super::words::{bar_room, percent, with_share};
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::types::FieldType;
use crate::insight::profile::{Distribution, Profile};
use crate::lang::model::{Definitions, FieldId};
use crate::render::{self, RenderOptions, Sheet};

pub(super) const VALUES: SessionCommand = SessionCommand {
    name: "values",
    arguments: "FIELD [TEXT|all]",
    help: "the values of a field with their rows; those with TEXT in them, or all",
    takes: &[ArgumentKind::Field],
    run: values,
};

/// Values shown before the rest is only counted.
const SHOWN: usize = 25;

fn values(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let (name, rest) = arguments
        .split_once(char::is_whitespace)
        .unwrap_or((arguments, ""));
    if name.is_empty() {
        return Err(Diagnostic::data("K966", "values of which field?")
            .help("as \\values severity, or \\values findings.severity")
            .into());
    }
    let (field, _) = fields::field(session, name)?;
    let rest = rest.trim();
    let filter = match rest {
        "all" => "",
        text => text.trim_matches('"'),
    };
    let (profile, told) = profile_of(session, field)?;
    let definitions = &session.workspace.definitions;
    let Some(all) = listed(&profile) else {
        return Err(not_listed(definitions, field, &profile));
    };
    let found: Vec<(&str, u64)> = matching(&all, filter);
    let look = session.settings.look;
    let shown = match session.settings.format.is_json() {
        true => render::json(&object(definitions, field, &profile, &found)),
        false => {
            let limit = match look.width {
                Some(_) if rest != "all" => SHOWN,
                Some(_) | None => usize::MAX,
            };
            let mut text = render::heading(&full_name(definitions, field), look);
            text += &render::remark(&raw_rows(session, field.table, profile.rows), look);
            if found.is_empty() && !all.is_empty() {
                text += &render::sentence(&nothing_matches(&all, filter), look);
            }
            text += &sheet(&found, &profile, limit, look);
            let hidden = found.len().saturating_sub(limit);
            if hidden > 0 {
                let hidden = render::count(hidden as u64);
                text += &render::remark(&format!("{hidden} more; \\values {name} all"), look);
            }
            text
        }
    };
    Ok(told.then(Reply::shown(shown)))
}

/// Values that can be listed, with their rows; `None` for numbers and dates.
pub(super) fn listed(profile: &Profile) -> Option<Vec<(&str, u64)>> {
    match &profile.spread {
        Distribution::Nothing => Some(Vec::new()),
        Distribution::Ordered(values) => Some(
            values
                .iter()
                .map(|(value, rows)| (value.as_str(), *rows))
                .collect(),
        ),
        Distribution::Texts(texts) => Some(texts.iter().collect()),
        Distribution::Numbers(_) | Distribution::Dates(_) => None,
    }
}

fn matching<'a>(all: &[(&'a str, u64)], filter: &str) -> Vec<(&'a str, u64)> {
    let filter = filter.to_lowercase();
    let matches = |value: &str| filter.is_empty() || value.to_lowercase().contains(&filter);
    let found = all.iter().filter(|(value, _)| matches(value));
    found.copied().collect()
}

fn nothing_matches(all: &[(&str, u64)], filter: &str) -> String {
    let near = nearest(filter, all.iter().take(10_000).map(|(value, _)| *value));
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("no value with `{filter}` in it{near}")
}

/// Values, rows, share of all rows, and a bar of the share among the listed ones.
pub(super) fn sheet(
    values: &[(&str, u64)],
    profile: &Profile,
    limit: usize,
    look: RenderOptions,
) -> String {
    let most = values
        .iter()
        .map(|(_, rows)| *rows)
        .max()
        .unwrap_or(0)
        .max(1);
    let mut sheet = Sheet::new()
        .texts("value")
        .numbers("rows")
        .numbers("share")
        .words("");
    let bar = |rows: u64| render::bar(rows as f64 / most as f64, bar_room(look), look);
    for (value, rows) in values.iter().take(limit) {
        let share = percent(*rows, profile.rows);
        sheet.row([value.to_string(), render::count(*rows), share, bar(*rows)]);
    }
    let mut text = match values.is_empty() {
        true => String::new(),
        false => sheet.render(look),
    };
    if profile.missing > 0 {
        let missing = with_share(profile.missing, profile.rows);
        text += &render::remark(&format!("missing: {missing}"), look);
    }
    text
}

fn object(
    definitions: &Definitions,
    field: FieldId,
    profile: &Profile,
    values: &[(&str, u64)],
) -> Json {
    let values = values
        .iter()
        .map(|(value, rows)| json!({"value": value, "rows": rows}));
    json!({
        "field": full_name(definitions, field),
        "rows": profile.rows,
        "missing": profile.missing,
        "distinct": profile.distinct,
        "values": values.collect::<Vec<_>>(),
    })
}

fn not_listed(definitions: &Definitions, field: FieldId, profile: &Profile) -> Problems {
    let noun = match definitions.field(field).field_type {
        FieldType::Date => "dates",
        FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Scale(_) => "numbers",
    };
    let name = full_name(definitions, field);
    let distinct = render::count(profile.distinct);
    Diagnostic::data(
        "K964",
        format!("`{name}` has {noun}, {distinct} different ones, which are not listed"),
    )
    .help(format!("from where to where they lie: \\describe {name}"))
    .into()
}
