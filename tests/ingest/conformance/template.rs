//! Texts made of the fields of a row: `{component|after :}@{version}`.

use riskql::reports::ingest::ReportRow;

use super::explained::matches;

/// Texts and fields after each other. `*` in its texts stands for any text.
#[derive(Clone)]
pub struct Template(Vec<Part>);

#[derive(Clone)]
enum Part {
    Text(&'static str),
    Field(&'static str, Vec<Change>),
}

/// What is done to the text of a field.
#[derive(Clone, Copy)]
enum Change {
    /// What is after the last of these, else all of it.
    After(&'static str),
    /// What is before the first of these, else all of it.
    Before(&'static str),
    /// Without the last of these.
    Without(&'static str),
    /// Without `-` and the version of the row.
    Unversioned,
    Lower,
}

impl Template {
    pub fn read(text: &'static str) -> Template {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (field, after) = after.split_once('}').expect("the end of a field");
            let mut words = field.split('|');
            let name = words.next().unwrap_or_default();
            parts.push(Part::Text(before));
            parts.push(Part::Field(name, words.map(change).collect()));
            rest = after;
        }
        parts.push(Part::Text(rest));
        Template(parts)
    }

    /// The text of a row; `None` where a field is not there.
    pub fn text(&self, row: &ReportRow) -> Option<String> {
        let parts = self.0.iter();
        parts
            .map(|part| match part {
                Part::Text(text) => Some(text.to_string()),
                Part::Field(name, changes) => Some(changed(row, field(row, name)?, changes)),
            })
            .collect()
    }

    /// What rows have in common that are equal in all fields; one that is not there is empty.
    pub fn key(&self, row: &ReportRow) -> Vec<String> {
        let fields = self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Field(name, changes) => Some((name, changes)),
        });
        fields
            .map(|(name, changes)| changed(row, field(row, name).unwrap_or_default(), changes))
            .collect()
    }
}

/// Whether a name is one that a row's text stands for.
pub fn is_one(text: &str, name: &str) -> bool {
    text == name || text.contains('*') && matches(text, name)
}

fn change(words: &'static str) -> Change {
    let (word, what) = words.split_once(' ').unwrap_or((words, ""));
    match word {
        "after" => Change::After(what),
        "before" => Change::Before(what),
        "without" => Change::Without(what),
        "unversioned" => Change::Unversioned,
        "lower" => Change::Lower,
        _ => panic!("`{word}` is no change of a text"),
    }
}

fn changed(row: &ReportRow, text: String, changes: &[Change]) -> String {
    changes.iter().fold(text, |text, change| match change {
        Change::After(what) => text.rsplit(what).next().unwrap_or_default().to_string(),
        Change::Before(what) => text.split(what).next().unwrap_or_default().to_string(),
        Change::Without(what) => match text.rsplit_once(what) {
            Some((before, after)) => format!("{before}{after}"),
            None => text,
        },
        Change::Unversioned => match &row.version {
            Some(version) => text.replace(&format!("-{version}"), ""),
            None => text,
        },
        Change::Lower => text.to_lowercase(),
    })
}

/// The text of a field of a row.
pub fn field(row: &ReportRow, name: &str) -> Option<String> {
    let numbers: Vec<String> = row.cwe.iter().map(u32::to_string).collect();
    match name {
        "rule_id" => row.rule_id.clone(),
        "title" => Some(row.title.clone()),
        "message" => row.message.clone(),
        "severity" => Some(row.severity.to_string()),
        "severity_word" => row.severity_word.clone(),
        "severity_from" => row.severity_from.clone(),
        "cwe" => Some(numbers.join(",")).filter(|text| !text.is_empty()),
        "file" => row.file.clone(),
        "line" => row.line.map(|line| line.to_string()),
        "url host" => row.url.as_deref().and_then(host),
        "host" => row.host.clone(),
        "port" => row.port.map(|port| port.to_string()),
        "component" => row.component.clone(),
        "version" => row.version.clone(),
        "purl" => row.purl.clone(),
        "manifest" => row.manifest.clone(),
        "status" => row.status.map(|status| status.word().to_string()),
        "fingerprint" => row.fingerprint.clone(),
        "environment" => row.environment.clone(),
        "target" => row.target.clone(),
        _ => panic!("`{name}` is no field that explanations know"),
    }
}

fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let name = rest.split(['/', '?', '#']).next()?;
    Some(name.split(':').next().unwrap_or(name).to_string())
}

#[test]
fn templates_are_filled_and_matched() {
    let row = ReportRow {
        component: Some("org.shop:cart".to_string()),
        version: Some("1:2.0".to_string()),
        ..ReportRow::default()
    };
    let text = |template| Template::read(template).text(&row);
    assert_eq!(
        text("{component|after :}@{version|after :}"),
        Some("cart@2.0".to_string())
    );
    assert_eq!(
        text("{component|before .|lower}/"),
        Some("org/".to_string())
    );
    assert_eq!(text("{component} {file}"), None);
    assert!(is_one("*:cart@*", "org.shop:cart@2"));
    assert!(!is_one("*:cart@*", "org.shop:basket@2"));
}
