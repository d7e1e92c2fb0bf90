//! The values that programs work on: those of jaq, made within limits (`limits`), so that no program takes all memory, and
//! nested no deeper than functions can go that call themselves.
//!
//! Where jaq has no way to refuse a value, an empty one takes its place: the excess is noted, and the program fails.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use jaq_core::val::Range;
use jaq_core::{Error, ValR};
use jaq_json::{Map, Val};

use super::limits::{self, Excess, TOO_NESTED};
use crate::reports::ingest::shapes::DEEPEST;

/// How deep values may be nested: those of reports, and what programs put them into.
const DEEPEST_VALUE: u32 = 1000;
/// Letters of a value that a message has.
const LONGEST_IN_MESSAGE: usize = 1000;

pub(super) type ProgramError = Error<ProgramValue>;

/// A value, and how deeply it is nested at most.
#[derive(Clone, Debug)]
pub(super) struct ProgramValue {
    pub val: Val,
    depth: u32,
}

pub(super) fn refused(excess: Excess) -> ProgramError {
    Error::str(excess)
}

impl ProgramValue {
    /// A part of a report.
    pub fn of_report(val: Val) -> ProgramValue {
        ProgramValue::nested(val, DEEPEST as u32)
    }

    pub fn scalar(val: Val) -> ProgramValue {
        ProgramValue { val, depth: 0 }
    }

    /// A value that is nested so deeply at most.
    pub fn nested(val: Val, depth: u32) -> ProgramValue {
        match val {
            Val::Arr(_) | Val::Obj(_) if depth > DEEPEST_VALUE => match depth_of(&val, 0) {
                Some(depth) => ProgramValue { val, depth },
                None => {
                    // Noted, and told at the next step.
                    let _noted = limits::refuse(TOO_NESTED);
                    ProgramValue::default()
                }
            },
            Val::Arr(_) | Val::Obj(_) => ProgramValue { val, depth },
            scalar => ProgramValue::scalar(scalar),
        }
    }

    pub fn array(members: Vec<Val>, depth_of_members: u32) -> ProgramValue {
        ProgramValue::nested(Val::Arr(Arc::new(members)), depth_of_members + 1)
    }

    pub fn object(members: Map, depth_of_members: u32) -> ProgramValue {
        ProgramValue::nested(Val::obj(members), depth_of_members + 1)
    }

    /// Something that is inside of this.
    pub fn child(depth_of_parent: u32, val: Val) -> ProgramValue {
        ProgramValue::nested(val, depth_of_parent.saturating_sub(1))
    }

    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// What a function makes of the whole value; its result is a scalar, or is nested no deeper.
    pub fn map(self, make: impl FnOnce(&Val) -> Val) -> ValR<ProgramValue> {
        if let Val::Arr(_) | Val::Obj(_) = self.val {
            limits::may_be_unfolded(&self.val).map_err(refused)?;
        }
        let made = make(&self.val);
        limits::step().map_err(refused)?;
        Ok(ProgramValue::nested(made, self.depth.max(1)))
    }

    /// The value as JSON.
    pub fn to_json(&self) -> ValR<ProgramValue> {
        limits::may_be_unfolded(&self.val).map_err(refused)?;
        let text = self.val.to_string();
        limits::step().map_err(refused)?;
        Ok(ProgramValue::from(text))
    }
}

/// How deeply a value is nested; `None` if more deeply than any may be.
fn depth_of(value: &Val, around: u32) -> Option<u32> {
    if around > DEEPEST_VALUE || limits::step().is_err() {
        return None;
    }
    match value {
        Val::Arr(members) => deepest(members.iter(), around),
        Val::Obj(members) => deepest(members.values(), around),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => Some(0),
    }
}

fn deepest<'v>(mut members: impl Iterator<Item = &'v Val>, around: u32) -> Option<u32> {
    let inside = members.try_fold(0, |deepest, member| {
        Some(depth_of(member, around + 1)?.max(deepest))
    });
    inside.map(|depth| depth + 1)
}

impl Default for ProgramValue {
    fn default() -> ProgramValue {
        ProgramValue::scalar(Val::Null)
    }
}

impl From<bool> for ProgramValue {
    fn from(truth: bool) -> ProgramValue {
        ProgramValue::scalar(Val::Bool(truth))
    }
}

impl From<isize> for ProgramValue {
    fn from(number: isize) -> ProgramValue {
        ProgramValue::scalar(Val::from(number))
    }
}

impl From<usize> for ProgramValue {
    fn from(number: usize) -> ProgramValue {
        ProgramValue::scalar(Val::from(number))
    }
}

impl From<f64> for ProgramValue {
    fn from(number: f64) -> ProgramValue {
        ProgramValue::scalar(Val::from(number))
    }
}

impl From<String> for ProgramValue {
    fn from(text: String) -> ProgramValue {
        ProgramValue::scalar(Val::from(text))
    }
}

impl From<Range<ProgramValue>> for ProgramValue {
    fn from(range: Range<ProgramValue>) -> ProgramValue {
        let [start, end] = [range.start, range.end].map(|end| end.map(|end| end.val));
        ProgramValue::nested(Val::from(start..end), 1)
    }
}

impl FromIterator<ProgramValue> for ProgramValue {
    fn from_iter<T: IntoIterator<Item = ProgramValue>>(values: T) -> ProgramValue {
        let mut depth = 0;
        let within = values.into_iter().map_while(|value| {
            depth = depth.max(value.depth);
            limits::step().is_ok().then_some(value.val)
        });
        let members = within.collect();
        ProgramValue::array(members, depth)
    }
}

/// As messages show it.
impl fmt::Display for ProgramValue {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut shown = ShownText {
            text: String::new(),
        };
        // It fails where there is more than is shown.
        let _more = write!(shown, "{}", self.val);
        f.write_str(&shown.text)
    }
}

/// The beginning of a text.
struct ShownText {
    text: String,
}

impl fmt::Write for ShownText {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = LONGEST_IN_MESSAGE.saturating_sub(self.text.len());
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(&part[..part.floor_char_boundary(room)]);
        self.text.push('…');
        Err(fmt::Error)
    }
}

impl PartialEq for ProgramValue {
    fn eq(&self, other: &ProgramValue) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ProgramValue {}

impl PartialOrd for ProgramValue {
    fn partial_cmp(&self, other: &ProgramValue) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ProgramValue {
    fn cmp(&self, other: &ProgramValue) -> Ordering {
        compared(&self.val, &other.val)
    }
}

/// The order of jq. Parts that are shared are compared as often as they are there, so these are steps too; where there were too
/// many, all is equal.
pub(super) fn compared(left: &Val, right: &Val) -> Ordering {
    match (left, right) {
        _ if limits::step().is_err() => Ordering::Equal,
        (Val::Arr(left), Val::Arr(right)) => all_compared(left.iter(), right.iter()),
        (Val::Obj(left), Val::Obj(right)) => {
            let (left, right) = (in_order(left), in_order(right));
            let keys = left.iter().map(|member| member.0);
            let by_keys = keys.cmp(right.iter().map(|member| member.0));
            by_keys.then_with(|| {
                let [left, right] =
                    [&left, &right].map(|members| members.iter().map(|member| member.1));
                all_compared(left, right)
            })
        }
        (left, right) => left.cmp(right),
    }
}

/// A key, which is no array and no object, and its value.
type ObjectMember<'v> = (&'v Val, &'v Val);

fn in_order(object: &Map) -> Vec<ObjectMember<'_>> {
    let mut members: Vec<ObjectMember> = object.iter().collect();
    members.sort_by_key(|member| member.0);
    members
}

fn all_compared<'v>(
    left: impl Iterator<Item = &'v Val>,
    mut right: impl Iterator<Item = &'v Val>,
) -> Ordering {
    for left in left {
        let ordering = match right.next() {
            Some(right) => compared(left, right),
            None => Ordering::Greater,
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    match right.next() {
        Some(_) => Ordering::Less,
        None => Ordering::Equal,
    }
}
