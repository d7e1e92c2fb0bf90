//! Comments that allow what a command would tell: `# allow mutant: the largest product is 360`.
//!
//! One behind a line, or alone above it, is about that line; at the first line of a definition, about all of it.

use super::ast;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Sources, Span};

/// A comment `# allow RULE: reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The comment.
    pub span: Span,
    /// The word behind `allow`; whether there is such a rule is for others to say.
    pub rule: String,
    /// What stands behind the colon; empty where nothing does.
    pub reason: String,
    /// The line or the definition that it is about.
    pub about: Span,
}

impl Allowance {
    /// Whether it is about what begins at a place.
    pub fn covers(&self, span: Span) -> bool {
        self.about.source == span.source && (self.about.start..self.about.end).contains(&span.start)
    }
}

/// Allowances that are looked up, and whether each was needed.
#[derive(Clone, Debug, Default)]
pub struct Allowances {
    list: Vec<Allowance>,
    needed: Vec<bool>,
}

impl Allowances {
    /// Those of some rules in some files.
    pub fn of(sources: &Sources, files: &[ast::File], rules: &[&str]) -> Allowances {
        let all = files.iter().flat_map(|file| allowances(sources, file));
        let list: Vec<Allowance> = all
            .filter(|each| rules.contains(&each.rule.as_str()))
            .collect();
        Allowances {
            needed: vec![false; list.len()],
            list,
        }
    }

    /// Why something that begins at a place is allowed, if a comment says so. One without a reason allows nothing.
    pub fn reason(&mut self, rule: &str, span: Span) -> Option<String> {
        let is_meant = |each: &Allowance| each.rule == rule && each.covers(span);
        let place = self.list.iter().position(is_meant)?;
        self.needed[place] = true;
        let reason = &self.list[place].reason;
        (!reason.is_empty()).then(|| reason.clone())
    }

    /// Warns of those without a reason (K650), and of those that nothing was looked up for (K651).
    pub fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        for (each, needed) in self.list.iter().zip(&self.needed) {
            let rule = &each.rule;
            if each.reason.is_empty() {
                let message = format!("`allow {rule}` gives no reason, and allows nothing");
                problems.push(
                    Diagnostic::warning("K650", each.span, message)
                        .help(format!("write `# allow {rule}: ` and why")),
                );
            } else if !needed {
                let message = format!("nothing here needs `allow {rule}`");
                let problem = Diagnostic::warning("K651", each.span, message);
                problems.push(problem.leave_out("take the comment away"));
            }
        }
        problems
    }
}

/// The allowances of a file, in the order of its text.
pub fn allowances(sources: &Sources, file: &ast::File) -> Vec<Allowance> {
    let text = &sources.get(file.source).text;
    let read = |comment: &ast::Comment| {
        let words = sources.slice(comment.span).trim_start_matches('#').trim();
        let (rule, reason) = rule_and_reason(words)?;
        let line = line_about(text, comment);
        let first_of = |definition: &&crate::base::source::Spanned<ast::Definition>| {
            (line.start..line.end).contains(&(definition.span.start as usize))
        };
        let about = match file.definitions.iter().find(first_of) {
            Some(definition) => definition.span,
            None => Span {
                source: file.source,
                start: line.start as u32,
                end: line.end as u32,
            },
        };
        Some(Allowance {
            span: comment.span,
            rule: rule.to_owned(),
            reason: reason.to_owned(),
            about,
        })
    };
    file.comments.iter().filter_map(read).collect()
}

/// `allow mutant: why` → `mutant`, `why`. A sentence that happens to begin with "allow" is none.
fn rule_and_reason(words: &str) -> Option<(&str, &str)> {
    let rest = words.strip_prefix("allow ")?;
    let (rule, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    (!rule.is_empty() && rule.chars().all(is_name)).then(|| (rule, reason.trim()))
}

/// The line a comment is about: its own, or where it stands alone the next that holds more than a comment.
fn line_about(text: &str, comment: &ast::Comment) -> std::ops::Range<usize> {
    let place = comment.span.start as usize;
    let mut start = text[..place].rfind('\n').map_or(0, |newline| newline + 1);
    loop {
        let end = text[start..]
            .find('\n')
            .map_or(text.len(), |newline| start + newline);
        let words = text[start..end].trim();
        let is_empty = words.is_empty() || words.starts_with('#');
        if !comment.own_line || !is_empty || end == text.len() {
            return start..end;
        }
        start = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::syntax::parse_file;

    fn read(text: &str) -> (Sources, Vec<Allowance>) {
        let mut sources = Sources::default();
        let id = sources.add("a.kpi", text);
        let (file, _) = parse_file(&sources, id);
        let found = allowances(&sources, &file);
        (sources, found)
    }

    #[test]
    fn an_allowance_is_about_its_line_the_next_one_or_a_definition() {
        let (sources, found) = read(
            "# allow no-owner: the team is new\n# a note\nkpi a\n  is count of findings open\n  \
             target at most 3  # allow mutant: a round number\n\n  # allow mutant: as agreed\n  target at most 4\n",
        );
        let about: Vec<_> = found
            .iter()
            .map(|each| (each.rule.as_str(), sources.slice(each.about)))
            .collect();
        assert_eq!(about.len(), 3);
        assert_eq!(about[0].0, "no-owner");
        assert!(about[0].1.starts_with("kpi a"), "{about:?}");
        assert!(about[0].1.contains("target at most 4"), "{about:?}");
        assert!(about[1].1.trim_start().starts_with("target at most 3"));
        assert_eq!(about[2].1.trim(), "target at most 4");
        assert_eq!(found[1].reason, "a round number");
    }

    #[test]
    fn a_sentence_is_no_allowance_and_a_missing_reason_is_seen() {
        let (_, found) =
            read("# allow users to ask\n# allow mutant\nkpi a\n  is count of findings open\n");
        let rules: Vec<_> = found
            .iter()
            .map(|each| (each.rule.as_str(), each.reason.as_str()))
            .collect();
        assert_eq!(rules, [("mutant", "")]);
    }
}
