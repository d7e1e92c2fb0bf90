//! Columns that a file lacks.

use super::Need;
use super::columns::Wanted;
use super::plan::TablePlan;
use super::raw::RawTable;
use super::report::and_list;
use crate::diagnostic::{Diagnostic, Problems, nearest};
use crate::model::Table;

/// Reports the wanted columns that a file lacks: needed ones as problems, others as notes.
pub(super) fn report(
    table: &Table,
    plan: &TablePlan,
    name: &str,
    raw: &RawTable,
    problems: &mut Problems,
    notes: &mut Vec<String>,
) {
    for (wanted, column) in plan.wanted.iter().zip(&raw.columns) {
        if column.is_some() {
            continue;
        }
        let near = near_header(table, &raw.header, &wanted.name);
        let is_key = table.key == Some(wanted.column);
        match plan.needs.get(&wanted.column) {
            Some(Need::By(users)) if !users.is_empty() => {
                problems.push(needed(table, name, raw, wanted, users, near));
            }
            Some(_) | None if is_key && plan.is_parent => {
                problems.push(no_key(table, name, wanted, near));
            }
            Some(_) | None => notes.push(note(name, wanted, is_key, near)),
        }
    }
}

/// A column of the file that no table declares and whose name is nearly this one.
fn near_header<'a>(table: &Table, header: &'a [String], name: &str) -> Option<&'a str> {
    let is_declared = |header: &str| table.columns.iter().any(|column| column.name == header);
    let free = header
        .iter()
        .map(String::as_str)
        .filter(|header| !is_declared(header));
    nearest(name, free.clone()).or_else(|| {
        let start = |text: &str| text.split(['_', ' ']).next().map(str::to_lowercase);
        // `verified_on` for `verified_at`: the same first word of two.
        let mut alike = free.filter(|header| name.contains('_') && start(header) == start(name));
        alike.next().filter(|_| alike.next().is_none())
    })
}

fn needed(
    table: &Table,
    name: &str,
    raw: &RawTable,
    wanted: &Wanted,
    users: &[String],
    near: Option<&str>,
) -> Diagnostic {
    let verb = if users.len() == 1 { "needs" } else { "need" };
    let message = format!(
        "`{name}` has no column `{}`, which {} {verb}",
        wanted.name,
        named_users(users)
    );
    let diagnostic = Diagnostic::data("D112", message);
    let diagnostic = match near {
        Some(near) => diagnostic.help(format!("it has a column `{near}`: did you mean that one?")),
        None => diagnostic.help(columns_of(raw)),
    };
    diagnostic.help(format!(
        "rename the column in the file, or declare the table {} as the file has it",
        table.name
    ))
}

fn named_users(users: &[String]) -> String {
    const MOST: usize = 4;
    let mut named: Vec<String> = users.iter().take(MOST).cloned().collect();
    if users.len() > MOST {
        named.push(format!("{} more", users.len() - MOST));
    }
    and_list(&named)
}

fn columns_of(raw: &RawTable) -> String {
    const MOST: usize = 30;
    let mut names: Vec<&str> = raw.header.iter().take(MOST).map(String::as_str).collect();
    if raw.header.len() > MOST {
        names.push("…");
    }
    format!("its columns are {}", names.join(", "))
}

fn no_key(table: &Table, name: &str, wanted: &Wanted, near: Option<&str>) -> Diagnostic {
    let message = format!(
        "`{name}` has no column `{}`, the key of {}",
        wanted.name, table.name
    );
    let diagnostic = Diagnostic::data("D303", message);
    match near {
        Some(near) => diagnostic.help(format!("it has a column `{near}`: did you mean that one?")),
        None => diagnostic,
    }
}

fn note(name: &str, wanted: &Wanted, is_key: bool, near: Option<&str>) -> String {
    let effect = if is_key {
        "its rows are not checked for repeats"
    } else {
        "it reads as missing everywhere"
    };
    let hint = near.map_or_else(String::new, |near| {
        format!(" (the file has `{near}`, which no table declares)")
    });
    format!("`{name}` has no column `{}`: {effect}{hint}", wanted.name)
}
