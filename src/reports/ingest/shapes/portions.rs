//! A large text → portions of it, each a whole value with some of the members of long arrays.

use std::ops::Range;
use std::sync::Arc;

use jaq_json::{Val, read as reader};

use super::finder::{Array, Divided, ElementKey, ElementRun, divided};
use super::json::LargeJson;
use super::{MOST_VALUES, too_many_values};
use crate::lang::model::ArrayPath;

/// Members are counted in runs of as many bytes, or of a portion if that is less.
const RUN: usize = 64 << 10;

/// What of a text is read at a time.
pub struct Portions<'a> {
    text: &'a str,
    is_several: bool,
    /// The whole but for the members of the arrays: read once, and shared by all portions.
    frame: Val,
    arrays: Vec<Array>,
    portions: Vec<Vec<ElementRun>>,
}

impl<'a> Portions<'a> {
    /// Divides a text at the arrays that a source names. One that has none of them is one portion. What
    /// surrounds the arrays is looked at once a portion, so no portion has less of them than of it.
    ///
    /// # Errors
    ///
    /// In words: what cannot be read.
    pub fn of(large: &'a LargeJson, paths: &[ArrayPath], portion: usize) -> Result<Self, String> {
        let Divided {
            arrays,
            runs,
            values,
        } = divided(large, paths, portion.min(RUN))?;
        let inside: usize = arrays.iter().map(|array| array.bytes.len()).sum();
        let rest_bytes = large.text().len() - inside;
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

/// The value of a text without what stands between the brackets of arrays.
fn frame(large: &LargeJson, arrays: &[Array]) -> Result<Val, String> {
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
fn put(value: &mut Val, place: &[ElementKey], members: Val) {
    let Some((first, rest)) = place.split_first() else {
        *value = members;
        return;
    };
    let inner = match (first, value) {
        (ElementKey::Member(name), Val::Obj(object)) => {
            Arc::make_mut(object).get_mut(&Val::from(name.clone()))
        }
        (ElementKey::Index(index), Val::Arr(array)) => Arc::make_mut(array).get_mut(*index),
        (ElementKey::Member(_) | ElementKey::Index(_), _) => None,
    };
    if let Some(inner) = inner {
        put(inner, rest, members);
    }
}

/// Puts runs together until they are a portion; at least one.
fn grouped(runs: Vec<ElementRun>, size: usize) -> Vec<Vec<ElementRun>> {
    let mut portions: Vec<Vec<ElementRun>> = vec![Vec::new()];
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
