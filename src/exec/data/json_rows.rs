//! JSON objects → cells, without a tree in between.

use std::fmt::{self, Write};
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::cells::Cells;
use super::columns::ColumnRequest;
use super::raw::Numbering;
use super::text_reader::RecordMeter;

/// Names beyond this many are not remembered for messages.
const MOST_OTHERS: usize = 100;

/// The wanted keys.
pub(super) struct Keys<'a> {
    names: Vec<&'a str>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(wanted: &'a [ColumnRequest]) -> Self {
        Keys {
            names: wanted.iter().map(|wanted| wanted.name.as_str()).collect(),
        }
    }

    /// Objects mostly have their keys in one order, so the search starts where the last one ended.
    fn find(&self, key: &str, expected: usize) -> Option<usize> {
        if self.names.get(expected) == Some(&key) {
            return Some(expected);
        }
        self.names.iter().position(|name| *name == key)
    }
}

/// Which keys occurred.
pub(super) struct SeenKeys {
    pub wanted: Vec<bool>,
    pub others: Vec<String>,
}

impl SeenKeys {
    pub(super) fn none(wanted: usize) -> Self {
        SeenKeys {
            wanted: vec![false; wanted],
            others: Vec::new(),
        }
    }

    fn add_other(&mut self, key: &str) {
        let is_new = !self.others.iter().any(|known| known == key);
        if is_new && self.others.len() < MOST_OTHERS {
            self.others.push(key.to_owned());
        }
    }

    pub(super) fn merge(&mut self, other: SeenKeys) {
        for (seen, more) in self.wanted.iter_mut().zip(other.wanted) {
            *seen |= more;
        }
        other.others.iter().for_each(|key| self.add_other(key));
    }
}

/// Reads one object at a time.
pub(super) struct RowSeed<'k> {
    keys: &'k Keys<'k>,
    text: String,
    /// By wanted key: where in the text its value is.
    cells: Vec<Range<usize>>,
    /// By wanted key: whether this object has it.
    is_there: Vec<bool>,
}

impl<'k> RowSeed<'k> {
    pub(super) fn new(keys: &'k Keys<'k>) -> Self {
        RowSeed {
            keys,
            text: String::new(),
            cells: vec![0..0; keys.names.len()],
            is_there: vec![false; keys.names.len()],
        }
    }

    /// Reads the next object.
    pub(super) fn read<'de, D: Deserializer<'de>>(
        &mut self,
        parser: D,
        seen: &mut SeenKeys,
    ) -> Result<(), D::Error> {
        ObjectSeed { row: self, seen }.deserialize(parser)
    }

    /// Writes the cells of the object read last.
    pub(super) fn write(&self, cells: &mut Cells) {
        for range in &self.cells {
            cells.push(&self.text.as_bytes()[range.clone()]);
        }
    }
}

struct ObjectSeed<'s, 'k> {
    row: &'s mut RowSeed<'k>,
    seen: &'s mut SeenKeys,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let ObjectSeed { row, seen } = self;
        row.text.clear();
        row.cells.fill(0..0);
        row.is_there.fill(false);
        let mut expected = 0;
        loop {
            let key = KeySeed {
                keys: row.keys,
                seen,
                expected,
            };
            match map.next_key_seed(key)? {
                None => return Ok(()),
                Some(None) => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(Some(place)) => {
                    let key = row.keys.names[place];
                    if std::mem::replace(&mut row.is_there[place], true) {
                        let why = format!(
                            "`{key}` stands twice in one object, and nothing says which of them counts"
                        );
                        return Err(A::Error::custom(why));
                    }
                    let start = row.text.len();
                    map.next_value_seed(CellSeed {
                        text: &mut row.text,
                        key,
                    })?;
                    row.cells[place] = start..row.text.len();
                    seen.wanted[place] = true;
                    expected = place + 1;
                }
            }
        }
    }
}

/// The place of a wanted key, `None` for others.
struct KeySeed<'s> {
    keys: &'s Keys<'s>,
    seen: &'s mut SeenKeys,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Self::Value, D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let place = self.keys.find(key, self.expected);
        if place.is_none() {
            self.seen.add_other(key);
        }
        Ok(place)
    }
}

/// Appends a value as the text a CSV file would have.
struct CellSeed<'s> {
    text: &'s mut String,
    key: &'s str,
}

impl CellSeed<'_> {
    fn write<E: Error>(self, value: fmt::Arguments<'_>) -> Result<(), E> {
        self.text.write_fmt(value).map_err(E::custom)
    }

    fn nested<E: Error>(&self) -> E {
        E::custom(format_args!(
            "`{}` holds a list or an object; a cell is a text, a number, true, false or null",
            self.key
        ))
    }
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false or null")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.text.push_str(value);
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.write(format_args!("{value}"))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.write(format_args!("{value}"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.write(format_args!("{value}"))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.write(format_args!("{value}"))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.nested())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.nested())
    }
}

/// Reads an array of objects and submits batches of cells.
pub(super) struct ArrayVisitor<'s, 'k> {
    pub row: RowSeed<'k>,
    pub seen: &'s mut SeenKeys,
    pub width: usize,
    pub meter: &'s RecordMeter,
    pub submit: &'s mut dyn FnMut(Cells),
}

impl<'de> Visitor<'de> for ArrayVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<(), A::Error> {
        let new_batch = || Cells::new(self.width, Numbering::told_rows());
        let mut cells = new_batch();
        let mut number = 0;
        loop {
            let object = ObjectSeed {
                row: &mut self.row,
                seen: self.seen,
            };
            if array.next_element_seed(object)?.is_none() {
                break;
            }
            self.meter.reset();
            number += 1;
            self.row.write(&mut cells);
            cells.end_row(number);
            if cells.is_full() {
                (self.submit)(std::mem::replace(&mut cells, new_batch()));
            }
        }
        if !cells.is_empty() {
            (self.submit)(cells);
        }
        Ok(())
    }
}
