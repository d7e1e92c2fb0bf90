//! What went wrong, where, and what to type instead.
//!
//! Every stage collects its problems in a [`Problems`] and goes on as far as it can, so that a user
//! sees all of them at once. Rendering lives in `render`.

use crate::base::source::Span;

/// Whether a problem stops the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    Error,
    Warning,
}

/// What kind of problem it is, where something other than a message follows from that. Codes are for
/// readers and pages of documentation; programs look at this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Cause {
    #[default]
    Unspecified,
    /// A table has nothing of the name that was asked for, or no way to it.
    NotOnTable,
    /// A test counts from an event, and the population is of none.
    NoEvent,
    /// The text ends before it is whole: another line may complete it.
    EndsEarly,
    /// A file is no report that any source knows.
    NoReport,
    /// A file lacks a column that a query needs.
    NoColumn,
}

/// A change of the text that a piece of advice tells to make. Tests make each one and read what comes
/// of it; queries are told none that would be refused in turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced; of no length where something is put in.
    pub span: Span,
    pub text: String,
    /// The label or the line of help that tells of it.
    pub told: String,
}

/// One problem. The code names its page in `docs/errors.md`: `K` for definitions and queries,
/// `D` for data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    pub cause: Cause,
    /// One sentence in the user's words, without a full stop.
    pub message: String,
    /// The place the message is about; data problems have none.
    pub span: Option<Span>,
    /// Written under the carets at the place, such as "did you mean `high`?".
    pub label: Option<String>,
    /// Further lines: what is allowed, what to type instead. One entry a line group.
    pub help: Vec<String>,
    /// What label and help tell to type, as changes; each mends the problem by itself.
    pub edits: Vec<Edit>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            cause: Cause::Unspecified,
            message: message.into(),
            span: Some(span),
            label: None,
            help: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message)
        }
    }

    /// An error about data, which has no place in a definition; the message names the file.
    pub fn data(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            cause: Cause::Unspecified,
            message: message.into(),
            span: None,
            label: None,
            help: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// An error at a place that asks a table for what it does not have.
    pub fn not_on_table(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::error(code, span, message).because(Cause::NotOnTable)
    }

    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// The words under the carets.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds one help line.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds "did you mean" under the carets if a known name is near enough to `typed`.
    pub fn suggest<'a>(self, typed: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(typed, known) {
            Some(name) => self.meant(name),
            None => self,
        }
    }

    /// Adds "did you mean" under the carets: the word to stand at the place instead.
    pub fn meant(self, word: &str) -> Self {
        let label = format!("did you mean `{word}`?");
        self.label(&label).edit(word, &label)
    }

    /// Adds a line that says what to write at the place instead.
    pub fn write(self, text: impl Into<String>) -> Self {
        let text = text.into();
        let line = format!("write `{text}`");
        self.help(&line).edit(text, &line)
    }

    /// Says under the carets what to write at the place instead.
    pub fn label_write(self, text: impl Into<String>) -> Self {
        let text = text.into();
        let label = format!("write `{text}`");
        self.label(&label).edit(text, &label)
    }

    /// Says under the carets that the place is to be left out.
    pub fn leave_out(self, label: &str) -> Self {
        self.label(label).edit("", label)
    }

    /// The same of an element of a list, with the comma between it and the one before, which ends there.
    pub fn leave_out_after(self, before: Span, label: &str) -> Self {
        let place = self.span.map(|span| Span {
            start: before.end,
            ..span
        });
        match place {
            Some(place) => self.label(label).edit_at(place, "", label),
            None => self,
        }
    }

    /// Adds a line in other words about what to write at the place instead.
    pub fn help_edit(self, line: impl Into<String>, text: impl Into<String>) -> Self {
        let line = line.into();
        self.help(&line).edit(text, &line)
    }

    /// What is told is a change of the place.
    pub fn edit(self, text: impl Into<String>, told: &str) -> Self {
        match self.span {
            Some(span) => self.edit_at(span, text, told),
            None => self,
        }
    }

    /// What is told is a change of another place.
    pub fn edit_at(mut self, span: Span, text: impl Into<String>, told: &str) -> Self {
        self.edits.push(Edit {
            span,
            text: text.into(),
            told: told.to_owned(),
        });
        self
    }

    /// Leaves out the advice that tells of an edit.
    pub fn without(&mut self, edit: &Edit) {
        self.edits.retain(|other| other != edit);
        self.help.retain(|line| *line != edit.told);
        if self.label.as_ref() == Some(&edit.told) {
            self.label = None;
        }
    }
}

/// The known name that a mistyped one most likely stands for, if any is near enough.
/// Ties go to the name that comes first. Where none is, it may be the beginning of one: `sev`.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let longest_distance = (typed.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut begun: Vec<&str> = Vec::new();
    for name in known {
        let lower = name.to_lowercase();
        let distance = strsim::osa_distance(&typed, &lower);
        if distance <= longest_distance.max(lower.chars().count() / 4)
            && best.is_none_or(|(shortest, _)| distance < shortest)
        {
            best = Some((distance, name));
        }
        if lower.starts_with(&typed) {
            begun.push(name);
        }
    }
    match (best, begun.as_slice()) {
        (Some((_, name)), _) => Some(name),
        (None, [name]) if typed.chars().count() > 2 => Some(name),
        (None, _) => None,
    }
}

/// Who has to act on errors; exit codes follow it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A mistake in the command line, a definition or the query. Nothing was computed.
    Mistake,
    /// Data or files that are missing, unreadable or not what they should be.
    Environment,
}

/// Whether a code is about what was typed; of those about data, only an unknown name after `--table`.
fn is_mistake(code: &str) -> bool {
    code.starts_with('K') || code == "D104"
}

/// The problems found so far, in no particular order until sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    list: Vec<Diagnostic>,
}

impl Problems {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    pub fn extend(&mut self, other: Problems) {
        self.list.extend(other.list);
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.list.iter_mut()
    }

    /// Whether a place is marked with words: a name that may have been meant.
    pub fn has_label(&self) -> bool {
        self.list.iter().any(|problem| problem.label.is_some())
    }

    /// Adds advice to the first problem.
    pub fn help(mut self, help: impl Into<String>) -> Problems {
        if let Some(first) = self.list.first_mut() {
            first.help.push(help.into());
        }
        self
    }

    /// The same with other texts: what they say of places, such as of a copy of a file.
    pub fn reworded(mut self, reword: impl Fn(&str) -> String) -> Problems {
        for problem in &mut self.list {
            problem.message = reword(&problem.message);
            problem.label = problem.label.as_deref().map(&reword);
            for help in &mut problem.help {
                *help = reword(help);
            }
        }
        self
    }

    /// Whether any of them stops the run.
    pub fn has_errors(&self) -> bool {
        self.list
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    /// Whose fault the errors are, if there are any. Both at once is a mistake first: it has to be
    /// mended before the data matters.
    pub fn fault(&self) -> Option<Fault> {
        let mut errors = self
            .list
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .peekable();
        errors.peek()?;
        Some(if errors.any(|problem| is_mistake(problem.code)) {
            Fault::Mistake
        } else {
            Fault::Environment
        })
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All problems sorted by place (those without one last), then by code; exact repeats once.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|left, right| {
            let key = |problem: &Diagnostic| (problem.span.is_none(), problem.span, problem.code);
            key(left)
                .cmp(&key(right))
                .then_with(|| left.message.cmp(&right.message))
        });
        self.list.dedup();
        self.list
    }
}

impl From<Diagnostic> for Problems {
    fn from(diagnostic: Diagnostic) -> Self {
        Problems {
            list: vec![diagnostic],
        }
    }
}
