//! Leaf vocabulary: units, time grains, value types, scales. No stage owns these.

use std::fmt;
use std::sync::Arc;

/// What a number measures. `+` and `-` need the same unit (rule S26).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unit {
    /// Rows.
    Count,
    /// Elapsed time. Held in microseconds inside the engine, shown in the KPI's [`TimeUnit`].
    Duration,
    /// A fraction of one; shown times 100 with `%`.
    Percent,
    /// Risk points: what scores yield.
    Points,
    /// A quotient of two numbers of the same unit, or a plain number.
    Ratio,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Count => "count",
            Unit::Duration => "duration",
            Unit::Percent => "percent",
            Unit::Points => "points",
            Unit::Ratio => "ratio",
        })
    }
}

/// The unit a duration is written or shown in. Days are 24 hours (rule S13).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum TimeUnit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl TimeUnit {
    pub const ALL: [TimeUnit; 4] = [
        TimeUnit::Minutes,
        TimeUnit::Hours,
        TimeUnit::Days,
        TimeUnit::Weeks,
    ];

    /// How many microseconds one of it lasts.
    pub fn micros(self) -> i64 {
        match self {
            TimeUnit::Minutes => 60_000_000,
            TimeUnit::Hours => 3_600_000_000,
            TimeUnit::Days => MICROS_PER_DAY,
            TimeUnit::Weeks => 7 * MICROS_PER_DAY,
        }
    }

    /// The plural word of the language: `days`.
    pub fn word(self) -> &'static str {
        match self {
            TimeUnit::Minutes => "minutes",
            TimeUnit::Hours => "hours",
            TimeUnit::Days => "days",
            TimeUnit::Weeks => "weeks",
        }
    }
}

/// One day of elapsed time.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// How a KPI's value is shown and written in JSON: the clause `as`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DisplayUnit {
    Count,
    Percent,
    Points,
    Ratio,
    Time(TimeUnit),
}

impl DisplayUnit {
    /// The word of the language and of JSON's `unit`.
    pub fn word(self) -> &'static str {
        match self {
            DisplayUnit::Count => "count",
            DisplayUnit::Percent => "percent",
            DisplayUnit::Points => "points",
            DisplayUnit::Ratio => "ratio",
            DisplayUnit::Time(unit) => unit.word(),
        }
    }

    /// How a part of a number that is shown so is shown: durations as the whole is.
    pub fn of_part(self, unit: Unit) -> DisplayUnit {
        match (unit, self) {
            (Unit::Duration, DisplayUnit::Time(unit)) => DisplayUnit::Time(unit),
            (
                Unit::Duration,
                DisplayUnit::Count
                | DisplayUnit::Percent
                | DisplayUnit::Points
                | DisplayUnit::Ratio,
            ) => DisplayUnit::Time(TimeUnit::Days),
            (Unit::Count, _) => DisplayUnit::Count,
            (Unit::Percent, _) => DisplayUnit::Percent,
            (Unit::Points, _) => DisplayUnit::Points,
            (Unit::Ratio, _) => DisplayUnit::Ratio,
        }
    }

    /// What it measures.
    pub fn unit(self) -> Unit {
        match self {
            DisplayUnit::Count => Unit::Count,
            DisplayUnit::Percent => Unit::Percent,
            DisplayUnit::Points => Unit::Points,
            DisplayUnit::Ratio => Unit::Ratio,
            DisplayUnit::Time(_) => Unit::Duration,
        }
    }
}

/// The length of a calendar period.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Grain {
    pub const ALL: [Grain; 5] = [
        Grain::Day,
        Grain::Week,
        Grain::Month,
        Grain::Quarter,
        Grain::Year,
    ];

    /// The singular word of the language: `month`.
    pub fn word(self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Year => "year",
        }
    }
}

/// Where inside a period a stock is read (rule S7).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum StockMoment {
    #[default]
    End,
    Start,
    /// Mean of the values at the end of each day.
    Average,
    /// Largest of the values at the end of each day.
    Peak,
}

impl StockMoment {
    pub const ALL: [StockMoment; 4] = [
        StockMoment::End,
        StockMoment::Start,
        StockMoment::Average,
        StockMoment::Peak,
    ];

    pub fn word(self) -> &'static str {
        match self {
            StockMoment::End => "end",
            StockMoment::Start => "start",
            StockMoment::Average => "average",
            StockMoment::Peak => "peak",
        }
    }
}

/// Which of several instants counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The first one written that is there.
    First,
    Earliest,
    Latest,
}

impl Choice {
    /// The words before the names, and those between them.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Choice::First => ("", " or "),
            Choice::Earliest => ("earliest of ", ", "),
            Choice::Latest => ("latest of ", ", "),
        }
    }

    /// `found_at`, `fixed_at or closed_at`, `earliest of verified, closed`.
    pub fn written(self, names: &[&str]) -> String {
        let (before, between) = self.words();
        format!("{before}{}", names.join(between))
    }
}

/// On which side of an instant a date is near to it (rule S54).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NearSide {
    Next,
    Last,
}

impl NearSide {
    pub fn word(self) -> &'static str {
        match self {
            NearSide::Next => "next",
            NearSide::Last => "last",
        }
    }
}

/// How a target compares (rule S30).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Bound {
    Below,
    AtMost,
    AtLeast,
    Above,
}

impl Bound {
    pub const ALL: [Bound; 4] = [Bound::Below, Bound::AtMost, Bound::AtLeast, Bound::Above];

    /// Whether a value keeps the bound; both are in the same unit, unrounded.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Bound::Below => value < limit,
            Bound::AtMost => value <= limit,
            Bound::AtLeast => value >= limit,
            Bound::Above => value > limit,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Bound::Below => "below",
            Bound::AtMost => "at most",
            Bound::AtLeast => "at least",
            Bound::Above => "above",
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Bound::Below => "<",
            Bound::AtMost => "<=",
            Bound::AtLeast => ">=",
            Bound::Above => ">",
        }
    }
}

/// What a formula makes of its own result.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Adjustment {
    /// Stands in where there is no result.
    Otherwise,
    /// The result is never more.
    AtMost,
    /// The result is never less.
    AtLeast,
}

impl Adjustment {
    pub fn words(self) -> &'static str {
        match self {
            Adjustment::Otherwise => "otherwise",
            Adjustment::AtMost => "at most",
            Adjustment::AtLeast => "at least",
        }
    }
}

/// An ordered list of words (rule S27). The code of a value is its place in `values`, from 0, so
/// codes order as the scale does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scale {
    pub name: String,
    /// In ascending order; at most 250.
    pub values: Vec<String>,
    /// Other spellings found in data and the code each stands for.
    pub mapped: Vec<(String, u8)>,
}

impl Scale {
    /// The code of a word as found in data: exact first, then without regard to case, then mapped.
    pub fn code(&self, word: &str) -> Option<u8> {
        let place = |same: &dyn Fn(&str) -> bool| self.values.iter().position(|value| same(value));
        place(&|value| value == word)
            .or_else(|| place(&|value| value.eq_ignore_ascii_case(word)))
            .map(|index| index as u8)
            .or_else(|| {
                self.mapped
                    .iter()
                    .find(|(spelling, _)| spelling.eq_ignore_ascii_case(word))
                    .map(|(_, code)| *code)
            })
    }
}

impl fmt::Display for Scale {
    /// As a definition writes it: `severity is info < low`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.name, self.values.join(" < "))
    }
}

/// The type of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldType {
    Text,
    YesNo,
    Number,
    /// An instant; a date-only value stands for the start of that day in the project's zone.
    Date,
    Scale(Arc<Scale>),
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Text => f.write_str("text"),
            FieldType::YesNo => f.write_str("yesno"),
            FieldType::Number => f.write_str("number"),
            FieldType::Date => f.write_str("date"),
            FieldType::Scale(scale) => write!(f, "scale {}", scale.name),
        }
    }
}
