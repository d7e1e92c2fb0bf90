//! Fields of detections as they are compared.

use crate::lang::model::{MatchRule, RowField};
use crate::reports::ingest::ReportRow;

/// What a rule compares of one detection; there is one only if it has every field.
pub(super) struct MatchKey {
    fields: Vec<(RowField, Vec<String>)>,
    line: Option<u32>,
    lines_within: Option<u32>,
}

impl MatchKey {
    pub fn of(rule: &MatchRule, row: &ReportRow) -> Option<MatchKey> {
        let fields = rule.same.iter().map(|field| {
            let values = values(*field, row);
            (!values.is_empty()).then_some((*field, values))
        });
        let has_line = rule.lines_within.is_none() || row.line.is_some();
        Some(MatchKey {
            fields: fields.collect::<Option<_>>().filter(|_| has_line)?,
            line: row.line,
            lines_within: rule.lines_within,
        })
    }

    /// Two that agree have one of these in common.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = vec![String::new()];
        for (field, values) in &self.fields {
            let parts: Vec<&str> = values.iter().map(|value| key(*field, value)).collect();
            keys = keys
                .iter()
                .flat_map(|key| parts.iter().map(move |part| format!("{key}\n{part}")))
                .collect();
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    pub fn agrees(&self, other: &MatchKey) -> bool {
        self.shared(other).is_some()
    }

    /// What both have, for people; `None` if anything differs.
    pub fn shared(&self, other: &MatchKey) -> Option<String> {
        let mut parts = Vec::new();
        for ((field, left), (_, right)) in self.fields.iter().zip(&other.fields) {
            let pairs = left
                .iter()
                .flat_map(|one| right.iter().map(move |other| (one, other)));
            let mut equal = pairs.filter(|(one, other)| are_equal(*field, one, other));
            let (one, other) = equal.next()?;
            let value = if one.len() >= other.len() { one } else { other };
            parts.push(format!("{} {value}", field.word()));
        }
        if let Some(within) = self.lines_within {
            let (one, other) = (self.line?, other.line?);
            if one.abs_diff(other) > within {
                return None;
            }
            parts.push(format!("lines {} and {}", one.min(other), one.max(other)));
        }
        Some(parts.join(", "))
    }
}

fn values(field: RowField, row: &ReportRow) -> Vec<String> {
    let text = |text: &Option<String>| text.iter().map(|text| text.trim().to_string()).collect();
    let small =
        |text: &Option<String>| text.iter().map(|text| text.trim().to_lowercase()).collect();
    let number = |number: &Option<u32>| number.iter().map(u32::to_string).collect();
    let values: Vec<String> = match field {
        RowField::RuleId => text(&row.rule_id),
        RowField::Title => vec![row.title.to_lowercase()],
        RowField::Cwe => row.cwe.iter().map(u32::to_string).collect(),
        RowField::VulnerabilityIds => row
            .vulnerability_ids
            .iter()
            .map(|id| id.to_uppercase())
            .collect(),
        RowField::File => row.file.iter().map(|file| path(file)).collect(),
        RowField::Line => number(&row.line),
        RowField::Url => row.url.iter().map(|url| route(url)).collect(),
        RowField::Method => small(&row.method),
        RowField::Parameter => text(&row.parameter),
        RowField::Host => small(&row.host),
        RowField::Port => number(&row.port),
        RowField::Component => small(&row.component),
        RowField::Version => text(&row.version),
        RowField::Manifest => row.manifest.iter().map(|file| path(file)).collect(),
        RowField::Purl => text(&row.purl),
        RowField::NativeId => text(&row.native_id),
        RowField::Fingerprint => text(&row.fingerprint),
        // The check of definitions lets none of these through.
        RowField::Message
        | RowField::Severity
        | RowField::SeverityFrom
        | RowField::Cvss
        | RowField::CvssVector
        | RowField::FixedVersion
        | RowField::Confidence
        | RowField::Evidence
        | RowField::Status
        | RowField::StatusReason
        | RowField::FirstSeen
        | RowField::LastSeen
        | RowField::ClosedAt
        | RowField::AcceptedUntil
        | RowField::Epss
        | RowField::KnownExploited
        | RowField::Target
        | RowField::Tool
        | RowField::ScanLine
        | RowField::Environment
        | RowField::Branch
        | RowField::Dropped => Vec::new(),
    };
    values
        .into_iter()
        .filter(|value| !value.is_empty())
        .collect()
}

fn is_path(field: RowField) -> bool {
    matches!(field, RowField::File | RowField::Manifest)
}

/// Paths that agree end in the same name.
fn key(field: RowField, value: &str) -> &str {
    match is_path(field) {
        true => value.rsplit('/').next().unwrap_or(value),
        false => value,
    }
}

/// One path may have folders before it that the other tool did not know.
fn are_equal(field: RowField, one: &str, other: &str) -> bool {
    let ends_in = |long: &str, short: &str| {
        let rest = long.strip_suffix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    match is_path(field) {
        true => ends_in(one, other) || ends_in(other, one),
        false => one == other,
    }
}

/// A path without what tools put before it.
fn path(file: &str) -> String {
    let file = file.trim().replace('\\', "/");
    let file = file.strip_prefix("file://").unwrap_or(&file);
    let parts = file
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    parts.collect::<Vec<_>>().join("/")
}

/// The path of a URL, where ids are alike: `/users/17` and `/users/18` are one route.
fn route(url: &str) -> String {
    let url = url.trim();
    let after_host = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    };
    let path = after_host.split(['?', '#', ';']).next().unwrap_or_default();
    let parts = path.split('/').filter(|part| !part.is_empty());
    let parts: Vec<&str> = parts
        .map(|part| if is_id(part) { "*" } else { part })
        .collect();
    format!("/{}", parts.join("/"))
}

/// Numbers, UUIDs, and long texts of hexadecimal digits.
fn is_id(part: &str) -> bool {
    let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
    let is_hexadecimal = part
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || (is_hexadecimal && part.len() >= 16)
}
