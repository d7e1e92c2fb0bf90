//! SLAs: the clock, what stops and pauses it, and how long it may run.

use super::clauses::{needed, once};
use super::clocks::{AddedNouns, add_due};
use super::conditions::{ConditionContext, ConditionSite, condition};
use super::dates;
use super::due_times::{calendar_time, due_column};
use super::index::IndexEntry;
use super::relations::{find_event, find_table};
use super::scope::{KnownNames, Scope};
use super::unreachable;
use super::versions::{Dated, Versions, group, in_order};
use super::wording::list;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Span, Spanned};
use crate::lang::model::{
    Definitions, DueLine, DueTime, EventId, EventSource, Sla, SlaId, SlaVersion, StateSource,
    TableId,
};
use crate::lang::syntax::ast::{self, DateLiteral, SlaClause};

/// Adds `due_at`, `due`, `breached` and `overdue` to the tables of SLAs, so that everything else can name
/// them even where an SLA has errors. SLAs themselves come later.
pub(super) fn nouns(
    entries: &[IndexEntry<ast::Sla>],
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    for (index, versions) in groups(entries).iter().enumerate() {
        let tree = entries[versions.members[0]].tree;
        let Some(table) = table_of(tree, model) else {
            known.sla_without_table = true;
            continue;
        };
        let names: Vec<&str> = groups(entries)
            .iter()
            .map(|versions| entries[versions.members[0]].tree.name.node.as_str())
            .collect();
        let added = AddedNouns {
            sla: SlaId(index),
            name: &tree.name,
            prefix: prefix_of(tree),
            all: &names,
        };
        for lacking in add_due(&mut model.tables[table.0], &added, problems) {
            known.break_noun(table, &lacking);
        }
    }
}

fn prefix_of(tree: &ast::Sla) -> Option<&str> {
    tree.clauses.iter().find_map(|clause| match &clause.node {
        SlaClause::Prefix(name) => Some(name.node.as_str()),
        SlaClause::Owner(_)
        | SlaClause::Of(_)
        | SlaClause::Starts(_)
        | SlaClause::Stops(_)
        | SlaClause::Pauses(_)
        | SlaClause::Due { .. }
        | SlaClause::Since(_) => None,
    })
}

fn groups(entries: &[IndexEntry<ast::Sla>]) -> Vec<Versions> {
    group(entries, |tree: &ast::Sla| &tree.name)
}

fn table_of(tree: &ast::Sla, model: &Definitions) -> Option<TableId> {
    tree.clauses.iter().find_map(|clause| match &clause.node {
        SlaClause::Of(name) => model.table_named(&name.node),
        SlaClause::Owner(_)
        | SlaClause::Prefix(_)
        | SlaClause::Starts(_)
        | SlaClause::Stops(_)
        | SlaClause::Pauses(_)
        | SlaClause::Due { .. }
        | SlaClause::Since(_) => None,
    })
}

/// Adds all SLAs, each with its versions. After an error the ids no longer fit, which is why no
/// definitions come out of such a run.
pub(super) fn slas(
    sources: &Sources,
    entries: &[IndexEntry<ast::Sla>],
    model: &mut Definitions,
    known: &KnownNames,
    problems: &mut Problems,
) {
    for versions in groups(entries) {
        let scope = Scope::of(model, known);
        let trees: Vec<&ast::Sla> = versions
            .members
            .iter()
            .map(|index| entries[*index].tree)
            .collect();
        if let Some(sla) = sla(sources, scope, &trees, problems) {
            model.slas.push(sla);
        }
    }
}

/// What all versions of an SLA share: the clock.
#[derive(PartialEq)]
struct SlaClock {
    table: TableId,
    prefix: Option<String>,
    starts: EventId,
    stops: Vec<EventId>,
    pauses: Vec<usize>,
}

fn sla(
    sources: &Sources,
    scope: Scope,
    trees: &[&ast::Sla],
    problems: &mut Problems,
) -> Option<Sla> {
    let read: Vec<Option<(SlaClock, Dated<SlaVersion>)>> = trees
        .iter()
        .map(|tree| version(scope, tree, problems))
        .collect();
    let read: Vec<(SlaClock, Dated<SlaVersion>)> = read.into_iter().collect::<Option<_>>()?;
    let name = &trees[0].name;
    let (mut clocks, mut dated) = (Vec::new(), Vec::new());
    for (clock, version) in read {
        clocks.push(clock);
        dated.push(version);
    }
    for (clock, version) in clocks.iter().zip(&dated) {
        if *clock != clocks[0] {
            problems.push(clocks_differ(version.name, &name.node));
        }
    }
    let clock = clocks.swap_remove(0);
    Some(Sla {
        name: name.node.clone(),
        title: trees[0].title.as_ref().map(|title| title.node.clone()),
        owner: owner(trees[0]),
        table: clock.table,
        prefix: clock.prefix,
        starts: clock.starts,
        stops: clock.stops,
        pauses: clock.pauses,
        versions: in_order(sources, "sla", &name.node, dated, problems),
        span: name.span,
    })
}

fn clocks_differ(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        "K515",
        span,
        format!("versions of sla `{name}` have different clocks"),
    )
    .label("`of`, `prefix`, `starts`, `stops` and `pauses` stay the same")
    .help("versions differ in their `due` lines only")
}

fn owner(tree: &ast::Sla) -> Option<String> {
    tree.clauses.iter().find_map(|clause| match &clause.node {
        SlaClause::Owner(text) => Some(text.node.clone()),
        SlaClause::Of(_)
        | SlaClause::Prefix(_)
        | SlaClause::Starts(_)
        | SlaClause::Stops(_)
        | SlaClause::Pauses(_)
        | SlaClause::Due { .. }
        | SlaClause::Since(_) => None,
    })
}

/// One `due` line as written.
struct Due<'a> {
    time: &'a Spanned<ast::DueTime>,
    filter: Option<&'a Spanned<ast::Condition>>,
    span: Span,
}

#[derive(Default)]
struct SlaClauses<'a> {
    owner: Option<()>,
    of: Option<&'a ast::Identifier>,
    prefix: Option<&'a ast::Identifier>,
    starts: Option<&'a ast::Identifier>,
    stops: Option<&'a [ast::Identifier]>,
    pauses: Option<&'a [ast::Identifier]>,
    due: Vec<Due<'a>>,
    since: Option<&'a Spanned<DateLiteral>>,
}

fn sort_clauses<'a>(tree: &'a ast::Sla, problems: &mut Problems) -> SlaClauses<'a> {
    let mut sorted = SlaClauses::default();
    for clause in &tree.clauses {
        let span = clause.span;
        match &clause.node {
            SlaClause::Owner(_) => once(&mut sorted.owner, (), "owner", span, problems),
            SlaClause::Of(name) => once(&mut sorted.of, name, "of", span, problems),
            SlaClause::Prefix(name) => once(&mut sorted.prefix, name, "prefix", span, problems),
            SlaClause::Starts(name) => once(&mut sorted.starts, name, "starts", span, problems),
            SlaClause::Stops(names) => once(&mut sorted.stops, names, "stops", span, problems),
            SlaClause::Pauses(names) => once(&mut sorted.pauses, names, "pauses", span, problems),
            SlaClause::Due { time, filter } => sorted.due.push(Due {
                time,
                filter: filter.as_ref(),
                span,
            }),
            SlaClause::Since(date) => once(&mut sorted.since, date, "since", span, problems),
        }
    }
    sorted
}

fn version(
    scope: Scope,
    tree: &ast::Sla,
    problems: &mut Problems,
) -> Option<(SlaClock, Dated<SlaVersion>)> {
    let clauses = sort_clauses(tree, problems);
    let name = &tree.name;
    let of = needed(clauses.of, "sla", name, "of", "of findings", problems);
    let starts = needed(
        clauses.starts,
        "sla",
        name,
        "starts",
        "starts found",
        problems,
    );
    let stops = needed(
        clauses.stops,
        "sla",
        name,
        "stops",
        "stops verified, closed",
        problems,
    );
    let since = match clauses.since {
        Some(date) => dates::since(&scope.model.calendar, date, problems).map(Some),
        None => Some(None),
    };
    check_otherwise(&clauses.due, name, problems);
    let table = find_table(scope, of?, problems)?;
    let starts = starts.and_then(|name| event(scope, table, name, "starts", problems));
    let stops = stops.and_then(|names| self::stops(scope, table, names, problems));
    let pauses = pauses(scope, table, clauses.pauses.unwrap_or_default(), problems);
    let lines = due_lines(scope, table, &clauses.due, problems);
    let clock = SlaClock {
        table,
        prefix: clauses.prefix.map(|prefix| prefix.node.clone()),
        starts: starts?,
        stops: stops?,
        pauses: pauses?,
    };
    let since = since?;
    let version = SlaVersion {
        since,
        lines: lines?,
    };
    let dated = Dated {
        since,
        name: name.span,
        version,
    };
    Some((clock, dated))
}

fn stops(
    scope: Scope,
    table: TableId,
    names: &[ast::Identifier],
    problems: &mut Problems,
) -> Option<Vec<EventId>> {
    let found: Vec<Option<EventId>> = names
        .iter()
        .map(|name| event(scope, table, name, "stops", problems))
        .collect();
    found.into_iter().collect()
}

/// An event of the table; not one that an SLA makes.
fn event(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    clause: &str,
    problems: &mut Problems,
) -> Option<EventId> {
    let id = find_event(scope, table, name, clause, problems)?;
    match scope.table(table).events[id.event].source {
        EventSource::Due(_) | EventSource::Breach(_) => {
            problems.push(made_by_sla(name, clause));
            None
        }
        EventSource::Columns(_) | EventSource::LastOf { .. } => Some(id),
    }
}

pub(super) fn made_by_sla(name: &ast::Identifier, clause: &str) -> Diagnostic {
    Diagnostic::error(
        "K516",
        name.span,
        format!(
            "`{}` is made by an sla and cannot be in its `{clause}`",
            name.node
        ),
    )
    .label("use an event or state of the table itself")
}

fn pauses(
    scope: Scope,
    table: TableId,
    names: &[ast::Identifier],
    problems: &mut Problems,
) -> Option<Vec<usize>> {
    let found: Vec<Option<usize>> = names
        .iter()
        .map(|name| own_state(scope, table, name, "pauses", problems))
        .collect();
    found.into_iter().collect()
}

/// A state of the table that no SLA makes; `clause` is where it stands.
pub(super) fn own_state(
    scope: Scope,
    table: TableId,
    name: &ast::Identifier,
    clause: &str,
    problems: &mut Problems,
) -> Option<usize> {
    let own = scope.table(table);
    if let Some(state) = own.state_named(&name.node) {
        return match own.states[state].source {
            StateSource::Overdue(_) => {
                problems.push(made_by_sla(name, clause));
                None
            }
            StateSource::Columns { .. } | StateSource::Intervals { .. } => Some(state),
        };
    }
    if scope.known.is_broken_noun(table, &name.node) {
        return None;
    }
    let states = || own.states.iter().map(|state| state.name.as_str());
    problems.push(
        Diagnostic::not_on_table(
            "K203",
            name.span,
            format!("`{}` is not a state of {}", name.node, own.name),
        )
        .suggest(&name.node, states())
        .help(format!("states of {}: {}", own.name, list(states()))),
    );
    None
}

/// The last line, and only it, is `otherwise` (K511).
fn check_otherwise(due: &[Due], name: &ast::Identifier, problems: &mut Problems) {
    let Some(last) = due.last() else {
        needed::<()>(None, "sla", name, "due", "due 90 days otherwise", problems);
        return;
    };
    if let Some(index) = due.iter().position(|line| line.filter.is_none()) {
        for line in &due[index + 1..] {
            problems.push(
                Diagnostic::error("K511", line.span, "nothing is left after `otherwise`")
                    .label("move this line above it"),
            );
        }
        return;
    }
    problems.push(
        Diagnostic::error("K511", last.span, "the last `due` line must be `otherwise`")
            .label("rows that no line matches would have no due date")
            .help("add a line such as `due 180 days otherwise`"),
    );
}

fn due_time(
    scope: Scope,
    table: TableId,
    time: &Spanned<ast::DueTime>,
    problems: &mut Problems,
) -> Option<DueTime> {
    match &time.node {
        ast::DueTime::Elapsed(duration) => {
            let duration = Spanned::new(duration.clone(), time.span);
            dates::micros(&duration, problems).map(DueTime::Elapsed)
        }
        ast::DueTime::Calendar { count, grain } => calendar_time(count, *grain, problems),
        ast::DueTime::At(column) => due_column(scope, table, column, problems).map(DueTime::At),
    }
}

fn due_lines(
    scope: Scope,
    table: TableId,
    due: &[Due],
    problems: &mut Problems,
) -> Option<Vec<DueLine>> {
    let site = ConditionSite {
        table,
        setting: ConditionContext::Constant("a `due` line"),
    };
    let lines: Vec<Option<(DueLine, Span)>> = due
        .iter()
        .map(|line| {
            let time = due_time(scope, table, line.time, problems);
            let filter = match line.filter {
                Some(filter) => condition(scope, site, filter, problems).map(Some),
                None => Some(None),
            };
            let line_checked = DueLine {
                time: time?,
                filter: filter?,
            };
            Some((line_checked, line.span))
        })
        .collect();
    let all_right = lines.iter().all(Option::is_some);
    let lines: Vec<(DueLine, Span)> = lines.into_iter().flatten().collect();
    unreachable::report(scope, &lines, problems);
    all_right.then(|| lines.into_iter().map(|(line, _)| line).collect())
}
