//! Regular expressions of programs, each compiled once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jaq_core::native::{Filter, bome, v};
use jaq_core::{Cv, DataT, RunPtr, ValR, ValT as _};
use jaq_std::ValT as _;
use regex::bytes::{Regex, RegexBuilder};

use super::limits;
use super::value::{ProgramError, ProgramValue, refused};

/// `matches`, `split_matches` and `split_`, which the functions of jq on patterns are made of, and
/// `is_match`.
pub(super) fn all<D: for<'a> DataT<V<'a> = ProgramValue>>() -> Box<[Filter<RunPtr<D>>]> {
    Box::new([
        ("matches", v(2), |call| bome(parts(call, false, true))),
        ("split_matches", v(2), |call| bome(parts(call, true, true))),
        ("split_", v(2), |call| bome(parts(call, true, false))),
        ("is_match", v(2), |call| bome(is_match(call))),
    ])
}

/// A regular expression with its flags, as programs write them.
struct Pattern {
    regex: Regex,
    is_global: bool,
    ignores_empty: bool,
}

/// Programs have tens of patterns; one that makes up new ones has them compiled again.
const MOST_KEPT: usize = 1000;

/// Patterns by their text, with each of the flags that it is used with.
type Patterns = HashMap<String, Vec<(String, Rc<Pattern>)>>;

thread_local! {
    static PATTERNS: RefCell<Patterns> = RefCell::default();
}

/// The pattern of a text, compiled when it is first seen.
fn pattern(text: &str, flags: &str) -> Result<Rc<Pattern>, ProgramError> {
    PATTERNS.with_borrow_mut(|known| {
        let mut with_flags = known.get(text).into_iter().flatten();
        if let Some((_, pattern)) = with_flags.find(|(known, _)| known == flags) {
            return Ok(Rc::clone(pattern));
        }
        let pattern = Rc::new(compiled(text, flags)?);
        if known.len() >= MOST_KEPT {
            known.clear();
        }
        let with_flags = known.entry(text.to_string()).or_default();
        with_flags.push((flags.to_string(), Rc::clone(&pattern)));
        Ok(pattern)
    })
}

fn compiled(text: &str, flags: &str) -> Result<Pattern, ProgramError> {
    let mut builder = RegexBuilder::new(text);
    let (mut is_global, mut ignores_empty) = (false, false);
    for flag in flags.chars() {
        match flag {
            'g' => is_global = true,
            'n' => ignores_empty = true,
            'i' => drop(builder.case_insensitive(true)),
            'm' => drop(builder.multi_line(true)),
            's' => drop(builder.dot_matches_new_line(true)),
            'p' => drop(builder.multi_line(true).dot_matches_new_line(true)),
            'l' => drop(builder.swap_greed(true)),
            'x' => drop(builder.ignore_whitespace(true)),
            other => return Err(ProgramError::str(format!("invalid regex flag: {other}"))),
        }
    }
    let regex = builder.build();
    let regex = regex.map_err(|error| ProgramError::str(format!("invalid regex: {error}")))?;
    Ok(Pattern {
        regex,
        is_global,
        ignores_empty,
    })
}

/// What is called: the pattern, and the text that it is asked of.
fn asked<'a, D: DataT<V<'a> = ProgramValue>>(
    mut call: Cv<'a, D>,
) -> Result<(Rc<Pattern>, ProgramValue), ProgramError> {
    let flags = call.0.pop_var();
    let text = call.0.pop_var();
    let pattern = pattern(string(&text)?, string(&flags)?)?;
    string(&call.1)?;
    Ok((pattern, call.1))
}

fn string(value: &ProgramValue) -> Result<&str, ProgramError> {
    let bytes = value.as_utf8_bytes();
    let bytes = bytes.ok_or_else(|| ProgramError::typ(value.clone(), "string"))?;
    std::str::from_utf8(bytes).map_err(ProgramError::str)
}

fn is_match<'a, D: DataT<V<'a> = ProgramValue>>(call: Cv<'a, D>) -> ValR<ProgramValue> {
    let (pattern, value) = asked(call)?;
    let bytes = value.as_bytes().unwrap_or_default();
    let found = match pattern.ignores_empty {
        false => pattern.regex.is_match(bytes),
        true => pattern
            .regex
            .find_iter(bytes)
            .any(|found| !found.is_empty()),
    };
    Ok(ProgramValue::from(found))
}

/// The stretches between matches, the matches, or both in their order. A match is an array of what was
/// captured, the whole first: `{offset, length, string, name}`, in characters.
fn parts<'a, D: DataT<V<'a> = ProgramValue>>(
    call: Cv<'a, D>,
    between: bool,
    matches: bool,
) -> ValR<ProgramValue> {
    let (pattern, value) = asked(call)?;
    let bytes = value.as_bytes().unwrap_or_default();
    let mut parts = Vec::new();
    let mut end = 0;
    let mut counted = TextOffset::default();
    for found in pattern.regex.captures_iter(bytes) {
        limits::step().map_err(refused)?;
        let whole = found.get_match();
        if pattern.ignores_empty && whole.is_empty() {
            continue;
        }
        if between {
            parts.push(value.as_sub_str(&bytes[end..whole.start()]));
            end = whole.end();
        }
        if matches {
            let captures = found.iter().zip(pattern.regex.capture_names());
            let captures = captures.filter_map(|(found, name)| Some((found?, name)));
            counted.go_to(bytes, whole.start());
            let captures =
                captures.map(|(found, name)| capture(&value, bytes, counted, found, name));
            parts.push(captures.collect::<ValR<ProgramValue>>()?);
        }
        if !pattern.is_global {
            break;
        }
    }
    if between {
        parts.push(value.as_sub_str(&bytes[end..]));
    }
    Ok(parts.into_iter().collect())
}

/// A place in a text, in bytes and in characters.
#[derive(Clone, Copy, Default)]
struct TextOffset {
    bytes: usize,
    letters: usize,
}

impl TextOffset {
    fn go_to(&mut self, text: &[u8], bytes: usize) {
        self.letters += letters(&text[self.bytes..bytes]);
        self.bytes = bytes;
    }
}

fn letters(text: &[u8]) -> usize {
    String::from_utf8_lossy(text).chars().count()
}

/// `counted` is the place of the whole match.
fn capture(
    value: &ProgramValue,
    text: &[u8],
    mut counted: TextOffset,
    found: regex::bytes::Match,
    name: Option<&str>,
) -> ValR<ProgramValue> {
    counted.go_to(text, found.start());
    let members = [
        ("offset", ProgramValue::from(counted.letters)),
        ("length", ProgramValue::from(letters(found.as_bytes()))),
        ("string", value.as_sub_str(found.as_bytes())),
    ];
    let name = name.map(|name| ("name", ProgramValue::from(name.to_string())));
    let members = members.into_iter().chain(name);
    ProgramValue::from_map(
        members.map(|(name, value)| (ProgramValue::from(name.to_string()), value)),
    )
}
