//! A large text → portions of it, each a whole value with some of the members of long arrays.

use std::ops::Range;

use jaq_json::{Val, read as reader};

use super::json::Large;
use super::shape::{MOST_VALUES, too_many_values};
use super::walk::{Kind, Token, Walk};
use crate::model::{ArrayPath, Step};

/// Members are counted in runs of as many bytes, or of a portion if that is less.
const RUN: usize = 64 << 10;

/// What of a text is read at a time.
pub(super) struct Portions<'a> {
    text: &'a str,
    is_several: bool,
    /// What stands between the brackets of each array.
    arrays: Vec<Range<usize>>,
    portions: Vec<Vec<Run>>,
}

/// Neighbouring members of an array.
#[derive(Clone)]
struct Run {
    array: usize,
    bytes: Range<usize>,
    values: u64,
}

impl<'a> Portions<'a> {
    /// Divides a text at the arrays that a source names. One that has none of them is one portion. What
    /// surrounds the arrays is looked at once a portion, so no portion has less of them than of it.
    ///
    /// # Errors
    ///
    /// In words: what cannot be read.
    pub fn of(large: &'a Large, paths: &[ArrayPath], portion: usize) -> Result<Self, String> {
        let mut finder = Finder {
            paths,
            is_several: large.is_several(),
            run: portion.min(RUN),
            around: Vec::new(),
            key: None,
            inside: None,
            arrays: Vec::new(),
            runs: Vec::new(),
        };
        let values = finder.find(large.text())?;
        let (arrays, runs) = (finder.arrays, finder.runs);
        let rest_bytes = large.text().len() - arrays.iter().map(Range::len).sum::<usize>();
        let rest_values = values - runs.iter().map(|run| run.values).sum::<u64>();
        let portions = grouped(runs, portion.max(rest_bytes));
        let most = portions
            .iter()
            .map(|runs| runs.iter().map(|run| run.values).sum::<u64>());
        if rest_values + most.max().unwrap_or_default() > MOST_VALUES {
            return Err(too_many_values());
        }
        Ok(Portions {
            text: large.text(),
            is_several: large.is_several(),
            arrays,
            portions,
        })
    }

    pub fn count(&self) -> usize {
        self.portions.len()
    }

    /// The value of a portion.
    pub fn value(&self, index: usize) -> Result<Val, String> {
        let runs = &self.portions[index];
        let told = |error: reader::Error| {
            let error = error.to_string();
            let why = error.split_once(": ").map_or("", |(_, why)| why);
            match (runs.first(), runs.last()) {
                (Some(first), Some(last)) => {
                    let (from, to) = (first.bytes.start, last.bytes.end);
                    format!("it is no JSON between bytes {from} and {to}: {why}")
                }
                _ => format!("it is no JSON: {error}"),
            }
        };
        let written = self.written(runs);
        let read = match self.is_several {
            true => reader::parse_many(written.as_bytes()).collect(),
            false => reader::parse_single(written.as_bytes()),
        };
        read.map_err(told)
    }

    /// The text with these members and no others.
    fn written(&self, runs: &[Run]) -> String {
        let mut written = String::new();
        let mut from = 0;
        for (index, array) in self.arrays.iter().enumerate() {
            written.push_str(&self.text[from..array.start]);
            for run in runs.iter().filter(|run| run.array == index) {
                written.push_str(&self.text[run.bytes.clone()]);
            }
            from = array.end;
        }
        written.push_str(&self.text[from..]);
        written
    }
}

/// Puts runs together until they are a portion; at least one.
fn grouped(runs: Vec<Run>, size: usize) -> Vec<Vec<Run>> {
    let mut portions: Vec<Vec<Run>> = vec![Vec::new()];
    let mut bytes = 0;
    for run in runs {
        if bytes >= size {
            portions.push(Vec::new());
            bytes = 0;
        }
        bytes += run.bytes.len();
        let Some(portion) = portions.last_mut() else {
            continue;
        };
        match portion.last_mut() {
            Some(last) if last.array == run.array => {
                last.bytes.end = run.bytes.end;
                last.values += run.values;
            }
            _ => portion.push(run),
        }
    }
    portions
}

/// Looks for the arrays.
struct Finder<'a> {
    paths: &'a [ArrayPath],
    /// Several documents: an array without brackets.
    is_several: bool,
    /// Bytes of a run, at least.
    run: usize,
    /// What is open around.
    around: Vec<Around>,
    /// The last text: it is a key if a colon follows.
    key: Option<Range<usize>>,
    /// The array that is being gone through.
    inside: Option<Inside>,
    arrays: Vec<Range<usize>>,
    runs: Vec<Run>,
}

struct Around {
    is_array: bool,
    key: Option<Range<usize>>,
}

struct Inside {
    /// How many brackets are open between its members.
    depth: usize,
    start: usize,
    /// Where the run begins, and how many values there were before.
    run: Option<(usize, u64)>,
    /// Where its last member ends.
    end: usize,
}

impl Inside {
    fn new(depth: usize, start: usize) -> Inside {
        Inside {
            depth,
            start,
            run: None,
            end: start,
        }
    }
}

impl Finder<'_> {
    /// Goes through a text; how many values it has.
    fn find(&mut self, text: &str) -> Result<u64, String> {
        let mut walk = Walk::new(text.as_bytes());
        if self.is_several {
            self.around.push(Around {
                is_array: true,
                key: None,
            });
            if self.paths.iter().any(|path| path.0.is_empty()) {
                self.inside = Some(Inside::new(0, 0));
            }
        }
        let mut before = 0;
        while let Some(token) = walk.next()? {
            match self.inside.take() {
                Some(inside) => {
                    self.go_on(inside, token, walk.depth(), before, walk.values());
                }
                None => self.look(token, text, walk.depth()),
            }
            before = walk.values();
        }
        if walk.depth() > 0 {
            return Err("it is no JSON: it ends before all brackets are closed".to_string());
        }
        if let Some(inside) = self.inside.take() {
            self.close(inside, text.len(), before);
        }
        Ok(before)
    }

    /// Inside of an array. `before` and `after` the token are as many values.
    fn go_on(&mut self, mut inside: Inside, token: Token, depth: usize, before: u64, after: u64) {
        let is_closed = token.kind == Kind::Close && depth < inside.depth;
        if is_closed {
            return self.close(inside, token.start, before);
        }
        let is_between = token.kind == Kind::Comma && depth == inside.depth;
        if !is_between {
            inside.run.get_or_insert((token.start, before));
            inside.end = token.end;
        }
        // Documents have no commas between them.
        let is_end = is_between || (self.is_several && depth == inside.depth);
        if let Some((start, values)) = inside.run
            && is_end
            && inside.end - start >= self.run
        {
            let values = after - values;
            self.add(start..inside.end, values);
            inside.run = None;
        }
        self.inside = Some(inside);
    }

    fn close(&mut self, inside: Inside, end: usize, values: u64) {
        if let Some((start, before)) = inside.run {
            self.add(start..inside.end, values - before);
        }
        self.arrays.push(inside.start..end);
    }

    fn add(&mut self, bytes: Range<usize>, values: u64) {
        let array = self.arrays.len();
        self.runs.push(Run {
            array,
            bytes,
            values,
        });
    }

    /// Outside of the arrays.
    fn look(&mut self, token: Token, text: &str, depth: usize) {
        match token.kind {
            Kind::Open { is_array } => {
                if is_array && self.is_wanted(text) {
                    self.inside = Some(Inside::new(depth, token.end));
                } else {
                    self.around.push(Around {
                        is_array,
                        key: None,
                    });
                }
            }
            Kind::Close => drop(self.around.pop()),
            Kind::Text => self.key = Some(token.start + 1..token.end.saturating_sub(1)),
            Kind::Colon => {
                if let Some(around) = self.around.last_mut() {
                    around.key = self.key.take();
                }
            }
            Kind::Word | Kind::Comma => {}
        }
    }

    /// Whether the array that is opened here stands at one of the paths.
    fn is_wanted(&self, text: &str) -> bool {
        let stands = |(around, step): (&Around, &Step)| match step {
            Step::Each => around.is_array,
            Step::Member(name) => {
                let key = around.key.as_ref().and_then(|key| text.get(key.clone()));
                !around.is_array && key == Some(name.as_str())
            }
        };
        self.paths.iter().any(|ArrayPath(steps)| {
            steps.len() == self.around.len() && self.around.iter().zip(steps).all(stands)
        })
    }
}
