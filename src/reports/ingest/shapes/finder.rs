//! Where in a JSON text the long arrays are that a source names, and where their members end.

use std::ops::Range;

use super::json::LargeJson;
use super::walk::{JsonToken, JsonTokenKind, JsonWalk};
use crate::lang::model::{ArrayPath, PathStep};

/// An array that is divided.
pub(super) struct Array {
    /// What stands between its brackets.
    pub bytes: Range<usize>,
    /// Where it is in the value.
    pub place: Vec<ElementKey>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ElementKey {
    Member(String),
    Index(usize),
}

/// Neighbouring members of an array.
#[derive(Clone)]
pub(super) struct ElementRun {
    pub array: usize,
    pub bytes: Range<usize>,
    pub values: u64,
}

/// What was found in a text.
pub(super) struct Divided {
    pub arrays: Vec<Array>,
    pub runs: Vec<ElementRun>,
    /// How many values the text has.
    pub values: u64,
}

/// Divides the arrays at these paths into runs of so many bytes, at least.
pub(super) fn divided(
    large: &LargeJson,
    paths: &[ArrayPath],
    run: usize,
) -> Result<Divided, String> {
    let mut finder = Finder {
        paths,
        is_several: large.is_several(),
        run,
        around: Vec::new(),
        key: None,
        inside: None,
        arrays: Vec::new(),
        runs: Vec::new(),
    };
    let values = finder.find(large.text())?;
    Ok(Divided {
        arrays: finder.arrays,
        runs: finder.runs,
        values,
    })
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
    runs: Vec<ElementRun>,
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
    place: Vec<ElementKey>,
    /// How many brackets are open between its members.
    depth: usize,
    start: usize,
    /// Where the run begins, and how many values there were before.
    run: Option<(usize, u64)>,
    /// Where its last member ends.
    end: usize,
}

impl Inside {
    fn new(depth: usize, start: usize, place: Vec<ElementKey>) -> Inside {
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
        let mut walk = JsonWalk::new(text.as_bytes());
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
    fn go_on(
        &mut self,
        mut inside: Inside,
        token: JsonToken,
        depth: usize,
        before: u64,
        after: u64,
    ) {
        let is_closed = token.kind == JsonTokenKind::Close && depth < inside.depth;
        if is_closed {
            return self.close(inside, token.start, before);
        }
        let is_between = token.kind == JsonTokenKind::Comma && depth == inside.depth;
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
        self.runs.push(ElementRun {
            array,
            bytes,
            values,
        });
    }

    /// Outside of the arrays.
    fn look(&mut self, token: JsonToken, text: &str, depth: usize) {
        match token.kind {
            JsonTokenKind::Open { is_array } => {
                if is_array && self.is_wanted(text) {
                    self.inside = Some(Inside::new(depth, token.end, self.place(text)));
                } else {
                    self.around.push(Around::new(is_array));
                }
            }
            JsonTokenKind::Close => {
                self.around.pop();
                self.end_document();
            }
            JsonTokenKind::Comma => {
                if let Some(around) = self.around.last_mut() {
                    around.members += 1;
                }
            }
            JsonTokenKind::Text | JsonTokenKind::Word if depth == 0 => self.end_document(),
            JsonTokenKind::Text => self.key = Some(token.start + 1..token.end.saturating_sub(1)),
            JsonTokenKind::Colon => {
                if let Some(around) = self.around.last_mut() {
                    around.key = self.key.take();
                }
            }
            JsonTokenKind::Word => {}
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
    fn place(&self, text: &str) -> Vec<ElementKey> {
        let place = |around: &Around| match around.is_array {
            true => ElementKey::Index(around.members),
            false => {
                let key = around.key.as_ref().and_then(|key| text.get(key.clone()));
                ElementKey::Member(key.unwrap_or_default().to_string())
            }
        };
        self.around.iter().map(place).collect()
    }

    /// Whether the array that is opened here stands at one of the paths.
    fn is_wanted(&self, text: &str) -> bool {
        let stands = |(around, step): (&Around, &PathStep)| match step {
            PathStep::Each => around.is_array,
            PathStep::Values => !around.is_array,
            PathStep::Member(name) => {
                let key = around.key.as_ref().and_then(|key| text.get(key.clone()));
                !around.is_array && key == Some(name.as_str())
            }
        };
        self.paths.iter().any(|ArrayPath(steps)| {
            steps.len() == self.around.len() && self.around.iter().zip(steps).all(stands)
        })
    }
}
