//! Statements as text: a SELECT clause by clause, and the WITH in front of it.

use std::sync::Arc;

use super::dialects::{SqlDialect, indented};
use crate::base::types::Scale;
use crate::plan::relation::Name;

/// A column of a SELECT.
#[derive(Clone, Debug)]
pub(super) struct SelectColumn {
    pub name: Name,
    pub sql: String,
    /// Whether it is a column of what is selected from: other clauses can read it by its text.
    pub is_plain: bool,
    /// Whether it is ordered as texts are.
    pub is_text: bool,
    /// Whether it has ranges of points, which are missing where there are none.
    pub has_ranges: bool,
    /// What a scale's words are.
    pub scale: Option<Arc<Scale>>,
}

impl SelectColumn {
    pub fn made(name: impl Into<Name>, sql: impl Into<String>) -> SelectColumn {
        SelectColumn {
            name: name.into(),
            sql: sql.into(),
            is_plain: false,
            is_text: false,
            has_ranges: false,
            scale: None,
        }
    }

    fn written(&self, dialect: &dyn SqlDialect) -> String {
        // All columns at once go by their own names.
        if self.name.is_empty() {
            return self.sql.clone();
        }
        let name = dialect.name(&self.name);
        let is_of_table = self.is_plain && self.sql.ends_with(&format!(".{name}"));
        let is_own = self.sql == name || is_of_table && dialect.keeps_names();
        match is_own {
            true => self.sql.clone(),
            false => format!("{} AS {name}", self.sql),
        }
    }
}

/// One SELECT.
#[derive(Clone, Debug)]
pub(super) struct Select {
    pub dialect: &'static dyn SqlDialect,
    pub columns: Vec<SelectColumn>,
    pub is_distinct: bool,
    pub source: String,
    pub joins: Vec<String>,
    pub filters: Vec<String>,
    pub groups: Vec<String>,
    pub order: Vec<String>,
    pub limit: Option<usize>,
    /// Whether rows stand for groups of rows, or are in an order that what comes after must keep.
    pub is_closed: bool,
    /// Whether columns are written with their table.
    pub is_qualified: bool,
}

impl Select {
    /// One of nothing.
    pub fn new(dialect: &'static dyn SqlDialect) -> Select {
        Select {
            dialect,
            columns: Vec::new(),
            is_distinct: false,
            source: String::new(),
            joins: Vec::new(),
            filters: Vec::new(),
            groups: Vec::new(),
            order: Vec::new(),
            limit: None,
            is_closed: false,
            is_qualified: false,
        }
    }

    /// The columns of a table expression.
    pub fn from(
        dialect: &'static dyn SqlDialect,
        source: &str,
        columns: &[SelectColumn],
    ) -> Select {
        let plain = columns.iter().map(|column| SelectColumn {
            sql: dialect.name(&column.name),
            is_plain: true,
            ..column.clone()
        });
        Select {
            columns: plain.collect(),
            source: dialect.name(source),
            ..Select::new(dialect)
        }
    }

    pub fn column(&self, name: &str) -> &SelectColumn {
        let mut columns = self.columns.iter();
        let column = columns.find(|column| column.name == name);
        column.unwrap_or_else(|| unreachable!("{name} is not among {:?}", self.names()))
    }

    fn names(&self) -> Vec<&str> {
        let names = self.columns.iter().map(|column| column.name.as_str());
        names.collect()
    }

    /// Whether tables can be joined to it as it is.
    pub fn can_join(&self) -> bool {
        let is_bare = self.filters.is_empty() && self.columns.iter().all(|column| column.is_plain);
        !self.is_closed && (self.is_qualified || is_bare)
    }

    /// Writes the columns with their table.
    pub fn qualify(&mut self) {
        if self.is_qualified {
            return;
        }
        self.is_qualified = true;
        let source = self.source.clone();
        for column in &mut self.columns {
            column.sql = format!("{source}.{}", column.sql);
        }
    }

    pub fn text(&self) -> String {
        let mut lines = vec![self.first_lines()];
        if !self.source.is_empty() {
            lines.push(format!("FROM {}", self.source));
        }
        lines.extend(self.joins.iter().cloned());
        lines.extend(clause("WHERE ", &self.written_filters(), "\n  AND "));
        lines.extend(clause("GROUP BY ", &self.groups, ", "));
        lines.extend(clause("ORDER BY ", &self.order, ", "));
        lines.extend(self.limit.map(|rows| format!("LIMIT {rows}")));
        lines.join("\n")
    }

    /// The filters; one alone needs no brackets.
    fn written_filters(&self) -> Vec<String> {
        let inner = |only: &String| {
            let inner = only.strip_prefix('(')?.strip_suffix(')')?;
            (!inner.contains(['(', ')'])).then(|| inner.to_string())
        };
        match self.filters.as_slice() {
            [only] => vec![inner(only).unwrap_or_else(|| only.clone())],
            several => several.to_vec(),
        }
    }

    fn first_lines(&self) -> String {
        const WIDEST: usize = 90;
        let word = match self.is_distinct {
            true => "SELECT DISTINCT",
            false => "SELECT",
        };
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.written(self.dialect))
            .collect();
        let line = format!("{word} {}", columns.join(", "));
        if line.len() <= WIDEST && !line.contains('\n') {
            return line;
        }
        let columns: Vec<String> = columns.iter().map(|column| indented(column, 2)).collect();
        format!("{word}\n  {}", columns.join(",\n  "))
    }
}

fn clause(word: &str, parts: &[String], between: &str) -> Option<String> {
    let parts: Vec<String> = parts.iter().map(|part| indented(part, 2)).collect();
    (!parts.is_empty()).then(|| format!("{word}{}", parts.join(between)))
}

/// A name without its quotes.
pub(super) fn bare(name: &str) -> &str {
    name.trim_matches(['"', '`'])
}

/// A named part of a statement.
#[derive(Clone, Debug)]
pub(super) struct TableExpression {
    pub comments: Vec<String>,
    pub name: String,
    pub body: String,
}

/// The whole statement.
pub(super) fn statement(comments: &[String], with: &[TableExpression], last: &Select) -> String {
    let mut text = commented(comments);
    let tables: Vec<String> = with
        .iter()
        .map(|table| {
            let comments = commented(&table.comments);
            format!(
                "{comments}{} AS (\n  {}\n)",
                last.dialect.name(&table.name),
                indented(&table.body, 2)
            )
        })
        .collect();
    if !tables.is_empty() {
        text += &format!("WITH\n{}\n", tables.join(",\n"));
    }
    text + &last.text() + last.dialect.ending() + ";\n"
}

/// Comment lines; a text over several lines becomes one.
fn commented(comments: &[String]) -> String {
    let line = |comment: &String| format!("-- {}\n", comment.replace(char::is_control, " "));
    comments.iter().map(line).collect()
}
