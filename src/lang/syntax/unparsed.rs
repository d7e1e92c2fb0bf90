//! What pest could not take → a message. pest says how far it came and which rules it tried there;
//! the tokens around that place tell which mistake it most likely is.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::errors::{alternatives, hyphenated, sentence, too_deep};
use super::grammar::{Fragment, Rule};
use super::limits::MOST_NESTED;
use super::tokens::{Token, TokenKind, is_name_character};
use super::words::{self, DefinitionKind, Expecting};
use crate::base::diagnostic::{Cause, Diagnostic, nearest};

/// The place where pest stopped and what it would have taken.
pub(super) struct ParseStop<'p> {
    pub(super) piece: &'p Fragment<'p>,
    pub(super) expecting: Expecting,
    pub(super) expected: Vec<Rule>,
    /// The token it stopped at, counted in the piece; one past the last at the end.
    pub(super) index: usize,
}

/// The message for a piece that the grammar does not take.
pub(super) fn unparsed(
    piece: &Fragment<'_>,
    expecting: Expecting,
    error: &Error<Rule>,
) -> Box<Diagnostic> {
    let offset = match error.location {
        InputLocation::Pos(offset) | InputLocation::Span((offset, _)) => piece.start() + offset,
    };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.clone(),
        // pest's own guard of the stack, far beyond our limits.
        ErrorVariant::CustomError { .. } => return too_deep(piece.span(), MOST_NESTED),
    };
    let stop = ParseStop {
        piece,
        expecting,
        expected,
        index: piece.tokens.partition_point(|token| token.end <= offset),
    };
    let known = stop.known_mistake();
    Box::new(known.unwrap_or_else(|| stop.unexpected()))
}

impl ParseStop<'_> {
    fn known_mistake(&self) -> Option<Diagnostic> {
        self.spoken_question()
            .or_else(|| self.missing_name())
            .or_else(|| self.window_of_population())
            .or_else(|| self.unknown_clause())
            .or_else(|| self.missing_grid())
            .or_else(|| self.relative_date())
            .or_else(|| self.clause_in_condition())
            .or_else(|| self.program_as_text())
            .or_else(|| self.unfinished())
            .or_else(|| self.capitals())
            .or_else(|| self.hyphen())
            .or_else(|| self.bound())
            .or_else(|| self.is_value())
            .or_else(|| self.where_after_with())
            .or_else(|| self.related_without_role())
            .or_else(|| self.reserved_name())
            .or_else(|| self.mistyped_before())
    }

    pub(super) fn token(&self) -> Option<&Token> {
        self.piece.tokens.get(self.index)
    }

    pub(super) fn before(&self) -> Option<&Token> {
        self.index
            .checked_sub(1)
            .map(|index| &self.piece.tokens[index])
    }

    pub(super) fn word(&self, token: &Token) -> &str {
        self.piece.words(token)
    }

    pub(super) fn error(
        &self,
        code: &'static str,
        token: &Token,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, self.piece.token_span(token), message)
    }

    pub(super) fn expects(&self, rules: &[Rule]) -> bool {
        rules.iter().any(|rule| self.expected.contains(rule))
    }

    /// `kpi "Title"` or `kpi` alone.
    fn missing_name(&self) -> Option<Diagnostic> {
        let Expecting::Header(kind) = self.expecting else {
            return None;
        };
        let no_name = self
            .token()
            .is_none_or(|token| token.kind != TokenKind::Word);
        if self.index != 1 || !no_name || !self.expects(&[Rule::name, Rule::text]) {
            return None;
        }
        let token = self.token().unwrap_or(&self.piece.tokens[0]);
        let what = match kind {
            DefinitionKind::Test => "a test says in double quotes what must hold".to_string(),
            DefinitionKind::Calendar
            | DefinitionKind::Scale
            | DefinitionKind::Table
            | DefinitionKind::Condition
            | DefinitionKind::Score
            | DefinitionKind::Sla
            | DefinitionKind::Kpi
            | DefinitionKind::View
            | DefinitionKind::Dashboard
            | DefinitionKind::Source
            | DefinitionKind::Match => {
                format!("a {} needs a name", kind.word())
            }
        };
        let problem = self.error("K141", token, what);
        Some(problem.help(format!("write a line such as `{}`", kind.example())))
    }

    /// A line that begins with no clause word of its definition.
    fn unknown_clause(&self) -> Option<Diagnostic> {
        let kind = self.expecting.definition()?;
        let token = self.token()?;
        let begins = token.kind == TokenKind::Word && token.first_on_line && self.index > 0;
        // Only where the clause above may end is this line not a part of it.
        (begins && self.expects(&[Rule::EOI])).then(|| unknown_clause(self.piece, token, kind))
    }

    fn missing_grid(&self) -> Option<Diagnostic> {
        if self.token().is_some() || !self.expects(&[Rule::grid, Rule::grid_row]) {
            return None;
        }
        let first = &self.piece.tokens[0];
        let message = format!("`{}` needs rows below it", self.word(first));
        Some(
            self.error("K138", first, message).help(
                "write rows such as `| finding_id | severity |`, the names of the columns first",
            ),
        )
    }

    /// The text ends where something must follow.
    fn unfinished(&self) -> Option<Diagnostic> {
        if self.token().is_some() {
            return None;
        }
        let expected = self.expected_words();
        let problem = match self.before() {
            Some(last) => {
                let message = format!("expected {expected} after `{}`", self.word(last));
                self.advised(self.error("K101", last, message), "")
            }
            None => Diagnostic::error("K101", self.piece.span(), format!("expected {expected}")),
        };
        Some(problem.because(Cause::EndsEarly))
    }

    /// `WHERE`
    fn capitals(&self) -> Option<Diagnostic> {
        [self.token(), self.before()]
            .into_iter()
            .flatten()
            .find_map(|token| {
                let word = self.word(token);
                let lower = word.to_lowercase();
                let keyword = words::is_reserved(&lower) || self.beginnings().contains(&lower);
                if token.kind != TokenKind::Word || lower == word || !keyword {
                    return None;
                }
                let message = format!("`{word}` is written in small letters");
                Some(self.error("K135", token, message).write(lower))
            })
    }

    /// `payments-core` where no formula can stand.
    fn hyphen(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        let before = self.before()?;
        let after = self.piece.tokens.get(self.index + 1)?;
        let joined = self.word(token) == "-"
            && before.end == token.start
            && token.end == after.start
            && self.word(before).ends_with(is_name_character)
            && self.word(after).starts_with(is_name_character);
        joined.then(|| hyphenated(self.piece, self.index - 1, self.expecting))
    }

    /// `target under 30 days`, `target < 30 days`
    fn bound(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        if !self.expects(&[Rule::kw_above, Rule::above]) {
            return None;
        }
        let meant = match self.word(token) {
            "<" | "under" | "less" => "below",
            "<=" | "max" | "maximum" | "upto" | "up" => "at most",
            ">" | "over" | "more" => "above",
            ">=" | "min" | "minimum" => "at least",
            _ => "",
        };
        let problem = self.error(
            "K134",
            token,
            "a target says which side of its limit is good",
        );
        Some(match meant {
            "" => problem.help("write `target below`, `at most`, `at least` or `above`"),
            _ => problem.label_write(meant),
        })
    }

    /// `severity is high`
    fn is_value(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        if !self.expects(&[Rule::kw_missing, Rule::kw_present]) {
            return None;
        }
        let message = "`is` asks only whether a value is `missing` or `present`";
        let problem = self.error("K142", token, message);
        let negated = self.word(token) == "not";
        let (sign, value) = match negated {
            true => ("!=", self.piece.tokens.get(self.index + 1)),
            false => ("=", Some(token)),
        };
        let is_value = |token: &&Token| {
            let kinds = [TokenKind::Word, TokenKind::Text, TokenKind::Number];
            kinds.contains(&token.kind) && !words::is_reserved(self.word(token))
        };
        let Some(value) = value.filter(is_value) else {
            return Some(problem);
        };
        let instead = format!("{sign} {}", self.word(value));
        let line = format!("write `{instead}`");
        let is = self.before().unwrap_or(token);
        let whole = self.piece.place(is.start, value.end);
        Some(problem.help(&line).edit_at(whole, instead, &line))
    }

    /// `team = """web"""`
    fn program_as_text(&self) -> Option<Diagnostic> {
        let token = self
            .token()
            .filter(|token| token.kind == TokenKind::Block)?;
        if self.expects(&[Rule::block]) {
            return None;
        }
        let inside = self.word(token).trim_matches('"');
        let problem = self.error(
            "K104",
            token,
            "a text stands between one double quote and another",
        );
        let one_line = !inside.contains(['\n', '"', '\\']);
        Some(match one_line {
            true => problem.write(format!("\"{inside}\"")),
            false => problem.help("a text is written on one line, such as `\"web\"`"),
        })
    }

    fn reserved_name(&self) -> Option<Diagnostic> {
        let token = self.token()?;
        let word = self.word(token);
        let names = [
            Rule::name,
            Rule::word,
            Rule::field,
            Rule::literal,
            Rule::columns,
        ];
        let types = [
            Rule::plain_type,
            Rule::column_type,
            Rule::weight,
            Rule::population,
        ];
        if !words::is_reserved(word) || !(self.expects(&names) || self.expects(&types)) {
            return None;
        }
        let message = format!(
            "expected {}, but `{word}` is a word of the language",
            self.expected_words()
        );
        Some(self.error("K114", token, message).help(format!(
            "a name so spelt is written `` `{word}` ``, a value `\"{word}\"`"
        )))
    }

    /// `mttr bt team`: the slip was taken for a name, and pest came one word further.
    fn mistyped_before(&self) -> Option<Diagnostic> {
        let before = self
            .before()
            .filter(|token| token.kind == TokenKind::Word)?;
        let word = self.word(before);
        let next = self.token()?;
        let name = matches!(self.expecting, Expecting::Header(_)) || word.chars().count() < 2;
        if name || words::is_reserved(word) || self.slip(self.word(next)).is_some() {
            return None;
        }
        let meant = words::QUERY_CLAUSES.iter().chain(words::RESERVED).copied();
        let meant = meant_by(word, meant)?;
        let problem = self.error("K100", before, format!("`{word}` was not expected here"));
        Some(problem.meant(meant))
    }

    /// Anything else.
    fn unexpected(&self) -> Diagnostic {
        let Some(token) = self.token() else {
            return Diagnostic::error("K100", self.piece.span(), "this cannot be read");
        };
        let word = self.word(token);
        let found = if token.kind == TokenKind::GridRow {
            "a row between bars".to_string()
        } else if token.kind == TokenKind::Text {
            "a text in quotes".to_string()
        } else {
            format!("`{word}`")
        };
        let message = format!("expected {}, found {found}", self.expected_words());
        let problem = self.error("K100", token, message);
        match self.slip(word) {
            Some(meant) => problem.meant(&meant),
            None => self.advised(problem, word),
        }
    }

    pub(super) fn follows(&self, word: &str) -> bool {
        self.before().is_some_and(|token| self.word(token) == word)
    }

    /// Help where the grammar alone says too little.
    fn advised(&self, problem: Diagnostic, word: &str) -> Diagnostic {
        let long = ["month", "quarter", "year"];
        let before = self.before();
        if self.expects(&[Rule::time_unit]) && long.iter().any(|unit| word.starts_with(unit)) {
            let problem =
                problem.help("months, quarters and years differ in length: write `30 days`");
            let counted = before.filter(|_| self.expects(&[Rule::kw_calendar]));
            return match counted {
                Some(number) => {
                    let number = self.word(number);
                    let due = format!("due {number} calendar {word} otherwise");
                    problem.help(format!("by the calendar it is `{due}`"))
                }
                None => problem,
            };
        }
        if self.expects(&[Rule::time_unit])
            && let Some(number) = before.filter(|token| token.kind == TokenKind::Number)
        {
            let duration = format!("{} days", self.word(number));
            let line = format!("write `{duration}`");
            let place = self.piece.token_span(number);
            // A clause of a definition may need more than that.
            return match self.expecting {
                Expecting::Query => problem.help(&line).edit_at(place, duration, &line),
                Expecting::Header(_) | Expecting::Clause(_) => problem.help(line),
            };
        }
        if self.expected == [Rule::kw_of] {
            return problem
                .help("an aggregate is written `count of findings open`")
                .help("several KPIs are joined with commas: `mttr, backlog`");
        }
        if self.expects(&[Rule::kw_in, Rule::membership]) && self.follows("not") {
            return problem.help("write `!=` before one value, `not in (a, b)` before a list");
        }
        if self.expects(&[Rule::opening]) && self.follows("in") {
            return problem.help("a list stands in parentheses: `in (high, critical)`");
        }
        let list_card = self.expecting == Expecting::Clause(DefinitionKind::Dashboard)
            && self
                .piece
                .tokens
                .get(1)
                .is_some_and(|token| self.word(token) == "list");
        if list_card
            && !self.piece.tokens[2..]
                .iter()
                .any(|token| self.word(token) == "list")
        {
            return problem.help("a list of rows is asked for by `list findings open`");
        }
        problem
    }

    /// The keyword that may stand here and that a word is nearly spelt like.
    fn slip(&self, word: &str) -> Option<String> {
        let beginnings = self.beginnings();
        meant_by(word, beginnings.iter().map(String::as_str)).map(str::to_string)
    }

    fn beginnings(&self) -> Vec<String> {
        self.expected
            .iter()
            .flat_map(|rule| words::beginnings(*rule))
            .collect()
    }

    /// `a name, `by` or the end`
    fn expected_words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for rule in &self.expected {
            let word = words::words(*rule).into_owned();
            if !words.contains(&word) && (*rule != Rule::EOI || self.expected.len() == 1) {
                words.push(word);
            }
        }
        sentence(&words, "or")
    }
}

/// The word that a mistyped or abbreviated one most likely stands for.
fn meant_by<'a>(typed: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let versus = typed.eq_ignore_ascii_case("vs");
    let mut written_out = known.clone().filter(|word| versus && *word == "versus");
    written_out.next().or_else(|| nearest(typed, known))
}

/// The refusal of a line that begins with no clause word of its definition.
fn unknown_clause(piece: &Fragment<'_>, begin: &Token, kind: DefinitionKind) -> Diagnostic {
    let word = piece.words(begin);
    let message = format!("`{word}` begins no clause of a {}", kind.word());
    let clauses = kind.clause_words();
    let problem = Diagnostic::error("K113", piece.token_span(begin), message)
        .suggest(word, clauses.iter().copied());
    problem.help(match clauses {
        [] => format!("a {} stands on its first line", kind.word()),
        _ => format!(
            "a {} has lines that begin with {}",
            kind.word(),
            alternatives(clauses, "or")
        ),
    })
}

/// The first line after the first of a mistaken piece that begins with a misspelt clause word, as
/// the number of its token and the message. The line was taken for a part of the clause above.
pub(super) fn misspelt_clause(
    piece: &Fragment<'_>,
    expecting: Expecting,
) -> Option<(usize, Diagnostic)> {
    let kind = expecting.definition()?;
    let misspelt = |index: &usize| {
        let token = &piece.tokens[*index];
        let word = piece.words(token);
        token.first_on_line
            && token.kind == TokenKind::Word
            && !words::is_reserved(word)
            && !is_weight(piece, *index)
            && nearest(word, kind.clause_words().iter().copied()).is_some()
    };
    let index = (1..piece.tokens.len()).find(misspelt)?;
    Some((index, unknown_clause(piece, &piece.tokens[index], kind)))
}

/// Whether a line is a word and a number, as the lines of weights are.
fn is_weight(piece: &Fragment<'_>, index: usize) -> bool {
    let number = piece.tokens.get(index + 1);
    let after = piece.tokens.get(index + 2);
    number.is_some_and(|token| token.kind == TokenKind::Number && !token.first_on_line)
        && after.is_none_or(|token| token.first_on_line)
}
