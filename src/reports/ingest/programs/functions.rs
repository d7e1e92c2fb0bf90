//! Functions that programs may call: those of jq, and what nearly every source asks of nearly every
//! field. The latter are here because in jq itself they take most of the time that a report takes.

use std::sync::LazyLock;

use jaq_core::native::{Filter, Fun, bome, run, v};
use jaq_core::{Bind, DataT, Error, RunPtr, ValT as _, ValX, ValXs};
use jaq_json::{Map, Val};
use jaq_std::ValT as _;
use regex::Regex;

use super::value::{ProgramError, ProgramValue, refused};
use super::{bounds, limits, patterns, standard};
use crate::exec::data;
use crate::reports::ingest::{stable, values};

/// All functions that are not written in jq.
pub(super) fn all<D: for<'a> DataT<V<'a> = ProgramValue>>() -> impl Iterator<Item = Fun<D>> {
    let others = jaq_core::funs().chain(jaq_std::funs());
    let standard = standard::all().into_vec();
    let patterns = patterns::all().into_vec();
    let outside = outside().into_vec();
    let replaced = standard.iter().chain(&patterns).chain(&outside);
    let names: Vec<&'static str> = replaced.map(|function| function.0).collect();
    let ours = standard.into_iter().chain(patterns).chain(outside);
    others
        .filter(move |function| !names.contains(&function.0))
        .chain(ours.map(run))
        .chain(own().into_vec().into_iter().map(run))
}

/// Functions of jq that reach outside of the report, which every program may name and none may call: the same
/// report gives the same rows, whenever and wherever it is read, and no program ends the command that runs it.
fn outside<D: for<'a> DataT<V<'a> = ProgramValue>>() -> Box<[Filter<RunPtr<D>>]> {
    Box::new([
        ("now", v(0), |_| no(CLOCK)),
        ("localtime", v(0), |_| no(CLOCK)),
        ("strflocaltime", v(1), |_| no(CLOCK)),
        ("env", v(0), |_| no(PROCESS)),
        ("input", v(0), |_| no(PROCESS)),
        ("inputs", v(0), |_| no(PROCESS)),
        ("stderr_empty", v(0), |_| no(PROCESS)),
        ("halt", v(1), |_| no(ENDING)),
        ("range", v(3), |mut call| {
            let (by, until) = (call.0.pop_var(), call.0.pop_var());
            range([call.0.pop_var(), until, by])
        }),
    ])
}

/// Whole numbers from one up to, without, another. A range of more than [`LONGEST_RANGE`] is an error: no report has so many
/// parts of a row.
fn range<'a>(ends: [ProgramValue; 3]) -> ValXs<'a, ProgramValue> {
    let whole: Option<Vec<i64>> = ends
        .iter()
        .map(|end| end.as_isize().map(|end| end as i64))
        .collect();
    let Some([from, until, by]) = whole.and_then(|whole| <[i64; 3]>::try_from(whole).ok()) else {
        return no("`range` counts whole numbers");
    };
    let length = match by {
        0 => return no("`range` counts by 0"),
        by => (i128::from(until) - i128::from(from)).div_euclid(i128::from(by)),
    };
    if length > LONGEST_RANGE {
        return no("`range` counts a million numbers at most");
    }
    let mut next = from;
    Box::new(std::iter::from_fn(move || {
        let is_there = if by > 0 { next < until } else { next > until };
        let value = is_there.then_some(next)?;
        next = next.saturating_add(by);
        let counted = limits::step().map_err(|excess| refused(excess).into());
        Some(counted.map(|()| ProgramValue::from(value as isize)))
    }))
}

const LONGEST_RANGE: i128 = 1_000_000;

const CLOCK: &str = "programs of sources see no clock and no time zone";
const PROCESS: &str = "programs of sources see nothing but the report";
const ENDING: &str = "programs of sources cannot end the command that runs them";

fn no<'a>(words: &str) -> ValXs<'a, ProgramValue> {
    bome(Err(Error::str(words)))
}

/// What they do is told in `prelude.jq`.
fn own<D: for<'a> DataT<V<'a> = ProgramValue>>() -> Box<[Filter<RunPtr<D>>]> {
    Box::new([
        (bounds::WITHIN_BOUNDS, v(0), |call| {
            bome(limits::call().map_err(refused).map(|()| call.1))
        }),
        ("list", v(0), |call| bome(Ok(list(call.1)))),
        ("text", v(0), |call| {
            bome(call.1.map(|value| text(value).into()))
        }),
        ("number", v(0), |call| bome(call.1.map(number))),
        ("column_name", v(0), |call| bome(call.1.map(column_name))),
        ("columns", v(0), |call| bome(columns(call.1))),
        ("image_name", v(0), |call| {
            bome(call.1.map(|name| image_name(name).into()))
        }),
        ("workspace_path", v(0), |call| {
            bome(call.1.map(|path| workspace_path(path).into()))
        }),
        ("cwes", v(0), |call| bome(call.1.map(cwes))),
        ("cwe_numbers", v(0), |call| bome(call.1.map(cwe_numbers))),
        ("advisories", v(0), |call| bome(call.1.map(advisories))),
        ("first_of", [Bind::Fun(())].into(), |mut call| {
            let (candidates, context) = call.0.pop_fun();
            let first = first_there(candidates.run((context, call.1)));
            Box::new(std::iter::once(first))
        }),
    ])
}

/// A text that may be missing.
struct OptionalText(Option<String>);

impl From<OptionalText> for Val {
    fn from(text: OptionalText) -> Val {
        text.0.map_or(Val::Null, Val::from)
    }
}

fn list(value: ProgramValue) -> ProgramValue {
    match value.val {
        Val::Null => std::iter::empty().collect(),
        Val::Arr(_) => value,
        Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) | Val::Obj(_) => {
            std::iter::once(value).collect()
        }
    }
}

fn text(value: &Val) -> OptionalText {
    OptionalText(match value {
        Val::Obj(members) => {
            let inside = members.get(&Val::from("#text".to_string()));
            inside.and_then(|inside| values::text(&scalar(inside)))
        }
        Val::Arr(members) => {
            let texts: Vec<String> = members.iter().filter_map(|member| text(member).0).collect();
            Some(texts.join(" ")).filter(|text| !text.is_empty())
        }
        scalar => values::text(scalar),
    })
}

fn column_name(value: &Val) -> Val {
    let name = values::text(value).unwrap_or_default();
    Val::from(data::column_name(&name))
}

fn columns(table: ProgramValue) -> Result<ProgramValue, ProgramError> {
    let depth = table.depth();
    let rows = values::list(&table.val).into_iter();
    rows.map(|row| match row {
        Val::Obj(members) => Ok(ProgramValue::child(depth, named(members)?)),
        other => Ok(ProgramValue::child(depth, other.clone())),
    })
    .collect()
}

/// A row by the names of its columns as tables declare them.
fn named(members: &Map) -> Result<Val, ProgramError> {
    let mut row = Map::default();
    for (name, cell) in members {
        let name = column_name(name);
        if row.insert(name.clone(), cell.clone()).is_some() {
            let name = values::text(&name).unwrap_or_default();
            return Err(Error::str(format!("two columns are called `{name}`")));
        }
    }
    Ok(Val::obj(row))
}

fn image_name(value: &Val) -> OptionalText {
    let name = values::text(value);
    OptionalText(name.map(|name| stable::image_name(&name).to_string()))
}

fn workspace_path(value: &Val) -> OptionalText {
    let path = values::text(value);
    OptionalText(path.map(|path| stable::workspace_path(&path)))
}

/// What is no scalar, written as JSON.
fn scalar(value: &Val) -> Val {
    match value {
        Val::Arr(_) | Val::Obj(_) => Val::from(value.to_string()),
        scalar => scalar.clone(),
    }
}

fn number(value: &Val) -> Val {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^\+?(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)$"));
    if let Val::Num(_) = value {
        return value.clone();
    }
    let text = values::text(value).filter(|_| matches!(value, Val::TStr(_)));
    let text = text.filter(|text| !text.starts_with("+-"));
    let digits = text.as_deref().and_then(|text| NUMBER.captures(text));
    digits.map_or(Val::Null, |digits| numeral(&digits[1]))
}

fn numeral(digits: &str) -> Val {
    Val::from_num(digits).unwrap_or_default()
}

fn cwes(value: &Val) -> Val {
    static CWE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)cwe(?:[-_: /]| ID )*0*([1-9][0-9]*)"));
    let mut found = Vec::new();
    for_each_text(value, &mut |text| {
        let numbers = CWE.captures_iter(text);
        found.extend(numbers.map(|number| numeral(&number[1])));
    });
    set(found)
}

fn cwe_numbers(value: &Val) -> Val {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)^(?:[^0-9-]*cwe[-_: ]*)?([0-9]+)$"));
    let mut found = Vec::new();
    for one in values::list(value) {
        match one {
            Val::Num(_) => found.push(one.clone()),
            Val::TStr(_) => {
                let text = values::text(one).unwrap_or_default();
                let numbers = text
                    .split(',')
                    .filter_map(|part| NUMBER.captures(part.trim()));
                found.extend(numbers.map(|number| numeral(&number[1])));
            }
            Val::Null | Val::Bool(_) | Val::BStr(_) | Val::Arr(_) | Val::Obj(_) => {}
        }
    }
    let none = Val::from(0_usize);
    found.retain(|number| *number > none);
    set(found)
}

fn advisories(value: &Val) -> Val {
    static ID: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)\b(?:CVE-[0-9]{4}-[0-9]{4,}|GHSA(?:-[0-9a-z]{4}){3})\b"));
    let mut found = Vec::new();
    for_each_text(value, &mut |text| {
        found.extend(ID.find_iter(text).map(|id| {
            let id = id.as_str();
            Val::from(match id.as_bytes()[0].to_ascii_lowercase() {
                b'c' => id.to_ascii_uppercase(),
                _ => format!("GHSA{}", id[4..].to_ascii_lowercase()),
            })
        }));
    });
    set(found)
}

/// The first candidate that is neither null nor empty; what comes after it is not looked at.
fn first_there<'a>(mut candidates: ValXs<'a, ProgramValue>) -> ValX<'a, ProgramValue> {
    let is_there = |candidate: &ValX<ProgramValue>| match candidate.as_ref().map(|value| &value.val)
    {
        Ok(Val::Null) => false,
        Ok(Val::TStr(text)) => !text.is_empty(),
        Ok(_) | Err(_) => true,
    };
    let first = candidates.find(is_there);
    first.unwrap_or_else(|| Ok(ProgramValue::default()))
}

fn for_each_text(value: &Val, take: &mut impl FnMut(&str)) {
    match value {
        Val::TStr(bytes) => take(&String::from_utf8_lossy(bytes)),
        Val::Arr(members) => members
            .iter()
            .for_each(|member| for_each_text(member, take)),
        Val::Obj(members) => members
            .values()
            .for_each(|member| for_each_text(member, take)),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) => {}
    }
}

/// In order, each once.
fn set(mut values: Vec<Val>) -> Val {
    values.sort_unstable();
    values.dedup();
    values.into_iter().collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of ours")
}
