//! XML → a value: attributes are `@name`, text is `#text`, an element of text alone is that text, one
//! that is repeated is an array, an empty one is null. Names lose their namespaces.
//!
//! Entities beyond the five of XML are kept as they are written and never expanded, so nothing grows
//! and nothing is fetched.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;

use jaq_json::Val;
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::json::SAMPLE_KEYS;
use super::{Budget, DEEPEST, fits, string, tags};

/// An element whose end has not come.
struct OpenElement {
    name: Val,
    members: Vec<(Val, XmlMember)>,
    /// Where members are, once there are many.
    places: BTreeMap<Val, usize>,
    text: String,
}

/// What an element has of one name.
enum XmlMember {
    One(Val),
    Several(Vec<Val>),
}

/// The names of members of a document: a few, which come again and again, so each is kept once.
#[derive(Default)]
struct MemberNames {
    elements: HashMap<String, Val>,
    attributes: HashMap<String, Val>,
}

impl MemberNames {
    fn element(&mut self, name: &str) -> Val {
        known(&mut self.elements, name, "")
    }

    fn attribute(&mut self, name: &str) -> Val {
        known(&mut self.attributes, name, "@")
    }
}

fn known(names: &mut HashMap<String, Val>, name: &str, sign: &str) -> Val {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    let member = string(format!("{sign}{name}"));
    names.insert(name.to_string(), member.clone());
    member
}

/// So many members are looked through one by one.
const FEW: usize = 32;

/// Reads a document.
pub(super) fn read(text: &str, budget: &mut Budget) -> Result<Val, String> {
    read_first(text, usize::MAX, budget)
}

/// A document as it would be if of all elements of one name inside of another only so many were there.
pub(super) fn read_first(text: &str, most: usize, budget: &mut Budget) -> Result<Val, String> {
    let mut reader = reader(text);
    let mut names = MemberNames::default();
    let mut open = vec![OpenElement::new(Val::Null)];
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let failed = |why: String| failed(at, &why);
        match event.map_err(|error| failed(error.to_string()))? {
            Event::Start(tag) if has_many(&open, &tag, &mut names, most) => skip(&mut reader)?,
            Event::Empty(tag) if has_many(&open, &tag, &mut names, most) => {}
            Event::Start(tag) => {
                if open.len() > DEEPEST {
                    return Err(format!("elements are nested deeper than {DEEPEST}"));
                }
                open.push(OpenElement::of_tag(&tag, &mut names, budget)?);
            }
            Event::Empty(tag) => {
                let element = OpenElement::of_tag(&tag, &mut names, budget)?;
                close(&mut open, element);
            }
            Event::End(_) => {
                let element = open.pop().filter(|_| !open.is_empty());
                let element = element.ok_or_else(|| failed("an end without a start".into()))?;
                close(&mut open, element);
            }
            Event::Text(text) => add(&mut open, &text)?,
            Event::CData(text) => add(&mut open, &text)?,
            Event::GeneralRef(entity) => add(&mut open, &entity_text(&entity))?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    match open.pop() {
        Some(document) if open.is_empty() && !document.members.is_empty() => document.of_root(),
        Some(_) | None => Err("it is no XML: it ends inside an element".to_string()),
    }
}

pub(super) fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    reader
}

/// What is no XML, and behind which byte.
pub(super) fn failed(at: u64, why: &str) -> String {
    format!("it is no XML: byte {at}: {why}")
}

/// Passes over the element whose start tag was read last. What is in it is not looked at, and may be no XML.
pub(super) fn skip(reader: &mut Reader<&[u8]>) -> Result<(), String> {
    let mut rest = reader.stream();
    let length = rest.fill_buf().ok().and_then(tags::content_length);
    rest.consume(length.ok_or("it is no XML: it ends inside an element")?);
    match reader.read_event() {
        Ok(_) => Ok(()),
        Err(error) => Err(failed(reader.buffer_position(), &error.to_string())),
    }
}

/// Whether the innermost element has so many of a name already.
fn has_many(open: &[OpenElement], tag: &BytesStart, names: &mut MemberNames, most: usize) -> bool {
    let Some(element) = open.last().filter(|_| most < usize::MAX) else {
        return false;
    };
    match element.place_of(&names.element(tag.local_name().as_ref())) {
        Some(at) => element.members[at].1.count() >= most,
        None => element.members.len() >= SAMPLE_KEYS,
    }
}

fn add(open: &mut [OpenElement], text: &str) -> Result<(), String> {
    let Some(element) = open.last_mut() else {
        return Ok(());
    };
    element.text.push_str(text);
    fits(element.text.len())
}

fn close(open: &mut [OpenElement], element: OpenElement) {
    let Some(parent) = open.last_mut() else {
        return;
    };
    let name = element.name.clone();
    parent.add(name, element.value());
}

/// `&lt;`, `&#65;`; any other as it is written.
fn entity_text(entity: &BytesRef) -> String {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return letter.to_string();
    }
    let name: &str = entity;
    match resolve_predefined_entity(name) {
        Some(text) => text.to_string(),
        None => format!("&{name};"),
    }
}

impl XmlMember {
    fn count(&self) -> usize {
        match self {
            XmlMember::One(_) => 1,
            XmlMember::Several(values) => values.len(),
        }
    }

    fn push(&mut self, value: Val) {
        match self {
            XmlMember::Several(values) => values.push(value),
            XmlMember::One(first) => *self = XmlMember::Several(vec![std::mem::take(first), value]),
        }
    }

    fn value(self) -> Val {
        match self {
            XmlMember::One(value) => value,
            XmlMember::Several(values) => values.into_iter().collect(),
        }
    }
}

impl OpenElement {
    fn new(name: Val) -> OpenElement {
        OpenElement {
            name,
            members: Vec::new(),
            places: BTreeMap::new(),
            text: String::new(),
        }
    }

    /// Adds a value to those of its name.
    fn add(&mut self, name: Val, value: Val) {
        if self.members.len() == FEW && self.places.is_empty() {
            let names = self.members.iter().enumerate();
            self.places = names.map(|(at, (name, _))| (name.clone(), at)).collect();
        }
        match self.place_of(&name) {
            Some(at) => self.members[at].1.push(value),
            None => {
                if !self.places.is_empty() {
                    self.places.insert(name.clone(), self.members.len());
                }
                self.members.push((name, XmlMember::One(value)));
            }
        }
    }

    /// Where among the members those of a name are.
    fn place_of(&self, name: &Val) -> Option<usize> {
        match self.places.is_empty() {
            true => self.members.iter().position(|(known, _)| known == name),
            false => self.places.get(name).copied(),
        }
    }

    fn of_tag(
        tag: &BytesStart,
        names: &mut MemberNames,
        budget: &mut Budget,
    ) -> Result<OpenElement, String> {
        budget.take(1)?;
        let mut element = OpenElement::new(names.element(tag.local_name().as_ref()));
        for attribute in tag.attributes().with_checks(false) {
            budget.take(1)?;
            let attribute = attribute.map_err(|error| format!("it is no XML: {error}"))?;
            let full: &str = attribute.key.as_ref();
            if full == "xmlns" || full.starts_with("xmlns:") {
                continue;
            }
            let raw: &str = &attribute.value;
            fits(raw.len())?;
            // An unknown entity is left as it is written: a report is not refused for one odd text.
            let value = unescape(raw).map_or(raw.to_string(), |text| text.into_owned());
            let name = names.attribute(attribute.key.local_name().as_ref());
            element.members.push((name, XmlMember::One(string(value))));
        }
        Ok(element)
    }

    /// The value of a document, in which nothing stands beside its root.
    fn of_root(self) -> Result<Val, String> {
        let roots: usize = self.members.iter().map(|(_, member)| member.count()).sum();
        match (roots, self.text.trim()) {
            (1, "") => Ok(self.value()),
            (1, _) => Err("it is no XML: a text stands outside of its root element".to_string()),
            _ => Err("it is no XML: it has several root elements".to_string()),
        }
    }

    fn value(self) -> Val {
        let text = self.text.trim();
        if self.members.is_empty() {
            return match text.is_empty() {
                true => Val::Null,
                false => string(text),
            };
        }
        let members = self.members.into_iter();
        let members = members.map(|(name, member)| (name, member.value()));
        let text = (!text.is_empty()).then(|| (string("#text"), string(text)));
        Val::obj(members.chain(text).collect())
    }
}
