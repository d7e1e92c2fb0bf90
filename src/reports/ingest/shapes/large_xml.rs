//! A large XML text, and portions of it: documents that have some of the elements that a source names.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use jaq_json::{Map, Val};
use quick_xml::events::{BytesStart, Event};

use super::json::SAMPLE;
use super::xml::{self, failed};
use super::{Budget, DEEPEST, object, string};
use crate::lang::model::{ArrayPath, PathStep};

/// A text, to be read when it is known how.
pub struct LargeXml<'a> {
    text: Cow<'a, str>,
}

impl<'a> LargeXml<'a> {
    pub fn new(text: Cow<'a, str>) -> LargeXml<'a> {
        LargeXml { text }
    }

    fn text(&self) -> &str {
        super::begun(&self.text)
    }

    /// The document as it would be if there were few of all elements of one name.
    pub fn sample(&self) -> Result<Val, String> {
        xml::read_first(self.text(), SAMPLE, &mut Budget::new())
    }

    pub fn whole(&self) -> Result<Val, String> {
        xml::read(self.text(), &mut Budget::new())
    }

    /// Divides the document at the elements of these paths.
    pub fn portions(&self, paths: &[ArrayPath], portion: usize) -> Result<XmlPortions<'_>, String> {
        let text = self.text();
        let elements = found(text, paths)?;
        let mut frame = String::new();
        let mut from = 0;
        for element in &elements {
            frame.push_str(&text[from..element.bytes.start]);
            from = element.bytes.end;
        }
        frame.push_str(&text[from..]);
        Ok(XmlPortions {
            text,
            frame: xml::read(&frame, &mut Budget::new())?,
            // What surrounds the elements is looked at once a portion.
            portions: grouped(elements, portion.max(frame.len())),
        })
    }
}

/// What of a document is read at a time.
pub struct XmlPortions<'a> {
    text: &'a str,
    /// The document without the elements that are divided.
    frame: Val,
    portions: Vec<Vec<DividedElement>>,
}

impl XmlPortions<'_> {
    pub fn count(&self) -> usize {
        self.portions.len()
    }

    /// The document with the elements of one portion.
    pub fn value(&self, index: usize) -> Result<Val, String> {
        let mut value = self.frame.clone();
        let mut budget = Budget::new();
        let of_one_place = self.portions[index].chunk_by(|one, next| one.is_beside(next));
        for elements in of_one_place {
            let mut members = Vec::with_capacity(elements.len());
            for element in elements {
                let text = &self.text[element.bytes.clone()];
                let one = xml::read(text, &mut budget)
                    .map_err(|why| format!("behind byte {}: {why}", element.bytes.start))?;
                if let Val::Obj(root) = &one {
                    members.extend(root.values().cloned());
                }
            }
            put(&mut value, &elements[0], members);
        }
        Ok(value)
    }
}

/// An element that is divided.
struct DividedElement {
    /// The elements around it from the root on: their names, and which of that name each is in its own.
    around: Vec<(String, usize)>,
    name: String,
    bytes: Range<usize>,
    /// Whether others of its name are beside it in the document.
    is_one_of_several: bool,
}

impl DividedElement {
    fn is_beside(&self, other: &DividedElement) -> bool {
        self.around == other.around && self.name == other.name
    }
}

/// An element that is open while elements inside of it are looked for.
struct OpenAround {
    name: String,
    index: usize,
    /// How many elements of each name were inside.
    inside: Vec<(String, usize)>,
}

impl OpenAround {
    fn new(name: String, index: usize) -> OpenAround {
        OpenAround {
            name,
            index,
            inside: Vec::new(),
        }
    }

    /// Which of its name the next element inside is.
    fn next(&mut self, name: &str) -> usize {
        let known = self.inside.iter_mut().find(|(known, _)| known == name);
        match known {
            Some((_, count)) => {
                *count += 1;
                *count - 1
            }
            None => {
                self.inside.push((name.to_string(), 1));
                0
            }
        }
    }
}

/// The elements at the paths, in the order of the text.
fn found(text: &str, paths: &[ArrayPath]) -> Result<Vec<DividedElement>, String> {
    let paths: Vec<Vec<Option<&str>>> = paths.iter().map(names).collect();
    let mut reader = xml::reader(text);
    let mut open = vec![OpenAround::new(String::new(), 0)];
    let mut found = Vec::new();
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event();
        let event = event.map_err(|error| failed(reader.buffer_position(), &error.to_string()))?;
        let (tag, is_empty): (BytesStart, bool) = match event {
            Event::Start(tag) => (tag, false),
            Event::Empty(tag) => (tag, true),
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => continue,
        };
        let name = tag.local_name().as_ref().to_string();
        let index = open.last_mut().map_or(0, |around| around.next(&name));
        let here = || open.iter().skip(1).map(|around| around.name.as_str());
        let leads = |path: &&Vec<Option<&str>>| {
            path.iter()
                .copied()
                .zip(here().chain([name.as_str()]))
                .all(|(step, name)| step.is_none_or(|step| step == name))
        };
        let depth = open.len();
        let wanted = paths
            .iter()
            .filter(leads)
            .map(Vec::len)
            .filter(|length| *length >= depth);
        let nearest = wanted.min();
        if nearest == Some(depth) {
            if !is_empty {
                xml::skip(&mut reader)?;
            }
            found.push(DividedElement {
                around: open
                    .iter()
                    .skip(1)
                    .map(|around| (around.name.clone(), around.index))
                    .collect(),
                name,
                bytes: start..reader.buffer_position() as usize,
                is_one_of_several: index > 0,
            });
            if index == 1 {
                is_one_of_several(&mut found);
            }
        } else if !is_empty {
            match nearest {
                Some(_) if depth <= DEEPEST => open.push(OpenAround::new(name, index)),
                Some(_) | None => xml::skip(&mut reader)?,
            }
        }
    }
    match open.len() {
        1 => Ok(found),
        _ => Err("it is no XML: it ends inside an element".to_string()),
    }
}

/// Tells the first of several elements that the last found is another of them.
fn is_one_of_several(found: &mut [DividedElement]) {
    let Some((last, before)) = found.split_last_mut() else {
        return;
    };
    let first = before
        .iter_mut()
        .rev()
        .find(|element| element.is_beside(last));
    if let Some(first) = first {
        first.is_one_of_several = true;
    }
}

/// The names of a path, `None` for any: an element may be there several times wherever it stands.
fn names(path: &ArrayPath) -> Vec<Option<&str>> {
    let names = path.0.iter().filter_map(|step| match step {
        PathStep::Member(name) => Some(Some(name.as_str())),
        PathStep::Values => Some(None),
        PathStep::Each => None,
    });
    names.collect()
}

/// Neighbours put together until they are a portion; at least one portion.
fn grouped(elements: Vec<DividedElement>, size: usize) -> Vec<Vec<DividedElement>> {
    let mut portions: Vec<Vec<DividedElement>> = vec![Vec::new()];
    let mut bytes = 0;
    for element in elements {
        if bytes >= size {
            portions.push(Vec::new());
            bytes = 0;
        }
        bytes += element.bytes.len();
        if let Some(last) = portions.last_mut() {
            last.push(element);
        }
    }
    portions
}

/// Puts elements where they stand in a document.
fn put(value: &mut Val, place: &DividedElement, mut members: Vec<Val>) {
    let mut inside = value;
    for (name, index) in &place.around {
        let Val::Obj(known) = inside else { return };
        let Some(named) = Arc::make_mut(known).get_mut(&string(name.clone())) else {
            return;
        };
        inside = match named {
            Val::Arr(several) => match Arc::make_mut(several).get_mut(*index) {
                Some(one) => one,
                None => return,
            },
            one => one,
        };
    }
    let member = match place.is_one_of_several {
        true => members.into_iter().collect(),
        false => members.swap_remove(0),
    };
    match inside {
        Val::Obj(known) => add(Arc::make_mut(known), place, member),
        // Nothing but the elements, and perhaps a text, was in it.
        Val::Null => *inside = object(vec![(place.name.clone(), member)]),
        _ => {
            let text = ("#text".to_string(), inside.clone());
            *inside = object(vec![(place.name.clone(), member), text]);
        }
    }
}

/// Adds elements behind those of their name that are there.
fn add(known: &mut Map, place: &DividedElement, member: Val) {
    let key = string(place.name.clone());
    match (known.get_mut(&key), member) {
        (Some(Val::Arr(before)), Val::Arr(more)) => {
            Arc::make_mut(before).extend(more.iter().cloned());
        }
        (_, member) => drop(known.insert(key, member)),
    }
}
