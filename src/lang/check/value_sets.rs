//! The values of one field, or of one time, that tests let pass, so that tests of the same can be held against each other.
//!
//! Numbers, dates, durations and codes are ranges of whole numbers: the floating-point numbers in their order are counted through, so
//! that `> 9` begins at the next number after 9. A missing value is one more value, for `!=` lets it pass (rule S15).

use std::collections::BTreeSet;

use super::scope::Scope;
use crate::base::types::FieldType;
use crate::lang::model::{ChosenEvent, Condition, FieldId, NumberTest, OrderTest};

/// Ranges `[from, until)`, ascending and apart.
type Ranges = Vec<(i128, i128)>;

/// What a test is about.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum TestedValue {
    Field(FieldId),
    /// From an event to another, or to the instant.
    Time(ChosenEvent, Option<ChosenEvent>),
}

/// What a field or a time may be.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ValueSet {
    values: Values,
    with_missing: bool,
}

#[derive(Clone, PartialEq, Debug)]
enum Values {
    Ranges {
        /// All that there is.
        domain: (i128, i128),
        ranges: Ranges,
    },
    Texts {
        listed: BTreeSet<String>,
        /// All others are meant.
        is_complement: bool,
    },
}

impl ValueSet {
    /// What a condition lets pass, if it is about one field or one time and about its own value alone.
    pub fn of(scope: Scope, condition: &Condition) -> Option<(TestedValue, ValueSet)> {
        let of_field = |field: FieldId, ranges| {
            (
                TestedValue::Field(field),
                ValueSet::ranges(scope, field, ranges),
            )
        };
        match condition {
            Condition::All(parts) => ValueSet::joined(scope, parts, ValueSet::intersection),
            Condition::AnyOf(parts) => ValueSet::joined(scope, parts, ValueSet::union),
            Condition::Not(inner) => {
                let (subject, set) = ValueSet::of(scope, inner)?;
                Some((subject, set.complement()))
            }
            Condition::Present(field) => {
                let everything = ValueSet::everything(scope, *field);
                Some((TestedValue::Field(*field), everything))
            }
            Condition::Codes { field, allowed } => {
                let ranges = allowed
                    .iter()
                    .map(|code| (i128::from(*code), i128::from(*code) + 1));
                Some(of_field(*field, ranges.collect()))
            }
            Condition::Texts { field, allowed } => {
                let values = Values::Texts {
                    listed: allowed.clone(),
                    is_complement: false,
                };
                Some((
                    TestedValue::Field(*field),
                    ValueSet::without_missing(values),
                ))
            }
            Condition::Number { field, test } => Some(of_field(*field, vec![number_range(*test)])),
            Condition::Between { field, from, until } => {
                let range = (i128::from(*from), i128::from(*until));
                Some(of_field(*field, vec![range]))
            }
            Condition::Elapsed {
                from,
                to,
                test,
                micros,
            } => {
                let values = Values::Ranges {
                    domain: TIMES,
                    ranges: ascending(vec![time_range(*test, i128::from(*micros))]),
                };
                let subject = TestedValue::Time(from.clone(), to.clone());
                Some((subject, ValueSet::without_missing(values)))
            }
            Condition::ContainsText { .. }
            | Condition::Fields { .. }
            | Condition::Exists(_)
            | Condition::InState(_)
            | Condition::Happened(_)
            | Condition::SoFar(_)
            | Condition::AtInstants(_)
            | Condition::Near { .. }
            | Condition::Within { .. } => None,
        }
    }

    fn joined(
        scope: Scope,
        parts: &[Condition],
        join: impl Fn(ValueSet, &ValueSet) -> ValueSet,
    ) -> Option<(TestedValue, ValueSet)> {
        let mut sets = parts.iter().map(|part| ValueSet::of(scope, part));
        let (subject, mut all) = sets.next()??;
        for set in sets {
            let (other, set) = set?;
            if other != subject {
                return None;
            }
            all = join(all, &set);
        }
        Some((subject, all))
    }

    fn without_missing(values: Values) -> ValueSet {
        ValueSet {
            values,
            with_missing: false,
        }
    }

    fn ranges(scope: Scope, field: FieldId, ranges: Ranges) -> ValueSet {
        let domain = domain(scope.field_type(field));
        let within = overlaps(&ascending(ranges), &[domain]);
        ValueSet::without_missing(Values::Ranges {
            domain,
            ranges: within,
        })
    }

    fn everything(scope: Scope, field: FieldId) -> ValueSet {
        match scope.field_type(field) {
            FieldType::Text => ValueSet::without_missing(Values::Texts {
                listed: BTreeSet::new(),
                is_complement: true,
            }),
            other => ValueSet::ranges(scope, field, vec![domain(other)]),
        }
    }

    fn complement(self) -> ValueSet {
        let values = match self.values {
            Values::Ranges { domain, ranges } => Values::Ranges {
                domain,
                ranges: gaps(domain, &ranges),
            },
            Values::Texts {
                listed,
                is_complement,
            } => Values::Texts {
                listed,
                is_complement: !is_complement,
            },
        };
        ValueSet {
            values,
            with_missing: !self.with_missing,
        }
    }

    pub fn intersection(self, other: &ValueSet) -> ValueSet {
        let values = match (self.values, &other.values) {
            (Values::Ranges { domain, ranges }, Values::Ranges { ranges: more, .. }) => {
                Values::Ranges {
                    domain,
                    ranges: overlaps(&ranges, more),
                }
            }
            (
                Values::Texts {
                    listed,
                    is_complement,
                },
                Values::Texts {
                    listed: more,
                    is_complement: is_more_complement,
                },
            ) => texts_in_both((listed, is_complement), (more, *is_more_complement)),
            (Values::Ranges { .. }, Values::Texts { .. })
            | (Values::Texts { .. }, Values::Ranges { .. }) => {
                unreachable!("both are of one field")
            }
        };
        ValueSet {
            values,
            with_missing: self.with_missing && other.with_missing,
        }
    }

    fn union(self, other: &ValueSet) -> ValueSet {
        let neither = self.complement().intersection(&other.clone().complement());
        neither.complement()
    }

    /// Whether nothing passes.
    pub fn is_empty(&self) -> bool {
        !self.with_missing && self.has_no_value()
    }

    /// Whether no value passes; where there is none, it may.
    pub fn has_no_value(&self) -> bool {
        match &self.values {
            Values::Ranges { ranges, .. } => ranges.is_empty(),
            Values::Texts {
                listed,
                is_complement,
            } => listed.is_empty() && !is_complement,
        }
    }

    /// Whether all of this passes the other too.
    pub fn is_within(&self, other: &ValueSet) -> bool {
        let outside = self.clone().intersection(&other.clone().complement());
        outside.is_empty()
    }
}

/// The values of a type as whole numbers.
fn domain(field_type: &FieldType) -> (i128, i128) {
    match field_type {
        FieldType::Scale(scale) => (0, scale.values.len() as i128),
        FieldType::YesNo => (0, 2),
        FieldType::Number => (place(f64::MIN), place(f64::MAX) + 1),
        FieldType::Date => (i128::from(i64::MIN), i128::from(i64::MAX)),
        FieldType::Text => (0, 0),
    }
}

/// The place of a number among all of them.
fn place(number: f64) -> i128 {
    // Both zeros are one number.
    let bits = (number + 0.0).to_bits() as i64;
    i128::from(if bits < 0 { i64::MIN - bits } else { bits })
}

fn number_range(test: NumberTest) -> (i128, i128) {
    let (lowest, highest) = domain(&FieldType::Number);
    match test {
        NumberTest::Equal(limit) => (place(limit), place(limit) + 1),
        NumberTest::Less(limit) => (lowest, place(limit)),
        NumberTest::AtMost(limit) => (lowest, place(limit) + 1),
        NumberTest::Greater(limit) => (place(limit) + 1, highest),
        NumberTest::AtLeast(limit) => (place(limit), highest),
    }
}

/// Times in microseconds: no row has one before its begin.
const TIMES: (i128, i128) = (0, i64::MAX as i128);

fn time_range(test: OrderTest, micros: i128) -> (i128, i128) {
    match test {
        OrderTest::Equal => (micros, micros + 1),
        OrderTest::Less => (TIMES.0, micros),
        OrderTest::AtMost => (TIMES.0, micros + 1),
        OrderTest::Greater => (micros + 1, TIMES.1),
        OrderTest::AtLeast => (micros, TIMES.1),
    }
}

/// Ranges in order, those that touch as one.
fn ascending(mut ranges: Ranges) -> Ranges {
    ranges.retain(|(from, until)| from < until);
    ranges.sort_unstable();
    let mut merged: Ranges = Vec::new();
    for (from, until) in ranges {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            Some(_) | None => merged.push((from, until)),
        }
    }
    merged
}

fn overlaps(left: &[(i128, i128)], right: &[(i128, i128)]) -> Ranges {
    let (mut left_at, mut right_at, mut both) = (0, 0, Vec::new());
    while let (Some(mine), Some(theirs)) = (left.get(left_at), right.get(right_at)) {
        let overlap = (mine.0.max(theirs.0), mine.1.min(theirs.1));
        if overlap.0 < overlap.1 {
            both.push(overlap);
        }
        match mine.1 < theirs.1 {
            true => left_at += 1,
            false => right_at += 1,
        }
    }
    both
}

/// What of a domain lies in none of the ranges.
fn gaps(domain: (i128, i128), ranges: &[(i128, i128)]) -> Ranges {
    let mut from = domain.0;
    let mut gaps = Vec::new();
    for range in ranges {
        gaps.push((from, range.0));
        from = range.1;
    }
    gaps.push((from, domain.1));
    ascending(gaps)
}

fn texts_in_both(
    (mine, is_mine_complement): (BTreeSet<String>, bool),
    (theirs, is_theirs_complement): (&BTreeSet<String>, bool),
) -> Values {
    let listed = match (is_mine_complement, is_theirs_complement) {
        (false, false) => &mine & theirs,
        (false, true) => &mine - theirs,
        (true, false) => theirs - &mine,
        (true, true) => &mine | theirs,
    };
    Values::Texts {
        listed,
        is_complement: is_mine_complement && is_theirs_complement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order_as_places() {
        let numbers = [f64::MIN, -9.1, -9.0, -0.5, 0.0, 0.5, 9.0, 9.1, f64::MAX];
        assert!(numbers.is_sorted_by_key(|number| place(*number)));
        assert_eq!(place(-0.0), place(0.0));
        assert_eq!(place(9.0_f64.next_up()), place(9.0) + 1);
        assert_eq!(place(0.0), 0);
    }

    #[test]
    fn ranges_are_cut_and_turned_round() {
        let all = (0, 10);
        assert_eq!(
            ascending(vec![(5, 7), (1, 2), (2, 3), (4, 4)]),
            [(1, 3), (5, 7)]
        );
        assert_eq!(overlaps(&[(0, 4), (6, 9)], &[(2, 7)]), [(2, 4), (6, 7)]);
        assert_eq!(gaps(all, &[(0, 4), (6, 9)]), [(4, 6), (9, 10)]);
        assert_eq!(gaps(all, &[all]), []);
    }

    #[test]
    fn texts_meet_with_all_others() {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let both = |mine: (&[&str], bool), theirs: (&[&str], bool)| {
            texts_in_both((texts(mine.0), mine.1), (&texts(theirs.0), theirs.1))
        };
        let listed = |words: &[&str], is_complement| Values::Texts {
            listed: texts(words),
            is_complement,
        };
        assert_eq!(
            both((&["a", "b"], false), (&["b"], false)),
            listed(&["b"], false)
        );
        assert_eq!(
            both((&["a", "b"], false), (&["b"], true)),
            listed(&["a"], false)
        );
        assert_eq!(
            both((&["a"], true), (&["a", "b"], false)),
            listed(&["b"], false)
        );
        assert_eq!(
            both((&["a"], true), (&["b"], true)),
            listed(&["a", "b"], true)
        );
    }
}
