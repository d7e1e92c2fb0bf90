//! DuckDB. A set of instants is a list of structs `{after, until}`, steps are such a list with a `value` each; lists are
//! written as comprehensions.

use std::path::Path;

use super::{
    ALWAYS_AFTER, ALWAYS_UNTIL, FIXED_POINT, FileWords, SqlDialect, SqlType, Unnested, indented,
};
use crate::base::types::{Grain, TimeUnit};

/// The words of DuckDB.
#[derive(Debug)]
pub(super) struct DuckDb;

/// The instant of a local time, as the rest of a `CASE`.
fn local_branches(local: &str, zone: &str) -> String {
    let zone = DuckDb.text(zone);
    let at = format!("{local} AT TIME ZONE {zone}");
    let hour = TimeUnit::Hours.micros();
    format!(
        "WHEN ({at} - INTERVAL 1 HOUR) AT TIME ZONE {zone} = {local}\n    THEN epoch_us({at}) - {hour}\n  WHEN ({at}) AT TIME ZONE {zone} <> {local}\n    THEN epoch_us(date_trunc('hour', {local}) AT TIME ZONE {zone})\n  ELSE epoch_us({at})\nEND"
    )
}

/// The ranges of points at which intervals lie, missing if there are none.
fn ranges(intervals: &str, instants: &str, value: &str, one: &str) -> String {
    let point = |end: &str| format!("len([p for p in {instants} if p <= {one}.{end}])");
    let ranges = format!(
        "[\n  {{'low': {}, 'high': {}{value}}}\n  for {one} in {}\n]",
        point("after"),
        point("until"),
        indented(intervals, 2)
    );
    format!(
        "nullif([\n  {one}\n  for {one} in {}\n  if {one}.low < {one}.high\n], [])",
        indented(&ranges, 2)
    )
}

impl SqlDialect for DuckDb {
    fn word(&self) -> &'static str {
        "duckdb"
    }

    fn title(&self) -> &'static str {
        "DuckDB"
    }

    fn driver_words(&self) -> &'static [&'static str] {
        &["duckdb"]
    }

    fn driver_source(&self) -> &'static str {
        "libduckdb, the library for C that duckdb.org has"
    }

    fn driver_entrypoint(&self) -> Option<&'static str> {
        Some("duckdb_adbc_init")
    }

    fn column_types(&self) -> [&'static str; 4] {
        ["VARCHAR", "BOOLEAN", "DOUBLE", "TIMESTAMPTZ"]
    }

    fn files(&self) -> Option<&'static dyn FileWords> {
        Some(&DuckDb)
    }

    fn says_no_table(&self, message: &str) -> bool {
        message.starts_with("Catalog Error: Table with name")
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
                    escaped += &format!("\\u{:04x}", u32::from(letter))
                }
                letter => escaped.push(letter),
            }
        }
        format!("e'{escaped}'")
    }

    fn type_word(&self, of: SqlType) -> &'static str {
        match of {
            SqlType::Text => "VARCHAR",
            SqlType::YesNo => "BOOLEAN",
            SqlType::Number => "DOUBLE",
            SqlType::Integer => "BIGINT",
        }
    }

    fn micros(&self, of: &str) -> String {
        format!("epoch_us({of})")
    }

    fn calendar_add(&self, micros: &str, count: u32, grain: Grain, zone: &str) -> String {
        let interval = match grain {
            Grain::Quarter => format!("INTERVAL {} MONTH", 3 * count),
            other => format!("INTERVAL {count} {}", other.word().to_uppercase()),
        };
        if zone == "UTC" {
            return format!("epoch_us(make_timestamp({micros}) + {interval})");
        }
        let local = format!(
            "(timezone({}, make_timestamptz({micros})) + {interval})",
            self.text(zone)
        );
        format!("CASE\n  {}", local_branches(&local, zone))
    }

    fn shown_instant(&self, micros: &str, zone: &str) -> String {
        let local = format!("timezone({}, make_timestamptz({micros}))", self.text(zone));
        let offset = format!("((epoch_us({local}) - ({micros})) // 60000000)");
        let fraction = format!(
            "CASE WHEN ({micros}) % 1000000 = 0 THEN '' WHEN ({micros}) % 1000 = 0 THEN strftime({local}, '.%g') ELSE strftime({local}, '.%f') END"
        );
        let distance = format!(
            "CASE WHEN {offset} = 0 THEN 'Z' ELSE printf('%s%02d:%02d', CASE WHEN {offset} < 0 THEN '-' ELSE '+' END, abs({offset}) // 60, abs({offset}) % 60) END"
        );
        format!(
            "CASE\n  WHEN {local} = date_trunc('day', {local}) THEN strftime({local}, '%Y-%m-%d')\n  ELSE strftime({local}, '%Y-%m-%dT%H:%M:%S')\n    || {fraction}\n    || {distance}\nEND"
        )
    }

    fn nearest_before(&self, table: &str, alias: &str, instant: &str, column: &str) -> String {
        format!("ASOF LEFT JOIN {table} AS {alias}\n  ON {instant} >= {alias}.{column}")
    }

    fn instants_join(&self, table: &str, alias: &str, column: &str) -> String {
        format!(
            "CROSS JOIN (SELECT list({column} ORDER BY point) AS instants FROM {table}) AS {alias}"
        )
    }

    fn place(&self, of: &str, words: &[String]) -> String {
        let words: Vec<String> = words.iter().map(|word| self.text(word)).collect();
        format!("list_position([{}], {of})", words.join(", "))
    }

    fn contains_text(&self, of: &str, small: &str) -> String {
        format!(
            "coalesce(contains(lower({of}), {}), false)",
            self.text(small)
        )
    }

    fn fixed_point(&self, of: &str) -> String {
        format!("CAST(trunc({of} * {FIXED_POINT}) AS HUGEINT)")
    }

    fn quantile(&self, of: &str, fraction: f64) -> Option<String> {
        Some(format!("quantile_cont({of}, {fraction:?})"))
    }

    fn product(&self, of: &str, window: &str) -> String {
        format!("product({of}) OVER ({window})")
    }

    fn expanded(&self, low: &str, high: &str) -> String {
        format!("unnest(range({low}, {high}))")
    }

    fn nothing(&self) -> String {
        "[]".to_string()
    }

    fn interval(&self, after: &str, until: &str) -> String {
        format!("[{{'after': {after}, 'until': {until}}}]")
    }

    fn intersection(&self, left: &str, right: &str, (one, other): (&str, &str)) -> String {
        let after = format!("greatest({one}.after, {other}.after)");
        let until = format!("least({one}.until, {other}.until)");
        format!(
            "flatten([\n  [\n    {{'after': {after}, 'until': {until}}}\n    for {other} in {}\n    if {after} < {until}\n  ]\n  for {one} in {}\n])",
            indented(right, 4),
            indented(left, 2)
        )
    }

    /// What lies between its intervals, before and after.
    fn complement(&self, set: &str, one: &str) -> String {
        let set = indented(set, 6);
        format!(
            "[\n  {{'after': {one}[1], 'until': {one}[2]}}\n  for {one} in list_zip(\n    [{ALWAYS_AFTER}] || [{one}.until for {one} in {set}],\n    [{one}.after for {one} in {set}] || [{ALWAYS_UNTIL}]\n  )\n  if {one}[1] < {one}[2]\n]"
        )
    }

    fn contains(&self, set: &str, instant: &str, one: &str) -> String {
        format!(
            "len([{one} for {one} in {set} if {one}.after < {instant} AND {instant} <= {one}.until]) > 0"
        )
    }

    fn collected(&self, after: &str, until: &str) -> String {
        format!("list({{'after': {after}, 'until': {until}}} ORDER BY {after})")
    }

    fn unnested(&self, set: &str, table: &str) -> Unnested {
        Unnested {
            join: format!("CROSS JOIN unnest({set}) AS {table}(covered)"),
            low: format!("{table}.covered.after"),
            high: format!("{table}.covered.until"),
            value: String::new(),
        }
    }

    fn due(&self, start: &str, due: &str, pauses: &str) -> String {
        let after = format!("greatest(pause.after, {start})");
        format!(
            "list_reduce(\n  {},\n  lambda due, pause: {{\n    'after': CASE\n      WHEN {after} < due.after\n        THEN due.after + nullif(greatest(pause.until, {after}), {ALWAYS_UNTIL}) - {after}\n      ELSE due.after\n    END,\n    'until': NULL::BIGINT\n  }},\n  {{'after': {due}, 'until': NULL::BIGINT}}\n).after",
            indented(pauses, 2)
        )
    }

    fn covered(&self, set: &str, instants: &str, one: &str) -> String {
        ranges(set, instants, "", one)
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
        let gaps = self.complement(&steps, gap);
        let all = format!(
            "{steps} || [{{'after': {gap}.after, 'until': {gap}.until, 'value': {otherwise}}} for {gap} in {gaps}]"
        );
        let after = format!("greatest({step}.after, {piece}.after)");
        let until = format!("least({step}.until, {piece}.until)");
        let pieces = format!(
            "flatten([\n  [\n    {{'after': {after}, 'until': {until}, 'value': {step}.value}}\n    for {piece} in {}\n    if {after} < {until}\n  ]\n  for {step} in {}\n])",
            indented(set, 4),
            indented(&all, 2)
        );
        ranges(
            &pieces,
            instants,
            &format!(", 'value': {piece}.value"),
            piece,
        )
    }

    fn unnested_ranges(&self, ranges: &str, table: &str, _has_values: bool) -> Unnested {
        let column = "covered_points";
        Unnested {
            join: format!("CROSS JOIN unnest({ranges}) AS {table}({column})"),
            low: format!("{table}.{column}.low"),
            high: format!("{table}.{column}.high"),
            value: format!("{table}.{column}.value"),
        }
    }

    fn present_steps(&self, steps: &str) -> String {
        self.present(steps)
    }

    fn collected_steps(&self) -> String {
        "list({'after': after, 'until': until, 'value': value} ORDER BY after)".to_string()
    }

    fn steps_where(&self, steps: &str, test: &str, one: &str) -> String {
        format!(
            "[\n  {{'after': {one}.after, 'until': {one}.until}}\n  for {one} in {}\n  if {test}\n]",
            indented(steps, 2)
        )
    }

    fn value_at(&self, steps: &str, instant: &str, otherwise: Option<&str>, one: &str) -> String {
        let found = format!(
            "[{one}.value for {one} in {steps} if {one}.after < {instant} AND {instant} <= {one}.until]"
        );
        match otherwise {
            None => format!("({found})[1]"),
            Some(value) => format!(
                "CASE WHEN {steps} IS NOT NULL AND {instant} IS NOT NULL THEN ({found} || [{value}])[1] END"
            ),
        }
    }
}

impl FileWords for DuckDb {
    fn reader(&self, path: &Path) -> Option<(&'static str, &'static str)> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let ending = name.trim_end_matches(".gz").rsplit('.').next()?;
        match ending {
            "csv" => Some((
                "read_csv",
                ", header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', comment = ''",
            )),
            "tsv" => Some((
                "read_csv",
                ", header = true, all_varchar = true, delim = '\\t', quote = '\"', escape = '\"', comment = ''",
            )),
            "json" | "jsonl" | "ndjson" => Some(("read_json", ", format = 'auto'")),
            "parquet" => Some(("read_parquet", "")),
            _ => None,
        }
    }

    fn all_cells(&self) -> String {
        "nullif(trim(CAST(COLUMNS(*) AS VARCHAR), e' \\t\\r\\n'), '')".to_string()
    }

    fn written_instant(&self, of: &str, zone: &str) -> String {
        let zoned =
            format!("regexp_matches({of}, '[T ].*(Z|UTC|GMT|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')");
        let local = format!("CAST({of} AS TIMESTAMP)");
        let with_zone = format!(
            "WHEN left({of}, 4) IN ('0000', '0001', '9999')\n    THEN NULL\n  WHEN {zoned}\n    THEN epoch_us(CAST({of} AS TIMESTAMPTZ))"
        );
        if zone == "UTC" {
            return format!("CASE\n  {with_zone}\n  ELSE epoch_us({local})\nEND");
        }
        format!("CASE\n  {with_zone}\n  {}", local_branches(&local, zone))
    }

    fn stopped(&self, message: &str) -> String {
        format!("error({message})")
    }
}
