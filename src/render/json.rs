//! JSON, the stable output for programs: the shape in `docs/semantics.md`, numbers unrounded, keys
//! in a fixed order, every row on a line of its own.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value as Json, json};

use super::flat::{self, Datum, DatumType, FlatKey, FlatPart};
use super::text::is_harmful;
use crate::exec::answer::{
    Answer, AnswerColumn, AnswerValueColumn, Board, BoardCard, BoardVerdict, Books, CardFormula,
    ColumnRole, Context, Excluded, KnownShare, Row,
};

/// Raised when a key changes its meaning or goes away; new keys do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// An answer as one object.
pub(super) fn answer(answer: &Answer) -> String {
    let mut object = Map::new();
    object.insert("schema_version".into(), SCHEMA_VERSION.into());
    object.insert("query".into(), answer.query.as_str().into());
    add_context(&mut object, &answer.context);
    object.insert("period".into(), period(answer));
    add_result(&mut object, answer);
    lines(&Json::Object(object))
}

/// An answer's rows, an object a line.
pub(super) fn answer_rows(answer: &Answer) -> String {
    let keys = flat::keys(answer);
    let objects = answer.rows.iter().map(|row| row_object(row, &keys));
    harmless(objects.map(|object| format!("{object}\n")).collect())
}

/// A board as one object.
pub(super) fn board(board: &Board) -> String {
    let mut object = Map::new();
    object.insert("schema_version".into(), SCHEMA_VERSION.into());
    object.insert("name".into(), board.name.as_str().into());
    object.insert("title".into(), board.title.as_str().into());
    add_context(&mut object, &board.context);
    let layers: Vec<Json> = board
        .layers
        .iter()
        .map(|layer| {
            let cards: Vec<Json> = layer.cards.iter().map(card).collect();
            json!({"name": layer.name, "title": layer.title, "cards": cards})
        })
        .collect();
    object.insert("layers".into(), layers.into());
    object.insert("notes".into(), json!(board.notes));
    lines(&Json::Object(object))
}

/// A board's cards, an object a line; each names its layer.
pub(super) fn board_cards(board: &Board) -> String {
    let mut text = String::new();
    for layer in &board.layers {
        for each in &layer.cards {
            let mut object = Map::new();
            object.insert("layer".into(), layer.name.as_str().into());
            if let Json::Object(rest) = card(each) {
                object.extend(rest);
            }
            text += &format!("{}\n", Json::Object(object));
        }
    }
    harmless(text)
}

fn card(card: &BoardCard) -> Json {
    let mut answer = Map::new();
    answer.insert("query".into(), card.answer.query.as_str().into());
    answer.insert("period".into(), period(&card.answer));
    add_result(&mut answer, &card.answer);
    json!({
        "kind": card.kind.word(),
        "title": card.title,
        "verdict": card.verdict.as_ref().map(verdict),
        "history": card.history.iter().map(|point| point.value).collect::<Vec<_>>(),
        "answer": answer,
        "formulas": card.formulas.iter().map(formula).collect::<Vec<_>>(),
        "known": card.known.iter().map(known).collect::<Vec<_>>(),
        "books": card.books.as_ref().map(books),
        "next_steps": card.next_steps,
    })
}

fn verdict(verdict: &BoardVerdict) -> Json {
    json!({
        "question": verdict.question,
        "decision": verdict.decision.word(),
        "summary": verdict.summary,
        "figures": verdict.figures,
        "evidence": verdict.evidence,
    })
}

fn formula(formula: &CardFormula) -> Json {
    json!({"title": formula.title, "words": formula.words, "places": formula.places})
}

fn known(known: &KnownShare) -> Json {
    json!({"what": known.what, "share": known.share, "rows": known.rows})
}

fn books(books: &Books) -> Json {
    json!({
        "from": books.from,
        "to": books.to,
        "opening": books.opening,
        "opened": books.opened,
        "closed": books.closed,
        "other": books.other,
        "closing": books.closing,
    })
}

fn period(answer: &Answer) -> Json {
    match &answer.period {
        Some(period) => json!({"label": period.label, "from": period.from, "to": period.to}),
        None => Json::Null,
    }
}

fn add_context(object: &mut Map<String, Json>, context: &Context) {
    object.insert("as_of".into(), context.as_of.as_str().into());
    object.insert(
        "as_of_instant".into(),
        context.as_of_instant.as_str().into(),
    );
    object.insert("known_on".into(), json!(context.known_on));
    object.insert("timezone".into(), context.timezone.as_str().into());
    object.insert("definitions".into(), context.definitions.as_str().into());
    object.insert("data".into(), context.data.as_str().into());
}

fn add_result(object: &mut Map<String, Json>, answer: &Answer) {
    let keys = flat::keys(answer);
    let columns: Vec<Json> = answer.columns.iter().map(column).collect();
    let rows: Vec<Json> = answer
        .rows
        .iter()
        .map(|row| row_object(row, &keys))
        .collect();
    let excluded: Vec<Json> = answer.excluded.iter().map(excluded).collect();
    object.insert("columns".into(), columns.into());
    object.insert("rows".into(), rows.into());
    object.insert("excluded".into(), excluded.into());
    object.insert("notes".into(), json!(answer.notes));
}

fn excluded(excluded: &Excluded) -> Json {
    json!({"kpi": excluded.kpi, "reason": excluded.reason, "rows": excluded.rows})
}

fn column(column: &AnswerColumn) -> Json {
    let name = &column.name;
    match &column.role {
        ColumnRole::Period(grain) => json!({"name": name, "role": "period", "type": grain.word()}),
        ColumnRole::Dimension(of) => {
            json!({"name": name, "role": "dimension", "type": of.to_string()})
        }
        ColumnRole::Value(value) => value_column(name, value),
        ColumnRole::Field(of) => json!({"name": name, "role": "field", "type": of.to_string()}),
    }
}

fn value_column(name: &str, column: &AnswerValueColumn) -> Json {
    let mut object = json!({
        "name": name, "role": "value", "unit": column.unit.word(), "kind": column.kind.word()
    });
    if let Some(rows) = column.evidence.fewest_rows {
        object["at_least_rows"] = rows.into();
    }
    if let Some(level) = column.evidence.interval {
        object["interval_level"] = level.into();
    }
    object
}

fn row_object(row: &Row, keys: &[FlatKey]) -> Json {
    let mut object = Map::new();
    for key in keys {
        let datum = flat::datum(row, key.part);
        // Only a `none` has a reason.
        if matches!(key.part, FlatPart::Reason(_)) && datum == Datum::Null {
            continue;
        }
        object.insert(key.name.clone(), to_json(datum, key.holds));
    }
    Json::Object(object)
}

fn to_json(datum: Datum, holds: DatumType) -> Json {
    match datum {
        Datum::Null => Json::Null,
        Datum::Text(text) => text.into(),
        Datum::YesNo(yes) => yes.into(),
        Datum::Rows(rows) => rows.into(),
        Datum::Number(value) if holds == DatumType::Count && is_exactly_whole(value) => {
            (value as i64).into()
        }
        Datum::Number(value) => value.into(),
    }
}

/// Whole, and small enough that every digit of a double is meant.
fn is_exactly_whole(value: f64) -> bool {
    value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0
}

/// JSON with nested values on lines of their own, and flat ones (a row, a column) on one.
pub(super) fn lines(json: &Json) -> String {
    let mut text = String::new();
    spread(json, 0, &mut text);
    text.push('\n');
    harmless(text)
}

/// The same as serde lays it out, without a newline at its end.
pub(super) fn pretty(value: &impl Serialize) -> String {
    harmless(serde_json::to_string_pretty(value).expect("JSON can be written"))
}

/// A JSON text that says the same without letters that a terminal would obey: they are escaped.
fn harmless(text: String) -> String {
    let is_obeyed = |letter: char| is_harmful(letter) && letter != '\n';
    if !text.contains(is_obeyed) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_obeyed(letter) {
            true => {
                let units = letter.encode_utf16(&mut [0; 2]).to_vec();
                escaped.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
            false => escaped.push(letter),
        }
    }
    escaped
}

fn spread(json: &Json, depth: usize, text: &mut String) {
    let inner = "  ".repeat(depth + 1);
    let end = "  ".repeat(depth);
    match json {
        Json::Object(object) if depth == 0 || object.values().any(is_nested) => {
            text.push_str("{\n");
            for (index, (key, value)) in object.iter().enumerate() {
                let comma = if index == 0 { "" } else { ",\n" };
                text.push_str(&format!("{comma}{inner}{}: ", one_line(&json!(key))));
                spread(value, depth + 1, text);
            }
            text.push_str(&format!("\n{end}}}"));
        }
        Json::Array(list) if list.iter().any(is_nested) => {
            text.push_str("[\n");
            for (index, value) in list.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ",\n" });
                text.push_str(&inner);
                spread(value, depth + 1, text);
            }
            text.push_str(&format!("\n{end}]"));
        }
        Json::Object(_) | Json::Array(_) => text.push_str(&one_line(json)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            text.push_str(&one_line(json));
        }
    }
}

fn is_nested(json: &Json) -> bool {
    match json {
        Json::Object(_) => true,
        Json::Array(list) => !list.is_empty(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// JSON on one line, with a space after `:` and `,`.
fn one_line(json: &Json) -> String {
    let mut bytes = Vec::new();
    json.serialize(&mut Serializer::with_formatter(&mut bytes, OneLine))
        .expect("JSON values can be written");
    harmless(String::from_utf8(bytes).expect("JSON is UTF-8"))
}

struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}
