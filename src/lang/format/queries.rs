//! One-line texts of queries, with their clauses in one fixed order.

use super::expressions::{
    comparison, condition, dimensions, formula, literal, measured, population,
};
use super::words::{date, field, grains, joined, name};
use crate::lang::syntax::ast::{
    HavingTest, Period, Query, QueryClause, SeriesWindow, Subject, Versus, WrittenColumn,
    WrittenComparison, WrittenSortKey,
};

/// A query on one line. The user may write clauses in any order; here they stand as subject, `by`,
/// `over`, `rolling`, `where`, period, `at`, `as of`, `as known on`, `versus`, `with total`, `with share`,
/// `with empty`, `having`, `top`, `sort by`, `limit`, `show`. A `list` reads as rows do: `where` right after the population, and `show` before
/// `sort by` and `limit`.
pub fn query(tree: &Query) -> String {
    let mut parts = Vec::new();
    if tree.explain {
        parts.push("explain".to_string());
    }
    match &tree.subject {
        Subject::Everything => {}
        Subject::Formulas(formulas) => {
            let text = joined(formulas, ", ", |part| formula(&part.node));
            // A KPI of this name would read as rows that are asked for.
            parts.push(match text.strip_prefix("list ") {
                Some(rest) => format!("`list` {rest}"),
                None => text,
            });
        }
        Subject::List(tree) => parts.push(format!("list {}", population(&tree.node))),
    }
    parts.extend(ordered(tree).into_iter().map(clause));
    parts.join(" ")
}

fn ordered(tree: &Query) -> Vec<&QueryClause> {
    let place: fn(&QueryClause) -> u8 = match &tree.subject {
        Subject::List(_) => place_in_list,
        Subject::Everything | Subject::Formulas(_) => place,
    };
    let mut clauses: Vec<&QueryClause> = tree.clauses.iter().map(|clause| &clause.node).collect();
    clauses.sort_by_key(|clause| place(clause));
    if ends_in_open_population(&tree.subject) {
        keep_where_apart(&mut clauses);
    }
    clauses
}

/// A `where` right after `count of findings open` would be read as part of that last population
/// alone, so the clause that follows it goes first.
fn keep_where_apart(clauses: &mut [&QueryClause]) {
    let is_where = |clause: &&QueryClause| matches!(clause, QueryClause::Where(_));
    if let Some(other) = clauses.iter().position(|clause| !is_where(clause)) {
        clauses[..=other].rotate_right(1);
    }
}

fn ends_in_open_population(subject: &Subject) -> bool {
    match subject {
        Subject::Everything | Subject::List(_) => false,
        Subject::Formulas(formulas) => formulas
            .last()
            .is_some_and(|last| last.node.ends_in_open_population()),
    }
}

fn place(clause: &QueryClause) -> u8 {
    match clause {
        QueryClause::By(_) => 0,
        QueryClause::Over(_) => 1,
        QueryClause::Window(_) => 2,
        QueryClause::Where(_) => 3,
        QueryClause::Period(_) => 4,
        QueryClause::At(_) => 5,
        QueryClause::AsOf(_) => 6,
        QueryClause::KnownOn(_) => 7,
        QueryClause::Versus(_) => 8,
        QueryClause::WithTotal => 9,
        QueryClause::WithShare => 10,
        QueryClause::WithEmpty => 11,
        QueryClause::WithInterval(_) => 12,
        QueryClause::WithVerdict => 13,
        QueryClause::OnConstantScope => 14,
        QueryClause::AtLeastRows(_) => 15,
        QueryClause::Having(_) => 16,
        QueryClause::Top { .. } => 17,
        QueryClause::SortBy(_) => 18,
        QueryClause::Limit(_) => 19,
        QueryClause::Show(_) => 20,
    }
}

/// As `place`, but that `where` comes first and `show` before `sort by` and `limit`.
fn place_in_list(clause: &QueryClause) -> u8 {
    match clause {
        QueryClause::Where(_) => 0,
        QueryClause::Show(_) => 19,
        QueryClause::SortBy(_) => 20,
        QueryClause::Limit(_) => 21,
        QueryClause::By(_)
        | QueryClause::Over(_)
        | QueryClause::Window(_)
        | QueryClause::Period(_)
        | QueryClause::At(_)
        | QueryClause::AsOf(_)
        | QueryClause::KnownOn(_)
        | QueryClause::Versus(_)
        | QueryClause::WithTotal
        | QueryClause::WithShare
        | QueryClause::WithEmpty
        | QueryClause::WithInterval(_)
        | QueryClause::WithVerdict
        | QueryClause::OnConstantScope
        | QueryClause::AtLeastRows(_)
        | QueryClause::Having(_)
        | QueryClause::Top { .. } => 1 + place(clause),
    }
}

fn clause(clause: &QueryClause) -> String {
    match clause {
        QueryClause::By(list) => format!("by {}", dimensions(list)),
        QueryClause::Over(grain) => format!("over {}", grain.word()),
        QueryClause::Where(tree) => format!("where {}", condition(&tree.node)),
        QueryClause::Period(tree) => period(tree),
        QueryClause::AsOf(day) => format!("as of {}", date(&day.node)),
        QueryClause::KnownOn(day) => format!("as known on {}", date(&day.node)),
        QueryClause::Versus(list) => {
            format!("versus {}", joined(list, ", ", |item| compared(&item.node)))
        }
        QueryClause::Window(SeriesWindow::Rolling(count, grain)) => {
            format!("rolling {}", grains(count.node, *grain))
        }
        QueryClause::Window(SeriesWindow::Running) => "running".to_string(),
        QueryClause::WithTotal => "with total".to_string(),
        QueryClause::WithShare => "with share".to_string(),
        QueryClause::WithEmpty => "with empty".to_string(),
        QueryClause::WithInterval(None) => "with interval".to_string(),
        QueryClause::WithInterval(Some(level)) => format!("with interval {}%", level.node.written),
        QueryClause::WithVerdict => "with verdict".to_string(),
        QueryClause::OnConstantScope => "on constant scope".to_string(),
        QueryClause::AtLeastRows(rows) => fewest_rows(rows.node),
        QueryClause::Having(tests) => {
            format!("having {}", joined(tests, " and ", having_test))
        }
        QueryClause::Top { count, by: None } => format!("top {}", count.node),
        QueryClause::Top {
            count,
            by: Some(kpi),
        } => format!("top {} by {}", count.node, name(&kpi.node)),
        QueryClause::SortBy(keys) => format!("sort by {}", joined(keys, ", ", sort_key)),
        QueryClause::Limit(count) => format!("limit {}", count.node),
        QueryClause::Show(list) => {
            let columns: Vec<String> = list.iter().map(shown).collect();
            format!("show {}", columns.join(", "))
        }
        QueryClause::At(moment) => format!("at {}", moment.word()),
    }
}

/// `at least 10 rows`
pub(super) fn fewest_rows(rows: u64) -> String {
    format!("at least {rows} rows")
}

fn period(tree: &Period) -> String {
    match tree {
        Period::In(span) => format!("in {}", date(&span.node)),
        Period::FromTo(first, last) => {
            format!("from {} to {}", date(&first.node), date(&last.node))
        }
        Period::Last(count, grain) if count.node == 1 => format!("last {}", grain.word()),
        Period::Last(count, grain) => format!("last {}", grains(count.node, *grain)),
        Period::This(grain) => format!("this {}", grain.word()),
        Period::Past(count, grain) => format!("past {}", grains(count.node, *grain)),
    }
}

fn having_test(test: &HavingTest) -> String {
    format!(
        "{} {} {}",
        name(&test.column.node),
        comparison(test.operator.node),
        literal(&test.value.node)
    )
}

fn compared(tree: &WrittenComparison) -> String {
    let percent = if tree.as_percent { " as percent" } else { "" };
    format!("{}{percent}", versus(&tree.with))
}

/// A period after `versus` is written without its `in`: `versus 2025-12`.
fn versus(tree: &Versus) -> String {
    match tree {
        Versus::Target => "target".to_string(),
        Versus::Previous(grain) => format!("previous {}", grain.word()),
        Versus::Period(Period::In(span)) => date(&span.node),
        Versus::Period(tree) => period(tree),
    }
}

fn sort_key(key: &WrittenSortKey) -> String {
    let direction = if key.descending { " descending" } else { "" };
    format!("{}{direction}", field(&key.field))
}

fn shown(column: &WrittenColumn) -> String {
    let value = measured(&column.value.node);
    match &column.unit {
        Some(unit) => format!("{value} as {}", name(&unit.node)),
        None => value,
    }
}
