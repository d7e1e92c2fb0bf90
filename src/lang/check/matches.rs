//! Matches: what detections of one weakness have in common.

use super::index::IndexEntry;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::model::{Across, MatchRule, RowField};
use crate::lang::syntax::ast;

/// Fields that can be compared between tools.
const COMPARED: &[RowField] = &[
    RowField::RuleId,
    RowField::Title,
    RowField::Cwe,
    RowField::VulnerabilityIds,
    RowField::File,
    RowField::Line,
    RowField::Url,
    RowField::Method,
    RowField::Parameter,
    RowField::Host,
    RowField::Port,
    RowField::Component,
    RowField::Version,
    RowField::Manifest,
    RowField::Purl,
    RowField::NativeId,
    RowField::Fingerprint,
];

/// Fields that say where a weakness is; without one any two of a kind would be one.
const PLACES: &[RowField] = &[
    RowField::File,
    RowField::Url,
    RowField::Component,
    RowField::Manifest,
    RowField::Purl,
    RowField::NativeId,
];

/// Checks all matches.
pub(super) fn matches(
    entries: &[IndexEntry<ast::Match>],
    problems: &mut Problems,
) -> Vec<MatchRule> {
    let check = |entry: &IndexEntry<ast::Match>| rule(entry, problems);
    entries.iter().filter_map(check).collect()
}

fn rule(entry: &IndexEntry<ast::Match>, problems: &mut Problems) -> Option<MatchRule> {
    let tree = entry.tree;
    let mut rule = MatchRule {
        name: tree.name.node.clone(),
        title: tree.title.as_ref().map(|title| title.node.clone()),
        same: Vec::new(),
        lines_within: None,
        across: Across::Tools,
        span: entry.span,
    };
    let mut seen = Vec::new();
    for clause in &tree.clauses {
        let name = clause_name(&clause.node);
        if seen.contains(&name) {
            let message = format!("`{name}` stands twice in this match");
            problems
                .push(Diagnostic::error("K721", clause.span, message).leave_out("leave one out"));
            continue;
        }
        seen.push(name);
        read(clause, &mut rule, problems);
    }
    if !seen.contains(&"same") {
        let message = format!("match `{}` has no `same`", rule.name);
        problems.push(
            Diagnostic::error("K720", tree.name.span, message).help("write `same cwe, file`"),
        );
        return None;
    }
    judge(tree, &rule, problems);
    Some(rule)
}

fn read(clause: &Spanned<ast::MatchClause>, rule: &mut MatchRule, problems: &mut Problems) {
    match &clause.node {
        ast::MatchClause::Same(names) => {
            for name in names {
                let words: Vec<&str> = COMPARED.iter().map(|field| field.word()).collect();
                if is_known(name, "a field that detections can share", &words, problems) {
                    rule.same.extend(RowField::from_word(&name.node));
                }
            }
        }
        ast::MatchClause::Near { field, within } => match u32::try_from(within.node) {
            Ok(lines) if field.node == "line" => rule.lines_within = Some(lines),
            Ok(_) | Err(_) => problems.push(
                Diagnostic::error("K724", clause.span, "only lines can be near each other")
                    .help("write `near line within 5`"),
            ),
        },
        ast::MatchClause::Across(name) => {
            let words: Vec<&str> = Across::ALL.iter().map(|across| across.word()).collect();
            if is_known(name, "what a match can go across", &words, problems) {
                rule.across = Across::from_word(&name.node).unwrap_or(Across::Tools);
            }
        }
    }
}

fn is_known(name: &ast::Identifier, what: &str, words: &[&str], problems: &mut Problems) -> bool {
    let is_known = words.contains(&name.node.as_str());
    if !is_known {
        let message = format!("`{}` is not {what}", name.node);
        problems.push(
            Diagnostic::error("K722", name.span, message)
                .suggest(&name.node, words.iter().copied())
                .help_edit(format!("one of: {}", words.join(", ")), words[0]),
        );
    }
    is_known
}

/// A kind of weakness alone is never one weakness.
fn judge(tree: &ast::Match, rule: &MatchRule, problems: &mut Problems) {
    let has_place = rule.same.iter().any(|field| PLACES.contains(field));
    if !has_place && !problems.has_errors() {
        let message = format!(
            "match `{}` says too little: where is the weakness?",
            rule.name
        );
        problems.push(
            Diagnostic::error("K723", tree.name.span, message)
                .help("add file, url, component, manifest, purl or native_id to `same`"),
        );
    }
    if rule.lines_within.is_some() && !rule.same.contains(&RowField::File) {
        let message = "lines are near each other in one file only";
        problems
            .push(Diagnostic::error("K724", tree.name.span, message).help("add file to `same`"));
    }
}

fn clause_name(clause: &ast::MatchClause) -> &'static str {
    match clause {
        ast::MatchClause::Same(_) => "same",
        ast::MatchClause::Near { .. } => "near",
        ast::MatchClause::Across(_) => "across",
    }
}
