//! Queries: what is asked, how it is grouped, cut, compared and ordered.

use std::collections::BTreeSet;

use super::asked::{QueryClauses, positive};
use super::columns::{self, ColumnDraft, columns, finished, lacks, set_moment, with_owner};
use super::constant_scope;
use super::dates;
use super::dimension_bands::refuse_untimely;
use super::dimensions::{self, dimension};
use super::evidence;
use super::formulas;
use super::groups;
use super::lists;
use super::narrowing::Narrowing;
use super::periods::{self, Comparisons};
use super::refined::refined;
use super::row_keys;
use super::scope::Scope;
use super::series;
use super::sorting;
use super::timeframes;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::StockMoment;
use crate::lang::format;
use crate::lang::model::{Dimension, KpiId, Query, Subject, TableId, ValueColumn, ValuesQuery};
use crate::lang::syntax::ast;

/// A query that may name a view. Every problem is reported; `None` if there was an error.
pub(super) fn query(
    scope: Scope,
    tree: &Spanned<ast::Query>,
    problems: &mut Problems,
) -> Option<Query> {
    let refined = refined(scope, &tree.node);
    let mut checked = plain(
        scope,
        refined.as_ref().unwrap_or(&tree.node),
        tree.span,
        problems,
    )?;
    checked.text = format::query(&tree.node);
    Some(checked)
}

/// A query whose subject is no view.
pub(super) fn plain(
    scope: Scope,
    tree: &ast::Query,
    span: Span,
    problems: &mut Problems,
) -> Option<Query> {
    let mut found = Problems::default();
    let clauses = QueryClauses::sort(tree, &mut found);
    let scope = scope.with_period(clauses.has_period());
    let calendar = &scope.model.calendar;
    let period = clauses
        .period
        .map(|(period, span)| periods::period(scope, period, span, &mut found));
    let as_of = clauses
        .as_of
        .map(|date| dates::moment(calendar, date, &mut found));
    let known_on = clauses
        .known_on
        .map(|date| dates::moment(calendar, date, &mut found));
    if let Some(Some(period)) = &period {
        periods::check_count(period, clauses.over, &mut found);
    }
    let subject = match &tree.subject {
        ast::Subject::List(population) => lists::list(scope, population, &clauses, &mut found)
            .map(|list| Subject::List(Box::new(list))),
        ast::Subject::Formulas(trees) => values(scope, trees, &clauses, &mut found)
            .map(|values| Subject::Values(Box::new(values))),
        ast::Subject::Everything => everything(scope, &clauses, span, &mut found)
            .map(|values| Subject::Values(Box::new(values))),
    };
    let is_wrong = found.has_errors();
    problems.extend(found);
    let checked = Query {
        text: format::query(tree),
        explain: tree.explain,
        subject: subject?,
        period: flatten(period)?,
        as_of: flatten(as_of)?,
        known_on: flatten(known_on)?,
        span,
    };
    (!is_wrong).then_some(checked)
}

/// What is written must be right; what is not written is `None`.
fn flatten<T>(written: Option<Option<T>>) -> Option<Option<T>> {
    match written {
        None => Some(None),
        Some(None) => None,
        Some(some) => Some(some),
    }
}

fn values(
    scope: Scope,
    trees: &[Spanned<ast::Formula>],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<ValuesQuery> {
    let grain = clauses.over.map(|(grain, _)| grain.word());
    let mut drafts = columns(scope, trees, grain, problems)?;
    let mut all_right = true;
    if let Some(moment) = clauses.at {
        for draft in &mut drafts {
            all_right &= set_moment(draft, moment, problems);
        }
    }
    let by = dimensions_of(scope, &drafts, clauses, problems);
    let mut narrowing = Narrowing::new(clauses.filter);
    for draft in &drafts {
        all_right &= timeframes::check_period(scope, &draft.column.formula, draft.span, problems);
    }
    let mut told = ReportedProblems::new(&drafts);
    for draft in &drafts {
        if let Some(wrong) = narrowing.check(scope, &draft.column.formula) {
            told.tell(scope, draft, wrong, problems);
            all_right = false;
            continue;
        }
        let mut advice = Problems::default();
        let column = &draft.column;
        narrowing.advise(scope, &column.formula, &column.name, &mut advice);
        told.tell(scope, draft, advice, problems);
    }
    problems.extend(narrowing.warnings());
    let left_out = Vec::new();
    let query = finish(scope, drafts, by, &narrowing, clauses, left_out, problems);
    query.filter(|_| all_right)
}

fn dimensions_of(
    scope: Scope,
    drafts: &[ColumnDraft],
    clauses: &QueryClauses,
    problems: &mut Problems,
) -> Option<Vec<Dimension>> {
    let (written, _) = clauses.by.unwrap_or((&[], drafts.first()?.span));
    let mut tables: BTreeSet<TableId> = BTreeSet::new();
    for draft in drafts {
        tables.extend(formulas::tables(scope, &draft.column.formula));
    }
    let mut dimensions: Vec<Dimension> = Vec::new();
    let mut told = ReportedProblems::new(drafts);
    let mut all_right = true;
    for field in written {
        let name = field.name();
        let is_twice = dimensions.iter().any(|other| other.name == name);
        let clashes = drafts.iter().any(|draft| draft.column.name == name);
        if is_twice || clashes {
            problems.push(dimensions::twice(field));
            all_right = false;
            continue;
        }
        let mut exists = true;
        for draft in drafts {
            let mut found = Problems::default();
            let tables = formulas::tables(scope, &draft.column.formula);
            exists &= dimension(scope, &tables, field, &mut found).is_some();
            told.tell(scope, draft, found, problems);
        }
        // Each column has it; now they must agree on its type.
        let shared = exists.then(|| dimension(scope, &tables, field, problems));
        let Some(dimension) = shared.flatten() else {
            all_right = false;
            continue;
        };
        for draft in drafts {
            let (formula, mut found) = (&draft.column.formula, Problems::default());
            let untimely = refuse_untimely(scope, formula, &dimension, field.span(), &mut found);
            all_right &= untimely.is_some();
            told.tell(scope, draft, found, problems);
        }
        dimensions.push(dimension);
    }
    all_right.then_some(dimensions)
}

/// Tells what is wrong for several columns once, and for which column, if there is more than one.
struct ReportedProblems {
    several: bool,
    before: BTreeSet<(Option<Span>, String)>,
}

impl ReportedProblems {
    fn new(drafts: &[ColumnDraft]) -> Self {
        ReportedProblems {
            several: drafts.len() > 1,
            before: BTreeSet::new(),
        }
    }

    fn tell(
        &mut self,
        scope: Scope,
        draft: &ColumnDraft,
        wrong: Problems,
        problems: &mut Problems,
    ) {
        let tables = formulas::tables(scope, &draft.column.formula);
        let owned = match self.several {
            true => with_owner(scope, wrong, &draft.column.name, &tables),
            false => wrong,
        };
        for problem in owned.sorted() {
            if self.before.insert((problem.span, problem.message.clone())) {
                problems.push(problem);
            }
        }
    }
}

/// Every KPI that has what the query asks for; the others are left out with the reason.
fn everything(
    scope: Scope,
    clauses: &QueryClauses,
    span: Span,
    problems: &mut Problems,
) -> Option<ValuesQuery> {
    let mut narrowing = Narrowing::new(clauses.filter);
    let mut drafts: Vec<ColumnDraft> = Vec::new();
    let mut left_out: Vec<(String, String)> = Vec::new();
    let mut first_reason: Option<Problems> = None;
    let mut by: Vec<Dimension> = Vec::new();
    let mut hard = Problems::default();
    for id in (0..scope.model.kpis.len()).map(KpiId) {
        if scope.kpi(&scope.kpi_at(id).name).is_none() {
            continue;
        }
        let column = columns::of_kpi(scope, id);
        let name = column.name.clone();
        let mut draft = ColumnDraft { column, span };
        let wrong = match misfit(scope, &mut draft, clauses, &mut narrowing, &mut by) {
            None => {
                drafts.push(draft);
                continue;
            }
            Some(wrong) => wrong,
        };
        match lacks(&wrong) {
            Some(reason) => left_out.push((name, reason)),
            None => hard.extend(wrong.clone()),
        }
        first_reason.get_or_insert(wrong);
    }
    problems.extend(hard);
    if drafts.is_empty() {
        match first_reason {
            Some(reason) => problems.extend(reason),
            None => problems.push(
                Diagnostic::error("K605", span, "there is no kpi to ask for")
                    .help("define one: `kpi backlog` with `is count of findings open`"),
            ),
        }
        return None;
    }
    for ColumnDraft { column, .. } in &drafts {
        narrowing.advise_of_own(scope, &column.formula, &column.name, problems);
    }
    problems.extend(narrowing.warnings());
    finish(
        scope,
        drafts,
        Some(by),
        &narrowing,
        clauses,
        left_out,
        problems,
    )
}

/// What keeps a KPI out of a query of every KPI. Dimensions are extended to its tables if nothing does.
fn misfit(
    scope: Scope,
    draft: &mut ColumnDraft,
    clauses: &QueryClauses,
    narrowing: &mut Narrowing,
    by: &mut Vec<Dimension>,
) -> Option<Problems> {
    let mut wrong = Problems::default();
    if let Some(moment) = clauses.at
        && !set_moment(draft, moment, &mut Problems::default())
    {
        // Of every KPI, those that have no such moment simply have none.
        draft.column.moment = StockMoment::End;
    }
    let formula = &draft.column.formula;
    let mut tables = formulas::tables(scope, formula);
    tables.extend(by.iter().flat_map(|known| {
        let fields = known.fields.iter().map(|field| field.table);
        fields.chain(known.bands.iter().map(|bands| bands.table))
    }));
    let (written, _) = clauses.by.unwrap_or((&[], draft.span));
    let mut wider: Vec<Dimension> = Vec::new();
    for field in written {
        if wider.iter().any(|other| other.name == field.name()) {
            wrong.push(dimensions::twice(field));
        } else if let Some(dimension) = dimension(scope, &tables, field, &mut wrong)
            && refuse_untimely(scope, formula, &dimension, field.span(), &mut wrong).is_some()
        {
            wider.push(dimension);
        }
    }
    if let Some(of_where) = narrowing.check(scope, formula) {
        wrong.extend(of_where);
        return Some(wrong);
    }
    if wider.len() < written.len() {
        return Some(wrong);
    }
    *by = wider;
    None
}

fn finish(
    scope: Scope,
    drafts: Vec<ColumnDraft>,
    by: Option<Vec<Dimension>>,
    narrowing: &Narrowing,
    clauses: &QueryClauses,
    left_out: Vec<(String, String)>,
    problems: &mut Problems,
) -> Option<ValuesQuery> {
    refuse_show(clauses, problems);
    let comparisons = periods::versus(scope, clauses, problems);
    let limit = positive(clauses.limit, "limit", problems);
    let window = series::window(scope, &drafts, clauses, problems);
    let having = groups::having(&drafts, clauses, problems);
    let fits = groups::share(scope, &drafts, clauses, problems);
    let evidence = evidence::evidence(scope, &drafts, clauses, problems);
    let formulas = drafts.iter().map(|draft| &draft.column.formula);
    let fewest = evidence::fewest_rows(scope, clauses.fewest_rows, formulas, problems);
    let on_constant_scope = constant_scope::constant_scope(scope, &drafts, clauses, problems);
    // Order is judged against what is there, so a wrong `by` does not add to it.
    let by = by?;
    row_keys::refuse(scope, &drafts, &by, clauses, problems);
    let top = sorting::top(&drafts, clauses, problems);
    let sort = sorting::sort(&drafts, &by, clauses, problems);
    let comparisons = comparisons?;
    warn_of_no_target(&drafts, &comparisons, problems);
    let mut columns: Vec<ValueColumn> = drafts
        .into_iter()
        .map(|draft| {
            let formula = narrowing.apply(scope, &draft.column.formula);
            finished(scope, draft, formula)
        })
        .collect();
    evidence::set_fewest_rows(&mut columns, fewest?);
    let empty = groups::empty(scope, &columns, &by, clauses, problems);
    Some(ValuesQuery {
        columns,
        by,
        window: window?,
        with_share: clauses.share.filter(|_| fits).is_some(),
        empty: empty?,
        evidence: evidence?,
        on_constant_scope: on_constant_scope?,
        having: having?,
        over: clauses.over.map(|(grain, _)| grain),
        versus_target: comparisons.target.is_some(),
        versus: comparisons.versus,
        with_total: clauses.total.is_some(),
        top: top?,
        sort: sort?,
        limit: limit?,
        left_out,
    })
}

fn refuse_show(clauses: &QueryClauses, problems: &mut Problems) {
    if let Some(span) = clauses.show_span {
        problems.push(
            Diagnostic::error("K600", span, "only a list has `show`")
                .leave_out("leave this out")
                .help("`list findings open show finding_id, title` shows rows"),
        );
    }
}

/// `versus target` where nothing has one (K630).
fn warn_of_no_target(drafts: &[ColumnDraft], comparisons: &Comparisons, problems: &mut Problems) {
    let Some(span) = comparisons.target else {
        return;
    };
    if drafts.iter().all(|draft| draft.column.targets.is_empty()) {
        let names: Vec<&str> = drafts
            .iter()
            .map(|draft| draft.column.name.as_str())
            .collect();
        problems.push(
            Diagnostic::warning(
                "K630",
                span,
                format!("no target is set for {}", names.join(", ")),
            )
            .label("nothing to compare with")
            .help("a kpi has lines such as `target at most 0`"),
        );
    }
}
