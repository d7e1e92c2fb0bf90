//! `\kpis`: which KPIs there are, and which of them the data can answer.

use serde_json::{Value as Json, json};

use super::loaded;
use super::{ArgumentKind, SessionCommand, told};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Problems, nearest};
use crate::lang::model::{Kpi, Target};
use crate::render::{self, RenderOptions, Sheet};

pub(super) const KPIS: SessionCommand = SessionCommand {
    name: "kpis",
    arguments: "[TEXT]",
    help: "the KPIs; those with TEXT in name, title or note, and what the data lack for them",
    takes: &[ArgumentKind::Kpi],
    run: kpis,
};

/// A KPI and what it needs.
struct KpiListing<'a> {
    kpi: &'a Kpi,
    tables: Vec<String>,
    lacking: Vec<String>,
}

fn kpis(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let usual = loaded::usual(session);
    let definitions = &session.workspace.definitions;
    let singles = loaded::single_kpis(definitions, &usual.everything);
    let entries: Vec<KpiListing> = singles
        .into_iter()
        .filter(|(kpi, _)| matches(kpi, arguments))
        .map(|(kpi, query)| KpiListing {
            kpi,
            tables: loaded::needed_tables(session, &query),
            lacking: loaded::lacking(session, &query),
        })
        .collect();
    let look = session.settings.look;
    let shown = match session.settings.format.is_json() {
        true => render::json(&json!({
            "kpis": entries.iter().map(object).collect::<Vec<_>>()
        })),
        false => match entries.is_empty() {
            true => render::sentence(&nothing(session, arguments), look),
            false => sheet(&entries, look).render(look),
        },
    };
    Ok(told(session, &usual).then(Reply::shown(shown)))
}

fn matches(kpi: &Kpi, text: &str) -> bool {
    let text = text.to_lowercase();
    let texts = [Some(&kpi.name), kpi.title.as_ref(), kpi.note.as_ref()];
    let mut texts = texts.into_iter().flatten();
    text.is_empty() || texts.any(|each| each.to_lowercase().contains(&text))
}

fn nothing(session: &Session, text: &str) -> String {
    let kpis = session.workspace.definitions.kpis.iter();
    let near = nearest(text, kpis.map(|kpi| kpi.name.as_str()));
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("no KPI with `{text}` in its name, title or note{near}")
}

/// A row for each KPI; where the terminal has no room for it, its targets stand below. Of the data
/// only what lacks is said.
fn sheet(entries: &[KpiListing], look: RenderOptions) -> Sheet {
    let narrow = Sheet::new().words("kpi").texts("title").words("unit");
    let mut wide = narrow
        .clone()
        .texts("target")
        .texts("tables")
        .texts("cannot be answered");
    let mut narrow = narrow.texts("cannot be answered");
    for entry in entries {
        let kpi = entry.kpi;
        let name = || kpi.name.clone();
        let title = || kpi.title.clone().unwrap_or_default();
        let unit = || kpi.display.word().to_string();
        let data = || entry.lacking.join(", ");
        let tables = entry.tables.join(", ");
        let targets: Vec<String> = kpi.targets.iter().map(target_in_words).collect();
        narrow.row([name(), title(), unit(), data()]);
        narrow.details(targets.clone());
        wide.row([name(), title(), unit(), targets.join("; "), tables, data()]);
    }
    match !wide.fits(look) && narrow.is_aligned(look) {
        true => narrow,
        false => wide,
    }
}

/// `below 30 days for severity = critical`
pub(super) fn target_in_words(target: &Target) -> String {
    let of = target.restrictions_written.as_ref();
    let of = of.map_or_else(String::new, |of| format!(" for {of}"));
    format!("{} {}{of}", target.bound.words(), target.written)
}

fn object(entry: &KpiListing) -> Json {
    let targets: Vec<String> = entry.kpi.targets.iter().map(target_in_words).collect();
    json!({
        "kpi": entry.kpi.name,
        "title": entry.kpi.title,
        "unit": entry.kpi.display.word(),
        "targets": targets,
        "tables": entry.tables,
        "can_be_answered": entry.lacking.is_empty(),
        "lacking": entry.lacking,
    })
}
