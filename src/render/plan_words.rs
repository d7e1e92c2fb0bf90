//! What the queries of a plan serve: words that its text and its JSON share.

use crate::exec::compute::{CubeDescription, PlanDescription, ServedPeriods};

/// The columns of the answer that have numbers of a query, each once.
pub(super) fn served_columns<'d>(
    described: &'d PlanDescription,
    cube: &CubeDescription,
) -> Vec<&'d str> {
    let served = cube.serves.iter();
    let columns = served.flat_map(|served| &described.measures[served.measure].columns);
    once(columns.map(String::as_str))
}

/// The measures that have numbers of a query, in words, each once.
pub(super) fn served_measures<'d>(
    described: &'d PlanDescription,
    cube: &CubeDescription,
) -> Vec<&'d str> {
    let served = cube.serves.iter();
    once(served.map(|served| described.measures[served.measure].measure.as_str()))
}

/// Which periods a query is for, if not those that were asked for.
pub(super) fn over_periods(cube: &CubeDescription) -> &'static str {
    let has = |over: ServedPeriods| cube.serves.iter().any(|served| served.over == over);
    match (
        has(ServedPeriods::Own),
        has(ServedPeriods::Compared),
        has(ServedPeriods::Whole),
    ) {
        (true, false, false) | (false, false, false) => "",
        (true, true, false) => ", also of the periods compared with",
        (true, false, true) => ", also of the whole range",
        (true, true, true) => ", also of the periods compared with and the whole range",
        (false, true, false) => ", of the periods compared with",
        (false, false, true) => ", of the whole range",
        (false, true, true) => ", of the periods compared with and the whole range",
    }
}

/// The word of JSON for periods.
pub(super) fn periods_key(over: ServedPeriods) -> &'static str {
    match over {
        ServedPeriods::Own => "own",
        ServedPeriods::Compared => "compared",
        ServedPeriods::Whole => "whole",
    }
}

fn once<'d>(all: impl Iterator<Item = &'d str>) -> Vec<&'d str> {
    let mut distinct: Vec<&str> = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
