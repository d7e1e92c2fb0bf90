//! Scores: risk weights by field.

use super::advice;
use super::clauses::{needed, once};
use super::clocks::taken_as;
use super::dates;
use super::fields;
use super::index::IndexEntry;
use super::relations::find_table;
use super::scope::{KnownNames, ReferenceKind, Scope};
use super::versions::{Dated, group, in_order};
use super::weights::factor;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Span, Spanned};
use crate::lang::model::{Definitions, FieldId, Score, ScoreVersion, TableId};
use crate::lang::syntax::ast::{self, DateLiteral, Number, ScoreClause, Weight};

/// Adds all scores, each with its versions.
pub(super) fn scores(
    sources: &Sources,
    entries: &[IndexEntry<ast::Score>],
    model: &mut Definitions,
    known: &mut KnownNames,
    problems: &mut Problems,
) {
    for versions in group(entries, |tree| &tree.name) {
        let first = entries[versions.members[0]].tree;
        let scope = Scope::of(model, known);
        let read: Vec<Option<(TableId, Dated<ScoreVersion>)>> = versions
            .members
            .iter()
            .map(|index| version(scope, entries[*index].tree, problems))
            .collect();
        let Some(read) = read.into_iter().collect::<Option<Vec<_>>>() else {
            known.break_name(ReferenceKind::Score, &first.name.node);
            continue;
        };
        let table = read[0].0;
        for (other, dated) in &read {
            if *other != table {
                problems.push(other_table(dated.name, &first.name.node));
            }
        }
        let dated = read.into_iter().map(|(_, dated)| dated).collect();
        refuse_noun(scope, table, &first.name, problems);
        let versions = in_order(sources, "score", &first.name.node, dated, problems);
        model.scores.push(Score {
            name: first.name.node.clone(),
            title: first.title.as_ref().map(|title| title.node.clone()),
            table,
            versions,
            span: first.name.span,
        });
    }
}

fn other_table(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        "K504",
        span,
        format!("versions of score `{name}` are of different tables"),
    )
    .label("keep to one table")
}

/// `sum risk of …` must have one meaning.
fn refuse_noun(scope: Scope, table: TableId, name: &ast::Identifier, problems: &mut Problems) {
    let own = scope.table(table);
    if let Some(taken) = taken_as(own, &name.node) {
        problems.push(
            Diagnostic::error(
                "K212",
                name.span,
                format!("`{}` is already {taken} of {}", name.node, own.name),
            )
            .label("give the score another name"),
        );
    }
}

/// The clauses of one version.
#[derive(Default)]
struct ScoreClauses<'a> {
    of: Option<&'a ast::Identifier>,
    base: Option<(&'a ast::FieldRef, &'a [Spanned<Weight>])>,
    times: Vec<(&'a ast::FieldRef, &'a [Spanned<Weight>])>,
    cap: Option<&'a Spanned<Number>>,
    since: Option<&'a Spanned<DateLiteral>>,
}

fn sort_clauses<'a>(tree: &'a ast::Score, problems: &mut Problems) -> ScoreClauses<'a> {
    let mut sorted = ScoreClauses::default();
    for clause in &tree.clauses {
        let span = clause.span;
        match &clause.node {
            ScoreClause::Of(name) => once(&mut sorted.of, name, "of", span, problems),
            ScoreClause::Base { field, weights } => {
                once(&mut sorted.base, (field, weights), "base", span, problems);
            }
            ScoreClause::Times { field, weights } => sorted.times.push((field, weights)),
            ScoreClause::Cap(number) => once(&mut sorted.cap, number, "cap", span, problems),
            ScoreClause::Since(date) => once(&mut sorted.since, date, "since", span, problems),
        }
    }
    sorted
}

fn version(
    scope: Scope,
    tree: &ast::Score,
    problems: &mut Problems,
) -> Option<(TableId, Dated<ScoreVersion>)> {
    let clauses = sort_clauses(tree, problems);
    let name = &tree.name;
    let of = needed(clauses.of, "score", name, "of", "of findings", problems);
    let base = needed(
        clauses.base,
        "score",
        name,
        "base",
        "base severity",
        problems,
    );
    let since = match clauses.since {
        Some(date) => dates::since(&scope.model.calendar, date, problems).map(Some),
        None => Some(None),
    };
    let cap = match clauses.cap {
        Some(number) => cap(number, problems).map(Some),
        None => Some(None),
    };
    let table = find_table(scope, of?, problems)?;
    let base = base.and_then(|(field, weights)| factor(scope, table, field, weights, problems));
    let times: Vec<_> = clauses
        .times
        .iter()
        .map(|(field, weights)| factor(scope, table, field, weights, problems))
        .collect();
    refuse_same_fields(scope, table, &clauses, problems);
    let version = ScoreVersion {
        since: since?,
        base: base?,
        times: times.into_iter().collect::<Option<_>>()?,
        cap: cap?,
    };
    advice::on_score(
        &version,
        scope.field_name(version.base.field),
        name,
        problems,
    );
    let dated = Dated {
        since: version.since,
        name: name.span,
        version,
    };
    Some((table, dated))
}

/// A field weighs once.
fn refuse_same_fields(
    scope: Scope,
    table: TableId,
    clauses: &ScoreClauses,
    problems: &mut Problems,
) {
    let mut seen: Vec<FieldId> = Vec::new();
    for (written, _) in clauses.base.iter().chain(&clauses.times) {
        let found = fields::find(scope, table, written, &mut Problems::default());
        let Some(field) = found else { continue };
        if seen.contains(&field) {
            problems.push(
                Diagnostic::error(
                    "K501",
                    written.span(),
                    format!("`{}` weighs twice in this score", written.name.node),
                )
                .label("keep one of them"),
            );
        }
        seen.push(field);
    }
}

fn cap(number: &Spanned<Number>, problems: &mut Problems) -> Option<f64> {
    let value = number.node.value;
    if value > 0.0 && value.is_finite() {
        return Some(value);
    }
    problems.push(
        Diagnostic::error("K503", number.span, "a cap must be above 0")
            .label("no row could score anything")
            .help_edit("such as `cap 100`", "100"),
    );
    None
}
