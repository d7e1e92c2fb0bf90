//! What is DuckDB's own: names, literals, lists and their functions, joins by the nearest instant, files.
//!
//! A set of instants is a list of structs `{after, until}`, ascending and apart.

use std::path::Path;

use crate::base::types::{Grain, MICROS_PER_DAY, TimeUnit};

/// Beginning and end of a set that has none. Sums with any instant or duration fit 64 bits.
pub(super) const ALWAYS_AFTER: i64 = -1_000_000_000_000_000_000;
pub(super) const ALWAYS_UNTIL: i64 = 1_000_000_000_000_000_000;

/// Words that cannot be names as they are.
const RESERVED: &str = " all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint \
    binary bit boolean both by case cast char character check coalesce collate collation column columns concurrently \
    constraint create cross dec decimal default deferrable desc describe distinct do else end except exists extract \
    false fetch float for foreign freeze from full generated glob group grouping having ilike in initially inner inout \
    int integer intersect interval into is isnull join lambda lateral leading left like limit map national natural \
    nchar none not notnull null nullif numeric offset on only or order out outer overlaps overlay pivot placing \
    position positional precision primary qualify real references returning right row select semi setof show similar \
    smallint some struct substring summarize symmetric table tablesample then time timestamp to trailing treat trim \
    true try_cast tuple union unique unpack unpivot using values varchar variadic verbose when where window with ";

/// A name, in quotes where it needs them.
pub(super) fn name(name: &str) -> String {
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_');
    let is_plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if starts_well && name.chars().all(is_plain) && !RESERVED.contains(&format!(" {name} ")) {
        return name.to_string();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text. One with line breaks or the like is written with escapes, so that lines can be indented.
pub(super) fn text(text: &str) -> String {
    if !text.contains(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' => escaped += "\\\\",
            '\'' => escaped += "''",
            letter if letter.is_control() => escaped += &format!("\\u{:04x}", u32::from(letter)),
            letter => escaped.push(letter),
        }
    }
    format!("e'{escaped}'")
}

/// A whole number. What it means is said beside it where it is an instant or a long time.
pub(super) fn integer(value: i64) -> String {
    const FIRST_NAMED: i64 = 1_000_000_000_000_000;
    let hour = TimeUnit::Hours.micros();
    if value.abs() >= FIRST_NAMED && value.abs() < ALWAYS_UNTIL {
        return format!("{value} /* {} */", timestamp(value));
    }
    if value >= MICROS_PER_DAY && value % MICROS_PER_DAY == 0 {
        return format!("{value} /* {} days */", value / MICROS_PER_DAY);
    }
    if value >= hour && value % hour == 0 {
        return format!("{value} /* {} hours */", value / hour);
    }
    value.to_string()
}

/// A number of double precision.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}::DOUBLE")
}

/// An instant as a time in UTC.
pub(super) fn timestamp(micros: i64) -> String {
    let Some(instant) = chrono::DateTime::from_timestamp_micros(micros) else {
        return micros.to_string();
    };
    let shape = match micros.rem_euclid(1_000_000) {
        0 => "%Y-%m-%d %H:%M:%S",
        _ => "%Y-%m-%d %H:%M:%S%.6f",
    };
    instant.format(shape).to_string()
}

/// Microseconds since 1970 of a column with a time zone.
pub(super) fn micros(of: &str) -> String {
    format!("epoch_us({of})")
}

/// The number that puts a word in the order of a scale.
pub(super) fn place(of: &str, words: &[String]) -> String {
    format!(
        "list_position({}, {of})",
        list(words.iter().map(|word| text(word)))
    )
}

pub(super) fn list(parts: impl Iterator<Item = String>) -> String {
    format!("[{}]", parts.collect::<Vec<String>>().join(", "))
}

/// One interval as a set.
pub(super) fn interval(after: &str, until: &str) -> String {
    format!("[{{'after': {after}, 'until': {until}}}]")
}

/// All instants.
pub(super) fn always() -> String {
    interval(&ALWAYS_AFTER.to_string(), &ALWAYS_UNTIL.to_string())
}

/// A set that is there: a missing one is empty.
pub(super) fn present(set: &str) -> String {
    format!("coalesce({set}, [])")
}

/// Instants in both sets. `one` and `other` are names that nothing around uses.
pub(super) fn intersection(left: &str, right: &str, one: &str, other: &str) -> String {
    let after = format!("greatest({one}.after, {other}.after)");
    let until = format!("least({one}.until, {other}.until)");
    format!(
        "flatten([\n  [\n    {{'after': {after}, 'until': {until}}}\n    for {other} in {}\n    if {after} < {until}\n  ]\n  for {one} in {}\n])",
        indented(right, 4),
        indented(left, 2)
    )
}

/// Instants not in a set that is there: what lies between its intervals, before and after.
pub(super) fn complement(set: &str, one: &str) -> String {
    let set = indented(set, 6);
    format!(
        "[\n  {{'after': {one}[1], 'until': {one}[2]}}\n  for {one} in list_zip(\n    [{ALWAYS_AFTER}] || [{one}.until for {one} in {set}],\n    [{one}.after for {one} in {set}] || [{ALWAYS_UNTIL}]\n  )\n  if {one}[1] < {one}[2]\n]"
    )
}

/// Whether an instant is in a set.
pub(super) fn contains(set: &str, instant: &str, one: &str) -> String {
    format!(
        "len([{one} for {one} in {set} if {one}.after < {instant} AND {instant} <= {one}.until]) > 0"
    )
}

/// The ranges of points that lie in a set, missing if there are none; `instants` is a list of the points' instants.
pub(super) fn covered(set: &str, instants: &str, one: &str) -> String {
    let point = |end: &str| format!("len([p for p in {instants} if p <= {one}.{end}])");
    let ranges = format!(
        "[\n  {{'low': {}, 'high': {}}}\n  for {one} in {}\n]",
        point("after"),
        point("until"),
        indented(set, 2)
    );
    format!(
        "nullif([\n  {one}\n  for {one} in {}\n  if {one}.low < {one}.high\n], [])",
        indented(&ranges, 2)
    )
}

/// The ranges of points at which steps lie in a set, with their values; missing if there are none. `step` and `one` are
/// names that nothing around uses.
pub(super) fn stepped(steps: &str, set: &str, instants: &str, (step, one): (&str, &str)) -> String {
    let after = format!("greatest({step}.after, {one}.after)");
    let until = format!("least({step}.until, {one}.until)");
    let pieces = format!(
        "flatten([\n  [\n    {{'after': {after}, 'until': {until}, 'value': {step}.value}}\n    for {one} in {}\n    if {after} < {until}\n  ]\n  for {step} in {}\n])",
        indented(set, 4),
        indented(steps, 2)
    );
    let point = |end: &str| format!("len([p for p in {instants} if p <= {one}.{end}])");
    let ranges = format!(
        "[\n  {{'low': {}, 'high': {}, 'value': {one}.value}}\n  for {one} in {}\n]",
        point("after"),
        point("until"),
        indented(&pieces, 2)
    );
    format!(
        "nullif([\n  {one}\n  for {one} in {}\n  if {one}.low < {one}.high\n], [])",
        indented(&ranges, 2)
    )
}

/// When a clock has run for a time that is up at `due` without pauses (rule S36).
pub(super) fn due(start: &str, due: &str, pauses: &str) -> String {
    let after = format!("greatest(pause.after, {start})");
    format!(
        "list_reduce(\n  {},\n  lambda due, pause: {{\n    'after': CASE\n      WHEN {after} < due.after\n        THEN due.after + nullif(greatest(pause.until, {after}), {ALWAYS_UNTIL}) - {after}\n      ELSE due.after\n    END,\n    'until': NULL::BIGINT\n  }},\n  {{'after': {due}, 'until': NULL::BIGINT}}\n).after",
        indented(pauses, 2)
    )
}

/// The intervals of a group, ascending, as a set.
pub(super) fn collected(after: &str, until: &str) -> String {
    format!("list({{'after': {after}, 'until': {until}}} ORDER BY {after})")
}

/// The points from `low` up to `high`, a row each.
pub(super) fn expanded(low: &str, high: &str) -> String {
    format!("unnest(range({low}, {high}))")
}

/// A row for each element of a list, as the column of a joined table.
pub(super) fn unnested(list: &str, table: &str, column: &str) -> String {
    format!("CROSS JOIN unnest({list}) AS {table}({column})")
}

/// Joins the last row of a table of points whose instant is at or before another.
pub(super) fn nearest_before(table: &str, alias: &str, instant: &str, column: &str) -> String {
    format!("ASOF LEFT JOIN {table} AS {alias}\n  ON {instant} >= {alias}.{column}")
}

/// The exact product of a running column.
pub(super) fn product(of: &str, window: &str) -> String {
    format!("product({of}) OVER ({window})")
}

/// A percentile with linear interpolation (rule S21).
pub(super) fn quantile(of: &str, fraction: f64) -> String {
    format!("quantile_cont({of}, {fraction:?})")
}

/// A number as a whole multiple of 2^-60, cut off towards zero.
pub(super) fn fixed_point(of: &str) -> String {
    format!("CAST(trunc({of} * {FIXED_POINT}) AS HUGEINT)")
}

/// 2^60.
pub(super) const FIXED_POINT: &str = "1152921504606846976";

/// The lines of a text after the first moved to the right.
pub(super) fn indented(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{:by$}", ""))
}

/// The function that reads a file of a format, and its options; `None` for formats that are not read.
pub(super) fn reader(path: &Path) -> Option<(&'static str, &'static str)> {
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

/// Every column of a file as text, without blanks around it and missing where nothing is left.
pub(super) fn all_cells() -> String {
    "nullif(trim(CAST(COLUMNS(*) AS VARCHAR), e' \\t\\r\\n'), '')".to_string()
}

/// The instant of a text in microseconds. Without a zone of its own it is a local time: one that clocks show twice is
/// the first, one that they skip is when they skip it. The years 0, 1 and 9999 stand for no date.
pub(super) fn written_instant(of: &str, zone: &str) -> String {
    let zoned = format!("regexp_matches({of}, '[T ].*(Z|UTC|GMT|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')");
    let local = format!("CAST({of} AS TIMESTAMP)");
    let with_zone = format!(
        "WHEN left({of}, 4) IN ('0000', '0001', '9999')\n    THEN NULL\n  WHEN {zoned}\n    THEN epoch_us(CAST({of} AS TIMESTAMPTZ))"
    );
    if zone == "UTC" {
        return format!("CASE\n  {with_zone}\n  ELSE epoch_us({local})\nEND");
    }
    format!("CASE\n  {with_zone}\n  {}", local_branches(&local, zone))
}

/// The instant of a local time, as the rest of a `CASE`.
fn local_branches(local: &str, zone: &str) -> String {
    let zone = text(zone);
    let at = format!("{local} AT TIME ZONE {zone}");
    let hour = TimeUnit::Hours.micros();
    format!(
        "WHEN ({at} - INTERVAL 1 HOUR) AT TIME ZONE {zone} = {local}\n    THEN epoch_us({at}) - {hour}\n  WHEN ({at}) AT TIME ZONE {zone} <> {local}\n    THEN epoch_us(date_trunc('hour', {local}) AT TIME ZONE {zone})\n  ELSE epoch_us({at})\nEND"
    )
}

/// The same local time so many units of the calendar later, in microseconds.
pub(super) fn calendar_add(micros: &str, count: u32, grain: Grain, zone: &str) -> String {
    let interval = match grain {
        Grain::Quarter => format!("INTERVAL {} MONTH", 3 * count),
        other => format!("INTERVAL {count} {}", other.word().to_uppercase()),
    };
    if zone == "UTC" {
        return format!("epoch_us(make_timestamp({micros}) + {interval})");
    }
    let local = format!(
        "(timezone({}, make_timestamptz({micros})) + {interval})",
        text(zone)
    );
    format!("CASE\n  {}", local_branches(&local, zone))
}

/// An instant as lists show it: a midnight of the zone as its day, others with their distance from UTC.
pub(super) fn shown_instant(micros: &str, zone: &str) -> String {
    let local = format!("timezone({}, make_timestamptz({micros}))", text(zone));
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

/// Microseconds as a number of a unit.
pub(super) fn time_in(micros: &str, unit: TimeUnit) -> String {
    format!("CAST({micros} AS DOUBLE) / {}", unit.micros())
}

/// Whether a text contains another that is in small letters; false if it is missing.
pub(super) fn contains_text(of: &str, small: &str) -> String {
    format!("coalesce(contains(lower({of}), {}), false)", text(small))
}
