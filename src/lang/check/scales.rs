//! Scales: ordered words and the other spellings of data.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::index::IndexEntry;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Scale;
use crate::lang::syntax::ast;

const MOST_VALUES: usize = 250;

/// A scale with what is right about it, so that an error in it does not spread.
pub(super) fn scale(
    entry: &IndexEntry<ast::ScaleDefinition>,
    problems: &mut Problems,
) -> Arc<Scale> {
    let tree = entry.tree;
    let mut scale = Scale {
        name: tree.name.node.clone(),
        values: Vec::new(),
        mapped: Vec::new(),
    };
    for value in &tree.values {
        if scale.values.contains(&value.node) {
            problems.push(
                Diagnostic::error(
                    "K231",
                    value.span,
                    format!("`{}` stands twice in this scale", value.node),
                )
                .label("each value has one place"),
            );
        } else if scale.values.len() < MOST_VALUES {
            scale.values.push(value.node.clone());
        }
    }
    check_length(tree, problems);
    read_maps(tree, &mut scale, problems);
    Arc::new(scale)
}

fn check_length(tree: &ast::ScaleDefinition, problems: &mut Problems) {
    let count = tree.values.len();
    if (2..=MOST_VALUES).contains(&count) {
        return;
    }
    let message = format!(
        "scale `{}` has {count} value{}",
        tree.name.node,
        if count == 1 { "" } else { "s" }
    );
    problems.push(
        Diagnostic::error("K230", tree.name.span, message)
            .label(format!("a scale has 2 to {MOST_VALUES}"))
            .help("write them in ascending order: `scale severity is low < medium < high`"),
    );
}

fn read_maps(tree: &ast::ScaleDefinition, scale: &mut Scale, problems: &mut Problems) {
    let mut spellings: BTreeSet<String> = BTreeSet::new();
    for map in &tree.maps {
        let (from, to) = (&map.node.from, &map.node.to);
        let is_value = scale.values.contains(&from.node);
        if is_value || !spellings.insert(from.node.to_lowercase()) {
            let why = if is_value {
                format!("\"{}\" is already a value of this scale", from.node)
            } else {
                format!("\"{}\" is mapped twice (case does not count)", from.node)
            };
            problems.push(
                Diagnostic::error("K231", from.span, why)
                    .label("leave this out")
                    .edit_at(map.span, "", "leave this out"),
            );
            continue;
        }
        match scale.values.iter().position(|value| *value == to.node) {
            Some(code) => scale.mapped.push((from.node.clone(), code as u8)),
            None => problems.push(
                Diagnostic::error(
                    "K204",
                    to.span,
                    format!("`{}` is not a value of `{}`", to.node, scale.name),
                )
                .suggest(&to.node, scale.values.iter().map(String::as_str))
                .help(scale.to_string()),
            ),
        }
    }
}
