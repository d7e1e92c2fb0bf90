//! A naive second reading of reports: every text of a report at its path, whatever the format.
//!
//! Paths say `[*]` in place of a number: `$.runs[*].results[*].ruleId`, `/issues/issue/@id`,
//! `csv[*]:Severity`; those of an archive begin with the member's name and `!`.

use std::io::{Cursor, Read};

use quick_xml::events::{BytesStart, Event};
use serde_json::Value as Json;

/// A value of a report.
pub struct Node {
    pub path: String,
    pub text: Option<String>,
    pub children: Vec<Node>,
}

impl Node {
    fn new(path: String) -> Node {
        Node {
            path,
            text: None,
            children: Vec::new(),
        }
    }

    fn leaf(path: String, text: impl Into<String>) -> Node {
        Node {
            text: Some(text.into()),
            ..Node::new(path)
        }
    }

    /// This value and all in it, in the order of the report.
    pub fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Node)) {
        see(self);
        for child in &self.children {
            child.visit(see);
        }
    }

    /// Every value at a path.
    pub fn at(&self, path: &str) -> Vec<&Node> {
        let mut found = Vec::new();
        self.visit(&mut |node| {
            if node.path == path {
                found.push(node);
            }
        });
        found
    }
}

/// Reads a report.
pub fn read(bytes: &[u8]) -> Node {
    let mut whole = Node::new(String::new());
    if !bytes.starts_with(b"PK\x03\x04") {
        whole.children = document("", bytes);
        return whole;
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("a member");
        let mut unpacked = Vec::new();
        if member.read_to_end(&mut unpacked).is_ok() && !unpacked.starts_with(b"PK") {
            let start = format!("{}!", member.name().expect("a name"));
            whole.children.extend(document(&start, &unpacked));
        }
    }
    whole
}

fn document(start: &str, bytes: &[u8]) -> Vec<Node> {
    let text = decoded(bytes);
    match text.trim_start().as_bytes().first() {
        Some(b'<') => xml(start, &text),
        Some(b'{' | b'[') => json(start, &text),
        Some(_) => csv(start, &text),
        None => Vec::new(),
    }
}

fn decoded(bytes: &[u8]) -> String {
    let wide = |two: fn([u8; 2]) -> u16| -> Vec<u16> {
        let pairs = bytes[2..].chunks_exact(2);
        pairs.map(|pair| two([pair[0], pair[1]])).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => String::from_utf16_lossy(&wide(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => String::from_utf16_lossy(&wide(u16::from_be_bytes)),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// One document is at `$`, several are each at `$line`.
fn json(start: &str, text: &str) -> Vec<Node> {
    let documents = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    let documents: Vec<Json> = documents.map_while(Result::ok).collect();
    let root = if documents.len() == 1 { "$" } else { "$line" };
    let nodes = documents.iter();
    nodes
        .map(|json| json_node(format!("{start}{root}"), json))
        .collect()
}

fn json_node(path: String, json: &Json) -> Node {
    let mut node = Node::new(path);
    match json {
        Json::Null => {}
        Json::String(text) => node.text = Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => node.text = Some(json.to_string()),
        Json::Array(values) => {
            let path = format!("{}[*]", node.path);
            let values = values.iter().map(|value| json_node(path.clone(), value));
            node.children = values.collect();
        }
        Json::Object(members) => {
            let members = members.iter();
            node.children = members
                .map(|(name, value)| json_node(format!("{}.{name}", node.path), value))
                .collect();
        }
    }
    node
}

fn xml(start: &str, text: &str) -> Vec<Node> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut open = vec![Node::new(start.to_string())];
    while let Ok(event) = reader.read_event() {
        let depth = open.len();
        let parent = open.last_mut().expect("the document");
        match event {
            Event::Start(tag) => {
                let element = element(&parent.path, &tag);
                open.push(element);
            }
            Event::Empty(tag) => {
                let element = element(&parent.path, &tag);
                parent.children.push(element);
            }
            Event::End(_) if depth > 1 => {
                let element = open.pop().expect("an element");
                let parent = open.last_mut().expect("the document");
                parent.children.push(element);
            }
            Event::Text(text) => add(parent, &text),
            Event::CData(text) => add(parent, &text),
            Event::GeneralRef(entity) => add(parent, entity_text(&entity)),
            Event::Eof => break,
            Event::End(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
    open.swap_remove(0).children
}

fn element(parent: &str, tag: &BytesStart) -> Node {
    let name = tag.local_name();
    let name: &str = name.as_ref();
    let mut element = Node::new(format!("{parent}/{name}"));
    for attribute in tag.attributes().with_checks(false).flatten() {
        let name = attribute.key.local_name();
        let name: &str = name.as_ref();
        let value: &str = &attribute.value;
        let path = format!("{}/@{name}", element.path);
        element.children.push(Node::leaf(path, value));
    }
    element
}

fn add(element: &mut Node, text: &str) {
    let known = element.text.get_or_insert_default();
    known.push_str(text);
}

/// Enough to keep words apart and links readable.
fn entity_text(name: &str) -> &str {
    match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        _ => " ",
    }
}

fn csv(start: &str, text: &str) -> Vec<Node> {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: &u8| first.bytes().filter(|byte| byte == separator).count();
    let separator = [b'|', b'\t', b';', b','].into_iter().max_by_key(count);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.expect("one of four"))
        .flexible(true)
        .from_reader(text.as_bytes());
    let names = reader.headers().expect("names").clone();
    let rows = reader.records().map_while(Result::ok);
    rows.map(|row| {
        let mut node = Node::new(format!("{start}csv[*]"));
        let fields = names.iter().zip(row.iter());
        node.children = fields
            .map(|(name, text)| Node::leaf(format!("{}:{name}", node.path), text))
            .collect();
        node
    })
    .collect()
}
