//! What differs between databases: their words and functions. A database is one file here and a row of [`DIALECTS`].
//!
//! Three things have another shape in each:
//!
//! | what | in every dialect |
//! |---|---|
//! | a set of instants | intervals `(after, until]`, ascending and apart |
//! | steps | such intervals with a `value` each |
//! | ranges | points from `low` up to, without, `high` |

mod clickhouse;
mod duckdb;
mod lambdas;
mod postgres;
mod spark;

use std::fmt;
use std::path::Path;

use crate::base::types::{Grain, MICROS_PER_DAY, TimeUnit};

/// The databases that statements are written for.
pub const DIALECTS: [&dyn SqlDialect; 4] = [
    &duckdb::DuckDb,
    &postgres::Postgres,
    &clickhouse::ClickHouse,
    &spark::Spark,
];

/// Beginning and end of a set that has none. Sums with any instant or duration fit 64 bits.
pub(super) const ALWAYS_AFTER: i64 = -1_000_000_000_000_000_000;
pub(super) const ALWAYS_UNTIL: i64 = 1_000_000_000_000_000_000;

/// 2^60: numbers are summed as whole multiples of 2^-60.
pub(super) const FIXED_POINT: &str = "1152921504606846976";

/// The types of values in statements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlType {
    Text,
    YesNo,
    /// Of double precision.
    Number,
    /// Of 64 bits: instants, durations, counts.
    Integer,
}

/// A list whose elements become rows.
#[derive(Clone, Debug)]
pub struct Unnested {
    /// What is joined.
    pub join: String,
    /// Where the interval or the range of a row begins.
    pub low: String,
    /// Where it ends.
    pub high: String,
    /// The value in it; nothing can read it where the list has none.
    pub value: String,
}

/// How statements for a database are written. Texts that are given and returned are SQL; what may be an expression of
/// several words stands in brackets or commas.
pub trait SqlDialect: fmt::Debug + Sync {
    /// The value of `--dialect`.
    fn word(&self) -> &'static str;

    /// How the database is called.
    fn title(&self) -> &'static str;

    /// What the names of its drivers have in them.
    fn driver_words(&self) -> &'static [&'static str];

    /// Where people get its driver, for help.
    fn driver_source(&self) -> &'static str;

    /// The function that its driver begins with, where it has not the name that drivers have.
    fn driver_entrypoint(&self) -> Option<&'static str> {
        None
    }

    /// How the words of text, yes/no, numbers and dates are declared in tables, for messages and help.
    fn column_types(&self) -> [&'static str; 4];

    /// How files are read; `None` where statements read tables of the database only.
    fn files(&self) -> Option<&'static dyn FileWords> {
        None
    }

    /// What stands behind the last line of a statement.
    fn ending(&self) -> &'static str {
        ""
    }

    // Names, literals, types.

    /// A name, in quotes where it needs them.
    fn name(&self, name: &str) -> String {
        if is_plain_name(name) {
            return name.to_string();
        }
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// How many bytes of a name count; `None`: all.
    fn longest_name(&self) -> Option<usize> {
        None
    }

    /// Whether a message of a driver that does not tell kinds of errors apart says that there is no such table.
    fn says_no_table(&self, _message: &str) -> bool {
        false
    }

    /// A statement after which nobody else writes a table until the transaction ends, and everybody can read it. `None`: of two
    /// transactions that write one table the database refuses the second.
    fn lock_against_writers(&self, _table: &str) -> Option<String> {
        None
    }

    /// Whether a column that is written with its table goes by its own name without being told.
    fn keeps_names(&self) -> bool {
        true
    }

    /// A text; line breaks and the like are written with escapes, so that lines can be indented.
    fn text(&self, text: &str) -> String;

    /// A whole number. What it means is said beside it where it is an instant or a long time.
    fn integer(&self, value: i64) -> String {
        match meaning(value) {
            None => value.to_string(),
            Some(meaning) => format!("{value} /* {meaning} */"),
        }
    }

    /// A number of double precision.
    fn number(&self, value: f64) -> String {
        let number = self.plain_number(value);
        format!("{number}::{}", self.type_word(SqlType::Number))
    }

    /// A number whose type what stands around it says.
    fn plain_number(&self, value: f64) -> String {
        format!("{value:?}")
    }

    fn type_word(&self, of: SqlType) -> &'static str;

    /// A value that is missing.
    fn missing(&self, of: SqlType) -> String {
        format!("NULL::{}", self.type_word(of))
    }

    // Instants.

    /// The cell of a constant table with an instant; `None`: missing.
    fn constant_instant(&self, micros: Option<i64>) -> String {
        match micros {
            None => "NULL::TIMESTAMP".to_string(),
            Some(micros) => format!("TIMESTAMP '{}'", timestamp(micros)),
        }
    }

    /// Microseconds since 1970 of a column with such cells.
    fn micros_of_constant(&self, column: &str) -> String {
        self.micros(column)
    }

    /// Microseconds since 1970 of a column of dates.
    fn micros(&self, of: &str) -> String;

    /// The same local time so many units of the calendar later, in microseconds.
    fn calendar_add(&self, micros: &str, count: u32, grain: Grain, zone: &str) -> String;

    /// An instant as lists show it: a midnight of the zone as its day, others with their distance from UTC.
    fn shown_instant(&self, micros: &str, zone: &str) -> String;

    /// Microseconds as a number of a unit.
    fn time_in(&self, micros: &str, unit: TimeUnit) -> String {
        let number = self.type_word(SqlType::Number);
        format!("CAST({micros} AS {number}) / {}", unit.micros())
    }

    // Rows and tables.

    /// A table of rows that are written out. Each column has a name and a type; those of instants have none.
    fn constant_table(&self, columns: &[(&str, Option<SqlType>)], rows: &[String]) -> String {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let rows = rows.join(",\n  ");
        format!("(VALUES\n  {rows}\n) AS given({})", names.join(", "))
    }

    /// A number for each row, in the order of the table if it has one.
    fn row_number(&self) -> &'static str {
        "row_number() OVER ()"
    }

    /// Joins the bucket of a table of periods in which an instant lies.
    fn bucket_join(&self, table: &str, alias: &str, instant: &str) -> String {
        format!(
            "LEFT JOIN {table} AS {alias}\n  ON {instant} >= {alias}.starts_at AND {instant} < {alias}.ends_at"
        )
    }

    /// The number of the bucket joined.
    fn bucket(&self, alias: &str, _instant: &str) -> String {
        format!("{alias}.point")
    }

    /// Joins the last row of a table of points whose instant, a column, is at or before another.
    fn nearest_before(&self, table: &str, alias: &str, instant: &str, column: &str) -> String;

    /// The number of the row joined.
    fn point_before(&self, alias: &str, _instant: &str) -> String {
        format!("{alias}.point")
    }

    /// The instants of a table of points, ascending, as the list `instants` of a joined table.
    fn instants_join(&self, table: &str, alias: &str, column: &str) -> String;

    /// A list of instants.
    fn instants(&self, instants: &[i64]) -> String {
        let instants: Vec<String> = instants.iter().map(|one| self.integer(*one)).collect();
        format!("[{}]", instants.join(", "))
    }

    // Values.

    /// The number that puts a word in the order of a scale.
    fn place(&self, of: &str, words: &[String]) -> String;

    /// A text to order by, in the order of its letters' numbers.
    fn ordered_text(&self, of: &str) -> String {
        of.to_string()
    }

    /// What a quotient divides: a number of double precision.
    fn dividend(&self, of: &str) -> String {
        of.to_string()
    }

    /// A number as a column of the answer has it.
    fn shown_number(&self, of: &str) -> String {
        of.to_string()
    }

    /// A condition that is false where another is true. `of` needs no brackets.
    fn not_true(&self, of: &str) -> String {
        format!("{of} IS NOT TRUE")
    }

    /// Whether a value is another one, or missing.
    fn is_other(&self, of: &str, value: &str) -> String {
        format!("{of} IS DISTINCT FROM {value}")
    }

    /// Whether a text contains another that is in small letters; false if it is missing.
    fn contains_text(&self, of: &str, small: &str) -> String;

    /// A number as a whole multiple of 2^-60, cut off towards zero. `of` needs no brackets in a product.
    fn fixed_point(&self, of: &str) -> String;

    /// A condition that is always true and makes a part of a statement that is read twice be computed once, where a database
    /// does not do so by itself.
    fn computed_once(&self) -> Option<&'static str> {
        None
    }

    // Aggregates and windows.

    /// An exact sum of whole numbers, in at least 128 bits.
    fn sum(&self, of: &str) -> String {
        format!("sum({of})")
    }

    /// An aggregate that gives a percentile with linear interpolation (rule S21); `None` where rows are ranked for it.
    fn quantile(&self, of: &str, fraction: f64) -> Option<String>;

    /// The product of a running column of numbers between 0 and 1, in which nothing comes after a 0.
    fn product(&self, of: &str, window: &str) -> String {
        // The last factor is 0 if any is: nobody is left then.
        let sum = format!("sum(ln(nullif({of}, 0))) OVER ({window})");
        format!("CASE WHEN {of} = 0 THEN 0 ELSE exp(coalesce({sum}, 0)) END")
    }

    /// The value of the next row of a window, missing after the last.
    fn next(&self, of: &str, window: &str) -> String {
        format!("lead({of}) OVER ({window})")
    }

    /// The largest value of the rows before one, missing for the first.
    fn largest_before(&self, of: &str, window: &str) -> String {
        format!("max({of}) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)")
    }

    /// The points from `low` up to `high`, a row each.
    fn expanded(&self, low: &str, high: &str) -> String;

    // Sets of instants. `one`, `other` and the like are names that nothing around uses.

    /// The set of no instant.
    fn nothing(&self) -> String;

    /// One interval as a set.
    fn interval(&self, after: &str, until: &str) -> String;

    /// A set that is there: a missing one is empty.
    fn present(&self, set: &str) -> String {
        format!("coalesce({set}, {})", self.nothing())
    }

    /// Instants in both sets.
    fn intersection(&self, left: &str, right: &str, names: (&str, &str)) -> String;

    /// Instants not in a set that is there.
    fn complement(&self, set: &str, one: &str) -> String;

    /// Whether an instant is in a set.
    fn contains(&self, set: &str, instant: &str, one: &str) -> String;

    /// The intervals of a group as a set.
    fn collected(&self, after: &str, until: &str) -> String;

    /// A row for each interval of a set.
    fn unnested(&self, set: &str, table: &str) -> Unnested;

    /// When a clock has run for a time that is up at `due` without pauses (rule S36).
    fn due(&self, start: &str, due: &str, pauses: &str) -> String;

    // Ranges of points. `instants` is a list of the points' instants.

    /// The ranges of points that lie in a set, missing if there are none.
    fn covered(&self, set: &str, instants: &str, one: &str) -> String;

    /// The ranges of points at which steps lie in a set, with their values; missing if there are none. Outside of all steps
    /// the value is `otherwise`, which may be missing.
    fn stepped(
        &self,
        steps: &str,
        otherwise: &str,
        set: &str,
        instants: &str,
        names: [&str; 3],
    ) -> String;

    /// Whether ranges or steps are missing, or are there.
    fn list_is_missing(&self, list: &str, is_missing: bool) -> String {
        let word = if is_missing { "NULL" } else { "NOT NULL" };
        format!("{list} IS {word}")
    }

    /// A row for each range.
    fn unnested_ranges(&self, ranges: &str, table: &str, has_values: bool) -> Unnested;

    // Steps of roll-ups.

    /// Steps that are there: missing ones are none.
    fn present_steps(&self, steps: &str) -> String;

    /// The steps of a group, of its columns `after`, `until` and `value`.
    fn collected_steps(&self) -> String;

    /// The value of an element of steps.
    fn value_of(&self, one: &str) -> String {
        format!("{one}.value")
    }

    /// The set of the instants of those steps that pass a test.
    fn steps_where(&self, steps: &str, test: &str, one: &str) -> String;

    /// The value of the step that an instant lies in; outside of all of them another, if there is one.
    fn value_at(&self, steps: &str, instant: &str, otherwise: Option<&str>, one: &str) -> String;
}

/// How a database reads files by itself.
pub trait FileWords {
    /// The function that reads a file of a format, and its options; `None` for formats that are not read.
    fn reader(&self, path: &Path) -> Option<(&'static str, &'static str)>;

    /// Every column of a file as text, without blanks around it and missing where nothing is left.
    fn all_cells(&self) -> String;

    /// The instant of a text in microseconds. Without a zone of its own it is a local time: one that clocks show twice is
    /// the first, one that they skip is when they skip it. The years 0, 1 and 9999 stand for no date.
    fn written_instant(&self, of: &str, zone: &str) -> String;

    /// Stops the statement with a message, a text of SQL.
    fn stopped(&self, message: &str) -> String;
}

/// All instants.
pub(super) fn always(dialect: &dyn SqlDialect) -> String {
    dialect.interval(
        &dialect.integer(ALWAYS_AFTER),
        &dialect.integer(ALWAYS_UNTIL),
    )
}

/// An instant as a time in UTC; one before all of the calendar has none.
fn timestamp(micros: i64) -> String {
    let Some(instant) = chrono::DateTime::from_timestamp_micros(micros) else {
        return "0001-01-01 00:00:00".to_string();
    };
    let shape = match micros.rem_euclid(1_000_000) {
        0 => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S%.6f",
    };
    instant.format(shape).to_string()
}

/// What a number means that is an instant or a long time.
fn meaning(value: i64) -> Option<String> {
    const FIRST_INSTANT: u64 = 1_000_000_000_000_000;
    let hour = TimeUnit::Hours.micros();
    let size = value.unsigned_abs();
    if size >= ALWAYS_UNTIL.unsigned_abs() {
        return None;
    }
    if size >= FIRST_INSTANT {
        return Some(timestamp(value));
    }
    if value >= MICROS_PER_DAY && value % MICROS_PER_DAY == 0 {
        return Some(format!("{} days", value / MICROS_PER_DAY));
    }
    (value >= hour && value % hour == 0).then(|| format!("{} hours", value / hour))
}

/// Words that some database does not take for names as they are.
const RESERVED: &str = " all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint \
    binary bit boolean both by case cast char character check coalesce collate collation column columns concurrently \
    constraint create cross current_catalog current_date current_role current_time current_timestamp current_user dec \
    decimal default deferrable desc describe distinct do else end except exists extract \
    false fetch final float for foreign format freeze from full generated glob global grant group grouping having ilike in \
    initially inner inout int integer intersect interval into is isnull join lambda lateral leading left like limit \
    localtime localtimestamp map minus national natural nchar none not notnull null nullif numeric offset on only or order \
    out outer overlaps overlay pivot placing position positional precision prewhere primary qualify real references \
    returning right row sample select semi session_user setof settings show similar \
    smallint some struct substring summarize symmetric system_user table tablesample then time timestamp to trailing treat \
    trim true try_cast tuple union unique unpack unpivot user using values varchar variadic verbose when where window with ";

/// Whether a name needs no quotes.
fn is_plain_name(name: &str) -> bool {
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_');
    let is_plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    starts_well && name.chars().all(is_plain) && !RESERVED.contains(&format!(" {name} "))
}

/// The lines of a text after the first moved to the right.
pub(super) fn indented(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{:by$}", ""))
}
