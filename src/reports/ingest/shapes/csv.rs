//! CSV → an array of objects, one a row, by the names in the first line.

use jaq_json::Val;

use super::{Budget, object, string};

/// Reads rows; the separator is the one that the first line has most of. What stands in comment lines
/// above the names is the member `#` of the first row.
///
/// Also gives the row that reports are recognised by: the first, or where there is none one of nulls.
pub(super) fn read(text: &str, budget: &mut Budget) -> Result<(Val, Val), String> {
    let mut text = text;
    let mut comment = String::new();
    while text.starts_with('#') {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        comment += line;
        text = rest;
    }
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: &u8| first.bytes().filter(|byte| byte == separator).count();
    // The last of equals wins; a comma where there is none of any.
    let separator = [b'|', b'\t', b';', b','].into_iter().max_by_key(count);
    let separator = separator.unwrap_or(b',');
    let mut reader = reader(text, separator);
    let names: Vec<String> = reader
        .headers()
        .map_err(|error| format!("it is no CSV: {error}"))?
        .iter()
        .map(str::to_string)
        .collect();
    // A row has a value in every column, even one that ends early.
    budget.take(rows(text, separator) * names.len() as u64)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("it is no CSV: {error}"))?;
        // Spreadsheets write separators alone for empty lines.
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let members = names.iter().enumerate().map(|(index, name)| {
            let value = record.get(index).map_or(Val::Null, string);
            (name.clone(), value)
        });
        let mut members: Vec<(String, Val)> = members.collect();
        if !comment.is_empty() {
            members.push(("#".to_string(), string(std::mem::take(&mut comment))));
        }
        rows.push(object(members));
    }
    let sample = rows
        .first()
        .cloned()
        .unwrap_or_else(|| object(names.iter().map(|name| (name.clone(), Val::Null)).collect()));
    let sample = std::iter::once(sample).collect();
    Ok((rows.into_iter().collect(), sample))
}

fn reader(text: &str, separator: u8) -> ::csv::Reader<&[u8]> {
    ::csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// How many rows there are; a mistake in them is found when they are read.
fn rows(text: &str, separator: u8) -> u64 {
    let mut reader = reader(text, separator);
    let mut record = ::csv::ByteRecord::new();
    let mut rows = 0;
    while let Ok(true) = reader.read_byte_record(&mut record) {
        rows += 1;
    }
    rows
}
