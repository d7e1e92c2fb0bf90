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

fn collect(
    value: &Val,
    steps: &[RowStep],
    place: &mut Place,
    found: &mut Vec<RowPlace>,
) -> Result<(), String> {
    if let [RowStep::Member(name), RowStep::AtLeastOne] = steps {
        // The row is what has the list, not what is in it.
        if let Val::Obj(members) = value {
            let rows = match members.get(&Val::from(name.clone())) {
                Some(Val::Arr(values)) => values.len().max(1) as u64,
                _ => 1,
            };
            let place = place.clone();
            found.push(RowPlace { place, rows });
        }
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
        (RowStep::Member(name), Val::Obj(members)) => {
            match members.get(&Val::from(name.clone())) {
                Some(inner) => down(inner, PlaceStep::Member(name.clone()), rest),
                None => Ok(()),
            }
        }
        // A report of another shape: another path is its.
        (RowStep::Member(_), _) => Ok(()),
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
        (RowStep::AtLeastOne, _) => Ok(()),
        (RowStep::Each | RowStep::Values, Val::Null) => Ok(()),
        // One instead of several, as XML has it. Of the report itself it is another shape.
        (RowStep::Each, Val::Obj(_)) if place.is_empty() => Ok(()),
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
            .map(|name| below(PlaceStep::Member(super::values::text(name).unwrap_or_default())))
            .collect(),
        Some(Val::Arr(values)) => (0..values.len())
            .map(|index| below(PlaceStep::Index(index)))
            .collect(),
        _ => Vec::new(),
    }
}
