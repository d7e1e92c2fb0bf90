//! What people keep: the register of assets, the decisions, the catalogue of exploited vulnerabilities.

use serde_json::{Value as Json, json};

use super::catalogue::FlawCatalogue;
use super::decisions::DemoDecision;
use super::story::Story;

/// All applications, and what reports call them.
pub fn assets(story: &Story) -> Vec<u8> {
    let columns = [
        "asset_id",
        "name",
        "kind",
        "criticality",
        "exposure",
        "business_critical",
        "team",
        "commissioned_at",
        "retired_at",
        "alias_of",
    ];
    let mut rows: Vec<[String; 10]> = vec![columns.map(str::to_string)];
    for (place, app) in story.applications.iter().enumerate() {
        // In service long before scanners were set up.
        let commissioned = story.days.date(-120 - 23 * place as i64);
        rows.push([
            app.name.clone(),
            app.name.clone(),
            app.kind.clone(),
            app.criticality.clone(),
            app.exposure.clone(),
            app.business_critical.clone(),
            app.team.clone(),
            commissioned,
            String::new(),
            String::new(),
        ]);
    }
    for app in story.applications {
        for alias in app.aliases() {
            let mut row: [String; 10] = Default::default();
            row[0] = alias;
            row[9] = app.name.clone();
            rows.push(row);
        }
    }
    csv(&rows)
}

/// All decisions, by day.
pub fn decisions(story: &Story, decisions: &[DemoDecision]) -> Vec<u8> {
    let columns = [
        "asset_id",
        "rule_id",
        "vulnerability_id",
        "file",
        "url",
        "component",
        "decision",
        "at",
        "until",
        "by",
        "reason",
    ];
    let mut rows: Vec<[String; 11]> = vec![columns.map(str::to_string)];
    for decision in decisions {
        let of = decision.of.clone();
        let until = decision.until.map(|until| story.days.date(until));
        rows.push([
            story.applications[decision.application].name.clone(),
            of.rule,
            of.cve,
            of.file,
            of.url,
            of.component,
            decision.decision.to_string(),
            story
                .days
                .instant(decision.day, i64::from(decision.hour) * 60),
            until.unwrap_or_default(),
            decision.by.clone(),
            decision.reason.to_string(),
        ]);
    }
    csv(&rows)
}

/// Those of the packages that are known to be exploited.
pub fn exploited(catalogue: &FlawCatalogue) -> Json {
    let listed: Vec<Json> = catalogue
        .packages
        .iter()
        .filter_map(|package| {
            let (listed, due) = (package.exploited.as_ref()?, package.due.as_ref()?);
            Some(json!({
                "cveID": package.cve,
                "vulnerabilityName": package.title,
                "product": package.name,
                "dateAdded": listed,
                "dueDate": due,
            }))
        })
        .collect();
    json!({
        "title": "Known Exploited Vulnerabilities, an extract",
        "catalogVersion": "demo",
        "count": listed.len(),
        "vulnerabilities": listed,
    })
}

fn csv<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory can be written");
    }
    writer.into_inner().expect("memory can be written")
}
