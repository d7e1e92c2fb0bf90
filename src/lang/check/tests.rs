//! `test` definitions: given rows, and the answers expected.

use super::clauses::once;
use super::dates;
use super::index::IndexEntry;
use super::queries::query;
use super::relations::find_table;
use super::scope::Scope;
use super::wording::list;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::model::{Expect, Given, Query, Subject, TableId, Test};
use crate::lang::syntax::ast::{self, Grid, TestClause};

/// What may follow the name of a value's column in an expected header.
pub(super) const SUFFIXES: [&str; 20] = [
    "rows",
    "status",
    "target",
    "bound",
    "band",
    "previous",
    "change",
    "change_percent",
    "previous_2",
    "change_2",
    "change_percent_2",
    "share",
    "reason",
    "few_rows",
    "low",
    "high",
    "verdict",
    "slope",
    "p",
    "periods",
];

/// All tests without errors.
pub(super) fn tests(
    scope: Scope,
    entries: &[IndexEntry<ast::Test>],
    problems: &mut Problems,
) -> Vec<Test> {
    entries
        .iter()
        .filter_map(|entry| test(scope, entry, problems))
        .collect()
}

fn test(scope: Scope, entry: &IndexEntry<ast::Test>, problems: &mut Problems) -> Option<Test> {
    let calendar = &scope.model.calendar;
    let (mut as_of, mut known_on) = (None, None);
    let (mut givens, mut expects): (Vec<Given>, Vec<Expect>) = (Vec::new(), Vec::new());
    let mut asks = false;
    for clause in &entry.tree.clauses {
        let span = clause.span;
        match &clause.node {
            TestClause::AsOf(date) => {
                let moment = dates::moment(calendar, date, problems);
                once(&mut as_of, moment, "as of", span, problems);
            }
            TestClause::KnownOn(date) => {
                let moment = dates::moment(calendar, date, problems);
                once(&mut known_on, moment, "as known on", span, problems);
            }
            TestClause::Given { table, rows } => {
                let Some(id) = find_table(scope, table, problems) else {
                    continue;
                };
                if givens.iter().any(|given| given.table == id) {
                    problems.push(given_twice(table));
                }
                givens.extend(given(scope, id, rows, problems));
            }
            TestClause::Expect { query, rows } => {
                asks = true;
                expects.extend(expect(scope, query, rows, span, problems));
            }
        }
    }
    let name = &entry.tree.name;
    if !asks {
        problems.push(
            Diagnostic::error("K623", name.span, "this test expects nothing")
                .help("add `expect QUERY` with a table of its answer below it"),
        );
    }
    Some(Test {
        name: name.node.clone(),
        as_of: as_of.flatten(),
        known_on: known_on.flatten(),
        givens,
        expects,
        span: entry.span,
    })
}

fn given_twice(table: &ast::Identifier) -> Diagnostic {
    Diagnostic::error(
        "K620",
        table.span,
        format!("rows of {} are given twice", table.node),
    )
    .label("put all of them in one table")
}

fn given(scope: Scope, table: TableId, rows: &Grid, problems: &mut Problems) -> Option<Given> {
    let mut columns: Vec<usize> = Vec::new();
    let mut all_right = true;
    for head in &rows.header {
        match column(scope, table, head, problems) {
            Some(column) if columns.contains(&column) => {
                problems.push(header_twice(head));
                all_right = false;
            }
            Some(column) => columns.push(column),
            None => all_right = false,
        }
    }
    all_right &= check_lengths(rows, problems);
    all_right.then(|| Given {
        table,
        columns,
        rows: cells(rows),
        spans: rows.rows.iter().map(|row| row_span(rows, row)).collect(),
    })
}

fn header_twice(head: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(
        "K622",
        head.span,
        format!("column `{}` stands twice", head.node),
    )
    .label("once is enough")
}

/// A column of the table's file; fields that come from elsewhere are given there (K620).
fn column(
    scope: Scope,
    table: TableId,
    head: &Spanned<String>,
    problems: &mut Problems,
) -> Option<usize> {
    let own = scope.table(table);
    let found = own
        .columns
        .iter()
        .position(|column| column.name == head.node);
    if found.is_some() || scope.known.is_broken_noun(table, &head.node) {
        return found;
    }
    let names = || own.columns.iter().map(|column| column.name.as_str());
    let problem = Diagnostic::error(
        "K620",
        head.span,
        format!("`{}` is not a column of {}", head.node, own.name),
    );
    problems.push(if own.field_named(&head.node).is_some() {
        problem.label("not in the file: it comes from another table or from an sla")
    } else {
        problem
            .suggest(&head.node, names())
            .help(format!("columns are {}", list(names())))
    });
    None
}

/// Every row is as long as the header (K621).
fn check_lengths(grid: &Grid, problems: &mut Problems) -> bool {
    let wanted = grid.header.len();
    let mut all_right = true;
    for row in &grid.rows {
        if row.len() != wanted {
            problems.push(
                Diagnostic::error(
                    "K621",
                    row_span(grid, row),
                    format!("{} cells under {wanted} columns", row.len()),
                )
                .label("an empty cell is missing: write `|  |`"),
            );
            all_right = false;
        }
    }
    all_right
}

fn row_span(grid: &Grid, row: &[Spanned<String>]) -> crate::base::source::Span {
    match (row.first(), row.last(), grid.header.first()) {
        (Some(first), Some(last), _) => first.span.to(last.span),
        (None, _, Some(head)) | (_, None, Some(head)) => head.span,
        (None, _, None) | (_, None, None) => unreachable!("the grammar takes no empty grid"),
    }
}

fn cells(grid: &Grid) -> Vec<Vec<Option<String>>> {
    let cell = |cell: &Spanned<String>| (!cell.node.is_empty()).then(|| cell.node.clone());
    grid.rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect()
}

fn expect(
    scope: Scope,
    tree: &Spanned<ast::Query>,
    rows: &Grid,
    span: crate::base::source::Span,
    problems: &mut Problems,
) -> Option<Expect> {
    let query = query(scope, tree, problems);
    let lengths_fit = check_lengths(rows, problems);
    let query = query?;
    let names = answer_columns(scope, &query);
    let mut header: Vec<String> = Vec::new();
    for head in &rows.header {
        if header.contains(&head.node) {
            problems.push(header_twice(head));
        }
        header.push(head.node.clone());
        if !names.contains(&head.node) {
            problems.push(unknown_column(head, &names));
        }
    }
    lengths_fit.then(|| Expect {
        query,
        header,
        rows: cells(rows),
        spans: rows
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.span).collect())
            .collect(),
        span,
    })
}

fn unknown_column(head: &Spanned<String>, names: &[String]) -> Diagnostic {
    let plain = names.iter().map(String::as_str);
    Diagnostic::error(
        "K622",
        head.span,
        format!("`{}` is not a column of the answer", head.node),
    )
    .suggest(&head.node, plain.clone())
    .help(format!("the answer has {}", list(plain)))
}

/// The columns that the answer to a query has, those that are asked for first.
fn answer_columns(scope: Scope, query: &Query) -> Vec<String> {
    let values = match &query.subject {
        Subject::List(list) => {
            let shown = list.show.iter();
            return shown.map(|column| column.name(scope.model)).collect();
        }
        Subject::Values(values) => values,
    };
    let over = values.over.map(|grain| grain.word().to_owned());
    let dimensions = values.by.iter().map(|dimension| dimension.name.clone());
    let columns = || values.columns.iter().map(|column| &column.name);
    let suffixed = columns().flat_map(|name| SUFFIXES.map(|suffix| format!("{name}_{suffix}")));
    over.into_iter()
        .chain(dimensions)
        .chain(columns().cloned())
        .chain(["period".to_owned(), "level".to_owned()])
        .chain(suffixed)
        .collect()
}
