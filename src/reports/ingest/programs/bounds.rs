//! Programs of sources see nothing but the report, and end: what reaches outside is refused, and each definition counts how often
//! and how deeply it is called (`limits`).

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};

use super::ProgramMistake;

/// The function that every definition begins with.
pub(super) const WITHIN_BOUNDS: &str = "within_bounds";

/// A program whose definitions count their calls. One that cannot be read stays as it is.
///
/// A definition that hands functions to itself would make a chain of them as long as it likes, if its last call took no stack: it
/// is written so that no call is its last.
pub(super) fn counted(text: &str) -> String {
    let Ok(tokens) = Lexer::new(text).lex() else {
        return text.to_owned();
    };
    let mut insertions: Vec<(usize, String)> = Vec::new();
    each_list(&tokens, &mut |list| {
        for definition in definitions(text, list) {
            let body = &text[definition.body.clone()];
            let (open, close) = match definition.takes_functions && body.contains(definition.name) {
                true => ("(", ") | ."),
                false => ("", ""),
            };
            insertions.push((definition.body.start, format!(" {WITHIN_BOUNDS} | {open}")));
            // A comment may stand at the end of the body.
            insertions.push((definition.body.end, format!("\n{close}")));
        }
    });
    insertions.sort_by_key(|(place, _)| *place);
    let mut counted = String::new();
    let mut from = 0;
    for (place, inserted) in insertions {
        counted += &text[from..place];
        counted += &inserted;
        from = place;
    }
    counted + &text[from..]
}

/// A definition of a program.
struct ProgramDefinition<'t> {
    name: &'t str,
    /// Whether one of its parameters is a function, not a value.
    takes_functions: bool,
    /// Bytes of the text.
    body: std::ops::Range<usize>,
}

/// The definitions of a list of tokens, of which `;` ends the innermost.
fn definitions<'t>(text: &'t str, list: &[Token<&'t str>]) -> Vec<ProgramDefinition<'t>> {
    let mut ended = Vec::new();
    let mut open: Vec<ProgramDefinition> = Vec::new();
    let mut is_head = false;
    for (place, token) in list.iter().enumerate() {
        match (&token.1, token.0) {
            (Tok::Word, "def") => {
                is_head = true;
                open.push(ProgramDefinition {
                    name: list.get(place + 1).map_or("", |name| name.0),
                    takes_functions: false,
                    body: 0..0,
                });
            }
            (Tok::Block(parameters), _) if is_head => {
                let is_function = |parameter: &Token<&str>| matches!(parameter.1, Tok::Word);
                if let Some(definition) = open.last_mut() {
                    definition.takes_functions = parameters.iter().any(is_function);
                }
            }
            (_, ":") if is_head => {
                is_head = false;
                if let Some(definition) = open.last_mut() {
                    definition.body.start = offset(text, token.0) + 1;
                }
            }
            (_, ";") => {
                if let Some(mut definition) = open.pop() {
                    definition.body.end = offset(text, token.0);
                    ended.push(definition);
                }
            }
            _ => {}
        }
    }
    ended
}

/// Functions of jq that reach outside of the report.
const OUTSIDE: &[&str] = &[
    "now",
    "localtime",
    "strflocaltime",
    "env",
    "input",
    "inputs",
    "debug",
    "stderr",
    "halt",
    "halt_error",
];

/// Refuses programs that name a function which reaches outside of the report.
pub(super) fn check(text: &str) -> Result<(), ProgramMistake> {
    let Ok(tokens) = Lexer::new(text).lex() else {
        return Ok(());
    };
    let mut found = None;
    each_list(&tokens, &mut |list| {
        let is_own = |name: &str| {
            let mut pairs = list.windows(2);
            pairs.any(|pair| pair[0].0 == "def" && pair[1].0 == name)
        };
        let called = list.iter().enumerate().find(|(place, token)| {
            let before = place.checked_sub(1).map(|before| list[before].0);
            let is_call = !matches!(before, Some("." | "?" | "def" | "?."));
            matches!(token.1, Tok::Word)
                && OUTSIDE.contains(&token.0)
                && is_call
                && !is_own(token.0)
        });
        // Members of objects are named as functions are: `{ env: .x }`.
        let called =
            called.filter(|(place, _)| list.get(place + 1).is_none_or(|after| after.0 != ":"));
        if let (None, Some((_, token))) = (&found, called) {
            let start = offset(text, token.0);
            found = Some(ProgramMistake {
                words: format!("is refused: `{}` reaches outside of the report", token.0),
                place: Some(start..start + token.0.len()),
            });
        }
    });
    found.map_or(Ok(()), Err)
}

/// Hands every list of tokens that stand beside each other to a function.
fn each_list<'t>(tokens: &[Token<&'t str>], visit: &mut impl FnMut(&[Token<&'t str>])) {
    visit(tokens);
    for token in tokens {
        match &token.1 {
            Tok::Block(inner) => each_list(inner, visit),
            Tok::Str(parts) => {
                for part in parts {
                    if let StrPart::Term(term) = part {
                        each_list(std::slice::from_ref(term), visit);
                    }
                }
            }
            Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym => {}
        }
    }
}

fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}
