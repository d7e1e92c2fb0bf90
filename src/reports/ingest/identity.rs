//! What makes a row the same one in the next report.

use std::collections::HashMap;

use crate::lang::model::{ReportSource, RowField, ToolKind};

use super::report::ReportRow;
use super::stable;

/// Changed whenever the same fields of a row would make another identity.
const VERSION: &str = "identity 2";

/// The identity of a row by the recipe of its source: a hash over the source's name and the fields
/// named, each with its length, so that neighbours cannot be confused. Lists are sets. Where the
/// recipe finds nothing at all, the row's title and place stand in. The target is not part of it: that
/// is the asset's to tell.
pub(super) fn identity(source: &ReportSource, row: &ReportRow) -> String {
    let fields: Vec<Option<String>> = source
        .identity
        .iter()
        .map(|field| value(source, row, *field))
        .collect();
    let fields = match fields.iter().any(Option::is_some) {
        true => fields,
        false => [
            RowField::Title,
            RowField::File,
            RowField::Line,
            RowField::Url,
            RowField::Parameter,
            RowField::Component,
        ]
        .map(|field| value(source, row, field))
        .to_vec(),
    };
    let mut hash = blake3::Hasher::new();
    add(&mut hash, Some(&source.name));
    for field in &fields {
        add(&mut hash, field.as_deref());
    }
    hash.finalize().to_hex()[..32].to_string()
}

/// Tells rows apart that are alike in all that their source names: each is the first, second, … of them in the
/// order of the report, which is added to its fingerprint. The rows of a report come part after part.
#[derive(Default)]
pub(super) struct RowNumbers {
    /// By identity, how many rows there were.
    seen: HashMap<u128, u32>,
}

impl RowNumbers {
    pub fn number(&mut self, source: &ReportSource, rows: &mut [ReportRow]) {
        for row in rows.iter_mut().filter(|_| source.is_numbered) {
            let number = self.seen.entry(key(&row.identity)).or_default();
            *number += 1;
            row.fingerprint = Some(match &row.fingerprint {
                Some(text) => format!("{text} #{number}"),
                None => format!("#{number}"),
            });
            row.identity = identity(source, row);
        }
    }
}

/// An identity in few bytes: its hexadecimal digits are half of a hash.
fn key(identity: &str) -> u128 {
    u128::from_str_radix(identity, 16).unwrap_or_default()
}

fn add(hash: &mut blake3::Hasher, field: Option<&str>) {
    match field {
        Some(text) => {
            hash.update(&(text.len() as u64 + 1).to_le_bytes());
            hash.update(text.as_bytes());
        }
        None => drop(hash.update(&0u64.to_le_bytes())),
    }
}

/// What of a field is the same in the next report: see `stable`.
fn value(source: &ReportSource, row: &ReportRow, field: RowField) -> Option<String> {
    let path = |text: &Option<String>| {
        let path = stable::workspace_path(text.as_deref()?);
        Some(match source.kind {
            ToolKind::Container => stable::image_name(&path).to_string(),
            _ => path,
        })
    };
    let number = |number: &Option<u32>| number.map(|number| number.to_string());
    match field {
        RowField::RuleId => row.rule_id.clone(),
        RowField::Title => Some(row.title.clone()),
        RowField::Message => row.message.clone(),
        RowField::Cvss => row.cvss.map(|score| score.to_string()),
        RowField::CvssVector => row.cvss_vector.clone(),
        RowField::Cwe => joined(row.cwe.iter().map(u32::to_string)),
        RowField::VulnerabilityIds => joined(row.vulnerability_ids.iter().cloned()),
        RowField::File => path(&row.file),
        RowField::Line => number(&row.line),
        RowField::Url => row.url.clone(),
        RowField::Method => row.method.clone(),
        RowField::Parameter => row.parameter.clone(),
        RowField::Host => row.host.clone(),
        RowField::Port => number(&row.port),
        RowField::Component => row.component.clone(),
        RowField::Version => row.version.clone(),
        RowField::FixedVersion => row.fixed_version.clone(),
        RowField::Manifest => path(&row.manifest),
        RowField::Purl => row.purl.as_deref().map(stable::package_url),
        RowField::Confidence => row.confidence.clone(),
        RowField::NativeId => row.native_id.clone(),
        RowField::Fingerprint => row.fingerprint.clone(),
        RowField::Target => path(&row.target),
        RowField::Environment => row.environment.clone(),
        RowField::Branch => row.branch.clone(),
        RowField::Severity
        | RowField::Tool
        | RowField::ScanLine
        | RowField::SeverityFrom
        | RowField::Evidence
        | RowField::Status
        | RowField::StatusReason
        | RowField::FirstSeen
        | RowField::LastSeen
        | RowField::ClosedAt
        | RowField::AcceptedUntil
        | RowField::Epss
        | RowField::KnownExploited
        | RowField::Dropped => None,
    }
}

fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// The identity that a row has by the recipe of its source, for rows that were read by another.
pub fn renewed(source: &ReportSource, row: &ReportRow) -> String {
    identity(source, row)
}

/// What the identities of a source are made of, as a word: another recipe makes others.
pub fn recipe(source: &ReportSource) -> String {
    let fields: Vec<&str> = source.identity.iter().map(|field| field.word()).collect();
    let text = format!("{VERSION}\n{}\n{}", source.kind.word(), fields.join(","));
    blake3::hash(text.as_bytes()).to_hex()[..16].to_string()
}
