//! Functions of jq that could take more than there is, within limits: what they read is looked at first.

use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::native::{Filter, bome, unary, v};
use jaq_core::{Bind, Cv, DataT, Error, Exn, RunPtr, ValR, ValT as _, ValX};
use jaq_json::{Num, Val, read as reader};
use jaq_std::ValT as _;
use memchr::memmem;

use super::limits;
use super::value::{ProgramError, ProgramValue, compared, refused};
use crate::reports::ingest::shapes::DEEPEST;
use crate::reports::ingest::shapes::json;

/// Functions that jaq has for its own values, and those that sort.
pub(super) fn all<D: for<'a> DataT<V<'a> = ProgramValue>>() -> Box<[Filter<RunPtr<D>>]> {
    let filter = || [Bind::Fun(())].into();
    Box::new([
        ("fromjson", v(0), |call| from_json(call.1)),
        ("tojson", v(0), |call| bome(call.1.to_json())),
        ("length", v(0), |call| bome(call.1.length())),
        ("has", v(1), |call| {
            unary(call, |value, key| has(value, &key))
        }),
        ("contains", v(1), |call| {
            unary(call, |value, part| {
                contains(&value.val, &part.val).map(ProgramValue::from)
            })
        }),
        ("indices", v(1), |call| {
            unary(call, |value, part| value.places_of(&part))
        }),
        ("bsearch", v(1), |call| {
            unary(call, |array, sought| searched(&array, &sought))
        }),
        ("sort", v(0), |call| bome(sorted(call.1))),
        ("sort_by", filter(), |call| box_once(sorted_by(call))),
        ("group_by", filter(), |call| box_once(grouped_by(call))),
    ])
}

fn step() -> Result<(), ProgramError> {
    limits::step().map_err(refused)
}

fn from_json<'a>(value: ProgramValue) -> BoxIter<'a, ValX<'a, ProgramValue>> {
    let Some(text) = value.as_utf8_bytes() else {
        return bome(Err(Error::typ(value, "string")));
    };
    let read = || -> Result<Vec<Val>, String> {
        let values = json::values(text)?;
        limits::room(values as usize * size_of::<Val>())?;
        let documents = reader::parse_many(text);
        documents
            .map(|document| document.map_err(|error| error.to_string()))
            .collect()
    };
    match read() {
        Ok(documents) => Box::new(documents.into_iter().map(|document| {
            step()?;
            Ok(ProgramValue::nested(document, DEEPEST as u32))
        })),
        Err(why) => bome(Err(Error::str(format!(
            "cannot parse {value} as JSON: {why}"
        )))),
    }
}

impl ProgramValue {
    /// How many members, letters or bytes there are; of a number how large it is.
    pub fn length(&self) -> ValR<ProgramValue> {
        Ok(match &self.val {
            Val::Null => ProgramValue::from(0_usize),
            Val::Num(_) if self.val < Val::from(0_usize) => (-self.clone())?,
            Val::Num(_) => self.clone(),
            Val::TStr(text) => {
                let begins = |byte: &&u8| **byte & 0xC0 != 0x80;
                ProgramValue::from(text.iter().filter(begins).count())
            }
            Val::BStr(bytes) => ProgramValue::from(bytes.len()),
            Val::Arr(members) => ProgramValue::from(members.len()),
            Val::Obj(members) => ProgramValue::from(members.len()),
            Val::Bool(_) => return Err(Error::str(format!("{self} has no length"))),
        })
    }

    /// Where in a text another stands, in letters; where in an array a member stands, or several after each other.
    pub fn places_of(&self, part: &ProgramValue) -> ValR<ProgramValue> {
        let is_same = |one: &Val, other: &Val| compared(one, other).is_eq();
        let places: Vec<usize> = match (&self.val, &part.val) {
            (Val::TStr(_), Val::TStr(sought)) if sought.is_empty() => Vec::new(),
            (Val::TStr(text), Val::TStr(sought)) => {
                let letters = (0..text.len()).filter(|byte| text[*byte] & 0xC0 != 0x80);
                let found = letters.enumerate();
                let found = found.filter(|(_, byte)| text[*byte..].starts_with(sought));
                found.map(|(letter, _)| letter).collect()
            }
            (Val::Arr(_), Val::Arr(sought)) if sought.is_empty() => Vec::new(),
            (Val::Arr(members), Val::Arr(sought)) => {
                let windows = members.windows(sought.len()).enumerate();
                let is_here = |window: &[Val]| {
                    window
                        .iter()
                        .zip(sought.iter())
                        .all(|(one, other)| is_same(one, other))
                };
                windows
                    .filter(|(_, window)| is_here(window))
                    .map(|(place, _)| place)
                    .collect()
            }
            (Val::Arr(members), sought) => {
                let found = members.iter().enumerate();
                found
                    .filter(|(_, member)| is_same(member, sought))
                    .map(|(place, _)| place)
                    .collect()
            }
            _ => return Err(Error::index(self.clone(), part.clone())),
        };
        Ok(places.into_iter().map(ProgramValue::from).collect())
    }
}

fn has(value: ProgramValue, key: &ProgramValue) -> ValR<ProgramValue> {
    let is_there = match (&value.val, &key.val) {
        (Val::Null, _) | (Val::Obj(_), Val::Arr(_) | Val::Obj(_)) => false,
        (Val::Obj(members), key) => members.contains_key(key),
        (Val::Arr(members), Val::Num(Num::Int(_) | Num::BigInt(_))) => {
            // Places below zero count from the end.
            let length = members.len() as isize;
            let place = key.as_isize();
            place.is_some_and(|place| (-length..length).contains(&place))
        }
        // What `.[key]` would give is there, be it empty.
        (Val::Arr(_), Val::Arr(_)) => true,
        (Val::Arr(_) | Val::TStr(_), Val::Obj(_)) => value.index(key).map(|_| true)?,
        _ => return Err(Error::index(value, key.clone())),
    };
    Ok(ProgramValue::from(is_there))
}

/// Whether a text is inside of another, each member of an array inside of one of another, each member of an object inside of
/// that of another.
fn contains(value: &Val, part: &Val) -> Result<bool, ProgramError> {
    step()?;
    match (value, part) {
        (Val::TStr(text), Val::TStr(part)) | (Val::BStr(text), Val::BStr(part)) => {
            Ok(memmem::find(text, part).is_some())
        }
        (Val::Arr(members), Val::Arr(parts)) => {
            for part in parts.iter() {
                let mut is_there = false;
                for member in members.iter() {
                    is_there = is_there || contains(member, part)?;
                }
                if !is_there {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Val::Obj(members), Val::Obj(parts)) => {
            for (key, part) in parts.iter() {
                let is_there = match members.get(key) {
                    Some(member) => contains(member, part)?,
                    None => false,
                };
                if !is_there {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (value, part) => Ok(compared(value, part).is_eq()),
    }
}

/// Where a value stands in a sorted array, or, below zero, where it would.
fn searched(array: &ProgramValue, sought: &ProgramValue) -> ValR<ProgramValue> {
    let Val::Arr(members) = &array.val else {
        return Err(Error::typ(array.clone(), "array"));
    };
    let found = members.binary_search_by(|member| compared(member, &sought.val));
    let place = found.map_or_else(|place| -1 - place as isize, |place| place as isize);
    Ok(ProgramValue::from(place))
}

fn array(value: ProgramValue) -> Result<(Vec<Val>, u32), ProgramError> {
    let depth = value.depth();
    match value.val {
        Val::Arr(members) => Ok((members.to_vec(), depth)),
        val => Err(Error::typ(ProgramValue::nested(val, depth), "array")),
    }
}

/// Sorting may not be given up halfway, so what is compared is looked at before.
fn sorted(value: ProgramValue) -> ValR<ProgramValue> {
    limits::may_be_unfolded(&value.val).map_err(refused)?;
    let (mut members, depth) = array(value)?;
    members.sort();
    Ok(ProgramValue::array(members, depth.saturating_sub(1)))
}

/// What a program makes of a member of an array, and the member.
type KeyedMember = (Val, Val);

/// The members of an array with what a program makes of each, in the order of that.
fn with_keys<'a, D: DataT<V<'a> = ProgramValue>>(
    mut call: Cv<'a, D>,
) -> Result<(Vec<KeyedMember>, u32), Exn<'a, ProgramValue>> {
    let (key, context) = call.0.pop_fun();
    let (members, depth) = array(call.1)?;
    let key_of = |member: &Val| {
        let member = ProgramValue::child(depth, member.clone());
        key.run((context.clone(), member))
            .collect::<ValX<ProgramValue>>()
    };
    let keys: ProgramValue = members.iter().map(key_of).collect::<ValX<_>>()?;
    limits::may_be_unfolded(&keys.val).map_err(refused)?;
    let (keys, _) = array(keys)?;
    let mut with_keys: Vec<KeyedMember> = keys.into_iter().zip(members).collect();
    with_keys.sort_by(|one, other| one.0.cmp(&other.0));
    Ok((with_keys, depth.saturating_sub(1)))
}

fn sorted_by<'a, D: DataT<V<'a> = ProgramValue>>(call: Cv<'a, D>) -> ValX<'a, ProgramValue> {
    let (members, depth) = with_keys(call)?;
    let members = members.into_iter().map(|(_, member)| member).collect();
    Ok(ProgramValue::array(members, depth))
}

fn grouped_by<'a, D: DataT<V<'a> = ProgramValue>>(call: Cv<'a, D>) -> ValX<'a, ProgramValue> {
    let (members, depth) = with_keys(call)?;
    let groups = members.chunk_by(|one, other| one.0 == other.0);
    Ok(groups
        .map(|group| {
            let members = group.iter().map(|(_, member)| member.clone());
            ProgramValue::array(members.collect(), depth)
        })
        .collect())
}
