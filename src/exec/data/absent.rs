//! Columns that a file lacks.

use super::columns::ColumnRequest;
use super::plan::TablePlan;
use super::report::{and_list, place_of};
use crate::base::diagnostic::{Cause, Diagnostic, Problems, nearest};
use crate::lang::model::{Definitions, Table};
use crate::plan::Requirement;

/// A file and the table it is read as.
pub(super) struct TableFile<'a> {
    pub definitions: &'a Definitions,
    pub table: &'a Table,
    pub name: &'a str,
}

impl TableFile<'_> {
    /// Reports the wanted columns that the file lacks: needed ones as problems, others as notes.
    pub(super) fn report_absent(
        &self,
        plan: &TablePlan,
        header: &[String],
        is_absent: &[bool],
        problems: &mut Problems,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let mut plain = Vec::new();
        for (wanted, is_absent) in plan.wanted.iter().zip(is_absent) {
            if !is_absent {
                continue;
            }
            let near = near_header(self.table, header, &wanted.name);
            let is_key = self.table.key == Some(wanted.column);
            match plan.required.get(&wanted.column) {
                Some(Requirement::By(users)) if !users.is_empty() => {
                    problems.push(self.needed(header, wanted, users, near));
                }
                Some(_) | None if is_key && plan.is_parent => {
                    problems.push(self.no_key(wanted, near));
                }
                Some(_) | None if !is_key && near.is_none() => plain.push(wanted.name.as_str()),
                Some(_) | None => notes.push(self.note(wanted, is_key, near)),
            }
        }
        if !plain.is_empty() {
            notes.push(self.note_of_all(&plain));
        }
        notes
    }

    /// One line for all columns of which nothing else is to be said.
    fn note_of_all(&self, names: &[&str]) -> String {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let (noun, effect) = match names.len() {
            1 => ("column", "it reads"),
            _ => ("columns", "they read"),
        };
        format!(
            "`{}` has no {noun} {}: {effect} as missing everywhere",
            self.name,
            and_list(&quoted)
        )
    }

    fn needed(
        &self,
        header: &[String],
        wanted: &ColumnRequest,
        users: &[String],
        near: Option<&str>,
    ) -> Diagnostic {
        let message = format!(
            "`{}` has no column `{}`, which {} {}",
            self.name,
            wanted.name,
            named_users(users),
            if users.len() == 1 { "needs" } else { "need" }
        );
        let diagnostic = Diagnostic::data("D112", message).because(Cause::NoColumn);
        let diagnostic = match near {
            Some(near) => diagnostic.help(did_you_mean(near)),
            None => diagnostic.help(columns_of(header)),
        };
        diagnostic.help(format!(
            "rename the column in the file, or declare the table {} as the file has it{}",
            self.table.name,
            place_of(self.definitions, "table", &self.table.name)
        ))
    }

    fn no_key(&self, wanted: &ColumnRequest, near: Option<&str>) -> Diagnostic {
        let message = format!(
            "`{}` has no column `{}`, the key of {}",
            self.name, wanted.name, self.table.name
        );
        let diagnostic = Diagnostic::data("D303", message);
        match near {
            Some(near) => diagnostic.help(did_you_mean(near)),
            None => diagnostic,
        }
    }

    fn note(&self, wanted: &ColumnRequest, is_key: bool, near: Option<&str>) -> String {
        let effect = if is_key {
            "its rows are not checked for repeats"
        } else {
            "it reads as missing everywhere"
        };
        let hint = near.map_or_else(String::new, |near| {
            format!(" (the file has `{near}`, which the table does not declare)")
        });
        format!(
            "`{}` has no column `{}`: {effect}{hint}",
            self.name, wanted.name
        )
    }
}

fn did_you_mean(near: &str) -> String {
    format!("it has a column `{near}`: did you mean that one?")
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

fn named_users(users: &[String]) -> String {
    const MOST: usize = 4;
    let mut named: Vec<String> = users.iter().take(MOST).cloned().collect();
    if users.len() > MOST {
        named.push(format!("{} more", users.len() - MOST));
    }
    and_list(&named)
}

fn columns_of(header: &[String]) -> String {
    const MOST: usize = 30;
    let mut names: Vec<&str> = header.iter().take(MOST).map(String::as_str).collect();
    if header.len() > MOST {
        names.push("…");
    }
    format!("its columns are {}", names.join(", "))
}
