//! Tests of a block's rows: the nodes that give masks.

use super::nodes::{Block, Buffer, Node, NodeId};
use crate::exec::data::{MISSING_CODE, MISSING_INSTANT, MISSING_TEXT};
use crate::lang::model::{NumberTest, OrderTest};

impl<'a> Block<'a> {
    /// The mask of a node that is a test.
    pub fn test(&self, node: &Node<'a>) -> Vec<bool> {
        match node {
            Node::Known { from, known_on } => from[self.rows.clone()]
                .iter()
                .map(|instant| instant < known_on)
                .collect(),
            Node::All(masks) => self.fold(masks, true, |all, one| all & one),
            Node::AnyOf(masks) => self.fold(masks, false, |any, one| any | one),
            Node::Not(mask) => self.mask(*mask).iter().map(|holds| !holds).collect(),
            Node::CodeIn(codes, allowed) => {
                let codes = self.codes(*codes).iter();
                codes.map(|code| allowed[*code as usize]).collect()
            }
            Node::TextIn(texts, allowed) => {
                let allowed = |text: &u32| allowed.get(*text as usize) == Some(&true);
                self.texts(*texts).iter().map(allowed).collect()
            }
            Node::Number(numbers, test) => {
                let numbers = self.numbers(*numbers).iter();
                numbers.map(|number| test_number(*number, *test)).collect()
            }
            Node::Between(instants, from, until) => {
                let within = |at: &i64| *at != MISSING_INSTANT && from <= at && at < until;
                self.instants(*instants).iter().map(within).collect()
            }
            Node::CompareCodes(left, test, right) => {
                let present = |code: &u8| (*code != MISSING_CODE).then_some(*code);
                compare(self.codes(*left), self.codes(*right), *test, present)
            }
            Node::SameText(left, right, translated) => {
                let same = |(left, right): (&u32, &u32)| {
                    *right != MISSING_TEXT && translated.get(*left as usize) == Some(right)
                };
                let pairs = self.texts(*left).iter().zip(self.texts(*right));
                pairs.map(same).collect()
            }
            Node::CompareNumbers(left, test, right) => {
                let present = |number: &f64| (!number.is_nan()).then_some(*number);
                compare(self.numbers(*left), self.numbers(*right), *test, present)
            }
            Node::CompareInstants(left, test, right) => {
                let present = |at: &i64| (*at != MISSING_INSTANT).then_some(*at);
                compare(self.instants(*left), self.instants(*right), *test, present)
            }
            Node::Present(node) => self.present(*node),
            Node::CoveredAt { coverage, at } => {
                let rows = self.rows.clone().zip(self.instants(*at));
                rows.map(|(row, at)| coverage.holds(row, *at)).collect()
            }
            Node::Within {
                event,
                base,
                micros,
            } => {
                let pairs = self.instants(*event).iter().zip(self.instants(*base));
                pairs
                    .map(|(event, base)| *event >= *base && *event < base.saturating_add(*micros))
                    .collect()
            }
            Node::Pending {
                base,
                micros,
                as_of,
            } => {
                let base = self.instants(*base).iter();
                base.map(|base| base.saturating_add(*micros) > *as_of)
                    .collect()
            }
            Node::Codes(..)
            | Node::Texts(..)
            | Node::Numbers(..)
            | Node::Instants(..)
            | Node::Ready(_)
            | Node::NoInstants
            | Node::NoCodes
            | Node::NoTexts
            | Node::NoNumbers
            | Node::First(_)
            | Node::Earliest(_)
            | Node::Where(..)
            | Node::Due(_)
            | Node::Breach { .. }
            | Node::FirstOf(_)
            | Node::Score(_) => unreachable!("a node of values is not a test"),
        }
    }

    fn fold(&self, masks: &[NodeId], start: bool, join: impl Fn(bool, bool) -> bool) -> Vec<bool> {
        let mut joined = self.filled(start);
        for mask in masks {
            for (joined, one) in joined.iter_mut().zip(self.mask(*mask)) {
                *joined = join(*joined, *one);
            }
        }
        joined
    }

    fn present(&self, node: NodeId) -> Vec<bool> {
        match self.buffer(node) {
            Buffer::Codes(codes) => codes.iter().map(|code| *code != MISSING_CODE).collect(),
            Buffer::Texts(texts) => texts.iter().map(|text| *text != MISSING_TEXT).collect(),
            Buffer::Numbers(numbers) => numbers.iter().map(|number| !number.is_nan()).collect(),
            Buffer::Instants(instants) => {
                instants.iter().map(|at| *at != MISSING_INSTANT).collect()
            }
            Buffer::Mask(mask) => mask.clone(),
        }
    }
}

fn test_number(number: f64, test: NumberTest) -> bool {
    match test {
        NumberTest::Equal(limit) => number == limit,
        NumberTest::Less(limit) => number < limit,
        NumberTest::AtMost(limit) => number <= limit,
        NumberTest::Greater(limit) => number > limit,
        NumberTest::AtLeast(limit) => number >= limit,
    }
}

fn compare<T, U: PartialOrd>(
    left: &[T],
    right: &[T],
    test: OrderTest,
    present: impl Fn(&T) -> Option<U>,
) -> Vec<bool> {
    let holds = |(left, right): (&T, &T)| match (present(left), present(right)) {
        (Some(left), Some(right)) => match test {
            OrderTest::Equal => left == right,
            OrderTest::Less => left < right,
            OrderTest::AtMost => left <= right,
            OrderTest::Greater => left > right,
            OrderTest::AtLeast => left >= right,
        },
        (None, _) | (_, None) => false,
    };
    left.iter().zip(right).map(holds).collect()
}
