//! A report in which something has another type than its source expects → the same report without it.
//!
//! A program that meets such a thing fails, or gives fewer rows than there are. Which member is at fault is
//! found by leaving members out until it gives all rows, one row at a time.

use std::collections::BTreeMap;

use jaq_json::Val;

use super::places::{
    Place, PlaceStep, RowCount, RowPlace, at, kind, members, remove, row_places, written,
};
use super::programs::Program;
use super::report::LeftOut;
use crate::lang::model::RowPath;

/// Whether a program gives as many rows as there are.
pub(super) fn is_complete(program: &Program, paths: &[RowPath], value: &Val) -> bool {
    let Ok(wanted) = RowCount::of(value, paths) else {
        return false;
    };
    let mut given = 0;
    for row in program.run(value.clone()) {
        given += 1;
        if row.is_err() || given > wanted.rows && !wanted.is_open {
            return false;
        }
    }
    wanted.is_met_by(given)
}

/// The report without what the program cannot read, and what that was; `None` where nothing helps.
pub(super) fn repaired(
    program: &Program,
    paths: &[RowPath],
    value: Val,
) -> Option<(Val, BTreeMap<LeftOut, u64>)> {
    let places = row_places(&value, paths).ok()?;
    let mut repair = Repair {
        program,
        paths,
        value,
        places,
        known: Vec::new(),
        culprits: Vec::new(),
        left_out: BTreeMap::new(),
    };
    let all: Vec<usize> = (0..repair.places.len()).collect();
    if !repair.mend(&all) {
        return None;
    }
    let mut whole = repair.value;
    let before: u64 = repair.places.iter().map(|place| place.rows).sum();
    repair.culprits.sort();
    for place in repair.culprits.iter().rev() {
        remove(&mut whole, place);
    }
    let is_whole = RowCount::of(&whole, paths).is_ok_and(|after| after.rows == before)
        && is_complete(program, paths, &whole);
    is_whole.then_some((whole, repair.left_out))
}

/// The report without what a check of it cannot read, if that is one member of it.
pub(super) fn without_one(value: &Val, is_read: impl Fn(&Val) -> bool) -> Option<(Val, LeftOut)> {
    let culprit = members(value, &[])
        .into_iter()
        .find(|place| is_read(&without(value, std::slice::from_ref(place))))?;
    let culprit = narrowed(value, culprit, &is_read);
    let left_out = LeftOut {
        place: written(&culprit),
        found: kind(at(value, &culprit)?),
    };
    Some((without(value, &[culprit]), left_out))
}

/// The innermost member that has to go.
fn narrowed(value: &Val, mut culprit: Place, is_read: impl Fn(&Val) -> bool) -> Place {
    while let Some(inner) = members(value, &culprit)
        .into_iter()
        .find(|place| is_read(&without(value, std::slice::from_ref(place))))
    {
        culprit = inner;
    }
    culprit
}

/// Places are left out from the last to the first, so that none moves before it is.
fn without(value: &Val, places: &[Place]) -> Val {
    let mut places: Vec<&Place> = places.iter().collect();
    places.sort();
    let mut value = value.clone();
    for place in places.into_iter().rev() {
        remove(&mut value, place);
    }
    value
}

struct Repair<'a> {
    program: &'a Program,
    paths: &'a [RowPath],
    /// Without what was left out around the rows.
    value: Val,
    places: Vec<RowPlace>,
    /// Members of rows that were left out of others, and what they were.
    known: Vec<(Place, &'static str)>,
    /// What has to be left out of rows, by its place in the whole.
    culprits: Vec<Place>,
    left_out: BTreeMap<LeftOut, u64>,
}

impl Repair<'_> {
    /// Finds what is to be left out so that the report would be read if it had these rows only.
    fn mend(&mut self, rows: &[usize]) -> bool {
        crate::base::cancellation::beat(1);
        if is_complete(self.program, self.paths, &self.only(rows, &[])) {
            return true;
        }
        let again = self.known_in(rows);
        if !again.is_empty() && is_complete(self.program, self.paths, &self.only(rows, &again)) {
            again.into_iter().for_each(|place| self.leave_out(place));
            return true;
        }
        match rows {
            [] => self.mend_frame(),
            [row] => self.mend_row(*row),
            rows => {
                let (left, right) = rows.split_at(rows.len() / 2);
                // What surrounds all rows may be mended by the first half.
                self.mend(left) && self.mend(right)
            }
        }
    }

    /// The report with some of its rows, and those without some members.
    fn only(&self, rows: &[usize], removed: &[Place]) -> Val {
        let mut places: Vec<Place> = (0..self.places.len())
            .filter(|row| rows.binary_search(row).is_err())
            .map(|row| self.places[row].place.clone())
            .collect();
        places.extend_from_slice(removed);
        without(&self.value, &places)
    }

    /// Members of rows that are like those left out of others.
    fn known_in(&self, rows: &[usize]) -> Vec<Place> {
        let mut found = Vec::new();
        for row in rows {
            for (inside, what) in &self.known {
                let place: Place = self.places[*row]
                    .place
                    .iter()
                    .chain(inside)
                    .cloned()
                    .collect();
                if at(&self.value, &place).is_some_and(|value| kind(value) == *what) {
                    found.push(place);
                }
            }
        }
        found
    }

    fn mend_row(&mut self, row: usize) -> bool {
        let place = self.places[row].place.clone();
        let is_read = |own: &Self, removed: &[Place]| {
            is_complete(own.program, own.paths, &own.only(&[row], removed))
        };
        let inside = members(&self.value, &place);
        let around = self.around(&place);
        let one = inside.iter().chain(&around);
        let one = one
            .into_iter()
            .find(|member| is_read(self, std::slice::from_ref(member)));
        if let Some(mut culprit) = one.cloned() {
            while let Some(inner) = members(&self.value, &culprit)
                .into_iter()
                .find(|inner| is_read(self, std::slice::from_ref(inner)))
            {
                culprit = inner;
            }
            match culprit.starts_with(&place) {
                true => self.leave_out(culprit),
                false => self.leave_out_of_frame(culprit),
            }
            return true;
        }
        // Several at once: none is kept but those with which the row is still read.
        let scalars =
            |member: &&Place| !matches!(at(&self.value, member), Some(Val::Arr(_) | Val::Obj(_)));
        let lists: Vec<Place> = inside
            .iter()
            .filter(|member| !scalars(member))
            .cloned()
            .collect();
        let start = [inside.clone(), lists]
            .into_iter()
            .find(|removed| is_read(self, removed));
        let Some(mut removed) = start else {
            return false;
        };
        for member in inside {
            let fewer: Vec<Place> = removed
                .iter()
                .filter(|each| **each != member)
                .cloned()
                .collect();
            if fewer.len() < removed.len() && is_read(self, &fewer) {
                removed = fewer;
            }
        }
        removed.into_iter().for_each(|place| self.leave_out(place));
        true
    }

    /// Members of what surrounds a row, but for those that lead to it.
    fn around(&self, place: &[PlaceStep]) -> Vec<Place> {
        let mut found = Vec::new();
        for depth in 0..place.len() {
            if let Some(Val::Obj(_)) = at(&self.value, &place[..depth]) {
                let own = members(&self.value, &place[..depth]);
                found.extend(
                    own.into_iter()
                        .filter(|member| member[depth] != place[depth]),
                );
            }
        }
        found
    }

    fn mend_frame(&mut self) -> bool {
        let empty = self.only(&[], &[]);
        let is_read = |value: &Val| is_complete(self.program, self.paths, value);
        let found = without_one(&empty, is_read);
        let Some((_, left_out)) = found else {
            return false;
        };
        let top = members(&self.value, &[]);
        let culprit = top.into_iter().find(|place| {
            let name = written(place);
            left_out.place == name || left_out.place.starts_with(&format!("{name}."))
        });
        culprit.is_some_and(|place| {
            self.leave_out_of_frame(place);
            true
        })
    }

    fn leave_out(&mut self, place: Place) {
        let Some(found) = at(&self.value, &place).map(kind) else {
            return;
        };
        let what = LeftOut {
            place: written(&place),
            found,
        };
        *self.left_out.entry(what).or_default() += 1;
        let row = self.places.iter().find(|row| place.starts_with(&row.place));
        if let Some(row) = row {
            let inside = (place[row.place.len()..].to_vec(), found);
            if !self.known.contains(&inside) {
                self.known.push(inside);
            }
        }
        self.culprits.push(place);
    }

    fn leave_out_of_frame(&mut self, place: Place) {
        if let Some(found) = at(&self.value, &place).map(kind) {
            let what = LeftOut {
                place: written(&place),
                found,
            };
            *self.left_out.entry(what).or_default() += 1;
        }
        remove(&mut self.value, &place);
    }
}
