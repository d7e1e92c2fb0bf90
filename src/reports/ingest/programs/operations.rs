//! What the signs of programs do: `+`, `.[k]`, `|=` and the others, each within limits.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::sync::Arc;

use jaq_core::ops::Math;
use jaq_core::path::Opt;
use jaq_core::val::Range;
use jaq_core::{Error, Exn, ValR, ValT, ValX};
use jaq_json::{Map, Num, Val};
use jaq_std::ValT as _;
use memchr::memmem;

use super::limits;
use super::value::{ProgramError, ProgramValue, compared, refused};

/// The largest number that programs reckon with, in bits: a thousand digits.
const LONGEST_NUMBER: u64 = 3322;
/// What a member of an array takes, of an object, and a part of a text.
const MEMBER_BYTES: [usize; 3] = [16, 64, 64];

/// The result of an operation on numbers and texts, which may fail.
fn settled(result: ValR<Val>, depth: u32) -> ValR<ProgramValue> {
    match result {
        Ok(val) => Ok(ProgramValue::nested(val, depth)),
        Err(error) => Err(Error::new(ProgramValue::nested(error.into_val(), depth))),
    }
}

fn room(bytes: usize) -> Result<(), ProgramError> {
    limits::room(bytes).map_err(refused)
}

impl Add for ProgramValue {
    type Output = ValR<ProgramValue>;
    fn add(self, other: ProgramValue) -> ValR<ProgramValue> {
        let [array, object, _] = MEMBER_BYTES;
        let bytes = match (&self.val, &other.val) {
            (Val::Null, _) => return Ok(other),
            (_, Val::Null) => return Ok(self),
            (Val::Num(_), Val::Num(_)) => 0,
            (Val::TStr(left), Val::TStr(right)) | (Val::BStr(left), Val::BStr(right)) => {
                left.len() + right.len()
            }
            (Val::Arr(left), Val::Arr(right)) => array * (left.len() + right.len()),
            (Val::Obj(left), Val::Obj(right)) => object * (left.len() + right.len()),
            _ => return Err(Error::math(self, Math::Add, other)),
        };
        room(bytes)?;
        let depth = self.depth().max(other.depth());
        settled(self.val + other.val, depth)
    }
}

impl Sub for ProgramValue {
    type Output = ValR<ProgramValue>;
    fn sub(self, other: ProgramValue) -> ValR<ProgramValue> {
        room(0)?;
        match (&self.val, &other.val) {
            (Val::Num(_), Val::Num(_)) => settled(self.val - other.val, 0),
            (Val::Arr(members), Val::Arr(without)) => {
                let mut without: Vec<&Val> = without.iter().collect();
                without.sort_by(|one, other| compared(one, other));
                let stays = |member: &&Val| {
                    let found = without.binary_search_by(|each| compared(each, member));
                    found.is_err()
                };
                let left = members.iter().filter(stays).cloned().collect();
                Ok(ProgramValue::nested(Val::Arr(Arc::new(left)), self.depth()))
            }
            _ => Err(Error::math(self, Math::Sub, other)),
        }
    }
}

impl Mul for ProgramValue {
    type Output = ValR<ProgramValue>;
    fn mul(self, other: ProgramValue) -> ValR<ProgramValue> {
        let depth = self.depth().max(other.depth());
        match (self.val, other.val) {
            (Val::Num(left), Val::Num(right)) => {
                if bits(&left) + bits(&right) > LONGEST_NUMBER {
                    return Err(Error::str(
                        "the program reckons with numbers of more than 1000 digits",
                    ));
                }
                room(0)?;
                settled(Val::Num(left) * Val::Num(right), 0)
            }
            (text @ (Val::TStr(_) | Val::BStr(_)), Val::Num(times))
            | (Val::Num(times), text @ (Val::TStr(_) | Val::BStr(_))) => {
                let length = text.as_bytes().map_or(0, <[u8]>::len);
                // More than a machine counts is too often, and less than never is never.
                let often = match &times {
                    Num::Int(times) => usize::try_from(*times).unwrap_or_default(),
                    Num::BigInt(_) => usize::MAX,
                    Num::Float(_) | Num::Dec(_) => 0,
                };
                room(length.saturating_mul(often))?;
                settled(text * Val::Num(times), 0)
            }
            (Val::Obj(mut into), Val::Obj(from)) => {
                merge(&mut into, &from)?;
                Ok(ProgramValue::nested(Val::Obj(into), depth))
            }
            (left, right) => Err(Error::math(
                ProgramValue::nested(left, depth),
                Math::Mul,
                ProgramValue::nested(right, depth),
            )),
        }
    }
}

fn bits(number: &Num) -> u64 {
    match number {
        Num::BigInt(number) => number.bits(),
        Num::Int(_) | Num::Float(_) | Num::Dec(_) => 0,
    }
}

/// Puts the members of an object into another, and those of objects in both into each other.
fn merge(into: &mut Arc<Map>, from: &Map) -> Result<(), ProgramError> {
    let [_, object, _] = MEMBER_BYTES;
    room(object * (into.len() + from.len()))?;
    let into = Arc::make_mut(into);
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Val::Obj(inner)), Val::Obj(from)) => merge(inner, from)?,
            (Some(inner), value) => *inner = value.clone(),
            (None, value) => drop(into.insert(key.clone(), value.clone())),
        }
    }
    Ok(())
}

impl Div for ProgramValue {
    type Output = ValR<ProgramValue>;
    fn div(self, other: ProgramValue) -> ValR<ProgramValue> {
        let [_, _, part] = MEMBER_BYTES;
        let parts = match (&self.val, &other.val) {
            (Val::Num(_), Val::Num(_)) => 0,
            (Val::TStr(text), Val::TStr(between)) | (Val::BStr(text), Val::BStr(between)) => {
                match between.is_empty() {
                    true => text.len(),
                    false => memmem::find_iter(text, between.as_ref()).count() + 1,
                }
            }
            _ => return Err(Error::math(self, Math::Div, other)),
        };
        room(parts * part)?;
        settled(self.val / other.val, 1)
    }
}

impl Rem for ProgramValue {
    type Output = ValR<ProgramValue>;
    fn rem(self, other: ProgramValue) -> ValR<ProgramValue> {
        room(0)?;
        match (&self.val, &other.val) {
            (Val::Num(_), Val::Num(_)) => settled(self.val % other.val, 0),
            _ => Err(Error::math(self, Math::Rem, other)),
        }
    }
}

impl Neg for ProgramValue {
    type Output = ValR<ProgramValue>;
    fn neg(self) -> ValR<ProgramValue> {
        match &self.val {
            Val::Num(_) => settled(-self.val, 0),
            _ => Err(Error::typ(self, "number")),
        }
    }
}

/// What has members.
const WITH_MEMBERS: &str = "iterable (array or object)";

/// Whether a value is one that keys of objects may be: an array would have to be compared member by member.
fn is_key(value: &Val) -> bool {
    !matches!(value, Val::Arr(_) | Val::Obj(_))
}

fn owned<T: Clone>(shared: Arc<T>) -> T {
    Arc::try_unwrap(shared).unwrap_or_else(|shared| (*shared).clone())
}

type Boxed<T> = Box<dyn Iterator<Item = ValR<T, ProgramValue>>>;

impl ValT for ProgramValue {
    fn from_num(digits: &str) -> ValR<ProgramValue> {
        settled(Val::from_num(digits), 0)
    }

    fn from_map<I: IntoIterator<Item = (ProgramValue, ProgramValue)>>(
        members: I,
    ) -> ValR<ProgramValue> {
        let mut object = Map::default();
        let mut depth = 0;
        for (key, value) in members {
            room(0)?;
            if !is_key(&key.val) {
                return Err(Error::typ(key, "key of an object"));
            }
            depth = depth.max(value.depth());
            object.insert(key.val, value.val);
        }
        Ok(ProgramValue::object(object, depth))
    }

    fn key_values(self) -> Boxed<(ProgramValue, ProgramValue)> {
        let depth = self.depth();
        if is_key(&self.val) {
            return Box::new(std::iter::once(Err(Error::typ(self, WITH_MEMBERS))));
        }
        Box::new(self.val.key_values().map(move |member| {
            room(0)?;
            let (key, value) =
                member.map_err(|error| Error::new(ProgramValue::scalar(error.into_val())))?;
            Ok((ProgramValue::scalar(key), ProgramValue::child(depth, value)))
        }))
    }

    fn values(self) -> Boxed<ProgramValue> {
        let depth = self.depth();
        if is_key(&self.val) {
            return Box::new(std::iter::once(Err(Error::typ(self, WITH_MEMBERS))));
        }
        Box::new(self.val.values().map(move |value| {
            room(0)?;
            settled(value, depth.saturating_sub(1))
        }))
    }

    fn index(self, key: &ProgramValue) -> ValR<ProgramValue> {
        let depth = self.depth();
        match (&self.val, &key.val) {
            (Val::Null, _) => Ok(ProgramValue::default()),
            (Val::Obj(_), Val::Arr(_) | Val::Obj(_)) => Ok(ProgramValue::default()),
            (Val::Obj(members), key) => {
                let found = members.get(key).cloned();
                Ok(ProgramValue::child(depth, found.unwrap_or_default()))
            }
            (Val::Arr(_) | Val::BStr(_), Val::Num(Num::Int(_) | Num::BigInt(_))) => {
                settled(self.val.index(&key.val), depth.saturating_sub(1))
            }
            (Val::Arr(_), Val::Arr(_)) => self.places_of(key),
            (Val::Arr(_) | Val::TStr(_) | Val::BStr(_), Val::Obj(ends)) => {
                let [start, end] = ends_of(ends);
                self.range(start.as_ref()..end.as_ref())
            }
            _ => Err(Error::index(self, key.clone())),
        }
    }

    fn range(self, range: Range<&ProgramValue>) -> ValR<ProgramValue> {
        room(0)?;
        if !matches!(&self.val, Val::Arr(_) | Val::TStr(_) | Val::BStr(_)) {
            return Err(Error::typ(self, "rangeable (array or string)"));
        }
        for end in [range.start, range.end].into_iter().flatten() {
            if !matches!(&end.val, Val::Null | Val::Num(_)) {
                return Err(Error::typ(end.clone(), "integer"));
            }
        }
        let depth = self.depth();
        let [start, end] = [range.start, range.end].map(|end| end.map(|end| &end.val));
        settled(self.val.range(start..end), depth)
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, ProgramValue>>>(
        self,
        opt: Opt,
        change: impl Fn(ProgramValue) -> I,
    ) -> ValX<'a, ProgramValue> {
        let depth = self.depth();
        let mut deepest = 0;
        match self.val {
            Val::Arr(members) => {
                let mut changed = Vec::new();
                for member in owned(members) {
                    for value in change(ProgramValue::child(depth, member)) {
                        let value = value?;
                        room(0)?;
                        deepest = deepest.max(value.depth());
                        changed.push(value.val);
                    }
                }
                Ok(ProgramValue::array(changed, deepest))
            }
            Val::Obj(members) => {
                let mut changed = Map::default();
                for (key, member) in owned(members) {
                    room(0)?;
                    if let Some(value) = change(ProgramValue::child(depth, member)).next() {
                        let value = value?;
                        deepest = deepest.max(value.depth());
                        changed.insert(key, value.val);
                    }
                }
                Ok(ProgramValue::object(changed, deepest))
            }
            scalar => opt.fail(ProgramValue::scalar(scalar), |value| {
                Exn::from(Error::typ(value, WITH_MEMBERS))
            }),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, ProgramValue>>>(
        self,
        key: &ProgramValue,
        opt: Opt,
        change: impl Fn(ProgramValue) -> I,
    ) -> ValX<'a, ProgramValue> {
        room(0)?;
        let depth = self.depth();
        match (self.val, &key.val) {
            (val @ (Val::Arr(_) | Val::TStr(_) | Val::BStr(_)), Val::Obj(ends)) => {
                let [start, end] = ends_of(ends);
                ProgramValue::nested(val, depth).map_range(
                    start.as_ref()..end.as_ref(),
                    opt,
                    change,
                )
            }
            (Val::Obj(mut members), key) if is_key(key) => {
                let object = Arc::make_mut(&mut members);
                let before = object.get_mut(key).map(std::mem::take);
                let before = ProgramValue::child(depth, before.unwrap_or_default());
                let mut deepest = depth;
                match change(before).next().transpose()? {
                    Some(value) => {
                        deepest = deepest.max(value.depth() + 1);
                        object.insert(key.clone(), value.val);
                    }
                    None => drop(object.swap_remove(key)),
                }
                Ok(ProgramValue::nested(Val::Obj(members), deepest))
            }
            (Val::Arr(mut members), Val::Num(_)) => {
                let place = key
                    .as_isize()
                    .and_then(|place| match usize::try_from(place) {
                        Ok(place) => Some(place),
                        Err(_) => members.len().checked_sub(place.unsigned_abs()),
                    });
                let Some(place) = place.filter(|place| *place < members.len()) else {
                    let value = ProgramValue::nested(Val::Arr(members), depth);
                    let words = format!("index {key} out of bounds");
                    return opt.fail(value, |_| Exn::from(Error::str(words)));
                };
                let array = Arc::make_mut(&mut members);
                let before = ProgramValue::child(depth, std::mem::take(&mut array[place]));
                let mut deepest = depth;
                match change(before).next().transpose()? {
                    Some(value) => {
                        deepest = deepest.max(value.depth() + 1);
                        array[place] = value.val;
                    }
                    None => drop(array.remove(place)),
                }
                Ok(ProgramValue::nested(Val::Arr(members), deepest))
            }
            (val, _) => opt.fail(ProgramValue::nested(val, depth), |value| {
                Exn::from(Error::typ(value, WITH_MEMBERS))
            }),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, ProgramValue>>>(
        self,
        range: Range<&ProgramValue>,
        opt: Opt,
        change: impl Fn(ProgramValue) -> I,
    ) -> ValX<'a, ProgramValue> {
        let whole = self.clone();
        let Some(empty) = self.emptied() else {
            return opt.fail(self, |value| Exn::from(Error::typ(value, "array")));
        };
        let inside = match whole.clone().range(range.clone()) {
            Ok(inside) => inside,
            Err(error) => return opt.fail(self, |_| Exn::from(error)),
        };
        let is_there = |end: &&ProgramValue| !matches!(end.val, Val::Null);
        let before = match range.start.filter(is_there) {
            Some(start) => whole.clone().range(None..Some(start))?,
            None => empty.clone(),
        };
        let passed = (before.length()? + inside.length()?)?;
        let after = whole.range(Some(&passed)..None)?;
        let changed = change(inside).next().transpose()?;
        let changed = changed.unwrap_or_else(|| empty.clone());
        match std::mem::discriminant(&changed.val) == std::mem::discriminant(&empty.val) {
            true => Ok(((before + changed)? + after)?),
            false => Err(Error::typ(changed, "part of an array or a text"))?,
        }
    }

    fn as_bool(&self) -> bool {
        self.val.as_bool()
    }

    fn into_string(self) -> ProgramValue {
        match self.val {
            Val::Arr(_) | Val::Obj(_) => self.to_json().unwrap_or_default(),
            scalar => ProgramValue::scalar(scalar.into_string()),
        }
    }
}

/// Where a range begins and ends that is written as an object.
fn ends_of(ends: &Map) -> [Option<ProgramValue>; 2] {
    ["start", "end"].map(|name| {
        let end = ends.get(&Val::from(name.to_string()));
        end.cloned().map(|end| ProgramValue::nested(end, 1))
    })
}

impl ProgramValue {
    /// The empty value of a kind that has ranges.
    fn emptied(&self) -> Option<ProgramValue> {
        match &self.val {
            Val::Arr(_) => Some(std::iter::empty::<ProgramValue>().collect()),
            Val::TStr(_) => Some(ProgramValue::from(String::new())),
            Val::BStr(_) => Some(ProgramValue::scalar(Val::byte_str(Vec::new()))),
            Val::Null | Val::Bool(_) | Val::Num(_) | Val::Obj(_) => None,
        }
    }
}

impl jaq_std::ValT for ProgramValue {
    fn into_seq<S: FromIterator<ProgramValue>>(self) -> Result<S, ProgramValue> {
        let depth = self.depth();
        match self.val {
            Val::Arr(members) => {
                let members = owned(members).into_iter();
                Ok(members
                    .map(|member| ProgramValue::child(depth, member))
                    .collect())
            }
            val => Err(ProgramValue::nested(val, depth)),
        }
    }

    fn is_int(&self) -> bool {
        self.val.is_int()
    }

    fn as_isize(&self) -> Option<isize> {
        self.val.as_isize()
    }

    fn as_f64(&self) -> Option<f64> {
        self.val.as_f64()
    }

    fn is_utf8_str(&self) -> bool {
        self.val.is_utf8_str()
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.val.as_bytes()
    }

    fn as_sub_str(&self, part: &[u8]) -> ProgramValue {
        ProgramValue::scalar(self.val.as_sub_str(part))
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> ProgramValue {
        ProgramValue::scalar(Val::from_utf8_bytes(bytes))
    }
}
