//! KPIs that a query names in words: `escape rate` for `escape_rate`, `Mean time to detect` for its title.

use crate::base::diagnostic::{Diagnostic, Problems, Severity};
use crate::base::source::{SourceId, Span};
use crate::lang::model::{Definitions, Kpi};
use crate::lang::syntax::{self, Grids, Token, TokenKind};

/// The words of a query that are the name or the title of a KPI.
struct SpokenName<'a> {
    words: Span,
    /// To the end of the token after the words: a sentence that is read otherwise breaks off there.
    reach: Span,
    kpi: &'a str,
}

/// What to tell at words that name a KPI, if there are any and one of these errors is there.
pub(super) fn told(
    definitions: &Definitions,
    id: SourceId,
    text: &str,
    problems: &Problems,
) -> Option<SpokenKpi> {
    let spoken = spoken_name(definitions, id, text)?;
    if !problems.iter().any(|problem| spoken.is_at(problem)) {
        return None;
    }
    let (start, end) = (spoken.words.start as usize, spoken.words.end as usize);
    let message = format!("there is no kpi `{}`", &text[start..end]);
    let problem = Diagnostic::error("K206", spoken.words, message).meant(spoken.kpi);
    let others = problems.iter().filter(|problem| !spoken.is_at(problem));
    Some(SpokenKpi {
        problem,
        others: others.cloned().collect(),
    })
}

/// A KPI named in words is one problem, whatever the words were read as.
pub(super) struct SpokenKpi {
    pub problem: Diagnostic,
    /// The problems elsewhere in the query.
    pub others: Vec<Diagnostic>,
}

impl SpokenName<'_> {
    fn is_at(&self, problem: &Diagnostic) -> bool {
        let at = problem.span.filter(|_| problem.severity == Severity::Error);
        at.is_some_and(|at| at.start >= self.words.start && at.start < self.reach.end)
    }
}

/// The first place where several words name a KPI, and of names that begin there the longest.
fn spoken_name<'a>(
    definitions: &'a Definitions,
    id: SourceId,
    text: &str,
) -> Option<SpokenName<'a>> {
    let tokens = syntax::scan(text, Grids::Absent);
    let longest = definitions
        .kpis
        .iter()
        .flat_map(spoken)
        .map(|words| words.len())
        .max()?;
    (0..tokens.len()).find_map(|first| {
        // Hyphens stand between words, so that there are at most twice as many tokens.
        let end = tokens.len().min(first + 2 * longest);
        (first + 1..end).rev().find_map(|last| {
            let typed = words(text, &tokens[first..=last], longest)?;
            let kpi = definitions
                .kpis
                .iter()
                .find(|kpi| spoken(kpi).contains(&typed))?;
            let after = tokens.get(last + 1).unwrap_or(&tokens[last]);
            Some(SpokenName {
                words: span(id, &tokens[first], &tokens[last]),
                reach: span(id, &tokens[first], after),
                kpi: &kpi.name,
            })
        })
    })
}

fn span(source: SourceId, first: &Token, last: &Token) -> Span {
    Span {
        source,
        start: first.start as u32,
        end: last.end as u32,
    }
}

/// The name and the title of a KPI, word by word, in small letters.
fn spoken(kpi: &Kpi) -> Vec<Vec<String>> {
    let name = kpi.name.split('_').map(str::to_lowercase).collect();
    let title = kpi
        .title
        .iter()
        .map(|title| title.split_whitespace().map(str::to_lowercase).collect());
    std::iter::once(name).chain(title).collect()
}

/// The words of tokens between which at most hyphens stand; `None` if anything else does, or if there is one word only or
/// more than `most`.
fn words(text: &str, tokens: &[Token], most: usize) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let word = &text[token.start..token.end];
        let is_edge = index == 0 || index + 1 == tokens.len();
        match token.kind {
            TokenKind::Word => words.push(word.to_lowercase()),
            TokenKind::Symbol if word == "-" && !is_edge => {}
            _ => return None,
        }
    }
    (words.len() > 1 && words.len() <= most).then_some(words)
}
