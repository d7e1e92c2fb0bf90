//! Elements of XML and rows of tables that are read a few at a time are those that are read at once.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use riskql::base::source::Sources;
use riskql::lang::model::Definitions;
use riskql::lang::{check, syntax};
use riskql::reports::ingest::{Report, ReportReader, Sizes};

use super::portions::difference;

const EACH: &str = r##"scale severity is info < low < medium < high < critical
source each_element "Each element, as it is"
  tool     "each"
  kind     sast
  reads    xml
  parts    ".root.outer[].inner", ".root.plain"
  known by """ has("root") """
  scan """ { scans: [.root | objects | .outer | list[] | objects | select(has("@name")) | { target: .["@name"] }] } """
  rows """
    .root | objects | . as $root
    | ((.outer | list[] | objects | .inner | list[]), (.plain | list[]))
    | { title: tojson, message: ($root.beside | tojson), severity: "low" }
  """
  identity title

source each_row "Each row, as it is"
  tool     "each"
  kind     sast
  reads    csv
  parts    "."
  known by """ length > 0 """
  rows """ .[0]["#"] as $above | .[] | .["#"] = $above | { title: tojson, severity: "low" } """
  identity title
"##;

fn definitions() -> Definitions {
    let mut sources = Sources::default();
    let id = sources.add("each.kpi", EACH.to_string());
    let (file, problems) = syntax::parse_file(&sources, id);
    assert!(!problems.has_errors(), "{problems:?}");
    let (definitions, problems) = check::definitions(&sources, &[file]);
    assert!(!problems.has_errors(), "{problems:?}");
    definitions.expect("no mistakes")
}

fn both(definitions: &Definitions, text: &str, portion: usize) -> [Result<Report, String>; 2] {
    let told = |reader: ReportReader| {
        let read = reader.read("report", text.as_bytes());
        read.map_err(|problems| problems.sorted()[0].message.clone())
    };
    let sizes = Sizes { large: 0, portion };
    [
        told(ReportReader::new(definitions)),
        told(ReportReader::new(definitions).with(sizes)),
    ]
}

/// What is inside of elements, and what makes finding their ends hard.
fn content() -> impl Strategy<Value = String> {
    let pieces = vec![
        "",
        "text",
        "&lt;inner&gt;",
        "<![CDATA[</inner></outer>]]>",
        "<!-- <plain/> -->",
        "<inner>nested</inner>",
        "<x:plain a='1'/>",
        "<a><b c=\">\"/></a>",
        "é\n",
    ];
    vec(select(pieces), 0..4).prop_map(|pieces| pieces.concat())
}

/// An element of this name, empty or not, in a namespace or not.
fn element(
    name: &'static str,
    content: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    (
        content,
        select(vec!["", " name='a'", " name=\"b\" x:y='1'"]),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(move |(content, attributes, is_prefixed, is_closed)| {
            let name = if is_prefixed {
                format!("x:{name}")
            } else {
                name.to_string()
            };
            match content.is_empty() && is_closed {
                true => format!("<{name}{attributes}/>"),
                false => format!("<{name}{attributes}>{content}</{name}>"),
            }
        })
}

fn document() -> impl Strategy<Value = String> {
    let inner = prop_oneof![3 => element("inner", content()), 1 => element("other", content()), 1 => Just("\n  ".to_string())];
    let outer = element("outer", vec(inner, 0..5).prop_map(|inner| inner.concat()));
    let part = prop_oneof![
        3 => outer,
        2 => element("plain", content()),
        1 => element("beside", content()),
        1 => Just("<!-- between -->\n".to_string()),
    ];
    let root = element("root", vec(part, 0..8).prop_map(|parts| parts.concat()));
    (any::<bool>(), root).prop_map(|(is_declared, root)| match is_declared {
        true => format!("\u{feff}<?xml version=\"1.0\"?>\n<!-- a report -->\n{root}\n"),
        false => root,
    })
}

/// Rows as they come: cells in quotes with anything in them, lines that end so or so, empty ones.
fn table() -> impl Strategy<Value = String> {
    let cell = select(vec![
        "",
        "a",
        "1;2",
        "\"x, y\"",
        "\"two\nlines\"",
        "\"say \"\"so\"\"\"",
        "é",
    ]);
    let row = (cell.clone(), cell).prop_map(|(one, other)| format!("{one},{other}"));
    let line = prop_oneof![6 => row, 1 => Just(",".to_string()), 1 => Just(String::new())];
    let above = select(vec!["", "# made today\n", "sep=,\r\n"]);
    (
        above,
        select(vec!["\n", "\r\n"]),
        vec(line, 0..9),
        any::<bool>(),
    )
        .prop_map(|(above, end, lines, is_ended)| {
            let table = [vec!["one,other".to_string()], lines].concat().join(end);
            format!("{above}{table}{}", if is_ended { end } else { "" })
        })
}

proptest! {
    #[test]
    fn elements_are_the_same_in_portions(text in document(), portion in 1_usize..200) {
        let definitions = definitions();
        match both(&definitions, &text, portion) {
            [Ok(whole), Ok(parts)] => {
                prop_assert_eq!(difference(&whole, &parts), None, "{}", text);
                prop_assert_eq!(whole.scans, parts.scans, "{}", text);
            }
            [whole, parts] => prop_assert_eq!(whole.is_err(), parts.is_err(), "{}", text),
        }
    }

    /// The order of rows is that of the table, and what is not whole is refused.
    #[test]
    fn rows_are_the_same_in_portions(text in table(), portion in 1_usize..60, cut in 0_usize..200) {
        let definitions = definitions();
        let cut = (0..=text.len() - cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        for text in [text.as_str(), &text[..cut.unwrap_or_default()]] {
            match both(&definitions, text, portion) {
                [Ok(whole), Ok(parts)] => prop_assert_eq!(whole.rows, parts.rows, "{}", text),
                [whole, parts] => prop_assert_eq!(whole.err(), parts.err(), "{}", text),
            }
        }
    }
}

#[test]
fn a_document_that_is_not_whole_is_refused_in_portions_too() {
    let definitions = definitions();
    for text in [
        "<root><plain>1</plain><plain>2</plain>",
        "<root><plain>1</plain><plain>2</root>",
        "<root><outer><inner>1</outer></root>",
        "<root><plain>1</plan></root>",
        "<root><plain><a></b></plain></root>",
        "<root/></root>",
    ] {
        let [whole, parts] = both(&definitions, text, 1);
        assert!(
            whole.is_err() && parts.is_err(),
            "{text}: {whole:?}, {parts:?}"
        );
    }
}
