//! The aggregates of the language: one file each, one table of all of them.
//!
//! A function says what the engine keeps of a group's rows ([`Keeps`]) and makes one number of what
//! was kept ([`Function::finish`]). What is kept can be merged, so totals and `other` come from rows
//! and never from displayed values (rule S23). A new aggregate over something already kept is one
//! file here and one row in [`ALL`].

mod count;
mod distinct;
mod max;
mod mean;
mod median;
mod min;
mod percentile;
mod share;
mod sum;
mod typical;

use crate::base::types::Unit;

/// One aggregate.
#[derive(Debug)]
pub struct Function {
    /// As written; percentiles are written `p50`, `p95`, and named `pNN` here.
    pub name: &'static str,
    pub summary: &'static str,
    pub signature: &'static str,
    /// A formula over the shipped tables; the tests check and run it.
    pub example: &'static str,
    pub takes: Takes,
    pub keeps: Keeps,
    /// One number of a group, in the unit of what was kept; `None` is *none* (rule S16).
    /// The second argument is the percentile's fraction.
    pub finish: fn(Kept, Option<f64>) -> Option<f64>,
    /// The unit of the result, given the unit of the value (count where there is none).
    pub unit: fn(Unit) -> Unit,
}

/// What is written between the function and `of`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// Nothing: `count of findings open`.
    Rows,
    /// Nothing, and a test after `with`: `share of … with …`.
    Test,
    /// A number field, a score, a time from event to event, or a time since an event.
    Number,
    /// Any field.
    Field,
    /// A time from event to event, of an event; rows without the second are still running.
    Lifetime,
}

/// What the engine keeps of a group's rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeps {
    /// How many rows, and how many pass the test.
    Tally,
    /// Exact sum and number of values.
    Total,
    /// Smallest and largest value.
    Extremes,
    /// The two values that a quantile lies between.
    Values,
    /// Every different value.
    Distinct,
    /// Durations, and whether each has ended.
    Lifetimes,
}

/// What was kept of one group.
#[derive(Debug)]
pub enum Kept<'a> {
    Tally {
        with: u64,
        all: u64,
    },
    Total {
        sum: f64,
        rows: u64,
    },
    Extremes {
        min: f64,
        max: f64,
        rows: u64,
    },
    /// Of the values in ascending order the one at `floor(fraction * (rows - 1))`, counted from 0, and the one after.
    Quantile {
        lower: f64,
        upper: f64,
        fraction: f64,
        rows: u64,
    },
    Distinct(u64),
    /// In ascending order of duration.
    Lifetimes(&'a [Lifetime]),
}

/// How long a row ran, and whether it has ended, in one number: lists of them are long, and sorted by duration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lifetime(i64);

impl Lifetime {
    /// Microseconds from 0 up to half the largest number.
    pub fn new(micros: i64, has_ended: bool) -> Lifetime {
        Lifetime(micros * 2 + i64::from(has_ended))
    }

    pub fn micros(self) -> i64 {
        self.0 / 2
    }

    pub fn has_ended(self) -> bool {
        self.0 % 2 == 1
    }
}

/// All functions, in the order the documentation lists them.
pub static ALL: &[Function] = &[
    count::FUNCTION,
    share::FUNCTION,
    sum::FUNCTION,
    mean::FUNCTION,
    median::FUNCTION,
    percentile::FUNCTION,
    min::FUNCTION,
    max::FUNCTION,
    distinct::FUNCTION,
    typical::FUNCTION,
];

/// The function a written name stands for, and the fraction of a percentile: `p95` gives 0.95,
/// `p99.9` cannot be written, `p100` is the maximum.
pub fn find(written: &str) -> Option<(&'static Function, Option<f64>)> {
    if let Some(fraction) = percentile::fraction(written) {
        return ALL
            .iter()
            .find(|function| function.name == "pNN")
            .map(|function| (function, Some(fraction)));
    }
    ALL.iter()
        .find(|function| function.name == written && function.name != "pNN")
        .map(|function| (function, None))
}

/// The function that a word of other languages stands for.
pub fn by_other_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "average" | "avg" => "mean",
        "percentage" | "percent" | "rate" | "ratio" | "proportion" => "share",
        "total" => "sum",
        "number" => "count",
        "unique" => "distinct",
        "maximum" => "max",
        "minimum" => "min",
        _ => return None,
    })
}

/// The fraction of a written percentile: `p75` gives 0.75.
pub fn percentile(written: &str) -> Option<f64> {
    percentile::fraction(written)
}

fn same(unit: Unit) -> Unit {
    unit
}

fn count_unit(_: Unit) -> Unit {
    Unit::Count
}

fn mismatch(kept: Kept) -> ! {
    unreachable!("the engine kept {kept:?}, which this function does not ask for")
}
