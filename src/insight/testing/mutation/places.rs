//! The places of a tree that a mutant changes, and what it puts there.
//!
//! One walk serves twice: it lists the changes that can be made, or makes one of them. The number of a change is the
//! order in which the walk meets it.

use super::vocabulary::Vocabulary;
use crate::base::source::{Span, Spanned};
use crate::base::types::{Bound, TimeUnit};
use crate::lang::format;
use crate::lang::model::SymbolKind;
use crate::lang::syntax::ast::{
    ComparisonOperator, DateLiteral, Duration, Identifier, Number, WrittenLiteral,
};

/// What kind of mistake a mutant is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChangeKind {
    Weight,
    Bound,
    Comparison,
    Unit,
    Event,
}

impl ChangeKind {
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Weight => "weight",
            ChangeKind::Bound => "bound",
            ChangeKind::Comparison => "comparison",
            ChangeKind::Unit => "unit",
            ChangeKind::Event => "event",
        }
    }
}

/// The definition that a change is of, as the symbol table knows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ChangedSymbol {
    pub kind: SymbolKind,
    pub table: Option<String>,
    pub name: String,
}

/// One change of one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mutation {
    pub kind: ChangeKind,
    /// The words that are changed.
    pub span: Span,
    /// What stands there instead.
    pub new: String,
    pub of: ChangedSymbol,
}

/// Walks trees; see the module.
pub struct Mutator<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    /// The change to make; `None`: all are listed.
    wanted: Option<usize>,
    seen: usize,
    pub(super) listed: Vec<Mutation>,
    /// What the walk is in.
    pub(super) of: ChangedSymbol,
}

impl<'a> Mutator<'a> {
    pub fn new(vocabulary: &'a Vocabulary, wanted: Option<usize>) -> Mutator<'a> {
        Mutator {
            vocabulary,
            wanted,
            seen: 0,
            listed: Vec::new(),
            of: ChangedSymbol {
                kind: SymbolKind::Table,
                table: None,
                name: String::new(),
            },
        }
    }

    /// Lists what could stand at a place, or puts it there.
    pub(super) fn offer<T>(
        &mut self,
        kind: ChangeKind,
        span: Span,
        place: &mut T,
        alternatives: Vec<(T, String)>,
    ) {
        for (value, new) in alternatives {
            let number = self.seen;
            self.seen += 1;
            match self.wanted {
                Some(wanted) if wanted == number => {
                    *place = value;
                    return;
                }
                Some(_) => {}
                None => self.listed.push(Mutation {
                    kind,
                    span,
                    new,
                    of: self.of.clone(),
                }),
            }
        }
    }

    /// One more.
    pub(super) fn weight(&mut self, number: &mut Spanned<Number>) {
        let other = step(&number.node, 1.0).map(|other| (other.clone(), other.written));
        let other = other.into_iter().collect();
        self.offer(ChangeKind::Weight, number.span, &mut number.node, other);
    }

    /// One more and one less, in the last digit written.
    pub(super) fn count(&mut self, count: &mut Spanned<u64>) {
        let others = [Some(count.node + 1), count.node.checked_sub(1)];
        let others = others.into_iter().flatten();
        let others = others.map(|other| (other, other.to_string())).collect();
        self.offer(ChangeKind::Bound, count.span, &mut count.node, others);
    }

    /// One more, one less, and the next unit. What is written around a duration at its place is put around the new one.
    pub(super) fn duration<T>(
        &mut self,
        span: Span,
        place: &mut T,
        duration: &Duration,
        put: impl Fn(Duration) -> (T, String),
    ) {
        let others = steps(&duration.amount).map(|amount| {
            let unit = duration.unit;
            put(Duration { amount, unit })
        });
        let others = others.collect();
        self.offer(ChangeKind::Bound, span, place, others);
        let unit = match duration.unit {
            TimeUnit::Minutes => TimeUnit::Hours,
            TimeUnit::Hours => TimeUnit::Days,
            TimeUnit::Days => TimeUnit::Weeks,
            TimeUnit::Weeks => TimeUnit::Days,
        };
        let other = put(Duration {
            unit,
            ..duration.clone()
        });
        self.offer(ChangeKind::Unit, span, place, vec![other]);
    }

    /// A duration that stands alone.
    pub(super) fn plain_duration(&mut self, place: &mut Spanned<Duration>) {
        let before = place.node.clone();
        self.duration(place.span, &mut place.node, &before, |other| {
            let text = format::duration(&other);
            (other, text)
        });
    }

    /// What a condition, target or band compares with.
    pub(super) fn literal(&mut self, place: &mut Spanned<WrittenLiteral>) {
        let written = |other: WrittenLiteral| {
            let text = format::literal(&other);
            (other, text)
        };
        if let WrittenLiteral::Duration(duration) = &place.node {
            let before = duration.clone();
            self.duration(place.span, &mut place.node, &before, |other| {
                written(WrittenLiteral::Duration(other))
            });
            return;
        }
        let others: Vec<_> = self
            .other_literals(&place.node)
            .into_iter()
            .map(written)
            .collect();
        self.offer(ChangeKind::Bound, place.span, &mut place.node, others);
    }

    /// Literals next to one; those of durations are apart, since they have a unit too.
    pub(super) fn other_literals(&self, literal: &WrittenLiteral) -> Vec<WrittenLiteral> {
        match literal {
            WrittenLiteral::Word(word) | WrittenLiteral::Text(word) => {
                let words = self.vocabulary.neighbours(word).into_iter();
                words.map(WrittenLiteral::Word).collect()
            }
            WrittenLiteral::Number(number) => steps(number).map(WrittenLiteral::Number).collect(),
            WrittenLiteral::Percent(number) => steps(number).map(WrittenLiteral::Percent).collect(),
            WrittenLiteral::Duration(duration) => steps(&duration.amount)
                .map(|amount| {
                    WrittenLiteral::Duration(Duration {
                        amount,
                        unit: duration.unit,
                    })
                })
                .collect(),
            WrittenLiteral::Date(date) => vec![WrittenLiteral::Date(next_date(date))],
            WrittenLiteral::Field(_) => Vec::new(),
        }
    }

    pub(super) fn operator(&mut self, place: &mut Spanned<ComparisonOperator>) {
        let other = match place.node {
            ComparisonOperator::Equal => ComparisonOperator::NotEqual,
            ComparisonOperator::NotEqual => ComparisonOperator::Equal,
            ComparisonOperator::Less => ComparisonOperator::AtMost,
            ComparisonOperator::AtMost => ComparisonOperator::Less,
            ComparisonOperator::Greater => ComparisonOperator::AtLeast,
            ComparisonOperator::AtLeast => ComparisonOperator::Greater,
        };
        let other = vec![(other, format::comparison(other).to_owned())];
        self.offer(ChangeKind::Comparison, place.span, &mut place.node, other);
    }

    pub(super) fn target_bound(&mut self, place: &mut Spanned<Bound>) {
        let other = match place.node {
            Bound::Below => Bound::AtMost,
            Bound::AtMost => Bound::Below,
            Bound::AtLeast => Bound::Above,
            Bound::Above => Bound::AtLeast,
        };
        let other = vec![(other, other.words().to_owned())];
        self.offer(ChangeKind::Comparison, place.span, &mut place.node, other);
    }

    /// An event or a state of a table.
    pub(super) fn noun(&mut self, table: &str, name: &mut Identifier) {
        let other = self.vocabulary.other_noun(table, &name.node);
        self.renamed(name, other);
    }

    /// A column of times of a table.
    pub(super) fn time(&mut self, table: &str, name: &mut Identifier) {
        let other = self.vocabulary.other_time(table, &name.node);
        self.renamed(name, other);
    }

    fn renamed(&mut self, name: &mut Identifier, other: Option<String>) {
        let others = other.map(|other| (other.clone(), format::name(&other)));
        let others = others.into_iter().collect();
        self.offer(ChangeKind::Event, name.span, &mut name.node, others);
    }

    /// The unit that a number is shown in.
    pub(super) fn shown_unit(&mut self, unit: &mut Identifier) {
        let other = match unit.node.as_str() {
            "minutes" | "days" => "hours",
            "hours" | "weeks" => "days",
            "percent" => "ratio",
            _ => return,
        };
        let other = vec![(other.to_owned(), other.to_owned())];
        self.offer(ChangeKind::Unit, unit.span, &mut unit.node, other);
    }
}

/// One more and one less in the last digit written; never below 0.
fn steps(number: &Number) -> impl Iterator<Item = Number> {
    [step(number, 1.0), step(number, -1.0)]
        .into_iter()
        .flatten()
}

fn step(number: &Number, direction: f64) -> Option<Number> {
    let decimals = number
        .written
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    let size = 10f64.powi(-i32::try_from(decimals).ok()?);
    let written = format!("{:.decimals$}", number.value + direction * size);
    let value: f64 = written.parse().ok()?;
    (value >= 0.0).then_some(Number { value, written })
}

/// The date after one, or before it where the one after may not exist.
fn next_date(date: &DateLiteral) -> DateLiteral {
    match date {
        DateLiteral::Year(year) => DateLiteral::Year(year + 1),
        DateLiteral::Quarter(year, quarter) => DateLiteral::Quarter(*year, beside(*quarter, 4)),
        DateLiteral::Month(year, month) => DateLiteral::Month(*year, beside(*month, 12)),
        DateLiteral::Week(year, week) => DateLiteral::Week(*year, beside(*week, 52)),
        DateLiteral::Day(year, month, day) => DateLiteral::Day(*year, *month, beside(*day, 28)),
        DateLiteral::Instant(written) => DateLiteral::Instant(written.clone()),
    }
}

fn beside(number: u32, last: u32) -> u32 {
    match number < last {
        true => number + 1,
        false => number - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stepped_in_their_last_digit_and_not_below_zero() {
        let number = |written: &str| Number {
            value: written.parse().expect("a number"),
            written: written.to_owned(),
        };
        let stepped = |written: &str| -> Vec<String> {
            steps(&number(written)).map(|other| other.written).collect()
        };
        assert_eq!(stepped("30"), ["31", "29"]);
        assert_eq!(stepped("0.95"), ["0.96", "0.94"]);
        assert_eq!(stepped("1.0"), ["1.1", "0.9"]);
        assert_eq!(stepped("0"), ["1"]);
    }
}
