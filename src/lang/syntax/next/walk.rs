//! Walks the grammar along a text that ends where the cursor is, and notes every word that some rule
//! would have taken there, with the rules it stands in.
//!
//! pest itself tells which rules it tried at the place where it failed, but folds them together
//! (`query_clause` for all its keywords) and forgets what they stand in. A second walk over the same
//! rules forgets nothing.

use super::forms::{Form, GrammarRules};

/// A part of the text that a rule took.
#[derive(Clone, Debug)]
pub(super) struct ParseNode {
    pub rule: usize,
    pub start: usize,
    pub end: usize,
    pub children: Vec<ParseNode>,
}

/// A word that may stand at the end of the text.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub rule: usize,
    /// The rules that are open there, the outermost first, with what they have taken so far.
    pub open: Vec<ParseNode>,
}

/// How deep rules may stand in one another: what the parser takes, at three rules a parenthesis.
const MOST_OPEN: usize = 400;
/// How many steps a walk may take: far more than any text a person types needs.
const MOST_STEPS: usize = 200_000;

pub(super) struct GrammarWalk<'t> {
    grammar: &'static GrammarRules,
    text: &'t str,
    open: Vec<ParseNode>,
    attempts: Vec<Attempt>,
    /// Inside a look ahead or a rule whose parts leave no nodes.
    quiet: usize,
    steps: usize,
    depth: usize,
}

/// All that may stand at the end of a text that begins as a rule says.
pub(super) fn attempts(rule: &str, text: &str) -> Vec<Attempt> {
    let grammar = GrammarRules::get();
    let mut walk = GrammarWalk {
        grammar,
        text,
        open: Vec::new(),
        attempts: Vec::new(),
        quiet: 0,
        steps: 0,
        depth: 0,
    };
    let start = walk.skip(0);
    let number = grammar.number(rule);
    walk.open.push(ParseNode {
        rule: number,
        start,
        end: start,
        children: Vec::new(),
    });
    walk.form(&grammar.rules[number].form, start, false);
    walk.attempts
}

impl GrammarWalk<'_> {
    /// Where a rule ends that begins at a position; none if it does not.
    fn rule(&mut self, number: usize, position: usize, is_atomic: bool) -> Option<usize> {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.depth > MOST_OPEN {
            return None;
        }
        let rule = &self.grammar.rules[number];
        let is_atomic = is_atomic || rule.is_atomic;
        if rule.is_leaf {
            return self.leaf(number, position);
        }
        if rule.is_silent || self.quiet > 0 {
            return self.form(&rule.form, position, is_atomic);
        }
        self.open.push(ParseNode {
            rule: number,
            start: position,
            end: position,
            children: Vec::new(),
        });
        self.depth += 1;
        let end = self.form(&rule.form, position, is_atomic);
        self.depth -= 1;
        let mut node = self.open.pop().expect("it was pushed");
        node.end = end?;
        self.take(node);
        end
    }

    /// A rule whose parts leave no nodes: a word, a sign, a number.
    fn leaf(&mut self, number: usize, position: usize) -> Option<usize> {
        if position == self.text.len() && self.quiet == 0 {
            self.attempts.push(Attempt {
                rule: number,
                open: self.open.clone(),
            });
            return None;
        }
        self.quiet += 1;
        let end = self.form(&self.grammar.rules[number].form, position, true);
        self.quiet -= 1;
        if self.quiet == 0 {
            self.take(ParseNode {
                rule: number,
                start: position,
                end: end?,
                children: Vec::new(),
            });
        }
        end
    }

    fn take(&mut self, node: ParseNode) {
        let parent = self.open.last_mut().expect("the walk opens the first");
        parent.children.push(node);
    }

    fn form(&mut self, form: &Form, position: usize, is_atomic: bool) -> Option<usize> {
        let taken = self.open.last().map_or(0, |open| open.children.len());
        let end = self.matched(form, position, is_atomic);
        if end.is_none()
            && let Some(open) = self.open.last_mut()
        {
            open.children.truncate(taken);
        }
        end
    }

    fn matched(&mut self, form: &Form, position: usize, is_atomic: bool) -> Option<usize> {
        let rest = &self.text[position..];
        match form {
            Form::Text(text) => rest
                .starts_with(text.as_str())
                .then(|| position + text.len()),
            Form::Character(fits) => {
                let letter = rest.chars().next()?;
                fits(letter).then(|| position + letter.len_utf8())
            }
            Form::End => rest.is_empty().then_some(position),
            Form::Rule(number) => self.rule(*number, position, is_atomic),
            Form::Ahead(form, wanted) => {
                self.quiet += 1;
                let follows = self.form(form, position, is_atomic).is_some();
                self.quiet -= 1;
                (follows == *wanted).then_some(position)
            }
            Form::Sequence(parts) => self.sequence(parts, position, is_atomic),
            Form::Choice(parts) => parts
                .iter()
                .find_map(|part| self.form(part, position, is_atomic)),
            Form::Repeat(form, least, most) => {
                self.repeat(form, *least, *most, position, is_atomic)
            }
        }
    }

    fn sequence(&mut self, parts: &[Form], start: usize, is_atomic: bool) -> Option<usize> {
        let mut position = start;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 && !is_atomic {
                position = self.skip(position);
            }
            position = self.form(part, position, is_atomic)?;
        }
        Some(position)
    }

    fn repeat(
        &mut self,
        form: &Form,
        least: u32,
        most: u32,
        start: usize,
        is_atomic: bool,
    ) -> Option<usize> {
        let mut position = start;
        for count in 0..most {
            let next = match count > 0 && !is_atomic {
                true => self.skip(position),
                false => position,
            };
            match self.form(form, next, is_atomic) {
                Some(end) if end > position => position = end,
                Some(_) => break,
                None if count < least => return None,
                None => break,
            }
        }
        Some(position)
    }

    /// Over white space and comments.
    fn skip(&mut self, start: usize) -> usize {
        let grammar = self.grammar;
        let mut position = start;
        self.quiet += 1;
        while let Some(end) = grammar
            .blanks
            .iter()
            .find_map(|blank| self.form(&grammar.rules[*blank].form, position, true))
        {
            position = end;
        }
        self.quiet -= 1;
        position
    }
}
