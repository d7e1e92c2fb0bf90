//! Conditions → masks.

use super::compile::{NodeKey, Program};
use super::fields::AccessEnd;
use super::nodes::{Node, NodeId};
use crate::base::types::FieldType;
use crate::exec::data::{ColumnData, MISSING_TEXT};
use crate::lang::model::{Condition, FieldId, OrderTest};

impl<'a> Program<'a> {
    /// The mask of a condition. `base` is the event that `within` and `any …` are judged at; a
    /// condition over states leaves those to [`super::pieces`].
    pub fn condition(&mut self, condition: &Condition, base: Option<NodeId>) -> NodeId {
        let base = depends_on_time(condition).then_some(base).flatten();
        let key = NodeKey::Condition(condition.clone(), base);
        self.shared(key, |program| program.condition_node(condition, base))
    }

    fn condition_node(&mut self, condition: &Condition, base: Option<NodeId>) -> Node<'a> {
        match condition {
            Condition::All(parts) => Node::All(self.conditions(parts, base)),
            Condition::AnyOf(parts) => Node::AnyOf(self.conditions(parts, base)),
            Condition::Not(part) => Node::Not(self.condition(part, base)),
            Condition::Codes { field, allowed } => {
                let mut table = Box::new([false; 256]);
                for code in allowed {
                    table[*code as usize] = true;
                }
                Node::CodeIn(self.field(*field), table)
            }
            Condition::Texts { field, allowed } => {
                let dictionary = self.dictionary(*field);
                let allowed = dictionary
                    .iter()
                    .map(|text| allowed.contains(text))
                    .collect();
                Node::TextIn(self.field(*field), allowed)
            }
            Condition::Number { field, test } => Node::Number(self.field(*field), *test),
            Condition::Between { field, from, until } => {
                Node::Between(self.field(*field), *from, *until)
            }
            Condition::Fields { left, test, right } => self.fields(*left, *test, *right),
            Condition::Present(field) => Node::Present(self.field(*field)),
            Condition::Exists(exists) => Node::CoveredAt {
                coverage: self.coverage(exists),
                at: base
                    .expect("checking allows `any` only where there is an instant to judge it at"),
            },
            Condition::Within { event, micros } => Node::Within {
                event: self.event(event.event),
                base: base.expect("checking allows `within` only of an event"),
                micros: *micros,
            },
        }
    }

    fn conditions(&mut self, parts: &[Condition], base: Option<NodeId>) -> Vec<NodeId> {
        parts
            .iter()
            .map(|part| self.condition(part, base))
            .collect()
    }

    fn fields(&mut self, left: FieldId, test: OrderTest, right: FieldId) -> Node<'a> {
        let nodes = (self.field(left), self.field(right));
        match &self.reader.definitions.field(left).field_type {
            FieldType::Text => {
                let other = self.dictionary(right);
                let code = |text: &String| {
                    other
                        .binary_search(text)
                        .map_or(MISSING_TEXT, |at| at as u32)
                };
                let translated = self.dictionary(left).iter().map(code).collect();
                Node::SameText(nodes.0, nodes.1, translated)
            }
            FieldType::YesNo | FieldType::Scale(_) => Node::CompareCodes(nodes.0, test, nodes.1),
            FieldType::Number => Node::CompareNumbers(nodes.0, test, nodes.1),
            FieldType::Date => Node::CompareInstants(nodes.0, test, nodes.1),
        }
    }

    /// The texts of a text field by code; empty when its table was not loaded.
    pub fn dictionary(&self, field: FieldId) -> &'a [String] {
        match self.reader.access(field).map(|access| access.end) {
            Some(AccessEnd::Column {
                data: ColumnData::Texts { dictionary, .. },
                ..
            }) => dictionary,
            Some(AccessEnd::Column { .. } | AccessEnd::Due(..)) | None => &[],
        }
    }
}

/// Whether a condition is judged at the instant of evaluation, by `any …` or `within`.
pub(super) fn depends_on_time(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => parts.iter().any(depends_on_time),
        Condition::Not(part) => depends_on_time(part),
        Condition::Exists(_) | Condition::Within { .. } => true,
        Condition::Codes { .. }
        | Condition::Texts { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_) => false,
    }
}

/// The longest `within` of a condition: how old a row must be to be judged (rule S20).
pub(super) fn longest_within(condition: &Condition) -> Option<i64> {
    match condition {
        Condition::All(parts) | Condition::AnyOf(parts) => {
            parts.iter().filter_map(longest_within).max()
        }
        Condition::Not(part) => longest_within(part),
        Condition::Within { micros, .. } => Some(*micros),
        Condition::Codes { .. }
        | Condition::Texts { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_)
        | Condition::Exists(_) => None,
    }
}

/// The parts of a conjunction.
pub(super) fn conjuncts(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}
