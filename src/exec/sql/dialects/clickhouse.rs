//! ClickHouse, from version 25 on. A set of instants is an array of tuples `(after, until)`, steps have the value as a third
//! place. An array cannot be missing there: an empty one stands for a missing one. Steps that are there hold at least one,
//! if need be one that lasts for no time.

use super::lambdas::{self, Lambdas};
use super::{ALWAYS_UNTIL, SqlDialect, SqlType, Unnested, indented, meaning};
use crate::base::types::{Grain, MICROS_PER_DAY, TimeUnit};

/// The words of ClickHouse.
#[derive(Debug)]
pub(super) struct ClickHouse;

impl SqlDialect for ClickHouse {
    fn word(&self) -> &'static str {
        "clickhouse"
    }

    fn title(&self) -> &'static str {
        "ClickHouse"
    }

    fn driver_words(&self) -> &'static [&'static str] {
        &["clickhouse", "chdb"]
    }

    fn driver_source(&self) -> &'static str {
        "dbc install clickhouse (dbc installs drivers: python3 -m pip install dbc)"
    }

    fn column_types(&self) -> [&'static str; 4] {
        [
            "Nullable(String)",
            "Nullable(Bool)",
            "Nullable(Float64)",
            "Nullable(DateTime64(6, 'UTC'))",
        ]
    }

    /// Left joins give missing values, columns are meant where an alias has the same name, and unions have no row twice.
    fn ending(&self) -> &'static str {
        // Statements of many KPIs have plans with more steps than are rewritten by default.
        "\nSETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1, union_default_mode = 'DISTINCT', \
            query_plan_max_optimizations_to_apply = 1000000"
    }

    fn keeps_names(&self) -> bool {
        false
    }

    fn text(&self, text: &str) -> String {
        let mut escaped = String::new();
        let mut bytes = [0; 4];
        for letter in text.chars() {
            match letter {
                '\\' | '\'' => escaped.extend(['\\', letter]),
                letter if letter.is_control() => {
                    for byte in letter.encode_utf8(&mut bytes).bytes() {
                        escaped += &format!("\\x{byte:02x}");
                    }
                }
                letter => escaped.push(letter),
            }
        }
        format!("'{escaped}'")
    }

    /// Without a type, large numbers would have none in common with those of columns.
    fn integer(&self, value: i64) -> String {
        let typed = match i32::try_from(value) {
            Ok(small) => small.to_string(),
            Err(_) => format!("toInt64({value})"),
        };
        match meaning(value) {
            None => typed,
            Some(meaning) => format!("{typed} /* {meaning} */"),
        }
    }

    fn number(&self, value: f64) -> String {
        format!("toFloat64({value:?})")
    }

    fn type_word(&self, of: SqlType) -> &'static str {
        match of {
            SqlType::Text => "Nullable(String)",
            SqlType::YesNo => "Nullable(Bool)",
            SqlType::Number => "Nullable(Float64)",
            SqlType::Integer => "Nullable(Int64)",
        }
    }

    fn missing(&self, of: SqlType) -> String {
        format!("CAST(NULL AS {})", self.type_word(of))
    }

    /// As a number: its own times reach from 1900 to 2299.
    fn constant_instant(&self, micros: Option<i64>) -> String {
        micros.map_or("NULL".to_string(), |micros| match meaning(micros) {
            None => micros.to_string(),
            Some(meaning) => format!("{micros} /* {meaning} */"),
        })
    }

    fn micros_of_constant(&self, column: &str) -> String {
        column.to_string()
    }

    fn micros(&self, of: &str) -> String {
        format!("toUnixTimestamp64Micro({of})")
    }

    /// Of local times that clocks show twice the first is taken. One that they skip is when they skip it, from the whole
    /// hour on. `l` is the local time as if it were in UTC, `b` and `a` are the distances from UTC a day before and after.
    fn calendar_add(&self, micros: &str, count: u32, grain: Grain, zone: &str) -> String {
        let word = grain.word();
        let function = format!("add{}{}s", word[..1].to_uppercase(), &word[1..]);
        let later = |micros: &str| {
            format!(
                "toUnixTimestamp64Micro({function}(fromUnixTimestamp64Micro({micros}, 'UTC'), {count}))"
            )
        };
        if zone == "UTC" {
            return later(micros);
        }
        let offset = |at: &str| {
            format!("toInt64(timeZoneOffset(fromUnixTimestamp64Micro({at}, '{zone}'))) * 1000000")
        };
        let later = later(&format!("{micros} + {}", offset(micros)));
        let hour = TimeUnit::Hours.micros();
        let branch = |at: &str| format!("WHEN {at} + {} = l THEN {at}", offset(at));
        let of_distances = format!(
            "arrayMap(\n  (b, a) -> CASE\n    {}\n    {}\n    ELSE intDiv(l, {hour}) * {hour} - b\n  END,\n  [{}],\n  [{}]\n)[1]",
            branch("least(l - b, l - a)"),
            branch("greatest(l - b, l - a)"),
            offset(&format!("l - {MICROS_PER_DAY}")),
            offset(&format!("l + {MICROS_PER_DAY}"))
        );
        format!(
            "arrayMap(\n  l -> {},\n  [{later}]\n)[1]",
            indented(&of_distances, 2)
        )
    }

    fn shown_instant(&self, micros: &str, zone: &str) -> String {
        let local = format!("fromUnixTimestamp64Micro({micros}, '{zone}')");
        let offset = format!("intDiv(timeZoneOffset({local}), 60)");
        let fraction = format!(
            "CASE WHEN ({micros}) % 1000000 = 0 THEN '' WHEN ({micros}) % 1000 = 0 THEN concat('.', leftPad(toString(intDiv(positiveModulo({micros}, 1000000), 1000)), 3, '0')) ELSE concat('.', leftPad(toString(positiveModulo({micros}, 1000000)), 6, '0')) END"
        );
        let distance = format!(
            "CASE WHEN {offset} = 0 THEN 'Z' ELSE concat(CASE WHEN {offset} < 0 THEN '-' ELSE '+' END, leftPad(toString(intDiv(abs({offset}), 60)), 2, '0'), ':', leftPad(toString(abs({offset}) % 60), 2, '0')) END"
        );
        format!(
            "CASE\n  WHEN formatDateTime({local}, '%T') = '00:00:00' AND ({micros}) % 1000000 = 0 THEN formatDateTime({local}, '%F')\n  ELSE concat(\n    formatDateTime({local}, '%FT%T'),\n    {fraction},\n    {distance}\n  )\nEND"
        )
    }

    fn constant_table(&self, columns: &[(&str, Option<SqlType>)], rows: &[String]) -> String {
        let typed: Vec<String> = columns
            .iter()
            .map(|(name, of)| {
                let word = self.type_word(of.unwrap_or(SqlType::Integer));
                format!("{name} {word}")
            })
            .collect();
        format!(
            "values(\n  '{}',\n  {}\n)",
            typed.join(", "),
            rows.join(",\n  ")
        )
    }

    /// Joins want something equal, so the buckets stand beside each row as lists.
    fn bucket_join(&self, table: &str, alias: &str, _instant: &str) -> String {
        format!(
            "CROSS JOIN (\n  SELECT groupArray(point) AS points, groupArray(assumeNotNull(starts_at)) AS starts, groupArray(assumeNotNull(ends_at)) AS ends\n  FROM {table}\n  WHERE starts_at IS NOT NULL\n) AS {alias}"
        )
    }

    fn bucket(&self, alias: &str, instant: &str) -> String {
        format!(
            "arrayFirstOrNull((p, s, e) -> ifNull(s <= {instant} AND {instant} < e, false), {alias}.points, {alias}.starts, {alias}.ends)"
        )
    }

    fn nearest_before(&self, table: &str, alias: &str, _instant: &str, column: &str) -> String {
        format!(
            "CROSS JOIN (\n  SELECT groupArray(point) AS points, groupArray(assumeNotNull({column})) AS ends\n  FROM (SELECT point, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {column})\n) AS {alias}"
        )
    }

    fn point_before(&self, alias: &str, instant: &str) -> String {
        format!(
            "arrayLastOrNull((p, e) -> ifNull(e <= {instant}, false), {alias}.points, {alias}.ends)"
        )
    }

    fn instants_join(&self, table: &str, alias: &str, column: &str) -> String {
        format!(
            "CROSS JOIN (SELECT arraySort(groupArray({column})) AS instants FROM {table}) AS {alias}"
        )
    }

    fn place(&self, of: &str, words: &[String]) -> String {
        let words: Vec<String> = words.iter().map(|word| self.text(word)).collect();
        format!("nullif(indexOf([{}], {of}), 0)", words.join(", "))
    }

    fn shown_number(&self, of: &str) -> String {
        format!("toFloat64({of})")
    }

    fn not_true(&self, of: &str) -> String {
        format!("not(ifNull({of}, false))")
    }

    fn is_other(&self, of: &str, value: &str) -> String {
        format!("not(ifNull({of} = {value}, false))")
    }

    fn contains_text(&self, of: &str, small: &str) -> String {
        format!(
            "ifNull(position(lowerUTF8({of}), {}) > 0, false)",
            self.text(small)
        )
    }

    /// A number above 2^64 would be rounded, so both halves of it are converted.
    fn fixed_point(&self, of: &str) -> String {
        let upper = format!("trunc({of} * 1048576)");
        format!(
            "(toInt128(toInt64({upper})) * 1099511627776 + toInt64(trunc(({of} * 1048576 - {upper}) * 1099511627776)))"
        )
    }

    fn sum(&self, of: &str) -> String {
        format!("sum(toInt128({of}))")
    }

    fn quantile(&self, of: &str, fraction: f64) -> Option<String> {
        Some(format!("quantileExactInclusive({fraction:?})({of})"))
    }

    fn next(&self, of: &str, window: &str) -> String {
        format!(
            "leadInFrame(toNullable({of})) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
        )
    }

    fn largest_before(&self, of: &str, window: &str) -> String {
        format!(
            "max(toNullable({of})) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        )
    }

    fn expanded(&self, low: &str, high: &str) -> String {
        format!("arrayJoin(range(ifNull({low}, 0), ifNull({high}, 0)))")
    }

    fn nothing(&self) -> String {
        "[]".to_string()
    }

    fn interval(&self, after: &str, until: &str) -> String {
        lambdas::interval(self, after, until)
    }

    fn present(&self, set: &str) -> String {
        set.to_string()
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
        format!("arraySort(groupArray(({after}, {until})))")
    }

    fn unnested(&self, set: &str, table: &str) -> Unnested {
        Unnested {
            join: format!("ARRAY JOIN {set} AS {table}"),
            low: self.member(table, "after"),
            high: self.member(table, "until"),
            value: String::new(),
        }
    }

    fn due(&self, start: &str, due: &str, pauses: &str) -> String {
        format!(
            "arrayFold(\n  (due, pause) -> {},\n  {},\n  CAST({due} AS Nullable(Int64))\n)",
            lambdas::pushed_out(self, start),
            indented(pauses, 2)
        )
    }

    fn covered(&self, set: &str, instants: &str, one: &str) -> String {
        lambdas::covered(self, set, instants, one)
    }

    fn list_is_missing(&self, list: &str, is_missing: bool) -> String {
        let function = if is_missing { "empty" } else { "notEmpty" };
        format!("{function}({list})")
    }

    fn stepped(
        &self,
        steps: &str,
        otherwise: &str,
        set: &str,
        instants: &str,
        names: [&str; 3],
    ) -> String {
        lambdas::stepped(self, steps, otherwise, set, instants, names)
    }

    fn unnested_ranges(&self, ranges: &str, table: &str, _has_values: bool) -> Unnested {
        Unnested {
            join: format!("ARRAY JOIN {ranges} AS {table}"),
            low: self.member(table, "low"),
            high: self.member(table, "high"),
            value: self.member(table, "value"),
        }
    }

    fn present_steps(&self, steps: &str) -> String {
        let end = self.integer(ALWAYS_UNTIL);
        let none = self.record(&[
            ("after", &end),
            ("until", &end),
            ("value", &self.missing(SqlType::Number)),
        ]);
        format!("if(empty({steps}), {}, {steps})", self.single(&none))
    }

    fn collected_steps(&self) -> String {
        "arraySort(groupArray((after, until, value)))".to_string()
    }

    fn value_of(&self, one: &str) -> String {
        self.member(one, "value")
    }

    fn steps_where(&self, steps: &str, test: &str, one: &str) -> String {
        lambdas::steps_where(self, steps, test, one)
    }

    fn value_at(&self, steps: &str, instant: &str, otherwise: Option<&str>, one: &str) -> String {
        let found = lambdas::values_at(self, steps, instant, one);
        match otherwise {
            None => format!("{found}[1]"),
            Some(value) => {
                let found = self.concatenated(&found, &self.single(value));
                format!("CASE WHEN notEmpty({steps}) AND {instant} IS NOT NULL THEN {found}[1] END")
            }
        }
    }
}

impl Lambdas for ClickHouse {
    fn mapped(&self, one: &str, to: &str, list: &str) -> String {
        format!("arrayMap(\n  {one} -> {to},\n  {}\n)", indented(list, 2))
    }

    fn filtered(&self, one: &str, condition: &str, list: &str) -> String {
        format!("arrayFilter({one} -> ifNull({condition}, false), {list})")
    }

    fn flattened(&self, list: &str) -> String {
        format!("arrayFlatten({list})")
    }

    fn concatenated(&self, first: &str, second: &str) -> String {
        format!("arrayConcat({first}, {second})")
    }

    fn zipped(&self, after: &str, until: &str) -> String {
        format!("arrayZip({after}, {until})")
    }

    fn single(&self, of: &str) -> String {
        format!("[{of}]")
    }

    fn length(&self, list: &str) -> String {
        format!("toInt64(length({list}))")
    }

    fn record(&self, members: &[(&str, &str)]) -> String {
        let values: Vec<&str> = members.iter().map(|(_, value)| *value).collect();
        format!("({})", values.join(", "))
    }

    /// Tuples have places, not names.
    fn member(&self, one: &str, name: &str) -> String {
        let place = match name {
            "after" | "low" => 1,
            "until" | "high" => 2,
            _ => 3,
        };
        format!("{one}.{place}")
    }
}
