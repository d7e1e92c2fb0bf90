//! PostgreSQL, from version 14 on. A set of instants is a multirange of whole numbers, steps are JSON.

use std::fmt::Write;

use super::{ALWAYS_UNTIL, SqlDialect, SqlType, Unnested, always, indented, timestamp};
use crate::base::types::{Grain, TimeUnit};

/// The words of PostgreSQL.
#[derive(Debug)]
pub(super) struct Postgres;

/// The columns of steps as JSON, named as no column around is.
const STEP: &str = "step_after bigint, step_until bigint, step_value double precision";

/// An interval `(after, until]` as a range.
fn range(after: &str, until: &str) -> String {
    format!("int8range({after}, {until}, '(]')")
}

/// The elements of a set, which databases keep as `[after + 1, until + 1)`.
fn after(range: &str) -> String {
    format!("lower({range}) - 1")
}

fn until(range: &str) -> String {
    format!("upper({range}) - 1")
}

/// Microseconds since 1970 as a local time of UTC. One interval of so many microseconds would be rounded.
fn utc(micros: &str) -> String {
    format!(
        "(timestamp 'epoch' + ({micros}) / 1000000 * interval '1 second' + ({micros}) % 1000000 * interval '1 microsecond')"
    )
}

/// Such microseconds as a local time of a zone.
fn local(micros: &str, zone: &str) -> String {
    match zone {
        "UTC" => utc(micros),
        zone => format!("({} AT TIME ZONE 'UTC' AT TIME ZONE '{zone}')", utc(micros)),
    }
}

impl Postgres {
    /// Joins the last row of a table of points whose instant is at or before another. The instants are searched as an array: a
    /// comparison with each would be made for every row.
    fn found_by(&self, table: &str, alias: &str, instant: &str, column: &str) -> String {
        let axis = self.name(&format!("{}_axis", alias.trim_matches('"')));
        format!(
            "CROSS JOIN (SELECT array_agg({column} ORDER BY {column}) FILTER (WHERE {column} IS NOT NULL) AS instants FROM {table}) AS {axis}\nLEFT JOIN {table} AS {alias}\n  ON {alias}.{column} = {axis}.instants[width_bucket({instant}, {axis}.instants)]"
        )
    }

    /// The instant of a local time: one that clocks show twice is the first, one that they skip is when they skip it.
    fn instant_of_local(&self, local: &str, zone: &str) -> String {
        if zone == "UTC" {
            return self.micros(local);
        }
        let at = format!("({local} AT TIME ZONE '{zone}')");
        let hour = TimeUnit::Hours.micros();
        let instant = self.micros(&at);
        let skipped = self.micros(&format!(
            "(date_trunc('hour', {local}) AT TIME ZONE '{zone}')"
        ));
        format!(
            "CASE\n  WHEN ({at} - interval '1 hour') AT TIME ZONE '{zone}' = {local}\n    THEN {instant} - {hour}\n  WHEN {at} AT TIME ZONE '{zone}' <> {local}\n    THEN {skipped}\n  ELSE {instant}\nEND"
        )
    }
}

impl SqlDialect for Postgres {
    fn word(&self) -> &'static str {
        "postgres"
    }

    fn title(&self) -> &'static str {
        "PostgreSQL"
    }

    fn driver_words(&self) -> &'static [&'static str] {
        &["postgres"]
    }

    fn driver_source(&self) -> &'static str {
        "python3 -m pip install adbc-driver-postgresql"
    }

    fn column_types(&self) -> [&'static str; 4] {
        ["text", "boolean", "double precision", "timestamptz"]
    }

    fn longest_name(&self) -> Option<usize> {
        Some(63)
    }

    fn lock_against_writers(&self, table: &str) -> Option<String> {
        Some(format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
    }

    fn text(&self, text: &str) -> String {
        if !text.contains(char::is_control) {
            return format!("'{}'", text.replace('\'', "''"));
        }
        let mut escaped = String::new();
        for letter in text.chars() {
            match letter {
                '\\' => escaped += "\\\\",
                '\'' => escaped += "''",
                letter if letter.is_control() => {
                    write!(escaped, "\\u{:04x}", u32::from(letter)).expect("a text takes more");
                }
                letter => escaped.push(letter),
            }
        }
        format!("E'{escaped}'")
    }

    fn type_word(&self, of: SqlType) -> &'static str {
        match of {
            SqlType::Text => "text",
            SqlType::YesNo => "boolean",
            SqlType::Number => "double precision",
            SqlType::Integer => "bigint",
        }
    }

    fn constant_instant(&self, micros: Option<i64>) -> String {
        match micros {
            None => "NULL::timestamp".to_string(),
            Some(micros) => format!("timestamp '{}'", timestamp(micros)),
        }
    }

    fn micros(&self, of: &str) -> String {
        format!("CAST(extract(epoch FROM {of}) * 1000000 AS bigint)")
    }

    fn calendar_add(&self, micros: &str, count: u32, grain: Grain, zone: &str) -> String {
        let interval = match grain {
            Grain::Quarter => format!("interval '{} month'", 3 * count),
            other => format!("interval '{count} {}'", other.word()),
        };
        let local = format!("({} + {interval})", local(micros, zone));
        self.instant_of_local(&local, zone)
    }

    fn shown_instant(&self, micros: &str, zone: &str) -> String {
        let local = local(micros, zone);
        let offset = format!("(({} - ({micros})) / 60000000)", self.micros(&local));
        let fraction = format!(
            "CASE WHEN ({micros}) % 1000000 = 0 THEN '' WHEN ({micros}) % 1000 = 0 THEN to_char({local}, '.MS') ELSE to_char({local}, '.US') END"
        );
        let distance = format!(
            "CASE\n      WHEN {offset} = 0 THEN 'Z'\n      ELSE CASE WHEN {offset} < 0 THEN '-' ELSE '+' END || to_char(abs({offset}) / 60, 'FM00') || ':' || to_char(abs({offset}) % 60, 'FM00')\n    END"
        );
        format!(
            "CASE\n  WHEN {local} = date_trunc('day', {local}) THEN to_char({local}, 'YYYY-MM-DD')\n  ELSE to_char({local}, 'YYYY-MM-DD\"T\"HH24:MI:SS')\n    || {fraction}\n    || {distance}\nEND"
        )
    }

    fn bucket_join(&self, table: &str, alias: &str, instant: &str) -> String {
        let found = self.found_by(table, alias, instant, "starts_at");
        format!("{found} AND {instant} < {alias}.ends_at")
    }

    fn nearest_before(&self, table: &str, alias: &str, instant: &str, column: &str) -> String {
        self.found_by(table, alias, instant, column)
    }

    fn instants_join(&self, table: &str, alias: &str, column: &str) -> String {
        format!(
            "CROSS JOIN (SELECT array_agg({column} ORDER BY point) FILTER (WHERE {column} IS NOT NULL) AS instants FROM {table}) AS {alias}"
        )
    }

    fn instants(&self, instants: &[i64]) -> String {
        let instants: Vec<String> = instants.iter().map(|one| self.integer(*one)).collect();
        format!("ARRAY[{}]::bigint[]", instants.join(", "))
    }

    fn place(&self, of: &str, words: &[String]) -> String {
        let words: Vec<String> = words.iter().map(|word| self.text(word)).collect();
        format!("array_position(ARRAY[{}], {of})", words.join(", "))
    }

    fn ordered_text(&self, of: &str) -> String {
        format!("{of} COLLATE \"C\"")
    }

    fn dividend(&self, of: &str) -> String {
        format!("CAST({of} AS double precision)")
    }

    fn shown_number(&self, of: &str) -> String {
        format!("CAST({of} AS double precision)")
    }

    fn contains_text(&self, of: &str, small: &str) -> String {
        let small = self.text(small);
        format!("coalesce(position({small} IN lower({of} COLLATE \"und-x-icu\")) > 0, false)")
    }

    /// A whole number above 2^53 would be rounded to fifteen digits, so both halves of it are converted.
    fn fixed_point(&self, of: &str) -> String {
        let upper = format!("trunc({of} * 1048576)");
        format!(
            "(CAST(CAST({upper} AS bigint) AS numeric) * 1099511627776 + CAST(trunc(({of} * 1048576 - {upper}) * 1099511627776) AS bigint))"
        )
    }

    fn quantile(&self, of: &str, fraction: f64) -> Option<String> {
        Some(format!(
            "percentile_cont({fraction:?}) WITHIN GROUP (ORDER BY {of})"
        ))
    }

    fn expanded(&self, low: &str, high: &str) -> String {
        format!("generate_series({low}, {high} - 1)")
    }

    fn nothing(&self) -> String {
        "'{}'::int8multirange".to_string()
    }

    fn interval(&self, after: &str, until: &str) -> String {
        format!("int8multirange({})", range(after, until))
    }

    fn intersection(&self, left: &str, right: &str, _names: (&str, &str)) -> String {
        format!("({}\n  * {})", indented(left, 2), indented(right, 2))
    }

    fn complement(&self, set: &str, _one: &str) -> String {
        format!("({} - {})", always(self), indented(set, 2))
    }

    fn contains(&self, set: &str, instant: &str, _one: &str) -> String {
        format!("({set}) @> CAST({instant} AS bigint)")
    }

    fn collected(&self, after: &str, until: &str) -> String {
        format!("range_agg({})", range(after, until))
    }

    fn unnested(&self, set: &str, table: &str) -> Unnested {
        let covered = format!("{table}.covered");
        Unnested {
            join: format!("CROSS JOIN LATERAL unnest({set}) AS {table}(covered)"),
            low: after(&covered),
            high: until(&covered),
            value: String::new(),
        }
    }

    /// What comes before a pause moves it: pauses count that begin before the time without them is up.
    fn due(&self, start: &str, due: &str, pauses: &str) -> String {
        let begins = format!("greatest({}, {start})", after("pauses.pause"));
        let ends = format!("greatest({}, {start})", until("pauses.pause"));
        let pauses = indented(pauses, 6);
        format!(
            "(\n  SELECT CASE WHEN count(*) = count(stop_end) THEN {due} + CAST(coalesce(sum(stop_end - stop_begin), 0) AS bigint) END\n  FROM (\n    SELECT stop_begin, stop_end, stop_begin - coalesce(sum(stop_end - stop_begin) OVER (ORDER BY stop_place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS ran_until\n    FROM (\n      SELECT pauses.stop_place, {begins} AS stop_begin, nullif({ends}, {ALWAYS_UNTIL}) AS stop_end\n      FROM unnest({pauses}) WITH ORDINALITY AS pauses(pause, stop_place)\n    ) AS stops\n  ) AS stops\n  WHERE ran_until < {due}\n)"
        )
    }

    fn covered(&self, set: &str, instants: &str, one: &str) -> String {
        let point = |of: String| format!("width_bucket({of}, {instants})");
        let interval = format!("{one}.covered");
        let (low, high) = (point(after(&interval)), point(until(&interval)));
        format!(
            "(\n  SELECT range_agg(int8range(low, high))\n  FROM (\n    SELECT {low} AS low, {high} AS high\n    FROM unnest({}) AS {one}(covered)\n  ) AS ranges\n  WHERE low < high\n)",
            indented(set, 4)
        )
    }

    fn stepped(
        &self,
        steps: &str,
        otherwise: &str,
        set: &str,
        instants: &str,
        [gap, step, piece]: [&str; 3],
    ) -> String {
        let of = |one: &str| range(&format!("{one}.step_after"), &format!("{one}.step_until"));
        let all = format!("jsonb_to_recordset({steps}) AS {step}({STEP})");
        let gaps = format!("jsonb_to_recordset({steps}) AS {gap}({STEP})");
        let between = format!("(SELECT range_agg({}) FROM {gaps})", of(gap));
        let outside = self.complement(&self.present(&between), gap);
        let point = |end: String| format!("width_bucket({end}, {instants})");
        let covered = format!("{piece}.covered");
        let (low, high) = (point(after(&covered)), point(until(&covered)));
        format!(
            "(\n  SELECT jsonb_agg(jsonb_build_object('low', low, 'high', high, 'value', value))\n  FROM (\n    SELECT {low} AS low, {high} AS high, steps.value\n    FROM (\n      SELECT int8multirange({}) AS during, {step}.step_value AS value FROM {all}\n      UNION ALL\n      SELECT {outside}, {otherwise}\n    ) AS steps\n    CROSS JOIN LATERAL unnest(steps.during * {}) AS {piece}(covered)\n  ) AS ranges\n  WHERE low < high\n)",
            of(step),
            indented(set, 4)
        )
    }

    fn unnested_ranges(&self, ranges: &str, table: &str, has_values: bool) -> Unnested {
        let join = |rows: String| format!("CROSS JOIN LATERAL {rows}");
        match has_values {
            false => {
                let rows = format!("unnest({ranges}) AS {table}(covered)");
                Unnested {
                    join: join(rows),
                    low: format!("lower({table}.covered)"),
                    high: format!("upper({table}.covered)"),
                    value: String::new(),
                }
            }
            true => {
                let columns = "low bigint, high bigint, value double precision";
                let rows = format!("jsonb_to_recordset({ranges}) AS {table}({columns})");
                Unnested {
                    join: join(rows),
                    low: format!("{table}.low"),
                    high: format!("{table}.high"),
                    value: format!("{table}.value"),
                }
            }
        }
    }

    fn present_steps(&self, steps: &str) -> String {
        format!("coalesce({steps}, '[]'::jsonb)")
    }

    fn collected_steps(&self) -> String {
        "jsonb_agg(jsonb_build_object('step_after', after, 'step_until', until, 'step_value', value) ORDER BY after)"
            .to_string()
    }

    fn value_of(&self, one: &str) -> String {
        format!("{one}.step_value")
    }

    fn steps_where(&self, steps: &str, test: &str, one: &str) -> String {
        let interval = range(&format!("{one}.step_after"), &format!("{one}.step_until"));
        let set = format!(
            "(\n  SELECT range_agg({interval})\n  FROM jsonb_to_recordset({steps}) AS {one}({STEP})\n  WHERE {test}\n)"
        );
        self.present(&set)
    }

    fn value_at(&self, steps: &str, instant: &str, otherwise: Option<&str>, one: &str) -> String {
        let value = match otherwise {
            None => format!("max({one}.step_value)"),
            Some(value) => {
                format!("CASE WHEN count(*) = 0 THEN {value} ELSE max({one}.step_value) END")
            }
        };
        let found = format!(
            "(\n  SELECT {value}\n  FROM jsonb_to_recordset({steps}) AS {one}({STEP})\n  WHERE {one}.step_after < {instant} AND {instant} <= {one}.step_until\n)"
        );
        match otherwise {
            None => found,
            Some(_) => format!(
                "CASE WHEN {steps} IS NOT NULL AND {instant} IS NOT NULL THEN {} END",
                indented(&found, 2)
            ),
        }
    }
}
