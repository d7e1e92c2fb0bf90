//! All definitions of a file → lines, and which of them stand together without a blank line.

use super::lines::{FormattedLine, Opening, widest};
use super::words::name;
use super::{boards, kpis, matches, model, policy, reports};
use crate::base::source::Spanned;
use crate::lang::syntax::ast::{Definition, Identifier};

/// The lines of a file without its comments.
pub(super) fn lines(text: &str, definitions: &[Spanned<Definition>]) -> Vec<FormattedLine> {
    groups(text, definitions)
        .into_iter()
        .flat_map(group_lines)
        .collect()
}

fn group_lines(group: &[Spanned<Definition>]) -> Vec<FormattedLine> {
    let names: Vec<String> = group
        .iter()
        .filter_map(|definition| listed(&definition.node))
        .map(|(_, listed)| name(&listed.node))
        .collect();
    let columns = widest(names.iter().map(String::as_str));
    let mut lines: Vec<FormattedLine> = Vec::new();
    for definition in group {
        let first = lines.len();
        lines.extend(definition_lines(definition, columns));
        if first > 0 {
            lines[first].opening = Some(Opening::Adjacent);
        }
    }
    lines
}

/// The definitions cut into groups; only scales, and only conditions, ever share one.
fn groups<'a>(
    text: &str,
    definitions: &'a [Spanned<Definition>],
) -> Vec<&'a [Spanned<Definition>]> {
    definitions
        .chunk_by(|above, below| stand_together(text, above, below))
        .collect()
}

fn stand_together(text: &str, above: &Spanned<Definition>, below: &Spanned<Definition>) -> bool {
    let kinds = (listed(&above.node), listed(&below.node));
    let (Some((above_kind, _)), Some((below_kind, _))) = kinds else {
        return false;
    };
    let end = definition_lines(above, 0)
        .last()
        .map_or(above.span.end, |line| line.end);
    above_kind == below_kind && !has_blank_line(&text[end as usize..below.span.start as usize])
}

/// The first piece ends a line and the last begins one, so a blank line is one of those between.
fn has_blank_line(gap: &str) -> bool {
    let mut pieces: Vec<&str> = gap.split('\n').skip(1).collect();
    pieces.pop();
    pieces.iter().any(|line| line.trim().is_empty())
}

/// Kinds that are written as lists with `is` lined up.
#[derive(PartialEq)]
enum ListedKind {
    Scale,
    Condition,
}

fn listed(definition: &Definition) -> Option<(ListedKind, &Identifier)> {
    match definition {
        Definition::Scale(scale) => Some((ListedKind::Scale, &scale.name)),
        Definition::Condition(condition) => Some((ListedKind::Condition, &condition.name)),
        Definition::Calendar(_)
        | Definition::Table(_)
        | Definition::Score(_)
        | Definition::Sla(_)
        | Definition::Kpi(_)
        | Definition::View(_)
        | Definition::Dashboard(_)
        | Definition::ReportSource(_)
        | Definition::Match(_)
        | Definition::Test(_) => None,
    }
}

/// `columns` is the width of the names in a group of scales or conditions.
fn definition_lines(definition: &Spanned<Definition>, columns: usize) -> Vec<FormattedLine> {
    let span = definition.span;
    let lines = match &definition.node {
        Definition::Calendar(tree) => model::calendar(span, tree),
        Definition::Scale(tree) => model::scale(span, tree, columns),
        Definition::Table(tree) => model::table(span, tree),
        Definition::Condition(tree) => policy::condition(span, tree, columns),
        Definition::Score(tree) => policy::score(span, tree),
        Definition::Sla(tree) => policy::sla(span, tree),
        Definition::Kpi(tree) => kpis::kpi(span, tree),
        Definition::View(tree) => boards::view(span, tree),
        Definition::Dashboard(tree) => boards::dashboard(span, tree),
        Definition::ReportSource(tree) => reports::source(span, tree),
        Definition::Match(tree) => matches::matching(span, tree),
        Definition::Test(tree) => boards::test(span, tree),
    };
    lines.into_list()
}

/// The lines of one definition as they mean the same in any file: no comments, one blank between words. The header
/// first; with each clause its own lines, such as weights, rows and cards.
pub fn outline(definition: &Spanned<Definition>) -> (String, Vec<OutlineClause>) {
    let mut lines = definition_lines(definition, 0).into_iter();
    let header = lines.next().map(|line| one_blank(&line.text));
    let mut clauses: Vec<OutlineClause> = Vec::new();
    for line in lines {
        let text = one_blank(&line.text);
        match clauses.last_mut() {
            Some(clause) if line.indent > super::lines::CLAUSE => clause.lines.push(text),
            Some(_) | None => clauses.push(OutlineClause {
                text,
                lines: Vec::new(),
            }),
        }
    }
    (header.unwrap_or_default(), clauses)
}

/// A clause, and the lines that belong to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutlineClause {
    pub text: String,
    pub lines: Vec<String>,
}

/// Blanks that line words up become one; those in texts stay.
fn one_blank(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let (mut is_quoted, mut is_escaped) = (false, false);
    for letter in text.chars() {
        if !is_quoted && letter == ' ' && result.ends_with(' ') {
            continue;
        }
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        result.push(letter);
    }
    result.trim_end().to_string()
}
