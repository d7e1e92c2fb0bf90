//! Programs of sources: jq, run by jaq.

mod bounds;
mod functions;
mod limits;
mod operations;
mod patterns;
mod standard;
#[cfg(test)]
mod tests;
mod value;

use std::sync::LazyLock;

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, Error, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, ValR, Vars, unwrap_valr};
use jaq_json::Val;
use regex::Regex;

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::memory;
use crate::base::source::{Span, Spanned};

use value::ProgramValue;

/// Signs and words by which parts of a program can stand inside of each other, each of which may take ten kilobytes of stack.
const NESTING: &str = r"[\[({|,+\-*/%<>=]|\b(?:if|try|def|reduce|foreach|label|and|or|as)\b";
/// So many of them a program may have. The largest of the library has half as many.
const MOST_NESTING: usize = 2000;

/// Functions that every program may use.
const PRELUDE: &str = concat!(include_str!("loops.jq"), include_str!("prelude.jq"));

/// A compiled program.
pub(super) struct Program {
    filter: Filter<JustLut<ProgramValue>>,
}

impl Program {
    /// Compiles the program of a source; a mistake is shown at its place in the definition.
    pub fn new(text: &Spanned<String>) -> Result<Program, Diagnostic> {
        let may_run = bounded(&text.node).and_then(|()| bounds::check(&text.node));
        let compiled = may_run.and_then(|()| compile(&text.node));
        compiled.map_err(|mistake| mistake.at(text.span))
    }

    /// Compiles a program made of programs that are right by themselves.
    pub fn joined(text: &str) -> Program {
        match compile(text) {
            Ok(program) => program,
            Err(mistake) => panic!(
                "a program made of programs that are right {}",
                mistake.words
            ),
        }
    }

    /// The values a program gives for one input, up to its first failure, or to where it takes too much.
    pub fn run(&self, input: Val) -> impl Iterator<Item = Result<Val, String>> + '_ {
        limits::begin(&input);
        let mut held = memory::held();
        let context = Ctx::<JustLut<ProgramValue>>::new(&self.filter.lut, Vars::new([]));
        let mut values = self
            .filter
            .id
            .run((context, ProgramValue::of_report(input)));
        let mut is_over = false;
        std::iter::from_fn(move || {
            if is_over {
                return None;
            }
            let value = limits::go_on(&mut held, || {
                let value = values.next().map(unwrap_valr);
                match limits::excess() {
                    Some(excess) => Some(Err(excess.to_string())),
                    None => value.map(given),
                }
            });
            is_over = value.as_ref().is_none_or(Result::is_err);
            value
        })
    }
}

/// What a program gives is gone through by others, so it may not be larger than it seems.
fn given(value: ValR<ProgramValue>) -> Result<Val, String> {
    let value = value.map_err(|error| shortened(&error.to_string()))?;
    limits::may_be_unfolded(&value.val)?;
    Ok(value.val)
}

/// The problems of many programs. All are compiled as one first, because each by itself would compile
/// the functions that all may use anew.
pub(super) fn check<'a>(texts: impl Iterator<Item = &'a Spanned<String>>) -> Problems {
    let texts: Vec<&Spanned<String>> = texts.collect();
    let parts: Vec<String> = texts
        .iter()
        .map(|text| format!("(\n{}\n)", text.node))
        .collect();
    let mut problems = Problems::default();
    let is_bounded = |text: &str| bounded(text).is_ok() && bounds::check(text).is_ok();
    let are_bounded = texts.iter().all(|text| is_bounded(&text.node));
    if parts.is_empty() || are_bounded && compile(&parts.join(",")).is_ok() {
        return problems;
    }
    for text in texts {
        if let Err(problem) = Program::new(text) {
            problems.push(problem);
        }
    }
    problems
}

/// A mistake in a program: what, and where in its text.
struct ProgramMistake {
    words: String,
    /// Bytes of the text; `None` where only the whole can be named.
    place: Option<std::ops::Range<usize>>,
}

impl ProgramMistake {
    fn at(self, text: Span) -> Diagnostic {
        // The place of a program includes its quotes.
        let inside = text.start + 3;
        let span = match self.place {
            Some(place) => Span {
                start: inside + place.start as u32,
                end: inside + place.end.max(place.start + 1) as u32,
                ..text
            },
            None => text,
        };
        Diagnostic::error("K710", span, format!("this program {}", self.words))
            .help("programs of sources are written in jq")
    }
}

/// Refuses what could be nested more deeply than there is stack for: programs are compiled, and run, by functions that call
/// themselves.
fn bounded(text: &str) -> Result<(), ProgramMistake> {
    static SIGNS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(NESTING).expect("a pattern of ours"));
    let signs = SIGNS.find_iter(text).count();
    match signs > MOST_NESTING {
        true => Err(ProgramMistake {
            words: format!(
                "cannot be read: it has {signs} signs and words such as `|` and `if`, and may have {MOST_NESTING}"
            ),
            place: None,
        }),
        false => Ok(()),
    }
}

/// Compiles a program whose definitions count their calls; what is wrong with it is told of its own text.
fn compile(text: &str) -> Result<Program, ProgramMistake> {
    compile_as_it_is(&bounds::counted(text)).map_err(|counted| {
        let own = compile_as_it_is(text);
        own.err().unwrap_or(counted)
    })
}

fn compile_as_it_is(text: &str) -> Result<Program, ProgramMistake> {
    let whole = format!("{PRELUDE}\n{text}");
    let definitions = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs());
    let arena = Arena::default();
    let file = File {
        code: whole.as_str(),
        path: (),
    };
    let modules = Loader::new(definitions)
        .load(&arena, file)
        .map_err(|errors| unreadable(&whole, &errors[0].1))?;
    let compiled = Compiler::default()
        .with_funs(functions::all())
        .compile(modules);
    let filter = compiled.map_err(|errors| {
        let (name, kind) = &errors[0].1[0];
        ProgramMistake {
            words: format!("cannot be read: there is no {} `{name}`", kind.as_str()),
            place: place(&whole, name),
        }
    })?;
    Ok(Program { filter })
}

fn unreadable(whole: &str, error: &Error<&str>) -> ProgramMistake {
    let (words, found) = match error {
        Error::Io(list) => (list[0].1.clone(), None),
        Error::Lex(list) => {
            let (expected, found) = &list[0];
            (format!("expected {}", expected.as_str()), Some(*found))
        }
        Error::Parse(list) => {
            let (expected, found) = &list[0];
            (format!("expected {}", expected.as_str()), Some(*found))
        }
    };
    ProgramMistake {
        words: format!("cannot be read: {words}"),
        place: found.and_then(|found| place(whole, found)),
    }
}

/// Where a part of the whole stands in the program's own text: its first line at most.
fn place(whole: &str, part: &str) -> Option<std::ops::Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let own = start.checked_sub(PRELUDE.len() + 1)?;
    if start > whole.len() {
        return None;
    }
    let length = part.lines().next().map_or(0, str::len).min(40);
    Some(own..own + length)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
