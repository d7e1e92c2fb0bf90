//! What a condition confines fields to, as far as that is a list of values per field.

use std::collections::BTreeMap;

use super::formulas::populations;
use super::scope::Scope;
use crate::lang::model::{Allowed, Condition, FieldId, Formula, Restriction};

/// What a conjunction of tests amounts to.
#[derive(Default)]
pub(super) struct Confined {
    pub fields: BTreeMap<FieldId, Allowed>,
    /// Tests that are no list of values.
    pub others: Vec<Condition>,
}

/// Takes a conjunction apart.
pub(super) fn confined(condition: &Condition) -> Confined {
    let mut confined = Confined::default();
    collect(condition, &mut confined);
    confined
}

fn collect(condition: &Condition, confined: &mut Confined) {
    match condition {
        Condition::All(parts) => parts.iter().for_each(|part| collect(part, confined)),
        Condition::Codes { field, allowed } => {
            confine(confined, *field, Allowed::Codes(allowed.clone()));
        }
        Condition::Texts { field, allowed } => {
            confine(confined, *field, Allowed::Texts(allowed.clone()));
        }
        Condition::AnyOf(_)
        | Condition::Not(_)
        | Condition::ContainsText { .. }
        | Condition::Number { .. }
        | Condition::Between { .. }
        | Condition::Fields { .. }
        | Condition::Present(_)
        | Condition::SoFar(_)
        | Condition::AtInstants(_)
        | Condition::InState(_)
        | Condition::Happened(_)
        | Condition::Elapsed { .. }
        | Condition::Near { .. }
        | Condition::Exists(_)
        | Condition::Within { .. } => confined.others.push(condition.clone()),
    }
}

fn confine(confined: &mut Confined, field: FieldId, allowed: Allowed) {
    let narrowed = match confined.fields.remove(&field) {
        Some(before) => both(before, &allowed),
        None => allowed,
    };
    confined.fields.insert(field, narrowed);
}

fn both(left: Allowed, right: &Allowed) -> Allowed {
    match (left, right) {
        (Allowed::Codes(left), Allowed::Codes(right)) => Allowed::Codes(&left & right),
        (Allowed::Texts(left), Allowed::Texts(right)) => Allowed::Texts(&left & right),
        (left @ Allowed::Codes(_), Allowed::Texts(_))
        | (left @ Allowed::Texts(_), Allowed::Codes(_)) => left,
    }
}

fn either(left: Allowed, right: &Allowed) -> Option<Allowed> {
    match (left, right) {
        (Allowed::Codes(left), Allowed::Codes(right)) => Some(Allowed::Codes(&left | right)),
        (Allowed::Texts(left), Allowed::Texts(right)) => Some(Allowed::Texts(&left | right)),
        (Allowed::Codes(_), Allowed::Texts(_)) | (Allowed::Texts(_), Allowed::Codes(_)) => None,
    }
}

/// Restrictions by field name.
pub(super) fn named(scope: Scope, confined: Confined) -> Vec<Restriction> {
    confined
        .fields
        .into_iter()
        .map(|(field, allowed)| Restriction {
            field: scope.field_name(field).to_owned(),
            allowed,
        })
        .collect()
}

/// What all populations of a formula are confined to: a field counts if every population confines
/// it, to whatever any of them allows.
pub(super) fn common(scope: Scope, formula: &Formula) -> Vec<Restriction> {
    let mut common: Option<BTreeMap<FieldId, Allowed>> = None;
    populations(scope, formula, &mut |population| {
        let own = match &population.filter {
            Some(filter) => confined(filter).fields,
            None => BTreeMap::new(),
        };
        common = Some(match common.take() {
            None => own,
            Some(before) => shared(scope, before, &own),
        });
    });
    let fields = common.unwrap_or_default();
    let others = Vec::new();
    named(scope, Confined { fields, others })
}

/// Fields of different tables are the same where name and type are.
fn shared(
    scope: Scope,
    left: BTreeMap<FieldId, Allowed>,
    right: &BTreeMap<FieldId, Allowed>,
) -> BTreeMap<FieldId, Allowed> {
    let same = |left: FieldId, right: FieldId| {
        scope.field_name(left) == scope.field_name(right)
            && scope.field_type(left) == scope.field_type(right)
    };
    left.into_iter()
        .filter_map(|(field, allowed)| {
            let (_, more) = right.iter().find(|(other, _)| same(field, **other))?;
            either(allowed, more).map(|allowed| (field, allowed))
        })
        .collect()
}
