//! Programs of sources see nothing but the report, and end: what reaches outside is refused, and each definition counts how often
//! and how deeply it is called (`limits`).

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};

use super::ProgramMistake;

/// The function that every definition begins with.
pub(super) const WITHIN_BOUNDS: &str = "within_bounds";

/// A program whose definitions count their calls. One that cannot be read stays as it is.
pub(super) fn counted(text: &str) -> String {
    let Ok(tokens) = Lexer::new(text).lex() else {
        return text.to_owned();
    };
    let mut places = Vec::new();
    each_list(&tokens, &mut |list| {
        let mut is_head = false;
        for token in list {
            is_head |= matches!(token.1, Tok::Word) && token.0 == "def";
            if is_head && token.0 == ":" {
                places.push(offset(text, token.0) + 1);
                is_head = false;
            }
        }
    });
    places.sort_unstable();
    let mut counted = String::new();
    let mut from = 0;
    for place in places {
        counted += &text[from..place];
        counted += &format!(" {WITHIN_BOUNDS} |");
        from = place;
    }
    counted + &text[from..]
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
