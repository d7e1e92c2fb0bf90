//! What the grammar stops at in queries and conditions, and what was meant: questions in plain words, days of other
//! languages, clauses and tests that stand where they do not belong.

use super::grammar::Rule;
use super::tokens::TokenKind;
use super::unparsed::ParseStop;
use super::words::{self, Expecting};
use crate::base::diagnostic::Diagnostic;
use crate::base::types::Grain;

impl ParseStop<'_> {
    /// `how many criticals are open`, `show me …`, `top 5 apps by …`.
    pub(super) fn spoken_question(&self) -> Option<Diagnostic> {
        if self.expecting != Expecting::Query {
            return None;
        }
        let first = self.piece.tokens.first()?;
        let word = |index: usize| self.piece.tokens.get(index).map(|token| self.word(token));
        let begun = self.word(first).to_lowercase();
        let is_question = match begun.as_str() {
            "how" | "what" | "which" | "who" | "when" | "give" | "get" | "tell" => true,
            "show" => matches!(word(1), Some("me" | "us" | "all" | "the")),
            _ => false,
        };
        if is_question {
            let message = format!("no query begins with `{}`", self.word(first));
            return Some(self.error("K100", first, message).help(
                "it names a KPI or what is counted: `mttr by team last 12 months`, \
                 `count of findings open where severity = critical`",
            ));
        }
        let ranks = begun == "top" && word(2).is_some_and(|word| !words::is_reserved(word));
        ranks.then(|| {
            self.error("K100", first, "what is ranked stands before `top`")
                .help(format!(
                    "such as `risk_exposure by app top {}`",
                    word(1).unwrap_or("5")
                ))
        })
    }

    /// `findings due within next 14 days`: a stretch of days that no population has.
    pub(super) fn window_of_population(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        let word = self.word(token);
        let next = self.piece.tokens.get(self.index + 1);
        let next = next.map_or("", |next| self.word(next));
        if !self.expects(&[Rule::kw_where]) || !matches!(word, "within" | "next") {
            return None;
        }
        let problem = self.error(
            "K100",
            token,
            format!("`{word}` is no part of what is counted"),
        );
        Some(match word == "next" || next == "next" {
            true => problem.help(
                "what lies ahead is a test of a date: \
                 `count of findings open where due_at within next 14 days`",
            ),
            false => problem
                .help("a period is written `last 14 days`")
                .help("a test of an event: `share of findings found with verified within 14 days`"),
        })
    }

    /// `mttr ytd`, `mttr yesterday`
    pub(super) fn relative_date(&self) -> Option<Diagnostic> {
        let found = [self.token(), self.before()]
            .into_iter()
            .flatten()
            .find_map(|token| {
                let meant = match self.word(token).to_lowercase().as_str() {
                    "ytd" => "this year",
                    "qtd" => "this quarter",
                    "mtd" => "this month",
                    "wtd" => "this week",
                    "today" => "this day",
                    "yesterday" => "last day",
                    _ => return None,
                };
                Some((token, meant))
            });
        let (token, meant) = found?;
        if self.expecting != Expecting::Query || self.in_condition() {
            return None;
        }
        let message = format!(
            "there is no `{}`: periods are counted back from as-of",
            self.word(token)
        );
        Some(self.error("K120", token, message).write(meant))
    }

    /// Whether the words before the place are those of a condition.
    fn in_condition(&self) -> bool {
        let end = self.index - usize::from(self.follows("in"));
        let before = self.piece.tokens[..end].iter().rev();
        let opener = before
            .map(|token| self.word(token))
            .find(|word| matches!(*word, "where" | "with") || words::QUERY_CLAUSES.contains(word));
        opener.is_some_and(|word| matches!(word, "where" | "with"))
    }

    /// `backlog where as of 2026-03`, `backlog where found_at in last month`: a clause of the query
    /// written into a condition.
    pub(super) fn clause_in_condition(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        let before = self.before()?;
        let period = matches!(self.word(token), "last" | "this" | "past");
        let clause = period || matches!(self.word(token), "as" | "from" | "over" | "versus");
        let joint = self.word(before);
        let after_test = matches!(joint, "in" | "=" | "<" | "<=" | ">" | ">=" | "!=");
        if self.expecting != Expecting::Query || !clause {
            return None;
        }
        let next = self.piece.tokens.get(self.index + 1);
        let counted =
            next.is_some_and(|token| token.kind == TokenKind::Number || is_grain(self.word(token)));
        if after_test && period && counted && self.in_condition() {
            let message = "a period is a clause of the query, not a value";
            let problem = self.error("K160", token, message);
            return Some(problem.help(
                "a date is compared with dates, such as `found_at >= 2026-01` or `found_at = 2026-03`",
            ).help("rows by when something happened to them: `count of findings found last month`"));
        }
        if !matches!(joint, "where" | "and") {
            return None;
        }
        let line = format!("leave out the `{joint}` before it");
        let problem = self.error(
            "K160",
            token,
            "a period is a clause of the query, not a condition",
        );
        let gap = self.piece.place(before.start, token.start);
        Some(problem.help(&line).edit_at(gap, "", &line))
    }

    /// `share of findings found with exploitable = yes where severity = high`
    pub(super) fn where_after_with(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        let earlier = &self.piece.tokens[..self.index];
        let with = earlier.iter().any(|token| self.word(token) == "with");
        if self.word(token) != "where" || !with {
            return None;
        }
        Some(
            self.error("K139", token, "`where` stands before `with`")
                .help("`where` says which rows count, then `with` which of them are the share"),
        )
    }

    /// `any detections where …`: related rows of which event or state?
    pub(super) fn related_without_role(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        let table = self.before()?;
        let any = self.piece.tokens.get(self.index.checked_sub(2)?)?;
        if self.word(any) != "any" || !words::is_reserved(self.word(token)) {
            return None;
        }
        let table_name = self.word(table);
        let message = format!("`any {table_name}` names no event or state");
        Some(self.error("K218", table, message).help(
            "after the table stands what they are: `any findings open where severity = critical`",
        ))
    }
}

fn is_grain(word: &str) -> bool {
    let one = word.strip_suffix('s').unwrap_or(word);
    Grain::ALL.into_iter().any(|grain| grain.word() == one)
}
