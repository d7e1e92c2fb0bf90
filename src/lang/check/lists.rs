//! `list` queries: rows of a table.

use super::asked::QueryClauses;
use super::clauses::once;
use super::fields;
use super::populations::{AllRows, population};
use super::relations::chosen_event;
use super::scope::Scope;
use super::settled;
use super::timeframes;
use super::wording::list as list_of;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::TimeUnit;
use crate::lang::model::{
    EventOrder, Field, FieldId, FieldSource, ListColumn, ListQuery, Role, StateSource, TableId,
};
use crate::lang::syntax::ast;

/// The rows, columns and order of a list. Every problem is reported.
pub(super) fn list(
    scope: Scope,
    tree: &Spanned<ast::Population>,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<ListQuery> {
    let fits = refuse_clauses(clauses, problems);
    let narrowed = narrowed(tree, clauses, problems);
    let rows = population(
        scope,
        narrowed.as_ref().unwrap_or(tree),
        AllRows::Allowed,
        problems,
    );
    let table = scope.model.table_named(&tree.node.table.node)?;
    let chosen = clauses.show.unwrap_or_default();
    let show = match (chosen, &rows) {
        ([], Some(rows)) => {
            let fields = default_fields(scope, table, rows.role).into_iter();
            Some(fields.map(ListColumn::Field).collect())
        }
        (chosen, _) => chosen_columns(scope, table, chosen, problems),
    };
    let sort = sort(scope, table, clauses.sort.unwrap_or_default(), problems);
    let limit = super::asked::positive(clauses.limit, "limit", problems);
    let rows = rows?;
    let filter = narrowed.as_ref().unwrap_or(tree).node.filter.as_ref();
    settled::advise(scope, &rows, filter, problems);
    refuse_period(scope, &rows.role, table, clauses, problems)?;
    if !scope.has_period
        && let Some(filter) = &rows.filter
        && timeframes::asks(filter, &timeframes::is_in_the_period)
    {
        problems.push(timeframes::no_period(tree.span));
        return None;
    }
    Some(ListQuery {
        population: rows,
        show: show?,
        shows_default: chosen.is_empty(),
        sort: sort?,
        limit: limit?,
    })
    .filter(|_| fits)
}

/// A `where` may also stand after other clauses, apart from the population; but only once (K210).
fn narrowed(
    tree: &Spanned<ast::Population>,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Spanned<ast::Population>> {
    let filter = clauses.filter?;
    let mut slot = tree.node.filter.as_ref();
    once(&mut slot, filter, "where", filter.span, problems);
    let population = ast::Population {
        filter: slot.cloned(),
        ..tree.node.clone()
    };
    Some(Spanned::new(population, tree.span))
}

/// A list shows rows as they are: nothing is grouped or compared (K600).
fn refuse_clauses(clauses: &QueryClauses, problems: &mut Problems) -> bool {
    let refused: [(&str, Option<Span>); 14] = [
        ("by", clauses.by.map(|(_, span)| span)),
        ("over", clauses.over.map(|(_, span)| span)),
        ("versus", clauses.versus_span),
        ("with total", clauses.total),
        ("with share", clauses.share),
        ("with empty", clauses.empty),
        ("with interval", clauses.interval.map(|(_, span)| span)),
        ("with verdict", clauses.verdict),
        ("on constant scope", clauses.constant_scope),
        ("at least … rows", clauses.fewest_rows.map(|(_, span)| span)),
        ("having", clauses.having.map(|(_, span)| span)),
        ("rolling", clauses.window.map(|(_, span)| span)),
        ("top", clauses.top.map(|(_, _, span)| span)),
        ("at", clauses.at.map(|moment| moment.span)),
    ];
    let mut fits = true;
    for (word, span) in refused {
        let Some(span) = span else { continue };
        let problem = Diagnostic::error("K600", span, format!("a list has no `{word}`"));
        problems.push(match word {
            "top" => problem.label("write `sort by … descending limit …`"),
            _ => problem
                .leave_out("leave this out")
                .help("a list shows rows; to group or compare, ask for a kpi or `count of …`"),
        });
        fits = false;
    }
    fits
}

/// A list of all rows has no clock that a period could mean (K418).
fn refuse_period(
    scope: Scope,
    role: &Role,
    table: TableId,
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<()> {
    let (Role::Rows, Some((_, span))) = (role, clauses.period) else {
        return Some(());
    };
    let own = scope.table(table);
    let problem = Diagnostic::error("K418", span, format!("{} in which sense?", own.name))
        .label("a period needs an event or state");
    problems.push(match own.events.first() {
        Some(event) => problem.help(format!("write `list {} {} …`", own.name, event.name)),
        None => problem,
    });
    None
}

/// The columns to show where some are written.
fn chosen_columns(
    scope: Scope,
    table: TableId,
    written: &[ast::WrittenColumn],
    problems: &mut Problems,
) -> Option<Vec<ListColumn>> {
    let is_named = |name: &str, show: &[ListColumn]| {
        let mut shown = show.iter();
        shown.any(|other| other.name(scope.model) == name)
    };
    let mut show: Vec<ListColumn> = Vec::new();
    let mut all_right = true;
    for (place, one) in written.iter().enumerate() {
        match column(scope, table, one, problems) {
            Some(column) if is_named(&column.name(scope.model), &show) => {
                problems.push(
                    Diagnostic::error(
                        "K603",
                        one.value.span,
                        format!("`{}` is shown twice", column.name(scope.model)),
                    )
                    .leave_out_after(
                        written[place.saturating_sub(1)].value.span,
                        "once is enough",
                    ),
                );
                all_right = false;
            }
            Some(column) => show.push(column),
            None => all_right = false,
        }
    }
    all_right.then_some(show)
}

fn column(
    scope: Scope,
    table: TableId,
    written: &ast::WrittenColumn,
    problems: &mut Problems,
) -> Option<ListColumn> {
    let mut event = |events| chosen_event(scope, table, events, "time", problems);
    let (from, to) = match &written.value.node {
        ast::Measured::Field(field) => {
            return fields::find(scope, table, field, problems).map(ListColumn::Field);
        }
        ast::Measured::TimeFrom { from, to } => (event(from), event(to).map(Some)),
        ast::Measured::TimeSince(from) => (event(from), Some(None)),
    };
    let unit = match &written.unit {
        None => Some(TimeUnit::Days),
        Some(unit) => time_unit(unit, problems),
    };
    let (from, to, unit) = (from?, to?, unit?);
    if to.as_ref() == Some(&from) {
        problems.push(
            Diagnostic::error(
                "K216",
                written.value.span,
                "the time from an event to itself",
            )
            .label("always nothing"),
        );
        return None;
    }
    Some(ListColumn::Time { from, to, unit })
}

/// The unit of a time that is shown; reports other words (K222).
fn time_unit(written: &ast::Identifier, problems: &mut Problems) -> Option<TimeUnit> {
    let known = TimeUnit::ALL
        .into_iter()
        .find(|unit| unit.word() == written.node);
    if known.is_none() {
        let words = || TimeUnit::ALL.into_iter().map(TimeUnit::word);
        problems.push(
            Diagnostic::error(
                "K222",
                written.span,
                format!("`{}` is not a unit of time", written.node),
            )
            .suggest(&written.node, words())
            .help(format!("units of time are {}", list_of(words()))),
        );
    }
    known
}

/// The fields to show where none are written: the key, when what is listed happened or began, the start of a clock and its
/// due date, then those that are declared.
fn default_fields(scope: Scope, table: TableId, role: Role) -> Vec<FieldId> {
    let own = scope.table(table);
    let order = EventOrder::of(scope.model, table);
    let noun = match role {
        Role::Event(event) => order.only_column(event),
        Role::State(state) => match &own.states[state].source {
            StateSource::Columns { from, .. } if from.len() == 1 => Some(from[0]),
            StateSource::Columns { .. }
            | StateSource::Intervals { .. }
            | StateSource::Overdue(_) => None,
        },
        Role::Rows => None,
    };
    let clocks = scope.model.slas.iter().filter(|sla| sla.table == table);
    let starts = clocks.filter_map(|sla| order.only_column(sla.starts.event));
    let dates = noun.into_iter().chain(starts);
    let dates = dates.filter_map(|column| {
        let is_of_column = |field: &Field| field.source == FieldSource::Column(column);
        own.fields.iter().position(is_of_column)
    });
    let is_due = |field: &Field| matches!(field.source, FieldSource::Due(_));
    let due = (0..own.fields.len()).filter(|field| is_due(&own.fields[*field]));
    let declared = (0..own.fields.len()).filter(|field| own.fields[*field].declared);
    let mut shown: Vec<FieldId> = Vec::new();
    let all = own.key.into_iter().chain(dates).chain(due).chain(declared);
    for field in all.map(|field| FieldId { table, field }) {
        if !shown.contains(&field) {
            shown.push(field);
        }
    }
    shown
}

fn sort(
    scope: Scope,
    table: TableId,
    keys: &[ast::WrittenSortKey],
    problems: &mut Problems,
) -> Option<Vec<(FieldId, bool)>> {
    let sort: Vec<Option<(FieldId, bool)>> = keys
        .iter()
        .map(|key| {
            let field = fields::find(scope, table, &key.field, problems)?;
            Some((field, key.descending))
        })
        .collect();
    sort.into_iter().collect()
}
