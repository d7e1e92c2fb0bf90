//! Where in a report its rows are, found without the programs of its source, and the report without some
//! of what is in it.

use std::sync::Arc;

use jaq_json::Val;

use crate::lang::model::{RowPath, RowStep};

/// The way to a value in a report.
pub(super) type Place = Vec<PlaceStep>;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum PlaceStep {
    Member(String),
    Index(usize),
}

/// A place of rows, and how many there must be from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RowPlace {
    pub place: Place,
    pub rows: u64,
}

/// The places of rows of a report, by the paths of its source.
///
/// # Errors
///
/// In words: where a list should be there is something else.
pub(super) fn row_places(value: &Val, paths: &[RowPath]) -> Result<Vec<RowPlace>, String> {
    let mut found = Vec::new();
    for path in paths {
        collect(value, &path.steps, &mut Vec::new(), &mut found)?;
    }
    Ok(found)
}

/// How many rows there must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RowCount {
    pub rows: u64,
    /// Or more.
    pub is_open: bool,
}

impl RowCount {
    /// Of a report, by the paths of its source.
    pub fn of(value: &Val, paths: &[RowPath]) -> Result<RowCount, String> {
        let places = row_places(value, paths)?;
        Ok(RowCount {
            rows: places.iter().map(|place| place.rows).sum(),
            is_open: paths.iter().any(|path| path.is_open),
        })
    }

    pub fn is_met_by(self, given: u64) -> bool {
        given == self.rows || self.is_open && given > self.rows && self.rows > 0
    }
}

fn collect(
    value: &Val,
    steps: &[RowStep],
    place: &mut Place,
    found: &mut Vec<RowPlace>,
) -> Result<(), String> {
    if let Some(rows) = at_least_one(value, steps) {
        // The row is what has the list, not what is in it.
        let place = place.clone();
        found.push(RowPlace { place, rows });
        return Ok(());
    }
    let Some((step, rest)) = steps.split_first() else {
        // What is not there is no row.
        if !matches!(value, Val::Null) || matches!(place.last(), Some(PlaceStep::Index(_))) {
            found.push(RowPlace {
                place: place.clone(),
                rows: 1,
            });
        }
        return Ok(());
    };
    let mut down = |inner: &Val, step: PlaceStep, rest: &[RowStep]| {
        place.push(step);
        let collected = collect(inner, rest, place, found);
        place.pop();
        collected
    };
    match (step, value) {
        (RowStep::Member(name), Val::Obj(members)) => match members.get(&Val::from(name.clone())) {
            Some(inner) => down(inner, PlaceStep::Member(name.clone()), rest),
            None => Ok(()),
        },
        (RowStep::Like(pattern), Val::Obj(members)) => {
            for (name, inner) in members.iter() {
                let name = super::values::text(name).unwrap_or_default();
                // Of a path its last part counts.
                let file = name.rsplit('/').next().unwrap_or(&name);
                if is_like(file, pattern) {
                    down(inner, PlaceStep::Member(name), rest)?;
                }
            }
            Ok(())
        }
        (RowStep::Inside(name), Val::Obj(members))
            if members.contains_key(&Val::from(name.clone())) =>
        {
            let inner = &members[&Val::from(name.clone())];
            down(inner, PlaceStep::Member(name.clone()), rest)
        }
        (RowStep::Inside(_), value) => collect(value, rest, place, found),
        (RowStep::FirstOf(names), Val::Obj(members)) => {
            let there = names.iter().find_map(|name| {
                let inner = members.get(&Val::from(name.clone()))?;
                has_anything(inner).then_some((name, inner))
            });
            match there {
                Some((name, inner)) => down(inner, PlaceStep::Member(name.clone()), rest),
                None => Ok(()),
            }
        }
        (RowStep::Anywhere(wanted), Val::Obj(members)) => {
            for (name, inner) in members.iter() {
                let name = super::values::text(name).unwrap_or_default();
                let steps = if name == *wanted { rest } else { steps };
                down(inner, PlaceStep::Member(name), steps)?;
            }
            Ok(())
        }
        (RowStep::Anywhere(_), Val::Arr(values)) => {
            for (index, inner) in values.iter().enumerate() {
                down(inner, PlaceStep::Index(index), steps)?;
            }
            Ok(())
        }
        // A report of another shape: another path is its.
        (RowStep::Member(_) | RowStep::Like(_) | RowStep::Anywhere(_) | RowStep::FirstOf(_), _) => {
            Ok(())
        }
        (RowStep::Each, Val::Arr(values)) => {
            for (index, inner) in values.iter().enumerate() {
                down(inner, PlaceStep::Index(index), rest)?;
            }
            Ok(())
        }
        (RowStep::Values, Val::Obj(members)) => {
            for (name, inner) in members.iter() {
                let name = super::values::text(name).unwrap_or_default();
                down(inner, PlaceStep::Member(name), rest)?;
            }
            Ok(())
        }
        (RowStep::AtLeastOne | RowStep::AtLeastOneObject, _) => Ok(()),
        (RowStep::Each | RowStep::Values, Val::Null) => Ok(()),
        // One instead of several, as XML has it, and a single document of many.
        (RowStep::Each, Val::Obj(_)) => collect(value, rest, place, found),
        (RowStep::Each, Val::TStr(_)) if rest.is_empty() && !place.is_empty() => {
            collect(value, rest, place, found)
        }
        (RowStep::Each | RowStep::Values, _) if place.is_empty() => Ok(()),
        (RowStep::Each, other) => Err(format!(
            "`{}` is {}, not a list",
            written(place),
            kind(other)
        )),
        (RowStep::Values, other) => Err(format!(
            "`{}` is {}, not an object",
            written(place),
            kind(other)
        )),
    }
}

/// Whether a name is like a pattern, in which `*` is any text; without regard to case.
pub(super) fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn has_anything(value: &Val) -> bool {
    match value {
        Val::Null => false,
        Val::Arr(values) => !values.is_empty(),
        Val::Obj(members) => !members.is_empty(),
        Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => true,
    }
}

/// How many rows a value is that has a list of them, or none, below members alone.
fn at_least_one(value: &Val, steps: &[RowStep]) -> Option<u64> {
    let (last, names) = steps.split_last()?;
    let counts = |value: &&Val| match last {
        RowStep::AtLeastOne => true,
        _ => matches!(value, Val::Obj(_)),
    };
    if !matches!(last, RowStep::AtLeastOne | RowStep::AtLeastOneObject) {
        return None;
    }
    let Val::Obj(_) = value else {
        return None;
    };
    let mut list = Some(value);
    for step in names {
        let RowStep::Member(name) = step else {
            return None;
        };
        list = match list {
            Some(Val::Obj(members)) => members.get(&Val::from(name.clone())),
            _ => None,
        };
    }
    Some(match list {
        Some(Val::Arr(values)) => values.iter().filter(counts).count().max(1) as u64,
        _ => 1,
    })
}

/// What a value is, in a word.
pub(super) fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "null",
        Val::Bool(_) => "a yes or no",
        Val::Num(_) => "a number",
        Val::BStr(_) | Val::TStr(_) => "a text",
        Val::Arr(_) => "a list",
        Val::Obj(_) => "an object",
    }
}

/// A place as people write it, whatever the numbers in lists: `runs[].results[]`.
pub(super) fn written(place: &[PlaceStep]) -> String {
    let mut text = String::new();
    for step in place {
        match step {
            PlaceStep::Member(name) if text.is_empty() => text += name,
            PlaceStep::Member(name) => text += &format!(".{name}"),
            PlaceStep::Index(_) => text += "[]",
        }
    }
    text
}

/// The value at a place.
pub(super) fn at<'a>(value: &'a Val, place: &[PlaceStep]) -> Option<&'a Val> {
    let mut value = value;
    for step in place {
        value = match (step, value) {
            (PlaceStep::Member(name), Val::Obj(members)) => {
                members.get(&Val::from(name.clone()))?
            }
            (PlaceStep::Index(index), Val::Arr(values)) => values.get(*index)?,
            (PlaceStep::Member(_) | PlaceStep::Index(_), _) => return None,
        };
    }
    Some(value)
}

/// Takes a member away.
pub(super) fn remove(value: &mut Val, place: &[PlaceStep]) {
    let Some((first, rest)) = place.split_first() else {
        return;
    };
    match (first, value) {
        (PlaceStep::Member(name), Val::Obj(members)) => {
            let members = Arc::make_mut(members);
            let name = Val::from(name.clone());
            match rest.is_empty() {
                true => drop(members.shift_remove(&name)),
                false => {
                    if let Some(inner) = members.get_mut(&name) {
                        remove(inner, rest);
                    }
                }
            }
        }
        (PlaceStep::Index(index), Val::Arr(values)) if *index < values.len() => {
            let values = Arc::make_mut(values);
            match rest.is_empty() {
                true => drop(values.remove(*index)),
                false => remove(&mut values[*index], rest),
            }
        }
        (PlaceStep::Member(_) | PlaceStep::Index(_), _) => {}
    }
}

/// The members of a value: of an object its own, of an array those of its elements too.
pub(super) fn members(value: &Val, place: &[PlaceStep]) -> Vec<Place> {
    let below = |step: PlaceStep| {
        let mut below = place.to_vec();
        below.push(step);
        below
    };
    match at(value, place) {
        Some(Val::Obj(members)) => members
            .keys()
            .map(|name| {
                below(PlaceStep::Member(
                    super::values::text(name).unwrap_or_default(),
                ))
            })
            .collect(),
        Some(Val::Arr(values)) => (0..values.len())
            .map(|index| below(PlaceStep::Index(index)))
            .collect(),
        _ => Vec::new(),
    }
}
