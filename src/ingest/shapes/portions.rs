//! A large text → portions of it, each a whole value with some of the members of long arrays.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jaq_json::{Val, read as reader};

use super::json::Large;
use super::walk::{Kind, Token, Walk};
use super::{MOST_VALUES, too_many_values};
use crate::model::{ArrayPath, Step};

/// Members are counted in runs of as many bytes, or of a portion if that is less.
const RUN: usize = 64 << 10;

/// What of a text is read at a time.
pub struct Portions<'a> {
    text: &'a str,
    is_several: bool,
    /// The whole but for the members of the arrays: read once, and shared by all portions.
    frame: Val,
    arrays: Vec<Array>,
    portions: Vec<Vec<Run>>,
}

/// An array that is divided.
struct Array {
    /// What stands between its brackets.
    bytes: Range<usize>,
    /// Where it is in the value.
    place: Vec<Place>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Member(String),
    Index(usize),
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
        let inside: usize = arrays.iter().map(|array| array.bytes.len()).sum();
        let rest_bytes = large.text().len() - inside;
        let rest_values = values - runs.iter().map(|run| run.values).sum::<u64>();
        let runs = of_last_arrays(runs, &arrays);
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
            frame: frame(large, &arrays)?,
            arrays,
            portions,
        })
    }

    pub fn count(&self) -> usize {
        self.portions.len()
    }

    /// The value of a portion.
    pub fn value(&self, index: usize) -> Result<Val, String> {
        let mut value = self.frame.clone();
        for run in &self.portions[index] {
            let place = &self.arrays[run.array].place;
            let members = self.members(&run.bytes, place.is_empty())?;
            put(&mut value, place, members);
        }
        Ok(value)
    }

    /// Members as an array. Documents that follow each other have no signs between them.
    fn members(&self, bytes: &Range<usize>, is_whole: bool) -> Result<Val, String> {
        let text = &self.text[bytes.clone()];
        let read = match self.is_several && is_whole {
            true => reader::parse_many(text.as_bytes()).collect(),
            false => reader::parse_single(format!("[{text}]").as_bytes()),
        };
        read.map_err(|error| {
            let error = error.to_string();
            let why = error.split_once(": ").map_or("", |(_, why)| why);
            let (from, to) = (bytes.start, bytes.end);
            format!("it is no JSON between bytes {from} and {to}: {why}")
        })
    }
}

/// Of equal keys the last counts, also if both are arrays that are divided.
fn of_last_arrays(runs: Vec<Run>, arrays: &[Array]) -> Vec<Run> {
    let numbered = arrays.iter().enumerate();
    let last: BTreeMap<&[Place], usize> = numbered
        .map(|(index, array)| (array.place.as_slice(), index))
        .collect();
    let counts = |run: &Run| last[arrays[run.array].place.as_slice()] == run.array;
    runs.into_iter().filter(counts).collect()
}

/// The value of a text without what stands between the brackets of arrays.
fn frame(large: &Large, arrays: &[Array]) -> Result<Val, String> {
    let text = large.text();
    let mut written = String::new();
    let mut from = 0;
    for array in arrays {
        written.push_str(&text[from..array.bytes.start]);
        from = array.bytes.end;
    }
    written.push_str(&text[from..]);
    let read = match large.is_several() {
        true => reader::parse_many(written.as_bytes()).collect(),
        false => reader::parse_single(written.as_bytes()),
    };
    read.map_err(|error| format!("it is no JSON around its long arrays: {error}"))
}

/// Puts members in place of those that a value has somewhere; what stands beside is shared.
fn put(value: &mut Val, place: &[Place], members: Val) {
    let Some((first, rest)) = place.split_first() else {
        // Of equal keys the last counts: it may be something else.
        if let Val::Arr(_) = value {
            *value = members;
        }
        return;
    };
    let inner = match (first, value) {
        (Place::Member(name), Val::Obj(object)) => {
            Arc::make_mut(object).get_mut(&Val::from(name.clone()))
        }
        (Place::Index(index), Val::Arr(array)) => Arc::make_mut(array).get_mut(*index),
        (Place::Member(_) | Place::Index(_), _) => None,
    };
    if let Some(inner) = inner {
        put(inner, rest, members);
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
    arrays: Vec<Array>,
    runs: Vec<Run>,
}

struct Around {
    is_array: bool,
    /// In an object, the key of the member that is open.
    key: Option<Range<usize>>,
    /// In an array, how many members are over.
    members: usize,
}

impl Around {
    fn new(is_array: bool) -> Around {
        Around {
            is_array,
            key: None,
            members: 0,
        }
    }
}

struct Inside {
    place: Vec<Place>,
    /// How many brackets are open between its members.
    depth: usize,
    start: usize,
    /// Where the run begins, and how many values there were before.
    run: Option<(usize, u64)>,
    /// Where its last member ends.
    end: usize,
}

impl Inside {
    fn new(depth: usize, start: usize, place: Vec<Place>) -> Inside {
        Inside {
            place,
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
            self.around.push(Around::new(true));
            if self.paths.iter().any(|path| path.0.is_empty()) {
                self.inside = Some(Inside::new(0, 0, Vec::new()));
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
        self.arrays.push(Array {
            bytes: inside.start..end,
            place: inside.place,
        });
        self.end_document();
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
                    self.inside = Some(Inside::new(depth, token.end, self.place(text)));
                } else {
                    self.around.push(Around::new(is_array));
                }
            }
            Kind::Close => {
                self.around.pop();
                self.end_document();
            }
            Kind::Comma => {
                if let Some(around) = self.around.last_mut() {
                    around.members += 1;
                }
            }
            Kind::Text | Kind::Word if depth == 0 => self.end_document(),
            Kind::Text => self.key = Some(token.start + 1..token.end.saturating_sub(1)),
            Kind::Colon => {
                if let Some(around) = self.around.last_mut() {
                    around.key = self.key.take();
                }
            }
            Kind::Word => {}
        }
    }

    /// Documents have no commas between them.
    fn end_document(&mut self) {
        if let [documents] = self.around.as_mut_slice()
            && self.is_several
        {
            documents.members += 1;
        }
    }

    /// Where the array that is opened here stands.
    fn place(&self, text: &str) -> Vec<Place> {
        let place = |around: &Around| match around.is_array {
            true => Place::Index(around.members),
            false => {
                let key = around.key.as_ref().and_then(|key| text.get(key.clone()));
                Place::Member(key.unwrap_or_default().to_string())
            }
        };
        self.around.iter().map(place).collect()
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
