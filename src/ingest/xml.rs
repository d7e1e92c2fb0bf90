//! XML → a value: attributes are `@name`, text is `#text`, an element of text alone is that text, one
//! that is repeated is an array, an empty one is null. Names lose their namespaces.
//!
//! Entities beyond the five of XML are kept as they are written and never expanded, so nothing grows
//! and nothing is fetched.

use jaq_json::Val;
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::shape::{DEEPEST, object, string};

/// An element whose end has not come.
struct Open {
    name: String,
    members: Vec<(String, Vec<Val>)>,
    text: String,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Val, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut open = vec![Open::new(String::new())];
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let failed = |why: String| format!("it is no XML: byte {at}: {why}");
        match event.map_err(|error| failed(error.to_string()))? {
            Event::Start(tag) => {
                if open.len() > DEEPEST {
                    return Err(format!("elements are nested deeper than {DEEPEST}"));
                }
                open.push(Open::of_tag(&tag).map_err(failed)?);
            }
            Event::Empty(tag) => {
                let element = Open::of_tag(&tag).map_err(failed)?;
                close(&mut open, element);
            }
            Event::End(_) => {
                let element = open.pop().filter(|_| !open.is_empty());
                let element = element.ok_or_else(|| failed("an end without a start".into()))?;
                close(&mut open, element);
            }
            Event::Text(text) => add(&mut open, &text),
            Event::CData(text) => add(&mut open, &text),
            Event::GeneralRef(entity) => add(&mut open, &entity_text(&entity)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    match open.pop() {
        Some(root) if open.is_empty() && !root.members.is_empty() => Ok(root.value()),
        Some(_) | None => Err("it is no XML: it ends inside an element".to_string()),
    }
}

fn add(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn close(open: &mut [Open], element: Open) {
    let Some(parent) = open.last_mut() else {
        return;
    };
    let name = element.name.clone();
    let value = element.value();
    match parent.members.iter_mut().find(|(known, _)| *known == name) {
        Some((_, values)) => values.push(value),
        None => parent.members.push((name, vec![value])),
    }
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

impl Open {
    fn new(name: String) -> Open {
        Open {
            name,
            members: Vec::new(),
            text: String::new(),
        }
    }

    fn of_tag(tag: &BytesStart) -> Result<Open, String> {
        let name = tag.local_name();
        let mut element = Open::new(name.as_ref().to_string());
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let full: &str = attribute.key.as_ref();
            if full == "xmlns" || full.starts_with("xmlns:") {
                continue;
            }
            let name = attribute.key.local_name().as_ref().to_string();
            let raw: &str = &attribute.value;
            // An entity nobody knows leaves the value as it is written.
            let value = unescape(raw).map_or(raw.to_string(), |text| text.into_owned());
            element
                .members
                .push((format!("@{name}"), vec![string(value)]));
        }
        Ok(element)
    }

    fn value(self) -> Val {
        let text = self.text.trim();
        if self.members.is_empty() {
            return if text.is_empty() {
                Val::Null
            } else {
                string(text)
            };
        }
        let mut members: Vec<(String, Val)> = self
            .members
            .into_iter()
            .map(|(name, mut values)| match values.len() {
                1 => (name, values.remove(0)),
                _ => (name, values.into_iter().collect()),
            })
            .collect();
        if !text.is_empty() {
            members.push(("#text".to_string(), string(text)));
        }
        object(members)
    }
}
