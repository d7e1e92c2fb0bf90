//! Spark SQL, from version 4 on. A set of instants is an array of structs `{after, until}`, steps are such an array with a
//! `value` each. Nothing depends on the time zone of the session.

use super::lambdas::{self, Lambdas};
use super::{SqlDialect, SqlType, Unnested, indented, is_plain_name, timestamp};
use crate::base::types::{Grain, TimeUnit};

/// The words of Spark SQL.
#[derive(Debug)]
pub(super) struct Spark;

/// The beginning of all counts of microseconds.
const EPOCH: &str = "TIMESTAMP_NTZ '1970-01-01 00:00:00'";

/// Microseconds since 1970 as a local time.
fn local(micros: &str, zone: &str) -> String {
    let utc = format!("timestampadd(MICROSECOND, {micros}, {EPOCH})");
    match zone {
        "UTC" => utc,
        zone => format!("convert_timezone('UTC', '{zone}', {utc})"),
    }
}

/// Microseconds from 1970 to a local time.
fn micros_of_local(local: &str) -> String {
    format!(
        "CAST(CAST(CAST({local} - {EPOCH} AS INTERVAL SECOND) AS DECIMAL(20, 6)) * 1000000 AS BIGINT)"
    )
}

/// A part of the text of a local time.
fn written(local: &str, from: usize, letters: usize) -> String {
    format!("substr(CAST({local} AS STRING), {from}, {letters})")
}

impl SqlDialect for Spark {
    fn word(&self) -> &'static str {
        "spark"
    }

    fn title(&self) -> &'static str {
        "Spark"
    }

    fn driver_words(&self) -> &'static [&'static str] {
        &["spark", "databricks"]
    }

    fn driver_source(&self) -> &'static str {
        "python3 -m pip install adbc-driver-spark"
    }

    fn column_types(&self) -> [&'static str; 4] {
        ["STRING", "BOOLEAN", "DOUBLE", "TIMESTAMP"]
    }

    fn name(&self, name: &str) -> String {
        match is_plain_name(name) {
            true => name.to_string(),
            false => format!("`{}`", name.replace('`', "``")),
        }
    }

    fn text(&self, text: &str) -> String {
        let mut escaped = String::new();
        for letter in text.chars() {
            match letter {
                '\\' | '\'' => escaped.extend(['\\', letter]),
                letter if letter.is_control() => {
                    escaped += &format!("\\u{:04x}", u32::from(letter));
                }
                letter => escaped.push(letter),
            }
        }
        format!("'{escaped}'")
    }

    /// With an exponent, as a number with a point alone is a decimal.
    fn plain_number(&self, value: f64) -> String {
        format!("{value:e}")
    }

    fn number(&self, value: f64) -> String {
        self.plain_number(value)
    }

    fn type_word(&self, of: SqlType) -> &'static str {
        match of {
            SqlType::Text => "STRING",
            SqlType::YesNo => "BOOLEAN",
            SqlType::Number => "DOUBLE",
            SqlType::Integer => "BIGINT",
        }
    }

    fn missing(&self, of: SqlType) -> String {
        format!("CAST(NULL AS {})", self.type_word(of))
    }

    fn constant_instant(&self, micros: Option<i64>) -> String {
        match micros {
            None => "CAST(NULL AS TIMESTAMP)".to_string(),
            Some(micros) => format!("TIMESTAMP '{}Z'", timestamp(micros)),
        }
    }

    fn micros(&self, of: &str) -> String {
        format!("unix_micros({of})")
    }

    fn calendar_add(&self, micros: &str, count: u32, grain: Grain, zone: &str) -> String {
        let interval = match grain {
            Grain::Quarter => format!("INTERVAL '{}' MONTH", 3 * count),
            Grain::Week => format!("INTERVAL '{}' DAY", 7 * count),
            other => format!("INTERVAL '{count}' {}", other.word().to_uppercase()),
        };
        let later = format!("({} + {interval})", local(micros, zone));
        let in_local = micros_of_local(&later);
        if zone == "UTC" {
            return in_local;
        }
        // Of local times that clocks show twice the first is taken, those that they skip come out later.
        let back = |local: &str| format!("convert_timezone('{zone}', 'UTC', {local})");
        let at = back(&later);
        let hour = TimeUnit::Hours.micros();
        let whole_hour = format!("timestampadd(MICROSECOND, -({in_local} % {hour}), {later})");
        format!(
            "CASE\n  WHEN convert_timezone('UTC', '{zone}', {at}) <> {later}\n    THEN {}\n  ELSE {}\nEND",
            micros_of_local(&back(&whole_hour)),
            micros_of_local(&at)
        )
    }

    fn shown_instant(&self, micros: &str, zone: &str) -> String {
        let local = local(micros, zone);
        let in_local = micros_of_local(&local);
        let offset = format!("(({in_local} - ({micros})) DIV 60000000)");
        let fraction = format!(
            "CASE WHEN ({micros}) % 1000000 = 0 THEN '' WHEN ({micros}) % 1000 = 0 THEN concat('.', lpad(CAST(pmod({micros}, 1000000) DIV 1000 AS STRING), 3, '0')) ELSE concat('.', lpad(CAST(pmod({micros}, 1000000) AS STRING), 6, '0')) END"
        );
        let distance = format!(
            "CASE WHEN {offset} = 0 THEN 'Z' ELSE concat(CASE WHEN {offset} < 0 THEN '-' ELSE '+' END, lpad(CAST(abs({offset}) DIV 60 AS STRING), 2, '0'), ':', lpad(CAST(abs({offset}) % 60 AS STRING), 2, '0')) END"
        );
        let (day, time) = (written(&local, 1, 10), written(&local, 12, 8));
        format!(
            "CASE\n  WHEN pmod({in_local}, 86400000000) = 0 THEN {day}\n  ELSE concat(\n    {day}, 'T', {time},\n    {fraction},\n    {distance}\n  )\nEND"
        )
    }

    fn row_number(&self) -> &'static str {
        "monotonically_increasing_id()"
    }

    fn nearest_before(&self, table: &str, alias: &str, instant: &str, column: &str) -> String {
        format!(
            "LEFT JOIN (\n  SELECT point, {column} AS begins, lead({column}) OVER (ORDER BY {column}) AS next_begins\n  FROM {table}\n  WHERE {column} IS NOT NULL\n) AS {alias}\n  ON {instant} >= {alias}.begins AND ({alias}.next_begins IS NULL OR {instant} < {alias}.next_begins)"
        )
    }

    fn instants_join(&self, table: &str, alias: &str, column: &str) -> String {
        format!(
            "CROSS JOIN (SELECT array_sort(collect_list({column})) AS instants FROM {table}) AS {alias}"
        )
    }

    fn instants(&self, instants: &[i64]) -> String {
        let instants: Vec<String> = instants.iter().map(|one| self.integer(*one)).collect();
        format!("CAST(array({}) AS ARRAY<BIGINT>)", instants.join(", "))
    }

    fn place(&self, of: &str, words: &[String]) -> String {
        let words: Vec<String> = words.iter().map(|word| self.text(word)).collect();
        format!(
            "nullif(array_position(array({}), {of}), 0)",
            words.join(", ")
        )
    }

    fn dividend(&self, of: &str) -> String {
        format!("CAST({of} AS DOUBLE)")
    }

    fn shown_number(&self, of: &str) -> String {
        format!("CAST({of} AS DOUBLE)")
    }

    fn contains_text(&self, of: &str, small: &str) -> String {
        format!(
            "coalesce(contains(lower({of}), {}), false)",
            self.text(small)
        )
    }

    /// A number above 2^53 would be converted by its digits, so both halves of it are.
    fn fixed_point(&self, of: &str) -> String {
        let upper = format!("CAST({of} * 1.048576e6 AS BIGINT)");
        format!(
            "(CAST({upper} AS DECIMAL(38, 0)) * 1099511627776 + CAST(({of} * 1.048576e6 - {upper}) * 1.099511627776e12 AS BIGINT))"
        )
    }

    /// Spark puts a part in each place that reads it, unless what it gives might be different there.
    fn computed_once(&self) -> Option<&'static str> {
        Some("rand() < 2 /* always; a part with it is computed once */")
    }

    fn sum(&self, of: &str) -> String {
        format!("sum(CAST({of} AS DECIMAL(38, 0)))")
    }

    /// `percentile_cont` keeps a table of all different values of each group in memory.
    fn quantile(&self, _of: &str, _fraction: f64) -> Option<String> {
        None
    }

    fn expanded(&self, low: &str, high: &str) -> String {
        format!(
            "explode(CASE WHEN {low} < {high} THEN sequence(CAST({low} AS BIGINT), CAST({high} AS BIGINT) - 1) END)"
        )
    }

    fn nothing(&self) -> String {
        "CAST(array() AS ARRAY<STRUCT<after: BIGINT, until: BIGINT>>)".to_string()
    }

    fn interval(&self, after: &str, until: &str) -> String {
        lambdas::interval(self, after, until)
    }

    fn intersection(&self, left: &str, right: &str, names: (&str, &str)) -> String {
        lambdas::intersection(self, left, right, names)
    }

    fn complement(&self, set: &str, one: &str) -> String {
        lambdas::complement(self, set, one)
    }

    fn contains(&self, set: &str, instant: &str, one: &str) -> String {
        lambdas::contains(self, set, instant, one)
    }

    fn collected(&self, after: &str, until: &str) -> String {
        let pair = self.record(&[("after", after), ("until", until)]);
        format!("array_sort(collect_list({pair}))")
    }

    fn unnested(&self, set: &str, table: &str) -> Unnested {
        let covered = format!("{table}.covered");
        Unnested {
            join: format!("CROSS JOIN LATERAL explode({set}) AS {table}(covered)"),
            low: self.member(&covered, "after"),
            high: self.member(&covered, "until"),
            value: String::new(),
        }
    }

    fn due(&self, start: &str, due: &str, pauses: &str) -> String {
        format!(
            "aggregate(\n  {},\n  {due},\n  (due, pause) -> {}\n)",
            indented(pauses, 2),
            lambdas::pushed_out(self, start)
        )
    }

    fn covered(&self, set: &str, instants: &str, one: &str) -> String {
        some(&lambdas::covered(self, set, instants, one))
    }

    fn stepped(
        &self,
        steps: &str,
        otherwise: &str,
        set: &str,
        instants: &str,
        [gap, step, piece]: [&str; 3],
    ) -> String {
        let steps = self.present_steps(steps);
        let names = [gap, step, piece];
        some(&lambdas::stepped(
            self, &steps, otherwise, set, instants, names,
        ))
    }

    fn unnested_ranges(&self, ranges: &str, table: &str, _has_values: bool) -> Unnested {
        let covered = format!("{table}.covered");
        Unnested {
            join: format!("CROSS JOIN LATERAL explode({ranges}) AS {table}(covered)"),
            low: self.member(&covered, "low"),
            high: self.member(&covered, "high"),
            value: self.member(&covered, "value"),
        }
    }

    fn present_steps(&self, steps: &str) -> String {
        format!(
            "coalesce({steps}, CAST(array() AS ARRAY<STRUCT<after: BIGINT, until: BIGINT, value: DOUBLE>>))"
        )
    }

    fn collected_steps(&self) -> String {
        "array_sort(collect_list(named_struct('after', after, 'until', until, 'value', value)))"
            .to_string()
    }

    fn steps_where(&self, steps: &str, test: &str, one: &str) -> String {
        lambdas::steps_where(self, steps, test, one)
    }

    fn value_at(&self, steps: &str, instant: &str, otherwise: Option<&str>, one: &str) -> String {
        let found = lambdas::values_at(self, steps, instant, one);
        match otherwise {
            None => format!("get({found}, 0)"),
            Some(value) => {
                let found = self.concatenated(&found, &self.single(value));
                format!(
                    "CASE WHEN {steps} IS NOT NULL AND {instant} IS NOT NULL THEN get({found}, 0) END"
                )
            }
        }
    }
}

/// A list, missing if it is empty.
fn some(list: &str) -> String {
    format!("nullif({list}, array())")
}

impl Lambdas for Spark {
    fn mapped(&self, one: &str, to: &str, list: &str) -> String {
        format!("transform(\n  {},\n  {one} -> {to}\n)", indented(list, 2))
    }

    fn filtered(&self, one: &str, condition: &str, list: &str) -> String {
        format!("filter({list}, {one} -> {condition})")
    }

    fn flattened(&self, list: &str) -> String {
        format!("flatten({list})")
    }

    fn concatenated(&self, first: &str, second: &str) -> String {
        format!("concat({first}, {second})")
    }

    fn zipped(&self, after: &str, until: &str) -> String {
        let pair = self.record(&[("after", "x"), ("until", "y")]);
        format!("zip_with({after}, {until}, (x, y) -> {pair})")
    }

    fn single(&self, of: &str) -> String {
        format!("array({of})")
    }

    fn length(&self, list: &str) -> String {
        format!("size({list})")
    }

    fn record(&self, members: &[(&str, &str)]) -> String {
        let members = members
            .iter()
            .map(|(name, value)| format!("'{name}', {value}"));
        format!("named_struct({})", members.collect::<Vec<_>>().join(", "))
    }

    fn member(&self, one: &str, name: &str) -> String {
        format!("{one}.{name}")
    }
}
